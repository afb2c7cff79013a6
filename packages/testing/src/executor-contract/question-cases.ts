import { Pipeline, StageOutput, systemClock } from '@stageflow/core'
import type { StageContext } from '@stageflow/core'
import type { DurableStart } from '@stageflow/core/durable'
import type { AnyGraph } from '../contract-base/any-pipeline.ts'
import { listed, must, mustEqual } from '../contract-base/contract-case.ts'
import { asksFor } from './answer-cases.ts'
import type { ExecutorBench, Leg, RunExecutorCase } from './executor-bench.ts'
import { shownRun } from './executor-bench.ts'

/** Rules for the times of questions, for answers that come before them, and for pipelines that changed meanwhile. */
export const questionCases: Readonly<Record<string, RunExecutorCase>> = {
  'a question goes on without an answer once its time has passed': expires,
  'an answer that comes before the time of its question counts': answersInTime,
  'an early answer waits for its question, over crashes': waitsForQuestion,
  'a stage that waits may get a dependency, and its answer counts': letsLater,
  'a stage that waits may be skipped, and its answer is not used': skipsWaiting,
  'a question is recorded with the schema of its answer': keepsSchema,
}

const ask = ({ resumed }: StageContext): { answer: unknown } | StageOutput =>
  resumed === undefined ? StageOutput.suspend('?') : { answer: resumed.answer }

/** Long enough for a leg on a busy machine to ask, and short enough to wait for. */
const TIME_MS = 60

/** A question with a time, after a stage that must not be called again. */
const timed = (ran: string[], forMs = TIME_MS): AnyGraph =>
  new Pipeline('timed')
    .withStage('before', () => ({ calls: ran.push('before') }))
    .withStage(
      'ask',
      ({ resumed }) =>
        resumed === undefined
          ? StageOutput.suspend('?', { forMs, otherwise: 'no answer' })
          : { answer: resumed.answer, expired: resumed.expired },
      { dependencies: ['before'] },
    )
    .build()

/** Runs legs until the run doesn't wait any more. */
async function untilEnded(
  bench: ExecutorBench,
  graph: AnyGraph,
  start: DurableStart,
): Promise<Leg & { readonly result: NonNullable<Leg['result']> }> {
  const leg = await bench.end(graph, start)
  if (leg.result.status !== 'suspended') return leg
  await systemClock.sleep(TIME_MS + 20)
  return bench.end(graph, start)
}

async function expires(bench: ExecutorBench): Promise<void> {
  const ran: string[] = []
  const graph = timed(ran)
  const start = bench.start()
  const { result } = await untilEnded(bench, graph, start)
  must(
    result.status === 'completed',
    `the time of a question had passed, and the next leg ended as ${result.status}. Give its timer, whose key is that of its call, before you let the leg end as suspended.`,
  )
  mustEqual(JSON.stringify(result.data['ask']), '{"answer":"no answer","expired":true}', 'the data of the stage')
  must(
    !(await bench.answers(start, 'ask', 'late')),
    'the time of a question had passed, and answer() accepted an answer.',
  )
  const again = await bench.end(graph, start)
  mustEqual(shownRun(again.result), shownRun(result), 'the result of the next leg')
  mustEqual(listed(ran), listed(['before']), 'the list of stages that ran')
}

async function answersInTime(bench: ExecutorBench): Promise<void> {
  const graph = timed([], 3_600_000)
  const start = bench.start()
  const { goOn } = await asksFor(bench, graph, start, 'ask')
  must(await bench.answers(start, 'ask', 'yes'), 'answer() refused the answer to a question with a time.')
  const { result } = await goOn()
  mustEqual(JSON.stringify(result.data['ask']), '{"answer":"yes","expired":false}', 'the data of the stage')
}

async function waitsForQuestion(bench: ExecutorBench): Promise<void> {
  const { subject } = bench
  if (subject.answerEarly === undefined) return
  const graph: AnyGraph = new Pipeline('early')
    .withStage('a', () => ({ a: 1 }))
    .withStage('b', async () => ({ b: 2 }), { dependencies: ['a'] })
    .withStage('one', ask, { dependencies: ['b'] })
    .withStage('two', ask, { dependencies: ['one'] })
    .build()
  const early = async (start: DurableStart, key: string, answer: unknown): Promise<boolean> => {
    try {
      return (await subject.answerEarly?.(start.runId, key, answer)) === true
    } catch {
      return false
    }
  }
  const start = bench.start()
  await bench.leg(graph, start, { crashAfter: 1 })
  must(await early(start, 'one', 'first'), 'answerEarly() refused the answer to a stage that has not asked yet.')
  must(!(await early(start, 'one', 'second')), 'answerEarly() kept a second answer to one stage.')
  // An engine may note elsewhere what has ended, once the leg goes on.
  await bench.leg(graph, start, { crashAfter: 2 })
  must(!(await early(start, 'a', 'x')), 'answerEarly() kept an answer to a stage that has ended.')
  const { goOn } = await asksFor(bench, graph, start, 'two')
  must(await bench.answers(start, 'two', 'now'), 'answer() refused the answer to an open request.')
  const { result } = await goOn()
  const { one, two } = result.data as { readonly one?: unknown; readonly two?: unknown }
  mustEqual(JSON.stringify([one, two]), '[{"answer":"first"},{"answer":"now"}]', 'the answers that the stages got')
  const again = await bench.end(graph, start)
  mustEqual(shownRun(again.result), shownRun(result), 'the result of the next leg')
}

