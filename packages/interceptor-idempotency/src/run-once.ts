import type { OkOutput, StageOutput } from '@stageflow/core'
import { codeOf, textOf } from '@stageflow/core/kit'
import {
  type Ending,
  type KeyedStore,
  type KeyedWork,
  keyedWork,
  ownerOf,
  type StoreOperation,
  type Unstorable,
} from '@stageflow/keyed-work'

import { type Call, note } from './call.ts'
import {
  full,
  inProgress,
  leaseLost,
  notJson,
  notRecorded,
  otherInput,
  otherWork,
  tooLarge,
  unavailable,
  unreadable,
} from './failures.ts'
import { isOfCall } from './key.ts'
import { isSameWork } from './parameters.ts'
import { codeRuns, runStage } from './run-stage.ts'
import { outputText, readOutput } from './stored-output.ts'

export interface Settings {
  readonly store: KeyedStore
  readonly leaseMs: number
  readonly waitMs: number
  readonly storeTimeoutMs: number
  readonly onStoreError: 'fail' | 'run'
}

/** Runs a stage once per key, and turns how that ended into its output. */
export function runOnce(settings: Settings): (call: Call) => Promise<StageOutput> {
  const work = keyedWork<OkOutput, StageOutput>({ ...settings, toText: outputText, fromText: readOutput })

  return async (call) => {
    const { context, id, parameters, ttlMs } = call
    let freed: Promise<void> | undefined
    const ending = await work.once({
      key: id,
      parameters,
      ttlMs,
      // A durable call that is carried out again goes on with the claim of the process that died.
      token: context.callKey,
      account: isOfCall(context, call.key) ? UNCOUNTED : { owner: ownerOf(context) },
      caller: context,
      over: () => overWith(call, () => freed),
      work: (claim) => runStage(call, claim),
      storeFailed: (operation, cause) => storeFailed(call, operation, cause, settings),
    })
    if (ending.status === 'executed') freed = ending.freed
    if (isOfCall(context, call.key) && hasRecord(ending)) forgetOnceRecorded(call, work, settings)
    return outputOf(call, ending, settings)
  }
}

/** The record of a durable call is removed when the run has its fact. */
const UNCOUNTED = { uncounted: true } as const

/** Whether the store keeps something that would answer another leg of the run. */
const hasRecord = (ending: Ending<OkOutput, StageOutput>): boolean =>
  ending.status === 'executed' ? ending.result.status === 'ok' : RECORDED.has(ending.status)
const RECORDED: ReadonlySet<Ending<unknown>['status']> = new Set(['hit', 'shared', 'not-json', 'too-large'])

/** Later legs get the output of a durable call from its fact. Its record in the store is needed only until there is one. */
function forgetOnceRecorded(call: Call, work: KeyedWork<OkOutput, StageOutput>, settings: Settings): void {
  const { context, id } = call
  const token = context.callKey as string
  let forgotten: Promise<void> | undefined
  context.onRecorded(() => {
    forgotten = work.forget(id, token, context.clock).catch((cause: unknown) => {
      storeFailed(call, 'release', cause, settings)
    })
  })
  context.onCleanup(() => forgotten)
}

/** Aborts when the run is over. Then only the wait for abandoned code is left, which needs no timer. */
function overWith(call: Call, freed: () => Promise<void> | undefined): AbortSignal {
  const over = new AbortController()
  call.context.onCleanup(async () => {
    over.abort()
    if (!codeRuns(call)) await freed()
  })
  return over.signal
}

function outputOf(call: Call, ending: Ending<OkOutput, StageOutput>, { waitMs, leaseMs }: Settings): StageOutput {
  const { context, key } = call
  switch (ending.status) {
    case 'executed':
      return ending.result
    case 'hit':
    case 'shared':
      note(call, ending.status)
      context.tryEmitEvent('idempotency.hit', { key, result: ending.status })
      return ending.result
    case 'other-input':
      return isSameWork(ending.parameters, call.parameters) ? otherInput(call) : otherWork(call)
    case 'full':
      return full(call, ending.cause)
    case 'in-progress':
      return inProgress(call, waitMs)
    case 'unavailable':
      note(call, 'store-error')
      return unavailable(call, ending.cause)
    case 'lease-lost':
      return leaseLost(call)
    case 'not-json':
    case 'too-large':
      return notStored(call, ending)
    case 'not-recorded':
      if (ending.by === 'shared') note(call, 'shared')
      return notRecorded(call, leaseMs, ending.cause, ending.result)
    case 'unreadable':
      return unreadable(call, ending.cause)
  }
}

/** The output of the work goes to the call that did it, and to no repeat. */
function notStored(call: Call, { status, by, reason, result }: Unstorable<OkOutput>): StageOutput {
  const failure = status === 'too-large' ? tooLarge : notJson
  if (by !== 'executed') {
    note(call, by)
    return failure(call, reason, undefined)
  }
  call.context.tryEmitEvent('idempotency.not_stored', { key: call.key, message: reason })
  return failure(call, reason, result)
}

function storeFailed(call: Call, operation: StoreOperation, cause: unknown, { onStoreError }: Settings): void {
  const matters = operation === 'claim' || operation === 'complete'
  if (matters) note(call, 'store-error')
  call.context.tryEmitEvent('idempotency.store_failed', {
    key: call.key,
    operation,
    code: codeOf(cause) ?? 'idempotency/unavailable',
    message: textOf(cause),
    consequence: matters ? onStoreError : 'none',
  })
}
