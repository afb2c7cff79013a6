import { StageflowError, systemClock } from '@stageflow/core'
import type { RunAuthor } from '@stageflow/core'
import { factsForRetry, fingerprintOf, namesIn, stagesAgain, wrongAgain } from '@stageflow/core/durable'
import type { GraphFingerprint, NamedGraph } from '@stageflow/core/durable'
import { show } from '@stageflow/core/kit'
import type { RunJournal } from './journal.ts'
import { checkMoved } from './moved-facts.ts'
import { ANSWER } from './names.ts'
import { ILLEGAL_OPTION } from './option-rules.ts'
import { POLL_MS, RecordedRun, checkFit } from './recorded-run.ts'
import type { RunPlace } from './recorded-run.ts'
import type { Moved } from './run-start.ts'
import type { RunState, RunView } from './run-view.ts'
import type { Keys } from './secret.ts'

/**
 * Begins a failed run again, with the facts of what did not fail, and returns the new run. `checkAgain` is called last, before anything
 * changes: it throws if the run isn't the failed one anymore.
 */
export async function retryRun(
  graph: NamedGraph,
  place: RunPlace,
  keys: Keys,
  { run: failed, again, by }: RetryRequest & { readonly run: RunView },
  checkAgain: () => Promise<void>,
): Promise<string> {
  const { runId } = place
  const run = new RecordedRun(place)
  if ((await run.find()) === undefined) throw triedBefore(runId)
  const journal = await endedJournal(run, runId, checkAgain)
  const { start } = journal
  const wrong = wrongAgain(runId, again, start.fingerprint)
  if (wrong !== undefined) throw new StageflowError(ILLEGAL_OPTION, wrong)
  const kept = keptByRetry(start.fingerprint, journal, { again, by })
  checkFit(graph, runId, { start, facts: kept.facts })
  checkMoved(runId, kept, fingerprintOf(graph))
  await checkAgain()
  if (!(await run.claim(keys, failed))) throw triedBefore(runId)
  // After the claim, when an answer that comes late is refused.
  const all = stagesAgain(start.fingerprint, again)
  const promises = await run.promises((name) => name.startsWith(ANSWER) && !isAnswerOf(name, all))
  const moved = { ...kept, promises }
  if (!(await run.remove())) throw triedBefore(runId)
  return run.beginAgain(keys, journal, moved)
}

/** Which stages run again although they had settled, and who asks for the retry. */
export interface RetryRequest {
  readonly again: readonly string[]
  readonly by: RunAuthor | undefined
}

/** What a run that failed has done, without what is to be done again. */
export function keptByRetry(graph: GraphFingerprint, journal: RunJournal, { again, by }: RetryRequest): Moved {
  const { startedAt, trace } = journal.start
  const limitFrom = systemClock.now()
  const facts = factsForRetry(graph, journal.facts, again)
  const asked = new Set(facts.flatMap(({ kind, key }) => (kind === 'call' ? [key] : [])))
  // A stage that runs again forgets what it had refused.
  const refused = journal.refused.filter(({ key }) => asked.has(key))
  return {
    start: { startedAt, trace, limitFrom },
    facts,
    // A worker of an older version doesn't know this part.
    ...(refused.length > 0 && { refused }),
    triedAgain: [
      ...journal.triedAgain,
      {
        at: limitFrom,
        ...(by !== undefined && { by }),
        ...(again.length > 0 && { again: stagesAgain(graph, again) }),
      },
    ],
    lastPending: journal.lastPending,
  }
}

/** How long Restate may take to remove all of an invocation, in ms. */
const REMOVAL_MS = 5_000

/** The journal of a run whose state says that it has failed, which it says a moment before its invocation ends. */
async function endedJournal(run: RecordedRun, runId: string, checkAgain: () => Promise<void>): Promise<RunJournal> {
  try {
    await run.observe('completed')
    return await run.journal()
  } catch (error) {
    // Restate doesn't remove an invocation and its journal at the same moment.
    for (const end = systemClock.now() + REMOVAL_MS; systemClock.now() < end;) {
      if (!(await run.isThere())) throw triedBefore(runId)
      // A run that begins again has the invocation id of the failed one.
      await checkAgain()
      await systemClock.sleep(POLL_MS)
    }
    throw error
  }
}

export const notFailed = (runId: string, { status }: RunState): StageflowError =>
  new StageflowError(
    'durable-restate/not-failed',
    `The run ${show(runId)} is ${status}, so it is not tried again. Only a failed run is; wait for others with client.attach(runId).`,
  )

const triedBefore = (runId: string): StageflowError =>
  new StageflowError(
    'durable-restate/not-failed',
    `The run ${show(runId)} is tried again already, by another process. Wait for it with client.attach(runId).`,
  )

/** Whether a promise is that of an answer to one of these stages, or to something inside it. */
function isAnswerOf(name: string, stages: readonly string[]): boolean {
  const [stage = ''] = namesIn(name.slice(name.indexOf(' ', ANSWER.length) + 1))
  return stages.includes(stage)
}
