import { writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { CORE_RANGE } from '../lib/core-range.mjs'
import { readPackages, readSources, readText } from '../lib/workspace.mjs'

// Writes the version of core's manifest into core, which compares it with the ranges that plugins state. A test of core fails if the
// two differ. Then writes into the plugins the ranges of their manifests; the check anatomy fails if these differ.

const FILE = 'packages/core/src/base/version.ts'
const LINE = /const VERSION = '[^']*'/

/** The source of core with the version of its manifest. */
export function withCoreVersion(source, version) {
  if (!LINE.test(source)) throw new Error(`${FILE} has no line "const VERSION = '1.0.0'" any more.`)
  return source.replace(LINE, `const VERSION = '${version}'`)
}

/** The source of a plugin with the range of core that its manifest has, as a property or as a field of a class. */
export function withCoreRange(source, range) {
  return source.replaceAll(CORE_RANGE, (_, start, _range, end) => `${start}'${range}'${end}`)
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
