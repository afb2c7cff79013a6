import { StageflowError, systemClock } from '@stageflow/core'
import type { Clock } from '@stageflow/core'
import { CLOCK, checkArgumentCount, checkOptions } from '@stageflow/core/kit'
import type { OptionRules } from '@stageflow/core/kit'
import { BOUNDS, BoundedMap } from '@stageflow/keyed-work'
import type { BudgetReservation, BudgetSettlement, BudgetStore, ReserveAnswer } from '@stageflow/keyed-work'
import { CODE } from './options.ts'

/** The options of `memoryBudgetStore()`. */
export interface MemoryBudgetStoreOptions {
  /** Maximum number of windows: each limit of each user and organization that has asked a model has one. Default: 100,000. */
  readonly maxEntries?: number
  /** Measures windows. Default: the system's. */
  readonly clock?: Clock
}

/** A store that answers synchronously. */
export interface MemoryBudgetStore extends BudgetStore {
  reserve(key: string, reservation: BudgetReservation): ReserveAnswer
  settle(key: string, settlement: BudgetSettlement): void
}

const OPTIONS: OptionRules<MemoryBudgetStoreOptions> = { maxEntries: BOUNDS.maxEntries, clock: CLOCK }

interface Window {
  /** A time on the clock of the store. */
  readonly endsAt: number
  /** All that is settled and held. */
  total: number
  /** What each token holds. */
  readonly held: Map<string, number>
}

/**
 * A store in this process's memory: other processes have limits of their own, and a restart forgets what was spent. When it is full of windows
 * that go on, it refuses new ones (`models/full`), because to forget a window would lift its limit.
 */
export function memoryBudgetStore(options: MemoryBudgetStoreOptions = {}): MemoryBudgetStore {
  checkArgumentCount(arguments.length, 1, 'memoryBudgetStore(options)', CODE)
  checkOptions('memoryBudgetStore()', CODE, options, OPTIONS)
  const { maxEntries = 100_000, clock = systemClock } = options
  const windows = new BoundedMap<Window>({ maxEntries, maxLength: Infinity })

  /** The window that goes on. */
  function windowOf(key: string, now: number): Window | undefined {
    const window = windows.get(key)
    return window === undefined || window.endsAt <= now ? undefined : window
  }

  function newWindow(key: string, endsAt: number, now: number): Window {
    windows.delete(key)
    if (!windows.makeRoom(key.length, (window) => window.endsAt <= now))
      throw new StageflowError(
        'models/full',
        `memoryBudgetStore() is full with ${windows.size} windows that go on (maxEntries ${maxEntries}). Raise maxEntries, or use a store on disk.`,
      )
    const window = { endsAt, total: 0, held: new Map<string, number>() }
    windows.set(key, window, key.length)
    return window
  }

  return {
    reserve(key, { token, amount, most, windowMs }) {
      const now = clock.now()
      const there = windowOf(key, now)
      const others = there === undefined ? 0 : there.total - (there.held.get(token) ?? 0)
      if (others + amount > most)
        return {
          status: 'refused',
          left: Math.max(0, most - others),
          resetsInMs: there === undefined ? 0 : there.endsAt - now,
        }
      const window = there ?? newWindow(key, now + windowMs, now)
      window.total = others + amount
      window.held.set(token, amount)
      return { status: 'reserved' }
    },
    settle(key, { token, amount }) {
      const window = windowOf(key, clock.now())
      const held = window?.held.get(token)
      if (window === undefined || held === undefined) return
      window.total += amount - held
      window.held.delete(token)
    },
  }
}
