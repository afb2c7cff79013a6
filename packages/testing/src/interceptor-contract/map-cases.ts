import { StageOutput } from '@stageflow/core'
import type { InterceptorContext, PipelineReport } from '@stageflow/core'
import { anyPipeline, type AnyPipeline } from '../contract-base/any-pipeline.ts'
import { must } from '../contract-base/contract-case.ts'
import { untilAborted } from './abort-cases.ts'
import type { CaseRun, InterceptorBench } from './interceptor-bench.ts'
import { FEW, mostAtOnce } from './most-at-once.ts'

type RunCase = (bench: InterceptorBench) => Promise<void>

/** Rules for maps: each item is a call of a stage, with the name and the options of the map. */
export const mapCases: Readonly<Record<string, RunCase>> = {
  'keeps the items of a map apart that are in progress at once': itemsApart,
  'ends each item of a map that runs out of time': itemsOutOfTime,
  'calls an item of a map as often as a stage': callsOfItems,
  'keeps what the items of a map have done': keepsItems,
  'lets maps through, however many wait for their items': manyMaps,
}

const OWN_STATE =
  'The items of a map have one run and one stage name. Keep the state of a call in the function that wrap or onCall returns, or in its part, and put run.item.key into keys.'

interface MapData {
  readonly items: readonly ({ readonly item: number } | undefined)[]
}
const itemsIn = (data: unknown): MapData['items'] => (data as Partial<MapData> | undefined)?.items ?? []

// ---------- what belongs to one item

const AT_ONCE = 5
const NUMBERS = Array.from({ length: AT_ONCE }, (_, item) => item)

async function itemsApart(bench: InterceptorBench): Promise<void> {
  const pipeline = mapOf(bench, {
    over: () => NUMBERS,
    each: async (item: number, context: InterceptorContext) => {
      // Items overtake each other.
      for (let turn = 0; turn < (item * 3) % AT_ONCE; turn++) await Promise.resolve()
      context.note('contractItem' as never, item as never)
      return { item }
    },
  })
  const graph = bench.build(pipeline)
  for (let time = 0; time < 2; time++) {
    bench.watch.answers.length = 0
    const { status, data, report } = await bench.run(graph, bench.nextRun())
    const seen = itemsIn(data['map']).map((one) => one?.item)
    must(
      status === 'completed' && seen.join() === NUMBERS.join(),
      `it let ${AT_ONCE} items of a map that were in progress at once answer ${JSON.stringify(seen)} instead of ${JSON.stringify(NUMBERS)}, in a run that ended as ${status}. ${OWN_STATE}`,
      report,
    )
    const ended = bench.watch.answers.map(({ stage, reached }) => `${stage} ${reached}`)
    must(
      ended.length === AT_ONCE && ended.every((one) => one === 'map 1'),
      `it ended ${AT_ONCE} items of a map with ${ended.length} calls (${ended.join(', ')}). ${OWN_STATE}`,
    )
    mustNote(report)
    const { code, message } = report.notes['core/problems']?.[0] ?? {}
    must(
      code !== 'core/observer-threw',
      `it threw as one of ${AT_ONCE} items of a map ended that were in progress at once: ${message}. ${OWN_STATE}`,
    )
  }
  await bench.clock.settle()
  must(
    bench.clock.pending === 0,
    `it left ${bench.timers} behind after ${AT_ONCE} items of a map that were in progress at once. ${OWN_STATE}`,
  )
}

function mustNote({ stages }: PipelineReport): void {
  const records = stages['map']?.items?.records ?? []
  const own = records.map(({ notes }) => (notes as { readonly contractItem?: unknown } | undefined)?.contractItem)
  must(
    own.join() === NUMBERS.join(),
    `it let ${AT_ONCE} items of a map note ${JSON.stringify(own)} instead of ${JSON.stringify(NUMBERS)}. ${OWN_STATE}`,
  )
}

// ---------- time

/** The most timers that are fired around a stage that hangs: an interceptor may set the next one each time. */
const MOST_TIMERS = 1_000

/** An item that hangs beside one that ends must run out of time if a stage that hangs does. */
async function itemsOutOfTime(bench: InterceptorBench): Promise<void> {
  const hangs = async (context: InterceptorContext): Promise<never> => untilAborted(context)
  const alone = await timesOut(bench, (other) => anyPipeline('alone', [other.stage({ name: 'map', run: hangs })]))
  const pipelineOf = (other: InterceptorBench): AnyPipeline =>
    mapOf(other, {
      over: () => [0, 1],
      each: async (item: number, context: InterceptorContext) =>
        item === 0 ? hangs(context) : (await Promise.resolve(), { item }),
    })
  const inMap = await timesOut(bench, pipelineOf)
  must(
    inMap || !alone,
    `a stage that hangs ran out of time, and an item of a map that hangs did not, beside another item that ended. ${OWN_STATE}`,
  )
}

