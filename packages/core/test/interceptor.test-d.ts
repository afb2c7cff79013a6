import { expectTypeOf } from 'vitest'
import { StageOutput, StageflowError, after, createSlot, insertBefore } from '../src/index.ts'
import type {
  CallHooks,
  CallLimits,
  CallPart,
  Interceptor,
  InterceptorContext,
  OnCall,
  RunContext,
  RunPart,
  RunPipeline,
  RunStage,
  StageContext,
  StageInfo,
  StageRecord,
} from '../src/index.ts'

declare module '../src/index.ts' {
  interface StageOptions {
    readonly testLimitMs?: number
  }
  interface RunOptions {
    readonly testToken?: string
  }
}
declare module '../src/index.ts' {
  interface StageNotes {
    readonly testLimit?: { readonly ms: number }
  }
}

/** Ends a stage's attempt after a time with a wrap. */
export function limit(defaultMs: number): Interceptor {
  return {
    name: 'test-limit',
    stageOptions: ['testLimitMs'],
    mustBeInside: ['retry'],
    wrap(next, stage) {
      const ms = stage.options.testLimitMs ?? defaultMs
      if (ms === Infinity) return next
      return (context) => {
        const { context: inner, abort } = context.fork()
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
    expectTypeOf(record.status).toEqualTypeOf<'ok' | 'skip' | 'cancel' | 'fail' | 'suspend' | undefined>()
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

// ---------- what isn't an interceptor

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

// ---------- parts in calls

/** Limits a call, as a timeout does. A class names the two members of the union that it has. */
class LimitedCall implements CallHooks, CallLimits {
  readonly deadline: number

  constructor(given: InterceptorContext, ms: number) {
    this.deadline = given.now + ms
  }
  expired(why: 'deadline' | 'idle', given: InterceptorContext): StageOutput {
    given.note('testLimit', { ms: this.deadline })
    return StageOutput.fail(why)
  }
  ended(output: StageOutput, given: InterceptorContext): void {
    expectTypeOf(output.status).toEqualTypeOf<'ok' | 'skip' | 'cancel' | 'fail' | 'retry' | 'suspend'>()
    expectTypeOf(given.aborted).toEqualTypeOf<{ readonly reason: unknown } | undefined>()
  }
}
export const limited: Interceptor = {
  name: 'test-limited',
  onCall: (stage) => {
    expectTypeOf(stage).toEqualTypeOf<StageInfo>()
    const { testLimitMs } = stage.options
    return testLimitMs === undefined ? undefined : (given) => new LimitedCall(given, testLimitMs)
  },
}
export const refusing: OnCall = ({ attempt }) => (attempt > 1 ? StageOutput.skip('once is enough') : undefined)
export const entering: OnCall = () => ({
  enter(next, given) {
    expectTypeOf(next).toEqualTypeOf<() => void>()
    expectTypeOf(given).toEqualTypeOf<InterceptorContext>()
    next()
  },
})
export const expiring: OnCall = ({ now }) => ({
  deadline: now + 5,
  idleTimeoutMs: undefined,
  expired(why, given) {
    expectTypeOf(why).toEqualTypeOf<'deadline' | 'idle'>()
    expectTypeOf(given).toEqualTypeOf<InterceptorContext>()
    return StageOutput.skip('late')
  },
})
export const never: OnCall = () => ({ expired: () => StageOutput.skip('a part may have no limit this time') })
expectTypeOf<ReturnType<OnCall>>().toEqualTypeOf<StageOutput | CallPart | undefined>()

// @ts-expect-error Type 'Promise<…>' is not assignable: a call begins at once.
export const waits: OnCall = async () => StageOutput.ok()
// @ts-expect-error Type 'null' is not assignable: undefined takes no part.
export const answersNull: OnCall = () => null
// @ts-expect-error Type 'number' is not assignable
export const answersNumber: OnCall = () => 5
// @ts-expect-error plain data answers for no call: StageOutput.ok(data) does.
export const answersData: OnCall = () => ({ greeting: 'hello' })
// @ts-expect-error a made-up output: StageOutput.ok() makes one.
export const answersMadeUp: OnCall = () => ({ status: 'ok', data: {} })
// @ts-expect-error 'onAnswer' does not exist: a part hears by `ended`.
export const mistaken: CallPart = { onAnswer: () => {} }
// @ts-expect-error Type 'Date' is not assignable to type 'number'
export const dated: CallPart = { deadline: new Date(), expired: () => StageOutput.skip('late') }
// @ts-expect-error Property 'expired' is missing in type '{ deadline: number; }' but required in type 'CallLimits'.
export const deadlineAlone: CallPart = { deadline: 5 }
// @ts-expect-error Property 'expired' is missing in type '{ idleTimeoutMs: number; }' but required in type 'CallLimits'.
export const idleAlone: CallPart = { idleTimeoutMs: 5 }
// @ts-expect-error Property 'expired' is missing: also beside `ended`.
export const limitedWithoutExpired: OnCall = () => ({ deadline: 5, ended() {} })
// @ts-expect-error Type 'Promise<…>' is not assignable: expired is synchronous.
export const expiresLater: OnCall = () => ({ deadline: 5, expired: async () => StageOutput.skip('late') })
// @ts-expect-error Type 'undefined' is not assignable: expired answers.
export const expiresWithNothing: OnCall = () => ({ deadline: 5, expired: () => undefined })
// @ts-expect-error 'onHeartbeat' does not exist in type 'CallPart': `idleTimeoutMs` limits what it was for.
export const beating: CallPart = { onHeartbeat() {} }
// @ts-expect-error 'onParked' does not exist in type 'CallPart'
export const parking: CallPart = { onParked() {} }
// @ts-expect-error the part is given, not how it is called.
export const partAtOnce: Interceptor = { name: 'x', onCall: () => ({ ended() {} }) }
// @ts-expect-error Type 'null' is not assignable: undefined leaves the stage alone.
export const nullAtOnce: Interceptor = { name: 'x', onCall: () => null }
// @ts-expect-error `next` takes no context: the call is made with that which the stage has.
export const passesContext: OnCall = () => ({ enter: (next, given) => next(given) })

export function methods(given: InterceptorContext, part: CallPart): void {
  const { fork: narrow, codeLeft, wait, onRecorded } = given
  // @ts-expect-error The 'this' context of type 'void' is not assignable
  narrow()
  // @ts-expect-error The 'this' context of type 'void' is not assignable
  void codeLeft()
  // @ts-expect-error The 'this' context of type 'void' is not assignable
  void wait(5)
  // @ts-expect-error The 'this' context of type 'void' is not assignable
  onRecorded(() => {})
  expectTypeOf(given.codeLeft()).toEqualTypeOf<Promise<void>>()
  expectTypeOf(given.wait(5)).toEqualTypeOf<Promise<void>>()
  const { abort, context: inner } = given.fork()
  abort('bound')
  expectTypeOf(inner).toEqualTypeOf<InterceptorContext>()
  // @ts-expect-error Expected 0 arguments: a deadline is a limit of a part, and attempts are counted.
  given.fork({ deadline: 5, attempt: 2 })
  // @ts-expect-error Property 'run' does not exist on type 'Fork'
  void given.fork().run
  // @ts-expect-error Property 'end' does not exist on type 'Fork'
  void given.fork().end
  // @ts-expect-error Property 'observe' does not exist
  void given.observe
  // @ts-expect-error Property 'endCall' does not exist: `expired` answers, or a wrap aborts its fork and answers.
  given.endCall(part, StageOutput.skip('enough'))
}

/** A stage does not see what interceptors see. */
export function unseen(given: StageContext): void {
  // @ts-expect-error Property 'wait' does not exist on type 'StageContext'
  void given.wait
  // @ts-expect-error Property 'codeLeft' does not exist on type 'StageContext'
  void given.codeLeft
  // @ts-expect-error Property 'fork' does not exist on type 'StageContext'
  void given.fork
  // @ts-expect-error Property 'now' does not exist on type 'StageContext'
  void given.now
  // @ts-expect-error Property 'aborted' does not exist on type 'StageContext'
  void given.aborted
}

// ---------- parts in runs

export const counted: Interceptor = {
  name: 'test-counted',
  onRun: (run) => {
    expectTypeOf(run).toEqualTypeOf<RunContext>()
    if (run.parent !== undefined) return undefined
    return {
      enter: (next) => next(),
      settled: (record, same) => {
        expectTypeOf(record).toEqualTypeOf<StageRecord>()
        expectTypeOf(same).toEqualTypeOf<RunContext>()
      },
      ended: ({ status, report }) => {
        expectTypeOf(status).toEqualTypeOf<'completed' | 'cancelled' | 'failed' | 'suspended'>()
        expectTypeOf(report.endedAt).toEqualTypeOf<number>()
      },
    }
  },
}

// @ts-expect-error a part refuses no run: `wrapRun` does.
export const refusesRun: Interceptor = { name: 'x', onRun: (run) => run.fail('no') }
// @ts-expect-error Type 'Promise<…>' is not assignable: a run begins at once.
export const waitsForRun: Interceptor = { name: 'x', onRun: async () => ({ ended() {} }) }
// @ts-expect-error Type 'null' is not assignable: undefined takes no part.
export const nullForRun: Interceptor = { name: 'x', onRun: () => null }
// @ts-expect-error 'started' does not exist in type 'RunPart'
export const mistakenRun: RunPart = { started: () => {} }
// @ts-expect-error 'runStarted' does not exist in type 'Interceptor'
export const former: Interceptor = { name: 'x', runStarted: () => {} }
// @ts-expect-error 'runSettled' does not exist in type 'Interceptor'
export const alsoFormer: Interceptor = { name: 'x', runSettled: () => {} }
