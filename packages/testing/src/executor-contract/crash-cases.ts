import { Pipeline, StageOutput } from '@stageflow/core'
import type { Interceptor } from '@stageflow/core'
import type { DurableStart } from '@stageflow/core/durable'
import { passTurns } from '../clock/event-loop-turns.ts'
import type { AnyGraph } from '../contract-base/any-pipeline.ts'
import { listed, must, mustEqual } from '../contract-base/contract-case.ts'
import type { RecordedFact } from '../durable-runs/leg.ts'
import { settledIn, shownRun } from './executor-bench.ts'
import type { ExecutorBench, Leg, RunExecutorCase } from './executor-bench.ts'
import { delayedRuns, randomPipeline } from './random-pipeline.ts'
import type { RandomPipeline } from './random-pipeline.ts'

/** Rules for what later legs get of the earlier ones. */
export const crashCases: Readonly<Record<string, RunExecutorCase>> = {
  'a crash ends the leg, and nothing of it is recorded afterwards': endsLeg,
  'the code of a crashed leg sees its signal abort': abortsCode,
  'a run that has ended is given again from its facts alone': givesAgain,
  'a fact is recorded before it is given': recordsFirst,
  'facts have the same order in every leg': keepsOrder,
  'a run goes on after a crash at any fact': goesOn,
  'a run goes on while interceptors delay it': goesOnDelayed,
}

export const everyEnding = (): AnyGraph =>
  new Pipeline('every-ending')
    .withStage('plain', () => ({ plain: 1 }))
    .withStage('later', async () => (await passTurns(2), { later: [1, 'two', null] }))
    .withStage('skipped', () => StageOutput.skip('nothing to do'))
    .withStage('fallback', () => StageOutput.fail('down'), { onFailure: { fallback: { from: 'fallback' } } })
    .withStage('tolerated', () => StageOutput.fail('down'), { onFailure: 'skip' })
    .withStage('noted', (context) => context.note('usage', { inputTokens: 3 }))
    .withPipeline(
      'kid',
      new Pipeline('kid').withStage('inner', async () => ({ inner: true })),
    )
    .withMap('items', { over: () => [1, 2, 3], each: async (item: number) => ({ double: 2 * item }) })
    .build({ interceptors: [noting] })

/** Notes something at a stage beside the notes of its code. */
const noting: Interceptor = {
  name: 'noting',
  onCall: ({ name }) =>
    name === 'noted' ? () => ({ ended: (_output, context) => context.note('attributes', { noted: true }) }) : undefined,
}

async function endsLeg(bench: ExecutorBench): Promise<void> {
  const graph = new Pipeline('crashed')
    .withStage('a', () => ({ a: 1 }))
    .withStage('b', () => ({ b: 2 }), { dependencies: ['a'] })
    .withStage('c', () => ({ c: 3 }), { dependencies: ['b'] })
    .build()
  const start = bench.start()
  const { result } = await crashAtFirstFact(bench, graph, start)
  must(result === undefined, `crash() resolved, but the leg went on, and its run ended as ${result?.status}. ${CRASH}`)
  await passTurns(10)
  const late = (await bench.facts(start)).slice(1).map(({ key }) => key)
  must(late.length === 0, `crash() resolved after the first fact, but the leg recorded ${listed(late)} later. ${CRASH}`)
  const again = await bench.end(graph, start)
  mustEqual(again.result.status, 'completed', 'the status of the run after the next leg')
}

const CRASH =
  'crash() must end the leg as the death of its process does, before it resolves: abort the signal `lost` of the executor, and record nothing more.'

/** Runs a leg that crashes when it has its first fact, and leaves it to the executor to end the leg. */
async function crashAtFirstFact(bench: ExecutorBench, graph: AnyGraph, start: DurableStart): Promise<Leg> {
  let isOver = false
  const given = async (): Promise<void> => {
    if (isOver) return
    isOver = true
    await bench.subject.crash(start.runId)
  }
  return bench.leg(graph, start, { watch: { given }, what: 'a leg after crash()', fix: CRASH })
}

async function abortsCode(bench: ExecutorBench): Promise<void> {
  const began = Promise.withResolvers<void>()
  const left = Promise.withResolvers<string>()
  const graph: AnyGraph = new Pipeline('in-progress')
    .withStage('first', async () => (await began.promise, { first: 1 }))
    .withStage('work', ({ signal }) => {
      began.resolve()
      return new Promise((resolve) => {
        const leave = (): void => {
          left.resolve('aborted')
          resolve({ work: 1 })
        }
        if (signal.aborted) leave()
        else signal.addEventListener('abort', leave, { once: true })
      })
    })
    .build()
  const start = bench.start()
  await crashAtFirstFact(bench, graph, start)
  await bench.within(left.promise, 'the code of a stage whose leg has crashed', CRASH)
}