/** Whether a run ends by itself once all timers have fired. */
async function timesOut(
  bench: InterceptorBench,
  pipelineOf: (other: InterceptorBench) => AnyPipeline,
): Promise<boolean> {
  const other = bench.another()
  const run = other.build(pipelineOf(other)).start(other.nextRun(), other.aborting())
  const hasEnded = await fireTimers(other, run)
  other.abortAll()
  await other.ends(run.settled)
  return hasEnded
}

/** Fires timers until the run has ended, or none is left. Returns whether it has ended. */
async function fireTimers(bench: InterceptorBench, { settled }: CaseRun): Promise<boolean> {
  for (let fired = 0; fired < MOST_TIMERS; fired++) {
    if (await bench.comesToRest(settled)) return true
    if (bench.nextDue === Infinity) return false
    await bench.clock.advanceTo(bench.nextDue)
  }
  return bench.comesToRest(settled)
}

// ---------- repetitions

const BUSY = (): StageOutput => StageOutput.fail('busy', { retryable: true })

async function callsOfItems(bench: InterceptorBench): Promise<void> {
  const other = bench.another()
  let ofStage = 0
  const alone = other.alone({ run: async () => (ofStage++, BUSY()) })
  await other.ends(alone.start(other.nextRun()).settled)
  const calls = [0, 0, 0]
  const pipeline = mapOf(bench, {
    over: () => [0, 1, 2],
    concurrency: 2,
    each: async (item: number) => {
      calls[item] = (calls[item] ?? 0) + 1
      await Promise.resolve()
      return item === 1 ? BUSY() : { item }
    },
  })
  await bench.ends(bench.build(pipeline).start(bench.nextRun()).settled)
  const [first = 0, ofItem = 0] = calls
  must(
    ofItem <= Math.max(ofStage, 1),
    `it called a failing item of a map ${ofItem} times, and a failing stage ${ofStage} times: it repeats the map around its items too. Leave out aroundMaps, or leave a stage alone whose stage.map is true.`,
  )
  must(first <= 1, `it called an item of a map ${first} times that had ended ok.`)
}

// ---------- around maps

async function keepsItems(bench: InterceptorBench): Promise<void> {
  const pipeline = mapOf(bench, {
    over: () => [0, 1],
    each: async (item: number, context: InterceptorContext) => (item === 1 ? untilAborted(context) : { item }),
  })
  const run = bench.build(pipeline).start(bench.nextRun(), bench.aborting())
  await fireTimers(bench, run)
  bench.abortAll()
  const { outputs, report } = await bench.ends(run.settled)
  const [kept] = itemsIn(outputs['map']?.data)
  must(
    kept?.item === 0,
    `it lost what an item of a map had done before the map ended "${outputs['map']?.status}". Answer for a map with a fail, a cancel or a skip, never with an ok of your own: the engine adds the items to all other endings.`,
    report,
  )
}

// ---------- limits

async function manyMaps(bench: InterceptorBench): Promise<void> {
  if (bench.subject.wrap === undefined) return // it cannot make a call wait
  const maps = ((await mostAtOnce(bench)) ?? FEW) + 1
  const other = bench.another()
  const gate = Promise.withResolvers<void>()
  const pipeline = mapOf(other, {
    over: async function* () {
      await gate.promise
      yield* [0, 1, 2]
    },
    each: async (item: number) => (await Promise.resolve(), { item }),
  })
  const graph = other.build(pipeline)
  const runs = Array.from({ length: maps }, () => graph.start(other.nextRun(), other.aborting()))
  const all = Promise.all(runs.map(({ settled }) => settled))
  // As many maps as the interceptor lets through at once have begun: only then their items start.
  await other.comesToRest(all)
  gate.resolve()
  const fix =
    ' The call of a map holds a place while its items wait for one, so none gets one. Leave out aroundMaps, so that only items hold places.'
  await other.ends(all, `${maps} maps at once did not end`, fix).finally(() => other.abortAll())
}

/** A pipeline with one map. Its items have the options and the kind of the stages of the contract. */
const mapOf = (bench: InterceptorBench, options: object): AnyPipeline =>
  anyPipeline('maps').withMap('map', { ...bench.ofStages, ...options })
