import { systemClock } from '@stageflow/core'
import { durableRuns } from '@stageflow/durable-engine'
import type { DurableRuns } from '@stageflow/durable-engine'

import { checkDurableLocalOptions } from './options.ts'
import type { DurableLocalOptions } from './options.ts'
import { SqliteJournal } from './sqlite-journal.ts'

/**
 * Opens a journal. Throws `durable-local/illegal-option`, `durable-local/unavailable` if the file can't be opened, and
 * `durable-local/other-file` if it is something else, or a journal of a newer version.
 */
export function durableLocal(options: DurableLocalOptions): DurableLocal {
  checkDurableLocalOptions(options)
  const { path, synchronous = 'full', busyTimeoutMs = 5_000, maxBytes = 4 * 1024 ** 3, ...shared } = options
  const { retentionMs = 30 * 86_400_000, ...durable } = shared
  const { clock = systemClock } = durable
  return durableRuns(new SqliteJournal({ path, synchronous, busyTimeoutMs, maxBytes, retentionMs, clock }), durable)
}

/** Runs that outlive their process, in one file. */
export type DurableLocal = DurableRuns
