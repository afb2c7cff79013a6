import { Pipeline, StageOutput } from '@stageflow/core'
import type { Interceptor, PipelineReport, StageRecord } from '@stageflow/core'
import { manualClock } from '@stageflow/testing'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { propertySettings } from '../../core/test/property-settings.ts'
import { spanRecorder, withContextManager } from '../test/span-recorder.ts'
import type { SeenSpan } from '../test/span-recorder.ts'
import { tracing } from './index.ts'

let endContexts = () => {}
beforeAll(() => {
  endContexts = withContextManager()
})
afterAll(() => endContexts())

const ENDINGS = [
  'ok',
  'sync',
  'skip',
  'cancel',
  'fail',
  'throw',
  'retry',
  'hang',
  'ignore',
  'stream',
  'child',
  'cached',
  'expires',
  'expires late',
] as const
type Ending = (typeof ENDINGS)[number]
interface Drawn {
  readonly ending: Ending
  readonly ms: number
  readonly needs: readonly number[]
  readonly join: 'all' | 'any' | 'settled'
  readonly tolerated: boolean
  readonly wanted: boolean
}
const stage = (place: number): fc.Arbitrary<Drawn> =>
  fc.record({
    ending: fc.constantFrom(...ENDINGS, 'ok', 'sync'),
    ms: fc.nat(30),
    needs: place === 0 ? fc.constant([]) : fc.uniqueArray(fc.nat(place - 1), { maxLength: 3 }),
    join: fc.constantFrom('all', 'any', 'settled'),
    tolerated: fc.boolean(),
    wanted: fc.boolean().map((one) => one || place % 2 === 0),
  })
const graphs = fc
  .integer({ min: 1, max: 7 })
  .chain((count) => fc.tuple(...Array.from({ length: count }, (_, place) => stage(place))))

/** Answers some stages itself, abandons others after 15 ms, and retries those that ask for it. */
const outside = (drawn: readonly Drawn[]): Interceptor => ({
  name: 'outside',
  wrap: (next, { name }) => {
    const ending = drawn[Number(name.slice(1))]?.ending
    if (ending === 'cached') return () => StageOutput.ok({ cached: true })
    if (ending === 'retry')
      return async (context) => {
        const first = await next(context.fork().context)
        if (first.status !== 'retry') return first
        await context.clock.sleep(5, context.signal)
        return next(context.fork().context)
      }
    if (ending !== 'expires' && ending !== 'expires late') return next
    return (context) => {
      const inner = context.fork()
      const expired = Promise.withResolvers<StageOutput>()
      const stop = context.clock.setTimeout(() => {
        inner.abort(new Error('expired'))
        expired.resolve(StageOutput.fail('expired'))
      }, 15)
      return Promise.race([next(inner.context), expired.promise]).finally(stop)
    }
  },
})

function pipelineOf(drawn: readonly Drawn[], stuck: Promise<void>): Pipeline<unknown, {}> {
  let pipeline = new Pipeline('drawn') as unknown as Pipeline<Record<string, object>, {}>
  drawn.forEach(({ ending, ms, needs, join, tolerated, wanted }, place) => {
    const name = `s${place}`
    const options = {
      dependencies: needs.map((need) => `s${need}`),
      join,
      ...(tolerated ? { onFailure: 'skip' as const } : undefined),
      ...(wanted ? undefined : { when: () => false }),
    }
    if (ending === 'child') {
      const inner = new Pipeline(`inner${place}`).withStage(`leaf${place}`, ({ clock }) => clock.sleep(ms))
      pipeline = pipeline.withPipeline(name as never, inner, options as never) as never
      return
    }
    const body = async (context: {
      clock: { sleep(ms: number, signal?: AbortSignal): Promise<void> }
      signal: AbortSignal
      attempt: number
    }) => {
      const { clock, signal, attempt } = context
      if (ending === 'hang' || ending === 'expires') await clock.sleep(ending === 'hang' ? 60 : 1_000, signal)
      else if (ending === 'ignore') await stuck
      else if (ending === 'expires late') await clock.sleep(25)
      else await clock.sleep(ms)
      if (ending === 'skip') return StageOutput.skip('drawn')
      if (ending === 'cancel') return StageOutput.cancel('drawn')
      if (ending === 'fail') return StageOutput.fail('drawn')
      if (ending === 'throw') throw new Error('drawn')
      return ending === 'retry' && attempt === 1 ? StageOutput.retry('drawn') : StageOutput.ok({})
    }
    const streams = async function* (context: Parameters<typeof body>[0]) {
      await context.clock.sleep(ms)
      yield 'chunk'
      return {}
    }
    const run = ending === 'sync' ? () => ({}) : ending === 'stream' ? streams : body
    pipeline = pipeline.withStage(name as never, run as never, options as never) as never
  })
  return pipeline as never
}

