import { checkArgumentCount } from '../base/argument-count.ts'
import { isObject } from '../base/check.ts'
import { systemClock } from '../base/clock.ts'
import { StageflowError } from '../base/errors.ts'
import { show, someOf } from '../base/show.ts'
import { RESUME } from '../contract/results.ts'
import type { AnswersOf, FailedResult, PipelineResult, Run } from '../contract/results.ts'
import type { RunInput } from '../contract/snapshot-fields.ts'
import type { ContextSnapshot } from '../contract/snapshot.ts'
import { KEPT, checkRunOptions } from '../graph/graph.ts'
import { builtGraphOf } from '../pipeline/stage-graph.ts'
import type { NamedGraph, RunArguments, StageGraph } from '../pipeline/stage-graph.ts'
import { admitRequest, missingKeepers, withoutCaller } from './admission.ts'
import { checkedAnswers } from './answer-schemas.ts'
import { checkChildren } from './check-leg.ts'
import { openRequests, wakeAt } from './asked.ts'
import type { SuspendedRun } from './asked.ts'
import { EarlierLegs } from './earlier-legs.ts'
import { fingerprintOf, renamedMaps } from './fit.ts'
import { matchAnswers } from './match-answers.ts'
import { admittedRun } from './own-admission.ts'

/**
 * Continues a suspended run in a new leg. `answers` has an answer for at least one suspended stage; a stage without an answer
 * stays suspended. Without any, those go on whose time has passed (`wakeAt`). Settles like `graph.run`, and rejects with `core/resume`
 * if the run or an answer doesn't fit the graph. The interceptors admit the caller before an answer counts. The leg runs for the user
 * who began the run.
 */
export async function resumeRun<Stages, Ports>(
  graph: StageGraph<Stages, Ports>,
  suspended: SuspendedRun,
  answers: AnswersOf<Stages>,
  ...options: RunArguments<Ports>
): Promise<PipelineResult<Stages>> {
  checkArgumentCount(arguments.length, 4, 'resumeRun(graph, suspended, answers, options)')
  return withoutPorts(graph).run(...(await admittedLeg(graph, suspended, answers, options)))
}

/** Like `resumeRun`, but settles like `graph.runSettled`: a failed run resolves too. */
export async function resumeSettled<Stages, Ports>(
  graph: StageGraph<Stages, Ports>,
  suspended: SuspendedRun,
  answers: AnswersOf<Stages>,
  ...options: RunArguments<Ports>
): Promise<PipelineResult<Stages> | FailedResult<Stages>> {
  checkArgumentCount(arguments.length, 4, 'resumeSettled(graph, suspended, answers, options)')
  return withoutPorts(graph).runSettled(...(await admittedLeg(graph, suspended, answers, options)))
}

/**
 * Like `resumeRun`, but resolves with a handle of the leg, as `graph.start` returns it. Rejects if the run or an answer doesn't fit
 * the graph, or if the caller isn't admitted.
 */
export async function startResumed<Stages, Ports>(
  graph: StageGraph<Stages, Ports>,
  suspended: SuspendedRun,
  answers: AnswersOf<Stages>,
  ...options: RunArguments<Ports>
): Promise<Run<Stages>> {
  checkArgumentCount(arguments.length, 4, 'startResumed(graph, suspended, answers, options)')
  return withoutPorts(graph).start(...(await admittedLeg(graph, suspended, answers, options)))
}

/** The graph, for options whose ports the compiler has checked already. */
const withoutPorts = <Stages, Ports>(graph: StageGraph<Stages, Ports>): StageGraph<Stages, {}> => graph as never

