import { StageflowError } from '@stageflow/core'

import type { ResolvedCall } from './call-types.ts'
import { textOf } from './error-text.ts'
import type { ExecutedCall } from './result-types.ts'
import type { ToolResultStore } from './result-store.ts'
import { failed, notStarted, stopped } from './tool-executor-report.ts'
import { thrown } from './tool-executor-settled.ts'
import { Stop, type Stops } from './tool-executor-stops.ts'

export interface Flight {
  readonly result: Promise<ExecutedCall>
  /** Settles when no code of its handler runs any more. */
  readonly left: () => Promise<unknown>
}

interface Held {
  readonly fingerprint: string
  /** Undefined: the work was ended by the signal or the time limit of its caller, which are nobody else's. */
  readonly result: Promise<ExecutedCall | undefined>
  /** Settles when the key is free again. */
  readonly freed: Promise<unknown>
}

export interface FlightRequest {
  readonly call: ResolvedCall
  readonly key: string
  readonly fingerprint: string
  readonly stops: Stops
  readonly now: () => number
  /** Does the work. */
  readonly start: () => Flight
}

/** Does the work of a key once: whoever comes meanwhile gets the same result, and so does whoever comes later, from the store. */
export class ToolFlights {
  readonly #running = new Map<string, Held>()
  readonly #store: ToolResultStore
  readonly #ttlMs: number
  storeErrors = 0
  lastStoreError: unknown

  constructor(store: ToolResultStore, ttlMs: number) {
    this.#store = store
    this.#ttlMs = ttlMs
  }

  /** The result, and whether it is that of another call. Never rejects. */
  async result(request: FlightRequest): Promise<{ readonly result: ExecutedCall; readonly isOwn: boolean }> {
    const { call, key, fingerprint, stops } = request
    for (;;) {
      const held = this.#running.get(key)
      if (held === undefined) return this.#own(request)
      const result = await stops.race(held.result)
      if (result instanceof Stop) return shared(stopped(call, notStarted(call), result))
      if (held.fingerprint === fingerprint && result !== undefined) return shared(replay(call, result))
      // Others asked for something else, or were stopped: when they have left, the store tells, or it is our turn.
      const freed = await stops.race(held.freed)
      if (freed instanceof Stop) return shared(stopped(call, notStarted(call), freed))
    }
  }

  /** Takes the key, at once, and then looks whether its work has been done already. */
  async #own(request: FlightRequest): Promise<{ readonly result: ExecutedCall; readonly isOwn: boolean }> {
    let free = (): void => {}
    let flight: Flight | undefined
    const answer = this.#perform(request, (started) => (flight = started))
    const freed = new Promise<void>((resolve) => (free = resolve))
    this.#running.set(request.key, {
      fingerprint: request.fingerprint,
      result: answer.then(({ result }) => (isStopped(result, request.stops) ? undefined : result)),
      freed,
    })
    const ended = await answer
    void Promise.resolve(flight?.left()).then(() => {
      this.#running.delete(request.key)
      free()
    })
    return ended
  }

  async #perform(
    { call, key, fingerprint, stops, now, start }: FlightRequest,
    onStart: (flight: Flight) => void,
  ): Promise<{ readonly result: ExecutedCall; readonly isOwn: boolean }> {
    try {
      const stored = await stops.race((async () => this.#store.get(key))())
      if (stored instanceof Stop) return shared(stopped(call, notStarted(call), stored))
      if (stored !== undefined && stored.expiresAt > now()) {
        if (stored.fingerprint === fingerprint) return shared(replay(call, stored.result))
        return shared(failed(call, notStarted(call), thrown(reused(call))))
      }
    } catch (error) {
      return shared(failed(call, notStarted(call), thrown(this.#unavailable(call, error))))
    }
    const flight = start()
    onStart(flight)
    const result = await flight.result
    if (result.status === 'completed')
      try {
        const stored = { fingerprint, result, expiresAt: now() + this.#ttlMs }
        await stops.race((async () => this.#store.set(key, stored))())
      } catch (error) {
        // The work is done, and its result is true; only a repeat would do it again.
        this.#count(error)
      }
    return { result, isOwn: true }
  }

  /** Forgets the result of work that has been undone. */
  async forget(key: string): Promise<void> {
    try {
      await this.#store.delete(key)
    } catch (error) {
      this.#count(error)
    }
  }

  #unavailable(call: ResolvedCall, cause: unknown): StageflowError {
    this.#count(cause)
    const message = `The call of tool "${call.name}" was not made: the store of results cannot be used (${textOf(cause)}), so nobody knows whether its work has been done.`
    return new StageflowError('tools/store-unavailable', message, { cause })
  }

  #count(error: unknown): void {
    this.storeErrors++
    this.lastStoreError = error
  }
}

const shared = (result: ExecutedCall): { readonly result: ExecutedCall; readonly isOwn: boolean } => ({
  result,
  isOwn: false,
})

function isStopped(result: ExecutedCall, { stop }: Stops): boolean {
  if (stop === undefined) return false
  return result.status === 'cancelled' || (result.status === 'failed' && result.cause === stop.error)
}

/** Another call's result, as that of this call. Undone it is by the call that did the work. */
function replay({ callId, name, index }: ResolvedCall, result: ExecutedCall): ExecutedCall {
  const cause = 'cause' in result ? { cause: result.cause } : undefined
  const own = { ...result, callId, name, index, undoable: false, replayed: true as const }
  if (cause !== undefined) Object.defineProperty(own, 'cause', { value: cause.cause })
  return Object.freeze(own)
}

function reused(call: ResolvedCall): StageflowError {
  return new StageflowError(
    'tools/key-reused',
    `The call of tool "${call.name}" was not made: its idempotency key was used for other arguments or another tool. New work takes a new key.`,
  )
}
