import type { Journal } from './journal.ts'
import { DELETE_FACTS, DELETE_RUN, FORGET_OWNERS, OUTDATED } from './statements.ts'

/** More than are added between two cleanups, so that the journal shrinks. */
const RUNS_PER_CLEANUP = 256
const PAGES_PER_CLEANUP = 1_024

/** Deletes runs that ended longer than `ms` ago, some at a time, and gives their space back. */
export async function deleteOutdated(journal: Journal, ms: number): Promise<void> {
  try {
    const count = await journal.write(() => {
      const runs = journal.all(OUTDATED, { ms, most: RUNS_PER_CLEANUP })
      for (const { n } of runs) {
        journal.run(DELETE_FACTS, n)
        journal.run(DELETE_RUN, n)
      }
      journal.run(FORGET_OWNERS)
      return runs.length
    })
    if (count > 0 && journal.isOpen) journal.shrink(PAGES_PER_CLEANUP)
  } catch {
    // The next cleanup tries again. A journal that can't be written fails the runs that need it.
  }
}
