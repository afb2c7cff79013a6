import { checkArgumentCount } from '../base/argument-count.ts'
import { StageflowError, errorRecord } from '../base/errors.ts'
import type { ErrorRecord } from '../base/errors.ts'
import { isObject } from '../base/check.ts'
import { read } from '../base/foreign.ts'
import { ANY, functionLike, optionProblems, whole } from '../base/options.ts'
import type { OptionRules } from '../base/options.ts'
import { show } from '../base/show.ts'
import type { LiveStageContext } from '../call/stage-context.ts'
import type { Runnable, StageContext } from '../contract/context.ts'
import { placeSuffix } from '../contract/keys.ts'
import { Output, StageKind } from '../contract/output.ts'
import type { OkOutput, SkipOutput } from '../contract/output.ts'
import type { RunData } from '../contract/results.ts'
import type { RunInput } from '../contract/snapshot-fields.ts'
import type { StageObject } from '../contract/stage.ts'
import { CHILD, MadeStage } from '../graph/stage.ts'
import type { Building, ChildGraph } from '../graph/stage.ts'
import { childEnding } from '../report/child-ending.ts'
import type { Outcome } from '../report/outcome.ts'
import type { PipelineRun } from '../run/run.ts'
import { openChild } from './child-run.ts'
import type { OpenedChild } from './child-run.ts'

/** The verdict of a guard that failed. The `input` of the next attempt receives it. */
export interface Feedback {
  /** The attempt whose guard failed, from 1. */
  readonly attempt: number
  readonly error: ErrorRecord
  readonly data: unknown
}

/** Runs a child pipeline again while its guard fails. */
export interface Repeat<Guard extends string> {
  /** A stage of kind GUARD in the child. While it returns `fail`, the child runs again. */
  readonly until: Guard
  /** Maximum number of attempts. Default: 3. */
  readonly maxAttempts?: number
  /** Stops after this many equal verdicts in a row. Default: no limit. */
  readonly stagnationLimit?: number
  /** Whether two verdicts are equal. Default: compares the JSON of their data, or their code and message if they have no data. */
  readonly sameVerdict?: (a: Feedback, b: Feedback) => boolean
}

const RULES: OptionRules = { input: functionLike('(inputs, snapshot, feedback) => ({ … })'), repeat: ANY }

interface GivenOptions {
  readonly input?: (inputs: unknown, snapshot: unknown, feedback: Feedback | undefined) => RunInput
  readonly repeat?: Repeat<string>
}

const DEFAULT_MAX_ATTEMPTS = 3

type Open = (context: LiveStageContext, feedback: Feedback | undefined, suffix: string) => OpenedChild

/** Where a repeated child run was when it suspended. */
interface RepeatState {
  readonly attempt: number
  readonly hits: number
  readonly feedback: Feedback | undefined
}

/** Makes the stage that `withPipeline` adds: a child run, repeated while its guard fails. */
export function childStage(given: unknown, options: GivenOptions): MadeStage {
  const { repeat } = options
  return new MadeStage(RULES, (building) => {
    const graph = building.child(given)
    if (graph === undefined) return () => undefined
    if (repeat !== undefined) checkRepeat(building, graph, repeat)
    const open: Open = (context, feedback, suffix) =>
      openChild(context, given, options.input?.(context.inputs, context.snapshot, feedback) ?? {}, undefined, suffix)
    const once = async (context: LiveStageContext): Promise<Output> =>
      childEnding(await open(context, undefined, '').settled, context)
    return (repeat === undefined ? once : (context: LiveStageContext) => repeated(context, repeat, open)) as never
  })
}

const REPEAT: OptionRules<Repeat<string>> = {
  until: ANY,
  maxAttempts: whole(1),
  stagnationLimit: whole(1),
  sameVerdict: functionLike('(a, b) => true or false'),
}

function checkRepeat({ stage, problem }: Building, graph: ChildGraph, repeat: Repeat<string>): void {
  const refuse = (why: string): void => problem('core/repeat', `Stage "${stage}": ${why}.`)
  const problems = optionProblems(repeat, REPEAT, 'repeat.')
  for (const text of problems) refuse(text)
  if (!isObject(repeat)) return
  const until = read(repeat, 'until')
  const guard = graph.indexOf(until as string)
  if (guard === undefined)
    refuse(
      `repeat.until must be a stage of "${graph.name}" (${graph.names.slice(0, 12).join(', ')}), not ${show(until)}`,
    )
  else if (graph.nodes[guard]?.info.kind !== StageKind.GUARD)
    refuse(`repeat.until must be a stage of kind GUARD, not ${show(until)}`)
}

