import { spawnSync } from 'node:child_process'
import { join } from 'node:path'

// Formats the code, and the code blocks of the pages, which are narrower.

const COMMANDS = [
  ['oxfmt', '.'],
  [process.execPath, join(import.meta.dirname, 'code-blocks.mjs')],
]
for (const [command, ...args] of COMMANDS) {
  const { status } = spawnSync(command, args, { stdio: 'inherit' })
  if (status !== 0) process.exitCode = status ?? 1
}
