import { StageKind, StageOutput, StageflowError } from '@stageflow/core'
import type {
  CallPart,
  Interceptor,
  InterceptorContext,
  RunPart,
  StageInfo,
  StageOutput as Output,
} from '@stageflow/core'
import { logging } from '@stageflow/interceptor-logging'
import { metrics } from '@stageflow/interceptor-metrics'
import { tracing } from '@stageflow/interceptor-tracing'
import { pino } from 'pino'
import type { Kit, Line, Twins } from './matrix-kit.ts'

export interface BrokenTwin {
  readonly does: string
  readonly twins: Twins
  /** Matches one of the problems that the matrix must find. */
  readonly found: RegExp
}

/** Correct interceptors of a third party. */
export const SOUND_TWINS: Twins = { timeout: () => limitThat({}), 'circuit-breaker': () => breakerThat({}) }

/** Interceptors with likely faults. The matrix must find each. */
export const BROKEN_TWINS: readonly BrokenTwin[] = [
  {
    does: 'a breaker that answers ok if its circuit is open',
    twins: { 'circuit-breaker': () => openIsOk() },
    found: /^has failed five times in a row: ended as "completed: llm ok ×0/,
  },
  {
    does: 'an idempotency without the stage in its key',
    twins: { idempotency: () => keyWithout('stage') },
    found: /^shares its key with another stage: ended as ".*"notify":\{"saved":"text"\}/,
  },
  {
    does: 'an idempotency that keeps failures',
    twins: { idempotency: () => keyWithout('status') },
    found: /^failed at this work before: ended as "failed/,
  },
  {
    does: 'an idempotency that ignores the parameters',
    twins: { idempotency: () => keyWithout('parameters') },
    found: /^did other work under this key before: ended as "completed: persist ok ×0/,
  },
  {
    does: 'a timeout that leaves its timer',
    twins: { timeout: () => timeoutThat({ leavesTimer: true }) },
    found: /timers are left$/,
  },
  {
    does: 'a timeout that answers ok',
    twins: { timeout: () => timeoutThat({ answersOk: true }) },
    found: /^hangs until it is aborted: ended as "completed/,
  },
  {
    does: 'a timeout that does not abort the call',
    twins: { timeout: () => timeoutThat({ leavesCode: true }) },
    found: /^hangs until it is aborted: ended as "failed core\/still-running/,
  },
  {
    does: 'a timeout without a limit',
    twins: { timeout: () => limitThat({ ms: Infinity }) },
    found: /^hangs until it is aborted: ended as "failed core\/timed-out/,
  },
  {
    does: 'a timeout that returns undefined when the limit passes',
    twins: { timeout: () => limitThat({ answer: () => undefined as unknown as Output }) },
    found: /^hangs until it is aborted: ended as "failed core\/interceptor-answer/,
  },
  {
    does: 'a timeout that answers ok when the limit passes',
    twins: { timeout: () => limitThat({ answer: () => StageOutput.ok({}) }) },
    found: /^hangs until it is aborted: ended as "completed/,
  },
  {
    does: 'a timeout that leaves a timer after a failed call',
    twins: { timeout: () => limitThat({ keepsTimer: ({ status }) => status === 'fail' }) },
    found: /^has failed four times in a row: [1-9] timers are left$/,
  },
  {
    does: 'a breaker that misses calls that ran out of time',
    twins: { 'circuit-breaker': () => breakerThat({ hears: isUnaborted }) },
    found: /^has hung five times in a row: ended as "failed (timeout\/timed-out|retry\/exhausted)/,
  },
  {
    does: 'a breaker that does not release the place of a probe that ran out of time',
    twins: { 'circuit-breaker': () => breakerThat({ letsGo: isUnaborted }) },
    found: /^has hung whenever it was tried, and hangs no more: ended as "failed circuit-breaker\/open/,
  },
  {
    does: 'a retry that never retries',
    twins: { retry: () => ({ name: 'retry', wrap: (next) => (context) => next(context) }) },
    found: /^returns retry twice, then data: ended as "failed core\/retry-exhausted/,
  },
  {
    does: 'a retry that retries every failure',
    twins: { retry: () => retryAll() },
    found: /^fails: ended as "failed core\/stage-failed: llm fail core\/stage-failed ×3/,
  },
  {
    does: 'a logging that only wraps, and misses stages that never reach it',
    twins: { logging: (kit) => wrapOnlyLogging(kit) },
    found: /^skips: after ended skip, logged as ""$/,
  },
  {
    does: 'a logging that only has parts in calls, and misses stages without a call',
    twins: { logging: (kit) => callOnlyLogging(kit) },
    found: /^skips: after ended skip, logged as ""$/,
  },
  {
    does: 'a logging that writes twice',
    twins: { logging: (kit) => twice(kit) },
    found: /logged as "ok ,ok "$/,
  },
  {
    does: 'metrics that only see successful stages',
    twins: { metrics: ({ registry }) => only(metrics({ registry })) },
    found: /^fails: stage chat\/llm fail: 1 in the reports, 0 in the metrics$/,
  },
  {
    does: 'a tracing that never ends its spans',
    twins: { tracing: () => neverEnding() },
    found: /the run has the spans \[\]/,
  },
  {
    does: 'an auth that accepts every token',
    twins: { auth: () => ({ name: 'auth', runOptions: ['token'], wrapRun: (next) => (run) => next(run) }) },
    found: /^belongs to a run whose token is bad: ended as "completed/,
  },
  {
    does: 'a child tracker that never removes a run',
    twins: { 'child-tracker': ({ tracker }) => neverForgets(tracker) },
    found: /runs are still tracked$/,
  },
]