/** Checks a suspended run and its answers, has the caller admitted, and returns the arguments of the run that continues it. */
async function admittedLeg(
  graph: NamedGraph,
  suspended: SuspendedRun,
  answers: unknown,
  [options]: readonly (object | undefined)[],
): Promise<[input: RunInput | ContextSnapshot, options: object]> {
  refuse(graph, problemsWith(graph, suspended))
  // A run whose time has come goes on without an answer, so there is no caller to admit.
  const onlyWakes = hasNone(answers) && wakeAt(suspended) !== undefined
  if (onlyWakes) refuse(graph, notDue(graph, suspended))
  const { snapshot, report, kept = {} } = suspended
  const built = builtGraphOf(graph)
  const now = (built?.clock ?? systemClock).now()
  // A graph that isn't the engine's checks its own options and callers.
  if (built === undefined) {
    if (!onlyWakes) refuse(graph, wrongAnswers(suspended, answers))
    return [snapshot, { ...options, [RESUME]: new EarlierLegs(suspended, answers, { by: undefined, now }) }]
  }
  checkChildren(built)
  const own = checkRunOptions(built, options)
  const answered = answeredPaths(suspended, answers)
  const request = {
    action: 'answer',
    runId: report.pipelineRunId,
    input: snapshot,
    options: own,
    answers: answered,
  } as const
  const { by } = onlyWakes ? { by: undefined } : await admitRequest(graph, { ...request, kept })
  // After the caller was admitted: what is wrong with the answers tells which stages wait.
  if (!onlyWakes) refuse(graph, wrongAnswers(suspended, answers))
  const checked = await checkedAnswers(graph, answers)
  // Their caller was admitted to answer the first ones only.
  if (pathsAsText(answeredPaths(suspended, checked)) !== pathsAsText(answered))
    throw new StageflowError(
      'core/resume',
      `A run of "${graph.name}" cannot be resumed: the answers have changed while their caller was checked. Pass them again, and leave them alone until resume has settled.`,
    )
  const earlier = new EarlierLegs(suspended, checked, { by, now })
  // The leg runs for the user who began the run, not for the caller who answers.
  return [snapshot, { ...withoutCaller(built, own), [KEPT]: admittedRun(kept), [RESUME]: earlier }]
}

const answeredPaths = (suspended: SuspendedRun, answers: unknown): readonly (readonly string[])[] =>
  openRequests(suspended).flatMap(({ path }) => (isAnswered(path, answers) ? [path] : []))
const pathsAsText = (paths: readonly (readonly string[])[]): string => JSON.stringify(paths)

/** Whether answers have something at a path of keys. */
function isAnswered([name, ...inside]: readonly string[], answers: unknown): boolean {
  if (name === undefined) return true
  return isObject(answers) && Object.hasOwn(answers, name) && isAnswered(inside, answers[name])
}

const hasNone = (answers: unknown): boolean => isObject(answers) && Object.keys(answers).length === 0

/** Throws one error with all problems, if there are any. */
function refuse({ name }: NamedGraph, problems: Iterable<string>): void {
  const all = [...problems]
  if (all.length === 0) return
  throw new StageflowError('core/resume', `A run of "${name}" cannot be resumed: ${someOf(all, '; ')}.`)
}

/** Why a run can't be resumed with this graph, whatever the answers are. */
function* problemsWith(graph: NamedGraph, run: SuspendedRun): Generator<string, void> {
  const { name, info } = graph
  const { status, report, requests, outputs, children }: SuspendedRun = isObject(run) ? run : ({} as SuspendedRun)
  if (status !== 'suspended') return yield `its status is ${show(status)}; pass the result of a run that is suspended`
  if (![report, requests, outputs, children].every(isObject))
    return yield `it lacks its report, requests, outputs or children; pass the whole result`
  const missing = missingKeepers(graph, run.kept)
  if (missing.length > 0)
    yield `its interceptors ${missing.join(', ')} kept something with it, and the graph has none of that name`
  if (report.pipeline !== name) yield `it is a run of "${report.pipeline}"`
  const names = new Set(info.stages.map((stage) => stage.name))
  const unknown = Object.keys(outputs).filter((stage) => !names.has(stage))
  if (unknown.length > 0) yield `the graph has no stage "${unknown.join('", "')}", which had settled`
  if (builtGraphOf(graph) === undefined) return
  for (const map of renamedMaps(run, fingerprintOf(graph)))
    yield `the items of map "${map}" have other names now, because it got or lost its key`
}

/** Without answers, a run goes on only once the time of a question has passed. */
function* notDue(graph: NamedGraph, run: SuspendedRun): Generator<string, void> {
  const at = wakeAt(run) as number
  const now = (builtGraphOf(graph)?.clock ?? systemClock).now()
  if (at > now) yield `it has no answer, and the first of its questions goes on without one in ${at - now} ms`
}

/** What is wrong with the answers to a run. */
function wrongAnswers(run: SuspendedRun, answers: unknown): readonly string[] {
  const questions = openRequests(run).map(({ path }) => ({ path, is: 'open' as const }))
  return matchAnswers(questions, answers, undefined).problems
}
