import type { Interceptor, InterceptorContext, RunContext, StageInfo, StageOutput } from '@stageflow/core'
import type { Disguise } from './disguise.ts'
import { watchingTimers } from './global-timers.ts'
import { withHooks, type Hooks } from './with-hooks.ts'

/** One answer of an interceptor, beside what the stage inside it answered last. */
export interface Answer {
  readonly stage: string
  /** Undefined: what is inside was not called, or answered later. */
  readonly inner: StageOutput | undefined
  readonly outer: StageOutput
  /** How often what is inside was called. */
  readonly calls: number
}

/** Sees what goes into an interceptor and what comes out. */
export interface Watch {
  readonly answers: Answer[]
  onContext?: (context: InterceptorContext) => void
  onRun?: (run: RunContext) => void
  disguise?: Disguise
  /** The interceptor set a timer with the global `setTimeout` as a call began; `fire` fires it by hand. */
  onGlobalTimer?: (fire: () => void) => void
}

interface SeenCall {
  inner: StageOutput | undefined
  calls: number
}

/**
 * The interceptor, between two that note what it answers and what is answered inside it. They wrap nothing, so that a stage
 * that it does not wrap is not wrapped either.
 */
export function watched(subject: Interceptor, watch: Watch): readonly Interceptor[] {
  /** A run calls a stage's layers once at a time: stage and run tell the calls apart. */
  const seen = new WeakMap<StageInfo, WeakMap<RunContext, SeenCall>>()
  const outside: Interceptor = {
    name: 'contract/outside',
    onCall(stage) {
      const calls = new WeakMap<RunContext, SeenCall>()
      seen.set(stage, calls)
      return ({ run }) => {
        const call: SeenCall = { inner: undefined, calls: 0 }
        calls.set(run, call)
        return { ended: (outer) => void watch.answers.push({ stage: stage.name, ...call, outer }) }
      }
    },
  }
  const inside: Interceptor = {
    name: 'contract/inside',
    onCall: (stage) => (context) => {
      const call = seen.get(stage)?.get(context.run)
      if (call === undefined) return undefined
      call.calls++
      return { ended: (inner) => void (call.inner = inner) }
    },
  }
  return [outside, shown(subject, watch), inside]
}

/** The interceptor, with the contexts and runs that it is shown. */
function shown(subject: Interceptor, watch: Watch): Interceptor {
  const { disguise, onContext, onRun: onRunSeen, onGlobalTimer } = watch
  const timed = <T>(act: () => T): T => (onGlobalTimer === undefined ? act() : watchingTimers(act, onGlobalTimer))
  const contextOf = (real: InterceptorContext): InterceptorContext => {
    onContext?.(real)
    return disguise?.context(real) ?? real
  }
  const runOf = (real: RunContext): RunContext => {
    onRunSeen?.(real)
    return disguise?.run(real) ?? real
  }
  const { wrap, onCall, wrapRun, onRun, settled } = subject
  const hooks: Required<Hooks> = {
    wrap(next, stage) {
      const inner: typeof next = disguise === undefined ? next : (context) => next(disguise.real(context))
      const layer = wrap?.call(subject, inner, stage) as typeof next
      if (layer === inner) return next
      return typeof layer === 'function' ? (context) => timed(() => layer(contextOf(context))) : layer
    },
    onCall(stage) {
      const ask = onCall?.call(subject, stage)
      if (typeof ask !== 'function') return ask
      return (context) => {
        const answer = timed(() => ask(contextOf(context)))
        return disguise === undefined ? answer : disguise.part(answer)
      }
    },
    wrapRun(next, pipeline) {
      const inner: typeof next = disguise === undefined ? next : (run) => next(disguise.real(run))
      const layer = wrapRun?.call(subject, inner, pipeline) as typeof next
      if (layer === inner) return next
      return typeof layer === 'function' ? (run) => layer(runOf(run)) : layer
    },
    onRun(run) {
      const part = onRun?.call(subject, runOf(run))
      return disguise === undefined ? part : disguise.part(part)
    },
    settled: (record, run) => settled?.call(subject, record, disguise?.run(run) ?? run),
  }
  return withHooks(subject, hooks)
}
