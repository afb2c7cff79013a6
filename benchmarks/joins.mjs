import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { parseArgs } from 'node:util'

import { engines, versionOf } from './joins/engines.mjs'
import { folder, joinsFile, root } from './places.mjs'
import { continueUnderNode24, installLockfile } from './prepare.mjs'

// Which graph engines run a join behind a branch that was not taken. The table of the comparison is made from what this records.

const help = `Runs three graphs with a join in Stageflow and in three other graph engines.

  node benchmarks/joins.mjs      (or: npm run bench:joins)

Writes benchmarks/joins/results.json. Then \`npm run generate\` writes the table of the docs.`

/** The Node of the workspace: it runs the sources of the packages. */
const node = join(root, 'node_modules', 'node', 'bin', 'node')
const LIMIT_MS = 60_000

try {
  main()
} catch (error) {
  process.stderr.write(`${error.message}\n`)
  process.exitCode = 1
}

function main() {
  const { values } = parseArgs({ options: { help: { type: 'boolean', default: false } } })
  if (values.help) return process.stdout.write(`${help}\n`)
  continueUnderNode24(node)
  installLockfile(join(folder, 'joins'))
  const results = {
    measuredOn: new Date().toISOString().slice(0, 10),
    node: process.version,
    versions: Object.fromEntries(engines.map((engine) => [engine.id, versionOf(engine)])),
    outcomes: Object.fromEntries(engines.map(({ id }) => [id, resultsOf(id)])),
  }
  writeFileSync(joinsFile, `${JSON.stringify(results, undefined, 2)}\n`)
  spawnSync(join(root, 'node_modules', '.bin', 'oxfmt'), [joinsFile])
  process.stdout.write(`written: ${relative(process.cwd(), joinsFile)}\n`)
}

function resultsOf(id) {
  process.stderr.write(`${id} …\n`)
  const { status, stdout, stderr, error } = spawnSync(node, ['--no-warnings', join(folder, 'joins', 'child.mjs'), id], {
    encoding: 'utf8',
    timeout: LIMIT_MS,
  })
  if (status !== 0) throw new Error(`${id} ended with code ${status}:\n${error?.message ?? stderr}`)
  return JSON.parse(stdout.trim().split('\n').at(-1))
}
