import { StageOutput, StageflowError, createSlot } from '@stageflow/core'
import type {
  CallHooks,
  CallLimits,
  CallPart,
  Interceptor,
  InterceptorContext,
  OnCall,
  RunContext,
  RunPart,
  StageOutput as Output,
} from '@stageflow/core'
import { AsyncLocalStorage } from 'node:async_hooks'
import type { CreateInterceptor, InterceptorContractOptions } from '../src/contract.ts'
import { outsideTime } from './outside-time.ts'

// Correct interceptors of every kind, and what correct and broken ones are made with.

declare module '@stageflow/core' {
  interface SnapshotExtensions {
    readonly contractKey?: string
  }
  interface RunOptions {
    readonly contractToken?: string
  }
  interface StageNotes {
    readonly contractTold?: unknown
    readonly contractScore?: number
  }
  interface RunNotes {
    readonly contractTold?: unknown
  }
  interface StageOptions {
    readonly contractRoles?: readonly string[]
  }
}

export const acting = (layer: (next: Next, context: InterceptorContext) => Output | Promise<Output>): Interceptor => ({
  name: 'broken',
  wrap: (next) => (context) => layer(next, context),
})
export type { Output }
export type Next = (context: InterceptorContext) => Output | Promise<Output>
export const answering =
  (change: (output: Output, context: InterceptorContext) => Output): CreateInterceptor =>
  () =>
    acting(async (next, context) => change(await next(context), context))

/** Takes part in each call, of whichever stage. */
export const calling = (onCall: OnCall): Interceptor => ({ name: 'broken', onCall: () => onCall })
export const running = (onRun: NonNullable<Interceptor['onRun']>): Interceptor => ({ name: 'broken', onRun })

export const byRun = ({ snapshot }: InterceptorContext): string => String(snapshot.metadata['contractRun'])

export const timeout = (ms: number): Interceptor => ({
  name: 'timeout',
  wrap: (next, stage) => (context) => {
    const { context: inner, abort } = context.fork()
    const { promise: expired, resolve } = Promise.withResolvers<Output>()
    const stop = context.clock.setTimeout(() => {
      const error = new StageflowError('timeout/timed-out', `Stage "${stage.name}" took longer than ${ms} ms.`)
      abort(error)
      resolve(StageOutput.fail(error, { retryable: true }))
    }, ms)
    const output = next(inner)
    if (output instanceof Promise) return Promise.race([output, expired]).finally(stop)
    stop()
    return output
  },
})

const retry = (attempts: number): Interceptor => ({
  name: 'retry',
  wrap: (next) => async (context) => {
    for (let attempt = 1; ; attempt++) {
      const output = await next(context.fork().context)
      const again = output.status === 'retry' || (output.status === 'fail' && output.retryable === true)
      if (!again || attempt === attempts) return output
      await context.wait(1_000)
    }
  },
})

const circuitBreaker = (limit: number): Interceptor => ({
  name: 'circuit-breaker',
  wrap: (next, stage) => {
    let failures = 0
    return async (context) => {
      if (failures >= limit)
        return StageOutput.fail(new StageflowError('circuit-breaker/open', `The circuit of "${stage.name}" is open.`))
      const output = await next(context)
      if (output.status === 'fail') failures++
      else if (output.status === 'ok') failures = 0
      return output
    }
  },
})

const untilAborted = <T>(promise: Promise<T>, signal: AbortSignal): Promise<T> =>
  new Promise((resolve, reject) => {
    const onAbort = (): void => reject(signal.reason)
    signal.addEventListener('abort', onAbort, { once: true })
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort))
  })

/** `parts`: what the key is made of. */
export const cache = (
  parts: (context: InterceptorContext, key: string) => readonly unknown[],
  keyOf = (context: InterceptorContext) => context.snapshot.extensions.contractKey,
): Interceptor => {
  const outputs = new Map<string, Promise<Output>>()
  return {
    name: 'idempotency',
    wrap: (next, stage) => {
      if (stage.kind !== 'work') return next
      if (stage.streams) throw new StageflowError('idempotency/streams', `Stage "${stage.name}" streams.`)
      return async (context) => {
        const own = keyOf(context)
        if (own === undefined) return next(context)
        const key = JSON.stringify(parts(context, own))
        const known = outputs.get(key)
        if (known !== undefined) return untilAborted(known, context.signal)
        const output = Promise.resolve(next(context))
        outputs.set(key, output)
        if ((await output).status !== 'ok') outputs.delete(key)
        return output
      }
    },
  }
}
const idempotency = (): Interceptor =>
  cache(({ stage, run, orgId }, key) => [orgId, stage.pipeline.name, stage.name, run.parent?.path, run.item?.key, key])
