import { StageflowError } from '@stageflow/core'
import type { Clock, Run, StageflowEvent } from '@stageflow/core'
import { keyedWork, ownerOf } from '@stageflow/keyed-work'
import type { Ending, KeyedStore } from '@stageflow/keyed-work'

import { repeatedRun } from './repeated-run.ts'
import { notRepeated } from './run-failures.ts'
import { ChunkRecorder, readRecord, recordText } from './run-record.ts'
import type { RunRecord, Settled } from './run-record.ts'

/** A run, or the record of the run that its key began. */
export interface IdempotentRun<out Stages> extends Run<Stages> {
  /** True: nothing ran. The chunks and the result are those of the first run with the key. */
  readonly repeated: boolean
}

/** Who a key belongs to. */
export interface Caller {
  readonly userId: string | undefined
  readonly orgId: string | undefined
}

/** A run that begins once per key. */
export interface KeyedRun<Stages> {
  readonly pipeline: string
  readonly key: string
  /** The name of the run in the store. */
  readonly id: string
  /** The hash of its input. */
  readonly parameters: string
  readonly caller: Caller
  readonly limits: {
    readonly store: KeyedStore
    readonly ttlMs: number
    readonly leaseMs: number
    readonly storeTimeoutMs: number
    readonly maxLength: number
    readonly clock: Clock
  }
  /** Ends the wait for the store before the run begins. */
  readonly signal: AbortSignal | undefined
  /** Begins the run. `take` gets its events. */
  readonly begin: (take: (event: StageflowEvent) => void) => Run<Stages>
}

type RunEnding = Ending<RunRecord, undefined>

/** Begins the run, or finds its record. Rejects if there is neither. */
export async function recordedOnce<Stages>(keyed: KeyedRun<Stages>): Promise<IdempotentRun<Stages>> {
  const { id, parameters, caller, limits, signal } = keyed
  const { store, ttlMs, leaseMs, storeTimeoutMs, maxLength, clock } = limits
  const begun = Promise.withResolvers<Run<Stages>>()
  const recorder = new ChunkRecorder(maxLength)
  const work = keyedWork<RunRecord, undefined>({
    store: boundedStore(store, maxLength, recorder),
    leaseMs,
    storeTimeoutMs,
    waitMs: 0,
    toText: recordText,
    fromText: readRecord,
  })
  const unlimited = new AbortController().signal
  const ended = work.once({
    key: id,
    parameters,
    ttlMs,
    account: { owner: ownerOf(caller) },
    caller: { clock, signal: signal ?? unlimited },
    // The run may complete although its caller has left. Its record is stored all the same.
    over: () => unlimited,
    async work({ onLost }) {
      const run = keyed.begin((event) => recorder.take(event))
      onLost(() => run.cancel('its lease ended while it ran, and another process began it again'))
      begun.resolve(run)
      const result: Settled = await run.settled
      if (result.status === 'failed' || result.status === 'cancelled') return { keep: false, result: undefined }
      return { keep: true, result: { result, events: recorder.events } }
    },
  })
  const first = await Promise.race([begun.promise, ended])
  if ('status' in first) return repeated<Stages>(keyed, first)
  // However its record ended: the run is what its caller waits for.
  const settled = ended.then(
    () => first.settled,
    () => first.settled,
  )
  const result = settled.then(() => first.result)
  result.catch(() => {})
  return withMembers(first, { repeated: false, settled, result })
}

function repeated<Stages>(keyed: KeyedRun<Stages>, ending: RunEnding): IdempotentRun<Stages> {
  switch (ending.status) {
    case 'hit':
    case 'shared':
      // The record was made by a run of this pipeline.
      if (ending.result !== undefined) return withMembers(repeatedRun(ending.result) as Run<Stages>, { repeated: true })
      break
    case 'in-progress':
    case 'other-input':
    case 'full':
    case 'unavailable':
    case 'too-large':
    case 'not-json':
    case 'unreadable':
      throw notRepeated(keyed, ending)
    // A run that began is returned as soon as it begins.
    case 'executed':
    case 'lease-lost':
    case 'not-recorded':
  }
  throw notRepeated(keyed, { status: 'in-progress' })
}

/** The run with other members. */
export function withMembers<Stages, Members extends Partial<IdempotentRun<Stages>> & { readonly repeated: boolean }>(
  run: Run<Stages>,
  members: Members,
): IdempotentRun<Stages> {
  const own = Object.getOwnPropertyDescriptors(members)
  return Object.defineProperties({}, { ...Object.getOwnPropertyDescriptors(run), ...own }) as IdempotentRun<Stages>
}

/** The store, which refuses a record that is too long. Repeats are then told so, and nothing runs again. */
function boundedStore(store: KeyedStore, maxLength: number, recorder: ChunkRecorder): KeyedStore {
  return {
    ...(store.core !== undefined && { core: store.core }),
    claim: (key, claim, account) => store.claim(key, claim, account),
    release: (key, token) => store.release(key, token),
    complete(key, completion, account) {
      if (completion.value.length > maxLength || (recorder.isFull && completion.value.startsWith('=')))
        throw new StageflowError(
          'idempotency/too-large',
          `the record is longer than maxLength, ${maxLength} characters`,
        )
      return store.complete(key, completion, account)
    },
  }
}
