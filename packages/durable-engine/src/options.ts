import type { Clock } from '@stageflow/core'
import { CLOCK, type OptionRules, whole } from '@stageflow/core/kit'

/** The options of durable runs that every journal has. */
export interface EngineOptions {
  /** How long after the death of a process others wait before they take over its runs, in ms. Default: 5,000. */
  readonly leaseMs?: number
  /** How many legs in a row may end with their process before a run has a new fact. After one more, it fails. Default: 5. */
  readonly maxRecoveries?: number
  /** Maximum length of one input, output, answer, reason to cancel or interrupt as JSON, in characters. Default: 4 Mi. */
  readonly maxFactLength?: number
  /**
   * Gives facts their times, and makes the timers of runs. Leases and retention use the clock of the journal, and the beat that renews leases goes
   * by the clock of the machine, as `close()` does. Default: `systemClock`.
   */
  readonly clock?: Clock
}

/** The default of `leaseMs`. */
export const LEASE_MS = 5_000
/** The longest time that a timer can have, in ms. */
export const LONGEST_MS: number = 2 ** 31 - 1

/** The rules of these options, for `checkOptions`. */
export const ENGINE_OPTIONS: OptionRules<EngineOptions> = {
  leaseMs: whole(50, LONGEST_MS),
  maxRecoveries: whole(0),
  maxFactLength: whole(1_024, 256 * 1024 * 1024),
  clock: CLOCK,
}
