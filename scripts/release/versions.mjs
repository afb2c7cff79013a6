import { spawnSync } from 'node:child_process'
import { join } from 'node:path'

// `npm run release:versions` turns the notes in .changeset into versions and changelogs, and writes the pages that show them. It commits
// nothing.

const COMMANDS = [
  [join(process.cwd(), 'node_modules/.bin/changeset'), 'version'],
  [join(process.cwd(), 'node_modules/.bin/oxfmt'), 'packages/*/CHANGELOG.md'],
  [process.execPath, join(import.meta.dirname, '../generate/all.mjs')],
]

for (const [command, ...args] of COMMANDS) {
  const { status } = spawnSync(command, args, { stdio: 'inherit' })
  if (status !== 0) process.exit(status ?? 1)
}
