import type { Clock } from '@stageflow/core'
import { CLOCK, type OptionRules, TEXT, checkOptions, oneOf, required, whole } from '@stageflow/core/kit'

export interface DurableLocalOptions {
  /** The path of the journal, an SQLite file. It is created if it is missing, readable for its user only. */
  readonly path: string
  /** `full` keeps every fact through a power cut; `normal` is faster, and a power cut loses the last ones. Default: `'full'`. */
  readonly synchronous?: 'full' | 'normal'
  /** How long after the death of a process others wait before they take over its runs, in ms. Default: 5,000. */
  readonly leaseMs?: number
  /** How many legs in a row may end with their process before a run has a new fact. Then it fails. Default: 5. */
  readonly maxRecoveries?: number
  /** How long the runs that have ended are kept, in ms. They are deleted at the opening, and each time 64 runs have ended. Their ids can then begin new runs. Default: 30 days. */
  readonly retentionMs?: number
  /** Maximum length of one input, output or answer as JSON, in characters. Default: 4 Mi. */
  readonly maxFactLength?: number
  /** Maximum size of the journal, in bytes. New runs are refused at 90% of it. Default: 4 GiB. */
  readonly maxBytes?: number
  /** Maximum time that opening and each transaction wait for another process, in ms. Blocks the process. Default: 5,000. */
  readonly busyTimeoutMs?: number
  /** Gives facts their times, and makes the timers. Leases and retention use the clock of the machine. Default: `systemClock`. */
  readonly clock?: Clock
}

const LONGEST = 2 ** 31 - 1
const RULES: OptionRules<DurableLocalOptions> = {
  path: required([
    (value) => TEXT[0](value) && value !== ':memory:',
    "the path of a file, such as 'runs.db'; a journal in memory would not outlive the process",
  ]),
  synchronous: oneOf('full', 'normal'),
  leaseMs: whole(50, LONGEST),
  maxRecoveries: whole(0),
  retentionMs: whole(0),
  maxFactLength: whole(1_024, 256 * 1024 * 1024),
  maxBytes: whole(1024 * 1024),
  busyTimeoutMs: whole(0, LONGEST),
  clock: CLOCK,
}

export function checkDurableLocalOptions(options: DurableLocalOptions): void {
  checkOptions('durableLocal()', 'durable-local/illegal-option', options, RULES)
}
