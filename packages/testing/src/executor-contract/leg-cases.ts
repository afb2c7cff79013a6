import { Pipeline } from '@stageflow/core'
import type { StageContext } from '@stageflow/core'
import { passTurns } from '../clock/event-loop-turns.ts'
import type { AnyGraph } from '../contract-base/any-pipeline.ts'
import { listed, must, mustEqual } from '../contract-base/contract-case.ts'
import type { ExecutorBench, RunExecutorCase } from './executor-bench.ts'
import { shownRun } from './executor-bench.ts'

/** Rules for two legs of one run, and for many runs at once. */
export const legCases: Readonly<Record<string, RunExecutorCase>> = {
  'what the code of a crashed leg does later is not recorded': recordsNothingLate,
  'no call runs twice at once in one process': runsOnce,
  'a run that is started twice at once runs once': startsTwice,
  'many runs at once end on their own': manyRuns,
}

/** A stage whose code goes on for a while after its signal has aborted. Returns which leg it ran in. */
function slowToLeave(): { graph: AnyGraph; atOnce: () => number; runs: () => number; left: () => Promise<void> } {
  let runs = 0
  let now = 0
  let most = 0
  const ended: Promise<unknown>[] = []
  const began = Promise.withResolvers<void>()
  const work = async ({ signal }: StageContext): Promise<{ run: number }> => {
    const run = ++runs
    most = Math.max(most, ++now)
    began.resolve()
    const end = Promise.withResolvers<void>()
    ended.push(end.promise)
    if (run === 1)
      await new Promise<void>((resolve) => {
        if (signal.aborted) resolve()
        else signal.addEventListener('abort', () => resolve(), { once: true })
      })
    await passTurns(20)
    now--
    end.resolve()
    return { run }
  }
  const graph: AnyGraph = new Pipeline('slow-to-leave')
    .withStage('first', async () => (await began.promise, { first: 1 }))
    .withStage('work', work)
    .build()
  return { graph, atOnce: () => most, runs: () => runs, left: async () => void (await Promise.all(ended)) }
}

async function recordsNothingLate(bench: ExecutorBench): Promise<void> {
  const { graph, left } = slowToLeave()
  const start = bench.start()
  await bench.leg(graph, start, { crashAfter: 1 })
  await bench.within(left(), 'the code of a crashed leg')
  await passTurns(10)
  const facts = await bench.facts(start)
  const late = facts.find(({ kind, key }) => kind === 'call' && key === 'work')
  must(
    late === undefined,
    'a leg crashed, its code went on and returned, and that was recorded. Record a fact only if the run still belongs to the leg.',
  )
  const { result } = await bench.end(graph, start)
  mustEqual(JSON.stringify(result.data['work']), '{"run":2}', 'the data of a stage that the next leg called again')
  const again = await bench.end(graph, start)
  mustEqual(shownRun(again.result), shownRun(result), 'the result of the next leg')
}

async function runsOnce(bench: ExecutorBench): Promise<void> {
  const { graph, atOnce } = slowToLeave()
  const start = bench.start()
  await bench.leg(graph, start, { crashAfter: 1 })
  await bench.end(graph, start)
  must(
    atOnce() === 1,
    'the code of a crashed leg still ran when the next leg began the same call. Wait until it has left.',
  )
}

async function startsTwice(bench: ExecutorBench): Promise<void> {
  let atOnce = 0
  let most = 0
  const graph: AnyGraph = new Pipeline('twice')
    .withStage('work', async () => {
      most = Math.max(most, ++atOnce)
      await passTurns(12)
      atOnce--
      return { work: 1 }
    })
    .withStage('more', async () => (await passTurns(2), { more: 1 }), { dependencies: ['work'] })
    .build()
  const start = bench.start()
  await Promise.all([bench.leg(graph, start), bench.leg(graph, start)])
  must(
    most === 1,
    'a run was started twice at once, and a stage ran twice at once. Attach to the leg in progress, or reject.',
  )
  const { result, begun } = await bench.end(graph, start)
  must(begun.length === 0, `a run was started twice at once and ended, but its next leg began ${listed(begun)}.`)
  mustEqual(result.status, 'completed', 'the status of a run that was started twice')
}

const RUNS = 20

async function manyRuns(bench: ExecutorBench): Promise<void> {
  const graph: AnyGraph = new Pipeline('many')
    .withStage('a', async ({ snapshot }) => (await passTurns(3), { a: snapshot.inputText }))
    .withStage('b', async ({ inputs }) => (await passTurns(2), { b: inputs.from('a').a }), { dependencies: ['a'] })
    .withMap('c', { dependencies: ['b'], over: () => [1, 2], each: async (item: number) => ({ item }) })
    .build()
  const one = async (run: number): Promise<void> => {
    const start = bench.start({ input: { inputText: `run ${run}` } })
    if (run % 2 === 0) await bench.leg(graph, start, { crashAfter: run % 3 })
    const { result } = await bench.end(graph, start)
    mustEqual(
      JSON.stringify(result.data['b']),
      JSON.stringify({ b: `run ${run}` }),
      `the data of one of ${RUNS} runs at once`,
    )
  }
  await Promise.all(Array.from({ length: RUNS }, (_, run) => one(run)))
}
