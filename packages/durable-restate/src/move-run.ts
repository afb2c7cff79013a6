import type { StageGraph, StageflowError } from '@stageflow/core'
import { fingerprintOf } from '@stageflow/core/durable'
import { checkArgumentCount, checkOptions, required } from '@stageflow/core/kit'
import type { OptionRules } from '@stageflow/core/kit'
import { checkMoved } from './moved-facts.ts'
import { ANSWER, CANCEL, INTERRUPT } from './names.ts'
import { ADDRESS, HEADERS, ILLEGAL_OPTION, NAME, RUN_ID } from './option-rules.ts'
import { RecordedRun, checkFit, notMovable } from './recorded-run.ts'
import { keysOf } from './secret.ts'
import type { Secrets } from './secret.ts'

export interface MoveRunOptions {
  /** The address of Restate's ingress, such as `http://localhost:8080`. */
  readonly url: string
  /** The address of Restate's admin API, such as `http://localhost:9070`. */
  readonly adminUrl: string
  /** The name of the workflow, whose newest deployment serves the graph. */
  readonly name: string
  readonly runId: string
  /** The secret of the workflow. Without one, a workflow takes no facts. */
  readonly secret: Secrets
  /** Headers of each request, such as `authorization`. Default: none. */
  readonly headers?: Readonly<Record<string, string>>
}

const RULES: OptionRules<Omit<MoveRunOptions, 'secret'>> = {
  url: required(ADDRESS),
  adminUrl: required(ADDRESS),
  name: required(NAME),
  runId: required(RUN_ID),
  headers: HEADERS,
}

/**
 * Lets a run that began with another graph go on with `graph`: its invocation is ended, and a new one with the same run id begins
 * with the same facts. Nothing that has settled runs again; calls in progress do. Rejects with `durable-restate/changed-graph` and every
 * difference if the run doesn't fit; then it goes on where it was.
 */
export async function moveRun<Stages, Ports>(graph: StageGraph<Stages, Ports>, options: MoveRunOptions): Promise<void> {
  checkArgumentCount(arguments.length, 2, 'moveRun(graph, options)', ILLEGAL_OPTION)
  checkOptions('moveRun()', ILLEGAL_OPTION, options, RULES, [...Object.keys(RULES), 'secret'])
  const keys = keysOf('moveRun()', options.secret, undefined)
  const { runId, name } = options
  const run = new RecordedRun(options)
  const status = await run.find()
  if (status === undefined)
    throw notMovable(
      `Restate has no run "${runId}" of the workflow "${name}". Check the name, the id, and the address of the admin API.`,
    )
  if (status === 'completed')
    throw notMovable(`The run "${runId}" has ended, so it can't be moved. See its result with client.attach(runId).`)
  const view = await run.view(keys)
  // Checked before anything changes, and again once the run can't go on.
  checkFit(graph, runId, await run.journal())
  if (status !== 'paused') await run.pause()
  const journal = await run.journal()
  try {
    checkFit(graph, runId, journal)
    if (view === undefined || !(await run.claim(keys, view))) throw movedBefore(runId)
  } catch (error) {
    await run.resume()
    throw error
  }
  const { startedAt, trace, limitFrom } = journal.start
  await run.kill()
  // After the claim, when an answer that comes late is refused.
  const promises = await run.promises((each) => each === CANCEL || each === INTERRUPT || each.startsWith(ANSWER))
  const moved = {
    start: { startedAt, trace, limitFrom },
    facts: journal.facts,
    triedAgain: journal.triedAgain,
    // A worker of an older version doesn't know this part.
    ...(journal.refused.length > 0 && { refused: journal.refused }),
    promises,
    lastPending: journal.lastPending,
  }
  checkMoved(runId, moved, fingerprintOf(graph))
  if (!(await run.remove())) throw movedBefore(runId)
  await run.beginAgain(keys, journal, moved)
}

const movedBefore = (runId: string): StageflowError =>
  notMovable(`The run "${runId}" is moved by another process at this moment.`)
