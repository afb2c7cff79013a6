import { StageflowError } from '@stageflow/core'
import { type OptionRule, type OptionRules, TEXT, checkOptions, oneOf, required, whole } from '@stageflow/core/kit'
import { ENGINE_OPTIONS, LEASE_MS, LONGEST_MS } from '@stageflow/durable-engine'
import type { EngineOptions } from '@stageflow/durable-engine'

export interface DurableLocalOptions extends EngineOptions {
  /** The path of the journal, an SQLite file. It is created if it is missing, readable for its user only. */
  readonly path: string
  /** `full` keeps every fact through a power cut; `normal` is faster, and a power cut loses the last ones. Default: `'full'`. */
  readonly synchronous?: 'full' | 'normal'
  /** How long the file keeps runs that have ended, in ms. Their ids can then begin new runs. Default: what the file has; a new file keeps them for 30 days. */
  readonly retentionMs?: number
  /** Maximum size of the journal, in bytes. New runs are refused at 90% of it. Default: 4 GiB. */
  readonly maxBytes?: number
  /** Maximum time that opening and each transaction wait for another process, in ms. Blocks the process, so it must be shorter than `leaseMs`. Default: 80% of `leaseMs`, at most 5,000; at the opening 5,000. */
  readonly busyTimeoutMs?: number
}

/** The options of `openJournal()`. */
export interface ReadOnlyOptions {
  /** `durableLocal()` opens a journal to run something. */
  readonly readOnly: true
  /** Maximum time that a read waits for another process, in ms. Blocks the process. Default: 5,000. */
  readonly busyTimeoutMs?: number
}

const PATH: OptionRule = [
  // SQLite reads these as a database in memory, or as a URI, which can ask for one.
  (value) => TEXT[0](value) && value !== ':memory:' && !String(value).startsWith('file:'),
  "the path of a file, such as 'runs.db', and not a URI; a journal in memory would not outlive the process",
]
const RULES: OptionRules<DurableLocalOptions> = {
  path: required(PATH),
  synchronous: oneOf('full', 'normal'),
  ...ENGINE_OPTIONS,
  retentionMs: whole(0),
  maxBytes: whole(1024 * 1024),
  busyTimeoutMs: whole(0, LONGEST_MS),
}

export function checkDurableLocalOptions(options: DurableLocalOptions): void {
  checkOptions('durableLocal()', 'durable-local/illegal-option', options, RULES)
  const { leaseMs = LEASE_MS, busyTimeoutMs = 0 } = options
  if (busyTimeoutMs < leaseMs) return
  throw new StageflowError(
    'durable-local/illegal-option',
    `durableLocal(): busyTimeoutMs (${busyTimeoutMs}) must be shorter than leaseMs (${leaseMs}): a process that waits for a lock cannot renew its lease, so others would take over its runs.`,
  )
}

export function checkReadOnlyOptions(path: string, options: ReadOnlyOptions): void {
  const rules: OptionRules<ReadOnlyOptions & { readonly path: string }> = {
    path: required(PATH),
    readOnly: required([(value) => value === true, 'true: only durableLocal() opens a journal to write it']),
    busyTimeoutMs: whole(0, LONGEST_MS),
  }
  const given = typeof options === 'object' && options !== null ? { ...options, path } : { path }
  checkOptions('openJournal()', 'durable-local/illegal-option', given, rules)
}
