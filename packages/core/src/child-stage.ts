import type { OpenedChild } from './child.ts'
import type { StageContext } from './context.ts'
import { StageflowError, errorRecord } from './errors.ts'
import type { StageGraph } from './graph.ts'
import { DEFAULT_MAX_ATTEMPTS } from './limits.ts'
import { runOf } from './live-context.ts'
import type { LiveContext } from './live-context.ts'
import { failureOf } from './outcome.ts'
import type { Outcome } from './outcome.ts'
import { Output, StageKind } from './output.ts'
import type { OkOutput, SkipOutput } from './output.ts'
import type { Feedback, Repeat } from './pipeline-types.ts'
import type { Pipeline } from './pipeline.ts'
import type { RunData } from './result.ts'
import { ANYTHING, COUNT, checkRules, isFunction } from './rules.ts'
import type { Rules } from './rules.ts'
import type { Run } from './run.ts'
import type { RunInput } from './snapshot-types.ts'
import { CHILD, MadeStage } from './spec.ts'
import type { Building, ChildGraph } from './spec.ts'
import type { StageObject } from './stage-types.ts'

const RULES: Rules = { input: [isFunction, 'a function (inputs, snapshot, feedback) => ({ … })'], repeat: ANYTHING }

interface GivenOptions {
  readonly input?: (inputs: unknown, snapshot: unknown, feedback: Feedback | undefined) => RunInput
  readonly repeat?: Repeat<string>
}

/** The stage that `withPipeline` adds: a child run, again and again while its guard refuses. */
export function childStage(given: unknown, options: GivenOptions): MadeStage {
  const { repeat } = options
  return new MadeStage(RULES, (building) => {
    const graph = building.child(given)
    if (graph === undefined) return () => undefined
    if (repeat !== undefined) checkRepeat(building, graph, repeat)
    const open = (context: LiveContext, feedback: Feedback | undefined, suffix: string): OpenedChild =>
      runOf(context).openChild(
        context,
        given,
        options.input?.(context.inputs, context.snapshot, feedback) ?? {},
        undefined,
        suffix,
      )
    const once = async (context: LiveContext): Promise<Output> =>
      ended(await open(context, undefined, '').settled, context)
    return (repeat === undefined ? once : (context: LiveContext) => repeated(context, repeat, open)) as never
  })
}

const REPEAT: Rules = {
  maxAttempts: COUNT,
  stagnationLimit: COUNT,
  sameVerdict: [isFunction, 'a function (a, b) => true or false'],
}

function checkRepeat({ stage, problem }: Building, graph: ChildGraph, repeat: Repeat<string>): void {
  const { until } = repeat
  const guard = graph.indexOf(until)
  if (guard === undefined)
    problem(
      'core/repeat',
      `Stage "${stage}" repeats until "${until}" passes, but pipeline "${graph.name}" has no such stage; it has ${graph.names.slice(0, 12).join(', ')}.`,
    )
  else if (graph.nodes[guard]?.info.kind !== StageKind.GUARD)
    problem('core/repeat', `Stage "${stage}" repeats until "${until}" passes, but that is no stage of kind GUARD.`)
  checkRules(repeat as unknown as Record<string, unknown>, REPEAT, (key, why) =>
    problem('core/repeat', `Stage "${stage}" has repeat.${key} ${why}.`),
  )
}

async function repeated(
  context: LiveContext,
  repeat: Repeat<string>,
  open: (context: LiveContext, feedback: Feedback | undefined, suffix: string) => OpenedChild,
): Promise<Output> {
  const { until, maxAttempts = DEFAULT_MAX_ATTEMPTS, stagnationLimit = Infinity, sameVerdict = sameByDefault } = repeat
  let feedback: Feedback | undefined
  let hits = 0
  for (let attempt = 1; ; attempt++) {
    const about = { guard: until, attempt, maxAttempts, stagnationHits: hits }
    context.tryEmitEvent('guard_retry.attempt', about)
    const { child, settled } = open(context, feedback, `#${attempt}`)
    const outcome = await settled
    const verdict = outcome.status === 'failed' ? verdictOf(child, until, attempt) : undefined
    if (verdict === undefined) {
      if (outcome.status === 'completed' && attempt > 1) context.tryEmitEvent('guard_retry.recovered', about)
      return ended(outcome, context)
    }
    hits = feedback !== undefined && sameVerdict(feedback, verdict.feedback) ? hits + 1 : 1
    feedback = verdict.feedback
    const seen = { ...about, stagnationHits: hits, error: feedback.error }
    if (attempt < maxAttempts && hits < stagnationLimit) {
      context.raiseIfCancelled()
      context.tryEmitEvent('guard_retry.scheduled', seen)
      continue
    }
    const reason = attempt >= maxAttempts ? 'max_attempts' : 'stagnation'
    context.tryEmitEvent('guard_retry.exhausted', { ...seen, reason })
    const why = reason === 'stagnation' ? `the last ${hits} verdicts were the same` : `maxAttempts is ${maxAttempts}`
    const error = new StageflowError(
      'core/guard-exhausted',
      `Guard "${until}" of "${child.graph.name}" still refuses after ${attempt} attempts (${why}): ${feedback.error.message}`,
      { cause: verdict.error },
    )
    return new Output('fail', error, { data: outcome.data })
  }
}

/** What the guard said; undefined where the child failed in another way: a bug of the guard, such as a throw, is no verdict. */
function verdictOf(
  child: Run,
  until: string,
  attempt: number,
): { readonly feedback: Feedback; readonly error: unknown } | undefined {
  const guard = child.graph.indexOf(until) as number
  const facts = child.factsIfAny(guard)
  const output = facts?.output
  // What it threw, or an interceptor answered in its place, it did not say itself.
  const isBare = child.graph.nodes[guard]?.wrapped === undefined
  const saidSo = facts?.threw === false && (isBare ? facts.attempts === undefined : output === facts.answered)
  if (output?.status !== 'fail' || !saidSo || output.isByEngine || child.failures?.[0]?.stage !== until)
    return undefined
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

/** How a stage ends whose child run ended so; a stage that was aborted with its child is not skipped but aborted. */
function ended(outcome: Outcome, context: Pick<LiveContext, 'raiseIfCancelled'>): Output {
  if (outcome.status === 'completed') return new Output('ok', outcome.data)
  if (outcome.status === 'failed') return new Output('fail', failureOf(outcome), { data: outcome.data })
  context.raiseIfCancelled()
  return new Output('skip', `the child run was cancelled: ${outcome.reason}`)
}

/** A graph or pipeline as a stage: it ends as the child ends, but a cancelled child skips it. `input`: the fields in which the child's input differs. */
// oxlint-disable-next-line no-explicit-any -- the context is what `input` says it is, and a pipeline's ports are checked where it is built
export function asStage<Stages, Context extends StageContext<any, any> = StageContext>(
  // oxlint-disable-next-line no-explicit-any -- as above
  child: StageGraph<Stages, {}> | Pipeline<Stages, any>,
  options: { readonly input?: (context: Context) => RunInput } = {},
): StageObject<Context, Promise<OkOutput<RunData<Stages>> | SkipOutput>> {
  const stage = {
    async execute(context: Context) {
      const result: unknown = await context.runChild(child, options.input?.(context) ?? {})
      return ended(result as Outcome, context) as unknown as OkOutput<RunData<Stages>> | SkipOutput
    },
    [CHILD]: child,
  }
  return stage
}
