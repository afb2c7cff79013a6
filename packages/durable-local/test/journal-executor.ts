import { systemClock } from '@stageflow/core'
import { JournalExecutors } from '@stageflow/durable-engine/contract'
import type { ExecutorUnderTest } from '@stageflow/testing/durable/contract'

import { SqliteJournal } from '../src/sqlite-journal.ts'

/** The executors of a journal. `path`: the file that all processes share. */
export const executorsOf = (path: string): ExecutorUnderTest =>
  new JournalExecutors(
    new SqliteJournal({
      path,
      synchronous: 'normal',
      busyTimeoutMs: 5_000,
      maxBytes: 2 ** 32,
      retentionMs: 2 ** 31,
      clock: systemClock,
    }),
  )

/** For processes: they inherit the path of the journal. */
export const openExecutor = (): ExecutorUnderTest => executorsOf(process.env['EXECUTOR_FILE'] ?? '')
