import { StageOutput, StageflowError, createSlot, systemClock } from '@stageflow/core'
import type {
  CallPart,
  Interceptor,
  InterceptorContext,
  RunContext,
  RunOutcome,
  RunPart,
  StageOutput as Output,
} from '@stageflow/core'
import { AsyncLocalStorage } from 'node:async_hooks'
import { setTimeout as importedTimeout } from 'node:timers'
import { scheduler, setTimeout as promisedTimeout } from 'node:timers/promises'
import type { CreateInterceptor, InterceptorContractOptions } from '../src/contract.ts'
import {
  CLAIMS,
  acting,
  answering,
  bulkhead,
  byRun,
  cache,
  calling,
  handingOver,
  owned,
  owners,
  running,
  sharing,
} from './interceptors.ts'
import type { Mutant } from './mutant.ts'
import { outsideTime } from './outside-time.ts'

/** `says`: what else its message must have. */
export type InterceptorMutant = Mutant<{
  /** Undefined if the contract cannot run it. */
  readonly create?: CreateInterceptor
  readonly options?: InterceptorContractOptions
  readonly says?: string
}>

const ITEMS_APART = 'keeps the items of a map apart that are in progress at once'
const savedTimeout = setTimeout

const ELSEWHERE = 'lets another instance go on with a suspended run'
const READS = 'lets a stage read the stream of another'
const REFUSED = 'tells nothing of a stage that a gate refuses'
const RESUMES = ['lets a suspended run go on when it is answered', ELSEWHERE]

const ADMITS = 'admits a caller whom it lets through'
const NO_TOKEN = 'keeps nothing of a token with a run'
const WITHOUT_CALLER = 'runs every leg under what it kept, without a caller'
const LEAVES_NOTHING = 'leaves nothing behind when a caller gives up'

/** The cases whose runs suspend, and those that do everything once. */
const ALL_RESUMES = [
  ...RESUMES,
  'begins the types of its events with its name',
  'emits and notes what JSON can write',
  'keeps the words of users out of events and notes',
  'takes its time from the clock of the run',
  'leaves no global timer or process listener behind',
  'leaves the code that calls it in its own async context',
  'writes nothing to global objects',
  'writes nothing to contexts and runs',
]

/** Blocks the thread, without any use of processor time. */
const block = (ms: number): void => void Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms)

