import { isDeepStrictEqual } from 'node:util'

import { systemClock } from '@stageflow/core'
import {
  checkOptions,
  functionLike,
  type OptionRule,
  type OptionRules,
  read,
  refuseOptions,
  required,
} from '@stageflow/core/kit'

import { KEYED_STORE } from '../rules.ts'
import { shapeProblems, shown } from '../suite/store-bench.ts'
import type { StoreCase } from '../suite/store-cases.ts'
import { checkRule, must, type StoreRule } from '../suite/store-rule.ts'
import { type ProcessSide, type SideModule, type WorkerTask, workThrough } from './process-worker.ts'
import { startWorker, type Worker } from './worker.ts'

/** The lease of a process that is stopped or killed. Its heirs wait that long. */
const LEASE_MS = 3_000
const RACED = 1_000

/**
 * The contract of a store that several processes share, as cases for any test runner. Each takes seconds. `module`: the address
 * of a module that exports `openSide(): Promise<ProcessSide>`. The processes import it too, and inherit this one's environment
 * variables. A case rejects with `keyed-work/contract` if the store breaks its rule. Throws `keyed-work/illegal-option`, and a case rejects
 * with it if the module opens no side.
 */
export function processContract(module: URL): readonly StoreCase[] {
  checkOptions('processContract()', ILLEGAL, { module }, { module: required(MODULE) })
  return Object.keys(RULES).map((name) => ({
    name,
    run: () =>
      runCase(module, (tools) =>
        checkRule({ rules: RULES, broken: 'keyed-work/contract', subject: 'The store' }, name, tools),
      ),
  }))
}

const ILLEGAL = 'keyed-work/illegal-option'
const MODULE: OptionRule = [
  (value) => value instanceof URL,
  "the address of a module: new URL('./side.ts', import.meta.url)",
]
const EXPORTS: OptionRules<SideModule> = { openSide: required(functionLike('() => { store, count, counted, close }')) }
const SIDE: OptionRules<ProcessSide> = {
  store: required(KEYED_STORE),
  count: required(functionLike('(name) => void')),
  counted: required(functionLike('(prefix) => number')),
  close: required(functionLike('() => void')),
}

/** Opens the side of this process. */
async function openOwnSide(module: URL): Promise<ProcessSide> {
  const imported: unknown = await import(module.href)
  // A module may export other things too.
  checkOptions('processContract()', ILLEGAL, { openSide: read(imported, 'openSide') }, EXPORTS)
  const side = await (imported as SideModule).openSide()
  refuseOptions('processContract()', ILLEGAL, shapeProblems(side, SIDE, 'openSide().'))
  return side
}

interface Tools {
  readonly side: ProcessSide
  /** The names of this case's works begin with it. */
  readonly prefix: string
  readonly start: (task: Omit<WorkerTask, 'module'>) => Promise<Worker>
}

async function runCase(module: URL, check: (tools: Tools) => Promise<void>): Promise<void> {
  const side = await openOwnSide(module)
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

const SHARED = 'Keep the records in the server, where all processes see them, and decide in one atomic operation.'
const BY_LEASE =
  'Let a lease end by the clock of the server, and compare the token of the record with the token of the caller before you write.'

const RULES: Readonly<Record<string, StoreRule<Tools>>> = {
  'two processes race for 1,000 keys: each work is executed once, and both get its output': {
    fix: SHARED,
    check: async ({ side, prefix, start }) => {
      const names = Array.from({ length: RACED }, (_, index) => `${prefix}-${index}`)
      const task = { names, leaseMs: 30_000, hold: false }
      const workers = await Promise.all([start(task), start(task)])
      for (const worker of workers) worker.go()
      const outputs = await Promise.all(workers.map(async ({ received }) => (await received('done')).outputs))
      const [one = [], other = []] = outputs.map((list) => list.toSorted((a, b) => (a.name < b.name ? -1 : 1)))
      const failed = [...one, ...other].filter(({ by }) => typeof by === 'string')
      must(failed.length === 0, `${failed.length} executions have no output, such as ${shown(failed[0])}.`)
      const different = one.filter((each, place) => !isDeepStrictEqual(each, other[place]))
      must(different.length === 0, `The processes got different outputs for ${different.length} of ${RACED} keys.`)
      await mustBeCounted(side, prefix, RACED)
    },
  },
  'another process takes over the work of a killed process after its lease, and a late write of the killed one is refused':
    {
      fix: BY_LEASE,
      check: async (tools) => {
        for (let tries = 1; !(await isTakenOver({ ...tools, prefix: `${tools.prefix}-${tries}` })); tries++)
          must(
            tries < 10,
            'The machine paused for longer than a lease, ten times in a row. Try again when it is less busy.',
          )
      },
    },
  'a process that slept past its lease fails with lease-lost, and the output of the process that took over stays': {
    fix: BY_LEASE,
    check: async (tools) => {
      const { side, prefix } = tools
      const { worker, key, token } = await holder(tools)
      worker.signal('SIGSTOP')
      const done = await workThrough(side, LEASE_MS)(prefix)
      must(typeof done.by === 'number', `The process that took over ended with ${done.by}.`)
      worker.signal('SIGCONT')
      worker.go()
      const [slept] = (await worker.received('done')).outputs
      must(slept?.by === 'lease-lost', `The process that slept ended with ${slept?.by}; it must end with lease-lost.`)
      await refusesLateWrite(side, key, token)
      const kept = await workThrough(side, LEASE_MS)(prefix)
      must(isDeepStrictEqual(kept, done), `The output is ${shown(kept)}; it was ${shown(done)} before.`)
      await mustBeCounted(side, prefix, 2)
    },
  },
}

async function mustBeCounted(side: ProcessSide, prefix: string, expected: number): Promise<void> {
  const counted = await side.counted(prefix)
  must(counted === expected, `The work was executed ${counted} times; it must be ${expected}.`)
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
      must(
        hasPaused(worker.claimedAt),
        `A claim whose lease is renewed must be running for another token; it is ${status}.`,
      )
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
  must(typeof outputs[0]?.by === 'number', `The process that took over ended with ${outputs[0]?.by}.`)
  await mustBeCounted(side, prefix, 2)
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
  const claim = { token, parameters: late.parameters, leaseMs: LEASE_MS }
  const before = await store.claim(key, claim)
  must(before.status === 'completed', `The work is done, but a claim by its old owner returned ${shown(before)}.`)
  const isTaken = await store.complete(key, late)
  must(!isTaken, 'A late complete() by the old owner returned true.')
  await store.release(key, token)
  const after = await store.claim(key, claim)
  must(
    isDeepStrictEqual(after, before),
    `After a late complete() and release() by the old owner, the key is ${shown(after)}; it was ${shown(before)}.`,
  )
}

function pause(ms: number): Promise<void> {
  return systemClock.sleep(ms)
}