export const keyed: InterceptorContractOptions = { input: (run) => ({ extensions: { contractKey: `key ${run}` } }) }

export const CLAIMS = createSlot<{ readonly roles: readonly string[] }>('contract/claims')
export const auth = (): Interceptor => ({
  name: 'auth',
  runOptions: ['contractToken'],
  stageOptions: ['contractRoles'],
  wrapRun: (next) => async (run) => {
    const { contractToken } = run.options
    if (contractToken !== 'ada') return run.fail(new StageflowError('auth/refused', 'No, or a wrong, token.'))
    run.set(CLAIMS, { roles: ['admin'] })
    return next(run.with({ snapshot: run.snapshot.withIdentity({ userId: 'ada' }) }))
  },
  wrap: (next, stage) => {
    const { contractRoles } = stage.options
    if (contractRoles === undefined) return next
    return (context) =>
      contractRoles.every((role) => context.get(CLAIMS)?.roles.includes(role))
        ? next(context)
        : StageOutput.fail(new StageflowError('auth/forbidden', 'A role is missing.'))
  },
})

const OWNER = createSlot<string>('contract/owner')
/** Checks callers: a run belongs to who has begun it. */
export const owners = (more: Partial<Interceptor> = {}): Interceptor => ({
  name: 'owners',
  runOptions: ['contractToken'],
  admit: async ({ action, options, kept, clock, signal }) => {
    await clock.sleep(5, signal)
    const user = options.contractToken?.split(' ')[0]
    if (user === undefined) throw new StageflowError('owners/refused', 'No token.')
    if (action === 'start') return { keep: { user }, who: { userId: user } }
    if ((kept as { readonly user: string }).user !== user) throw new StageflowError('owners/foreign', 'Not yours.')
    return { who: { userId: user } }
  },
  wrapRun: (next) => async (run) => {
    // A child run belongs to the owner of its parent.
    const { user } = (run.kept?.[more.name ?? 'owners'] ?? { user: run.get(OWNER) }) as { readonly user?: string }
    const owner = user ?? run.options.contractToken?.split(' ')[0]
    if (owner === undefined) return run.fail(new StageflowError('owners/refused', 'No token.'))
    run.set(OWNER, owner)
    if (run.kept === undefined) run.keep(more.name ?? 'owners', { user: owner })
    return next(run)
  },
  ...more,
})
export const owned: InterceptorContractOptions = { runOptions: { contractToken: 'ada with-a-secret' } }

/** Counts a run once: where its caller is admitted, or in process as it begins. */
const quota = (): Interceptor => {
  const taken = new Map<string, number>()
  const take = (user: string | undefined): void => {
    const runs = (taken.get(user ?? '') ?? 0) + 1
    if (runs > 10_000) throw new StageflowError('quota/spent', 'No run is left.')
    taken.set(user ?? '', runs)
  }
  return {
    name: 'quota',
    admit: ({ action, userId }) => {
      if (action !== 'start') return undefined
      take(userId)
      return { keep: { counted: true } }
    },
    wrapRun: (next) => (run) => {
      if (run.kept === undefined && run.parent === undefined) {
        take(run.userId)
        run.keep('quota', { counted: true })
      }
      return next(run)
    },
  }
}

/** Reads what another interceptor, outside it, has set. */
const tenants = (): Interceptor => ({
  name: 'tenants',
  wrapRun: (next) => (run) =>
    run.get(CLAIMS) === undefined ? run.fail(new StageflowError('tenants/no-claims', 'Nobody is known.')) : next(run),
})

const logging = (): Interceptor => {
  const lines: string[] = []
  return {
    name: 'logging',
    settled: (record, run) => {
      lines.push(`${record.stage} ${record.status}`)
      run.tryEmitEvent('logging.line', { lines: lines.length })
    },
    wrapRun: (next) => async (run) => {
      const outcome = await next(run)
      lines.push(`${run.pipeline.name} ${outcome.status}`)
      return outcome
    },
  }
}

