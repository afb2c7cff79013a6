import { join } from 'node:path'

import { runSteps } from './run-steps.mjs'
import { pnpmOf, ROOT, setUp } from './setup.mjs'

// `npm run check` runs everything static, `npm test` that and every test. Nothing stops at the first failure: one run
// says all there is to fix. Runs on any Node from 20 on; what it starts runs under the Node of the workspace.

const script = (name, ...args) => ['node', `scripts/${name}.mjs`, ...args]
const turbo = (...tasks) => ['npx', '--yes', pnpmOf(), 'exec', 'turbo', 'run', ...tasks, '--output-logs=errors-only']

const CHECKS = [
  { name: 'format', command: ['oxfmt', '--check', '.'], mend: 'npm run format' },
  { name: 'lint', command: ['oxlint'] },
  { name: 'build', command: turbo('build'), says: 'tsc -b over every package' },
  { name: 'types', command: turbo('types'), says: 'sources, tests, type tests and examples' },
  { name: 'boundaries', command: script('check-boundaries') },
  { name: 'layers', command: script('check-layers') },
  { name: 'module state', command: script('check-module-state') },
  { name: 'trace of a stage', command: script('trace-stage', '--check'), mend: 'npm run generate' },
  { name: 'anatomy', command: script('check-anatomy') },
  { name: 'references', command: script('check-references') },
  { name: 'error codes', command: script('generate-errors', '--check'), mend: 'npm run generate' },
  { name: 'package table', command: script('generate-package-table', '--check'), mend: 'npm run generate' },
  { name: 'unused code', command: ['knip', '--no-progress'], says: 'no file, export or dependency that nothing uses' },
  { name: 'links', command: script('check-links') },
  { name: 'snippets', command: script('check-snippets') },
]

const REST = [
  { name: 'size', command: script('check-size') },
  { name: 'type cost', command: script('check-type-cost') },
  { name: 'packages', command: script('check-packed') },
  { name: 'tests', command: script('run-tests') },
]

await setUp('all').catch((error) => {
  console.error(error.message)
  process.exit(1)
})

const bin = join(ROOT, 'node_modules/.bin')
const failed = await runSteps(process.argv[2] === 'test' ? [...CHECKS, ...REST] : CHECKS, { root: ROOT, bin })
process.exitCode = failed > 0 ? 1 : 0
