import { read, show } from '@stageflow/core/kit'
import type { UndoCaller } from '@stageflow/tool-executor'

import { inTime } from './store-time.ts'
import type { UndoClaimAnswer, UndoStore } from './undo-store.ts'

const FIRST_POLL_MS = 20
const LONGEST_POLL_MS = 1_000
const STATUSES: ReadonlySet<unknown> = new Set(['claimed', 'taken', 'expired', 'missing'])

export interface ClaimSettings {
  readonly store: UndoStore
  readonly leaseMs: number
  readonly storeTimeoutMs: number
}

/** This process's claim on one entry. If the process dies, the claim ends with its lease, and another one can undo the call. */
export class UndoClaim {
  readonly #id: string
  readonly #caller: UndoCaller
  readonly #settings: ClaimSettings
  readonly #token: string = crypto.randomUUID()
  #stopRenewing: () => void = () => {}
  #renewal: Promise<void> | undefined
  #isOver = false

  constructor(id: string, caller: UndoCaller, settings: ClaimSettings) {
    this.#id = id
    this.#caller = caller
    this.#settings = settings
  }

  /**
   * Claims the entry. While another process has it, waits for at most `waitMs`: the order of the calls is kept across processes.
   * Rejects if the store fails, and with the reason of the caller's signal.
   */
  async take(waitMs: number): Promise<UndoClaimAnswer['status']> {
    const { clock, signal } = this.#caller
    const until = clock.now() + waitMs
    for (let polls = 0; ; polls++) {
      const there = await this.#takeOnce()
      const leftMs = until - clock.now()
      if (there.status !== 'taken' || leftMs <= 0) return there.status
      const pollMs = Math.min(FIRST_POLL_MS * 2 ** Math.min(polls, 10), LONGEST_POLL_MS, leftMs)
      // At least 1 ms: the clock of the store may be ahead by a part of one.
      await clock.sleep(Math.max(1, Math.min(pollMs, Math.ceil(there.leaseMs))), signal)
    }
  }

  async #takeOnce(): Promise<UndoClaimAnswer> {
    const { signal } = this.#caller
    let claim: unknown
    try {
      const there = await this.#inTime((claim = this.#claim()), signal)
      signal.throwIfAborted()
      return checkedAnswer(there)
    } catch (error) {
      // The store may still take the claim.
      void Promise.resolve(claim)
        .catch(() => {})
        .then(() => this.release())
      throw error
    }
  }

  /** Renews the claim until it is given back. Calls `onLost` if another process has taken the entry. */
  hold(onLost: () => void): void {
    const renew = async (): Promise<void> => {
      try {
        const { status } = checkedAnswer(await this.#inTime(this.#claim()))
        if (this.#isOver) return
        if (status !== 'claimed') return onLost()
      } catch (error) {
        this.#caller.onStoreError(error)
      }
      if (!this.#isOver) this.hold(onLost)
    }
    const renewMs = Math.max(1, Math.floor(this.#settings.leaseMs / 3))
    this.#stopRenewing = this.#caller.clock.setTimeout(() => {
      this.#renewal = renew()
    }, renewMs)
  }

  /** Lets others undo the call. If the store fails, they wait for the end of the lease. Never rejects. */
  release(): Promise<void> {
    return this.#giveBack(() => this.#settings.store.release(this.#id, this.#token))
  }

  /** Removes the call, which is undone. If the store fails, it can be undone again. Never rejects. */
  remove(): Promise<void> {
    return this.#giveBack(() => this.#settings.store.remove(this.#id, this.#token))
  }

  async #giveBack(act: () => void | Promise<void>): Promise<void> {
    this.#isOver = true
    this.#stopRenewing()
    // A renewal that arrives later would take the claim again.
    await this.#renewal
    try {
      await this.#inTime(act())
    } catch (error) {
      this.#caller.onStoreError(error)
    }
  }

  /** Claims the entry, or renews the claim. */
  #claim(): UndoClaimAnswer | Promise<UndoClaimAnswer> {
    const { store, leaseMs } = this.#settings
    return store.claim(this.#id, { token: this.#token, leaseMs })
  }

  #inTime<T>(returned: T | Promise<T>, signal?: AbortSignal): T | Promise<T> {
    const { storeTimeoutMs } = this.#settings
    return inTime(returned, { clock: this.#caller.clock, storeTimeoutMs, ...(signal !== undefined && { signal }) })
  }
}

function checkedAnswer(answer: UndoClaimAnswer): UndoClaimAnswer {
  if (STATUSES.has(read(answer, 'status'))) return answer
  throw new Error(`the store returned ${show(answer)} for a claim`)
}
