import { Pipeline, StageOutput } from '@stageflow/core'
import type { StageContext } from '@stageflow/core'
import type { DurableStart } from '@stageflow/core/durable'
import type { AnyGraph } from '../contract-base/any-pipeline.ts'
import { listed, must, mustEqual } from '../contract-base/contract-case.ts'
import type { AnyResult, ExecutorBench, Leg, RunExecutorCase } from './executor-bench.ts'
import { shownRun } from './executor-bench.ts'

/** Rules for runs that wait for answers. */
export const answerCases: Readonly<Record<string, RunExecutorCase>> = {
  'a leg in which only answers are missing ends, or waits in place': suspends,
  'an answer is given once, and to every leg': answersOnce,
  'a second answer to one request is refused': refusesSecond,
}

const ask = ({ resumed, stage }: StageContext): { answer: unknown } | StageOutput =>
  resumed === undefined ? StageOutput.suspend({ question: `${stage.name}?` }) : { answer: resumed.answer }

const asking = (ran: string[] = []): AnyGraph =>
  new Pipeline('asking')
    .withStage('price', ({ stage }) => ({ calls: ran.push(stage.name) }))
    .withStage('one', ask, { dependencies: ['price'] })
    .withStage('two', ask, { dependencies: ['price'] })
    .withStage('send', ({ inputs, stage }) => (ran.push(stage.name), { got: inputs.toJSON() }), {
      dependencies: ['one', 'two'],
    })
    .build()

/** A leg that waits for answers: it has ended as suspended, or waits in place. */
export interface AskingLeg {
  /** Crashes a leg that waits in place, so that the answers that came are given to another one too. */
  readonly crash: () => Promise<void>
  /** The result of the run, once all answers have been given. */
  readonly goOn: () => Promise<Leg & { readonly result: AnyResult }>
}

/** Runs a leg until it waits for answers to the stages of `names`, and to nothing else. */
export async function asksFor(
  bench: ExecutorBench,
  graph: AnyGraph,
  start: DurableStart,
  ...names: readonly string[]
): Promise<AskingLeg> {
  const open = new Set<string>()
  const isAsking = Promise.withResolvers<undefined>()
  const leg = bench.end(graph, start, {
    watch: {
      waits: (key) => void open.add(key),
      given: ({ kind, key }) => void (kind === 'answer' && open.delete(key)),
      asks: () => {
        if (open.size === names.length && names.every((name) => open.has(name))) isAsking.resolve(undefined)
      },
    },
  })
  if (bench.traits.waitsInPlace !== true) {
    const { result } = await leg
    must(result.status === 'suspended', `stages wait for answers, but the run is ${result.status}.`)
    mustEqual(listed(Object.keys(result.requests ?? {})), listed(names), 'the list of open requests')
    return { crash: async () => {}, goOn: () => bench.end(graph, start) }
  }
  const ended = await bench.within(Promise.race([isAsking.promise, leg]), 'a leg that waits for answers')
  must(ended === undefined, `the traits say that legs wait in place, but one ended as ${ended?.result.status}.`)
  return {
    crash: async () => {
      await bench.subject.crash(start.runId)
      await leg.catch(() => {})
    },
    goOn: () => leg,
  }
}

async function suspends(bench: ExecutorBench): Promise<void> {
  const graph = asking()
  const start = bench.start({ options: { timeoutMs: 3_600_000 } })
  const { goOn } = await asksFor(bench, graph, start, 'one', 'two')
  await bench.answers(start, 'one', 1)
  await bench.answers(start, 'two', 2)
  const { result } = await goOn()
  mustEqual(result.status, 'completed', 'the status of a run that has all its answers')
}

async function answersOnce(bench: ExecutorBench): Promise<void> {
  const ran: string[] = []
  const graph = asking(ran)
  const start = bench.start()
  const first = await asksFor(bench, graph, start, 'one', 'two')
  must(await bench.answers(start, 'one', { yes: 1 }), 'answer() refused the answer to an open request.')
  await first.crash()
  const { goOn } = await asksFor(bench, graph, start, 'two')
  must(await bench.answers(start, 'two', 'no'), 'answer() refused the answer to the second open request.')
  const { result } = await goOn()
  mustEqual(
    JSON.stringify(result.data['send']),
    JSON.stringify({ got: { one: { answer: { yes: 1 } }, two: { answer: 'no' } } }),
    'what the answers led to',
  )
  mustEqual(listed(ran), listed(['price', 'send']), 'the list of stages that ran')
  const again = await bench.end(graph, start)
  mustEqual(shownRun(again.result), shownRun(result), 'the result of the next leg')
}

async function refusesSecond(bench: ExecutorBench): Promise<void> {
  const graph = asking()
  const start = bench.start()
  const { goOn } = await asksFor(bench, graph, start, 'one', 'two')
  const at = (await Promise.all(['first', 'second', 'third'].map((word) => bench.answers(start, 'one', word)))).indexOf(
    true,
  )
  must(at >= 0, 'three answers came at once, and answer() refused them all.')
  const late = await bench.answers(start, 'one', 'late')
  must(!late, 'a request was answered twice. answer() must return false the second time.')
  must(!(await bench.answers(start, 'price', 'x')), 'answer() accepted an answer for a stage that waits for none.')
  await bench.answers(start, 'two', 'no')
  const { result } = await goOn()
  const got = result.data['send'] as { readonly got: { readonly one: { readonly answer: string } } } | undefined
  mustEqual(got?.got.one.answer ?? 'none', ['first', 'second', 'third'][at] as string, 'the answer that counts')
  must(!(await bench.answers(start, 'one', 'late')), 'the run has ended, but answer() accepted an answer.')
}
