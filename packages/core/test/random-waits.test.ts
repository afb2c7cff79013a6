import fc from 'fast-check'
import { expect, test } from 'vitest'
import { manualClock } from '../../testing/src/index.ts'
import { StageOutput } from '../src/index.ts'
import type { Interceptor, StageContext } from '../src/index.ts'
import { PROPERTY_TIMEOUT_MS, propertySettings } from './property-settings.ts'
import { randomGraph } from './random-graphs.ts'
import { untypedPipeline } from './untyped-pipeline.ts'

const settings = propertySettings(1_000)

// Stages of random graphs that wait and run again, in runs with few slots.

const plan = fc.record({
  /** How long it waits before each call; 0: it does not. */
  waits: fc.array(fc.nat(20), { minLength: 1, maxLength: 3 }),
  code: fc.constantFrom('at once' as const, 'sleeps' as const, 'ignores abort' as const),
  ms: fc.integer({ min: 1, max: 15 }),
  end: fc.constantFrom('calls' as const, 'calls' as const, 'calls' as const, 'answers itself' as const),
  limitMs: fc.option(fc.integer({ min: 1, max: 60 }), { nil: undefined }),
})
const caseArbitrary = fc.record({
  graph: randomGraph(8),
  plans: fc.array(plan, { minLength: 8, maxLength: 8 }),
  maxConcurrency: fc.integer({ min: 1, max: 3 }),
  cancelAt: fc.option(fc.nat(80), { nil: undefined }),
})
type Case = typeof caseArbitrary extends fc.Arbitrary<infer T> ? T : never

async function runCase({ graph, plans, maxConcurrency, cancelAt }: Case) {
  const clock = manualClock()
  const running = new Set<string>()
  let most = 0
  let waited = 0
  const repeats: Interceptor = {
    name: 'repeats',
    wrap: (next, { index }) => {
      const { waits, end } = plans[index] as Case['plans'][number]
      return async (context) => {
        let output: StageOutput = StageOutput.ok()
        for (const [call, ms] of waits.entries()) {
          if (ms > 0) {
            waited++
            await context.wait(ms)
          }
          if (end === 'calls' || call < waits.length - 1) output = await next(context.fork().context)
        }
        return output
      }
    },
  }
  const limits: Interceptor = {
    name: 'limits',
    onCall: ({ index }) => {
      const { limitMs } = plans[index] as Case['plans'][number]
      if (limitMs === undefined) return undefined
      return (context) => ({ deadline: context.now + limitMs, expired: () => StageOutput.skip('late') })
    },
  }
  let pipeline = untypedPipeline('waits')
  graph.forEach(({ dependencies, join, late }, place) => {
    const { code, ms } = plans[place] as Case['plans'][number]
    pipeline = pipeline.withStage(
      `s${place}`,
      (context: StageContext<{}>) => {
        const { name } = context.stage
        expect(running.has(name)).toBe(false)
        running.add(name)
        most = Math.max(most, running.size)
        const end = (): void => void running.delete(name)
        if (code !== 'at once') return clock.sleep(ms, code === 'sleeps' ? context.signal : undefined).finally(end)
        end()
        return {}
      },
      { dependencies: dependencies.map((source) => `s${source}`), join, late: late ? 'abort' : 'finish' },
    )
  })
  const handle = pipeline
    .build({ clock, interceptors: [repeats, limits] })
    .start({}, { maxConcurrency, graceMs: 1_000, onStageFailure: 'continue' })
  let result: Awaited<typeof handle.settled> | undefined
  void handle.settled.then((ended) => (result = ended))
  if (cancelAt !== undefined) {
    await clock.advanceTo(cancelAt)
    handle.cancel('enough')
  }
  await clock.advance(5_000)
  return { result, most, waited, left: clock.pending, running: running.size }
}

test(
  'stages that wait and run again never run in more slots than there are, and every run ends',
  async () => {
    let waits = 0
    let full = 0
    await fc.assert(
      fc.asyncProperty(caseArbitrary, async (given) => {
        const { result, most, waited, left, running } = await runCase(given)
        expect(result?.status).toBe(given.cancelAt === undefined ? 'completed' : result?.status)
        expect(result).toBeDefined()
        expect([left, running]).toEqual([0, 0])
        expect(most).toBeLessThanOrEqual(given.maxConcurrency)
        for (const { status } of Object.values(result?.report.stages ?? {}))
          if (given.cancelAt === undefined) expect(status).toBeDefined()
        waits += waited
        if (most === given.maxConcurrency) full++
      }),
      settings,
    )
    expect(waits).toBeGreaterThan(settings.numRuns)
    expect(full).toBeGreaterThan(0.3 * settings.numRuns)
  },
  PROPERTY_TIMEOUT_MS,
)
