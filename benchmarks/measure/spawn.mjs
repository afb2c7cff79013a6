import { fork } from 'node:child_process'
import { join } from 'node:path'
import { folder } from '../places.mjs'

const LIMIT_MS = 30_000
const CALM_ENOUGH = 0.7
const childOfBench = join(folder, 'measure', 'child.mjs')

/**
 * Measures once more if other processes had the processors most of the time: they had the caches too, and even processor
 * time says little.
 */
export async function measureCalmly(task, environment) {
  let best
  for (let attempt = 0; attempt < 2; attempt += 1) {
    const figures = await measure(task, environment)
    if (best === undefined || figures.busy > best.busy) best = figures
    if (figures.cold || !(figures.busy < CALM_ENOUGH)) break
  }
  return best
}

/** One measurement in a process of its own; resolves with its figures, `{ timedOut }` or `{ error }`. */
export function measure(task, { node, core, limitMs = LIMIT_MS, script = childOfBench }) {
  return new Promise((resolve) => {
    const execArgv = ['--expose-gc', '--no-warnings']
    if (task.mode === 'memory') execArgv.push('--max-semi-space-size=256', '--min-semi-space-size=256')
    const child = fork(script, [JSON.stringify(task)], {
      execPath: node,
      execArgv,
      env: { ...process.env, STAGEFLOW_CORE: core, NODE_ENV: 'production', NODE_OPTIONS: '' },
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    })
    let figures
    let timedOut = false
    let errors = ''
    const timer = setTimeout(() => {
      timedOut = true
      child.kill('SIGKILL')
    }, limitMs)
    child.stderr.on('data', (chunk) => (errors = `${errors}${chunk}`.slice(-2000)))
    child.on('message', (message) => (figures = message))
    child.on('close', (code) => {
      clearTimeout(timer)
      if (timedOut) return resolve({ timedOut })
      resolve(figures ?? { error: errors.trim() || `the process ended with code ${code}` })
    })
  })
}
