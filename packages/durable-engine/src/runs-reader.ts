import { checkArgumentCount, checkedMethods } from '@stageflow/core/kit'

import { checkGetOptions, checkRunId } from './arguments.ts'
import type { Journal } from './journal.ts'
import { listRuns, runDetails } from './views.ts'
import type { GetOptions, ListOptions, RunDetails, RunSummary, Viewer } from './views.ts'

/** A journal that is only looked at. */
export type ReadableJournal = Pick<Journal, 'name' | 'read' | 'close'>

/** Looks at the runs of a journal. It checks no rights, carries nothing and deletes nothing. */
export interface RunsReader extends AsyncDisposable {
  /** The runs, newest first, at most 100 by default. */
  list(options?: ListOptions): Promise<readonly RunSummary[]>
  /** Everything about one run; undefined if there is none. */
  get(runId: string, options?: GetOptions): Promise<RunDetails | undefined>
  close(): Promise<void>
}

export function runsReader(journal: ReadableJournal): RunsReader {
  checkArgumentCount(arguments.length, 1, 'runsReader(journal)', 'durable-engine/illegal-option')
  const viewer: Viewer = { journal, owner: undefined, inProgress: () => [] }
  const close = async (): Promise<void> => journal.close()
  const reader: RunsReader = {
    list: async (options = {}) => journal.read(listRuns(viewer, options)),
    async get(runId, options = {}) {
      checkRunId('get()', runId)
      checkGetOptions(options)
      return journal.read(runDetails(runId, viewer, options))
    },
    close,
    [Symbol.asyncDispose]: close,
  }
  return checkedMethods(reader, {
    code: 'durable-engine/illegal-option',
    calls: { list: [['options']], get: [['runId', 'options']], close: [[]] },
  })
}
