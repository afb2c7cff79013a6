import { spawnSync } from 'node:child_process'
import { join } from 'node:path'

// Writes everything that is generated and kept in git.

for (const script of ['generate-errors.mjs', 'generate-package-table.mjs']) {
  const { status } = spawnSync(process.execPath, [join(import.meta.dirname, script)], { stdio: 'inherit' })
  if (status !== 0) process.exitCode = 1
}
