import { expectTypeOf } from 'vitest'
import { StageOutput, StageflowError, after, createSlot, insertBefore } from './index.ts'
import type { Interceptor, InterceptorContext, RunPipeline, RunStage, StageContext } from './index.ts'

declare module './context.ts' {
  interface StageOptions {
    readonly testLimitMs?: number
  }
  interface RunOptions {
    readonly testToken?: string
  }
}
declare module './report-types.ts' {
  interface StageNotes {
    readonly testLimit?: { readonly ms: number }
  }
}

/** Ends a stage's attempt after a time, as a time-out does. */
export function limit(defaultMs: number): Interceptor {
  return {
    name: 'test-limit',
    stageOptions: ['testLimitMs'],
    mustBeInside: ['retry'],
    wrap(next, stage) {
      const ms = stage.options.testLimitMs ?? defaultMs
      if (ms === Infinity) return next
      return (context) => {
        const { context: inner, abort } = context.fork({ deadline: context.clock.now() + ms })
        const { promise: late, resolve } = Promise.withResolvers<StageOutput>()
        const stop = context.clock.setTimeout(() => {
          const error = new StageflowError('test/late', `Stage "${stage.name}" took longer than ${ms} ms.`)
          context.note('testLimit', { ms })
          abort(error)
          resolve(StageOutput.fail(error, { retryable: true }))
        }, ms)
        const output = next(inner)
        if (!(output instanceof Promise)) {
          stop()
          return output
        }
        return Promise.race([output, late]).finally(stop)
      }
    },
  }
}

const CLAIMS = createSlot<{ readonly sub: string; readonly roles: readonly string[] }>('test/claims')

/** Verifies a token once a run, and says who asks. */
export const auth = (
  verify: (token: string, signal: AbortSignal) => Promise<{ readonly sub: string; readonly roles: readonly string[] }>,
): Interceptor => ({
  name: 'test-auth',
  runOptions: ['testToken'],
  wrapRun: (next, pipeline) => async (run) => {
    expectTypeOf(pipeline.name).toEqualTypeOf<string>()
    const { testToken } = run.options
    if (testToken === undefined) return run.fail(new StageflowError('test/no-token', 'no token'))
    const claims = await verify(testToken, run.signal)
    run.set(CLAIMS, claims)
    // @ts-expect-error Property 'roles' is missing
    run.set(CLAIMS, { sub: 'x' })
    return next(run.with({ snapshot: run.snapshot.withIdentity({ userId: claims.sub }) }))
  },
  wrap: (next) => (context) =>
    context.get(CLAIMS)?.roles.includes('user') === true ? next(context) : StageOutput.fail('forbidden'),
  settled: (record, run) => {
    expectTypeOf(record.status).toEqualTypeOf<'ok' | 'skip' | 'cancel' | 'fail' | undefined>()
    run.note('core/problems', [])
  },
})

export const passing: RunStage = (context) =>
  after(StageOutput.ok(), (output) => (context.attempt > 1 ? StageOutput.fail('x') : output))
export const list: readonly Interceptor[] = insertBefore(
  [limit(5)],
  'test-limit',
  auth(async () => ({ sub: 'x', roles: [] })),
)

// ---------- what is no interceptor

// @ts-expect-error a made-up outcome: only the engine makes one.
export const madeUpOutcome: RunPipeline = () => ({ status: 'completed' })
// @ts-expect-error a made-up output: StageOutput.ok() makes one.
export const madeUpOutput: RunStage = () => ({ status: 'ok' })
// @ts-expect-error Type 'void' is not assignable to type 'StageOutput | Promise<StageOutput>': forgot to answer.
export const forgetful: RunStage = (context) => {
  void context
}
// @ts-expect-error Type '"unknownOption"' is not assignable to type 'keyof StageOptions'
export const claimsTooMuch: Interceptor = { name: 'x', stageOptions: ['unknownOption'] }
// @ts-expect-error Property 'name' is missing
export const nameless: Interceptor = { wrap: (next) => next }

// An interceptor's context can stand for a stage's.
export function helper(context: StageContext): string | undefined {
  return context.userId
}
declare const context: InterceptorContext
helper(context)