export const mutants: readonly InterceptorMutant[] = [
  {
    name: 'data added',
    does: 'adds to the data of an ok output',
    caughtBy: 'passes an ok output through untouched',
    alsoCaughtBy: [...RESUMES, READS],
    create: answering((output) =>
      output.status === 'ok' ? StageOutput.ok({ ...(output.data as object), seen: true }) : output,
    ),
  },
  {
    name: 'artifacts dropped',
    does: 'drops artifacts and version',
    caughtBy: 'passes an ok output through untouched',
    create: answering((output) => (output.status === 'ok' ? StageOutput.ok(output.data as object) : output)),
  },
  {
    name: 'skip into ok',
    does: 'turns a skip into a success',
    caughtBy: 'passes a skip through untouched',
    alsoCaughtBy: [REFUSED],
    create: answering((output) => (output.status === 'skip' ? StageOutput.ok({}) : output)),
  },
  {
    name: 'cancel into skip',
    does: 'turns a cancel into a skip',
    caughtBy: 'passes a cancel through untouched',
    create: answering((output, { signal }) =>
      output.status === 'cancel' && !signal.aborted ? StageOutput.skip(output.reason) : output,
    ),
  },
  {
    name: 'failure into ok',
    does: 'turns a failure into an empty success',
    caughtBy: 'passes a failure through untouched',
    create: answering((output, { stage }) =>
      output.status === 'fail' && stage.name === 'stage' ? StageOutput.ok({ circuit: 'open' }) : output,
    ),
  },
  {
    name: 'ok repeated',
    does: 'runs a stage again after an ok',
    caughtBy: 'passes an ok output through untouched',
    alsoCaughtBy: [ITEMS_APART, 'calls an item of a map as often as a stage', ...RESUMES],
    create: () =>
      acting(async (next, context) => {
        const output = await next(context)
        if (output.status === 'ok') await next(context)
        return output
      }),
  },
  {
    name: 'then on an output',
    does: 'assumes that a stage returns a promise',
    caughtBy: 'lets a stage that is synchronous through',
    create: () => acting((next, context) => (next(context) as Promise<Output>).then((output) => output)),
  },
  {
    name: 'stream answered early',
    does: 'answers before a stage that streams has ended',
    caughtBy: 'lets the chunks of a stage that streams through',
    alsoCaughtBy: [READS],
    create: () => ({
      name: 'broken',
      wrap: (next, stage) => (stage.streams ? (context) => (void next(context), StageOutput.ok({})) : next),
    }),
  },
  {
    name: 'stream tapped',
    does: 'reads the stream of a stage before the stage does',
    caughtBy: 'lets a stage read the stream of another',
    create: () => ({
      name: 'broken',
      wrap: (next, { dependencies }) =>
        dependencies.some(({ edge }) => edge === 'stream')
          ? async (context) => {
              await context.inputs.stream('source' as never).next()
              return next(context)
            }
          : next,
    }),
  },
  {
    name: 'refused stage told',
    does: 'emits the error of each call as an event of the run, past the hold of a gate',
    caughtBy: 'tells nothing of a stage that a gate refuses',
    create: () =>
      calling((context) => ({
        ended: (output) => {
          if (output.status === 'fail') context.run.tryEmitEvent('broken.failed', { message: String(output.error) })
        },
      })),
  },
  {
    name: 'snapshot replaced',
    does: 'replaces the snapshot of the run',
    caughtBy: 'changes nothing of what the stage sees',
    create: () => ({
      name: 'broken',
      wrapRun: (next) => (run) => next(run.with({ snapshot: run.snapshot.withIdentity({ requestId: 'mine' }) })),
    }),
  },
  {
    name: 'abort into ok',
    does: 'turns an abort into a partial success',
    caughtBy: 'never swallows an abort',
    create: answering((output, { signal }) => (signal.aborted ? StageOutput.ok({ partial: true }) : output)),
  },
  {
    name: 'deaf wait before',
    does: 'sleeps before the stage, and ignores the signal',
    caughtBy: 'stops waiting as soon as the run is aborted',
    create: () =>
      acting(async (next, context) => {
        await context.clock.sleep(50)
        return next(context)
      }),
  },
  {
    name: 'deaf wait between',
    does: 'sleeps between attempts, and ignores the signal',
    caughtBy: 'stops waiting as soon as the run is aborted',
    create: () =>
      acting(async (next, context) => {
        const output = await next(context)
        if (output.status !== 'fail' || output.retryable !== true) return output
        await context.clock.sleep(1_000)
        return next(context)
      }),
  },
  {
    name: 'endless calls',
    does: 'calls a stage without end and without a pause',
    caughtBy: 'stops waiting as soon as the run is aborted',
    alsoCaughtBy: ['calls an item of a map as often as a stage'],
    create: () =>
      acting(async (next, context) => {
        for (;;) {
          const output = await next(context)
          if (output.status !== 'fail' || output.retryable !== true) return output
        }
      }),
  },
  {
    name: 'deaf follower',
    does: 'lets a repetition wait for the first run, and ignores the signal',
    caughtBy: 'stops waiting as soon as the run is aborted',
    alsoCaughtBy: ['keeps child runs and the items of a map apart', ITEMS_APART],
    create: () => {
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
  },
  {
    name: 'timer after abort',
    does: 'clears its timer unless the run was aborted',
    caughtBy: 'leaves nothing behind after an abort',
    create: () =>
      acting(async (next, context) => {
        const stop = context.clock.setTimeout(() => {}, 60_000)
        const output = await next(context)
        if (!context.signal.aborted) stop()
        return output
      }),
  },
  {
    name: 'listener after abort',
    does: 'keeps listening on a signal that has aborted',
    caughtBy: 'leaves nothing behind after an abort',
    create: () =>
      acting(async (next, context) => {
        const onAbort = (): void => {}
        context.signal.addEventListener('abort', onAbort)
        const output = await next(context)
        if (!context.signal.aborted) context.signal.removeEventListener('abort', onAbort)
        return output
      }),
  },
  {
    name: 'shared fork',
    does: 'aborts the fork of the last call',
    caughtBy: 'lets other runs go on when one is aborted',
    create: () => {
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
  },
  {
    name: 'all but ok is a failure',
    does: 'counts everything but ok as a failure',
    caughtBy: 'does not count aborts, skips and suspends as failures',
    create: () => ({
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
  },
  {
    name: 'place of an aborted call',
    does: 'does not release the slot of an aborted call',
    caughtBy: 'does not count aborts, skips and suspends as failures',
    create: () => {
      let lost = 0
      return acting(async (next, context) => {
        if (lost >= 25) return StageOutput.fail('no place is free')
        const output = await next(context)
        if (context.signal.aborted) lost++
        return output
      })
    },
  },
  {
    name: 'shared context',
    does: 'keeps the context of a call in a shared variable',
    caughtBy: 'keeps many runs at once apart',
    alsoCaughtBy: RESUMES,
    create: () => {
      let context: InterceptorContext
      return acting(async (next, given) => {
        context = given
        if (given.stage.name === 'first') await Promise.resolve()
        return next(context)
      })
    },
  },
  {
    name: 'shared timer',
    does: 'keeps its timer in a shared variable',
    caughtBy: 'keeps many runs at once apart',
    alsoCaughtBy: [ITEMS_APART],
    create: () => {
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
  },
  {
    name: 'cache without pipeline',
    does: 'caches outputs without the pipeline in the key',
    caughtBy: 'keeps several graphs apart',
    alsoCaughtBy: ['serves stages and pipelines of any name'],
    create: () => cache(({ stage, run }, key) => [stage.name, run.parent?.path, run.item?.key, key], byRun),
  },
  {
    name: 'built once',
    does: 'refuses to be built into a second graph',
    caughtBy: 'can be built again',
    create: () => {
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
  },
  {
    name: 'cache without stage',
    does: 'caches outputs without the stage in the key',
    caughtBy: 'keeps two stages of a run apart',
    alsoCaughtBy: ['serves stages and pipelines of any name', ...RESUMES],
    create: () =>
      cache(
        ({ stage, run, inputs }, key) => [stage.pipeline.name, run.parent?.path, run.item?.key, key, inputs],
        byRun,
      ),
  },
  {
    name: 'one circuit for all',
    does: 'counts the failures of all stages together',
    caughtBy: 'keeps two stages of a run apart',
    create: () => {
      let failures = 0
      return acting(async (next, context) => {
        if (failures >= 5) return StageOutput.fail('the circuit is open')
        const output = await next(context)
        if (output.status === 'fail') failures++
        return output
      })
    },
  },
  {
    name: 'cache without path',
    does: 'caches outputs without the path of the run in the key',
    caughtBy: 'keeps child runs and the items of a map apart',
    create: () => cache(({ stage, run }, key) => [stage.pipeline.name, stage.name, run.item?.key, key], byRun),
  },
  {
    name: 'slot of the parent',
    does: 'takes the slot of the parent run for its own',
    caughtBy: 'keeps child runs and the items of a map apart',
    alsoCaughtBy: RESUMES,
    create: () => ({
      name: 'broken',
      wrapRun: (next) => (run) => {
        if (run.get(CLAIMS) !== undefined) return run.fail(new Error('the run is open already'))
        run.set(CLAIMS, { roles: [] })
        return next(run)
      },
    }),
  },
  {
    name: 'cache without item',
    does: 'caches outputs without the key of the item in the key',
    caughtBy: 'keeps the items of a map apart that are in progress at once',
    says: 'answer [0,0,0,0,0] instead of [0,1,2,3,4]',
    create: () => cache(({ stage, run }, key) => [stage.pipeline.name, stage.name, run.parent?.path, key], byRun),
  },
  {
    name: 'start by run and stage',
    does: 'keeps when a stage began under the run and the name of the stage',
    caughtBy: 'keeps the items of a map apart that are in progress at once',
    says: 'it threw as one of 5 items of a map ended',
    create: () => {
      const starts = new Map<string, number>()
      const placeOf = ({ run, stage }: InterceptorContext): string => JSON.stringify([run.pipelineRunId, stage.name])
      return calling((begun) => {
        starts.set(placeOf(begun), begun.now)
        return {
          ended(_, context) {
            const startedAt = starts.get(placeOf(context))
            if (startedAt === undefined) throw new Error('a call ended that was not open')
            starts.delete(placeOf(context))
          },
        }
      })
    },
  },
  {
    name: 'timer by stage',
    does: 'keeps its timer under the run and the name of the stage',
    caughtBy: 'keeps the items of a map apart that are in progress at once',
    says: 'behind after 5 items of a map',
    create: () => {
      const timers = new Map<string, () => void>()
      return acting(async (next, context) => {
        const place = JSON.stringify([context.run.pipelineRunId, context.stage.name])
        timers.set(
          place,
          context.clock.setTimeout(() => {}, 60_000),
        )
        try {
          return await next(context)
        } finally {
          timers.get(place)?.()
        }
      })
    },
  },
  {
    name: 'limit by stage',
    does: 'limits the time of the last call of a stage in a run',
    caughtBy: 'ends each item of a map that runs out of time',
    create: () => {
      const limits = new Map<string, () => void>()
      return acting(async (next, context) => {
        const place = JSON.stringify([context.run.pipelineRunId, context.stage.name])
        limits.get(place)?.()
        const { context: inner, abort } = context.fork()
        const stop = context.clock.setTimeout(() => abort(new Error('too slow')), 1_000)
        limits.set(place, stop)
        try {
          return await next(inner)
        } finally {
          stop()
          limits.delete(place)
        }
      })
    },
  },
  {
    name: 'map repeated',
    does: 'repeats a map around its items, which it repeats too',
    caughtBy: 'calls an item of a map as often as a stage',
    says: 'it called a failing item of a map 9 times, and a failing stage 3 times',
    create: () => ({
      name: 'broken',
      aroundMaps: true,
      wrap: (next) => async (context) => {
        for (let attempt = 1; ; attempt++) {
          const output = await next(context.fork().context)
          if (output.status !== 'fail' || output.retryable !== true || attempt === 3) return output
          await context.wait(100)
        }
      },
    }),
  },
  {
    name: 'map out of time as a success',
    does: 'answers a map that takes too long with an ok of its own',
    caughtBy: 'keeps what the items of a map have done',
    create: () => ({
      name: 'broken',
      aroundMaps: true,
      onCall: (stage) =>
        stage.map ? ({ now }) => ({ deadline: now + 1_000, expired: () => StageOutput.ok({ late: true }) }) : undefined,
    }),
  },
  {
    name: 'bulkhead around maps',
    does: 'holds one of 8 places around a map, while its items wait for one',
    caughtBy: 'lets maps through, however many wait for their items',
    says: '9 maps at once did not end',
    create: () => ({ ...sharing(8), aroundMaps: true }),
  },
  {
    name: 'timer after a failure',
    does: 'clears its timer only after a success',
    caughtBy: 'leaves no timer behind',
    create: () =>
      acting(async (next, context) => {
        const stop = context.clock.setTimeout(() => {}, 60_000)
        const output = await next(context)
        if (output.status === 'ok' || output.status === 'cancel') stop()
        return output
      }),
  },
  {
    name: 'listener kept',
    does: 'never removes its listener',
    caughtBy: 'leaves no listener on a signal behind',
    create: () =>
      acting((next, context) => {
        context.signal.addEventListener('abort', () => {}, { once: true })
        return next(context)
      }),
  },
  {
    name: 'listener on the caller',
    does: 'never removes its listener on the signal of the caller',
    caughtBy: 'leaves no listener on a signal behind',
    create: () => ({
      name: 'broken',
      wrapRun: (next) => (run) => {
        run.options.signal?.addEventListener('abort', () => {}, { once: true })
        return next(run)
      },
    }),
  },
  {
    name: 'throws in settled',
    does: 'reads the start time of a stage that never started',
    caughtBy: 'does not throw for any ending',
    create: () => ({ name: 'broken', settled: ({ startedAt }) => void (startedAt as number).toFixed() }),
  },
  {
    name: 'throws for a refused run',
    does: 'reads the output of a stage in a refused run',
    caughtBy: 'does not throw for any ending',
    create: () => ({
      name: 'broken',
      onRun: () => ({
        ended: (outcome) => void (outcome.output(Object.keys(outcome.report.stages)[0] as string) as Output).status,
      }),
    }),
  },
  {
    name: 'late event of settled',
    does: 'emits in a timer after settled',
    caughtBy: 'emits and notes nothing too late',
    create: () => ({
      name: 'broken',
      settled: (_, run) => void outsideTime(5).then(() => run.tryEmitEvent('broken.told', {})),
    }),
  },
  {
    name: 'late event of onRun',
    does: 'emits in a timer after onRun',
    caughtBy: 'emits and notes nothing too late',
    create: () => ({
      name: 'broken',
      onRun: (run) => {
        void outsideTime(5).then(() => run.tryEmitEvent('broken.told', {}))
        return undefined
      },
    }),
  },
  {
    name: 'late event of a fork',
    does: 'emits through a fork after the run',
    caughtBy: 'emits and notes nothing too late',
    create: () =>
      acting(async (next, context) => {
        const fork = context.fork()
        const output = await next(fork.context)
        void outsideTime(5).then(() => fork.context.tryEmitEvent('broken.told', {}))
        return output
      }),
  },
  {
    name: 'late event of a call',
    does: 'emits through a context after the run',
    caughtBy: 'emits and notes nothing too late',
    create: () =>
      acting(async (next, context) => {
        const output = await next(context.fork().context)
        void outsideTime(5).then(() => void context.emitEvent('broken.told', {}))
        return output
      }),
  },
  {
    name: 'skip when slow',
    does: 'skips a stage that takes too long',
    caughtBy: 'does not end a stage that runs out of time as a success',
    create: () =>
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
  },
  {
    name: 'throws in settled of a child',
    does: 'throws in settled of a child run',
    caughtBy: 'keeps child runs and the items of a map apart',
    create: () => ({
      name: 'broken',
      settled: (_, { parent }) => {
        if (parent !== undefined) throw new Error('this run is not known')
      },
    }),
  },
  {
    name: 'late note of a run',
    does: 'notes after the run',
    caughtBy: 'emits and notes nothing too late',
    create: () => ({
      name: 'broken',
      wrapRun: (next) => async (run) => {
        const outcome = await next(run)
        void outsideTime(5).then(() => run.note('contractTold', true))
        return outcome
      },
    }),
  },

  // Without wrap.
  {
    name: 'open circuit into ok',
    does: 'answers ok for a failing stage',
    caughtBy: 'passes a failure through untouched',
    create: () => ({
      name: 'broken',
      onCall: () => {
        let failures = 0
        const part: CallPart = { ended: ({ status }) => void (failures = status === 'fail' ? failures + 1 : 0) }
        return () => (failures < 5 ? part : StageOutput.ok({ circuit: 'open' }))
      },
    }),
  },
  {
    name: 'call in another context',
    does: 'enters calls in another async context',
    caughtBy: 'enters calls and runs at once, within what is around them',
    create: () => {
      const within = AsyncLocalStorage.snapshot()
      return calling(() => ({ enter: (next) => within(next) }))
    },
  },
  {
    name: 'run in another context',
    does: 'enters runs in another async context',
    caughtBy: 'enters calls and runs at once, within what is around them',
    create: () => {
      const within = AsyncLocalStorage.snapshot()
      return running(() => ({ enter: (next) => within(next) }))
    },
  },
  {
    name: 'part: timer after abort',
    does: 'clears the timer of a call unless the run was aborted',
    caughtBy: 'leaves nothing behind after an abort',
    create: () =>
      calling(({ clock }) => {
        const stop = clock.setTimeout(() => {}, 60_000)
        return {
          ended(_, { aborted }) {
            if (aborted === undefined) stop()
          },
        }
      }),
  },
  {
    name: 'part: abort is a failure',
    does: 'counts aborted calls as failures',
    caughtBy: 'does not count aborts, skips and suspends as failures',
    create: () => ({
      name: 'broken',
      onCall: () => {
        let failures = 0
        const part: CallPart = { ended: ({ status }) => void (failures = status === 'ok' ? 0 : failures + 1) }
        return () => (failures < 10 ? part : StageOutput.fail('the circuit is open'))
      },
    }),
  },
  {
    name: 'shared part',
    does: 'keeps the timer of a call in a shared part',
    caughtBy: 'keeps many runs at once apart',
    alsoCaughtBy: [ITEMS_APART],
    create: () => {
      let stop: (() => void) | undefined
      const part: CallPart = { ended: () => stop?.() }
      return calling(({ clock }) => {
        stop = clock.setTimeout(() => {}, 60_000)
        return part
      })
    },
  },
  {
    name: 'shared run',
    does: 'keeps the run in a shared variable',
    caughtBy: 'keeps many runs at once apart',
    alsoCaughtBy: RESUMES,
    create: () => {
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
  },
  {
    name: 'shared run part',
    does: 'keeps the timer of a run in a shared variable',
    caughtBy: 'keeps many runs at once apart',
    create: () => {
      let stop: (() => void) | undefined
      const part: RunPart = { ended: () => stop?.() }
      return running(({ clock }) => {
        stop = clock.setTimeout(() => {}, 60_000)
        return part
      })
    },
  },
  {
    name: 'part: slot of the parent',
    does: 'uses the slot of the parent run in a child run',
    caughtBy: 'keeps child runs and the items of a map apart',
    alsoCaughtBy: RESUMES,
    create: () => ({
      ...running((run) => {
        if (run.get(CLAIMS) === undefined) run.set(CLAIMS, { roles: [run.pipeline.name] })
        return undefined
      }),
      onCall: (stage) => (context) =>
        context.get(CLAIMS)?.roles[0] === stage.pipeline.name ? undefined : StageOutput.fail('it is another pipeline'),
    }),
  },
  {
    name: 'part: timer after a failure',
    does: 'clears the timer of a call only after a success',
    caughtBy: 'leaves no timer behind',
    create: () =>
      calling(({ clock }) => {
        const stop = clock.setTimeout(() => {}, 60_000)
        return {
          ended({ status }) {
            if (status === 'ok' || status === 'cancel') stop()
          },
        }
      }),
  },
  {
    name: 'run part: timer after a failure',
    does: 'clears the timer of a run unless it failed',
    caughtBy: 'leaves no timer behind',
    create: () =>
      running(({ clock }) => {
        const stop = clock.setTimeout(() => {}, 60_000)
        return {
          ended({ report, status }) {
            if (status !== 'failed' || Object.values(report.stages).every((stage) => stage.startedAt === undefined))
              stop()
          },
        }
      }),
  },
  {
    name: 'part: listener kept',
    does: 'never removes its listener on the signal of a call',
    caughtBy: 'leaves no listener on a signal behind',
    create: () =>
      calling(({ signal }) => {
        signal.addEventListener('abort', () => {}, { once: true })
        return undefined
      }),
  },
  {
    name: 'timer of a refused run',
    does: 'clears the timer of a run only in wrapRun',
    caughtBy: 'leaves nothing behind after a run that was refused',
    create: () => {
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
  },
  {
    name: 'listener of a refused run',
    does: 'removes its listener on a run only when a stage settles',
    caughtBy: 'leaves nothing behind after a run that was refused',
    create: () =>
      running(({ signal }) => {
        const onAbort = (): void => {}
        signal.addEventListener('abort', onAbort, { once: true })
        return { settled: () => signal.removeEventListener('abort', onAbort) }
      }),
  },
  {
    name: 'throws in ended',
    does: 'reads the data of an output without data',
    caughtBy: 'does not throw for any ending',
    create: () => calling(() => ({ ended: (output) => void Object.keys((output as { data: object }).data) })),
  },
  {
    name: 'rejects in ended',
    does: 'rejects in an asynchronous ended',
    caughtBy: 'does not throw for any ending',
    alsoCaughtBy: [ITEMS_APART],
    create: () => running(() => ({ ended: (async () => Promise.reject(new Error('too late'))) as () => void })),
  },
  {
    name: 'promise of onRun',
    does: 'returns a promise from onRun',
    caughtBy: 'does not throw for any ending',
    alsoCaughtBy: [ITEMS_APART],
    create: () => running((async () => ({})) as unknown as NonNullable<Interceptor['onRun']>),
  },
  {
    name: 'part: late event of a call',
    does: 'emits for a call after the run',
    caughtBy: 'emits and notes nothing too late',
    create: () =>
      calling(() => ({
        ended: (_, context) => void outsideTime(5).then(() => context.tryEmitEvent('broken.told', {})),
      })),
  },
  {
    name: 'run part: late event',
    does: 'emits for a run after its end',
    caughtBy: 'emits and notes nothing too late',
    create: () =>
      running(() => ({ ended: (_, run) => void outsideTime(5).then(() => run.tryEmitEvent('broken.told', {})) })),
  },
  {
    name: 'ok when slow',
    does: 'answers ok for a call that takes too long',
    caughtBy: 'does not end a stage that runs out of time as a success',
    create: () => calling((context) => ({ deadline: context.now + 50, expired: () => StageOutput.ok({}) })),
  },
  {
    name: 'skip when idle',
    does: 'skips a call without progress',
    caughtBy: 'does not end a stage that runs out of time as a success',
    create: () => calling(() => ({ idleTimeoutMs: 50, expired: () => StageOutput.skip('too slow') })),
  },
  {
    name: 'expired without output',
    does: 'returns undefined when its limit passes',
    caughtBy: 'answers with an output when a limit passes',
    create: () => calling((context) => ({ deadline: context.now + 50, expired: () => undefined as unknown as Output })),
  },
  {
    name: 'expired with a promise',
    does: 'returns a promise when its limit passes',
    caughtBy: 'answers with an output when a limit passes',
    create: () =>
      calling(() => ({
        idleTimeoutMs: 50,
        expired: (async () => StageOutput.fail('slow')) as unknown as () => Output,
      })),
  },
  {
    name: 'expired throws',
    does: 'throws when its limit passes',
    caughtBy: 'answers with an output when a limit passes',
    create: () =>
      calling((context) => ({
        deadline: context.now + 50,
        expired() {
          throw new Error('slow')
        },
      })),
  },
  {
    name: 'limit by setTimeout',
    does: 'limits a call with the global setTimeout',
    caughtBy: 'takes its time from the clock of the run',
    create: () =>
      acting(async (next, context) => {
        const { context: inner, abort } = context.fork()
        const { promise: late, resolve } = Promise.withResolvers<Output>()
        const timer = setTimeout(() => {
          abort(new Error('slow'))
          resolve(StageOutput.fail('slow'))
        }, 30_000)
        return Promise.race([next(inner), late]).finally(() => clearTimeout(timer))
      }),
  },
  {
    name: 'throws in onRun of a child',
    does: 'throws when a child run starts',
    caughtBy: 'keeps child runs and the items of a map apart',
    create: () =>
      running(({ parent }) => {
        if (parent !== undefined) throw new Error('this run is not known')
        return undefined
      }),
  },
  {
    name: 'timer of a child run',
    does: 'never clears the timer of a child run',
    caughtBy: 'leaves no timer behind',
    create: () =>
      running(({ clock, parent }) => {
        if (parent !== undefined) clock.setTimeout(() => {}, 60_000)
        return undefined
      }),
  },
  {
    name: 'timer of a child call',
    does: 'never clears the timer of a call in a child run',
    caughtBy: 'leaves no timer behind',
    create: () =>
      calling(({ clock, run }) => {
        if (run.parent !== undefined) clock.setTimeout(() => {}, 60_000)
        return undefined
      }),
  },
  {
    name: 'listener on a child run',
    does: 'never removes its listener on a child run',
    caughtBy: 'leaves no listener on a signal behind',
    create: () =>
      running(({ parent, signal }) => {
        if (parent !== undefined) signal.addEventListener('abort', () => {}, { once: true })
        return undefined
      }),
  },
  {
    name: 'part: late note',
    does: 'notes for a call after its end',
    caughtBy: 'emits and notes nothing too late',
    create: () =>
      calling((context) => ({
        ended: () => void Promise.resolve().then(() => context.note('contractTold', true)),
      })),
  },

  // What it uses of its surroundings.
  {
    name: 'wait by setTimeout',
    does: 'waits with the global setTimeout',
    caughtBy: 'takes its time from the clock of the run',
    create: () =>
      acting(async (next, context) => {
        await new Promise((resolve) => setTimeout(resolve, 1))
        return next(context)
      }),
  },
  {
    name: 'wait by setTimeout after a failure',
    does: 'waits with the global setTimeout after the stage has failed',
    caughtBy: 'takes its time from the clock of the run',
    create: () =>
      acting(async (next, context) => {
        const output = await next(context)
        if (output.status === 'fail') await new Promise((resolve) => setTimeout(resolve, 1))
        return output
      }),
  },
  {
    name: 'setTimeout left',
    does: 'leaves a global timer of a minute behind',
    caughtBy: 'takes its time from the clock of the run',
    alsoCaughtBy: ['needs no more memory with every run'],
    create: () =>
      acting((next, context) => {
        const late = new Promise<Output>((resolve) => setTimeout(() => resolve(StageOutput.fail('late')), 60_000))
        return Promise.race([next(context), late])
      }),
  },
  {
    name: 'Date.now',
    does: 'measures with Date.now',
    caughtBy: 'takes its time from the clock of the run',
    create: () => {
      let spentMs = 0
      return calling(() => {
        const startedAt = Date.now()
        return { ended: () => void (spentMs += Date.now() - startedAt) }
      })
    },
  },
  {
    name: 'performance.now',
    does: 'measures runs with performance.now',
    caughtBy: 'takes its time from the clock of the run',
    create: () =>
      running(() => ({ ended: (_, run) => void run.tryEmitEvent('broken.told', { at: performance.now() }) })),
  },
  {
    name: 'systemClock',
    does: 'takes the time of the system for a span of a run',
    caughtBy: 'takes its time from the clock of the run',
    create: () => ({ name: 'broken', wrapRun: (next) => (run) => (systemClock.now(), next(run)) }),
  },
  {
    name: 'interval at creation',
    does: 'sets an interval when it is created',
    caughtBy: 'leaves no global timer or process listener behind',
    create: () => {
      let calls = 0
      setInterval(() => (calls = 0), 60_000)
      return calling(() => (++calls > 1e6 ? StageOutput.fail('too many calls') : undefined))
    },
  },
  {
    name: 'process listener',
    does: 'listens to the end of the process in its first run',
    caughtBy: 'leaves no global timer or process listener behind',
    create: () => {
      let runs = 0
      return running((run) => {
        if (++runs === 1) process.once(`exit of ${run.pipelineRunId}`, () => {})
        return undefined
      })
    },
  },
  {
    name: 'event of another name',
    does: 'emits events of another name',
    caughtBy: 'begins the types of its events with its name',
    create: () => calling(() => ({ ended: (_, context) => void context.tryEmitEvent('other.thing', {}) })),
  },
  {
    name: 'context written',
    does: 'writes to the context',
    caughtBy: 'writes nothing to contexts and runs',
    create: () => acting((next, context) => next(Object.assign(context, { startedBy: 'broken' }))),
  },
  {
    name: 'run written',
    does: 'keeps its state in the run',
    caughtBy: 'writes nothing to contexts and runs',
    create: () =>
      running((run) => {
        Object.defineProperty(run, 'startedBy', { value: 'broken', configurable: true })
        return undefined
      }),
  },
  {
    name: 'contexts kept',
    does: 'keeps the context of every call',
    caughtBy: 'keeps no context and no run after its end',
    alsoCaughtBy: ['needs no more memory with every run'],
    create: () => {
      const contexts: InterceptorContext[] = []
      return acting((next, context) => {
        contexts.push(context)
        return next(context)
      })
    },
  },
  {
    name: 'runs kept as keys',
    does: 'keeps a buffer for every run, by its run',
    caughtBy: 'keeps no context and no run after its end',
    alsoCaughtBy: ['needs no more memory with every run'],
    create: () => {
      const buffers = new Map<RunContext, Uint8Array>()
      return running((run) => {
        buffers.set(run, new Uint8Array(4_096))
        return undefined
      })
    },
  },
  {
    name: 'turns to aborted calls',
    does: 'gives the turns of calls that have ended to calls that were aborted',
    caughtBy: 'gives the turns of aborted calls to others',
    alsoCaughtBy: ['lets child runs through, however many parents wait for them'],
    create: () => handingOver(5),
  },

  // ---------- a stage that suspends, and the legs after it

  {
    name: 'suspend into ok',
    does: 'turns "waits for a person" into "done"',
    caughtBy: 'passes a suspend through untouched',
    alsoCaughtBy: RESUMES,
    create: answering((output) => (output.status === 'suspend' ? StageOutput.ok({}) : output)),
  },
  {
    name: 'suspend into skip',
    does: 'skips a stage that waits for an answer',
    caughtBy: 'passes a suspend through untouched',
    alsoCaughtBy: RESUMES,
    create: answering((output) => (output.status === 'suspend' ? StageOutput.skip('it waits') : output)),
  },
  {
    name: 'suspend into fail',
    does: 'fails every status that it does not know',
    caughtBy: 'passes a suspend through untouched',
    alsoCaughtBy: RESUMES,
    create: answering((output) => {
      const isKnown = ['ok', 'skip', 'cancel', 'fail', 'retry'].includes(output.status)
      return isKnown ? output : StageOutput.fail(`unknown status ${output.status}`)
    }),
  },
  {
    name: 'state dropped',
    does: 'drops the state that a stage suspends with',
    caughtBy: 'passes a suspend through untouched',
    alsoCaughtBy: RESUMES,
    create: answering((output) => (output.status === 'suspend' ? StageOutput.suspend(output.request) : output)),
  },
  {
    name: 'request replaced',
    does: 'asks something else than the stage did',
    caughtBy: 'passes a suspend through untouched',
    alsoCaughtBy: RESUMES,
    create: answering((output) =>
      output.status === 'suspend' ? StageOutput.suspend({ wants: 'approval' }, { state: output.state }) : output,
    ),
  },
  {
    name: 'suspend repeated',
    does: 'runs a stage again that suspended',
    caughtBy: 'passes a suspend through untouched',
    create: () =>
      acting(async (next, context) => {
        const output = await next(context)
        return output.status === 'suspend' ? next(context) : output
      }),
  },
  {
    name: 'suspended run into cancelled',
    does: 'makes a run that suspended a cancelled one in wrapRun',
    caughtBy: 'passes a suspend through untouched',
    alsoCaughtBy: RESUMES,
    create: () => ({
      name: 'broken',
      wrapRun: (next) => async (run) => {
        const outcome = await next(run)
        return outcome.status === 'suspended' ? run.cancel('it waits') : outcome
      },
    }),
  },
  {
    name: 'suspended run into failed',
    does: 'fails a run that is neither completed nor cancelled in wrapRun',
    caughtBy: 'passes a suspend through untouched',
    alsoCaughtBy: RESUMES,
    create: () => ({
      name: 'broken',
      wrapRun: (next) => async (run) => {
        const outcome = await next(run)
        return ['completed', 'cancelled', 'failed'].includes(outcome.status)
          ? outcome
          : run.fail(new Error('unknown end'))
      },
    }),
  },
  {
    name: 'suspended child into failed',
    does: 'fails a child run that suspended',
    caughtBy: 'lets a suspended run go on when it is answered',
    alsoCaughtBy: [ELSEWHERE],
    create: () => ({
      name: 'broken',
      wrapRun: (next) => async (run) => {
        const outcome = await next(run)
        return outcome.status === 'suspended' && run.parent !== undefined ? run.fail(new Error('it waits')) : outcome
      },
    }),
  },
  {
    name: 'throws in ended of a suspend',
    does: 'throws in ended for a status that it does not know',
    caughtBy: 'does not throw for any ending',
    create: () =>
      calling(() => ({
        ended({ status }) {
          if (status === 'suspend') throw new Error(`unknown status ${status}`)
        },
      })),
  },
  {
    name: 'throws in ended of a suspended run',
    does: 'throws in the ended of a run that suspended',
    caughtBy: 'does not throw for any ending',
    create: () =>
      running(() => ({
        ended({ status }) {
          if (status === 'suspended') throw new Error(`unknown status ${status}`)
        },
      })),
  },
  {
    name: 'throws in settled of a suspend',
    does: 'throws in settled for a stage that suspended',
    caughtBy: 'does not throw for any ending',
    create: () => ({
      name: 'broken',
      settled({ status }) {
        if (status === 'suspend') throw new Error(`unknown status ${status}`)
      },
    }),
  },
  {
    name: 'cache of suspends',
    does: 'keeps the output of a stage that suspended, and answers its next leg with it',
    caughtBy: 'lets a suspended run go on when it is answered',
    create: () => {
      const outputs = new Map<string, Output>()
      return acting(async (next, context) => {
        const { stage, run, snapshot } = context
        const key = JSON.stringify([stage.pipeline.name, stage.name, run.parent?.path, byRun(context)])
        const output = outputs.get(key) ?? (await next(context))
        if (output.status === 'suspend' && snapshot.metadata['contractRun'] !== undefined) outputs.set(key, output)
        return output
      })
    },
  },
  {
    name: 'answer not passed on',
    does: 'answers a resumed stage itself, without running it',
    caughtBy: 'lets a suspended run go on when it is answered',
    alsoCaughtBy: [ELSEWHERE],
    create: () => acting((next, context) => (context.resumed === undefined ? next(context) : StageOutput.ok({}))),
  },
  {
    name: 'run id seen before',
    does: 'refuses a run whose id it has seen',
    caughtBy: 'lets a suspended run go on when it is answered',
    alsoCaughtBy: [ELSEWHERE],
    create: () => {
      const seen = new Set<string>()
      return {
        name: 'broken',
        wrapRun: (next) => (run) => {
          if (seen.has(run.pipelineRunId)) return run.fail(new Error('a duplicate'))
          seen.add(run.pipelineRunId)
          return next(run)
        },
      }
    },
  },
  {
    name: 'state in the process',
    does: 'needs the state of the first leg in the memory of its process',
    caughtBy: 'lets another instance go on with a suspended run',
    create: () => {
      const sessions = new Set<string>()
      return acting((next, context) => {
        const { resumed, run } = context
        if (resumed === undefined) sessions.add(run.pipelineRunId)
        return sessions.has(run.pipelineRunId) ? next(context) : StageOutput.fail('the session is gone')
      })
    },
  },
  {
    name: 'suspend is a failure',
    does: 'counts a suspend as a failure',
    caughtBy: 'does not count aborts, skips and suspends as failures',
    create: () => ({
      name: 'broken',
      onCall: () => {
        let failures = 0
        const part: CallPart = {
          ended: ({ status }, { aborted }) => {
            if (status === 'fail' || status === 'suspend') failures++
            else if (aborted === undefined) failures = 0
          },
        }
        return () => (failures < 10 ? part : StageOutput.fail('the circuit is open'))
      },
    }),
  },
  {
    name: 'place of a suspended call',
    does: 'does not release the slot of a call that suspended',
    caughtBy: 'does not count aborts, skips and suspends as failures',
    create: () => {
      let lost = 0
      return acting(async (next, context) => {
        if (lost >= 25) return StageOutput.fail('no place is free')
        const output = await next(context)
        if (output.status === 'suspend') lost++
        return output
      })
    },
  },
  {
    name: 'timer after a suspend',
    does: 'clears its timer unless the stage suspended',
    caughtBy: 'leaves no timer behind',
    create: () =>
      calling(({ clock }) => {
        const stop = clock.setTimeout(() => {}, 60_000)
        return {
          ended({ status }) {
            if (status !== 'suspend') stop()
          },
        }
      }),
  },
  {
    name: 'listener after a suspend',
    does: 'removes its listener unless the stage suspended',
    caughtBy: 'leaves no listener on a signal behind',
    create: () =>
      acting(async (next, context) => {
        const onAbort = (): void => {}
        context.signal.addEventListener('abort', onAbort)
        const output = await next(context)
        if (output.status !== 'suspend') context.signal.removeEventListener('abort', onAbort)
        return output
      }),
  },

  // ---------- outputs

  {
    name: 'declined card',
    does: 'tries a failure again that says retryable: false',
    caughtBy: 'passes a failure through untouched',
    says: 'a repeat may do it twice',
    create: () =>
      acting(async (next, context) => {
        const output = await next(context.fork().context)
        return output.status === 'fail' ? next(context.fork().context) : output
      }),
  },
  {
    name: 'declined card later',
    does: 'tries a failure again that says retryable: false, once it has seen five',
    caughtBy: 'passes a failure through untouched',
    says: 'a repeat may do it twice',
    create: () => {
      let failures = 0
      return acting(async (next, context) => {
        const output = await next(context)
        if (output.status !== 'fail' || ++failures <= 5) return output
        return next(context.fork().context)
      })
    },
  },
  {
    name: 'error replaced',
    does: 'replaces the error of the stage by one without its code, status and cause',
    caughtBy: 'passes a failure through untouched',
    create: answering((output) =>
      output.status === 'fail'
        ? StageOutput.fail(new Error((output.error as Error).message), { retryable: false })
        : output,
    ),
  },
  {
    name: 'retryable dropped',
    does: 'drops retryable from a failure',
    caughtBy: 'passes a failure through untouched',
    create: answering((output) => (output.status === 'fail' ? StageOutput.fail(output.error) : output)),
  },
  {
    name: 'data written',
    does: 'writes into the data that the stage returned',
    caughtBy: 'lets runs through to their stages',
    says: 'Cannot add property seen, object is not extensible',
    create: answering((output) => {
      if (output.status === 'ok') Object.assign(output.data as object, { seen: true })
      return output
    }),
  },
  {
    name: 'cleanup throws',
    does: 'registers a cleanup that throws',
    caughtBy: 'does not throw for any ending',
    create: () =>
      calling((context) => {
        context.onCleanup(() => {
          throw new Error('closed already')
        })
        return undefined
      }),
  },
  {
    name: 'endless cleanup',
    does: 'registers a cleanup that does not end',
    caughtBy: 'stops waiting as soon as the run is aborted',
    alsoCaughtBy: ['does not throw for any ending'],
    says: 'its callback of onCleanup went wrong: The cleanups did not end within',
    create: () =>
      calling((context) => {
        context.onCleanup(() => new Promise(() => {}))
        return undefined
      }),
  },
  {
    name: 'one answer for all runs',
    does: 'keeps one output for all runs',
    caughtBy: 'lets runs through to their stages',
    says: 'it answered run 2 with {"call":1}, the output of an earlier run, and did not run the stage.',
    create: () => {
      let kept: Output | undefined
      return acting(async (next, context) => (kept ??= await next(context)))
    },
  },

  {
    name: 'another core',
    does: 'states a core that the app does not have',
    caughtBy: 'lets runs through to their stages',
    says: 'the engine refused to build a pipeline with it: ',
    create: () => ({ ...calling(() => undefined), core: '^99.0.0' }),
  },

  // ---------- limits

  {
    name: 'bulkhead of 8',
    does: 'holds one of 8 places around child runs, so that 8 parents at once wait for themselves',
    caughtBy: 'lets child runs through, however many parents wait for them',
    says: '9 runs at once did not end, each with a stage that calls runChild',
    create: () => bulkhead(8),
  },
  {
    name: 'bulkhead of 300',
    does: 'holds one of 300 places around child runs',
    caughtBy: 'lets child runs through, however many parents wait for them',
    says: '301 runs at once did not end',
    create: () => bulkhead(300),
  },
  {
    name: 'bulkhead of known parents',
    does: 'holds one of 5 places around stages whose child pipeline it knows, and in them',
    caughtBy: 'lets child runs through, however many parents wait for them',
    says: '6 runs at once did not end, each with a child pipeline',
    create: () => {
      const { wrap } = bulkhead(5)
      return {
        name: 'broken',
        wrap: (next, stage) => {
          const held = wrap?.(next, stage) ?? next
          // A stage that calls runChild is left alone.
          return (context) =>
            stage.name === 'stage' && stage.pipeline.name === 'parent' ? next(context) : held(context)
        },
      }
    },
  },
  {
    name: 'bulkhead of runs',
    does: 'holds one of 8 places around each run, child runs too',
    caughtBy: 'lets child runs through, however many parents wait for them',
    create: () => {
      let free = 8
      const waiting = new Set<() => void>()
      return {
        name: 'broken',
        wrapRun: (next) => async (run) => {
          while (free === 0) {
            const turn = Promise.withResolvers<void>()
            const leave = (): void => turn.resolve()
            waiting.add(leave)
            run.signal.addEventListener('abort', leave, { once: true })
            await turn.promise
            run.signal.removeEventListener('abort', leave)
            waiting.delete(leave)
            if (run.signal.aborted) return run.cancel('stopped')
          }
          free--
          try {
            return await next(run)
          } finally {
            free++
            const [first] = waiting
            first?.()
          }
        },
      }
    },
  },
  {
    name: 'bulkhead of 1',
    does: 'lets one call through at once, child runs too',
    caughtBy: 'lets other runs go on when one is aborted',
    alsoCaughtBy: [
      'keeps child runs and the items of a map apart',
      REFUSED,
      'leaves no timer behind',
      'leaves no listener on a signal behind',
      'begins the types of its events with its name',
      'emits and notes what JSON can write',
      'keeps the words of users out of events and notes',
      'takes its time from the clock of the run',
      'leaves no global timer or process listener behind',
      'leaves the code that calls it in its own async context',
      'writes nothing to global objects',
      'writes nothing to contexts and runs',
      'lets child runs through, however many parents wait for them',
      ...RESUMES,
    ],
    create: () => bulkhead(1),
  },
  {
    name: 'every 500th call',
    does: 'fails every 500th call',
    caughtBy: 'lets a thousand calls through',
    says: 'it let call 500 of 1000 end as failed (worn out)',
    create: () => {
      let calls = 0
      return calling(() => (++calls % 500 === 0 ? StageOutput.fail('worn out') : undefined))
    },
  },
  {
    name: 'full at 64',
    does: 'refuses a call if 64 are in progress',
    caughtBy: 'keeps many runs at once apart',
    alsoCaughtBy: ['lets a thousand calls through'],
    says: 'it did not let',
    create: () => {
      let open = 0
      return acting(async (next, context) => {
        if (open >= 64) return StageOutput.fail('it is full')
        open++
        try {
          return await next(context)
        } finally {
          open--
        }
      })
    },
  },
  {
    name: 'impatient bucket',
    does: 'has ten tokens, and makes calls wait a second for one at most',
    caughtBy: 'keeps many runs at once apart',
    alsoCaughtBy: ['serves stages and pipelines of any name', 'lets a thousand calls through'],
    says: 'it did not let 95 of 100 runs at once through. Pass interceptorContract the input, runOptions and stageOptions with which it does. Create it with limits',
    create: () => {
      let tokens = 10
      let filledAt = 0
      return acting(async (next, context) => {
        const due = context.clock.now() + 1_000
        for (;;) {
          const now = context.clock.now()
          tokens = Math.min(10, tokens + Math.floor((now - filledAt) / 100))
          if (now - filledAt >= 100) filledAt = now
          if (tokens > 0) break
          if (now >= due) return StageOutput.fail('no token came in time')
          await context.wait(100)
        }
        tokens--
        return next(context)
      })
    },
  },

  // ---------- names

  {
    name: 'object by stage',
    does: 'keeps the state of stages in a plain object, which has a "constructor"',
    caughtBy: 'serves stages and pipelines of any name',
    create: () => {
      const open: Record<string, Set<unknown>> = {}
      return acting(async (next, context) => {
        const calls = (open[context.stage.name] ??= new Set())
        calls.add(context)
        try {
          return await next(context)
        } finally {
          calls.delete(context)
        }
      })
    },
  },
  {
    name: 'object by stage, at build',
    does: 'throws at build for a stage named "constructor"',
    caughtBy: 'serves stages and pipelines of any name',
    create: () => {
      const limits: Record<string, { readonly most: number }> = { llm: { most: 5 } }
      return {
        name: 'broken',
        onCall(stage) {
          limits[stage.name]?.most.toFixed()
          return undefined
        },
      }
    },
  },
  {
    name: 'joined key',
    does: 'joins pipeline and stage with a slash to a key',
    caughtBy: 'serves stages and pipelines of any name',
    alsoCaughtBy: [ITEMS_APART],
    create: () =>
      cache(({ stage, run }, key) => [`${stage.pipeline.name}/${stage.name}`, run.parent?.path, key], byRun),
  },
  {
    name: 'joined key with a dash',
    does: 'joins pipeline and stage with a dash to a key',
    caughtBy: 'serves stages and pipelines of any name',
    alsoCaughtBy: [ITEMS_APART],
    create: () =>
      cache(({ stage, run }, key) => [`${stage.pipeline.name}-${stage.name}`, run.parent?.path, key], byRun),
  },
  {
    name: 'key in lower case',
    does: 'writes names in lower case in a key',
    caughtBy: 'serves stages and pipelines of any name',
    alsoCaughtBy: [ITEMS_APART],
    create: () =>
      cache(
        ({ stage, run }, key) => [stage.pipeline.name.toLowerCase(), stage.name.toLowerCase(), run.parent?.path, key],
        byRun,
      ),
  },
  {
    name: 'name as a pattern',
    does: 'makes a regular expression of the name of the pipeline',
    caughtBy: 'serves stages and pipelines of any name',
    create: () => ({
      name: 'broken',
      onCall: ({ pipeline }) => (new RegExp(pipeline.name).test('llm') ? () => undefined : undefined),
    }),
  },

  // ---------- the surroundings

  {
    name: 'enterWith in onCall',
    does: 'enters an async context in onCall, which its caller goes on in',
    caughtBy: 'leaves the code that calls it in its own async context',
    create: () => {
      const storage = new AsyncLocalStorage<string>()
      return calling(({ stage }) => {
        storage.enterWith(stage.name)
        return undefined
      })
    },
  },
  {
    name: 'enterWith in onRun',
    does: 'enters an async context in onRun',
    caughtBy: 'leaves the code that calls it in its own async context',
    create: () => {
      const storage = new AsyncLocalStorage<string>()
      return running(({ pipelineRunId }) => {
        storage.enterWith(pipelineRunId)
        return undefined
      })
    },
  },
  {
    name: 'enterWith in wrap',
    does: 'enters an async context before the first await of its wrap',
    caughtBy: 'leaves the code that calls it in its own async context',
    create: () => {
      const storage = new AsyncLocalStorage<string>()
      return acting(async (next, context) => {
        storage.enterWith(context.stage.name)
        return await next(context)
      })
    },
  },
  {
    name: 'enterWith in enter',
    does: 'enters an async context in enter, and does not leave it',
    caughtBy: 'leaves the code that calls it in its own async context',
    create: () => {
      const storage = new AsyncLocalStorage<string>()
      return calling(() => ({
        enter(next, { stage }) {
          storage.enterWith(stage.name)
          next()
        },
      }))
    },
  },
  {
    name: 'enterWith in settled',
    does: 'enters an async context in settled',
    caughtBy: 'leaves the code that calls it in its own async context',
    create: () => {
      const storage = new AsyncLocalStorage<string>()
      return { name: 'broken', settled: ({ stage }) => storage.enterWith(stage) }
    },
  },
  {
    name: 'new Date()',
    does: 'takes the time with new Date()',
    caughtBy: 'takes its time from the clock of the run',
    says: 'new Date() at interceptor-mutants.ts',
    create: () => {
      let last: Date | undefined
      return calling(() => ({ ended: () => void (last = new Date(last === undefined ? Date.UTC(2026) : new Date())) }))
    },
  },
  {
    name: 'process.hrtime',
    does: 'measures with process.hrtime.bigint()',
    caughtBy: 'takes its time from the clock of the run',
    create: () => {
      let spent = 0n
      return calling(() => {
        const startedAt = process.hrtime.bigint()
        return { ended: () => void (spent += process.hrtime.bigint() - startedAt) }
      })
    },
  },
  {
    name: 'node:timers',
    does: 'limits a call with setTimeout of node:timers',
    caughtBy: 'takes its time from the clock of the run',
    create: () =>
      acting(async (next, context) => {
        const { context: inner, abort } = context.fork()
        const timer = importedTimeout(() => abort(new Error('slow')), 30_000)
        try {
          return await next(inner)
        } finally {
          clearTimeout(timer)
        }
      }),
  },
  {
    name: 'node:timers/promises',
    does: 'waits with setTimeout of node:timers/promises',
    caughtBy: 'takes its time from the clock of the run',
    create: () =>
      acting(async (next, context) => {
        const output = await next(context)
        if (output.status === 'fail') await promisedTimeout(1)
        return output
      }),
  },
  {
    name: 'scheduler.wait',
    does: 'waits with scheduler.wait',
    caughtBy: 'takes its time from the clock of the run',
    create: () =>
      acting(async (next, context) => {
        const output = await next(context)
        if (output.status === 'fail') await scheduler.wait(1)
        return output
      }),
  },
  {
    name: 'saved setTimeout',
    does: 'waits with a setTimeout that it kept in a variable',
    caughtBy: 'takes its time from the clock of the run',
    create: () =>
      acting(async (next, context) => {
        const output = await next(context)
        if (output.status === 'fail') await new Promise((resolve) => savedTimeout(resolve, 1))
        return output
      }),
  },
  {
    name: 'setImmediate',
    does: 'waits for a turn of the event loop',
    caughtBy: 'takes its time from the clock of the run',
    create: () =>
      acting(async (next, context) => {
        const output = await next(context)
        if (output.status === 'fail') await new Promise((resolve) => setImmediate(resolve))
        return output
      }),
  },
  {
    name: 'AbortSignal.timeout',
    does: 'limits what it asks with AbortSignal.timeout',
    caughtBy: 'takes its time from the clock of the run',
    create: () =>
      calling(({ signal }) => {
        const limited = AbortSignal.any([signal, AbortSignal.timeout(30_000)])
        return { ended: () => void limited.aborted }
      }),
  },
  {
    name: 'global written',
    does: 'keeps the last output in a global variable',
    caughtBy: 'writes nothing to global objects',
    says: 'it wrote to brokenLastStatus',
    create: () =>
      acting(async (next, context) => {
        const output = await next(context)
        Object.assign(globalThis, { brokenLastStatus: output.status })
        return output
      }),
  },
  {
    name: 'global at creation',
    does: 'shares a global map with all instances',
    caughtBy: 'writes nothing to global objects',
    says: 'it wrote to brokenRegistry',
    create: () => {
      const shared = globalThis as { brokenRegistry?: Map<string, number> }
      shared.brokenRegistry ??= new Map()
      return calling(() => undefined)
    },
  },
  {
    name: 'global function replaced',
    does: 'puts a function of its own in the place of structuredClone',
    caughtBy: 'writes nothing to global objects',
    says: 'it wrote to structuredClone',
    create: () => {
      const real = globalThis.structuredClone
      globalThis.structuredClone = ((value: unknown) => real(value)) as typeof real
      return calling(() => undefined)
    },
  },
  {
    name: 'console replaced',
    does: 'replaces console.debug',
    caughtBy: 'writes nothing to global objects',
    says: 'it wrote to console.debug',
    create: () => {
      const real = console.debug
      console.debug = (...given) => real('[run]', ...given)
      return calling(() => undefined)
    },
  },
  {
    name: 'prototype extended',
    does: 'adds a method to all arrays',
    caughtBy: 'writes nothing to global objects',
    says: 'it wrote to Array.prototype.brokenLast',
    create: () => {
      Object.defineProperty(Array.prototype, 'brokenLast', {
        value: () => undefined,
        configurable: true,
        writable: true,
      })
      return calling(() => undefined)
    },
  },
  {
    name: 'environment written',
    does: 'keeps the id of the last run in the environment',
    caughtBy: 'writes nothing to global objects',
    says: 'it wrote to process.env.BROKEN_RUN',
    create: () =>
      running(({ pipelineRunId }) => {
        process.env['BROKEN_RUN'] = pipelineRunId
        return undefined
      }),
  },
  {
    name: 'stack limit',
    does: 'sets Error.stackTraceLimit in each call',
    caughtBy: 'writes nothing to global objects',
    says: 'it wrote to Error.stackTraceLimit',
    create: () =>
      calling(() => {
        Error.stackTraceLimit = 13
        return undefined
      }),
  },
  {
    name: 'blocked thread',
    does: 'blocks the thread for 30 ms before each call',
    caughtBy: 'does not block the thread',
    create: () =>
      calling(() => {
        block(30)
        return undefined
      }),
  },
  {
    name: 'blocked thread after',
    does: 'blocks the thread for 30 ms after each call',
    caughtBy: 'does not block the thread',
    create: answering((output) => {
      block(30)
      return output
    }),
  },

  // ---------- events, notes and memory

  {
    name: "user's words in an event",
    does: 'emits what the user wrote',
    caughtBy: 'keeps the words of users out of events and notes',
    create: () =>
      running(({ snapshot }) => ({
        ended: (_, run) => void run.tryEmitEvent('broken.told', { asked: snapshot.inputText }),
      })),
  },
  {
    name: "user's words of a list",
    does: 'emits the last message',
    caughtBy: 'keeps the words of users out of events and notes',
    create: () =>
      calling((context) => {
        context.tryEmitEvent('broken.told', { last: context.snapshot.messages.at(-1) })
        return undefined
      }),
  },
  {
    name: 'output in a note',
    does: 'notes what the stage returned',
    caughtBy: 'keeps the words of users out of events and notes',
    create: answering((output, context) => {
      if (output.status === 'ok') context.note('contractTold', output.data)
      return output
    }),
  },
  {
    name: 'question in an event',
    does: 'emits what a suspended stage asks',
    caughtBy: 'keeps the words of users out of events and notes',
    create: () =>
      calling(() => ({
        ended(output, context) {
          if (output.status === 'suspend') context.tryEmitEvent('broken.told', { request: output.request })
        },
      })),
  },
  {
    name: 'a flood of events',
    does: 'emits 200 events for each call',
    caughtBy: 'emits a hundred events for a call at most',
    create: () =>
      calling(() => ({
        ended(_, context) {
          for (let count = 0; count < 200; count++) context.tryEmitEvent('broken.told', { count })
        },
      })),
  },
  {
    name: 'bigint in an event',
    does: 'emits a bigint, which JSON cannot write',
    caughtBy: 'emits and notes what JSON can write',
    alsoCaughtBy: [REFUSED],
    create: () => calling(() => ({ ended: (_, context) => void context.tryEmitEvent('broken.told', { at: 1n }) })),
  },
  {
    name: 'circle in a note',
    does: 'notes an object that contains itself',
    caughtBy: 'does not throw for any ending',
    alsoCaughtBy: [ITEMS_APART],
    says: 'The note "contractTold" must be JSON',
    create: () =>
      calling(() => ({
        ended(_, context) {
          const circle: Record<string, unknown> = {}
          circle['self'] = circle
          context.note('contractTold', circle)
        },
      })),
  },
  {
    name: 'buffer of each run',
    does: 'keeps a buffer of each run, by its id',
    caughtBy: 'needs no more memory with every run',
    create: () => {
      const buffers = new Map<string, Uint8Array>()
      return running(({ pipelineRunId }) => {
        buffers.set(pipelineRunId, new Uint8Array(4_096))
        return undefined
      })
    },
  },
  {
    name: 'lines of each call',
    does: 'keeps a few thousand characters of each call in an array',
    caughtBy: 'needs no more memory with every run',
    create: () => {
      const lines: string[][] = []
      let calls = 0
      return calling(({ stage }) => {
        lines.push(Array.from({ length: 100 }, (_, line) => `${stage.name} ${++calls} ${line}`))
        return undefined
      })
    },
  },

  // ---------- not ours

  {
    name: 'failed run hidden',
    does: 'returns the outcome of a run that completed for one that failed',
    notOurs: 'The engine ends the run as it ended.',
    create: () => {
      let completed: RunOutcome | undefined
      return {
        name: 'broken',
        wrapRun: (next) => async (run) => {
          const outcome = await next(run)
          if (outcome.status === 'completed') completed ??= outcome
          return outcome.status === 'failed' ? (completed ?? outcome) : outcome
        },
      }
    },
  },
  {
    name: 'deadline dropped',
    does: 'moves the deadline of the run an hour away',
    notOurs: 'The engine keeps the deadline of the caller: run.with can only narrow it.',
    create: () => ({
      name: 'broken',
      wrapRun: (next) => (run) => next(run.with({ deadline: run.clock.now() + 3_600_000 })),
    }),
  },
  {
    name: 'problems overwritten',
    does: 'notes an empty list of problems over those of the run',
    notOurs: 'The engine writes core/problems last.',
    create: () => ({
      name: 'broken',
      wrapRun: (next) => async (run) => {
        const outcome = await next(run)
        run.note('core/problems', [])
        return outcome
      },
    }),
  },
  {
    name: 'stream repeated',
    does: 'calls a stage again that has delivered chunks',
    notOurs: 'The engine refuses the second call: the stage has delivered chunks, so it cannot run again.',
    create: () => ({
      name: 'broken',
      wrap: (next, stage) =>
        stage.streams
          ? async (context) => {
              const output = await next(context)
              if (output.status === 'ok') await next(context.fork().context)
              return output
            }
          : next,
    }),
  },
  {
    name: 'unhandled rejection',
    does: 'leaves a promise to reject that no code handles',
    notOurs: 'node:test and vitest fail the case in which it happens, with the error of the promise.',
  },
  {
    name: 'paced calls',
    does: 'makes each call wait for a tenth of a second',
    notOurs:
      'Legal: it waits on the clock, and stops with the run. Whether calls may be slower is for its author to say.',
    create: () =>
      acting(async (next, context) => {
        await context.wait(100)
        return next(context)
      }),
  },
  {
    name: 'unmarked failure repeated',
    does: 'tries a failure again that does not say whether it is retryable',
    notOurs: 'Legal: which of those failures are worth a second try is for its author to say.',
    create: () =>
      acting(async (next, context) => {
        const output = await next(context.fork().context)
        if (output.status !== 'fail' || output.retryable === false || context.signal.aborted) return output
        await context.wait(100)
        return next(context.fork().context)
      }),
  },
  {
    name: 'lines on the console',
    does: 'writes a line for each stage to the standard error output',
    notOurs: 'Legal: so do loggers.',
    create: () => ({ name: 'broken', settled: ({ stage }) => void (stage === 'never' && console.error(stage)) }),
  },
  {
    name: 'every thousand and first call',
    does: 'fails every 1,001st call',
    notOurs: 'The cases make a thousand calls: quotas may be that low.',
    create: () => {
      let calls = 0
      return calling(() => (++calls % 1_001 === 0 ? StageOutput.fail('worn out') : undefined))
    },
  },
  {
    name: 'admission false',
    does: 'answers a request of a caller with false',
    caughtBy: ADMITS,
    alsoCaughtBy: [NO_TOKEN, WITHOUT_CALLER, ...ALL_RESUMES],
    says: 'Return undefined or { keep, who }',
    options: owned,
    create: () => owners({ name: 'broken', admit: (() => false) as never }),
  },
  {
    name: 'admission that hangs',
    does: 'never answers a request of a caller',
    caughtBy: ADMITS,
    alsoCaughtBy: [NO_TOKEN, WITHOUT_CALLER, ...ALL_RESUMES],
    says: 'end the wait when request.signal aborts',
    options: owned,
    create: () => owners({ name: 'broken', admit: () => new Promise(() => {}) }),
  },
  {
    name: 'admission that throws',
    does: 'throws an error without a code in admit',
    caughtBy: ADMITS,
    alsoCaughtBy: [NO_TOKEN, WITHOUT_CALLER, ...ALL_RESUMES],
    says: 'throw a StageflowError with a code of your own',
    options: owned,
    create: () =>
      owners({
        name: 'broken',
        admit: () => {
          throw new TypeError('kept is undefined')
        },
      }),
  },
  {
    name: 'class instance kept',
    does: 'keeps an instance of a class with a run',
    caughtBy: ADMITS,
    alsoCaughtBy: [NO_TOKEN, WITHOUT_CALLER, ...ALL_RESUMES],
    says: 'Keep plain data',
    options: owned,
    create: () => owners({ name: 'broken', admit: () => ({ keep: { since: new Date(0) } }) }),
  },
  {
    name: 'owner refused',
    does: 'refuses to let the one who began a run attach to it',
    caughtBy: ADMITS,
    says: 'do everything with it later',
    options: owned,
    create: () =>
      owners({
        name: 'broken',
        admit: ({ action }) => {
          if (action === 'attach') throw new StageflowError('broken/foreign', 'Not yours.')
          return action === 'start' ? { keep: { user: 'ada' } } : undefined
        },
      }),
  },
  {
    name: 'token kept',
    does: 'keeps the token of a caller with a run',
    caughtBy: NO_TOKEN,
    options: owned,
    create: () =>
      owners({
        name: 'broken',
        admit: ({ options }) => ({ keep: { user: 'ada', by: { token: options.contractToken } } }),
      }),
  },
  {
    name: 'token in every leg',
    does: 'wants the token of a caller in every leg',
    caughtBy: WITHOUT_CALLER,
    alsoCaughtBy: ALL_RESUMES,
    options: owned,
    create: () =>
      owners({
        name: 'broken',
        wrapRun: (next) => async (run) =>
          run.options.contractToken === undefined && run.parent === undefined
            ? run.fail(new StageflowError('broken/refused', 'No token.'))
            : next(run),
      }),
  },
  {
    name: 'timer of a request',
    does: 'leaves its timer behind when a caller gives up',
    caughtBy: LEAVES_NOTHING,
    options: owned,
    create: () =>
      owners({
        name: 'broken',
        admit: ({ clock }) =>
          new Promise((resolve) => {
            clock.setTimeout(() => resolve({ keep: { user: 'ada' } }), 50)
          }),
      }),
  },
]
