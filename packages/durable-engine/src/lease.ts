import { systemClock } from '@stageflow/core'

import { ask } from './journal.ts'
import type { Journal } from './journal.ts'
import type { Pulse } from './pulse.ts'

export interface LeasePlan {
  readonly journal: Journal
  readonly owner: string
  readonly leaseMs: number
}

/**
 * The lease of this process: as long as it holds, no other process takes a run that this one carries. It goes by the clock of the machine,
 * whatever the option `clock` says.
 */
export class Lease {
  readonly #plan: LeasePlan
  /** Until when no other process can have taken the runs of this one, on the monotonic clock of the machine. */
  #until = 0

  constructor(plan: LeasePlan) {
    this.#plan = plan
  }

  /** Whether it holds for certain. */
  get isHeld(): boolean {
    return systemClock.now() < this.#until
  }
  /** Whether a beat has to renew it, so that some beats are left before it ends. */
  isDue(now: number): boolean {
    return this.#until - now <= (this.#plan.leaseMs * 2) / 3
  }
  /**
   * Whether a claim has to renew it. If it holds for long enough, a claim doesn't: all claims would wait for each other, because a process
   * has one lease.
   */
  mustRenew(now: number): boolean {
    return this.#until - now < this.#plan.leaseMs / 2
  }

  /** Renews it in the journal. If it had ended before, others may have runs of this process: it counts as held once `note` is called. */
  async renew(): Promise<void> {
    const { journal, owner, leaseMs } = this.#plan
    await journal.write(() => ask('renewLease', owner, leaseMs), 'repeatable')
  }
  /** It was renewed in a write that began at `renewedAt`. */
  note(renewedAt: number): void {
    this.#until = Math.max(this.#until, renewedAt + this.#plan.leaseMs)
  }
  /** A run was claimed in a write that began at `claimedAt`, which renewed the lease. If that had ended, others may have the other runs. */
  noteClaim(claimedAt: number, hasOthers: boolean): void {
    if (this.isHeld || !hasOthers) this.note(claimedAt)
  }

  /** Renews it until `pulse` ends: no other process may begin a call whose code is still here. Doesn't reject. */
  async keep(pulse: Pulse): Promise<void> {
    while (!pulse.isOver) {
      const now = systemClock.now()
      try {
        if (this.mustRenew(now)) {
          await this.renew()
          this.note(now)
        }
      } catch {
        // The next beat tries again.
      }
      await pulse.next()
    }
  }
}
