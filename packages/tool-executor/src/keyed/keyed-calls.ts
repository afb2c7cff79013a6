import { type Clock, StageflowError } from '@stageflow/core'
import { codeOf, isThenable, read, show, textOf, withinLimit } from '@stageflow/core/kit'
import type { CompletedCall, ExecutedCall, ResolvedCall } from '@stageflow/tools'

import type { ExecutorSettings } from '../options.ts'
import { failed, notStarted, replay, stopped } from '../results.ts'
import { thrown } from '../settled.ts'
import { Stop, type Stops } from '../stops.ts'
import type { ResultKey } from '../undo-types.ts'
import { leaseLost, notStored, otherInput, parametersOf } from './call-key.ts'
import type { ToolClaimAnswer } from './result-store.ts'
import type { StoreErrors } from './store-errors.ts'
import { resultText, storedResult, UNDONE_TEXT, unstorableText } from './stored-result.ts'

/** A call that runs. */
export interface Flight {
  readonly result: Promise<ExecutedCall>
  /** Resolves when no code of its handler runs any more. */
  readonly left: () => Promise<unknown>
  readonly stop: (stop: Stop) => void
}

/** A claim on a key, for the call that holds it. */
export interface HeldKey extends ResultKey {
  /** Stores the result before the call ends, and returns how it ends. */
  readonly record: (result: CompletedCall) => Promise<ExecutedCall>
}

export interface KeyedRequest {
  readonly call: ResolvedCall
  /** As `storageKey` made it. */
  readonly key: string
  readonly stops: Stops
  readonly clock: Clock
  readonly start: (held: HeldKey) => Flight
}

type KeySettings = Pick<ExecutorSettings, 'resultStore' | 'ttlMs' | 'leaseMs' | 'storeTimeoutMs'>

interface Shared {
  /** Undefined if the call ended because its own caller stopped it. */
  readonly result: Promise<ExecutedCall | undefined>
  /** Resolves when the key is free again. */
  readonly freed: Promise<unknown>
}

interface Answer {
  readonly result: ExecutedCall
  /** Whether the call that asked did the work itself. */
  readonly isOwn: boolean
}

const FIRST_POLL_MS = 20
const LONGEST_POLL_MS = 1_000
const STATUSES: ReadonlySet<unknown> = new Set(['claimed', 'running', 'completed'])

/** Does the work of each key once: in this process by sharing one execution, elsewhere by the claims of the store. */
export class KeyedCalls {
  readonly #settings: KeySettings
  readonly #shared = new Map<string, Shared>()
  readonly #errors: StoreErrors

  constructor(settings: KeySettings, errors: StoreErrors) {
    this.#settings = settings
    this.#errors = errors
  }

  /** The result of the work. Rejects with `tools/illegal-key` if the input cannot be compared; never for what a store does. */
  async result(request: KeyedRequest): Promise<Answer> {
    const { call, key, stops } = request
    const parameters = parametersOf(call)
    const work = `${parameters} ${key}`
    for (;;) {
      const shared = this.#shared.get(work)
      if (shared === undefined) return this.#lead(request, parameters, work)
      const result = await stops.race(shared.result)
      if (result instanceof Stop) return stoppedAnswer(call, result)
      if (result !== undefined) return notOwn(replay(call, result))
      // Its own caller stopped it. When its handler has returned, it is another caller's turn.
      const freed = await stops.race(shared.freed)
      if (freed instanceof Stop) return stoppedAnswer(call, freed)
    }
  }

  /** Forgets the result of work that was undone, so that it can be done again. */
  async forget({ key, token }: ResultKey): Promise<void> {
    try {
      const { resultStore } = this.#settings
      await resultStore.complete(key, { token, parameters: '0'.repeat(64), value: UNDONE_TEXT, ttlMs: 1 })
    } catch (error) {
      this.#errors.count(error)
    }
  }

