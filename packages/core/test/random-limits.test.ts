import fc from 'fast-check'
import { expect, test } from 'vitest'
import { manualClock } from '../../testing/src/index.ts'
import type { ManualClock } from '../../testing/src/index.ts'
import { StageOutput } from '../src/index.ts'
import type { Interceptor, StageContext } from '../src/index.ts'
import { abortAfter } from './interceptors.ts'
import { PROPERTY_TIMEOUT_MS, propertySettings } from './property-settings.ts'
import { courseOf } from './reference-limits.ts'
import type { Answer, Code, Layer, Scene } from './reference-limits.ts'
import { untypedPipeline } from './untyped-pipeline.ts'
import { WAYS, passingOn } from './ways.ts'

const settings = propertySettings(1_000)

// Limits of parts among wraps that retry, abort and pass on, in random order around random code: what a stage comes to, and when,
// must be what the reference says.

const answer = fc.constantFrom<Answer>('fail', 'fail', 'retry', 'ok', 'skip')
const limit = (max: number): fc.Arbitrary<number | undefined> =>
  fc.option(fc.integer({ min: 1, max }), { nil: undefined })
const layer: fc.Arbitrary<Layer> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant('part' as const),
      deadlineMs: limit(90),
      idleTimeoutMs: limit(40),
      answer,
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('retry' as const),
      attempts: fc.integer({ min: 2, max: 3 }),
      delayMs: fc.integer({ min: 1, max: 20 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('abort' as const), ms: fc.integer({ min: 1, max: 90 }), answer }),
  },
  { weight: 1, arbitrary: fc.constant({ kind: 'pass' as const }) },
)
const code: fc.Arbitrary<Code> = fc.record({
  kind: fc.constantFrom('stops' as const, 'ignores' as const, 'ignores' as const, 'streams' as const),
  steps: fc.array(
    fc.record({
      ms: fc.integer({ min: 1, max: 40 }),
      then: fc.constantFrom('nothing' as const, 'heartbeat' as const),
    }),
    { maxLength: 5 },
  ),
  answer: fc.constantFrom('ok' as const, 'fail' as const, 'fail' as const),
})
const sceneArbitrary: fc.Arbitrary<Scene> = fc
  .record({
    layers: fc.array(layer, { minLength: 1, maxLength: 5 }),
    codes: fc.array(code, { minLength: 1, maxLength: 3 }),
  })
  .map(apart)

/** No limit passes in the instant of a step, an abort or a delay, whose order with it is left open; two limits may. */
function apart({ layers, codes }: Scene): Scene {
  // Odd numbers below 2 ** 20 in no order: no few of them add up to another one.
  let odd = 1
  const more = (): number => (odd = ((odd * 741_457 + 12_346) % 2 ** 20) | 1) / 2 ** 30
  return {
    layers: layers.map((one) => {
      if (one.kind === 'abort') return { ...one, ms: one.ms + more() }
      return one.kind === 'retry' ? { ...one, delayMs: one.delayMs + more() } : one
    }),
    codes: codes.map((one) => ({ ...one, steps: one.steps.map((step) => ({ ...step, ms: step.ms + more() })) })),
  }
}

const outputOf = (given: Answer, by: string): StageOutput => {
  if (given === 'ok') return StageOutput.ok({ by })
  return given === 'skip' ? StageOutput.skip(by) : StageOutput[given](by)
}

function interceptorOf(
  one: Layer,
  place: number,
  log: { expired: string[]; asked: number; ended: number },
): Interceptor {
  const by = `layer ${place}`
  const name = `layer-${place}`
  switch (one.kind) {
    case 'pass':
      return passingOn(name)
    case 'abort':
      return { ...abortAfter(one.ms, outputOf(one.answer, by)), name }
    case 'retry':
      return {
        name,
        wrap: (next) => async (context) => {
          for (let attempt = 1; ; attempt++) {
            const output = await next(context.fork().context)
            if ((output.status !== 'fail' && output.status !== 'retry') || attempt === one.attempts) return output
            await context.clock.sleep(one.delayMs, context.signal)
          }
        },
      }
    case 'part':
      return {
        name,
        onCall: () => (context) => {
          log.asked++
          return {
            deadline: one.deadlineMs === undefined ? undefined : context.now + one.deadlineMs,
            idleTimeoutMs: one.idleTimeoutMs,
            expired(why) {
              log.expired.push(`${place} ${why} at ${context.clock.now()}`)
              return outputOf(one.answer, by)
            },
            ended: () => void log.ended++,
          }
        },
      }
  }
}

function runCode({ kind, steps, answer: given }: Code, context: StageContext<{}>): object {
  const last = outputOf(given, 'code')
  if (kind === 'streams')
    return (async function* () {
      for (const { ms } of steps) {
        await context.clock.sleep(ms)
        yield ms
      }
      return last
    })()
  if (steps.length === 0) return last
  return (async () => {
    for (const { ms, then } of steps) {
      await context.clock.sleep(ms, kind === 'stops' ? context.signal : undefined)
      if (then === 'heartbeat') context.heartbeat()
    }
    return last
  })()
}

async function runScene(scene: Scene, beside: (typeof WAYS)[number][1], clock: ManualClock) {
  const log = { expired: [] as string[], asked: 0, ended: 0 }
  let calls = 0
  const running = untypedPipeline('limits')
    .withStage(
      'a',
      (context: StageContext<{}>) => runCode(scene.codes[Math.min(calls++, scene.codes.length - 1)] as Code, context),
      { onFailure: 'skip' },
    )
    .build({ clock, interceptors: beside(scene.layers.map((one, place) => interceptorOf(one, place, log))) })
    .runSettled({}, { graceMs: 100_000 })
  await clock.runAll()
  const { report, data } = await running
  const { status, reason, error, endedAt, attempts, abandoned } = report.stages['a'] ?? {}
  return {
    log,
    left: clock.pending,
    seen: {
      status,
      by:
        error?.code === 'core/attempt-committed'
          ? 'a chunk before'
          : (error?.cause?.message ?? error?.message ?? reason ?? (data as { a?: { by: string } })['a']?.by),
      at: endedAt,
      attempts: attempts?.map((one) => [one.startedAt, one.endedAt, one.status]),
      expired: log.expired,
      abandoned,
    },
  }
}

test(
  'limits beside random retries and aborts pass at the times of the reference and give its outputs, with every kind of call',
  async () => {
    let expired = 0
    let paused = 0
    await fc.assert(
      fc.asyncProperty(sceneArbitrary, async (scene) => {
        const course = courseOf(scene)
        const expected = {
          status: course.answer === 'retry' ? 'fail' : course.answer,
          by: course.by,
          at: course.at,
          attempts: course.attempts.map((one) => [one.startedAt, one.endedAt, one.status]),
          expired: course.expired.map(([line]) => line),
          abandoned: undefined,
        }
        expired += course.expired.length
        paused += course.pauses.length
        for (const [way, beside] of WAYS) {
          const { seen, log, left } = await runScene(scene, beside, manualClock())
          expect({ way, ...seen }).toEqual({ way, ...expected })
          expect([way, log.ended, left]).toEqual([way, log.asked, 0])
        }
      }),
      settings,
    )
    expect(expired).toBeGreaterThan(settings.numRuns / 10)
    expect(paused).toBeGreaterThan(settings.numRuns / 100)
  },
  PROPERTY_TIMEOUT_MS,
)