/** Lets so many stages run at once; the others wait for their turn. */
export const bulkhead = (limit: number): Interceptor => {
  let running = 0
  const waiting = new Set<() => void>()
  return {
    name: 'bulkhead',
    wrap: (next) => async (context) => {
      if (running >= limit) {
        let wake = (): void => {}
        const turn = new Promise<void>((resolve) => (wake = resolve))
        waiting.add(wake)
        await untilAborted(turn, context.signal).finally(() => waiting.delete(wake))
      }
      running++
      try {
        return await next(context)
      } finally {
        running--
        const [first] = waiting
        if (first !== undefined) {
          waiting.delete(first)
          first()
        }
      }
    },
  }
}

/** A bulkhead whose child runs share the place of their parent, so that no call waits for itself. */
export const sharing = (limit: number): Interceptor => {
  const { wrap } = bulkhead(limit)
  return {
    name: 'bulkhead',
    wrap: (next, stage) => {
      const waiting = wrap?.(next, stage) ?? next
      return (context) => (context.run.parent === undefined ? waiting(context) : next(context))
    },
  }
}

/** A bulkhead that is around maps: their items share the place of their map. */
const aroundMaps = (limit: number): Interceptor => {
  const { wrap } = sharing(limit)
  return {
    name: 'bulkhead',
    aroundMaps: true,
    wrap: (next, stage) => (stage.itemOf === undefined ? (wrap?.(next, stage) ?? next) : next),
  }
}

/** Sees maps and their items: an item is a call inside that of its map. */
const nested = (): Interceptor => {
  const open = new Map<string, number>()
  const placeOf = ({ run, stage }: InterceptorContext): string =>
    JSON.stringify([run.pipelineRunId, stage.name, run.item?.key])
  return {
    name: 'nested',
    aroundMaps: true,
    onCall: () => (context) => {
      open.set(placeOf(context), context.now)
      return {
        ended(_, inner) {
          const startedAt = open.get(placeOf(inner))
          if (startedAt === undefined) throw new Error('a call ended that was not open')
          open.delete(placeOf(inner))
          inner.tryEmitEvent('nested.call', { ms: inner.now - startedAt })
        },
      }
    },
  }
}

/** A bulkhead of whole runs, whose child runs share the place of their parent. */
const runsAtOnce = (limit: number): Interceptor => {
  let running = 0
  const waiting = new Set<() => void>()
  return {
    name: 'runs-at-once',
    wrapRun: (next) => async (run) => {
      if (run.parent !== undefined) return next(run)
      while (running >= limit) {
        const turn = Promise.withResolvers<void>()
        waiting.add(turn.resolve)
        try {
          await untilAborted(turn.promise, run.signal)
        } catch {
          return run.cancel('it was stopped while it waited')
        } finally {
          waiting.delete(turn.resolve)
        }
      }
      running++
      try {
        return await next(run)
      } finally {
        running--
        const [first] = waiting
        first?.()
      }
    },
  }
}

/** `waits`: whether a call waits for a token, instead of failing. */
const tokenBucket = (size: number, everyMs: number, waits: boolean): Interceptor => ({
  name: 'token-bucket',
  wrap: (next) => {
    let tokens = size
    let filledAt = 0
    const take = (now: number): boolean => {
      const filled = Math.floor((now - filledAt) / everyMs)
      tokens = Math.min(size, tokens + filled)
      filledAt += filled * everyMs
      if (tokens === 0) return false
      tokens--
      return true
    }
    return async (context) => {
      while (!take(context.clock.now())) {
        if (!waits) return StageOutput.fail(new StageflowError('token-bucket/empty', 'The bucket is empty.'))
        await context.wait(everyMs)
      }
      return next(context)
    }
  },
})

/** Calls a stage a second time if it is slow, and takes the answer that comes first. */
const hedge = (ms: number): Interceptor => ({
  name: 'hedge',
  wrap: (next, stage) => {
    if (stage.streams || stage.child !== undefined || stage.map) return next
    return async (context) => {
      const first = context.fork()
      const answer = Promise.resolve(next(first.context))
      const slow = Promise.withResolvers<undefined>()
      const stop = context.clock.setTimeout(() => slow.resolve(undefined), ms)
      const early = await Promise.race([answer, slow.promise]).finally(stop)
      if (early !== undefined) return early
      const second = context.fork()
      const winner = await Promise.race([answer, Promise.resolve(next(second.context))])
      first.abort(new StageflowError('hedge/slow', 'The other call was faster.'))
      second.abort(new StageflowError('hedge/slow', 'The other call was faster.'))
      return winner
    }
  },
})

