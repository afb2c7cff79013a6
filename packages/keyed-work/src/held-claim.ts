import type { Clock } from '@stageflow/core'

import { storeAnswer } from './ask-store.ts'
import type { Account } from './account.ts'
import type { KeyedStore } from './keyed-store.ts'
import type { KeptLease, Leases } from './leases.ts'
import type { ExecutionLimit } from './store-result.ts'
import type { StoreOperation } from './work.ts'

export interface ClaimToHold {
  readonly store: KeyedStore
  readonly key: string
  readonly token: string
  readonly parameters: string
  readonly account: Account | undefined
  readonly leaseMs: number
  /** Whether the store has the claim. If not, there is nothing to renew and to release. */
  readonly isHeld: boolean
  readonly leases: Leases
  readonly clock: Clock
  /** Its signal ends the renewals. */
  readonly limit: ExecutionLimit
  readonly storeFailed: (operation: StoreOperation, cause: unknown) => void
}

/** The claim of one execution: renews it while the work goes on, and gives it back. */
export class HeldClaim {
  readonly #claim: ClaimToHold
  #lease: KeptLease | undefined
  #onLost = (): void => {}
  #isWorking = true
  /** Whether none of the work's code runs any more. */
  hasLeft = false

  constructor(claim: ClaimToHold) {
    this.#claim = claim
  }

  /** Calls the listener if a renewal finds, while the work goes on, that another execution has taken it over. */
  readonly onLost = (listener: () => void): void => {
    this.#onLost = listener
  }

  keepRenewing(): void {
    const { isHeld, leases, clock } = this.#claim
    if (isHeld) this.#lease = leases.keep(clock, () => this.#renew())
  }

  /** Resolves when a renewal in progress has ended. */
  async endRenewing(): Promise<void> {
    await this.#lease?.end()
  }

  /** The work has returned. From now on a renewal tells nothing, whatever it meets. */
  workReturned(): void {
    this.#isWorking = false
  }

  /** Releases the claim once none of the work's code runs, so that no other execution runs beside it. False: leaves it to its lease. */
  async giveBack(release: boolean | Promise<boolean>): Promise<void> {
    const mayRelease = await release
    this.hasLeft = true
    // A renewal that arrives later would take the claim again.
    await this.endRenewing()
    if (mayRelease && this.#claim.isHeld) await this.#release()
  }

  async #renew(): Promise<void> {
    const { store, key, token, parameters, account, leaseMs, limit, storeFailed } = this.#claim
    if (limit.signal().aborted) return
    try {
      const { status } = await storeAnswer(() => store.claim(key, { token, parameters, leaseMs }, account), limit)
      if (this.#isWorking && status !== 'claimed') this.#onLost()
    } catch (cause) {
      if (this.#isWorking && !limit.signal().aborted) storeFailed('renew', cause)
    }
  }

  async #release(): Promise<void> {
    const { store, key, token, clock, limit, storeFailed } = this.#claim
    try {
      await storeAnswer(() => store.release(key, token), { clock, limitMs: limit.limitMs })
    } catch (cause) {
      storeFailed('release', cause)
    }
  }
}
