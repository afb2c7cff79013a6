import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

import { Pipeline, StageKind, StageOutput } from '@stageflow/core'
import type {
  Interceptor,
  PipelineReport,
  RunStage,
  StageContext,
  StageGraph,
  StageRecord,
  StageSlot,
} from '@stageflow/core'
import { manualClock, recordingSink } from '@stageflow/testing'
import fc from 'fast-check'
import type { Registry } from 'prom-client'
import { afterAll, beforeAll, expect, test } from 'vitest'

import { propertySettings } from '../../core/test/property-settings.ts'
import { parseExposition, sumOf, valueOf } from '../test/exposition.ts'
import type { Family } from '../test/exposition.ts'
import { metrics } from './metrics.ts'

// Random runs, scraped as Prometheus does it. The scrape must equal the sum of the reports.

const BOUNDS = [0.01, 0.03, 0.1]

let served: Registry = metrics().registry
const server = createServer((_, response) => {
  response.setHeader('content-type', served.contentType)
  void served.metrics().then((text) => response.end(text))
})
beforeAll(() => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve)))
afterAll(() => new Promise<unknown>((resolve) => server.close(resolve)))

async function scrape(registry: Registry): Promise<ReadonlyMap<string, Family>> {
  served = registry
  const response = await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/metrics`)
  expect(response.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8')
  return parseExposition(await response.text())
}

const BODIES = [
  'ok',
  'sleeps',
  'skips',
  'cancels',
  'fails',
  'throws',
  'asks again',
  'deaf',
  'never',
  'streams',
  'spends',
  'child',
] as const
const LAYERS = ['pass', 'retry', 'limit', 'cache', 'refuse', 'wait before', 'wait after', 'late next'] as const
const layerArbitrary = fc.record({ kind: fc.constantFrom(...LAYERS), ms: fc.integer({ min: 1, max: 60 }) })
const stageArbitrary = fc.record({
  body: fc.constantFrom(...BODIES),
  ms: fc.integer({ min: 0, max: 80 }),
  kind: fc.constantFrom(...Object.values(StageKind)),
  dependencies: fc.array(fc.nat(4), { maxLength: 2 }),
  tolerant: fc.boolean(),
  outside: fc.array(layerArbitrary, { maxLength: 2 }),
  inside: fc.array(layerArbitrary, { maxLength: 1 }),
})
const caseArbitrary = fc.record({
  stages: fc.array(stageArbitrary, { minLength: 1, maxLength: 5 }),
  runs: fc.array(
    fc.record({
      startAt: fc.integer({ min: 0, max: 100 }),
      cancelAt: fc.option(fc.integer({ min: 0, max: 150 }), { nil: undefined }),
      maxConcurrency: fc.option(fc.integer({ min: 1, max: 3 }), { nil: undefined }),
      goOn: fc.boolean(),
      isRefused: fc.boolean(),
    }),
    { minLength: 1, maxLength: 4 },
  ),
  refusesEvents: fc.boolean(),
})
type StageCase = typeof stageArbitrary extends fc.Arbitrary<infer T> ? T : never

/** The builder without types, because the stages of a case are known only at run time. */
interface Loose {
  withStage(name: string, stage: unknown, kind: string, options: object): Loose
  build(options: object): StageGraph<Readonly<Record<string, StageSlot>>, {}>
}

function bodyOf({ body, ms }: StageCase): (context: StageContext<{}>) => unknown {
  switch (body) {
    case 'ok':
      return () => ({})
    case 'sleeps':
      return async (context) => void (await context.clock.sleep(ms, context.signal))
    case 'skips':
      return () => StageOutput.skip('not now')
    case 'cancels':
      return () => StageOutput.cancel('enough')
    case 'fails':
      return () => StageOutput.fail(Object.assign(new Error('no'), { code: `E${ms % 3}` }))
    case 'throws':
      return async (context) => {
        await context.clock.sleep(ms)
        throw new Error('a bug')
      }
    case 'asks again':
      return () => StageOutput.retry('again')
    case 'deaf':
      return async (context) => void (await context.clock.sleep(4 * ms))
    case 'never':
      return () => new Promise(() => {})
    case 'streams':
      return async function* (context) {
        for (let chunk = 0; chunk < ms % 5; chunk++) {
          await context.clock.sleep(ms / 4, context.signal)
          yield chunk
        }
      }
    case 'spends':
      return (context) => context.note('usage', { inputTokens: ms, outputTokens: ms % 7 })
    case 'child':
      return async (context) => void (await context.runChild(child, { inputText: String(ms) }))
  }
}
const child = new Pipeline('child').withStage('inner', async (context) => {
  context.note('usage', { inputTokens: 3 })
  await context.clock.sleep(Number(context.snapshot.inputText), context.signal)
})

function layerOf({ kind, ms }: StageCase['outside'][number], next: RunStage): RunStage {
  switch (kind) {
    case 'pass':
      return next
    case 'retry':
      return async (context) => {
        const first = await next(context.fork().context)
        if (first.status !== 'fail' && first.status !== 'retry') return first
        await context.clock.sleep(ms, context.signal)
        return next(context.fork().context)
      }
    case 'limit':
      return (context) => {
        const { context: inner, abort } = context.fork()
        const expired = context.clock.sleep(ms).then(() => {
          abort(new Error('too slow'))
          return StageOutput.fail('too slow')
        })
        return Promise.race([Promise.resolve(next(inner)), expired])
      }
    case 'cache':
      return () => StageOutput.ok({ cached: true })
    case 'refuse':
      return () => StageOutput.fail('the circuit is open')
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
    case 'late next':
      return (context) => {
        context.clock
          .sleep(ms)
          .then(() => next(context))
          .catch(() => {}) // its result is not needed
        return next(context)
      }
  }
}

function layers(name: string, stages: readonly StageCase[], side: 'outside' | 'inside'): Interceptor {
  return {
    name,
    wrap: (next, { index, pipeline }) =>
      pipeline.name === 'child'
        ? next
        : (stages[index] as StageCase)[side].reduceRight((inner, layer) => layerOf(layer, inner), next),
  }
}

const doorkeeper: Interceptor = {
  name: 'doorkeeper',
  wrapRun: (next) => async (run) => {
    if (run.snapshot.inputText !== 'refuse') return next(run)
    await run.clock.sleep(5)
    return run.fail(Object.assign(new Error('no'), { code: 'DOOR' }))
  },
}

test(
  'a scrape over HTTP is the sum of the reports, for every ending, and nothing stays in flight',
  { timeout: 60_000 },
  async () => {
    await fc.assert(
      fc.asyncProperty(caseArbitrary, async ({ stages, runs, refusesEvents }) => {
        const clock = manualClock()
        const observer = metrics({ buckets: BOUNDS })
        let pipeline = new Pipeline('random') as unknown as Loose
        stages.forEach((stage, place) => {
          const dependencies = [...new Set(stage.dependencies.filter((each) => each < place))].map((each) => `s${each}`)
          // A failed guard cannot be skipped, so it needs a fallback.
          const onFailure = stage.tolerant ? { onFailure: stage.kind === 'guard' ? { fallback: {} } : 'skip' } : {}
          pipeline = pipeline.withStage(`s${place}`, bodyOf(stage), stage.kind, { dependencies, ...onFailure })
        })
        const eventSink = refusesEvents ? recordingSink({ refuse: ({ seq }) => seq % 3 === 1 }) : recordingSink()
        const interceptors = [
          doorkeeper,
          layers('outside', stages, 'outside'),
          observer,
          layers('inside', stages, 'inside'),
        ]
        const graph = pipeline.build({ interceptors, clock, eventSink })
        const started = runs.map(async ({ startAt, cancelAt, maxConcurrency, goOn, isRefused }) => {
          await clock.sleep(startAt)
          const run = graph.start(
            { inputText: isRefused ? 'refuse' : 'hello' },
            {
              timeoutMs: 300,
              graceMs: 40,
              onStageFailure: goOn ? 'continue' : 'stop',
              ...(maxConcurrency === undefined ? undefined : { maxConcurrency }),
            },
          )
          if (cancelAt !== undefined) void clock.sleep(cancelAt).then(() => run.cancel('not needed'))
          return await run.settled
        })
        await clock.runAll()
        const results = await Promise.all(started)

        const families = await scrape(observer.registry)
        const reports = results.flatMap(({ report }) => withChildren(report))
        checkRuns(families, reports)
        checkStages(families, reports)
        expect(sumOf(families, 'stageflow_run_errors_total', { code: 'DOOR' })).toBe(
          results
            .filter(
              ({ status, report }) =>
                status === 'failed' && Object.values(report.stages).every(({ startedAt }) => startedAt === undefined),
            )
            .flatMap((result) => (result.status === 'failed' ? result.errors : []))
            .filter(({ code }) => code === 'DOOR').length,
        )
        expect(sumOf(families, 'stageflow_stages_in_flight')).toBe(0)
        expect(sumOf(families, 'stageflow_runs_in_flight')).toBe(0)
        expect(clock.timers).toEqual([])
      }),
      propertySettings(250),
    )
  },
)

const withChildren = (report: PipelineReport): readonly PipelineReport[] => [
  report,
  ...Object.values(report.stages).flatMap(({ children = [] }) => children.flatMap(withChildren)),
]

function checkRuns(families: ReadonlyMap<string, Family>, reports: readonly PipelineReport[]): void {
  for (const [pipeline, ofPipeline] of groups(reports, (report) => report.pipeline)) {
    for (const [status, ofStatus] of groups(ofPipeline, (report) => report.status)) {
      expect(valueOf(families, 'stageflow_runs_total', { pipeline, status })).toBe(ofStatus.length)
      const seconds = ofStatus.map(({ startedAt, endedAt }) => (endedAt - startedAt) / 1_000)
      checkHistogram(families, 'stageflow_run_duration_seconds', { pipeline, status }, seconds)
    }
    expect(valueOf(families, 'stageflow_dropped_events_total', { pipeline })).toBe(
      sum(ofPipeline.map(({ droppedEvents }) => droppedEvents)),
    )
  }
  expect(sumOf(families, 'stageflow_runs_total')).toBe(reports.length)
}

function checkStages(families: ReadonlyMap<string, Family>, reports: readonly PipelineReport[]): void {
  const records = reports.flatMap(({ pipeline, stages }) =>
    Object.values(stages).map((record) => ({ pipeline, ...record })),
  )
  // A stage that never started because its run ended did not settle.
  const settled = records.filter(({ status, startedAt }) => status !== 'cancel' || startedAt !== undefined)
  for (const [, ofStage] of groups(settled, ({ pipeline, stage }) => `${pipeline} ${stage}`)) {
    const { pipeline, stage } = ofStage[0] as (typeof ofStage)[number]
    const labels = { pipeline, stage }
    const total = (name: string, more: Readonly<Record<string, string>> = {}) =>
      sumOf(families, name, { ...labels, ...more })
    for (const [status, ofStatus] of groups(ofStage, (record) => record.status as string)) {
      expect(total('stageflow_stages_total', { status })).toBe(ofStatus.length)
      const seconds = ofStatus.flatMap(({ startedAt, endedAt }) => secondsBetween(startedAt, endedAt))
      checkHistogram(families, 'stageflow_stage_duration_seconds', { ...labels, status }, seconds)
    }
    expect(total('stageflow_stages_total')).toBe(ofStage.length)
    const waits = ofStage.flatMap(({ readyAt, startedAt }) => secondsBetween(readyAt, startedAt))
    checkHistogram(families, 'stageflow_stage_queue_wait_seconds', labels, waits)
    expect(total('stageflow_stage_attempts_total')).toBe(sum(ofStage.map(({ attempts }) => attempts.length)))
    expect(total('stageflow_stage_chunks_total')).toBe(sum(ofStage.map(({ chunks }) => chunks)))
    expect(total('stageflow_stage_tokens_total', { type: 'input' })).toBe(
      sum(ofStage.map(({ notes }) => notes.usage?.inputTokens ?? 0)),
    )
    expect(total('stageflow_stage_tokens_total', { type: 'output' })).toBe(
      sum(ofStage.map(({ notes }) => notes.usage?.outputTokens ?? 0)),
    )
    const errors = ofStage.flatMap(({ error }) => error ?? [])
    expect(total('stageflow_stage_errors_total')).toBe(errors.length)
    for (const [code, ofCode] of groups(errors, (error) => error.code))
      expect(total('stageflow_stage_errors_total', { code })).toBe(ofCode.length)
  }
  expect(sumOf(families, 'stageflow_stages_total')).toBe(settled.length)
}

function checkHistogram(
  families: ReadonlyMap<string, Family>,
  name: string,
  labels: Readonly<Record<string, string>>,
  seconds: readonly number[],
): void {
  expect(sumOf(families, `${name}_count`, labels)).toBe(seconds.length)
  expect(sumOf(families, `${name}_sum`, labels)).toBeCloseTo(sum(seconds), 9)
  for (const bound of BOUNDS)
    expect(sumOf(families, `${name}_bucket`, { ...labels, le: String(bound) })).toBe(
      seconds.filter((each) => each <= bound).length,
    )
}

function secondsBetween(from: StageRecord['startedAt'], to: StageRecord['endedAt']): readonly number[] {
  return from === undefined || to === undefined ? [] : [(to - from) / 1_000]
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0)

function groups<T>(values: readonly T[], keyOf: (value: T) => string): ReadonlyMap<string, readonly T[]> {
  const all = new Map<string, T[]>()
  for (const value of values) all.set(keyOf(value), [...(all.get(keyOf(value)) ?? []), value])
  return all
}
