import { read, show } from '@stageflow/core/kit'
import {
  askStore,
  type KeptLease,
  type Leases,
  poll,
  type UndoClaimAnswer,
  type UndoStore,
} from '@stageflow/keyed-work'
import type { UndoCaller } from '@stageflow/tool-executor'

const STATUSES: ReadonlySet<unknown> = new Set(['claimed', 'taken', 'expired', 'missing'])

export interface ClaimSettings {
  readonly store: UndoStore
  readonly leaseMs: number
  readonly leases: Leases
  readonly storeTimeoutMs: number
}

/** This process's claim on one entry. If the process dies, the claim ends with its lease, and another one can undo the call. */
export class UndoClaim {
  readonly #id: string
  readonly #caller: UndoCaller
  readonly #settings: ClaimSettings
  readonly #token: string = crypto.randomUUID()
  #lease: KeptLease | undefined
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
    const there = await poll(await this.#takeOnce(), () => this.#takeOnce(), {
      clock,
      signal: () => signal,
      until,
      changesInMs: (answer) => (answer.status === 'taken' ? answer.leaseMs : undefined),
    })
    return there.status
  }

  async #takeOnce(): Promise<UndoClaimAnswer> {
    const { signal } = this.#caller
    let claim: UndoClaimAnswer | Promise<UndoClaimAnswer> | undefined
    try {
      const there = await this.#ask(() => (claim = this.#claim()), signal)
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
    const lease = this.#settings.leases.keep(this.#caller.clock, async () => {
      try {
        const { status } = checkedAnswer(await this.#ask(() => this.#claim()))
        if (this.#isOver || status === 'claimed') return
        void lease.end()
        onLost()
      } catch (error) {
        this.#caller.onStoreError(error)
      }
    })
    this.#lease = lease
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
    // A renewal that arrives later would take the claim again.
    await this.#lease?.end()
    try {
      await this.#ask(act)
    } catch (error) {
      this.#caller.onStoreError(error)
    }
  }

  /** Claims the entry, or renews the claim. */
  #claim(): UndoClaimAnswer | Promise<UndoClaimAnswer> {
    const { store, leaseMs } = this.#settings
    return store.claim(this.#id, { token: this.#token, leaseMs })
  }

  #ask<Answer>(act: () => Answer | Promise<Answer>, signal?: AbortSignal): Promise<Answer> {
    const { clock } = this.#caller
    const { storeTimeoutMs: limitMs } = this.#settings
    return askStore(act, { name: 'the undo store', clock, limitMs, signal: () => signal })
  }
}

function checkedAnswer(answer: UndoClaimAnswer): UndoClaimAnswer {
  if (STATUSES.has(read(answer, 'status'))) return answer
  throw new Error(`the store returned ${show(answer)} for a claim`)
}
