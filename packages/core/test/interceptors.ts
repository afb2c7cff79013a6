import { Pipeline, StageOutput, StageflowError } from '../src/index.ts'
import type { CallPart, Clock, Interceptor, InterceptorContext, OnCall, StageContext, StageInfo } from '../src/index.ts'

// Interceptors and stages that many tests use.

/** An interceptor that only has an `onCall`, which gets the stage too. */
export const withPart = (
  name: string,
  onCall: (context: InterceptorContext, stage: StageInfo) => ReturnType<OnCall>,
): Interceptor => ({ name, onCall: (stage) => (context) => onCall(context, stage) })

/** Leaves a stage alone. */
export const notAt = (stage: string, { name, wrap, onCall }: Interceptor): Interceptor => ({
  name,
  ...(wrap === undefined ? {} : { wrap: (next, info) => (info.name === stage ? next : wrap(next, info)) }),
  ...(onCall === undefined ? {} : { onCall: (info) => (info.name === stage ? undefined : onCall(info)) }),
})

/** Takes part in the calls of one stage only. */
export const onlyAt = (stage: string, { name, onCall }: Interceptor): Interceptor => ({
  name,
  onCall: (info) => (info.name === stage ? onCall?.(info) : undefined),
})

/** Logs how each call was answered, and when. */
export const logAnswers = (log: string[], name = 'part'): Interceptor =>
  withPart(name, (_, { name: stage }) => ({
    ended: ({ status }, { clock }) => void log.push(`${name} ${stage} ${status} at ${clock.now()}`),
  }))

/** Logs how each stage settled, and when. */
export const logSettled = (log: string[]): Interceptor => ({
  name: 'log-settled',
  settled: ({ stage, status }, { clock }) => void log.push(`settled ${stage} ${status} at ${clock.now()}`),
})

export const LATE = new StageflowError('acme/late', 'late')

/** Limits each call to `ms`, logs when it expires and how it was answered. */
export const limitTo = (
  ms: number,
  log: string[] = [],
  output: StageOutput = StageOutput.fail(LATE),
  name = `limit-${ms}`,
): Interceptor =>
  withPart(name, (context, { name: stage }) => ({
    deadline: context.now + ms,
    expired: () => output,
    ended: ({ status }) => void log.push(`${name} ${stage} ${status} at ${context.clock.now()}`),
  }))

/** Limits each call to `ms` without a sign of life. */
export const limitIdleTo = (
  ms: number,
  output: StageOutput = StageOutput.fail(LATE),
  name = `idle-${ms}`,
): Interceptor => withPart(name, () => ({ idleTimeoutMs: ms, expired: () => output }))

/** Logs when `expired` of a part without any other effect than its answer is called. */
export const logExpired = (
  log: string[],
  name: string,
  limits: (context: InterceptorContext) => { readonly deadline?: number; readonly idleTimeoutMs?: number },
  output: StageOutput = StageOutput.fail(`${name} expired`),
): Interceptor =>
  withPart(name, (context, { name: stage }): CallPart => ({
    ...limits(context),
    expired(why, { clock }) {
      log.push(`${name} ${stage} ${why} at ${clock.now()}`)
      return output
    },
  }))

/** Calls the stage again after a failure or a retry, at most `attempts` times in all. */
export const retryUpTo = (attempts: number): Interceptor => ({
  name: 'retry',
  wrap: (next) => async (context) => {
    for (let attempt = 1; ; attempt++) {
      const output = await next(context.fork().context)
      if ((output.status !== 'retry' && output.status !== 'fail') || attempt === attempts) return output
    }
  },
})

/** Calls the stage once more after a failure, in the same context. */
export const retryOnce: Interceptor = {
  name: 'retry',
  wrap: (next) => async (context) => {
    const first = await next(context)
    return first.status === 'fail' ? next(context) : first
  },
}

/** Aborts the call after `ms` and answers it, as a `wrap` does that ends a call for a reason of its own. */
export const abortAfter = (ms: number, output: StageOutput, reason: unknown = LATE): Interceptor => ({
  name: `abort-after-${ms}`,
  wrap: (next) => (context) => {
    const { context: inner, abort } = context.fork()
    const answer = next(inner)
    if (!(answer instanceof Promise)) return answer
    return new Promise((resolve) => {
      const stop = context.clock.setTimeout(() => {
        abort(reason)
        resolve(output)
      }, ms)
      void answer.then((given) => {
        stop()
        resolve(given)
      })
    })
  },
})

/** Works for 500 ms, whatever its signal says. */
export const ignoresAbort = async (context: StageContext): Promise<void> => await context.clock.sleep(500)
/** Works for 500 ms, and stops when its signal aborts. */
export const stopsOnAbort = async (context: StageContext): Promise<void> =>
  await context.clock.sleep(500, context.signal)

/** Waits, and stops waiting when the stage is aborted. */
export const pause = (context: StageContext, ms: number): Promise<void> => context.clock.sleep(ms, context.signal)

/** Works for a time, and stops when its signal aborts. */
export const sleepFor =
  (ms: number) =>
  async (context: StageContext<{}>): Promise<{ readonly slept: number }> => {
    await context.clock.sleep(ms, context.signal)
    return { slept: ms }
  }

/** Rejects with the reason of its signal, as soon as that aborts. */
export const untilAborted = ({ signal }: StageContext): Promise<never> =>
  new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error))
  })

/** A signal that aborts after `ms`, because of "enough". */
export function abortedAfter(clock: Clock, ms: number): AbortSignal {
  const controller = new AbortController()
  clock.setTimeout(() => controller.abort(new Error('enough')), ms)
  return controller.signal
}

/** A pipeline that has one stage, "inner", to run as a child. */
export const childOf = (stage: (context: StageContext<{}>) => object | Promise<object> = () => ({ inner: true })) =>
  new Pipeline('child').withStage('inner', stage)

/** An interceptor that only has a `wrapRun`. */
export const aroundRun = (wrapRun: NonNullable<Interceptor['wrapRun']>, name = 'around'): Interceptor => ({
  name,
  wrapRun,
})

/** The problems of a report, as `code: message`. */
export const problemsOf = ({ report }: { readonly report: { readonly notes: object } }): readonly string[] =>
  ((report.notes as { 'core/problems'?: readonly { code: string; message: string }[] })['core/problems'] ?? []).map(
    ({ code, message }) => `${code}: ${message}`,
  )

/** Runs a pipeline that has one stage, "a". */
export function runStage(
  clock: Clock,
  stage: (context: StageContext) => unknown,
  interceptors: readonly Interceptor[],
  options: {
    readonly onFailure?: 'skip'
    readonly signal?: AbortSignal
    readonly graceMs?: number
    readonly timeoutMs?: number
    readonly maxConcurrency?: number
  } = {},
) {
  const { onFailure, ...runOptions } = options
  return new Pipeline('demo')
    .withStage('a', stage as () => object, onFailure === undefined ? {} : { onFailure })
    .build({ clock, interceptors })
    .runSettled({}, { graceMs: 10_000, ...runOptions })
}
