import { isAbortError } from '../base/abort.ts'
import { isObject } from '../base/check.ts'
import { StageflowError, textOf, toError } from '../base/errors.ts'
import { isThenable } from '../base/foreign.ts'
import { show } from '../base/show.ts'
import type { RunStage } from '../contract/interceptor.ts'
import { BY_ENGINE, Output, failed, isOutput } from '../contract/output.ts'
import type { Named, Notebook } from '../report/notebook.ts'
import type { Host } from './host.ts'
import type { Behind, LiveStageContext } from './stage-context.ts'

/** An output, or a promise of one that never rejects. */
export type Answer = Output | Promise<Output>

/** The engine's contexts and outputs are classes behind the public interfaces. These two functions cast them for the compiler. */
export function asRunStage(layer: (context: LiveStageContext) => Answer): RunStage {
  return layer as unknown as RunStage
}
export function asLayer(next: RunStage): (context: LiveStageContext) => Answer {
  return next as unknown as ReturnType<typeof asLayer>
}

/**
 * The output for an error that a stage threw. After an abort, throwing the abort reason is a cancel. An error of `orFail` ends the stage as
 * its child run ended. Anything else is a failure.
 */
export function thrownOutput(host: Host, stage: number, thrown: unknown, failure?: StageflowError): Output {
  const aborted = host.abortOf(stage)
  if (aborted !== undefined && (isAbortError(thrown) || thrown === aborted.reason))
    return new Output('cancel', host.facts.ending?.reason ?? textOf(thrown))
  const ending = failure === undefined ? host.facts.stages?.[stage]?.endingOf(thrown) : undefined
  return ending ?? new Output('fail', failure ?? toError(thrown), BY_ENGINE)
}

/** How a stage ends that isn't called, or whose answer isn't shown, because the run was stopped. */
export const stoppedOutput = (host: Pick<Host, 'facts'>): Output =>
  new Output('cancel', host.facts.ending?.reason ?? 'the run was stopped')

/** The failure for an error that an interceptor threw. */
export function interceptorThrew(name: string, { host, node }: Pick<Behind, 'host' | 'node'>, thrown: unknown): Output {
  const failure = new StageflowError(
    'core/interceptor-threw',
    `Interceptor "${name}" threw at stage "${node.name}": ${textOf(thrown)}`,
    { cause: thrown },
  )
  return thrownOutput(host, node.index, thrown, failure)
}

/** An interceptor called `next` with something other than a context. */
export function noContext(given: unknown): Output {
  return failed(
    'core/interceptor-context',
    `An interceptor called next(${show(given)}). Pass the context that it was given, or that of context.fork().`,
  )
}

/** An interceptor answered with something other than an output. */
export function notAnOutput(
  name: string,
  stage: string,
  answer: unknown,
  fix = 'Return what next(context) returned, or a StageOutput',
): Output {
  return failed(
    'core/interceptor-answer',
    `Interceptor "${name}" answered stage "${stage}" with ${show(answer)}. ${fix}.`,
  )
}

const MEMBERS = ['ended', 'enter', 'settled', 'expired']

/**
 * Whether `answer` can be an interceptor's part in a call or a run. An object with members, but no member of a part, is a
 * mistake, as it is for TypeScript.
 */
export const isPart = (answer: unknown): answer is object =>
  isObject(answer) &&
  !isThenable(answer) &&
  !isOutput(answer) &&
  (Reflect.ownKeys(answer).length === 0 || MEMBERS.some((member) => member in answer))

/** A part that may set up an async context. */
interface Entering<Context> {
  enter?(next: () => void, context: Context): void
}

/**
 * Calls `code` inside the async contexts that parts set up, the first outermost. If a part's `enter` throws or returns before it has
 * called `next`, nothing is called and `refuse` gives the result.
 */
export function enterParts<Context, T>(
  { notebook }: { readonly notebook: Notebook },
  owners: readonly Named[],
  parts: readonly (Entering<Context> | undefined)[],
  context: Context,
  code: () => T,
  refuse: (error: StageflowError) => T,
  what?: string,
): T {
  /** Enters the part at `place`, and inside it the parts behind that. */
  const enterFrom = (place: number): T => {
    if (place === owners.length) return code()
    const part = parts[place]
    if (part?.enter === undefined) return enterFrom(place + 1)
    const by = owners[place] as Named
    let isOpen = true
    /** Returns or throws what the code inside has. Undefined while that wasn't called. */
    let result: (() => T) | undefined
    const next = (): void => {
      if (!isOpen) return
      isOpen = false
      try {
        const value = enterFrom(place + 1)
        result = () => value
      } catch (thrown) {
        result = () => {
          throw thrown
        }
      }
    }
    let cause: unknown
    try {
      notebook.reportRejection(part.enter(next, context), by, what)
    } catch (thrown) {
      if (result === undefined) cause = thrown
      else notebook.reportThrow(thrown, by, what)
    }
    isOpen = false
    return result === undefined ? refuse(refusal(by, cause)) : result()
  }
  return enterFrom(0)
}

function refusal({ name }: Named, cause: unknown): StageflowError {
  const why = cause === undefined ? 'returned without calling next' : `threw before it called next: ${textOf(cause)}`
  return new StageflowError(
    'core/interceptor-enter',
    `The enter() of interceptor "${name}" ${why}. Call next() once, before enter() returns.`,
    cause === undefined ? undefined : { cause },
  )
}
