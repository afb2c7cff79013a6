import { Pipeline, StageflowError, StageOutput, systemClock } from '@stageflow/core'
import { textOf } from '@stageflow/core/kit'
import type { DurableStart, Fact } from '@stageflow/core/durable'
import { anyPipeline } from '../contract-base/any-pipeline.ts'
import type { AnyGraph } from '../contract-base/any-pipeline.ts'
import { listed, must, mustEqual } from '../contract-base/contract-case.ts'
import type { RecordedFact } from '../durable-runs/leg.ts'
import { everyEnding } from './crash-cases.ts'
import type { ExecutorBench, Leg, LegPlan, RunExecutorCase } from './executor-bench.ts'
import { factText, shownRun } from './executor-bench.ts'
import { aborted } from './stop-cases.ts'

/** Rules for facts, keys and starts. */
export const factCases: Readonly<Record<string, RunExecutorCase>> = {
  'a fact is the same in every leg, with its time': keepsTimes,
  'legs are numbered, and have the start of the first one': keepsStart,
  'a live fact is given as its JSON': givesJson,
  'a run that lacks a fact is refused, and kept': refusesLost,
  'a run of a changed pipeline is refused, and kept': refusesChanged,
  'a condition that answers differently is refused, and the run kept': refusesOther,
  'similar keys are different keys': tellsKeysApart,
  'similar run ids are different runs': tellsRunsApart,
}

async function keepsTimes(bench: ExecutorBench): Promise<void> {
  const asking = new Pipeline('asking')
    .withStage('price', () => ({ price: 1 }))
    .withStage(
      'ask',
      ({ resumed }) => (resumed === undefined ? StageOutput.suspend({ question: '?' }) : { answer: resumed.answer }),
      { dependencies: ['price'] },
    )
    .build()
  const stopped = bench.start()
  const { options, stop } = bench.stopper(stopped)
  const stopping = new Pipeline('stopping')
    .withStage('work', async (context) => {
      await stop('the caller left')
      await aborted(context)
    })
    .build()
  const late = bench.start({ options: { timeoutMs: 1_000 } })
  const runs: readonly (readonly [graph: AnyGraph, start: DurableStart, plan?: LegPlan])[] = [
    [everyEnding(), bench.start()],
    [stopping, stopped, { options }],
    [everyEnding(), { ...late, startedAt: late.startedAt - 60_000 }],
    ...(bench.traits.waitsInPlace === true ? [] : [[asking, bench.start()] as const]),
  ]
  for (const [graph, start, plan] of runs) {
    const first = await bench.leg(graph, start, plan)
    mustBeRecorded(first, await bench.facts(start), 'a live fact')
    if (graph === asking) await bench.answers(start, 'ask', 'yes')
    await systemClock.sleep(2)
    const next = await bench.leg(graph, start)
    const facts = await bench.facts(start)
    mustBeRecorded(next, facts, 'a fact of a later leg')
    await systemClock.sleep(2)
    mustBeRecorded(await bench.leg(graph, start), facts, 'a fact of a later leg')
  }
}

/** What a leg was given is what is recorded. */
function mustBeRecorded({ given }: Leg, facts: readonly RecordedFact[], what: string): void {
  for (const { replayed: _, ...fact } of given) {
    const its = facts.find(({ kind, key }) => kind === fact.kind && key === fact.key)
    must(
      its === undefined || its.at === fact.at,
      `${what}, ${fact.kind} ${fact.key}, was given with at: ${fact.at}; it is recorded with ${its?.at}. Give the time at which it happened, and not the time at which it is read.`,
    )
    must(
      its === undefined || factText(its) === factText(fact),
      `${what}, ${fact.kind} ${fact.key}, was given as ${factText(fact)}; it is recorded as ${its && factText(its)}. Give facts as they are recorded.`,
    )
  }
}