  async #lead(request: KeyedRequest, parameters: string, work: string): Promise<Answer> {
    const freed = Promise.withResolvers<void>()
    let leave = async (): Promise<void> => {}
    const answer = this.#perform(request, parameters, (whenOver) => (leave = whenOver))
    const result = answer.then((ended) => (isStopped(ended.result, request.stops) ? undefined : ended.result))
    this.#shared.set(work, { result: result.catch(() => undefined), freed: freed.promise })
    try {
      return await answer
    } finally {
      void leave().then(() => {
        this.#shared.delete(work)
        freed.resolve()
      })
    }
  }

  /** Claims the key and does the work, or returns what is known of it. */
  async #perform(
    request: KeyedRequest,
    parameters: string,
    onStart: (whenOver: () => Promise<void>) => void,
  ): Promise<Answer> {
    const { call, key, stops, clock } = request
    const token = crypto.randomUUID()
    for (let polls = 0; ; polls++) {
      let asked: unknown
      let there: ToolClaimAnswer | Stop
      try {
        there = await this.#claim(request, parameters, token, (claim) => (asked = claim))
      } catch (error) {
        this.#giveBack(asked, key, token)
        return failedAnswer(call, this.#unavailable(call, error))
      }
      if (there instanceof Stop) {
        this.#giveBack(asked, key, token)
        return stoppedAnswer(call, there)
      }
      if (there.status === 'claimed') return this.#run(request, parameters, token, onStart)
      const known = there.status === 'completed' ? readStored(call, there.value) : undefined
      const wasUndone = known === 'undone'
      if (!wasUndone && there.parameters !== parameters) return failedAnswer(call, otherInput(call))
      if (known !== undefined && !wasUndone) return notOwn(known)
      const leaseMs = there.status === 'running' ? Math.ceil(there.leaseMs) : 1
      const delayMs = Math.min(FIRST_POLL_MS * 2 ** Math.min(polls, 10), LONGEST_POLL_MS, leaseMs)
      const stop = await stops.race(clock.sleep(delayMs, stops.signal))
      if (stop instanceof Stop) return stoppedAnswer(call, stop)
    }
  }

  async #run(
    request: KeyedRequest,
    parameters: string,
    token: string,
    onStart: (whenOver: () => Promise<void>) => void,
  ): Promise<Answer> {
    const { call, key, clock } = request
    const { leaseMs } = this.#settings
    let isOver = false
    const renew = async (): Promise<void> => {
      try {
        const there = await this.#claim(request, parameters, token)
        if (isOver || there instanceof Stop) return
        if (there.status !== 'claimed') return flight.stop(new Stop('lost', leaseLost(call)))
      } catch (error) {
        this.#errors.count(error)
      }
      if (!isOver) stopTimer = clock.setTimeout(() => void renew(), leaseMs / 3)
    }
    // From then on the lease runs out by itself, even if code of the handler still runs.
    const stopRenewing = (): void => {
      isOver = true
      stopTimer()
    }
    const record = (result: CompletedCall): Promise<ExecutedCall> => {
      stopRenewing()
      return this.#record(request, parameters, token, result)
    }
    const flight = request.start({ key, token, record })
    let stopTimer = clock.setTimeout(() => void renew(), leaseMs / 3)
    const result = await flight.result
    stopRenewing()
    onStart(async () => {
      await flight.left()
      if (result.status !== 'completed') await this.#release(key, token)
    })
    return { result, isOwn: true }
  }

  /** Stores a result. The work is done: if the store fails, the result stays true, and the failure is counted. */
  async #record(
    request: KeyedRequest,
    parameters: string,
    token: string,
    result: CompletedCall,
  ): Promise<ExecutedCall> {
    const { call, key } = request
    const { resultStore, ttlMs } = this.#settings
    const store = (value: string): Promise<boolean | Stop> =>
      this.#ask(request, () => resultStore.complete(key, { token, parameters, value, ttlMs }))
    const storeReason = (error: unknown): Promise<boolean | Stop> => {
      this.#errors.count(error)
      return store(unstorableText(textOf(error)))
    }
    try {
      let kept: boolean | Stop
      try {
        const text = textOrError(result)
        kept = await (typeof text === 'string' ? store(text) : storeReason(text.error))
      } catch (error) {
        if (codeOf(error)?.endsWith('/value-too-large') !== true) throw error
        kept = await storeReason(error)
      }
      if (kept === false) {
        const { output: _, ...facts } = result
        return failed(call, facts, thrown(leaseLost(call)))
      }
    } catch (error) {
      this.#errors.count(error)
    }
    return result
  }

  /** Claims the key, or renews the claim. */
  async #claim(
    request: KeyedRequest,
    parameters: string,
    token: string,
    onAsked?: (claim: unknown) => void,
  ): Promise<ToolClaimAnswer | Stop> {
    const { resultStore, leaseMs } = this.#settings
    const there = await this.#ask(request, () => {
      const claim = resultStore.claim(request.key, { token, parameters, leaseMs })
      onAsked?.(claim)
      return claim
    })
    if (there instanceof Stop || STATUSES.has(read(there, 'status'))) return there
    throw new Error(`the store returned ${show(there)} for a claim`)
  }

  /** Releases a claim that the store may still take although the call has ended. */
  #giveBack(asked: unknown, key: string, token: string): void {
    void Promise.resolve(asked).then(
      () => this.#release(key, token),
      () => {},
    )
  }

  /** Asks the store, for a limited time; a stop of the caller ends the wait. */
  async #ask<T>({ stops, clock }: KeyedRequest, ask: () => T | Promise<T>): Promise<T | Stop> {
    const answer = ask()
    if (!isThenable(answer)) return answer
    const { storeTimeoutMs: limitMs } = this.#settings
    const late = (): Error => new Error(`the store did not respond within ${limitMs} ms`)
    return stops.race(withinLimit(answer, { clock, limitMs, signal: stops.signal, late }))
  }

  async #release(key: string, token: string): Promise<void> {
    try {
      await this.#settings.resultStore.release(key, token)
    } catch (error) {
      this.#errors.count(error) // the lease runs out by itself
    }
  }

  #unavailable(call: ResolvedCall, cause: unknown): StageflowError {
    this.#errors.count(cause)
    const message = `Tool "${call.name}" was not called: the result store failed (${textOf(cause)}), so it's unknown whether the work has been done. Check the store, then call again.`
    return new StageflowError('tool-executor/unavailable', message, { cause })
  }
}

function textOrError(result: CompletedCall): string | { readonly error: unknown } {
  try {
    return resultText(result)
  } catch (error) {
    return { error }
  }
}

/** The result that is stored for a key, as that of this call. */
function readStored(call: ResolvedCall, text: string): ExecutedCall | 'undone' {
  try {
    const stored = storedResult(text)
    if ('undone' in stored) return 'undone'
    if ('result' in stored) return replay(call, stored.result as ExecutedCall)
    return failed(call, notStarted(call), thrown(notStored(call, stored.unstorable)))
  } catch (error) {
    return failed(call, notStarted(call), thrown(notStored(call, textOf(error), error)))
  }
}

const notOwn = (result: ExecutedCall): Answer => ({ result, isOwn: false })
const stoppedAnswer = (call: ResolvedCall, stop: Stop): Answer => notOwn(stopped(call, notStarted(call), stop))
const failedAnswer = (call: ResolvedCall, error: unknown): Answer =>
  notOwn(failed(call, notStarted(call), thrown(error)))

function isStopped(result: ExecutedCall, { stop }: Stops): boolean {
  if (stop === undefined) return false
  return result.status === 'cancelled' || (result.status === 'failed' && result.cause === stop.error)
}
