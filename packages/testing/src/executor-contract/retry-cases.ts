import { Pipeline, StageKind, StageOutput } from '@stageflow/core'
import type { StageContext } from '@stageflow/core'
import { repeatUntil } from '@stageflow/core/repeat'
import { passTurns } from '../clock/event-loop-turns.ts'
import type { AnyGraph } from '../contract-base/any-pipeline.ts'
import { listed, must, mustEqual } from '../contract-base/contract-case.ts'
import { asksFor } from './answer-cases.ts'
import type { ExecutorBench, RunExecutorCase } from './executor-bench.ts'
import { shownRun } from './executor-bench.ts'

/** Rules for runs that have failed, and for child runs that code has made. */
export const retryCases: Readonly<Record<string, RunExecutorCase>> = {
  'a failed run that is tried again calls what had failed, and keeps the rest': triesAgain,
  'a later leg has the child runs that code has made': keepsChildren,
}

async function triesAgain(bench: ExecutorBench): Promise<void> {
  const { subject } = bench
  if (subject.retryFailed === undefined) return
  const ran: string[] = []
  let isDown = true
  const call = ({ stage }: Pick<StageContext, 'stage'>): object => {
    ran.push(stage.name)
    if (isDown && stage.name === 'mail') throw new Error('503')
    return { calls: ran.length }
  }
  const checked = new Pipeline('checked').withStage('draft', call).withStage(
    'check',
    (context) => {
      call(context)
      return ran.filter((name) => name === 'check').length < 2 ? StageOutput.fail('too short') : {}
    },
    StageKind.GUARD,
    { dependencies: ['draft'] },
  )
  const graph: AnyGraph = new Pipeline('order')
    .withStage('boss', ({ resumed }) => (resumed === undefined ? StageOutput.suspend('?') : { answer: resumed.answer }))
    .withPipeline('letter', checked, { repeat: repeatUntil('check', { maxAttempts: 3 }), dependencies: ['boss'] })
    .withStage('mail', call, { dependencies: ['letter'] })
    // It ends after the failure.
    .withStage('beside', async (context) => (await passTurns(8), call(context)), { dependencies: ['letter'] })
    .withStage('after', call, { dependencies: ['mail'] })
    .build()
  const start = bench.start({ options: { onStageFailure: 'continue' } })
  const { goOn } = await asksFor(bench, graph, start, 'boss')
  await bench.answers(start, 'boss', 'yes')
  const { result: failed } = await goOn()
  mustEqual(failed.status, 'failed', 'the status of a run whose stage throws')
  await subject.retryFailed(graph, start.runId)
  isDown = false
  ran.splice(0)
  const leg = await bench.leg(graph, start)
  must(
    leg.result?.status === 'completed',
    `a failed run was tried again, and its next leg ${leg.result === undefined ? 'rejected' : `ended as ${leg.result.status}`}. Keep the facts that factsForRetry() of core returns, and set isRetried in the start of its legs.`,
  )
  mustEqual(listed(ran), listed(['mail', 'after']), 'the list of stages that ran when a failed run was tried again')
  mustEqual(JSON.stringify(leg.result.data['boss']), '{"answer":"yes"}', 'the answer of a run that was tried again')
  const again = await bench.end(graph, start)
  must(again.begun.length === 0, `the run had ended, and its next leg began ${listed(again.begun)} again.`)
  mustEqual(shownRun(again.result), shownRun(leg.result), 'the result of the next leg')
}

async function keepsChildren(bench: ExecutorBench): Promise<void> {
  const kid = new Pipeline('kid').withStage('inner', ({ snapshot }) =>
    snapshot.inputText === 'bad' ? StageOutput.fail('no') : { text: snapshot.inputText },
  )
  const graph: AnyGraph = new Pipeline('parent')
    .withStage('work', async (context) => {
      await context.runChild(kid, { inputText: 'good' })
      await context.runChild(kid, { inputText: 'bad' })
    })
    .withStage('after', () => ({}), { dependencies: ['work'] })
    .build()
  const start = bench.start()
  const first = await bench.end(graph, start)
  const again = await bench.end(graph, start)
  const told = ({ result }: typeof first): string =>
    JSON.stringify(Object.entries(result.children ?? {}).map(([path, { status, data }]) => [path, status, data]))
  must(
    told(again) === told(first),
    `code had made the child runs ${told(first)}, and in the next leg they are ${told(again)}. Keep the field "children" of the facts of a call.`,
  )
}
