import fc from 'fast-check'
import { expect, test } from 'vitest'
import { manualClock } from '../../testing/src/index.ts'
import { NoOpEventSink } from '../src/index.ts'
import type { Interceptor, PipelineReport, StageflowEvent } from '../src/index.ts'
import { BODY_KINDS, PART_KINDS, partCaseArbitrary } from './part-cases.ts'
import type { PartCase } from './part-cases.ts'
import { partLayers } from './part-layers.ts'
import { partPipeline } from './part-stages.ts'
import { PartWatch, placeIn } from './part-watch.ts'
import { PROPERTY_TIMEOUT_MS, propertySettings } from './property-settings.ts'
import { passing, passingOn } from './ways.ts'

// Interceptors with parts in calls, in random order around random code. Without a wrap the stage itself waits for the call, and
// with a wrap the call is a layer: both must give the same results, and show the same.

const GRACE_MS = 25
const END_MS = 2_000

/** Where one that wraps every stage, and passes every call on, stands among those of the case. */
type Way = (list: readonly Interceptor[]) => readonly Interceptor[]
const alone: Way = (list) => list
const inside: Way = (list) => [passingOn('passing'), ...list]
const around: Way = (list) => [...list, passingOn('passing')]
const insideAsync: Way = (list) => [passing('passing'), ...list]
/** No two of them stand side by side. */
const apart: Way = (list) => list.flatMap((one, place) => [one, passingOn(`passing-${place}`)])
const aroundAsync: Way = (list) => [...list, passing('passing')]

/** The interceptors of a case, and those that pass every call on. */
function layersOf({ parts, wrapsMaps }: PartCase, way: Way, watch: PartWatch): readonly Interceptor[] {
  const own = partLayers(parts, watch)
  return way(own).map((one) => (own.includes(one) ? one : { ...one, aroundMaps: wrapsMaps }))
}

async function runCase(given: PartCase, way: Way) {
  const clock = manualClock()
  const watch = new PartWatch(clock)
  const events: StageflowEvent[] = []
  const take = (event: StageflowEvent): void => void events.push(event)
  const order: string[] = []
  const telling: Interceptor = {
    name: 'telling',
    settled: ({ stage, status, endedAt }, run) => {
      const path = placeIn(run, stage)
      order.push(`${path} ${status} at ${endedAt}`)
      watch.parts.get(path)?.push(`settled ${status} at ${endedAt}`)
    },
  }
  const { cancelAt, timeoutMs, maxConcurrency, goOn, heard } = given
  const handle = partPipeline(given, watch)
    .build({ clock, interceptors: [telling, ...layersOf(given, way, watch)] })
    .start(
      {},
      {
        graceMs: GRACE_MS,
        signal: watch.signal,
        onStageFailure: goOn ? 'continue' : 'stop',
        eventSink: heard ? { emit: take, tryEmit: take } : NoOpEventSink,
        ...(timeoutMs === undefined ? {} : { timeoutMs: timeoutMs + 2 ** -40 }),
        ...(maxConcurrency === undefined ? {} : { maxConcurrency }),
      },
    )
  let left: number | undefined
  let result: Awaited<typeof handle.settled> | undefined
  void handle.settled.then((ended) => {
    result = ended
    left = clock.pending - watch.timers
    watch.isOver = true
  })
  // Some code never ends: in the end everything is cancelled.
  await clock.advanceTo((cancelAt ?? END_MS) + 2 ** -41)
  handle.cancel('enough')
  await clock.advance(END_MS)
  return { result, left, watch, events, order }
}
type Outcome = Awaited<ReturnType<typeof runCase>>

const IDS = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g

function reportOf({ status, endedAt, stages, notes }: PipelineReport): object {
  const problems = (notes['core/problems'] ?? []).map(({ code, message }) => `${code} ${message}`)
  return {
    status,
    endedAt,
    problems: problems.toSorted(),
    stages: Object.values(stages).map(({ children, error, ...stage }) => ({
      ...stage,
      error: error === undefined ? undefined : [error.code, error.message, error.cause?.message],
      attempts: stage.attempts.map((attempt) => ({ ...attempt, error: attempt.error?.message })),
      children: children?.map(reportOf),
    })),
  }
}

