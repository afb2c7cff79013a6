import { checkArgumentCount } from '../base/argument-count.ts'
import { didYouMean } from '../base/check.ts'
import type { OneCopy } from '../base/check.ts'
import { StageflowError } from '../base/errors.ts'
import { isThenable } from '../base/foreign.ts'
import { unknownText } from '../base/options.ts'
import type { Admission, RunRequest } from './admission.ts'
import type { StageContext } from './context.ts'
import type { PipelineInfo, StageInfo, StageOptions } from './graph-info.ts'
import type { StageOutput } from './output.ts'
import type { RunOutcome, StageRecord } from './results.ts'
import type { RunContext, RunOptions, RunPart } from './run-context.ts'
import type { Slot } from './slot.ts'

/** Calls one stage. It never throws: an exception of the stage becomes a `fail` output. */
export type RunStage = (context: InterceptorContext) => StageOutput | Promise<StageOutput>
export type RunPipeline = (run: RunContext) => RunOutcome | Promise<RunOutcome>

/**
 * Runs when a call starts. Return a part to follow the call, an output to answer it without running the stage, or undefined
 * to stay out.
 */
export type OnCall = (context: InterceptorContext) => StageOutput | CallPart | undefined

/**
 * Follows one call of a stage. A part without state may serve many calls. Its functions are called with it as `this`. A limit
 * needs `expired`, which answers the call when the limit passes.
 */
export type CallPart = CallHooks & (CallLimits | NoCallLimits)

export interface CallHooks {
  /**
   * Sets up an async context around the call: calls `next` before it returns. If it throws first, or returns without having
   * called `next`, the call fails with `core/interceptor-enter` and the stage does not run.
   */
  enter?(next: () => void, context: InterceptorContext): void
  /** Called once with the call's answer, the innermost part first. The answer is a `cancel` if the stage ends without one. */
  ended?(output: StageOutput, context: InterceptorContext): void
}

/** Limits on a call, kept by the engine. They are read once, when the call begins, and pause while the engine itself blocks the call. */
export interface CallLimits {
  /** When the call expires, as a time on `context.clock`, in ms. Default: none. */
  readonly deadline?: number | undefined
  /** How long the call may go without a sign of life, in ms: a heartbeat, a chunk, a settled stage of a child run. Default: none. */
  readonly idleTimeoutMs?: number | undefined
  /** Answers a call whose limit has passed, synchronously. If it throws, or returns a promise or no output, the call fails. */
  expired(why: 'deadline' | 'idle', context: InterceptorContext): StageOutput
}

export interface NoCallLimits {
  readonly deadline?: undefined
  readonly idleTimeoutMs?: undefined
  readonly expired?: undefined
}

/** Middleware around stages or runs, or an observer of them. Keep state per stage in a closure, and state per run in a slot. */
export interface Interceptor extends InterceptorMembers {
  readonly [Symbol.species]?: OneCopy
}

interface InterceptorMembers {
  readonly name: string
  /**
   * The versions of core that it works with, as in its `peerDependencies`: any range that npm reads, such as `'^1.2.0 || ^2.0.0'`. `build()` refuses it
   * in another version (`core/plugin-version`). Default: any version.
   */
  readonly core?: string
  /**
   * Called once per stage by `build()`. Return `next` itself to leave the stage alone, at no cost at run time. Calling `next`
   * again is a retry.
   */
  readonly wrap?: (next: RunStage, stage: StageInfo) => RunStage
  /**
   * Called once per stage by `build()`. Returns a function that runs when a call of the stage starts, or undefined to leave the
   * stage alone. Costs less than `wrap`, and is inside the interceptor's own `wrap`.
   */
  readonly onCall?: (stage: StageInfo) => OnCall | undefined
  /**
   * Called once per graph by `build()`, to wrap whole runs. Without calling `next`, return only `run.fail(error)` or
   * `run.cancel(reason)`.
   */
  readonly wrapRun?: (next: RunPipeline, pipeline: PipelineInfo) => RunPipeline
  /**
   * Called once for every stage that settled, including skipped ones, with its final record, whatever the interceptors did. Also called for
   * every item of a map: its record has the name of the map, and `run.item` says which item it is.
   */
  readonly settled?: (record: StageRecord, run: RunContext) => void
  /** Called instead of `settled` for a stage of a durable run that settled in an earlier leg, to rebuild state of the run. */
  readonly replayed?: (record: StageRecord, run: RunContext) => void
  /**
   * Called once for every run that starts, before any `wrapRun`, even if an interceptor then refuses the run. Return a part to
   * follow the run, or undefined to stay out.
   */
  readonly onRun?: (run: RunContext) => RunPart | undefined
  /**
   * Asked about everyone who asks something of a run that outlives its caller, before anything of the request counts, is kept or is
   * shown. It refuses by throwing; the caller gets that error. A plain run isn't admitted: check its caller in `wrapRun`.
   */
  readonly admit?: (request: RunRequest) => Admission | undefined | PromiseLike<Admission | undefined>
  /**
   * Whether `wrap` and `onCall` are also called for maps, and not only for the stage that the items of a map run. Most interceptors must not be
   * around both: a limit of calls at once would wait for itself, and a retry would multiply. Default: false.
   */
  readonly aroundMaps?: boolean
  /** The stage options that it acts on. `build()` refuses stage options that no interceptor claims. */
  readonly stageOptions?: readonly (keyof StageOptions)[]
  /** The run options that it acts on. A run refuses options that no interceptor claims. */
  readonly runOptions?: readonly (keyof RunOptions)[]
  /** Names of interceptors that must come before this one in the list, if they are in it. */
  readonly mustBeInside?: readonly string[]
  /** Names of interceptors that must come after this one in the list, if they are in it. */
  readonly mustBeOutside?: readonly string[]
}

