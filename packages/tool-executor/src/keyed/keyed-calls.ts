import { type Ending, type KeyedWork, keyedWork, ownerOf, type WorkClaim, type Worked } from '@stageflow/keyed-work'
import type { CompletedCall, ExecutedCall, ResolvedCall } from '@stageflow/tools'

import type { Caller } from '../caller.ts'
import type { ExecutorSettings } from '../options.ts'
import { failed, notStarted, replay, stopped } from '../results.ts'
import { failureFor } from '../settled.ts'
import { Stop } from '../stops.ts'
import type { ResultKey } from '../undo-types.ts'
import { parametersOf } from './call-key.ts'
import { full, inProgress, leaseLost, notJson, otherInput, tooLarge, unavailable, unreadable } from './key-errors.ts'
import type { StoreErrors } from './store-errors.ts'
import { resultText, storedResult } from './stored-result.ts'

/** A call that runs. */
export interface StartedCall {
  readonly result: Promise<ExecutedCall>
  /** Resolves when no code of its handler runs any more. */
  readonly left: () => Promise<unknown>
  readonly stop: (stop: Stop) => void
  /** Ends the call with this result, if it has not ended. */
  readonly end: (result: ExecutedCall) => ExecutedCall
}

export interface KeyedRequest {
  readonly call: ResolvedCall
  /** As `storageKey` made it. */
  readonly key: string
  readonly caller: Caller
  /** Starts the call. A completed one ends only when its result has been stored. */
  readonly start: (key: ResultKey) => StartedCall
}

interface Answer {
  readonly result: ExecutedCall
  /** The call that did the work, if it was started for this request. */
  readonly started: StartedCall | undefined
}

/** Does the work of each idempotency key once, and turns how that ended into the result of a call. */
export class KeyedCalls {
  readonly #settings: ExecutorSettings
  readonly #errors: StoreErrors
  readonly #work: KeyedWork<CompletedCall, ExecutedCall>

  constructor(settings: ExecutorSettings, errors: StoreErrors) {
    const { resultStore: store, leaseMs, waitMs, storeTimeoutMs } = settings
    this.#settings = settings
    this.#errors = errors
    this.#work = keyedWork({
      store,
      leaseMs,
      waitMs,
      storeTimeoutMs,
      // A completed call is a result at once, whatever its store does.
      storeRetryMs: [],
      toText: resultText,
      fromText: storedResult,
    })
  }

  /** The result of the work. Rejects with `tool-executor/illegal-key` if the input cannot be compared; never for what a store does. */
  async result({ call, key, caller, start }: KeyedRequest): Promise<Answer> {
    const parameters = parametersOf(call)
    let started = undefined as StartedCall | undefined
    try {
      const ending = await this.#work.once({
        key,
        parameters,
        ttlMs: this.#settings.ttlMs,
        // A process that carries on after a crash has the claim of the one before it, and need not wait until its lease ends.
        token: caller.callKey,
        account: { owner: ownerOf(caller.ids) },
        caller,
        work: (claim) => workOf(call, caller, claim, (started = start({ key, token: claim.token }))),
        storeFailed: (_, cause) => this.#errors.count(cause),
      })
      return { result: this.#resultOf(call, ending), started }
    } catch (error) {
      const { stop } = caller.stops
      if (stop === undefined) throw error
      return { result: stopped(call, notStarted(call), stop), started }
    }
  }

  /** Forgets the result of work that was undone, so that it can be done again. */
  async forget({ key, token }: ResultKey): Promise<void> {
    try {
      await this.#work.forget(key, token, this.#settings.clock)
    } catch (error) {
      this.#errors.count(error)
    }
  }

  #resultOf(call: ResolvedCall, ending: Ending<CompletedCall, ExecutedCall>): ExecutedCall {
    const failedWith = (error: unknown): ExecutedCall => failed(call, notStarted(call), failureFor(error))
    switch (ending.status) {
      case 'executed':
        return ending.result
      case 'shared':
      case 'hit':
        return replay(call, ending.result)
      case 'not-recorded':
        return ending.by === 'executed' ? ending.result : replay(call, ending.result)
      case 'not-json':
      case 'too-large': {
        const { status, by, reason, cause, result } = ending
        if (result === undefined) return failedWith((status === 'too-large' ? tooLarge : notJson)(call, reason))
        if (by !== 'executed') return replay(call, result)
        this.#errors.count(cause)
        return result
      }
      case 'lease-lost': {
        const { output: _, ...facts } = ending.result
        return failed(call, facts, failureFor(leaseLost(call)))
      }
      case 'other-input':
        return failedWith(otherInput(call))
      case 'in-progress':
        return failedWith(inProgress(call, this.#settings.waitMs))
      case 'full':
        return failedWith(full(call, ending.cause))
      case 'unavailable':
        return failedWith(unavailable(call, ending.cause))
      case 'unreadable':
        return failedWith(unreadable(call, ending.cause))
    }
  }
}

/**
 * A completed call is stored. A failed one frees its key once its handler has returned. Calls that wait get its result too: a model that
 * calls a tool twice at once should not get two answers. If its own caller stopped it, they do the work themselves.
 */
async function workOf(
  call: ResolvedCall,
  { stops }: Caller,
  claim: WorkClaim,
  started: StartedCall,
): Promise<Worked<CompletedCall, ExecutedCall>> {
  let isLost = false
  claim.onLost(() => {
    isLost = true
    started.stop(new Stop('lost', leaseLost(call)))
  })
  const result = await started.result
  if (result.status === 'completed') return { keep: true, result }
  const share = !isLost && !isStoppedBy(stops.stop, result)
  return { keep: false, result, share, release: started.left().then(() => true) }
}

function isStoppedBy(stop: Stop | undefined, result: ExecutedCall): boolean {
  if (stop === undefined) return false
  return result.status === 'cancelled' || (result.status === 'failed' && result.cause === stop.error)
}
