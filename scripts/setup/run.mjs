import { spawn } from 'node:child_process'
import { delimiter, join } from 'node:path'

import { ROOT, setUp } from './setup.mjs'

// `node scripts/setup/run.mjs generate/new-package quota`: runs a script of scripts/ under the Node of the workspace, set up first.

const [name, ...args] = process.argv.slice(2)
const node = await setUp('all').catch((error) => {
  console.error(error.message)
  process.exit(1)
})
const PATH = `${join(ROOT, 'node_modules/.bin')}${delimiter}${process.env.PATH}`
// npm hands its own silence (see .npmrc) down to whatever npm runs below it.
const env = { ...process.env, PATH, npm_config_loglevel: 'error', TURBO_TELEMETRY_DISABLED: '1' }
const child = spawn(node, [join(ROOT, `scripts/${name}.mjs`), ...args], { cwd: ROOT, env, stdio: 'inherit' })
// The script decides what a signal does, and this process ends after it.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
child.on('error', (error) => console.error(`${name} could not be started with ${node}: ${error.message}`))
child.on('close', (code) => (process.exitCode = code ?? 1))
