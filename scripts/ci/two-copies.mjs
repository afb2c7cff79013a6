import { resolve } from 'node:path'

import { SENTENCE, USES, compileApp, writeApp } from '../../packages/core/test/two-copies-app.ts'
import { conclude } from '../lib/workspace.mjs'

// node scripts/ci/two-copies.mjs <folder> <compiler>: writes an app with a second copy of core beside the core that is installed in the
// folder. Each use of a value of the second copy must be one error that names it.

const [folder, tsc] = process.argv.slice(2).map((path) => resolve(path))
await writeApp(folder)
const errors = await compileApp(folder, tsc)
const unnamed = Object.keys(USES).filter((use) => errors.get(use)?.join('\n').includes(SENTENCE) !== true)
const others = [...errors.keys()].filter((use) => USES[use] === undefined)
conclude(
  [...unnamed.map((use) => `The compiler doesn't name the second copy of core: ${use}.`), ...others],
  `the compiler names a second copy of core for each of ${errors.size} uses`,
)
