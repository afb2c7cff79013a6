import { writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { readJson, readText } from '../lib/workspace.mjs'

// Writes the version of core's manifest into core, which compares it with the range that an interceptor states. A test of core fails
// if the two differ.

const FILE = 'packages/core/src/pipeline/build.ts'
const LINES = /const MAJOR = \d+\nconst MINOR = \d+\n/

/** The source of core with the version of its manifest. */
export function withCoreVersion(source, version) {
  if (!LINES.test(source)) throw new Error(`${FILE} has no lines "const MAJOR = 1" and "const MINOR = 0" any more.`)
  const [major, minor] = version.split('.')
  return source.replace(LINES, `const MAJOR = ${major}\nconst MINOR = ${minor}\n`)
}

if (import.meta.main) {
  const root = process.cwd()
  const { version } = readJson(join(root, 'packages/core/package.json'))
  const file = join(root, FILE)
  writeFileSync(file, withCoreVersion(readText(file), version))
}
