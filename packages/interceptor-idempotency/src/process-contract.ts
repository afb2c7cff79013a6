import { deepEqual, equal, ok } from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { execPath } from 'node:process'
import { createInterface } from 'node:readline'

import { systemClock } from '@stageflow/core'

import {
  type ProcessSide,
  type SideModule,
  WORKER_URL,
  type WorkerMessage,
  type WorkerTask,
  work,
  workThrough,
} from './process-worker.ts'
import type { StoreCase } from './store-contract.ts'

/** The lease of a process that is stopped or killed. Its heirs wait that long. */
const LEASE_MS = 3_000
const RACED = 1_000

/**
 * The contract of a store that several processes share, as cases for any test runner. Each takes seconds. `module`: the address
 * of a module that exports `openSide(): Promise<ProcessSide>`. The processes import it too, and inherit this one's environment
 * variables.
 */
export function processContract(module: URL): readonly StoreCase[] {
  return Object.entries(CASES).map(([name, check]) => ({ name, run: () => runCase(module, check) }))
}

interface Tools {
  readonly side: ProcessSide
  /** The names of this case's works begin with it. */
  readonly prefix: string
  readonly start: (task: Omit<WorkerTask, 'module'>) => Promise<Worker>
}

interface Worker {
  readonly signal: (name: NodeJS.Signals) => void
  readonly go: () => void
  /** The next message of this type. */
  readonly received: <Type extends WorkerMessage['type']>(
    type: Type,
  ) => Promise<WorkerMessage & { readonly type: Type }>
  /** When it claimed and renewed, in ms since 1970. */
  readonly claimedAt: readonly number[]
  readonly ended: Promise<void>
}

async function runCase(module: URL, check: (tools: Tools) => Promise<void>): Promise<void> {
  const { openSide } = (await import(module.href)) as SideModule
  const side = await openSide()
  const workers: Worker[] = []
  async function start(task: Omit<WorkerTask, 'module'>): Promise<Worker> {
    const worker = startWorker({ module: module.href, ...task })
    workers.push(worker)
    await worker.received('ready')
    return worker
  }
  try {
    await check({ side, prefix: crypto.randomUUID(), start })
  } finally {
    for (const worker of workers) worker.signal('SIGKILL')
    await Promise.all(workers.map(({ ended }) => ended))
    await side.close()
  }
}

const CASES: Readonly<Record<string, (tools: Tools) => Promise<void>>> = {
  'two processes race for 1,000 keys: each work is executed once, and both get its output': async (tools) => {
    const { side, prefix, start } = tools
    const names = Array.from({ length: RACED }, (_, index) => `${prefix}-${index}`)
    const task = { names, leaseMs: 30_000, hold: false }
    const workers = await Promise.all([start(task), start(task)])
    for (const worker of workers) worker.go()
    const outputs = await Promise.all(workers.map(async ({ received }) => (await received('done')).outputs))
    const [one = [], other = []] = outputs.map((list) => list.toSorted((a, b) => (a.name < b.name ? -1 : 1)))
    deepEqual(one, other)
    equal(one.length, RACED)
    deepEqual(
      one.filter(({ by }) => typeof by === 'string'),
      [],
    )
    equal(await side.counted(prefix), RACED)
  },
  'another process takes over the work of a killed process after its lease, and a late write of the killed one is refused':
    async (tools) => {
      for (let tries = 1; !(await isTakenOver({ ...tools, prefix: `${tools.prefix}-${tries}` })); tries++)
        ok(tries < 10, 'the machine paused for longer than a lease, ten times in a row')
    },
  'a process that slept past its lease fails with lease-lost, and the output of the process that took over stays':
    async (tools) => {
      const { side, prefix } = tools
      const { worker, key, token } = await holder(tools)
      worker.signal('SIGSTOP')
      const done = await workThrough(side, LEASE_MS)(prefix)
      equal(typeof done.by, 'number')
      worker.signal('SIGCONT')
      worker.go()
      deepEqual((await worker.received('done')).outputs, [{ name: prefix, by: 'idempotency/lease-lost' }])
      await refusesLateWrite(side, key, token)
      deepEqual(await workThrough(side, LEASE_MS)(prefix), done)
      equal(await side.counted(prefix), 2)
    },
}

