import { StageflowError, systemClock } from '@stageflow/core'
import { fingerprintOf } from '@stageflow/core/durable'
import { show } from '@stageflow/core/kit'
import type { AnyGraph } from './admission.ts'
import { checkMoved } from './moved-facts.ts'
import { ANSWER } from './names.ts'
import { ILLEGAL_OPTION } from './option-rules.ts'
import { RecordedRun, checkFit } from './recorded-run.ts'
import type { RunPlace } from './recorded-run.ts'
import type { RunState } from './run-view.ts'
import type { Keys } from './secret.ts'
import type { KeptFact } from './service-call.ts'

/**
 * Begins a failed run again, with the facts of what did not fail. `checkAgain` is called last, before anything changes: it throws if
 * the run isn't the failed one anymore.
 */
export async function retryRun(
  graph: AnyGraph,
  place: RunPlace,
  keys: Keys,
  again: readonly string[],
  checkAgain: () => Promise<void>,
): Promise<void> {
  const { runId } = place
  const run = new RecordedRun(place)
  await run.find()
  // Its state says that it has failed a moment before its invocation ends.
  await run.observe('completed')
  const journal = await run.journal()
  const { start, request } = journal
  checkNames(runId, again, Object.keys(start.fingerprint.stages))
  const facts = factsToKeep(journal.facts, again)
  checkFit(graph, runId, { start, facts })
  const promises = await run.promises((name) => name.startsWith(ANSWER) && !isOf(pathIn(name), again))
  const { startedAt, trace } = start
  const options = renewed(request.options, startedAt)
  const moved = { start: { startedAt, trace }, facts, isRetried: true, promises }
  checkMoved(runId, moved, fingerprintOf(graph))
  await checkAgain()
  if (!(await run.remove())) throw triedBefore(runId)
  await run.beginAgain(keys, { ...journal, request: { ...request, options } }, moved)
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

/** The time limit of a run counts from its start, and begins again. */
function renewed<Options extends { readonly timeoutMs?: number } | undefined>(
  options: Options,
  startedAt: number,
): Options {
  const { timeoutMs } = options ?? {}
  if (timeoutMs === undefined) return options
  return { ...options, timeoutMs: timeoutMs + systemClock.now() - startedAt }
}

function checkNames(runId: string, again: readonly string[], names: readonly string[]): void {
  const unknown = again.filter((name) => !names.includes(name))
  if (unknown.length === 0) return
  throw new StageflowError(
    ILLEGAL_OPTION,
    `retryFailed(): the run "${runId}" has no stage ${unknown.map((name) => `"${name}"`).join(', ')} to run again; it has ${names.join(', ')}.`,
  )
}

/** Facts of calls that failed or were cancelled go, with those of the stages in `again`. All others stay. */
function factsToKeep(facts: readonly KeptFact[], again: readonly string[]): readonly KeptFact[] {
  const last = lastAttempts(facts)
  return facts.filter((fact) => !isOf(fact.key, again) && (isKept(fact) || isOfEarlierAttempt(fact.key, last)))
}

/** Whether a key or a path is of one of these stages, or of something inside it. */
function isOf(key: string, stages: readonly string[]): boolean {
  const [stage = ''] = key.split(/[/#@]/, 1)
  return stages.includes(stage.replaceAll('%2F', '/'))
}

/** The path of the answer that a promise is for. */
const pathIn = (name: string): string => name.slice(name.indexOf(' ', ANSWER.length) + 1)

/** Whether a fact says what need not happen again: a result, a question, its answer, or that its time has passed. */
function isKept(fact: KeptFact): boolean {
  if (fact.kind === 'stop') return false
  // The timers of limits begin with a slash.
  if (fact.kind === 'timer') return !fact.key.startsWith('/')
  if (fact.kind === 'answer') return true
  const { status, abandoned } = fact.facts
  return (status === 'ok' || status === 'skip' || status === 'suspend') && abandoned !== true
}

/** A child pipeline that repeats has a number for each attempt in the keys of its calls: `draft#2/check`. */
const ATTEMPT = /^(.*)#(\d+)\/[^/]*$/s

/** The number of the last attempt of each child pipeline that repeats, by its key. */
function lastAttempts(facts: readonly KeptFact[]): ReadonlyMap<string, number> {
  const last = new Map<string, number>()
  for (const { key } of facts) {
    const [, child = '', attempt] = ATTEMPT.exec(key) ?? []
    if (attempt !== undefined) last.set(child, Math.max(last.get(child) ?? 0, Number(attempt)))
  }
  return last
}

/** A failure in an attempt that another followed is not what the run failed of: it was the reason for the next attempt. */
function isOfEarlierAttempt(key: string, last: ReadonlyMap<string, number>): boolean {
  const [, child = '', attempt] = ATTEMPT.exec(key) ?? []
  return attempt !== undefined && Number(attempt) < (last.get(child) ?? 0)
}
