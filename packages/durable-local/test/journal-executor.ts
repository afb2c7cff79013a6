import { setImmediate } from 'node:timers/promises'

import { systemClock } from '@stageflow/core'
import type { Act, Journal } from '@stageflow/durable-engine'
import { JournalExecutors } from '@stageflow/durable-engine/contract'
import type { ExecutorUnderTest } from '@stageflow/testing/durable/contract'

import { SqliteJournal } from '../src/sqlite-journal.ts'

const openJournal = (path: string): SqliteJournal =>
  new SqliteJournal({
    path,
    synchronous: 'normal',
    openTimeoutMs: 5_000,
    busyTimeoutMs: 5_000,
    maxBytes: 2 ** 32,
    retentionMs: undefined,
    clock: systemClock,
  })

/** The executors of a journal. `path`: the file that all processes share. */
export const executorsOf = (path: string): ExecutorUnderTest => new JournalExecutors(openJournal(path))

/** The same of a journal whose answers come later. */
export const lateExecutorsOf = (path: string): ExecutorUnderTest => new JournalExecutors(lateJournal(path))

/** A journal that answers each read some turns of the event loop later, as a server does: with what was there at once, or then. */
export function lateJournal(path: string): Journal {
  const journal = openJournal(path)
  let reads = 0
  async function read<T>(act: Act<T>): Promise<T> {
    if (reads++ % 2 === 0) await setImmediate()
    const found = journal.read(act)
    await setImmediate()
    return found
  }
  return {
    name: journal.name,
    pollMs: journal.pollMs,
    isRemote: journal.isRemote,
    read,
    write: (act) => journal.write(act),
    addFact: (fact) => journal.addFact(fact),
    mayPass: (error) => journal.mayPass(error),
    cleanUp: () => journal.cleanUp(),
    close: () => journal.close(),
  }
}

/** For processes: they inherit the path of the journal. */
export const openExecutor = (): ExecutorUnderTest => executorsOf(process.env['EXECUTOR_FILE'] ?? '')