async function repeated(context: LiveStageContext, repeat: Repeat<string>, open: Open): Promise<Output> {
  const { until, maxAttempts = DEFAULT_MAX_ATTEMPTS, stagnationLimit = Infinity, sameVerdict = sameByDefault } = repeat
  let { attempt = 1, hits = 0, feedback } = (context.resumed?.state ?? {}) as Partial<RepeatState>
  for (; ; attempt++) {
    const about = { guard: until, attempt, maxAttempts, stagnationHits: hits }
    context.tryEmitEvent('guard_retry.attempt', about)
    const { child, settled } = open(context, feedback, placeSuffix(attempt))
    const outcome = await settled
    const verdict = outcome.status === 'failed' ? verdictOf(child, until, attempt) : undefined
    if (verdict === undefined) {
      if (outcome.status === 'completed' && attempt > 1) context.tryEmitEvent('guard_retry.recovered', about)
      return childEnding(outcome, context, { attempt, hits, feedback })
    }
    hits = feedback !== undefined && sameVerdict(feedback, verdict.feedback) ? hits + 1 : 1
    feedback = verdict.feedback
    const seen = { ...about, stagnationHits: hits, error: feedback.error }
    if (attempt >= maxAttempts || hits >= stagnationLimit) {
      const reason = attempt >= maxAttempts ? 'max_attempts' : 'stagnation'
      context.tryEmitEvent('guard_retry.exhausted', { ...seen, reason })
      const why = reason === 'stagnation' ? `the last ${hits} verdicts were the same` : `maxAttempts is ${maxAttempts}`
      const error = new StageflowError(
        'core/guard-exhausted',
        `Guard "${until}" of "${child.facts.graph.name}" still fails after ${attempt} attempts (${why}): ${feedback.error.message}`,
        { cause: verdict.error },
      )
      return new Output('fail', error, { data: outcome.data })
    }
    context.raiseIfCancelled()
    context.tryEmitEvent('guard_retry.scheduled', seen)
  }
}

/** The verdict of the guard; undefined if the child failed in another way. If the guard throws, that is a bug, not a verdict. */
function verdictOf(
  { facts }: PipelineRun,
  until: string,
  attempt: number,
): { readonly feedback: Feedback; readonly error: unknown } | undefined {
  const guard = facts.stages?.[facts.graph.indexOf(until) as number]
  const output = guard?.output
  if (output?.status !== 'fail' || output.isByEngine || guard?.settledItself !== true) return undefined
  if (facts.failures?.[0]?.stage !== until) return undefined
  return { feedback: { attempt, error: errorRecord(output.error, until), data: output.data }, error: output.error }
}

function keyOf({ data, error }: Feedback): string {
  const words = `${error.code} ${error.message}`
  try {
    return data === undefined ? words : JSON.stringify(data)
  } catch {
    return words // data that has no JSON
  }
}
const sameByDefault = (a: Feedback, b: Feedback): boolean => keyOf(a) === keyOf(b)

/**
 * Makes a stage from a graph or pipeline. It ends as its child run ends, but a cancelled child skips it. `input` returns the
 * fields of the child's input that differ from this run's.
 */
// oxlint-disable-next-line no-explicit-any -- the context is what `input` says it is, and a pipeline's ports are checked where it is built
export function asStage<Stages, Context extends StageContext<any, any> = StageContext>(
  child: Runnable<Stages>,
  options: { readonly input?: (context: Context) => RunInput } = {},
): StageObject<Context, Promise<OkOutput<RunData<Stages>> | SkipOutput>> {
  checkArgumentCount(arguments.length, 2, 'asStage(child, options)')
  const stage = {
    async execute(context: Context) {
      const result: unknown = await context.runChild(child, options.input?.(context) ?? {})
      return childEnding(result as Outcome, context) as unknown as OkOutput<RunData<Stages>> | SkipOutput
    },
    [CHILD]: child,
  }
  return stage
}
