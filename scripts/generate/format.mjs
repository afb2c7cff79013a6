import { spawnSync } from 'node:child_process'

const { status } = spawnSync('oxfmt', ['.'], { stdio: 'inherit' })
process.exitCode = status ?? 1
