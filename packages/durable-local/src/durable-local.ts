import { isAbsolute, join } from 'node:path'
import { cwd } from 'node:process'

import { systemClock } from '@stageflow/core'
import { checkArgumentCount } from '@stageflow/core/kit'
import { LEASE_MS, durableRuns, runsReader } from '@stageflow/durable-engine'
import type { DurableRuns, RunsReader } from '@stageflow/durable-engine'

import { checkDurableLocalOptions, checkReadOnlyOptions } from './options.ts'
import type { DurableLocalOptions, ReadOnlyOptions } from './options.ts'
import { ReadOnlyJournal } from './read-only-journal.ts'
import { SqliteJournal } from './sqlite-journal.ts'

/**
 * Opens a journal. Throws `durable-local/illegal-option`, `durable-local/unavailable` if the file can't be opened, and
 * `durable-local/other-file` if it is something else, or a journal of a newer version.
 */
export function durableLocal(options: DurableLocalOptions): DurableLocal {
  checkArgumentCount(arguments.length, 1, 'durableLocal(options)', 'durable-local/illegal-option')
  checkDurableLocalOptions(options)
  const {
    path,
    synchronous = 'full',
    busyTimeoutMs = Math.min(5_000, 0.8 * (options.leaseMs ?? LEASE_MS)),
    maxBytes = 4 * 1024 ** 3,
    retentionMs,
    ...durable
  } = options
  const { clock = systemClock } = durable
  // A process that opens the file carries no runs yet, so it can wait for longer than a lease.
  const openTimeoutMs = options.busyTimeoutMs ?? 5_000
  const file = {
    path: absolute(path),
    synchronous,
    openTimeoutMs,
    busyTimeoutMs: Math.floor(busyTimeoutMs),
    maxBytes,
    retentionMs,
  }
  return durableRuns(new SqliteJournal({ ...file, clock }), durable)
}

/** Runs that outlive their process, in one file. */
export type DurableLocal = DurableRuns

/**
 * Opens a journal to look at its runs, also beside the app that writes it and as a user who may only read the file. It changes nothing,
 * and creates no file. Throws like `durableLocal()`, and `durable-local/unavailable` if there is no file.
 */
export function openJournal(path: string, options: ReadOnlyOptions): JournalReader {
  checkArgumentCount(arguments.length, 2, 'openJournal(path, options)', 'durable-local/illegal-option')
  checkReadOnlyOptions(path, options)
  return runsReader(new ReadOnlyJournal(absolute(path), options.busyTimeoutMs ?? 5_000))
}

/** Keeps a slash at the end, which says that the path is that of a folder. */
const absolute = (path: string): string => (isAbsolute(path) ? path : join(cwd(), path))

/** Looks at the runs of a file. */
export type JournalReader = RunsReader
