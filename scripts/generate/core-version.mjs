import { writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { readPackages, readSources, readText } from '../lib/workspace.mjs'

// Writes the version of core's manifest into core, which compares it with the ranges that interceptors state. A test of core fails if the
// two differ. Then writes into the interceptors the ranges of their manifests; the check anatomy fails if these differ.

const FILE = 'packages/core/src/pipeline/build.ts'
const LINES = /const MAJOR = \d+\nconst MINOR = \d+\n/

/** The source of core with the version of its manifest. */
export function withCoreVersion(source, version) {
  if (!LINES.test(source)) throw new Error(`${FILE} has no lines "const MAJOR = 1" and "const MINOR = 0" any more.`)
  const [major, minor] = version.split('.')
  return source.replace(LINES, `const MAJOR = ${major}\nconst MINOR = ${minor}\n`)
}

/** The source of an interceptor with the range of core that its manifest has. */
export function withCoreRange(source, range) {
  return source.replaceAll(/^( +core: )'[^']*',$/gm, (_, start) => `${start}'${range}',`)
}

if (import.meta.main) {
  const root = process.cwd()
  const write = (file, text) => writeFileSync(join(root, file), text)
  for (const { folder, short, manifest } of readPackages(root)) {
    if (short === 'core') write(FILE, withCoreVersion(readText(join(root, FILE)), manifest.version))
    const range = manifest.peerDependencies?.['@stageflow/core']
    if (range === undefined) continue
    for (const { file, text } of readSources(root, folder)) {
      const stating = withCoreRange(text, range)
      if (stating !== text) write(file, stating)
    }
  }
}
