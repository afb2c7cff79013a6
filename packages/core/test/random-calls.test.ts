import fc from 'fast-check'
import { expect, test } from 'vitest'
import { manualClock } from '../../testing/src/index.ts'
import type { ManualClock } from '../../testing/src/index.ts'
import { StageOutput } from '../src/index.ts'
import type { Interceptor, StageContext, StageInfo } from '../src/index.ts'
import { CALL_LAYERS, callLayer, isObserving, isRepeating, meansOfCore, plainMeans } from './call-layers.ts'
import type { CallLayer, CallLog, CallMeans } from './call-layers.ts'
import { PROPERTY_TIMEOUT_MS, propertySettings } from './property-settings.ts'
import { untypedPipeline } from './untyped-pipeline.ts'

// Interceptors that take part in calls and end them early, among others that wrap them, in random order around random code:
// each case runs twice, once with onCall and endCall, and once with promises instead, and both must come to the same at the
// same time.

const GRACE_MS = 25
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
  'child',
] as const

/** One of `all`, but more often one of those that have most to do with each other. */
const mostly = <Kind>(often: readonly Kind[], all: readonly Kind[]): fc.Arbitrary<Kind> =>
  fc.oneof({ arbitrary: fc.constantFrom(...often), weight: 2 }, { arbitrary: fc.constantFrom(...all), weight: 1 })
const bodyArbitrary = fc.record({
  kind: mostly<(typeof BODIES)[number]>(['fails late', 'sleeps', 'deaf'], BODIES),
  ms: fc.integer({ min: 0, max: 40 }),
  beats: fc.constantFrom('no' as const, 'at once' as const, 'later' as const),
})
/** Two that end a call at one heartbeat come one after the other, and with promises of their own at once. */
const oneOfABeat = (layers: readonly CallLayer[]): CallLayer[] =>
  layers.map((layer, place) =>
    layer.kind === 'end at a heartbeat' && layers.findIndex(({ kind }) => kind === layer.kind) < place
      ? { ...layer, kind: 'fork' }
      : layer,
  )
const layerArbitrary = fc.record({
  kind: mostly<CallLayer['kind']>(['retry', 'end with a failure', 'end whatever became of it', 'observe'], CALL_LAYERS),
  ms: fc.integer({ min: 1, max: 40 }),
})
const stageArbitrary = fc.record({
  bodies: fc.array(bodyArbitrary, { minLength: 1, maxLength: 3 }),
  startMs: fc.nat(1),
})
const caseArbitrary = fc.record({
  layers: fc.array(layerArbitrary, { maxLength: 6 }).map(oneOfABeat),
  stages: fc.array(stageArbitrary, { minLength: 1, maxLength: 2 }),
  cancelAt: fc.option(fc.integer({ min: 0, max: 60 }), { nil: undefined }),
  heard: fc.boolean(),
})
type Case = typeof caseArbitrary extends fc.Arbitrary<infer T> ? T : never
type Body = typeof bodyArbitrary extends fc.Arbitrary<infer T> ? T : never

interface Codes {
  readonly attempts: { readonly startedAt: number; endedAt: number | undefined }[]
  /** Sleeps and timers that the code has under way. */
  pending: number
}

async function sleeps(context: StageContext<{}>, codes: Codes, ms: number, deaf = false): Promise<void> {
  codes.pending++
  try {
    await context.clock.sleep(ms, deaf ? undefined : context.signal)
  } finally {
    codes.pending--
  }
}

const child = untypedPipeline('child').withStage('inner', async (context: StageContext<{}>) => {
  context.heartbeat()
  await context.clock.sleep(7, context.signal)
  return {}
})

function runBody({ kind, ms, beats }: Body, context: StageContext<{}>, codes: Codes): object {
  if (beats === 'at once') context.heartbeat()
  const slowly = async (work: () => Promise<object>): Promise<object> => {
    if (beats === 'later') {
      await sleeps(context, codes, ms / 2, true)
      context.heartbeat()
    }
    // With promises it takes some turns until the stage has ended, and what the code can still do depends on that.
    if (beats !== 'no') await sleeps(context, codes, 0, true)
    return work()
  }
  switch (kind) {
    case 'ok':
      return { ok: true }
    case 'throws':
      throw new Error('threw')
    case 'skips':
      return StageOutput.skip('not now')
    case 'retries':
      return StageOutput.retry('again')
    case 'sleeps':
      return slowly(async () => {
        await sleeps(context, codes, ms)
        return { slept: ms }
      })
    case 'fails late':
      return slowly(async () => {
        await sleeps(context, codes, ms)
        throw new Error('failed late')
      })
    case 'deaf':
      return slowly(async () => {
        await sleeps(context, codes, ms, true)
        return { deaf: ms }
      })
    case 'never':
      return slowly(() => new Promise(() => {}))
    case 'child':
      return slowly(async () => ({ child: (await context.runChild(child as never)).status }))
    case 'streams':
      return (async function* () {
        for (let chunk = 0; chunk < 3; chunk++) {
          await sleeps(context, codes, ms / 3, true)
          yield chunk
        }
        return { streamed: 3 }
      })()
  }
}

