import type { AskedRequest, JournalReader, RunDetails } from '@stageflow/durable-local'

import { CommandError } from '../command-error.ts'
import { guess } from '../guess.ts'
import { shownText } from '../shown.ts'

/** How many ids a guess is made from. */
const MOST = 1_000

/** One run of a journal. Throws a `CommandError` with a guess if no run has this id. */
export async function oneRun(
  runs: Pick<JournalReader, 'list' | 'get'>,
  runId: string,
  options: { readonly facts?: boolean } = {},
): Promise<RunDetails> {
  const details = await runs.get(runId, options)
  if (details !== undefined) return details
  const known = (await runs.list({ limit: MOST })).map((run) => run.runId)
  throw new CommandError(
    `The journal has no run "${shownText(runId)}".${guess(runId, known)} The command "runs" lists those that it has.`,
  )
}

/** The word that `answer` takes for a request, and `show` prints. */
export const pathOf = ({ path }: Pick<AskedRequest, 'path'>): string => path.join('/')
