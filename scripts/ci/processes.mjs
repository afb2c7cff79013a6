import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { setTimeout as wait } from 'node:timers/promises'

const MARK = 'STAGEFLOW_COMMAND'
const LOOK_AGAIN_MS = 10
const MOST_LOOKS = 1_000

/**
 * Runs a command of bash without standard input; `stdio` says where its two outputs go. Resolves with its exit code, or with what ended
 * it. When `signal` aborts, the command is killed with every process that it started, and the promise resolves after they are gone.
 */
export async function runBash(command, { cwd, env, stdio, signal }) {
  const mark = randomUUID()
  const child = spawn('bash', ['-euo', 'pipefail', '-c', command], {
    cwd,
    env: { ...env, [MARK]: mark },
    stdio: ['ignore', ...stdio],
    detached: true,
  })
  let ending = Promise.resolve()
  const end = () => (ending = endAll(child.pid, `${MARK}=${mark}`))
  signal.addEventListener('abort', end, { once: true })
  const code = await new Promise((resolve) => {
    child.once('error', (error) => resolve(error.message))
    // Not `close`: a process that the command left behind keeps its outputs open.
    child.once('exit', (code, signal) => resolve(code ?? signal))
  })
  signal.removeEventListener('abort', end)
  await ending
  return code
}

/** Kills a process, its group, and whatever descends from it or has the mark in its environment. */
async function endAll(first, mark) {
  const found = new Set([first])
  // Bounded: a process of another user can't be killed.
  for (let looks = 0; looks < MOST_LOOKS; looks++) {
    // Before the first kill: a process whose parent has ended descends from nothing.
    const living = livingOf(found, mark)
    kill(-first)
    if (living.length === 0) return
    for (const pid of living) {
      found.add(pid)
      kill(pid)
    }
    await wait(LOOK_AGAIN_MS)
  }
}

/**
 * The processes of this machine that descend from those found, or have the mark. A process that left the group, and whose parents have
 * ended, is known by its mark alone. Without /proc there are none: the group has been ended.
 */
function livingOf(found, mark) {
  if (!existsSync('/proc/self/stat')) return []
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name))
  const all = pids.map((name) => statusOf(Number(name))).filter((each) => each !== undefined)
  const parents = new Map(all.map(({ pid, parent }) => [pid, parent]))
  const descends = (pid) => pid !== undefined && (found.has(pid) || descends(parents.get(pid)))
  return all.map(({ pid }) => pid).filter((pid) => descends(pid) || hasMark(pid, mark))
}

/** A process and its parent; undefined if it is gone, or has ended and its parent did not notice yet. */
function statusOf(pid) {
  const [, state, parent] = /\) (\S) (\d+) /.exec(readProc(pid, 'stat')) ?? []
  return state === undefined || state === 'Z' ? undefined : { pid, parent: Number(parent) }
}

function hasMark(pid, mark) {
  return readProc(pid, 'environ').split('\0').includes(mark)
}

/** A file of a process; '' if the process is gone, or belongs to another user. */
function readProc(pid, name) {
  try {
    return readFileSync(`/proc/${pid}/${name}`, 'latin1')
  } catch {
    return ''
  }
}

function kill(pid) {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It has ended by itself.
  }
}
