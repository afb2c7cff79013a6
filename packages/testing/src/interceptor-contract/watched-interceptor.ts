import type { Interceptor, InterceptorContext, RunContext, StageInfo, StageOutput } from '@stageflow/core'
import { withHooks, type Hooks } from '../stages/with-hooks.ts'
import type { Disguise } from './disguise.ts'
import type { WatchedGlobals } from './watched-globals.ts'

/** One answer of an interceptor, and the last answer of the stage inside it. */
export interface Answer {
  readonly stage: string
  /** Undefined if the stage was not called, or answered later. */
  readonly inner: StageOutput | undefined
  readonly outer: StageOutput
  /** How often the stage was called. */
  readonly calls: number
}

/** Sees what goes into an interceptor and what comes out. */
export interface Watch {
  readonly answers: Answer[]
  onContext?: (context: InterceptorContext) => void
  onRun?: (run: RunContext) => void
  disguise?: Disguise
  /** Watches the functions of the interceptor. */
  globals?: WatchedGlobals
  /** The interceptor calls a stage. Returns false for a call that is never answered. */
  onNext?: (context: InterceptorContext) => boolean
}

interface SeenCall {
  inner: StageOutput | undefined
  calls: number
}

/**
 * Puts the interceptor between two that record its answers and those inside it. They wrap nothing, so a stage that the interceptor
 * doesn't wrap stays unwrapped.
 */
export function watched(subject: Interceptor, watch: Watch): readonly Interceptor[] {
  /** Calls are identified by stage and run, because a run calls a stage once at a time. */
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
  const { disguise, onContext, onRun: onRunSeen, onNext, globals } = watch
  const within = <T>(act: () => T): T => (globals === undefined ? act() : globals.within(act))
  const outside = <T>(act: () => T): T => (globals === undefined ? act() : globals.outside(act))
  const contextOf = (real: InterceptorContext): InterceptorContext => {
    onContext?.(real)
    return disguise?.context(real) ?? real
  }
  const runOf = (real: RunContext): RunContext => {
    onRunSeen?.(real)
    return disguise?.run(real) ?? real
  }
  const realOf = <Shown extends object>(shown: Shown): Shown => disguise?.real(shown) ?? shown
  const { wrap, onCall, wrapRun, onRun, settled } = subject
  const hooks: Required<Hooks> = {
    wrap(next, stage) {
      const inner: typeof next = (context) => {
        const given = realOf(context)
        return onNext?.(given) === false ? new Promise(() => {}) : outside(() => next(given))
      }
      const layer = within(() => wrap?.call(subject, inner, stage)) as typeof next
      if (layer === inner) return next
      return typeof layer === 'function' ? (context) => within(() => layer(contextOf(context))) : layer
    },
    onCall(stage) {
      const ask = within(() => onCall?.call(subject, stage))
      if (typeof ask !== 'function') return ask
      return (context) => {
        const answer = within(() => ask(contextOf(context)))
        return disguise === undefined ? answer : disguise.part(answer)
      }
    },
    wrapRun(next, pipeline) {
      const inner: typeof next = (run) => outside(() => next(realOf(run)))
      const layer = within(() => wrapRun?.call(subject, inner, pipeline)) as typeof next
      if (layer === inner) return next
      return typeof layer === 'function' ? (run) => within(() => layer(runOf(run))) : layer
    },
    onRun(run) {
      const part = within(() => onRun?.call(subject, runOf(run)))
      return disguise === undefined ? part : disguise.part(part)
    },
    settled: (record, run) => within(() => settled?.call(subject, record, disguise?.run(run) ?? run)),
  }
  return withHooks(subject, hooks)
}
