import { StageOutput, StageflowError, createSlot, systemClock } from '@stageflow/core'
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
import { setTimeout as realTime } from 'node:timers/promises'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { wholeSettings } from '../../../core/test/property-settings.ts'
import { interceptorContract, type CreateInterceptor, type InterceptorContractOptions } from '../contract.ts'
import { interceptorCases } from './interceptor-contract.ts'

declare module '@stageflow/core' {
  interface SnapshotExtensions {
    readonly contractKey?: string
  }
  interface RunOptions {
    readonly contractToken?: string
  }
  interface StageNotes {
    readonly contractTold?: true
    readonly contractScore?: number
  }
  interface RunNotes {
    readonly contractTold?: true
  }
  interface StageOptions {
    readonly contractRoles?: readonly string[]
  }
}

// ---------- correct interceptors of every kind

const timeout = (ms: number): Interceptor => ({
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
const cache = (
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
  cache(({ stage, run, orgId }, key) => [orgId, stage.pipeline.name, stage.name, run.parent?.path, key])
const keyed: InterceptorContractOptions = { input: (run) => ({ extensions: { contractKey: `key ${run}` } }) }

const CLAIMS = createSlot<{ readonly roles: readonly string[] }>('contract/claims')
const auth = (): Interceptor => ({
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
const bulkhead = (limit: number): Interceptor => {
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

/** Like the bulkhead above, but a turn may go to a call that was aborted while it waited, which does not pass it on. */
const handingOver = (limit: number): Interceptor => {
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
      if (output.status !== 'fail' || attempt >= attempts || context.signal.aborted) return output
      await realTime(5)
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
    await realTime(5, undefined, { signal: context.signal }).finally(stop)
    return isLate ? StageOutput.fail('the server is slow') : next(context)
  },
})
const notesNaN: Interceptor = {
  name: 'notes',
  onCall: () => (context) => ({ ended: () => context.note('contractScore', Number.NaN) }),
}

const known: InterceptorContractOptions = {
  runOptions: { contractToken: 'ada' },
  stageOptions: { contractRoles: ['admin'] },
}
const correct: Readonly<Record<string, [CreateInterceptor, InterceptorContractOptions?]>> = {
  'one that leaves every stage alone': [() => ({ name: 'nothing', wrap: (next) => next })],
  'a timeout': [() => timeout(30_000)],
  'a retry of three attempts': [() => retry(3)],
  'a circuit breaker per stage': [() => circuitBreaker(5)],
  'an idempotency with keys': [idempotency, keyed],
  'an authentication with a token, and roles': [auth, known],
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
  'a bulkhead of a hundred': [() => bulkhead(100)],
}

describe.concurrent.each(Object.entries(correct))('%s keeps the whole contract', (_, [create, options]) => {
  for (const { name, run } of interceptorContract(create, options)) test(name, run)
})

// ---------- broken interceptors: each fails only the case of its fault

const acting = (layer: (next: Next, context: InterceptorContext) => Output | Promise<Output>): Interceptor => ({
  name: 'broken',
  wrap: (next) => (context) => layer(next, context),
})
type Next = (context: InterceptorContext) => Output | Promise<Output>
const answering =
  (change: (output: Output, context: InterceptorContext) => Output): CreateInterceptor =>
  () =>
    acting(async (next, context) => change(await next(context), context))

/** Takes part in each call, of whichever stage. */
const calling = (onCall: OnCall): Interceptor => ({ name: 'broken', onCall: () => onCall })
const running = (onRun: NonNullable<Interceptor['onRun']>): Interceptor => ({ name: 'broken', onRun })

const caseOf = async (create: CreateInterceptor, wanted: string): Promise<void> =>
  interceptorContract(create)
    .find(({ name }) => name === wanted)
    ?.run()

const byRun = ({ snapshot }: InterceptorContext): string => String(snapshot.metadata['contractRun'])

const broken: readonly [
  fault: string,
  fails: string,
  create: CreateInterceptor,
  options?: InterceptorContractOptions,
][] = [
  [
    'adds to the data of an ok output',
    'passes an ok output through untouched',
    answering((output) =>
      output.status === 'ok' ? StageOutput.ok({ ...(output.data as object), seen: true }) : output,
    ),
  ],
  [
    'drops artifacts and version',
    'passes an ok output through untouched',
    answering((output) => (output.status === 'ok' ? StageOutput.ok(output.data as object) : output)),
  ],
  [
    'turns a skip into a success',
    'passes a skip through untouched',
    answering((output) => (output.status === 'skip' ? StageOutput.ok({}) : output)),
  ],
  [
    'turns a cancel into a skip',
    'passes a cancel through untouched',
    answering((output, { signal }) =>
      output.status === 'cancel' && !signal.aborted ? StageOutput.skip(output.reason) : output,
    ),
  ],
  [
    'turns a failure into an empty success',
    'passes a failure through untouched',
    answering((output, { stage }) =>
      output.status === 'fail' && stage.name === 'stage' ? StageOutput.ok({ circuit: 'open' }) : output,
    ),
  ],
  [
    'runs a stage again after an ok',
    'passes an ok output through untouched',
    () =>
      acting(async (next, context) => {
        const output = await next(context)
        if (output.status === 'ok') await next(context)
        return output
      }),
  ],
  [
    'assumes that a stage returns a promise',
    'lets a stage that is synchronous through',
    () => acting((next, context) => (next(context) as Promise<Output>).then((output) => output)),
  ],
  [
    'answers before a stage that streams has ended',
    'lets the chunks of a stage that streams through',
    () => ({
      name: 'broken',
      wrap: (next, stage) => (stage.streams ? (context) => (void next(context), StageOutput.ok({})) : next),
    }),
  ],
  [
    'replaces the snapshot of the run',
    'changes nothing of what the stage sees',
    () => ({
      name: 'broken',
      wrapRun: (next) => (run) => next(run.with({ snapshot: run.snapshot.withIdentity({ requestId: 'mine' }) })),
    }),
  ],
  [
    'turns an abort into a partial success',
    'never swallows an abort',
    answering((output, { signal }) => (signal.aborted ? StageOutput.ok({ partial: true }) : output)),
  ],
  [
    'sleeps before the stage, and ignores the signal',
    'stops waiting as soon as the run is aborted',
    () =>
      acting(async (next, context) => {
        await context.clock.sleep(50)
        return next(context)
      }),
  ],
  [
    'sleeps between attempts, and ignores the signal',
    'stops waiting as soon as the run is aborted',
    () =>
      acting(async (next, context) => {
        const output = await next(context)
        if (output.status !== 'fail' || output.retryable !== true) return output
        await context.clock.sleep(1_000)
        return next(context)
      }),
  ],
  [
    'calls a stage without end and without a pause',
    'stops waiting as soon as the run is aborted',
    () =>
      acting(async (next, context) => {
        for (;;) {
          const output = await next(context)
          if (output.status !== 'fail' || output.retryable !== true) return output
        }
      }),
  ],
  [
    'lets a repetition wait for the first run, and ignores the signal',
    'stops waiting as soon as the run is aborted',
    () => {
      const running = new Map<string, Promise<Output>>()
      return acting(async (next, context) => {
        const key = JSON.stringify([
          byRun(context),
          context.stage.pipeline.name,
          context.stage.name,
          context.run.parent?.path,
        ])
        const first = running.get(key)
        if (first !== undefined) return first
        const output = Promise.resolve(next(context))
        running.set(key, output)
        return output.finally(() => running.delete(key))
      })
    },
  ],
  [
    'clears its timer unless the run was aborted',
    'leaves nothing behind after an abort',
    () =>
      acting(async (next, context) => {
        const stop = context.clock.setTimeout(() => {}, 60_000)
        const output = await next(context)
        if (!context.signal.aborted) stop()
        return output
      }),
  ],
  [
    'keeps listening on a signal that has aborted',
    'leaves nothing behind after an abort',
    () =>
      acting(async (next, context) => {
        const onAbort = (): void => {}
        context.signal.addEventListener('abort', onAbort)
        const output = await next(context)
        if (!context.signal.aborted) context.signal.removeEventListener('abort', onAbort)
        return output
      }),
  ],
  [
    'aborts the fork of the last call',
    'lets other runs go on when one is aborted',
    () => {
      let fork: ReturnType<InterceptorContext['fork']>
      return acting(async (next, context) => {
        const mine = (fork = context.fork())
        const onAbort = (): void => {
          if (fork !== mine) fork.abort(new DOMException('mixed up', 'AbortError'))
        }
        context.signal.addEventListener('abort', onAbort, { once: true })
        try {
          return await next(mine.context)
        } finally {
          context.signal.removeEventListener('abort', onAbort)
        }
      })
    },
  ],
  [
    'counts everything but ok as a failure',
    'does not count aborts and skips as failures',
    () => ({
      name: 'broken',
      wrap: (next) => {
        let failures = 0
        return async (context) => {
          if (failures >= 10) return StageOutput.fail('the circuit is open')
          const output = await next(context)
          failures = output.status === 'ok' ? 0 : failures + 1
          return output
        }
      },
    }),
  ],
  [
    'does not release the slot of an aborted call',
    'does not count aborts and skips as failures',
    () => {
      let lost = 0
      return acting(async (next, context) => {
        if (lost >= 25) return StageOutput.fail('no place is free')
        const output = await next(context)
        if (context.signal.aborted) lost++
        return output
      })
    },
  ],
  [
    'keeps the context of a call in a shared variable',
    'keeps many runs at once apart',
    () => {
      let context: InterceptorContext
      return acting(async (next, given) => {
        context = given
        if (given.stage.name === 'first') await Promise.resolve()
        return next(context)
      })
    },
  ],
  [
    'keeps its timer in a shared variable',
    'keeps many runs at once apart',
    () => {
      let stop: (() => void) | undefined
      return acting(async (next, context) => {
        stop = context.clock.setTimeout(() => {}, 60_000)
        try {
          return await next(context)
        } finally {
          stop()
        }
      })
    },
  ],
  [
    'caches outputs without the pipeline in the key',
    'keeps several graphs apart',
    () => cache(({ stage, run }, key) => [stage.name, run.parent?.path, key], byRun),
  ],
  [
    'refuses to be built into a second graph',
    'can be built again',
    () => {
      const seen = new Set<string>()
      return {
        name: 'broken',
        wrap: (next, stage) => {
          const place = `${stage.pipeline.name}/${stage.name}`
          if (place === 'again/stage' && seen.has(place)) throw new Error(`${place} is registered already`)
          seen.add(place)
          return next
        },
      }
    },
  ],
  [
    'caches outputs without the stage in the key',
    'keeps two stages of a run apart',
    () => cache(({ stage, run, inputs }, key) => [stage.pipeline.name, run.parent?.path, key, inputs], byRun),
  ],
  [
    'counts the failures of all stages together',
    'keeps two stages of a run apart',
    () => {
      let failures = 0
      return acting(async (next, context) => {
        if (failures >= 5) return StageOutput.fail('the circuit is open')
        const output = await next(context)
        if (output.status === 'fail') failures++
        return output
      })
    },
  ],
  [
    'caches outputs without the path of the run in the key',
    'keeps child runs and the items of a map apart',
    () => cache(({ stage }, key) => [stage.pipeline.name, stage.name, key], byRun),
  ],
  [
    'takes the slot of the parent run for its own',
    'keeps child runs and the items of a map apart',
    () => ({
      name: 'broken',
      wrapRun: (next) => (run) => {
        if (run.get(CLAIMS) !== undefined) return run.fail(new Error('the run is open already'))
        run.set(CLAIMS, { roles: [] })
        return next(run)
      },
    }),
  ],
  [
    'clears its timer only after a success',
    'leaves no timer behind',
    () =>
      acting(async (next, context) => {
        const stop = context.clock.setTimeout(() => {}, 60_000)
        const output = await next(context)
        if (output.status === 'ok' || output.status === 'cancel') stop()
        return output
      }),
  ],
  [
    'never removes its listener',
    'leaves no listener on a signal behind',
    () =>
      acting((next, context) => {
        context.signal.addEventListener('abort', () => {}, { once: true })
        return next(context)
      }),
  ],
  [
    'never removes its listener on the signal of the caller',
    'leaves no listener on a signal behind',
    () => ({
      name: 'broken',
      wrapRun: (next) => (run) => {
        run.options.signal?.addEventListener('abort', () => {}, { once: true })
        return next(run)
      },
    }),
  ],
  [
    'reads the start time of a stage that never started',
    'does not throw for any ending',
    () => ({ name: 'broken', settled: ({ startedAt }) => void (startedAt as number).toFixed() }),
  ],
  [
    'reads the output of a stage in a refused run',
    'does not throw for any ending',
    () => ({
      name: 'broken',
      onRun: () => ({
        ended: (outcome) => void (outcome.output(Object.keys(outcome.report.stages)[0] as string) as Output).status,
      }),
    }),
  ],
  [
    'emits in a timer after settled',
    'emits and notes nothing too late',
    () => ({
      name: 'broken',
      settled: (_, run) => void realTime(5).then(() => run.tryEmitEvent('broken.told', {})),
    }),
  ],
  [
    'emits in a timer after onRun',
    'emits and notes nothing too late',
    () => ({
      name: 'broken',
      onRun: (run) => {
        void realTime(5).then(() => run.tryEmitEvent('broken.told', {}))
        return undefined
      },
    }),
  ],
  [
    'emits through a fork after the run',
    'emits and notes nothing too late',
    () =>
      acting(async (next, context) => {
        const fork = context.fork()
        const output = await next(fork.context)
        void realTime(5).then(() => fork.context.tryEmitEvent('broken.told', {}))
        return output
      }),
  ],
  [
    'emits through a context after the run',
    'emits and notes nothing too late',
    () =>
      acting(async (next, context) => {
        const output = await next(context.fork().context)
        void realTime(5).then(() => void context.emitEvent('broken.told', {}))
        return output
      }),
  ],
  [
    'skips a stage that takes too long',
    'does not end a stage that runs out of time as a success',
    () =>
      acting(async (next, context) => {
        const waiting = new AbortController()
        const late = context.clock.sleep(50, waiting.signal).then(
          () => StageOutput.skip('too slow'),
          () => StageOutput.cancel('in time'),
        )
        try {
          return await Promise.race([next(context), late])
        } finally {
          waiting.abort()
        }
      }),
  ],
  [
    'throws in settled of a child run',
    'keeps child runs and the items of a map apart',
    () => ({
      name: 'broken',
      settled: (_, { parent }) => {
        if (parent !== undefined) throw new Error('this run is not known')
      },
    }),
  ],
  [
    'notes after the run',
    'emits and notes nothing too late',
    () => ({
      name: 'broken',
      wrapRun: (next) => async (run) => {
        const outcome = await next(run)
        void realTime(5).then(() => run.note('contractTold', true))
        return outcome
      },
    }),
  ],

  // Without wrap.
  [
    'answers ok for a failing stage',
    'passes a failure through untouched',
    () => ({
      name: 'broken',
      onCall: () => {
        let failures = 0
        const part: CallPart = { ended: ({ status }) => void (failures = status === 'fail' ? failures + 1 : 0) }
        return () => (failures < 5 ? part : StageOutput.ok({ circuit: 'open' }))
      },
    }),
  ],
  [
    'enters calls in another async context',
    'enters calls and runs at once, within what is around them',
    () => {
      const within = AsyncLocalStorage.snapshot()
      return calling(() => ({ enter: (next) => within(next) }))
    },
  ],
  [
    'enters runs in another async context',
    'enters calls and runs at once, within what is around them',
    () => {
      const within = AsyncLocalStorage.snapshot()
      return running(() => ({ enter: (next) => within(next) }))
    },
  ],
  [
    'clears the timer of a call unless the run was aborted',
    'leaves nothing behind after an abort',
    () =>
      calling(({ clock }) => {
        const stop = clock.setTimeout(() => {}, 60_000)
        return {
          ended(_, { aborted }) {
            if (aborted === undefined) stop()
          },
        }
      }),
  ],
  [
    'counts aborted calls as failures',
    'does not count aborts and skips as failures',
    () => ({
      name: 'broken',
      onCall: () => {
        let failures = 0
        const part: CallPart = { ended: ({ status }) => void (failures = status === 'ok' ? 0 : failures + 1) }
        return () => (failures < 10 ? part : StageOutput.fail('the circuit is open'))
      },
    }),
  ],
  [
    'keeps the timer of a call in a shared part',
    'keeps many runs at once apart',
    () => {
      let stop: (() => void) | undefined
      const part: CallPart = { ended: () => stop?.() }
      return calling(({ clock }) => {
        stop = clock.setTimeout(() => {}, 60_000)
        return part
      })
    },
  ],
  [
    'keeps the run in a shared variable',
    'keeps many runs at once apart',
    () => {
      let last: RunContext | undefined
      return {
        name: 'broken',
        onRun: (run) => {
          if (run.pipeline.name === 'many') last = run
          return undefined
        },
        onCall: (stage) => (context) =>
          stage.name === 'second' && last !== context.run ? StageOutput.fail('it is another run') : undefined,
      }
    },
  ],
  [
    'keeps the timer of a run in a shared variable',
    'keeps many runs at once apart',
    () => {
      let stop: (() => void) | undefined
      const part: RunPart = { ended: () => stop?.() }
      return running(({ clock }) => {
        stop = clock.setTimeout(() => {}, 60_000)
        return part
      })
    },
  ],
  [
    'uses the slot of the parent run in a child run',
    'keeps child runs and the items of a map apart',
    () => ({
      ...running((run) => {
        if (run.get(CLAIMS) === undefined) run.set(CLAIMS, { roles: [run.pipeline.name] })
        return undefined
      }),
      onCall: (stage) => (context) =>
        context.get(CLAIMS)?.roles[0] === stage.pipeline.name ? undefined : StageOutput.fail('it is another pipeline'),
    }),
  ],
  [
    'clears the timer of a call only after a success',
    'leaves no timer behind',
    () =>
      calling(({ clock }) => {
        const stop = clock.setTimeout(() => {}, 60_000)
        return {
          ended({ status }) {
            if (status === 'ok' || status === 'cancel') stop()
          },
        }
      }),
  ],
  [
    'clears the timer of a run unless it failed',
    'leaves no timer behind',
    () =>
      running(({ clock }) => {
        const stop = clock.setTimeout(() => {}, 60_000)
        return {
          ended({ report, status }) {
            if (status !== 'failed' || Object.values(report.stages).every((stage) => stage.startedAt === undefined))
              stop()
          },
        }
      }),
  ],
  [
    'never removes its listener on the signal of a call',
    'leaves no listener on a signal behind',
    () =>
      calling(({ signal }) => {
        signal.addEventListener('abort', () => {}, { once: true })
        return undefined
      }),
  ],
  [
    'clears the timer of a run only in wrapRun',
    'leaves nothing behind after a run that was refused',
    () => {
      const STOP = createSlot<() => void>('contract/stop')
      return {
        ...running((run) => {
          run.set(
            STOP,
            run.clock.setTimeout(() => {}, 60_000),
          )
          return undefined
        }),
        wrapRun: (next) => async (run) => {
          try {
            return await next(run)
          } finally {
            run.get(STOP)?.()
          }
        },
      }
    },
  ],
  [
    'removes its listener on a run only when a stage settles',
    'leaves nothing behind after a run that was refused',
    () =>
      running(({ signal }) => {
        const onAbort = (): void => {}
        signal.addEventListener('abort', onAbort, { once: true })
        return { settled: () => signal.removeEventListener('abort', onAbort) }
      }),
  ],
  [
    'reads the data of an output without data',
    'does not throw for any ending',
    () => calling(() => ({ ended: (output) => void Object.keys((output as { data: object }).data) })),
  ],
  [
    'rejects in an asynchronous ended',
    'does not throw for any ending',
    () => running(() => ({ ended: (async () => Promise.reject(new Error('too late'))) as () => void })),
  ],
  [
    'returns a promise from onRun',
    'does not throw for any ending',
    () => running((async () => ({})) as unknown as NonNullable<Interceptor['onRun']>),
  ],
  [
    'emits for a call after the run',
    'emits and notes nothing too late',
    () =>
      calling(() => ({ ended: (_, context) => void realTime(5).then(() => context.tryEmitEvent('broken.told', {})) })),
  ],
  [
    'emits for a run after its end',
    'emits and notes nothing too late',
    () => running(() => ({ ended: (_, run) => void realTime(5).then(() => run.tryEmitEvent('broken.told', {})) })),
  ],
  [
    'answers ok for a call that takes too long',
    'does not end a stage that runs out of time as a success',
    () => calling((context) => ({ deadline: context.now + 50, expired: () => StageOutput.ok({}) })),
  ],
  [
    'skips a call without progress',
    'does not end a stage that runs out of time as a success',
    () => calling(() => ({ idleTimeoutMs: 50, expired: () => StageOutput.skip('too slow') })),
  ],
  [
    'returns undefined when its limit passes',
    'answers with an output when a limit passes',
    () => calling((context) => ({ deadline: context.now + 50, expired: () => undefined as unknown as Output })),
  ],
  [
    'returns a promise when its limit passes',
    'answers with an output when a limit passes',
    () =>
      calling(() => ({
        idleTimeoutMs: 50,
        expired: (async () => StageOutput.fail('slow')) as unknown as () => Output,
      })),
  ],
  [
    'throws when its limit passes',
    'answers with an output when a limit passes',
    () =>
      calling((context) => ({
        deadline: context.now + 50,
        expired() {
          throw new Error('slow')
        },
      })),
  ],
  [
    'limits a call with the global setTimeout',
    'takes its time from the clock of the run',
    () =>
      acting(async (next, context) => {
        const { context: inner, abort } = context.fork()
        const { promise: late, resolve } = Promise.withResolvers<Output>()
        const timer = setTimeout(() => {
          abort(new Error('slow'))
          resolve(StageOutput.fail('slow'))
        }, 30_000)
        return Promise.race([next(inner), late]).finally(() => clearTimeout(timer))
      }),
  ],
  [
    'throws when a child run starts',
    'keeps child runs and the items of a map apart',
    () =>
      running(({ parent }) => {
        if (parent !== undefined) throw new Error('this run is not known')
        return undefined
      }),
  ],
  [
    'never clears the timer of a child run',
    'leaves no timer behind',
    () =>
      running(({ clock, parent }) => {
        if (parent !== undefined) clock.setTimeout(() => {}, 60_000)
        return undefined
      }),
  ],
  [
    'never clears the timer of a call in a child run',
    'leaves no timer behind',
    () =>
      calling(({ clock, run }) => {
        if (run.parent !== undefined) clock.setTimeout(() => {}, 60_000)
        return undefined
      }),
  ],
  [
    'never removes its listener on a child run',
    'leaves no listener on a signal behind',
    () =>
      running(({ parent, signal }) => {
        if (parent !== undefined) signal.addEventListener('abort', () => {}, { once: true })
        return undefined
      }),
  ],
  [
    'notes for a call after its end',
    'emits and notes nothing too late',
    () =>
      calling((context) => ({
        ended: () => void Promise.resolve().then(() => context.note('contractTold', true)),
      })),
  ],

  // What it uses of its surroundings.
  [
    'waits with the global setTimeout',
    'takes its time from the clock of the run',
    () =>
      acting(async (next, context) => {
        await new Promise((resolve) => setTimeout(resolve, 5))
        return next(context)
      }),
  ],
  [
    'waits with the global setTimeout after the stage has failed',
    'takes its time from the clock of the run',
    () =>
      acting(async (next, context) => {
        const output = await next(context)
        if (output.status === 'fail') await new Promise((resolve) => setTimeout(resolve, 1))
        return output
      }),
  ],
  [
    'leaves a global timer of a minute behind',
    'takes its time from the clock of the run',
    () =>
      acting((next, context) => {
        const late = new Promise<Output>((resolve) => setTimeout(() => resolve(StageOutput.fail('late')), 60_000))
        return Promise.race([next(context), late])
      }),
  ],
  [
    'measures with Date.now',
    'takes its time from the clock of the run',
    () => {
      let spentMs = 0
      return calling(() => {
        const startedAt = Date.now()
        return { ended: () => void (spentMs += Date.now() - startedAt) }
      })
    },
  ],
  [
    'measures runs with performance.now',
    'takes its time from the clock of the run',
    () => running(() => ({ ended: (_, run) => void run.tryEmitEvent('broken.told', { at: performance.now() }) })),
  ],
  [
    'takes the time of the system for a span of a run',
    'takes its time from the clock of the run',
    () => ({ name: 'broken', wrapRun: (next) => (run) => (systemClock.now(), next(run)) }),
  ],
  [
    'sets an interval when it is created',
    'leaves no global timer or process listener behind',
    () => {
      let calls = 0
      setInterval(() => (calls = 0), 60_000)
      return calling(() => (++calls > 1e6 ? StageOutput.fail('too many calls') : undefined))
    },
  ],
  [
    'listens to the end of the process in its first run',
    'leaves no global timer or process listener behind',
    () => {
      let runs = 0
      return running((run) => {
        if (++runs === 1) process.once(`exit of ${run.pipelineRunId}`, () => {})
        return undefined
      })
    },
  ],
  [
    'emits events of another name',
    'begins the types of its events with its name',
    () => calling(() => ({ ended: (_, context) => void context.tryEmitEvent('other.thing', {}) })),
  ],
  [
    'writes to the context',
    'writes nothing to contexts and runs',
    () => acting((next, context) => next(Object.assign(context, { startedBy: 'broken' }))),
  ],
  [
    'keeps its state in the run',
    'writes nothing to contexts and runs',
    () =>
      running((run) => {
        Object.defineProperty(run, 'startedBy', { value: 'broken', configurable: true })
        return undefined
      }),
  ],
  [
    'keeps the context of every call',
    'keeps no context and no run after its end',
    () => {
      const contexts: InterceptorContext[] = []
      return acting((next, context) => {
        contexts.push(context)
        return next(context)
      })
    },
  ],
  [
    'keeps a buffer for every run, by its run',
    'keeps no context and no run after its end',
    () => {
      const buffers = new Map<RunContext, Uint8Array>()
      return running((run) => {
        buffers.set(run, new Uint8Array(8))
        return undefined
      })
    },
  ],
  [
    'gives the turns of calls that have ended to calls that were aborted',
    'gives the turns of aborted calls to others',
    () => handingOver(5),
  ],
]

const KEEPS_NONE = 'keeps no context and no run after its end'

test.concurrent.each(broken)(
  'one that %s fails the case "%s" alone',
  async (_, fails, create, options) => {
    const failed: Record<string, unknown> = {}
    // To collect garbage takes long among so many tests, so only its own twins are tried with that case.
    const cases = interceptorContract(create, options).filter(({ name }) => name !== KEEPS_NONE || name === fails)
    const runs = cases.map(({ name, run }) =>
      run().catch((error: unknown) => {
        failed[name] = error
      }),
    )
    await Promise.all(runs)
    expect(Object.keys(failed)).toEqual([fails])
    expect(failed[fails]).toMatchObject({
      code: 'testing/contract',
      message: expect.stringMatching(/^Interceptor "(broken|idempotency)".* breaks the rule "/),
    })
  },
  60_000,
)

const FORWARDS = 'forwards the signal to the stage, with its reason'

test('one that aborts its fork for a reason of its own fails the case that wants the reason of the caller', async () => {
  const create = (): Interceptor =>
    acting((next, context) => {
      const { context: inner, abort } = context.fork()
      const output = next(inner)
      queueMicrotask(() => abort(new Error('busy')))
      return output
    })
  await expect(caseOf(create, FORWARDS)).rejects.toThrow(
    "it replaced the reason of the caller's abort, Error: the caller has left, with Error: busy.",
  )
})

test('every case has a broken interceptor that it finds', () => {
  const found = new Set([...broken.map(([, fails]) => fails), FORWARDS])
  const [basic, ...others] = interceptorContract(() => timeout(1)).map(({ name }) => name)
  expect([...found].sort()).toEqual(others.sort())
  expect(basic).toBe('lets runs through to their stages')
})

// ---------- calls without end

const endless =
  (isOver: (output: Output) => boolean, count: () => void = () => {}): CreateInterceptor =>
  () =>
    acting(async (next, context) => {
      for (;;) {
        count()
        const output = await next(context)
        if (isOver(output)) return output
      }
    })

test('an endless loop of calls ends, and the message has the number of calls', async () => {
  const create = endless((output) => output.status !== 'fail' || output.retryable !== true)
  await expect(caseOf(create, 'stops waiting as soon as the run is aborted')).rejects.toMatchObject({
    code: 'testing/contract',
    message:
      'Interceptor "broken" breaks the rule "stops waiting as soon as the run is aborted": it called next for stage "stage" more than 1000 times in one run. Limit the attempts, stop when context.signal has aborted, and wait between them: await context.wait(delayMs).',
  })
})

test('an endless loop of calls that does not reach the stage anymore ends too', async () => {
  let calls = 0
  const create = endless(
    ({ status }) => status === 'ok',
    () => void calls++,
  )
  await expect(caseOf(create, 'never swallows an abort')).rejects.toMatchObject({
    message: expect.stringContaining('it called next for stage "stage" more than 1000 times in one run.'),
  })
  expect(calls).toBeLessThan(1_010)
})

// ---------- one cause, said once

/** What each case rejects with, in order. Undefined: it passed. */
const said = async (
  create: CreateInterceptor,
  options?: InterceptorContractOptions,
): Promise<(string | undefined)[]> => {
  const messages: (string | undefined)[] = []
  for (const { run } of interceptorContract(create, options))
    messages.push(
      await run().then(
        () => undefined,
        (error: Error) => error.message,
      ),
    )
  return messages
}
const bucket =
  (size: number): CreateInterceptor =>
  () => {
    let left = size
    return calling(() => (left-- > 0 ? undefined : StageOutput.fail('the bucket is empty')))
  }
const everySecond: CreateInterceptor = () => {
  let count = 0
  return calling(() => (++count % 2 === 1 ? undefined : StageOutput.fail('not this one')))
}
const REFUSED = 'it let no run through to its stage, because the engine refused what it did: '

test.each<[what: string, create: CreateInterceptor, says: string]>([
  [
    'answers later from onCall',
    () => calling((async () => undefined) as unknown as OnCall),
    `${REFUSED}Interceptor "broken" answered stage "stage" with an instance of Promise. Return`,
  ],
  [
    'returns a part with an unknown member',
    () => calling((() => ({ onEnd: () => {} })) as unknown as OnCall),
    `${REFUSED}Interceptor "broken" answered stage "stage" with`,
  ],
  [
    'throws in onCall',
    () =>
      calling(() => {
        throw new Error('no pool')
      }),
    `${REFUSED}Interceptor "broken" threw at stage "stage": no pool`,
  ],
  [
    'emits an event type without a dot',
    () =>
      acting((next, context) => {
        context.tryEmitEvent('told' as never, {} as never)
        return next(context)
      }),
    `${REFUSED}Interceptor "broken" threw at stage "stage": An event cannot be of type "told"`,
  ],
  ['has a limit without expired', () => calling((({ now }) => ({ deadline: now + 50 })) as OnCall), `${REFUSED}`],
  [
    'has a limit that is not a number',
    () => calling(() => ({ idleTimeoutMs: Number.NaN, expired: () => StageOutput.fail('no') })),
    REFUSED,
  ],
  [
    'enters a call later',
    () => calling(() => ({ enter: (next) => queueMicrotask(next) })),
    `${REFUSED}The enter() of interceptor "broken" returned without calling next`,
  ],
  [
    'never enters a call',
    () => calling(() => ({ enter: () => {} })),
    `${REFUSED}The enter() of interceptor "broken" returned without calling next`,
  ],
  [
    'enters a run later',
    () => running(() => ({ enter: (next) => void Promise.resolve().then(next) })),
    `${REFUSED}The enter() of interceptor "broken" returned without calling next`,
  ],
  [
    'throws as it enters a run',
    () =>
      running(() => ({
        enter() {
          throw new Error('no context')
        },
      })),
    `${REFUSED}The enter() of interceptor "broken" threw`,
  ],
  [
    'lets no run through without a token',
    auth,
    'it did not let a run through to its stage: it ended as failed (No, or a wrong, token.). Pass interceptorContract the input, runOptions and stageOptions with which it does.',
  ],
  [
    'refuses every second call',
    everySecond,
    'Create it with limits that let 1,000 calls through, 100 of them at once. It answered a call with a failure of its own, without running the stage: not this one',
  ],
  [
    'is not an interceptor',
    () => undefined as never,
    'create() of interceptorContract returned undefined. It must return',
  ],
  [
    'throws as it is created',
    () => {
      throw new Error('no address')
    },
    'the case failed with: no address',
  ],
  [
    'cannot be built',
    () => ({
      name: 'broken',
      wrap() {
        throw new Error('no such model')
      },
    }),
    'the engine refused to build a pipeline with it: ',
  ],
])('one that %s says so in its first case, and the others point to it', async (_, create, says) => {
  const [first, ...others] = await said(create)
  expect(first).toMatch(/^(Interceptor "\w+"|The interceptor) breaks the rule "lets runs through to their stages": /)
  expect(first).toContain(says)
  expect(new Set(others)).toEqual(
    new Set([
      'See the first failure, of the case "lets runs through to their stages": it is the reason for this one too.',
    ]),
  )
})

test('the first case that runs says what is wrong, whichever it is', async () => {
  const cases = interceptorContract(auth).toReversed()
  await expect(cases[0]?.run()).rejects.toThrow('Pass interceptorContract the input, runOptions and stageOptions')
  await expect(cases[1]?.run()).rejects.toThrow(`See the first failure, of the case "${cases[0]?.name}"`)
})

test('a bucket that all stages share is named as the cause', async () => {
  const [first, ...others] = (await said(bucket(20))).filter((message) => message !== undefined)
  expect(first).toContain('It answered')
  for (const message of [first, ...others])
    expect(message).toContain('with a failure of its own, without running the stage: the bucket is empty')
  await expect(caseOf(bucket(20), 'lets a stage that is synchronous through')).rejects.toThrow(
    'it did not let all calls through in a run of 50 stages. Pass interceptorContract',
  )
})

test('a queue that gives turns to aborted calls is named as the cause', async () => {
  await expect(caseOf(() => handingOver(5), 'gives the turns of aborted calls to others')).rejects.toThrow(
    'after 3 times 120 aborted runs at once, a run did not get its turn within 3000 ms. A call that is aborted while it waits must leave the queue',
  )
})

const LAYERS = [
  'a timeout',
  'a retry of three attempts',
  'a circuit breaker per stage',
  'an idempotency with keys',
  'an authentication with a token, and roles',
  'a logging observer',
  'a bulkhead of a hundred',
  'a class that sets an async context',
]

test('a correct interceptor keeps the whole contract inside any other correct ones, in any order', async () => {
  await fc.assert(
    fc.asyncProperty(fc.shuffledSubarray(LAYERS, { minLength: 2 }), async (names) => {
      const layers = names.map((name) => correct[name] as NonNullable<(typeof correct)[string]>)
      const [create] = layers.pop() as (typeof layers)[number]
      const options: InterceptorContractOptions = {
        ...keyed,
        ...(names.includes('an authentication with a token, and roles') ? known : undefined),
        outside: (clock) => layers.map(([outside]) => outside(clock)),
      }
      const cases = interceptorContract(create, options).filter(({ name }) => name !== KEEPS_NONE)
      await Promise.all(cases.map(({ run }) => run()))
    }),
    wholeSettings(10),
  )
}, 120_000)

test('an argument that is not a function, and wrong options, are refused', () => {
  expect(() => interceptorContract(timeout(1) as never)).toThrow(
    expect.objectContaining({ code: 'testing/illegal-contract', message: expect.stringContaining('() => timeout()') }),
  )
  expect(() => interceptorContract(() => timeout(1), { inputs: () => ({}) } as never)).toThrow(
    'interceptorContract(): unknown option "inputs" (did you mean "input"? known: ',
  )
  expect(() => interceptorContract(() => timeout(1), { events: 'tenant.denied' } as never)).toThrow(
    'events must be an array of event types',
  )
})

test('an interceptor without wrap is also tested beside one with wrap, and the message says so', async () => {
  const create: CreateInterceptor = () =>
    calling(({ clock, stage }) => {
      if (stage.pipeline.interceptors.includes('contract/passing')) clock.setTimeout(() => {}, 60_000)
      return undefined
    })
  const [left] = interceptorContract(create).filter(({ name }) => name === 'leaves no timer behind')
  await expect(left?.run()).rejects.toMatchObject({
    code: 'testing/contract',
    message: expect.stringMatching(
      /^Interceptor "broken", beside one that wraps the stages, breaks the rule "leaves no timer behind": it left a timer of 60000 ms/,
    ),
  })
})

test('an interceptor that never answers does not hang the case', async () => {
  const never = () => acting(() => new Promise(() => {}))
  const [first] = interceptorCases(never, {}, { longestMs: 20, leastTurns: 20 })
  await expect(first?.run()).rejects.toMatchObject({
    code: 'testing/contract',
    message:
      'Interceptor "broken" breaks the rule "lets runs through to their stages": the run did not end within 20 ms.',
  })
})

test('an interceptor that sets timers without end does not hang the case', async () => {
  const ticking = () =>
    acting((_, { clock }) => {
      const tick = (): void => void clock.setTimeout(tick, 1)
      tick()
      return new Promise(() => {})
    })
  const [first] = interceptorContract(ticking)
  await expect(first?.run()).rejects.toMatchObject({
    code: 'testing/contract',
    message:
      'Interceptor "broken" breaks the rule "lets runs through to their stages": the run did not end: the clock moved 1000 times, to ever new timers.',
  })
})