/** False if the machine paused for so long that the lease ended while its owner lived: then nothing can be told. */
async function isTakenOver(tools: Tools): Promise<boolean> {
  const { side, prefix, start } = tools
  const { worker, key, token } = await holder(tools)
  const other = { token: crypto.randomUUID(), parameters: '0'.repeat(64), leaseMs: LEASE_MS }
  /** Whether the claim is still held. It must be, unless the machine paused. */
  const isHeld = async (): Promise<boolean> => {
    const { status } = await side.store.claim(key, other)
    if (status !== 'running')
      ok(hasPaused(worker.claimedAt), `the key must be held, because its lease is renewed: ${status}`)
    return status === 'running'
  }
  // Longer than the lease, which is renewed as long as its owner lives.
  await pause(LEASE_MS * 1.5)
  if (!(await isHeld())) return false
  worker.signal('SIGKILL')
  await worker.ended
  if (!(await isHeld())) return false
  const heir = await start({ names: [prefix], leaseMs: LEASE_MS, hold: false })
  heir.go()
  const { outputs } = await heir.received('done')
  equal(typeof outputs[0]?.by, 'number')
  equal(await side.counted(prefix), 2)
  await refusesLateWrite(side, key, token)
  return true
}

/** Whether a lease can have ended before its renewal, or before now. The last renewal may not have reached the store. */
function hasPaused(claimedAt: readonly number[]): boolean {
  return [...claimedAt, systemClock.now()].some((at, index, all) => at - (all[index - 2] ?? at) >= LEASE_MS)
}

/** A process in the middle of its work, with its claim. */
async function holder({ prefix, start }: Tools): Promise<{ worker: Worker; key: string; token: string }> {
  const worker = await start({ names: [prefix], leaseMs: LEASE_MS, hold: true })
  const claim = worker.received('claim')
  worker.go()
  await worker.received('holding')
  const { key, token } = await claim
  return { worker, key, token }
}

async function refusesLateWrite({ store }: ProcessSide, key: string, token: string): Promise<void> {
  const late = { token, parameters: '1'.repeat(64), value: 'late', ttlMs: 60_000 }
  const before = await store.claim(key, { token, parameters: late.parameters, leaseMs: LEASE_MS })
  equal(before.status, 'completed')
  equal(await store.complete(key, late), false)
  await store.release(key, token)
  deepEqual(await store.claim(key, { token, parameters: late.parameters, leaseMs: LEASE_MS }), before)
}

function startWorker(task: WorkerTask): Worker {
  const script = `const worker = await import(${JSON.stringify(WORKER_URL)}); await worker.${work.name}()`
  const child: ChildProcess = spawn(execPath, ['--input-type=module', '-e', script, JSON.stringify(task)], {
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  const ended = Promise.withResolvers<void>()
  const printed: WorkerMessage[] = []
  const claimedAt: number[] = []
  const waiting: {
    readonly type: string
    readonly resolve: (message: WorkerMessage) => void
    readonly reject: (error: Error) => void
  }[] = []
  let errors = ''
  const input = child.stdin
  const output = child.stdout
  ok(input !== null && output !== null)
  input.on('error', () => {}) // a killed process closes its input
  child.stderr?.on('data', (text: Buffer) => (errors += String(text)))
  createInterface({ input: output }).on('line', (line) => {
    const message = JSON.parse(line) as WorkerMessage
    if (message.type === 'claim') claimedAt.push(message.at)
    const index = waiting.findIndex(({ type }) => type === message.type)
    if (index < 0) printed.push(message)
    else waiting.splice(index, 1)[0]?.resolve(message)
  })
  child.on('close', (code, signal) => {
    for (const { type, reject } of waiting.splice(0))
      reject(new Error(`The process ended (${signal ?? code}) before it printed "${type}". Its errors: ${errors}`))
    ended.resolve()
  })
  return {
    signal: (name) => child.kill(name),
    go: () => input.write('go\n'),
    claimedAt,
    ended: ended.promise,
    received: (type) =>
      new Promise((resolve, reject) => {
        const index = printed.findIndex((message) => message.type === type)
        const found = resolve as (message: WorkerMessage) => void
        if (index >= 0) found(printed.splice(index, 1)[0] as WorkerMessage)
        else if (child.exitCode !== null) reject(new Error(`The process has ended. Its errors: ${errors}`))
        else waiting.push({ type, resolve: found, reject })
      }),
  }
}

function pause(ms: number): Promise<void> {
  return systemClock.sleep(ms)
}
