import { Pipeline, StageOutput } from '@stageflow/core'
import type { StageContext } from '@stageflow/core'
import { listed, must, mustEqual } from './contract-case.ts'
import type { AnyGraph, ExecutorBench, RunExecutorCase } from './executor-bench.ts'
import { shownRun } from './executor-bench.ts'

/** Rules for runs that wait for answers. */
export const answerCases: Readonly<Record<string, RunExecutorCase>> = {
  'a leg in which only answers are missing ends': suspends,
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

async function suspends(bench: ExecutorBench): Promise<void> {
  const { result } = await bench.end(asking(), bench.start({ options: { timeoutMs: 3_600_000 } }))
  must(result.status === 'suspended', `stages wait for answers, but the run is ${result.status}.`)
  mustEqual(listed(Object.keys(result.requests ?? {})), listed(['one', 'two']), 'the list of open requests')
}

async function answersOnce(bench: ExecutorBench): Promise<void> {
  const ran: string[] = []
  const graph = asking(ran)
  const start = bench.start()
  await bench.end(graph, start)
  must(await bench.answers(start, 'one', { yes: 1 }), 'answer() refused the answer to an open request.')
  const half = await bench.end(graph, start)
  mustEqual(half.result.status, 'suspended', 'the status of a run that still waits for an answer')
  mustEqual(listed(Object.keys(half.result.requests ?? {})), listed(['two']), 'the list of open requests')
  must(await bench.answers(start, 'two', 'no'), 'answer() refused the answer to the second open request.')
  const { result } = await bench.end(graph, start)
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
  await bench.end(graph, start)
  const at = (await Promise.all(['first', 'second', 'third'].map((word) => bench.answers(start, 'one', word)))).indexOf(
    true,
  )
  must(at >= 0, 'three answers came at once, and answer() refused them all.')
  const late = await bench.answers(start, 'one', 'late')
  must(!late, 'a request was answered twice. answer() must return false the second time.')
  must(!(await bench.answers(start, 'price', 'x')), 'answer() accepted an answer for a stage that waits for none.')
  await bench.answers(start, 'two', 'no')
  const { result } = await bench.end(graph, start)
  const got = result.data['send'] as { readonly got: { readonly one: { readonly answer: string } } } | undefined
  mustEqual(got?.got.one.answer ?? 'none', ['first', 'second', 'third'][at] as string, 'the answer that counts')
  must(!(await bench.answers(start, 'one', 'late')), 'the run has ended, but answer() accepted an answer.')
}
