import { spawnSync } from 'node:child_process'
import { globSync } from 'node:fs'
import { join } from 'node:path'

// Writes everything that is generated and kept in git. With --check it writes nothing, and compares the pages that have no check of their
// own, because nothing else can be wrong with them.

const PAGES = [
  'decisions',
  'package-table',
  'installs',
  'licenses',
  'changelog',
  'readme-run',
  'run-picture',
  'error-classes',
  'circuit-verdicts',
  'model-faults',
  'agent-kills',
  'model-figures',
  'join-table',
  'mutants',
  'redaction',
  'personal-data',
].map(script)
const INSPECTOR = script('inspector-page')
const STATUSES = script('http-statuses')
const COMMANDS = [
  script('core-version'),
  script('errors'),
  INSPECTOR, // before the sizes, which measure both
  STATUSES,
  script('sizes'), // before the page that repeats some of them
  ...PAGES,
  // The API reports are made from the build.
  [join(import.meta.dirname, '../../node_modules/.bin/tsc'), '-b', ...globSync('packages/*')],
  script('api'),
]

const isCheck = process.argv.includes('--check')
for (const [command, ...args] of isCheck ? [INSPECTOR, STATUSES, ...PAGES] : COMMANDS) {
  const { status } = spawnSync(command, isCheck ? [...args, '--check'] : args, { stdio: 'inherit' })
  if (status !== 0) process.exitCode = 1
}

function script(name) {
  return [process.execPath, join(import.meta.dirname, `${name}.mjs`)]
}