/** Everything that can be seen of a case from outside, but for what its observers heard. */
async function runCase({ layers, stages, cancelAt, heard }: Case, means: CallMeans) {
  const clock: ManualClock = manualClock()
  const log: CallLog = { calls: [], order: [], timers: 0 }
  const settled: string[] = []
  const codes: Codes[] = []
  const interceptors = layers.map((layer, number): Interceptor => {
    const { wrap, onCall } = callLayer(layer, number, means, log)
    const isMeant = ({ name }: StageInfo): boolean => name.startsWith('stage')
    return {
      name: `layer-${number}`,
      ...(wrap === undefined ? {} : { wrap: (next, stage) => (isMeant(stage) ? wrap(next, stage) : next) }),
      ...(onCall === undefined ? {} : { onCall: (stage) => (isMeant(stage) ? onCall(stage) : undefined) }),
    }
  })
  const observer: Interceptor = {
    name: 'observer',
    settled: ({ stage, status, reason, error }, run) => {
      if (run.parent !== undefined) return
      log.order.push(`${stage} settled`)
      settled.push(`${clock.now()} ${stage} ${status} ${reason ?? ''} ${error?.message ?? ''}`)
    },
  }
  let pipeline = untypedPipeline('calls')
  stages.forEach(({ bodies }, place) => {
    const own: Codes = { attempts: [], pending: 0 }
    codes.push(own)
    pipeline = pipeline.withStage(
      `stage-${place}`,
      (context: StageContext<{}>) => {
        const attempt: Codes['attempts'][number] = { startedAt: clock.now(), endedAt: undefined }
        own.attempts.push(attempt)
        const ended = (): void => void (attempt.endedAt = clock.now())
        let value: object
        try {
          value = runBody(bodies[Math.min(own.attempts.length, bodies.length) - 1] as Body, context, own)
        } catch (thrown) {
          ended()
          throw thrown
        }
        if (value instanceof Promise) return value.finally(ended)
        if (!(Symbol.asyncIterator in value)) ended()
        return value
      },
      { onFailure: 'skip' },
    )
    pipeline = pipeline.withStage(`after-${place}`, () => ({ at: clock.now() }), {
      dependencies: [`stage-${place}`],
      join: 'settled',
    })
  })
  const handle = pipeline.build({ clock, interceptors: [observer, ...interceptors] }).start({}, { graceMs: GRACE_MS })
  if (heard)
    void (async () => {
      for await (const _ of handle) void _
    })()
  // Some code never ends: in the end everything is cancelled.
  void clock.advanceTo(cancelAt ?? 800).then(() => handle.cancel('enough'))
  let result: Awaited<typeof handle.settled> | undefined
  let left = 0
  void handle.settled.then((ended) => {
    result = ended
    left = clock.pending - log.timers - codes.reduce((sum, { pending }) => sum + pending, 0)
  })
  await clock.advance(1_000)
  return { result, log, settled, codes, left, clock }
}

/** What must be the same, whatever means the layers use. */
function outcomeOf({ result, settled, codes }: Awaited<ReturnType<typeof runCase>>): object {
  const stages = Object.values(result?.report.stages ?? {}).map(
    ({ stage, status, reason, error, startedAt, endedAt, abandoned, tolerated, attempts, chunks }) => ({
      stage,
      status,
      reason,
      error: error?.message,
      startedAt,
      endedAt,
      abandoned,
      tolerated,
      chunks,
      attempts: attempts.map((each) => ({ ...each, error: each.error !== undefined })),
    }),
  )
  return { status: result?.status, endedAt: result?.report.endedAt, data: { ...result?.data }, stages, settled, codes }
}

function checkObservers({ layers }: Case, { log, settled }: Awaited<ReturnType<typeof runCase>>): void {
  for (const { heard } of log.calls) {
    expect(heard).toHaveLength(1)
  }
  expect(new Set(settled.map((each) => each.split(' ')[1])).size).toBe(settled.length)
  // Where nothing calls it again, the innermost hears of it first, and all before it is told of the stage.
  if (layers.some(isRepeating)) return
  for (const stage of new Set(log.calls.map((call) => call.stage))) {
    const order = log.order.filter((each) => each.startsWith(`${stage} `))
    const observing = layers.flatMap((layer, number) => (isObserving(layer) ? [number] : []))
    expect(order).toEqual([
      ...observing.toReversed().map((number) => `${stage} heard by ${number}`),
      `${stage} settled`,
    ])
  }
}

test(
  'calls that are heard of and ended early come to what plain promises come to, and each part hears once, inner ones first',
  async () => {
    const rejections: unknown[] = []
    const onRejection = (reason: unknown): void => void rejections.push(reason)
    process.on('unhandledRejection', onRejection)
    try {
      await fc.assert(
        fc.asyncProperty(caseArbitrary, async (given) => {
          const own = await runCase(given, meansOfCore)
          const plain = await runCase(given, plainMeans)
          expect(own.result).toBeDefined()
          expect(own.left).toBe(0)
          expect(outcomeOf(own)).toEqual(outcomeOf(plain))
          checkObservers(given, own)
          expect(rejections).toEqual([])
        }),
        propertySettings(3_000),
      )
    } finally {
      process.off('unhandledRejection', onRejection)
    }
  },
  PROPERTY_TIMEOUT_MS,
)
