import { fork } from 'node:child_process'
import { join } from 'node:path'

const LIMIT_MS = 120_000
const script = join(import.meta.dirname, 'child.mjs')

/** Runs one row of the given states in a fresh process; resolves with what that sent, or with errors of all states. */
export function inProcess(task, { node, compileCache }) {
  return new Promise((resolve) => {
    const child = fork(script, [JSON.stringify(task)], {
      execPath: node,
      execArgv: ['--expose-gc', '--no-warnings'],
      env: { ...process.env, NODE_COMPILE_CACHE: compileCache, NODE_ENV: 'production', NODE_OPTIONS: '' },
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      timeout: LIMIT_MS,
      killSignal: 'SIGKILL',
    })
    const stop = () => child.kill('SIGKILL')
    process.prependListener('exit', stop) // before the folder that it uses is removed
    let message
    let errors = ''
    child.stderr.on('data', (chunk) => (errors = `${errors}${chunk}`.slice(-2000)))
    child.on('message', (sent) => (message = sent))
    child.on('close', (code, signal) => {
      process.off('exit', stop)
      resolve(message ?? { errors: errorsOf(task, errors, code ?? signal) })
    })
  })
}

function errorsOf({ states }, printed, code) {
  const why =
    /^\w*Error.*$/m.exec(printed)?.[0] ?? (code === 'SIGKILL' ? `no end in ${LIMIT_MS / 1000} s` : `exit ${code}`)
  return Object.fromEntries(states.map(({ name }) => [name, why]))
}