async function givesJson(bench: ExecutorBench): Promise<void> {
  const graph = new Pipeline('json').withStage('a', async () => ({ kept: { deep: [1] }, dropped: undefined })).build()
  const returned = new Map<string, unknown>()
  const given: Fact[] = []
  const watch = {
    ends: (key: string, facts: unknown) => void returned.set(key, facts),
    given: (fact: Fact) => void given.push(fact),
  }
  await bench.end(graph, bench.start(), { watch })
  const fact = given.find(({ kind }) => kind === 'call')
  must(fact?.kind === 'call', 'no fact of a call was given.')
  const own = returned.get(fact.key) as { readonly data?: unknown }
  must(
    fact.facts !== own && fact.facts.data !== own.data && !Object.hasOwn(fact.facts.data as object, 'dropped'),
    'a live fact is the object that its call returned. Give JSON.parse(JSON.stringify(facts)), which later legs get too.',
  )
  mustEqual(JSON.stringify(fact.facts.data), JSON.stringify(own.data), 'the data in a fact')
}

/** The leg was refused with `core/replay`. The run keeps its facts, and ends with the right pipeline. */
async function mustBeRefused(bench: ExecutorBench, { start, graph, leg, fix }: Refused): Promise<void> {
  const before = JSON.stringify(await bench.facts(start))
  const { error, result } = await leg()
  must(
    bench.traits.refusesItself === true ? result === undefined : StageflowError.is(error, 'core/replay'),
    `the leg must reject${bench.traits.refusesItself === true ? '' : ' with core/replay'}; it ${result === undefined ? `rejected with: ${textOf(error)}` : `ended as ${result.status}`}. ${fix}`,
  )
  const after = JSON.stringify(await bench.facts(start))
  must(
    after === before,
    `a leg was refused, and the facts of its run are ${after}; they were ${before}. A refused leg must change nothing.`,
  )
  const { result: ended } = await bench.end(graph, start)
  mustEqual(ended.status, 'completed', 'the status of the run after a leg with the right pipeline')
}
interface Refused {
  readonly start: DurableStart
  /** The right pipeline. */
  readonly graph: AnyGraph
  readonly leg: () => Promise<Leg>
  readonly fix: string
}

async function refusesLost(bench: ExecutorBench): Promise<void> {
  const first = Promise.withResolvers<void>()
  const graph: AnyGraph = new Pipeline('beside')
    .withStage('a', () => ({ a: 1 }))
    .withStage('b', async () => (await first.promise, { b: 2 }))
    .build()
  const start = bench.start()
  await bench.end(graph, start, { watch: { given: () => first.resolve() } })
  let left = 1
  const gives = (fact: Fact): Fact | undefined => (left-- > 0 ? undefined : fact)
  await mustBeRefused(bench, {
    start,
    graph,
    leg: () => bench.leg(graph, start, { watch: { gives } }),
    fix: 'A fact was left out. Keep the field "after" of each fact: it is the number of facts that came before.',
  })
}

async function refusesChanged(bench: ExecutorBench): Promise<void> {
  const chain = (...names: string[]): AnyGraph => {
    let pipeline = anyPipeline('chain')
    for (const [place, name] of names.entries()) {
      const dependencies = place === 0 ? [] : names.slice(place - 1, place)
      pipeline = pipeline.withStage(name, () => ({ from: name }), { dependencies })
    }
    return pipeline.build()
  }
  const start = bench.start()
  await bench.leg(chain('a', 'b', 'c', 'd'), start, { crashAfter: 3 })
  await mustBeRefused(bench, {
    start,
    graph: chain('a', 'b', 'c', 'd'),
    leg: () => bench.leg(chain('a', 'c', 'd'), start),
    fix: 'A stage that had settled is gone. Give every recorded fact.',
  })
}

async function refusesOther(bench: ExecutorBench): Promise<void> {
  const graph = (answer: boolean): AnyGraph =>
    new Pipeline('conditional')
      .withStage('a', () => ({ a: 1 }))
      .withStage('maybe', () => ({ maybe: 1 }), { dependencies: ['a'], when: () => answer })
      .withStage('last', async () => ({ last: 1 }), { dependencies: ['a'] })
      .build()
  const start = bench.start()
  await bench.end(graph(false), start)
  await mustBeRefused(bench, {
    start,
    graph: graph(false),
    leg: () => bench.leg(graph(true), start),
    fix: 'A condition returned something else than before. Keep the field "decided" of each fact.',
  })
}

