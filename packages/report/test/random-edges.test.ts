import { PipelineBuildError, StageOutput, type Clock, type PipelineReport, type StageContext } from '@stageflow/core'
import { gate, soft, stream } from '@stageflow/core/edges'
import { manualClock } from '@stageflow/testing'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { propertySettings } from '../../core/test/property-settings.ts'
import { untypedPipeline, type UntypedGraph, type UntypedPipeline } from '../../core/test/untyped-pipeline.ts'
import { criticalPath } from '../src/checked-path.ts'
import { mermaidRun } from '../src/mermaid.ts'
import { slack } from '../src/checked-path.ts'
import { timeline } from '../src/timeline.ts'
import { timelineSvg } from '../src/timeline-svg.ts'
import { infoOf, plannedRuns, simulate } from './simulated-run.ts'

// Random graphs with edges of every kind, run on a manual clock.

interface RandomStage {
  readonly name: string
  readonly edges: readonly { readonly source: string; readonly kind: 'value' | 'soft' | 'stream' | 'gate' }[]
  /** How long it works, and for each chunk that it reads. */
  readonly workMs: number
  readonly perChunkMs: number
  /** How many chunks it yields, one after each time that it works. */
  readonly chunks: number
  readonly isOk: boolean
}

const random = (skips: boolean): fc.Arbitrary<readonly RandomStage[]> => {
  const edge = fc.record({ source: fc.nat(6), kind: fc.constantFrom('value', 'soft', 'stream', 'stream', 'gate') })
  const stage = fc.record({
    edges: fc.uniqueArray(edge, { maxLength: 3, selector: ({ source }) => source }),
    workMs: fc.integer({ min: 0, max: 20 }),
    perChunkMs: fc.integer({ min: 0, max: 6 }),
    chunks: fc.nat(3),
    isOk: skips ? fc.integer({ min: 0, max: 5 }).map((dice) => dice > 0) : fc.constant(true),
  })
  return fc.array(stage, { minLength: 2, maxLength: 7 }).map((list) =>
    list.map((one, index): RandomStage => ({
      ...one,
      name: `s${index}`,
      edges: one.edges
        .filter(({ source }) => source < index)
        .map(({ source, kind }) => ({ source: `s${source}`, kind })),
    })),
  )
}

const codeOf = ({ workMs, perChunkMs, chunks, isOk, edges }: RandomStage, laterMs: number) =>
  async function* ({ clock, signal, inputs }: StageContext<any, any, any>) {
    for (let chunk = 0; chunk < chunks; chunk++) {
      await clock.sleep(workMs, signal)
      yield chunk
    }
    const streams = edges.filter(({ kind }) => kind === 'stream')
    if (streams.length > 0)
      for await (const _chunk of streams.length === 1 ? inputs.stream(streams[0]?.source as string) : inputs.stream())
        await clock.sleep(perChunkMs, signal)
    await clock.sleep(workMs + laterMs, signal)
    return isOk ? {} : StageOutput.skip('nothing to do')
  }

/** Undefined if the graph is refused, because its streams would wait for each other. */
async function reportOf(stages: readonly RandomStage[], later?: { readonly stage: string; readonly ms: number }) {
  const clock = manualClock()
  let pipeline = untypedPipeline('random')
  for (const stage of stages) {
    const dependencies = stage.edges.map(({ source, kind }) => {
      if (kind === 'value') return source
      if (kind === 'soft') return soft(source, { waitMs: 15 })
      return kind === 'stream' ? stream(source) : gate(source)
    })
    const laterMs = later?.stage === stage.name ? later.ms : 0
    pipeline = pipeline.withStage(stage.name, codeOf(stage, laterMs), { dependencies })
  }
  const graph = buildOf(pipeline, clock)
  if (graph === undefined) return undefined
  const run = graph.runSettled({}, { onStageFailure: 'continue' })
  await clock.runAll()
  const { report } = await run
  expect(clock.timers).toEqual([])
  return { report: report as PipelineReport, info: graph.info }
}

function buildOf(pipeline: UntypedPipeline, clock: Clock): UntypedGraph | undefined {
  try {
    return pipeline.build({ clock })
  } catch (error) {
    if (error instanceof PipelineBuildError && error.message.includes('core/stream-deadlock')) return undefined
    throw error
  }
}

test('with edges of any kind, the segments of the path have no gap and sum to the run, and everything can be drawn', async () => {
  let checked = 0
  await fc.assert(
    fc.asyncProperty(random(true), async (stages) => {
      const run = await reportOf(stages)
      if (run === undefined) return
      checked++
      const { report, info } = run
      const { segments, durationMs } = criticalPath(report, info)
      let at = report.startedAt
      for (const { from, to, parts } of segments) {
        expect(from).toBe(at)
        let end = from
        for (const part of parts) {
          expect(part.from).toBe(end)
          expect(part.to).toBeGreaterThan(end)
          end = part.to
        }
        expect(end).toBe(to)
        at = to
      }
      expect(at).toBe(report.endedAt)
      expect(durationMs).toBe(report.endedAt - report.startedAt)
      const last = segments.at(-1)?.stage ?? ''
      expect(slack(report, info)[last]).toBe(0)
      const read: PipelineReport = JSON.parse(JSON.stringify(report))
      expect(criticalPath(read, info)).toEqual(criticalPath(report, info))
      expect(timeline(report, { pipeline: info }).split('\n').length).toBeGreaterThan(stages.length)
      expect(timelineSvg(report, { pipeline: info })).toContain('</svg>')
      expect(mermaidRun(report, info)).toContain('flowchart')
    }),
    propertySettings(300),
  )
  expect(checked).toBeGreaterThan(20)
})

test('of a pipeline without such edges the path and the drawings are the same with its description', () => {
  fc.assert(
    fc.property(plannedRuns({ joins: true, queues: true }), (planned) => {
      const report = simulate(planned)
      const info = infoOf(planned.stages)
      expect(criticalPath(report, info)).toEqual(criticalPath(report))
      expect(timeline(report, { pipeline: info })).toBe(timeline(report))
    }),
    propertySettings(300),
  )
})

test('with edges of any kind, a stage that ends later by its slack does not make the run longer', async () => {
  let checked = 0
  await fc.assert(
    fc.asyncProperty(random(false), async (stages) => {
      const run = await reportOf(stages)
      if (run === undefined) return
      for (const [stage, ms] of Object.entries(slack(run.report, run.info))) {
        if (ms === 0) continue
        checked++
        const later = await reportOf(stages, { stage, ms })
        expect(later?.report.endedAt).toBe(run.report.endedAt)
      }
    }),
    propertySettings(300),
  )
  expect(checked).toBeGreaterThan(20)
})
