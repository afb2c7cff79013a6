import { Pipeline, StageOutput, StageflowError } from '@stageflow/core'
import type { Interceptor } from '@stageflow/core'
import type { DurableStart } from '@stageflow/core/durable'
import { textOf } from '@stageflow/core/kit'
import type { AnyGraph } from '../contract-base/any-pipeline.ts'
import { listed, must, mustEqual } from '../contract-base/contract-case.ts'
import { asksFor } from './answer-cases.ts'
import type { ExecutorBench, RunExecutorCase } from './executor-bench.ts'
import { settledIn, shownRun } from './executor-bench.ts'

/** Rules for who begins a run, who is refused, and who answers. */
export const callerCases: Readonly<Record<string, RunExecutorCase>> = {
  'every leg runs under what was kept at the start': keepsCaller,
  'a leg that is refused before its first stage leaves nothing behind': refusesLeg,
  'an answer is given with who gave it': namesAuthor,
}

async function keepsCaller(bench: ExecutorBench): Promise<void> {
  if (bench.traits.forgetsCallers === true) return
  const kept = { owners: { user: 'ada', roles: ['clerk', null] } }
  const seen: string[] = []
  const owners: Interceptor = { name: 'owners', onRun: (run) => void seen.push(JSON.stringify(run.kept)) }
  const graph: AnyGraph = new Pipeline('owned')
    .withStage('a', () => ({ a: 1 }))
    .withStage('b', () => ({ b: 2 }), { dependencies: ['a'] })
    .build({ interceptors: [owners] })
  const start = bench.start({ kept })
  const legs = [
    await bench.leg(graph, start, { crashAfter: 1 }),
    // As a recovering process has it, which knows no caller.
    await bench.end(graph, withoutKept(start)),
    await bench.end(graph, { ...start, kept: { owners: { user: 'eve' } } }),
  ]
  for (const [place, text] of seen.entries())
    must(
      text === JSON.stringify(kept),
      `the run began with kept ${JSON.stringify(kept)}, and its leg ${place + 1} had ${text}. Keep what the first leg had in executor.start.kept, and give it to every leg.`,
    )
  for (const { start: its } of legs) mustEqual(JSON.stringify(its.kept), JSON.stringify(kept), 'executor.start.kept')
}

function withoutKept({ runId, startedAt, input, options }: DurableStart): DurableStart {
  return { runId, startedAt, input, options }
}

async function refusesLeg(bench: ExecutorBench): Promise<void> {
  let isClosed = true
  const closing: Interceptor = {
    name: 'closing',
    wrapRun: (next) => async (run) => {
      await Promise.resolve()
      return isClosed ? run.fail(new StageflowError('contract/closed', 'It is closed.')) : next(run)
    },
  }
  const graph: AnyGraph = new Pipeline('closed')
    .withStage('a', () => ({ a: 1 }))
    .withStage('b', () => ({ b: 2 }), { dependencies: ['a'] })
    .build({ interceptors: [closing] })
  const mustRefuse = async (start: DurableStart, when: string): Promise<void> => {
    const before = JSON.stringify(await bench.facts(start))
    const { error, result, begun } = await bench.leg(graph, start)
    must(
      result === undefined && begun.length === 0,
      `an interceptor refused ${when}, which ${result === undefined ? `began ${listed(begun)}` : `ended as ${result.status}`}. Let run() reject with the error of the leg.`,
    )
    must(
      bench.traits.refusesItself === true || StageflowError.is(error, 'contract/closed'),
      `an interceptor refused ${when}, and it rejected with: ${textOf(error)}. Let run() reject with the error of the leg.`,
    )
    const after = JSON.stringify(await bench.facts(start))
    must(
      after === before,
      `an interceptor refused ${when}, and then the facts of the run were ${after}. They were ${before}.`,
    )
  }
  const mustGoOn = async (start: DurableStart, which: string): Promise<void> => {
    isClosed = false
    const settled = settledIn(await bench.facts(start))
    const { result, begun } = await bench.end(graph, start)
    const again = begun.filter((key) => settled.has(key))
    must(
      result.status === 'completed' && again.length === 0,
      `${which} was refused, and the next one ended as ${result.status}${again.length > 0 ? `, and called ${listed(again)} again` : ''}. A refused leg must change nothing.`,
    )
    isClosed = true
  }
  const first = bench.start()
  await mustRefuse(first, 'the first leg of a run')
  await mustGoOn(first, 'the first leg')
  const later = bench.start()
  isClosed = false
  await bench.leg(graph, later, { crashAfter: 1 })
  isClosed = true
  await mustRefuse(later, 'the second leg of a run')
  await mustGoOn(later, 'the second leg')
}

async function namesAuthor(bench: ExecutorBench): Promise<void> {
  if (bench.traits.forgetsCallers === true) return
  const graph: AnyGraph = new Pipeline('asking')
    .withStage('one', ({ resumed }) => (resumed === undefined ? StageOutput.suspend('?') : { by: resumed.by ?? null }))
    .withStage('two', ({ resumed }) => (resumed === undefined ? StageOutput.suspend('?') : { by: resumed.by ?? null }))
    .build()
  const start = bench.start()
  const { goOn } = await asksFor(bench, graph, start, 'one', 'two')
  const by = { userId: 'bo', orgId: 'acme' }
  await bench.answers(start, 'one', 'yes', by)
  await bench.answers(start, 'two', 'yes')
  const { result } = await goOn()
  const expected = JSON.stringify({ one: { by }, two: { by: null } })
  mustEqual(JSON.stringify(result.data), expected, 'who has answered, as the stages read it')
  const again = await bench.end(graph, start)
  mustEqual(shownRun(again.result), shownRun(result), 'the result of the next leg')
}
