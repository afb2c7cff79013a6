import type { BudgetReservation, BudgetStore, ReserveAnswer } from '@stageflow/keyed-work'
import { LONG_MS, StoreBench, must, shown } from '@stageflow/keyed-work/suite'

/** The limit of a window, unless a case says otherwise. */
export const MOST = 100

/** What a case reserves in another way than most. */
type GivenReservation = Partial<BudgetReservation> & { readonly key?: string }

/** Calls the store under test for a case, with keys that no other case uses. */
export class BudgetBench extends StoreBench<BudgetStore> {
  readonly #prefix: string = crypto.randomUUID()

  /** A key that no other case uses. */
  own(name = 'key'): string {
    return `${this.#prefix}/${name}`
  }

  async reserve(
    amount: number,
    { key = 'key', token = 't', most = MOST, windowMs = LONG_MS }: GivenReservation = {},
  ): Promise<ReserveAnswer> {
    return this.store.reserve(this.own(key), { token, amount, most, windowMs })
  }
  async settle(amount: number, { key = 'key', token = 't' }: { key?: string; token?: string } = {}): Promise<void> {
    await this.store.settle(this.own(key), { token, amount })
  }

  /** The amount must be reserved. */
  async reserves(amount: number, given: GivenReservation = {}): Promise<void> {
    const answer = await this.reserve(amount, given)
    must(
      answer?.status === 'reserved',
      `reserve of ${amount} for token ${given.token ?? 't'} must return "reserved", not ${shown(answer)}.`,
    )
  }

  /** The key must have exactly this left for a new token. Asks for one more, which changes nothing. */
  async hasLeft(left: number, given: GivenReservation = {}): Promise<void> {
    const { most = MOST, windowMs = LONG_MS } = given
    const answer = await this.reserve(left + 1, { token: 'one more', ...given })
    const isRight = answer?.status === 'refused' && answer.left === left
    must(isRight, `of ${most} there must be ${left} left, but reserve of ${left + 1} returned ${shown(answer)}.`)
    const { resetsInMs } = answer
    const isInWindow = left === most ? resetsInMs === 0 : resetsInMs > 0 && resetsInMs <= windowMs
    must(
      isInWindow,
      `resetsInMs must be ${left === most ? '0 without a window' : `above 0 and at most ${windowMs}`}, not ${resetsInMs}.`,
    )
  }
}
