import fc from 'fast-check'
import { expect, test } from 'vitest'
import { manualClock } from '../../testing/src/index.ts'
import type { ManualClock } from '../../testing/src/index.ts'
import { PROPERTY_TIMEOUT_MS, propertySettings } from './property-settings.ts'
import { Pipeline, StageKind, StageOutput } from '../src/index.ts'
import type {
  EventSink,
  Interceptor,
  RunOptions,
  RunPipeline,
  RunStage,
  StageContext,
  StageGraph,
  StageSlot,
  StageflowEvent,
} from '../src/index.ts'
import { repeatUntil } from '../src/repeat.ts'

// Random interceptors around random stages in random runs: whatever they do to each other, the promises of a run hold.

const LIMIT_MS = 500
const GRACE_MS = 50
const CLEANUP_MS = 30

const BODIES = [
  'ok',
  'throws',
  'skips',
  'retries',
  'sleeps',
  'fails late',
  'deaf',
  'never',
  'streams',
  'streams and throws',
  'child',
  'lost child',
  'map',
  'repeat',
] as const
const LAYERS = [
  'pass',
  'pass async',
  'wait before',
  'wait after',
  'early answer',
  'retry',
  'twice at once',
  'give up',
  'throw before',
  'throw after',
  'answer nothing',
  'cache',
  'hang',
  'late next',
] as const

const RUN_LAYERS = [
  'pass',
  'wait before',
  'wait after',
  'fail at once',
  'cancel at once',
  'fail in the end',
  'throw before',
  'throw after',
  'answer early',
  'hang before',
  'hang after',
  'narrow',
  'next twice',
] as const
const CLEANUPS = ['none', 'quick', 'slow', 'never', 'throws'] as const

const stageArbitrary = fc.record({
  cleanup: fc.constantFrom(...CLEANUPS),
  body: fc.constantFrom(...BODIES),
  layers: fc.array(fc.record({ kind: fc.constantFrom(...LAYERS), ms: fc.integer({ min: 0, max: 60 }) }), {
    maxLength: 3,
  }),
  ms: fc.integer({ min: 0, max: 80 }),
  dependencies: fc.array(fc.nat(4), { maxLength: 2 }),
  tolerant: fc.boolean(),
  late: fc.boolean(),
  join: fc.constantFrom('all' as const, 'any' as const, 'settled' as const),
})
const caseArbitrary = fc.record({
  runLayers: fc.array(fc.record({ kind: fc.constantFrom(...RUN_LAYERS), ms: fc.integer({ min: 0, max: 60 }) }), {
    maxLength: 2,
  }),
  stages: fc.array(stageArbitrary, { minLength: 1, maxLength: 5 }),
  maxConcurrency: fc.option(fc.integer({ min: 1, max: 3 }), { nil: undefined }),
  goOn: fc.boolean(),
  cancelAt: fc.option(fc.integer({ min: 0, max: 150 }), { nil: undefined }),
})
type Case = typeof caseArbitrary extends fc.Arbitrary<infer T> ? T : never
type StageCase = Case['stages'][number]

/** The builder as JavaScript sees it: the stages of a case are known only when it runs. */
interface Loose {
  withStage(name: string, stage: unknown, options: object): Loose
  withMap(name: string, options: object): Loose
  withPipeline(name: string, child: unknown, options: object): Loose
  build(options: object): StageGraph<Readonly<Record<string, StageSlot>>, {}>
}

/** Who runs when: how often the code of a stage runs at once, and all of them together. */
class Watch {
  readonly running = new Map<string, number>()
  readonly most = new Map<string, number>()
  readonly together: (readonly string[])[] = []

  enter(stage: string): void {
    const count = (this.running.get(stage) ?? 0) + 1
    this.running.set(stage, count)
    this.most.set(stage, Math.max(this.most.get(stage) ?? 0, count))
    this.together.push([...this.running.keys()].filter((name) => this.running.get(name) !== 0))
  }
  leave(stage: string): void {
    this.running.set(stage, (this.running.get(stage) ?? 0) - 1)
  }
}