async function givesAgain(bench: ExecutorBench): Promise<void> {
  const graph = everyEnding()
  const start = bench.start()
  const first = await bench.end(graph, start)
  const facts = await bench.facts(start)
  const again = await bench.end(graph, start)
  must(
    again.begun.length === 0,
    `the run had ended, but its next leg began ${listed(again.begun)} again. Keep the facts of every ending, and give them before you begin a call.`,
  )
  mustEqual(shownRun(again.result), shownRun(first.result), 'the result of the next leg')
  const notes = (leg: typeof first): string => JSON.stringify(leg.result.report.stages['noted']?.notes)
  mustEqual(notes(again), notes(first), 'the note of a stage')
  must(
    again.given.length === facts.length && again.given.every(({ replayed }) => replayed),
    `the run has ${facts.length} facts, but its next leg was given ${again.given.length}, ${again.given.filter(({ replayed }) => replayed).length} of them with replayed: true.`,
  )
}

async function recordsFirst(bench: ExecutorBench): Promise<void> {
  const graph = new Pipeline('chain')
    .withStage('a', () => ({ a: 1 }))
    .withStage('b', async () => ({ b: 2 }), { dependencies: ['a'] })
    .withStage('c', () => ({ c: 3 }), { dependencies: ['b'] })
    .build()
  for (let crashAfter = 1; crashAfter <= 3; crashAfter++) {
    const start = bench.start()
    const { given } = await bench.leg(graph, start, { crashAfter })
    const facts = await bench.facts(start)
    const lost = given.filter((fact) => !facts.some(({ kind, key }) => kind === fact.kind && key === fact.key))
    must(
      lost.length === 0,
      `the fact of "${lost[0]?.key}" was given, but after a crash it isn't recorded. Record a fact, and only then give it.`,
    )
    await bench.end(graph, start)
  }
}

async function keepsOrder(bench: ExecutorBench): Promise<void> {
  // The later a stage is declared, the earlier it ends.
  const graph = new Pipeline('order')
    .withStage('a', async () => (await passTurns(12), { by: 'a' }))
    .withStage('b', async () => (await passTurns(8), { by: 'b' }))
    .withStage('c', async () => (await passTurns(4), { by: 'c' }))
    .withStage('first', ({ inputs }) => ({ first: inputs.toJSON() }), { dependencies: ['a', 'b', 'c'], join: 'any' })
    .build()
  const start = bench.start()
  const first = await bench.end(graph, start)
  const order = (given: readonly RecordedFact[]): string => given.map(({ kind, key }) => `${kind} ${key}`).join(', ')
  mustEqual(order(await bench.facts(start)), order(first.given), 'the order of the recorded facts')
  const again = await bench.leg(graph, start)
  mustEqual(order(again.given), order(first.given), 'the order of the facts in the next leg')
}

async function goesOn(bench: ExecutorBench, graphs: number): Promise<void> {
  for (let seed = 1; seed <= graphs; seed++) await crashAtEachFact(bench, seed, randomPipeline(seed))
}

async function goesOnDelayed(bench: ExecutorBench, graphs: number): Promise<void> {
  const some = Math.ceil(graphs / 2)
  for (let seed = 1_001; seed <= 1_000 + some; seed++)
    await crashAtEachFact(bench, seed, randomPipeline(seed, { interceptors: [delayedRuns(seed)] }))
}

async function crashAtEachFact(bench: ExecutorBench, seed: number, pipeline: RandomPipeline): Promise<void> {
  const { graph, options, isOrderFree } = pipeline
  const which = (crashAfter: number): string => `random pipeline ${seed}, after a crash at fact ${crashAfter}`
  const whole = await bench.end(graph, bench.start({ options }))
  if (isOrderFree) {
    const inProcess = await graph.runSettled({}, options)
    mustEqual(shownRun(whole.result), shownRun(inProcess), `the result of random pipeline ${seed}`)
  }
  for (let crashAfter = 0; crashAfter < whole.given.length; crashAfter++) {
    const start = bench.start({ options })
    await bench.leg(graph, start, { crashAfter })
    const settled = settledIn(await bench.facts(start))
    const resumed = await bench.end(graph, start)
    const again = resumed.begun.filter((key) => settled.has(key))
    must(
      again.length === 0,
      `${which(crashAfter)}: ${listed(again)} had settled, and began again. Give the recorded facts before you begin a call, and begin no call that has one.`,
    )
    if (isOrderFree) mustEqual(shownRun(resumed.result), shownRun(whole.result), `the result of ${which(crashAfter)}`)
    const replay = await bench.end(graph, start)
    must(replay.begun.length === 0, `${which(crashAfter)}: the run had ended, and ${listed(replay.begun)} began again.`)
    mustEqual(shownRun(replay.result), shownRun(resumed.result), `the repeated result of ${which(crashAfter)}`)
  }
}