/** Opens after some failures that are the stage's, and lets a probe through after a time. */
const halfOpen = (most: number, openMs: number): Interceptor => ({
  name: 'circuit-breaker',
  onCall: () => {
    let failures = 0
    let openUntil = -Infinity
    const part: CallPart = {
      ended({ status }, { aborted, clock }) {
        if (aborted !== undefined || (status !== 'fail' && status !== 'ok')) return
        failures = status === 'ok' ? 0 : failures + 1
        if (failures >= most) openUntil = clock.now() + openMs
      },
    }
    return ({ now }) =>
      now < openUntil ? StageOutput.fail(new StageflowError('circuit-breaker/open', 'The circuit is open.')) : part
  },
})

const SPENT = createSlot<{ calls: number }>('contract/spent')
/** Limits the calls of a run and its child runs together, and starts at 0 in each leg. */
const callsPerRun = (most: number): Interceptor => ({
  name: 'calls-per-run',
  onRun: (run) => {
    if (run.parent === undefined) run.set(SPENT, { calls: 0 })
    return undefined
  },
  onCall: () => (context) => {
    const spent = context.get(SPENT)
    return spent !== undefined && ++spent.calls > most
      ? StageOutput.fail(new StageflowError('calls-per-run/spent', `The run has made ${most} calls.`))
      : undefined
  },
})

/** Counts how stages ended. */
const counted = (): Interceptor => {
  const counts = new Map<string, number>()
  return {
    name: 'counted',
    settled: ({ stage, status }, run) => {
      const key = JSON.stringify([run.pipeline.name, stage, status])
      counts.set(key, (counts.get(key) ?? 0) + 1)
    },
    onRun: () => ({ ended: ({ status }, run) => void run.tryEmitEvent('counted.run', { status, kinds: counts.size }) }),
  }
}

/** Like the bulkhead, but a turn may go to a call that was aborted while it waited, which does not pass it on. */
export const handingOver = (limit: number): Interceptor => {
  let running = 0
  const waiting: (() => void)[] = []
  return {
    name: 'broken',
    wrap: (next) => async (context) => {
      if (running >= limit)
        await untilAborted(new Promise<void>((resolve) => void waiting.push(resolve)), context.signal)
      else running++
      try {
        return await next(context)
      } finally {
        const wake = waiting.shift()
        if (wake === undefined) running--
        else wake()
      }
    },
  }
}

/** A time limit that the engine keeps, and a limit on the time without progress. */
const limit = (ms: number): Interceptor => ({
  name: 'timeout',
  onCall: (stage) => (context) => ({
    deadline: context.now + ms,
    idleTimeoutMs: ms / 2,
    expired: (why) => {
      const error = new StageflowError('timeout/timed-out', `Stage "${stage.name}" took longer than ${ms} ms (${why}).`)
      return StageOutput.fail(error, { retryable: true })
    },
  }),
})

/** Limits as a class, whose members need `this`. */
class Deadline implements CallLimits {
  readonly #context: InterceptorContext
  constructor(context: InterceptorContext) {
    this.#context = context
  }
  get deadline(): number {
    return this.#context.now + 1_000
  }
  expired(why: 'deadline' | 'idle', context: InterceptorContext): Output {
    return StageOutput.fail(`${this.#context.stage.name} ${context === this.#context} ${why}`)
  }
}

/** As the circuit breaker above. */
const fuse = (most: number): Interceptor => ({
  name: 'circuit-breaker',
  onCall: (stage) => {
    let failures = 0
    // Of all calls of the stage: it keeps nothing of one.
    const part: CallPart = {
      ended: ({ status }, { aborted }) => {
        if (aborted !== undefined) return
        if (status === 'fail') failures++
        else if (status === 'ok') failures = 0
      },
    }
    return () =>
      failures < most
        ? part
        : StageOutput.fail(new StageflowError('circuit-breaker/open', `The circuit of "${stage.name}" is open.`))
  },
})

/** Sets an async context around runs and calls, as tracing does, and counts what goes on. */
class Spans implements Interceptor {
  readonly #active = new AsyncLocalStorage<string>()
  #open = 0
  #runs = 0

  get name(): string {
    return 'spans'
  }
  onRun({ clock }: RunContext): RunPart {
    if (this.#runs++ === 0 && this.#open > 0) throw new Error('calls are open, and no run')
    const stop = clock.setTimeout(() => {}, 1e9)
    return {
      enter: (next, run) => this.#active.run(run.pipelineRunId, next),
      settled: ({ stage }, run) => void run.tryEmitEvent('spans.settled', { stage }),
      ended: (_, run) => {
        stop()
        this.#runs--
        run.tryEmitEvent('spans.ended', {})
      },
    }
  }
  onCall(): OnCall {
    return () =>
      new Span(
        this.#active,
        () => this.#open++,
        () => this.#open--,
      )
  }
}

class Span implements CallHooks {
  readonly #active: AsyncLocalStorage<string>
  readonly #over: () => void

