import { checkArgumentCount } from '../base/argument-count.ts'
import type { ErrorRecord } from '../base/errors.ts'
import { isNot, isText } from '../base/check.ts'
import type { OneCopy } from '../base/check.ts'
import { read } from '../base/foreign.ts'
import { ANY, functionLike } from '../base/options.ts'
import type { OptionRules } from '../base/options.ts'
import { show, someOf } from '../base/show.ts'
import type { LiveStageContext } from '../call/stage-context.ts'
import type { Runnable, StageContext } from '../contract/context.ts'
import type { OkOutput, Output, SkipOutput } from '../contract/output.ts'
import type { RunData } from '../contract/results.ts'
import type { RunInput } from '../contract/snapshot-fields.ts'
import type { StageObject } from '../contract/stage.ts'
import { CHILD, MadeStage } from '../graph/stage.ts'
import type { Body, Building, ChildGraph } from '../graph/stage.ts'
import { childEnding } from '../report/child-ending.ts'
import type { Outcome } from '../report/outcome.ts'
import { openChild } from './child-run.ts'
import type { OpenedChild } from './child-run.ts'

/** The verdict of a guard that failed. The `input` of the next attempt receives it. */
export interface Feedback<Carried = unknown> {
  /** The attempt whose guard failed, from 1. */
  readonly attempt: number
  readonly error: ErrorRecord
  readonly data: unknown
  /** What `carry` has made of all attempts so far, frozen. Undefined without `carry`. */
  readonly carried: Carried
}

/** Runs a child pipeline again while its guard fails. `repeatUntil` of `@stageflow/core/repeat` returns it. */
export interface Repeat<Guard extends string, Carried = unknown> {
  readonly [Symbol.species]: OneCopy<Carried>
  /** A stage of kind GUARD in the child. */
  readonly until: Guard
}

/** The key under which a `Repeat` has its code. This file doesn't import it, so that apps without it don't bundle it. */
export const REPEATING: unique symbol = Symbol('repeating')

/** The code of a `Repeat`. */
export interface Repeating {
  /** Reports what is wrong with it as problems of the build. */
  readonly check: (building: Building, child: ChildGraph) => void
  /** Runs the child until its guard passes, or the attempts are used up. */
  readonly run: (context: LiveStageContext, open: OpenAttempt) => Promise<Output>
}

/** Opens a child run. `suffix`: what its path has after the name of the stage. */
export type OpenAttempt = (context: LiveStageContext, feedback: Feedback | undefined, suffix: string) => OpenedChild

const RULES: OptionRules = {
  input: functionLike('(inputs, snapshot, feedback) => ({ … })'),
  repeat: ANY,
  chunks: [isText, 'the name of a stage'],
}

interface GivenOptions {
  readonly input?: (inputs: unknown, snapshot: unknown, feedback: Feedback | undefined) => RunInput
  readonly repeat?: unknown
  readonly chunks?: string
}

/** Makes the stage that `withPipeline` adds: a child run, perhaps repeated. */
export function childStage(given: unknown, options: GivenOptions): MadeStage {
  const { repeat, chunks } = options
  const repeating = read(repeat, REPEATING) as Repeating | undefined
  return new MadeStage(RULES, (building) => {
    const { stage, problem } = building
    const child = building.child(given)
    if (repeat !== undefined && repeating === undefined)
      problem('core/repeat', isNot(`Stage "${stage}": repeat`, 'repeatUntil(…) of @stageflow/core/repeat', repeat))
    if (child !== undefined) repeating?.check(building, child)
    if (child !== undefined && chunks !== undefined && child.indexOf(chunks) === undefined)
      problem(
        'core/no-stream',
        `Stage "${stage}" has chunks: ${show(chunks)}, which isn't a stage of "${child.name}" (${someOf(child.names)}).`,
      )
    const open: OpenAttempt = (context, feedback, suffix) =>
      openChild(
        context,
        given,
        options.input?.(context.inputs, context.snapshot, feedback) ?? {},
        undefined,
        suffix,
        chunks,
      )
    const once = async (context: LiveStageContext): Promise<Output> =>
      childEnding(await open(context, undefined, '').settled, context)
    const body = repeating === undefined ? once : (context: LiveStageContext) => repeating.run(context, open)
    return { body: body as Body, streams: chunks !== undefined, child }
  })
}

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
