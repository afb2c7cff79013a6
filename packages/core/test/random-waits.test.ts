import fc from 'fast-check'
import { expect, test } from 'vitest'
import { manualClock } from '../../testing/src/index.ts'
import { StageOutput } from '../src/index.ts'
import type { Interceptor, StageContext } from '../src/index.ts'
import { PROPERTY_TIMEOUT_MS, propertySettings } from './property-settings.ts'
import { randomGraph } from './random-graphs.ts'
import { untypedPipeline } from './untyped-pipeline.ts'

const settings = propertySettings(1_000)

// Stages of random graphs and items of their maps that wait and run again, in runs with few slots.

const plan = fc.record({
  /** How long it waits before each call; 0: it does not. */
  waits: fc.array(fc.nat(20), { minLength: 1, maxLength: 3 }),
  code: fc.constantFrom('at once' as const, 'sleeps' as const, 'ignores abort' as const),
  ms: fc.integer({ min: 1, max: 25 }),
  end: fc.constantFrom('calls' as const, 'calls' as const, 'calls' as const, 'answers itself' as const),
  limitMs: fc.option(fc.integer({ min: 1, max: 120 }), { nil: undefined }),
  /** Whether two waits begin at once. */
  isTwice: fc.boolean(),
  /** Undefined: it isn't a map. */
  map: fc.option(fc.record({ items: fc.nat(4), concurrency: fc.integer({ min: 1, max: 3 }) }), { nil: undefined }),
})
const caseArbitrary = fc.record({
  graph: randomGraph(8),
  plans: fc.array(plan, { minLength: 8, maxLength: 8 }),
  maxConcurrency: fc.constantFrom(1, 1, 2, 3),
  /** Whether the limits are around the waits, so that a stage ends while it waits, or while it is in line for a slot. */
  limitsAround: fc.boolean(),
  cancelAt: fc.option(fc.nat(80), { nil: undefined }),
})
type Case = typeof caseArbitrary extends fc.Arbitrary<infer T> ? T : never

async function runCase({ graph, plans, maxConcurrency, limitsAround, cancelAt }: Case) {
  const clock = manualClock()
  /** The stages and items whose code runs. All items of a map share its slot. */
  const running = new Set<string>()
  const slots = (): number => new Set([...running].map((name) => name.split('#')[0])).size
  let most = 0
  let waited = 0
  const repeats: Interceptor = {
    name: 'repeats',
    wrap: (next, { index }) => {
      const { waits, end, isTwice } = plans[index] as Case['plans'][number]
      return async (context) => {
        let output: StageOutput = StageOutput.ok()
        for (const [call, ms] of waits.entries()) {
          if (ms > 0) {
            waited++
            const wait = (): Promise<void> => context.wait(ms)
            await (isTwice ? Promise.all([wait(), wait()]) : wait())
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
    const { code, ms, map } = plans[place] as Case['plans'][number]
    const call = ({ stage, item, signal }: StageContext<{}>): object | Promise<void> => {
      const name = `${stage.name}#${item?.key}`
      expect(running.has(name)).toBe(false)
      running.add(name)
      most = Math.max(most, slots())
      const end = (): void => void running.delete(name)
      if (code !== 'at once') return clock.sleep(ms, code === 'sleeps' ? signal : undefined).finally(end)
      end()
      return {}
    }
    const name = `s${place}`
    const options = { dependencies: dependencies.map((source) => `s${source}`), join, late: late ? 'abort' : 'finish' }
    if (map === undefined) pipeline = pipeline.withStage(name, call, options)
    else {
      const each = (_: number, context: StageContext<{}>): unknown => call(context)
      const over = (): number[] => Array.from({ length: map.items }, (_, index) => index)
      pipeline = pipeline.withMap(name, { over, each, concurrency: map.concurrency, ...options })
    }
  })
  const handle = pipeline
    .build({ clock, interceptors: limitsAround ? [limits, repeats] : [repeats, limits] })
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
