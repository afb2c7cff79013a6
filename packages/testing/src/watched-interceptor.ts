import { after } from '@stageflow/core'
import type { Interceptor, InterceptorContext, RunContext, StageOutput } from '@stageflow/core'

/** One answer of an interceptor, beside what the stage inside it answered last. */
export interface Answer {
  readonly stage: string
  /** Undefined: it did not call `next`, or answered before that did. */
  readonly inner: StageOutput | undefined
  readonly outer: StageOutput
  /** How often it called `next`. */
  readonly calls: number
}

/** What an interceptor is shown instead of the engine's own objects, which alone can be handed to `next`. */
export interface Disguise {
  context(real: InterceptorContext): InterceptorContext
  run(real: RunContext): RunContext
  real<Shown extends object>(shown: Shown): Shown
}

/** Sees what goes into an interceptor and what comes out. */
export interface Watch {
  readonly answers: Answer[]
  onContext?: (context: InterceptorContext) => void
  onRun?: (run: RunContext) => void
  disguise?: Disguise
}

/** The interceptor, with a note of all it answers. It costs no promise, so that a synchronous stage stays one. */
export function watched(subject: Interceptor, watch: Watch): Interceptor {
  const { wrap, wrapRun, settled, runStarted, runSettled } = subject
  return {
    ...subject,
    wrap(next, stage) {
      /** A run calls a stage's layers once: the run tells the calls apart. */
      const calls = new WeakMap<RunContext, { inner: StageOutput | undefined; calls: number }>()
      const inside: typeof next = (shown) => {
        const context = watch.disguise?.real(shown) ?? shown
        const call = calls.get(context.run)
        if (call !== undefined) call.calls++
        return after(next(context), (output) => {
          if (call !== undefined) call.inner = output
          return output
        })
      }
      const layer = wrap === undefined ? inside : wrap.call(subject, inside, stage)
      if (typeof layer !== 'function') return layer
      return (context) => {
        const call = { inner: undefined, calls: 0 }
        calls.set(context.run, call)
        watch.onContext?.(context)
        return after(layer(watch.disguise?.context(context) ?? context), (outer) => {
          watch.answers.push({ stage: stage.name, ...call, outer })
          return outer
        })
      }
    },
    ...(wrapRun === undefined
      ? undefined
      : {
          wrapRun(next, pipeline) {
            const layer = wrapRun.call(subject, (shown) => next(watch.disguise?.real(shown) ?? shown), pipeline)
            if (typeof layer !== 'function') return layer
            return (run) => {
              watch.onRun?.(run)
              return layer(watch.disguise?.run(run) ?? run)
            }
          },
        }),
    ...(settled === undefined
      ? undefined
      : { settled: (record, run) => settled.call(subject, record, watch.disguise?.run(run) ?? run) }),
    ...(runStarted === undefined
      ? undefined
      : { runStarted: (run) => runStarted.call(subject, watch.disguise?.run(run) ?? run) }),
    ...(runSettled === undefined
      ? undefined
      : { runSettled: (outcome, run) => runSettled.call(subject, outcome, watch.disguise?.run(run) ?? run) }),
  }
}