function openIsOk(): Interceptor {
  return {
    name: 'circuit-breaker',
    wrap: (next) => {
      let failures = 0
      return async (context) => {
        if (failures >= 5) return StageOutput.ok({})
        const output = await next(context)
        failures = output.status === 'fail' ? failures + 1 : 0
        return output
      }
    },
  }
}

function keyWithout(forgotten: 'stage' | 'status' | 'parameters'): Interceptor {
  const known = new Map<string, { readonly text: string; readonly output: Output | Promise<Output> }>()
  return {
    name: 'idempotency',
    wrap: (next, stage) => {
      if (stage.kind !== StageKind.WORK) return next
      return async (context) => {
        const key = `${forgotten === 'stage' ? '' : stage.name}|${context.snapshot.extensions.idempotencyKey}`
        const text = context.snapshot.inputText ?? ''
        const hit = known.get(key)
        if (hit !== undefined && (forgotten === 'parameters' || hit.text === text)) return hit.output
        if (hit !== undefined)
          return StageOutput.fail(new StageflowError('idempotency/other-input', 'Other parameters.'))
        const output = Promise.resolve(next(context))
        known.set(key, { text, output })
        if (forgotten !== 'status' && (await output).status !== 'ok') known.delete(key)
        return output
      }
    },
  }
}

function timeoutThat(fault: {
  readonly leavesTimer?: true
  readonly answersOk?: true
  readonly leavesCode?: true
}): Interceptor {
  return {
    name: 'timeout',
    wrap: (next, stage) => (context) => {
      const { context: inner, abort } = context.fork()
      const { promise: expired, resolve } = Promise.withResolvers<Output>()
      const stop = context.clock.setTimeout(() => {
        const error = new StageflowError('timeout/timed-out', `Stage "${stage.name}" took too long.`)
        if (fault.leavesCode !== true) abort(error)
        resolve(fault.answersOk === true ? StageOutput.ok({}) : StageOutput.fail(error, { retryable: true }))
      }, 30_000)
      if (fault.leavesTimer === true) context.clock.setTimeout(() => {}, 1e12)
      const output = next(inner)
      if (output instanceof Promise) return Promise.race([output, expired]).finally(stop)
      stop()
      return output
    },
  }
}

function retryAll(): Interceptor {
  return {
    name: 'retry',
    wrap: (next) => async (context) => {
      for (let attempt = 1; ; attempt++) {
        const output = await next(context.fork().context)
        if (output.status === 'ok' || output.status === 'skip' || output.status === 'cancel' || attempt === 3)
          return output
      }
    },
  }
}