function bodyOf({ body, ms }: StageCase, name: string, watch: Watch): (context: StageContext<{}>) => object {
  const watched =
    (run: (context: StageContext<{}>) => Promise<object>) =>
    async (context: StageContext<{}>): Promise<object> => {
      watch.enter(name)
      try {
        return await run(context)
      } finally {
        watch.leave(name)
      }
    }
  switch (body) {
    case 'ok':
    case 'map': // maps and repeated children are made by the builder
    case 'repeat':
      return () => ({ name })
    case 'throws':
      return () => {
        throw new Error(`${name} threw`)
      }
    case 'skips':
      return () => StageOutput.skip('not now')
    case 'retries':
      return watched(async () => StageOutput.retry('again'))
    case 'sleeps':
      return watched(async (context) => {
        await context.clock.sleep(ms, context.signal)
        return { name }
      })
    case 'fails late':
      return watched(async (context) => {
        await context.clock.sleep(ms, context.signal)
        throw new Error(`${name} failed`)
      })
    case 'deaf':
      return watched(async (context) => {
        await context.clock.sleep(3 * ms)
        return { name }
      })
    case 'never':
      return watched(() => new Promise(() => {}))
    case 'child':
      return watched(async (context) => {
        const { status } = await context.runChild(sleepingChild(ms))
        return { child: status }
      })
    case 'lost child':
      return watched(async (context) => {
        void context.runChild(sleepingChild(ms))
        return { name }
      })
    case 'streams':
    case 'streams and throws':
      return async function* (context: StageContext<{}>) {
        watch.enter(name)
        try {
          for (let chunk = 0; chunk < 3; chunk++) {
            await context.clock.sleep(ms / 3)
            yield chunk
          }
          if (body === 'streams and throws') throw new Error(`${name} broke off`)
          return { name }
        } finally {
          watch.leave(name)
        }
      }
  }
}
const sleepingChild = (ms: number) =>
  new Pipeline('child').withStage('inner', async (context) => void (await context.clock.sleep(ms, context.signal)))

/** Five items: one skips, one may fail, one ignores its signal. */
function mapOf({ ms }: StageCase, name: string, watch: Watch): object {
  const each = async (item: number, context: StageContext<{}>): Promise<object> => {
    watch.enter(`${name}#${item - 1}`)
    try {
      if (item === 3) await context.clock.sleep(2 * ms)
      else await context.clock.sleep(item * 10, context.signal)
      if (item === 1) return StageOutput.skip('the first')
      if (item === 2 && ms > 60) throw new Error('the second item failed')
      return { item }
    } finally {
      watch.leave(`${name}#${item - 1}`)
    }
  }
  return { over: () => [1, 2, 3, 4, 5], each, concurrency: 1 + (ms % 3) }
}

/** A child whose guard refuses twice. */
function guarded(ms: number) {
  let calls = 0
  return new Pipeline('child').withStage(
    'check',
    async (context) => {
      await context.clock.sleep(ms / 4, context.signal)
      return ++calls % 3 === 0 ? {} : StageOutput.fail('not yet')
    },
    StageKind.GUARD,
  )
}

function layerOf({ kind, ms }: StageCase['layers'][number], next: RunStage): RunStage {
  switch (kind) {
    case 'pass':
      return (context) => next(context)
    case 'pass async':
      return async (context) => next(context)
    case 'wait before':
      return async (context) => {
        await context.clock.sleep(ms, context.signal)
        return next(context)
      }
    case 'wait after':
      return async (context) => {
        const output = await next(context)
        await context.clock.sleep(ms, context.signal)
        return output
      }
    case 'early answer':
      return (context) =>
        Promise.race([
          Promise.resolve(next(context)),
          context.clock.sleep(ms).then(() => StageOutput.ok({ early: true })),
        ])
    case 'retry':
      return async (context) => {
        const first = await next(context.fork().context)
        return first.status === 'ok' ? first : next(context.fork().context)
      }
    case 'twice at once':
      return async (context) => (await Promise.all([next(context), next(context)]))[1]
    case 'give up':
      return (context) => {
        const { context: inner, abort } = context.fork()
        const stop = context.clock.setTimeout(() => abort(new Error('given up')), ms)
        return Promise.resolve(next(inner)).finally(stop)
      }
    case 'throw before':
      return () => {
        throw new Error('a bug before')
      }
    case 'throw after':
      return async (context) => {
        await next(context)
        throw new Error('a bug after')
      }
    case 'answer nothing':
      return async (context) => {
        await next(context)
        return undefined as never
      }
    case 'cache':
      return () => StageOutput.ok({ cached: true })
    case 'hang':
      return () => new Promise(() => {})
    case 'late next':
      return (context) => {
        void context.clock.sleep(ms).then(() => next(context))
        return next(context)
      }
  }
}

