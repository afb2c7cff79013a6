import { checkArgumentCount } from '@stageflow/core/kit'
import type { BudgetReservation, BudgetSettlement, BudgetStore, ReserveAnswer } from '@stageflow/keyed-work'

import { RESERVE, SETTLE } from './budget-scripts.ts'
import { checkBudgetOptions, type RedisBudgetStoreOptions } from './redis-store-options.ts'
import { scriptCaller } from './script-caller.ts'

/** A store for `modelBudget` of `@stageflow/models` that answers with promises. */
export interface RedisBudgetStore extends BudgetStore {
  reserve(key: string, reservation: BudgetReservation): Promise<ReserveAnswer>
  settle(key: string, settlement: BudgetSettlement): Promise<void>
}

/** Counts what is spent in Redis. Each operation is one script, and each window is one key that expires. Throws `store-redis/illegal-option`. */
export function redisBudgetStore(options: RedisBudgetStoreOptions): RedisBudgetStore {
  checkArgumentCount(arguments.length, 1, 'redisBudgetStore(options)', 'store-redis/illegal-option')
  checkBudgetOptions(options)
  const { client, prefix = 'stageflow:budget:' } = options
  const call = scriptCaller('redisBudgetStore', client, prefix)

  return {
    core: '^1.0.0',
    async reserve(key, { token, amount, most, windowMs }) {
      const values = [fieldOf(token), `${amount}`, `${most}`, `${windowMs}`]
      const [status, left, resetsInMs] = (await call('reserve', RESERVE, key, values)) as unknown[]
      if (status === 'reserved') return { status }
      return { status: 'refused', left: Number(left), resetsInMs: Number(resetsInMs) }
    },
    async settle(key, { token, amount }) {
      await call('settle', SETTLE, key, [fieldOf(token), `${amount}`])
    },
  }
}

/** Never the field of the total. */
const fieldOf = (token: string): string => `t:${token}`