/** A limit that the engine keeps. Correct, except for the given fault. */
function limitThat({
  ms = 30_000,
  answer = (error) => StageOutput.fail(error, { retryable: true }),
  keepsTimer = () => false,
}: {
  readonly ms?: number
  readonly answer?: (error: StageflowError) => Output
  readonly keepsTimer?: (output: Output) => boolean
}): Interceptor {
  return {
    name: 'timeout',
    onCall: (stage) => (context) => ({
      deadline: context.now + ms,
      expired: () => answer(new StageflowError('timeout/timed-out', `Stage "${stage.name}" took too long.`)),
      ended(output) {
        if (keepsTimer(output)) context.clock.setTimeout(() => {}, 30_000)
      },
    }),
  }
}

const openError = (): Output => StageOutput.fail(new StageflowError('circuit-breaker/open', 'The circuit is open.'))

/** A breaker without `wrap`. Correct, except that it misses calls or keeps places. */
function breakerThat({
  hears = () => true,
  letsGo = () => true,
}: Partial<Record<'hears' | 'letsGo', (context: InterceptorContext) => boolean>>): Interceptor {
  return {
    name: 'circuit-breaker',
    onCall: () => {
      let failures = 0
      let openUntil = -Infinity
      let isProbing = false
      const part: CallPart = {
        ended({ status }, context) {
          if (letsGo(context)) isProbing = false
          if (!hears(context) || status === 'cancel' || status === 'skip') return
          failures = status === 'ok' ? 0 : failures + 1
          if (failures >= 5) openUntil = context.clock.now() + 30_000
        },
      }
      return ({ clock }) => {
        if (failures < 5) return part
        if (isProbing || clock.now() < openUntil) return openError()
        isProbing = true
        return part
      }
    },
  }
}

const isUnaborted = ({ aborted }: InterceptorContext): boolean => aborted === undefined

function wrapOnlyLogging(kit: Kit): Interceptor {
  return {
    name: 'logging',
    wrap: (next, stage) => async (context) => {
      const output = await next(context)
      pushStage(kit, stage, output, context)
      return output
    },
    onRun: runLines(kit),
  }
}

function callOnlyLogging(kit: Kit): Interceptor {
  return {
    name: 'logging',
    onCall: (stage) => () => ({ ended: (output, context) => pushStage(kit, stage, output, context) }),
    onRun: runLines(kit),
  }
}

function pushStage(kit: Kit, stage: StageInfo, output: Output, context: InterceptorContext): void {
  const { status } = output
  const error = status === 'fail' ? { error: { code: (output.error as { readonly code?: string }).code ?? '' } } : {}
  push(kit, { msg: 'stage', pipelineRunId: context.run.pipelineRunId, stage: stage.name, status, ...error })
}

/** Only the lines of runs. */
function runLines(kit: Kit): NonNullable<Interceptor['onRun']> {
  const whole = loggingOf(kit)
  return (run) => {
    const part = whole.onRun?.(run)
    return { ended: (outcome) => part?.ended?.(outcome, run) }
  }
}

const twice = (kit: Kit): Interceptor =>
  settling(loggingOf(kit), (settled) => {
    settled()
    settled()
  })

const push = (kit: Kit, line: Line): unknown => (kit.lines as Line[]).push(line)
const loggingOf = (kit: Kit): Interceptor =>
  logging({
    logger: pino({ base: null, timestamp: false }, { write: (line) => push(kit, JSON.parse(line) as Line) }),
  })

const only = (whole: Interceptor): Interceptor =>
  settling(whole, (settled, status) => {
    if (status === 'ok') settled()
  })

/** Replaces when the interceptor is told about stages. */
function settling(whole: Interceptor, tell: (settled: () => void, status: string | undefined) => void): Interceptor {
  return {
    ...whole,
    onRun(run) {
      const part: RunPart = whole.onRun?.(run) ?? {}
      return {
        settled: (record) => tell(() => part.settled?.(record, run), record.status),
        ended: (outcome) => part.ended?.(outcome, run),
      }
    },
  }
}

/** A tracer that loses its spans. */
const neverEnding = (): Interceptor => tracing()

function neverForgets(tracker: Kit['tracker']): Interceptor {
  return {
    name: 'child-tracker',
    wrapRun: (next) => (run) => {
      if (run.parent !== undefined)
        tracker.register({ runId: run.pipelineRunId, parentRunId: run.parent.pipelineRunId } as never)
      return next(run)
    },
  }
}