function runLayerOf({ kind, ms }: Case['runLayers'][number], next: RunPipeline): RunPipeline {
  switch (kind) {
    case 'pass':
      return async (face) => next(face)
    case 'wait before':
      return async (face) => {
        await face.clock.sleep(ms, face.signal)
        return next(face)
      }
    case 'wait after':
      return async (face) => {
        const outcome = await next(face)
        await face.clock.sleep(ms)
        return outcome
      }
    case 'fail at once':
      return (face) => face.fail(new Error('refused'))
    case 'cancel at once':
      return (face) => face.cancel('refused')
    case 'fail in the end':
      return async (face) => {
        await next(face)
        return face.fail(new Error('over budget'))
      }
    case 'throw before':
      return () => {
        throw new Error('a bug before the run')
      }
    case 'throw after':
      return async (face) => {
        await next(face)
        throw new Error('a bug after the run')
      }
    case 'answer early':
      return async (face) => {
        void next(face)
        await face.clock.sleep(ms)
        return face.cancel('early')
      }
    case 'hang before':
      return () => new Promise(() => {})
    case 'hang after':
      return async (face) => {
        await next(face)
        return new Promise(() => {})
      }
    case 'narrow':
      return (face) => {
        const own = new AbortController()
        face.clock.setTimeout(() => own.abort(new Error('narrowed')), ms)
        return next(face.with({ signal: own.signal, deadline: face.clock.now() + 2 * ms }))
      }
    case 'next twice':
      return async (face) => {
        await next(face)
        return next(face)
      }
  }
}

function withCleanup(cleanup: StageCase['cleanup'], body: (context: StageContext<{}>) => object) {
  if (cleanup === 'none') return body
  return (context: StageContext<{}>): object => {
    context.onCleanup(async () => {
      if (cleanup === 'throws') throw new Error('a cleanup broke')
      await (cleanup === 'never' ? new Promise(() => {}) : context.clock.sleep(cleanup === 'quick' ? 1 : 20))
    })
    return body(context)
  }
}

async function run(given: Case, clock: ManualClock) {
  const watch = new Watch()
  const events: StageflowEvent[] = []
  const take = (event: StageflowEvent): void => void events.push(event)
  const eventSink: EventSink = { emit: take, tryEmit: take }
  const layers = Array.from({ length: 3 }, (_, depth): Interceptor => ({
    name: `layer-${depth}`,
    wrap: (next, stage) => {
      const layer = given.stages[stage.index]?.layers[depth]
      return layer === undefined || stage.pipeline.name === 'child' ? next : layerOf(layer, next)
    },
  }))
  const around = given.runLayers.map((layer, depth): Interceptor => ({
    name: `run-layer-${depth}`,
    wrapRun: (next, pipeline) => (pipeline.name === 'child' ? next : runLayerOf(layer, next)),
  }))
  let described = new Pipeline('random') as unknown as Loose
  for (const [index, one] of given.stages.entries()) {
    const name = `s${index}`
    const options = {
      dependencies: [...new Set(one.dependencies.filter((source) => source < index))].map((source) => `s${source}`),
      join: one.join,
      late: one.late ? 'abort' : 'finish',
      ...(one.tolerant ? { onFailure: 'skip' } : {}),
    }
    if (one.body === 'map') described = described.withMap(name, { ...options, ...mapOf(one, name, watch) })
    else if (one.body === 'repeat')
      described = described.withPipeline(name, guarded(one.ms), { ...options, repeat: repeatUntil('check') })
    else described = described.withStage(name, withCleanup(one.cleanup, bodyOf(one, name, watch)), options)
  }
  const options: RunOptions = {
    timeoutMs: LIMIT_MS,
    graceMs: GRACE_MS,
    cleanupMs: CLEANUP_MS,
    onStageFailure: given.goOn ? 'continue' : 'stop',
    ...(given.maxConcurrency === undefined ? {} : { maxConcurrency: given.maxConcurrency }),
  }
  const handle = described.build({ clock, eventSink, interceptors: [...around, ...layers] }).start({}, options)
  let settledAt: number | undefined
  let runningThen: readonly string[] = []
  const settled = handle.settled.then((result) => {
    settledAt = clock.now()
    runningThen = [...watch.running].filter(([, count]) => count > 0).map(([name]) => name)
    return result
  })
  if (given.cancelAt !== undefined) clock.setTimeout(() => handle.cancel('enough'), given.cancelAt)
  await clock.advance(LIMIT_MS + GRACE_MS + CLEANUP_MS)
  expect(settledAt, 'the run has settled').toBeDefined()
  const result = await settled
  const published = events.length
  const before = JSON.stringify(result)
  await clock.runAll()
  expect(events.length, 'nothing is published after the end').toBe(published)
  expect(JSON.stringify(result), 'nothing changes after the end').toBe(before)
  return { result, events, watch, runningThen }
}

