import type { Clock } from '@stageflow/core'
import { isThenable, read, show, withinLimit } from '@stageflow/core/kit'

import { Stop, type Caller } from '../executor/caller.ts'
import type { StoreErrors } from '../executor/store-errors.ts'
import type { UndoClaimAnswer, UndoStore } from './undo-store.ts'

/** How long an operation of the store may take, in ms. */
const STORE_LIMIT_MS = 5_000
const FIRST_POLL_MS = 20
const LONGEST_POLL_MS = 1_000
const STATUSES: ReadonlySet<unknown> = new Set(['claimed', 'taken', 'expired', 'missing'])

/** This process's claim on one entry. If the process dies, the claim ends with its lease, and another one can undo the call. */
export class UndoClaim {
  readonly #store: UndoStore
  readonly #errors: StoreErrors
  readonly #id: string
  readonly #leaseMs: number
  readonly #token: string = crypto.randomUUID()
  #stopRenewing: () => void = () => {}
  #renewal: Promise<void> | undefined
  /** The last claim that the store was asked for. */
  #asked: unknown
  #isOver = false

  readonly #clock: Clock

  constructor(id: string, leaseMs: number, clock: Clock, store: UndoStore, errors: StoreErrors) {
    this.#id = id
    this.#leaseMs = leaseMs
    this.#clock = clock
    this.#store = store
    this.#errors = errors
  }

  /** Claims the entry. While another process has it, waits for at most `waitMs`: the order of the calls is kept across processes. */
  async take({ stops }: Caller, waitMs: number): Promise<UndoClaimAnswer['status'] | Stop> {
    const clock = this.#clock
    const until = clock.now() + waitMs
    for (let polls = 0; ; polls++) {
      let there: UndoClaimAnswer | Stop
      try {
        there = await stops.race(this.#ask(stops.signal))
      } catch (error) {
        this.#giveUp()
        throw error
      }
      if (there instanceof Stop || stops.stop !== undefined) {
        this.#giveUp()
        return stops.stop as Stop
      }
      const leftMs = until - clock.now()
      if (there.status !== 'taken' || leftMs <= 0) return there.status
      const pollMs = Math.min(FIRST_POLL_MS * 2 ** Math.min(polls, 10), LONGEST_POLL_MS, leftMs)
      // At least 1 ms: the clock of the store may be ahead by a part of one.
      const delayMs = Math.max(1, Math.min(pollMs, Math.ceil(there.leaseMs)))
      const stop = await stops.race(clock.sleep(delayMs, stops.signal))
      if (stop instanceof Stop) return stop
    }
  }

  /** Renews the claim until it is given back. Calls `onLost` if another process has taken the entry. */
  hold(onLost: () => void): void {
    const renew = async (): Promise<void> => {
      try {
        const { status } = await this.#ask()
        if (this.#isOver) return
        if (status !== 'claimed') return onLost()
      } catch (error) {
        this.#errors.count(error)
      }
      if (!this.#isOver) this.hold(onLost)
    }
    this.#stopRenewing = this.#clock.setTimeout(
      () => {
        this.#renewal = renew()
      },
      Math.max(1, Math.floor(this.#leaseMs / 3)),
    )
  }

  /** Lets others undo the call. If the store fails, they wait for the end of the lease. Never rejects. */
  release(): Promise<void> {
    return this.#giveBack(() => this.#store.release(this.#id, this.#token))
  }

  /** Removes the call, which is undone. If the store fails, it can be undone again. Never rejects. */
  remove(): Promise<void> {
    return this.#giveBack(() => this.#store.remove(this.#id, this.#token))
  }

  async #giveBack(act: () => void | Promise<void>): Promise<void> {
    this.#isOver = true
    this.#stopRenewing()
    // A renewal that arrives later would take the claim again.
    await this.#renewal
    try {
      await this.#limited(act())
    } catch (error) {
      this.#errors.count(error)
    }
  }

  /** Ends the wait for a claim that the store may still take. */
  #giveUp(): void {
    void Promise.resolve(this.#asked)
      .catch(() => {})
      .then(() => this.release())
  }

  async #ask(signal?: AbortSignal): Promise<UndoClaimAnswer> {
    const asked = this.#store.claim(this.#id, { token: this.#token, leaseMs: this.#leaseMs })
    this.#asked = asked
    const there = await this.#limited(asked, signal)
    if (STATUSES.has(read(there, 'status'))) return there
    throw new Error(`the store returned ${show(there)} for a claim`)
  }

  #limited<T>(answer: T | Promise<T>, signal?: AbortSignal): T | Promise<T> {
    if (!isThenable(answer)) return answer
    const late = (): Error => new Error(`the undo store did not respond within ${STORE_LIMIT_MS} ms`)
    return withinLimit(answer, { clock: this.#clock, limitMs: STORE_LIMIT_MS, signal, late })
  }
}