async function letsLater(bench: ExecutorBench): Promise<void> {
  if (bench.traits.refusesItself === true) return
  const ran: string[] = []
  const note = ({ stage }: StageContext): object => ({ calls: ran.push(stage.name) })
  const was: AnyGraph = new Pipeline('order')
    .withStage('price', note)
    .withStage('boss', ask, { dependencies: ['price'] })
    .build()
  const is: AnyGraph = new Pipeline('order')
    .withStage('price', note)
    .withStage('fraud', async (context) => note(context), { dependencies: ['price'] })
    .withStage('boss', ask, { dependencies: ['fraud'] })
    .withStage('pay', note, { dependencies: ['boss'] })
    .build()
  for (let crashAfter = 0; crashAfter <= 5; crashAfter++) {
    ran.splice(0)
    const start = bench.start()
    await asksFor(bench, was, start, 'boss').then(({ crash }) => crash())
    await bench.answers(start, 'boss', 'yes')
    await bench.leg(is, start, { crashAfter })
    const { result } = await bench.end(is, start)
    mustEqual(
      JSON.stringify([result.status, result.data['boss']]),
      '["completed",{"answer":"yes"}]',
      'how a run ended whose waiting stage had got a dependency',
    )
    must(
      ran.filter((name) => name === 'price').length === 1,
      'a stage that waited had got a dependency, and another stage, which had settled, was called again.',
    )
    const again = await bench.end(is, start)
    must(again.begun.length === 0, `the run had ended, and its next leg began ${listed(again.begun)} again.`)
    mustEqual(shownRun(again.result), shownRun(result), 'the result of the next leg')
  }
}

async function skipsWaiting(bench: ExecutorBench): Promise<void> {
  if (bench.traits.refusesItself === true) return
  const ran: string[] = []
  const note = ({ stage }: StageContext): object => ({ calls: ran.push(stage.name) })
  const order = (when?: () => boolean): AnyGraph =>
    new Pipeline('order')
      .withStage('price', note)
      .withStage('boss', ask, { dependencies: ['price'], ...(when && { when }) })
      .withStage('pay', note, { dependencies: ['boss'], join: 'settled' })
      .build()
  const start = bench.start()
  await asksFor(bench, order(), start, 'boss').then(({ crash }) => crash())
  await bench.answers(start, 'boss', 'yes')
  for (const leg of ['next', 'last']) {
    const { result } = await bench.end(
      order(() => false),
      start,
    )
    mustEqual(
      JSON.stringify([result.status, result.report.stages['boss']?.status]),
      '["completed","skip"]',
      `how the ${leg} leg ended, in which a stage is skipped that had waited`,
    )
  }
  mustEqual(listed(ran), listed(['price', 'pay']), 'the list of stages that ran')
}

async function keepsSchema(bench: ExecutorBench): Promise<void> {
  const schema = { type: 'object', properties: { ok: { type: 'boolean' } }, required: ['ok'] }
  const standard = {
    version: 1,
    vendor: 'contract',
    validate: (value: unknown) => ({ value }),
    jsonSchema: { input: () => schema },
  } as const
  const graph: AnyGraph = new Pipeline('asking')
    .withStage('one', ask, { answerSchema: { '~standard': standard } })
    .build()
  const start = bench.start()
  const { goOn } = await asksFor(bench, graph, start, 'one')
  const asked = (await bench.facts(start)).find(({ kind, key }) => kind === 'call' && key === 'one')
  const recorded = asked?.kind === 'call' ? asked.facts.answerSchema : undefined
  mustEqual(JSON.stringify(recorded), JSON.stringify(schema), 'facts.answerSchema of a question')
  await bench.answers(start, 'one', { ok: true })
  mustEqual((await goOn()).result.status, 'completed', 'the status of a run that has its answer')
}