  constructor(active: AsyncLocalStorage<string>, open: () => void, over: () => void) {
    this.#active = active
    this.#over = over
    open()
  }
  enter(next: () => void, { run }: InterceptorContext): void {
    if (this.#active.getStore() !== run.pipelineRunId) throw new Error('the call is not within its run')
    this.#active.run(run.pipelineRunId, next)
  }
  ended(_: Output, context: InterceptorContext): void {
    this.#over()
    context.tryEmitEvent('spans.call', {})
  }
}

const FROZEN: CallPart & RunPart = Object.freeze({ enter: (next: () => void) => next(), ended: () => {} })

/** Attempts that it limits itself, with something between them that is on no clock. */
const audited = (attempts: number): Interceptor => ({
  name: 'audited',
  wrap: (next) => async (context) => {
    for (let attempt = 1; ; attempt++) {
      const { context: inner, abort } = context.fork()
      const stop = context.clock.setTimeout(() => abort(new StageflowError('audited/slow', 'too slow')), 50)
      const output = await next(inner)
      stop()
      const isFinal = output.status !== 'fail' || output.retryable === false
      if (isFinal || attempt >= attempts || context.signal.aborted) return output
      await outsideTime(5)
      if (context.signal.aborted) return StageOutput.cancel('stopped')
    }
  },
})

/** Asks a server, as a store does: the request takes real time, and its limit is on the clock. */
const remote = (): Interceptor => ({
  name: 'remote',
  wrap: (next) => async (context) => {
    let isLate = false
    const stop = context.clock.setTimeout(() => (isLate = true), 50)
    await outsideTime(5, context.signal).finally(stop)
    return isLate ? StageOutput.fail('the server is slow') : next(context)
  },
})
const notesNaN: Interceptor = {
  name: 'notes',
  onCall: () => (context) => ({ ended: () => context.note('contractScore', Number.NaN) }),
}

export const known: InterceptorContractOptions = {
  runOptions: { contractToken: 'ada' },
  stageOptions: { contractRoles: ['admin'] },
}
export const correct: Readonly<Record<string, [CreateInterceptor, InterceptorContractOptions?]>> = {
  'one that leaves every stage alone': [() => ({ name: 'nothing', wrap: (next) => next })],
  'a timeout': [() => timeout(30_000)],
  'a retry of three attempts': [() => retry(3)],
  'a circuit breaker per stage': [() => circuitBreaker(5)],
  'an idempotency with keys': [idempotency, keyed],
  'an authentication with a token, and roles': [auth, known],
  'one that checks who asks something of a run': [() => owners(), owned],
  'a quota of runs': [quota, { ...owned, outside: () => [owners()] }],
  'one that reads a slot of another interceptor': [
    tenants,
    { runOptions: { contractToken: 'ada' }, outside: () => [auth()] },
  ],
  'a logging observer': [logging],
  'a timeout without wrap': [() => limit(30_000)],
  'a class that limits calls': [() => calling((context) => new Deadline(context))],
  'a circuit breaker without wrap': [() => fuse(5)],
  'a class that sets an async context': [() => new Spans()],
  'a frozen interceptor with frozen parts': [
    () => Object.freeze({ name: 'frozen', onCall: () => () => FROZEN, onRun: () => FROZEN }),
  ],
  'a retry with limits that waits in real time between attempts': [() => audited(3)],
  'one that waits in real time while its limit is on the clock': [remote],
  'one that notes in ended': [() => notesNaN],
  'a bulkhead of a hundred': [() => sharing(100)],
  'a bulkhead of three': [() => sharing(3)],
  'a bulkhead of three that is around maps': [() => aroundMaps(3)],
  'one that follows maps and their items': [nested],
  'a limit of runs at once': [() => runsAtOnce(10)],
  'a token bucket that makes calls wait': [() => tokenBucket(10, 100, true)],
  'a token bucket that refuses calls': [() => tokenBucket(1_000, 100, false)],
  'a hedge of slow calls': [() => hedge(1_000)],
  'a circuit breaker with a probe': [() => halfOpen(5, 30_000)],
  'a limit of calls for each run': [() => callsPerRun(1_000)],
  'one that counts how stages ended': [counted],
}