function check({ result, events, watch, runningThen }: Awaited<ReturnType<typeof run>>, given: Case): void {
  const { stages } = result.report
  for (const id of new Set(events.map(({ pipelineRunId }) => pipelineRunId))) {
    const own = events.filter(({ pipelineRunId }) => pipelineRunId === id)
    expect(own.map(({ seq }) => seq)).toEqual(own.map((_, index) => index))
    expect(own.at(-1)?.type).toMatch(/^pipeline\.(completed|failed|cancelled)$/)
  }
  const root = events.filter(({ parentRunId }) => parentRunId === undefined)
  expect(root.at(-1)?.type).toBe(`pipeline.${result.status}`)
  for (const [name, record] of Object.entries(stages)) {
    const types = root
      .filter(({ stage, type }) => stage === name && type.startsWith('stage.'))
      .map(({ type }) => type.slice(`stage.${name}.`.length))
    const terminal = types.filter((type) => /^(completed|failed|skipped|cancelled|abandoned)$/.test(type))
    expect(terminal.length, `${name}: ${types.join(' ')}`).toBe(record.endedAt === undefined ? 0 : 1)
    if (record.startedAt !== undefined) expect(types[0]).toBe('started')
    if (terminal.length > 0) expect(types.at(-1)).toBe(terminal[0])
    expect(record.status).toBeDefined()
    if (record.abandoned !== true)
      for (const attempt of record.attempts) expect(attempt.status, `an attempt of ${name}`).toBeDefined()
    expect(watch.most.get(name) ?? 0, `${name} runs once at a time`).toBeLessThanOrEqual(1)
  }
  for (const name of runningThen) {
    const [stage = '', key] = name.split('#')
    const record = stages[stage]
    const item = record?.items?.records.find((each) => each.key === key)
    // A map goes on beside the code of an item that ended: then the record of the item says so.
    expect(record?.abandoned ?? item?.abandoned, `${name} still runs, so the report names it`).toBe(true)
  }
  if (given.maxConcurrency !== undefined) {
    for (const names of watch.together)
      expect(
        new Set(names.map((name) => name.split('#')[0] ?? '').filter((name) => stages[name]?.abandoned !== true)).size,
      ).toBeLessThanOrEqual(given.maxConcurrency)
  }
  if (result.status === 'completed') {
    for (const record of Object.values(stages))
      expect(record.status === 'ok' || record.status === 'skip' || record.tolerated === true).toBe(true)
  }
  if (result.status === 'failed') expect(result.errors.length).toBeGreaterThan(0)
}

test(
  'with random interceptors and stages, the run ends in time, each stage runs once at a time and settles once, and nothing happens after the end',
  async () => {
    const seen = new Map<string, number>()
    await fc.assert(
      fc.asyncProperty(caseArbitrary, async (given) => {
        const outcome = await run(given, manualClock())
        check(outcome, given)
        for (const { status, abandoned } of Object.values(outcome.result.report.stages)) {
          const key = abandoned === true ? 'abandoned' : `${status}`
          seen.set(key, (seen.get(key) ?? 0) + 1)
        }
        seen.set(outcome.result.status, (seen.get(outcome.result.status) ?? 0) + 1)
      }),
      propertySettings(1_000),
    )
    for (const key of ['ok', 'skip', 'fail', 'cancel', 'abandoned', 'completed', 'failed', 'cancelled'])
      expect(seen.get(key) ?? 0, key).toBeGreaterThan(0)
  },
  PROPERTY_TIMEOUT_MS,
)