/** Calls `use` with a value, or with the result of a promise. Keeps a synchronous stage synchronous. */
export function after<T, U>(value: T | Promise<T>, use: (value: T) => U | Promise<U>): U | Promise<U> {
  return isThenable(value) ? Promise.resolve(value).then(use) : use(value)
}

/** The context of one call, as interceptors see it. */
export interface InterceptorContext extends StageContext<
  Readonly<Record<string, unknown>>,
  Readonly<Record<string, unknown>>
> {
  readonly run: RunContext
  /** The record of the stage so far. */
  readonly record: StageRecord
  /** The time on `clock`, in ms. While the stage starts it is cheaper than `clock.now()`, because it has been read already. */
  readonly now: number
  /** The reason that the signal aborted with; undefined if it hasn't. Unlike `signal`, it creates nothing. */
  readonly aborted: { readonly reason: unknown } | undefined
  /**
   * Makes a narrower context for `next`, and a function that aborts only the calls inside it. Its `attempt` is the number of
   * attempts so far + 1. With a slot, `context.get(slot)` gives `value` inside it, and in the child runs that are started there.
   */
  fork(this: InterceptorContext): Fork
  fork<T>(this: InterceptorContext, slot: Slot<T>, value: T): Fork
  /** Resolves when none of the stage's code is running, including abandoned code, even after the run has ended. */
  codeLeft(this: InterceptorContext): Promise<void>
  /**
   * Waits `ms` on the clock without a slot of `maxConcurrency`, unless code of the stage runs; rejects with the signal's reason when it aborts. Limits keep
   * running. The next call of the stage takes a slot again.
   */
  wait(this: InterceptorContext, ms: number): Promise<void>
  /**
   * In a durable run: calls back once the executor has recorded how this call ended, so that no later leg makes it again. It comes
   * before the stage settles. Never called in other runs, for a stage with `placement: 'local'`, in a process that
   * carries out a call for another one, or if the leg is lost before.
   */
  onRecorded(this: InterceptorContext, callback: () => void): void
}

export interface Fork {
  /** Its signal aborts with the outer one, or by `abort`. Created on first use. */
  readonly context: InterceptorContext
  /** Aborts only the calls inside this fork. */
  abort(reason: unknown): void
}

/**
 * Returns a new list with `added` just outside the interceptor named `name`. Throws `core/no-interceptor` if it isn't in the
 * list.
 */
export function insertBefore(list: readonly Interceptor[], name: string, added: Interceptor): readonly Interceptor[] {
  checkArgumentCount(arguments.length, 3, 'insertBefore(list, name, added)')
  return list.toSpliced(indexOf(list, name), 0, added)
}

/** Returns a new list with `added` just inside the interceptor named `name`. Throws `core/no-interceptor`. */
export function insertAfter(list: readonly Interceptor[], name: string, added: Interceptor): readonly Interceptor[] {
  checkArgumentCount(arguments.length, 3, 'insertAfter(list, name, added)')
  return list.toSpliced(indexOf(list, name) + 1, 0, added)
}

/** Returns a new list without the interceptor named `name`. Throws `core/no-interceptor`. */
export function without(list: readonly Interceptor[], name: string): readonly Interceptor[] {
  checkArgumentCount(arguments.length, 2, 'without(list, name)')
  return list.toSpliced(indexOf(list, name), 1)
}

/** Returns a new list with `by` instead of the interceptor named `name`. Throws `core/no-interceptor`. */
export function replace(list: readonly Interceptor[], name: string, by: Interceptor): readonly Interceptor[] {
  checkArgumentCount(arguments.length, 3, 'replace(list, name, by)')
  return list.toSpliced(indexOf(list, name), 1, by)
}

function indexOf(list: readonly Interceptor[], name: string): number {
  const index = list.findIndex((one) => one.name === name)
  if (index >= 0) return index
  const names = list.map((one) => one.name)
  throw new StageflowError(
    'core/no-interceptor',
    `The list: ${unknownText('interceptor', name, names, didYouMean(String(name), names))}.`,
  )
}