/** Events of the items of a map, and those of parts in them, have no order among each other. */
function partOf(type: string, data: object): string {
  const { key, by } = data as { readonly key?: string; readonly by?: string }
  if (key !== undefined) return `#${key}`
  return by === undefined ? '' : ` ${type} ${by}`
}

/** What must be the same both ways. */
function seenOf({ result, watch, events }: Outcome): object {
  const eventsOf = new Map<string, unknown[]>()
  const paths = new Map<unknown, unknown>()
  for (const { type, stage, timestamp, data, pipelineRunId } of events) {
    if (type === 'pipeline.child_started')
      paths.set((data as { childRunId: string }).childRunId, (data as { path: string }).path)
    // Whether an item that is aborted with its map ends before the map does depends on how many promises lie between.
    if (type.endsWith('.item_cancelled')) continue
    const key = `${paths.get(pipelineRunId) ?? ''}/${stage ?? ''}${partOf(type, data)}`
    const own = eventsOf.get(key) ?? []
    own.push([type, timestamp, JSON.stringify(data).replaceAll(IDS, 'id')])
    eventsOf.set(key, own)
  }
  return {
    status: result?.status,
    data: { ...result?.data },
    errors: result?.status === 'failed' ? result.errors.map(({ code, message }) => `${code} ${message}`) : [],
    report: result === undefined ? undefined : reportOf(result.report),
    parts: Object.fromEntries(watch.parts),
    code: Object.fromEntries(watch.code),
    events: Object.fromEntries(eventsOf),
  }
}

/** As `seenOf`, but for what parts find in their contexts: those that do not stand side by side have one each. */
function heardOf(outcome: Outcome): object {
  const parts = [...outcome.watch.parts].map(([stage, log]) => [
    stage,
    log.map((line) => line.replace(/(: |, )\{.*/, '')),
  ])
  return { ...seenOf(outcome), parts: Object.fromEntries(parts) as object }
}

function check({ result, left, watch }: Outcome): void {
  expect(result).toBeDefined()
  expect(left, 'timers of the engine').toBe(0)
  expect(watch.late, 'what was told after the run').toEqual([])
  for (const [part, times] of watch.heardTimes) expect([part, times]).toEqual([part, 1])
}

/** Whether no part decides anything while the call begins or another part decides. Then the layers between them make no difference. */
const isPatient = ({ parts }: PartCase): boolean =>
  parts.every(
    ({ kind }) =>
      !/^answers|^throws$|in onCall|in enter|in ended|without next|before next|by NaN|without expired/.test(kind),
  )

/** Of code that begins and ends at once the order depends on how many promises lie between. */
const isSlow = ({ stages }: PartCase): boolean =>
  stages.every(({ body }) => BODY_KINDS.indexOf(body) >= BODY_KINDS.indexOf('sleeps'))

test(
  'random parts see and do the same with and without a wrap around the stage, each ends once, and no timer or listener is left',
  async () => {
    const rejections: unknown[] = []
    const onRejection = (reason: unknown): void => void rejections.push(reason)
    process.on('unhandledRejection', onRejection)
    const seen = new Set<string>()
    try {
      await fc.assert(
        fc.asyncProperty(partCaseArbitrary, async (given) => {
          const quick = await runCase(given, alone)
          check(quick)
          const others =
            isPatient(given) && isSlow(given) ? [inside, around, insideAsync, aroundAsync] : [inside, around]
          for (const way of others) {
            const general = await runCase(given, way)
            check(general)
            expect(seenOf(general)).toEqual(seenOf(quick))
          }
          if (isPatient(given)) {
            const general = await runCase(given, apart)
            check(general)
            expect(heardOf(general)).toEqual(heardOf(quick))
          }
          expect(rejections).toEqual([])
          for (const { kind } of given.parts) seen.add(kind)
          for (const { body } of given.stages) seen.add(body)
        }),
        propertySettings(1_500),
      )
    } finally {
      process.off('unhandledRejection', onRejection)
    }
    expect(seen.size).toBe(new Set([...PART_KINDS, ...BODY_KINDS]).size)
  },
  PROPERTY_TIMEOUT_MS,
)
