import { spawnSync } from 'node:child_process'
import { globSync } from 'node:fs'
import { join } from 'node:path'

// Writes everything that is generated and kept in git. The API reports are made from the build, and the trace of a stage runs it.

const script = (name) => [process.execPath, join(import.meta.dirname, name)]
const COMMANDS = [
  script('core-version.mjs'),
  script('errors.mjs'),
  script('decisions.mjs'),
  script('package-table.mjs'),
  script('installs.mjs'),
  script('changelog.mjs'),
  [join(import.meta.dirname, '../../node_modules/.bin/tsc'), '-b', ...globSync('packages/*')],
  script('api.mjs'),
  script('stage-trace.mjs'),
  script('run-picture.mjs'),
]

for (const [command, ...args] of COMMANDS) {
  const { status } = spawnSync(command, args, { stdio: 'inherit' })
  if (status !== 0) process.exitCode = 1
}