const NAMES = [
  't',
  'T',
  'kid/t',
  'kid:t',
  'kid/T',
  't_2',
  't-2',
  'items-1',
  '1',
  'run',
  'x'.repeat(200),
  `${'x'.repeat(199)}y`,
]

async function tellsKeysApart(bench: ExecutorBench): Promise<void> {
  let pipeline = anyPipeline('keys')
    .withPipeline(
      'kid',
      anyPipeline('kid').withStage('t', async () => ({ from: 'kid.t' })),
    )
    .withMap('items', { over: () => [0, 1], each: async (item: number) => ({ from: `item ${item}` }) })
  for (const name of NAMES) pipeline = pipeline.withStage(name, async () => ({ from: name }))
  const graph = pipeline.build()
  const inProcess = await graph.runSettled({})
  const start = bench.start()
  const first = await bench.end(graph, start)
  const again = await bench.end(graph, start)
  for (const { result, begun } of [first, again]) {
    mustEqual(result.status, inProcess.status, 'the status of a run with similar keys')
    mustEqual(JSON.stringify(result.data), JSON.stringify(inProcess.data), 'the data of a run with similar keys')
    must(result === first.result || begun.length === 0, `the next leg began ${listed(begun)} again.`)
  }
}

async function tellsRunsApart(bench: ExecutorBench): Promise<void> {
  const graph = new Pipeline('runs')
    .withStage('a', async ({ snapshot }) => ({ text: snapshot.inputText }))
    .withStage('b', ({ inputs }) => ({ of: inputs.from('a').text }), { dependencies: ['a'] })
    .build()
  const { runId } = bench.start()
  const ids = ['', '/a', '/A', ' ', '%', '_', '#1', '@2', '/kid'].map((end) => runId + end)
  const legs = await Promise.all(
    ids.map((id) => bench.end(graph, bench.start({ runId: id, input: { inputText: id } }))),
  )
  for (const [place, { result }] of legs.entries())
    mustEqual(JSON.stringify(result.data['b']), JSON.stringify({ of: ids[place] }), `the data of run ${ids[place]}`)
}

async function keepsStart(bench: ExecutorBench): Promise<void> {
  const graph: AnyGraph = new Pipeline('start')
    .withStage('a', ({ snapshot }) => ({ text: snapshot.inputText }))
    .withStage('b', async () => ({ b: 1 }), { dependencies: ['a'] })
    .build()
  const start = bench.start({
    input: { inputText: 'first' },
    options: { maxConcurrency: 2, onStageFailure: 'continue' },
  })
  const starts: DurableStart[] = []
  const numbers: number[] = []
  // Only the first leg decides what the run begins with.
  for (const [place, inputText] of ['first', 'other', 'third'].entries()) {
    const given = {
      ...start,
      ...(place > 0 && { input: { inputText }, startedAt: start.startedAt + 1_000, options: {} }),
    }
    const leg = await bench.leg(graph, given, { ...(place < 2 && { crashAfter: place }) })
    numbers.push(leg.number)
    starts.push(leg.start)
  }
  mustEqual(numbers.join(), bench.traits.countsTwoLegs === true ? '1,2,2' : '1,2,3', 'the list of the numbers of legs')
  for (const one of starts)
    mustEqual(JSON.stringify(sorted(one)), JSON.stringify(sorted(start)), 'the start of a later leg')
  const { result } = await bench.end(graph, start)
  must(shownRun(result).includes('"first"'), 'a later leg has the input that was passed to it, not that of the first.')
}

const sorted = ({ runId, startedAt, input, options = {} }: DurableStart): unknown => [
  runId,
  startedAt,
  byName(input),
  byName(options),
]

const byName = (fields: object): unknown => Object.entries(fields).toSorted(([one], [other]) => (one < other ? -1 : 1))