test('the spans of any run agree with its report in number, parents, times and endings', async () => {
  await fc.assert(
    fc.asyncProperty(graphs, fc.nat(80), async (drawn, cancelAfter) => {
      const clock = manualClock({ startAt: 1_000 })
      const recorder = spanRecorder()
      const stuck = Promise.withResolvers<void>()
      const graph = (pipelineOf(drawn, stuck.promise) as Pipeline<{}, {}>).build({
        clock,
        interceptors: [outside(drawn), tracing({ tracerProvider: recorder.provider })],
      })
      const run = graph.start({}, { graceMs: 20 })
      await clock.advance(cancelAfter)
      if (cancelAfter < 60) run.cancel('drawn')
      await clock.runAll()
      const stop = clock.advance(100).then(() => run.cancel('stuck'))
      await stop
      await clock.advance(100)
      const { report } = await run.settled
      agree(report, recorder.spans(), undefined)
      expect(recorder.spans()).toHaveLength(countOf(report))
      stuck.resolve()
    }),
    propertySettings(300),
  )
})

const tried = ({ status, attempts }: StageRecord): number =>
  status === 'cancel' && attempts.length === 0 ? 0 : Math.max(1, attempts.length)

function countOf({ stages }: PipelineReport): number {
  return Object.values(stages).reduce(
    (count, record) => count + tried(record) + (record.children ?? []).reduce((sum, child) => sum + countOf(child), 0),
    1,
  )
}

function agree(report: PipelineReport, spans: readonly SeenSpan[], parentIds: readonly string[] | undefined): void {
  const run = spans.find(
    ({ name, attributes }) =>
      name === `invoke_workflow ${report.pipeline}` && attributes['stageflow.run.id'] === report.pipelineRunId,
  )
  if (run === undefined) throw new Error('the run has no span')
  if (parentIds === undefined) expect(run.parentId).toBeUndefined()
  else expect(parentIds).toContain(run.parentId)
  expect([run.startedAt, run.endedAt]).toEqual([report.startedAt, report.endedAt])
  expect([run.attributes['stageflow.run.status'], run.isError]).toEqual([report.status, report.status === 'failed'])
  for (const record of Object.values(report.stages)) {
    const own = spans.filter(({ name, parentId }) => name === `stage ${record.stage}` && parentId === run.id)
    expect(own).toHaveLength(tried(record))
    const last = own.find(({ attributes }) => (attributes['stageflow.stage.attempt'] ?? own.length) === own.length)
    if (last === undefined) continue
    expect(last.attributes['stageflow.stage.status']).toBe(record.status)
    expect(last.attributes['stageflow.stage.tolerated']).toBe(record.tolerated)
    if (record.status === 'fail') expect([last.isError, last.message]).toEqual([true, record.error?.message])
    if (record.abandoned === true)
      expect(own.some(({ attributes }) => attributes['stageflow.stage.abandoned'])).toBe(true)
    record.attempts.forEach(({ attempt, startedAt, endedAt, status }) => {
      const span = own.find(({ attributes }) => attributes['stageflow.stage.attempt'] === attempt)
      expect([span?.startedAt, span?.endedAt]).toEqual([
        startedAt,
        endedAt ?? Math.max(record.endedAt ?? 0, span?.endedAt ?? 0),
      ])
      expect(span?.endedAt).toBeLessThanOrEqual(report.endedAt)
      expect(span?.isError).toBe(
        status === 'fail' || status === 'retry' || (attempt === own.length && record.status === 'fail'),
      )
    })
    if (record.attempts.length === 0)
      expect([last.startedAt, last.endedAt]).toEqual([record.startedAt ?? record.endedAt, record.endedAt])
    for (const child of record.children ?? [])
      agree(
        child,
        spans,
        own.map(({ id }) => id),
      )
  }
}
