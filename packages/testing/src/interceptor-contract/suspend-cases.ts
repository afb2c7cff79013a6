import { StageOutput } from '@stageflow/core'
import type { InterceptorContext } from '@stageflow/core'
import { anyPipeline, type AnyPipeline } from '../contract-base/any-pipeline.ts'
import { must, mustEqual } from '../contract-base/contract-case.ts'
import type { CaseResult, InterceptorBench } from './interceptor-bench.ts'

type RunCase = (bench: InterceptorBench) => Promise<void>

/** Rules for runs that wait for an answer from outside. */
export const suspendCases: Readonly<Record<string, RunCase>> = {
  'lets a suspended run go on when it is answered': (bench) => goesOn(bench, bench),
  'lets another instance go on with a suspended run': (bench) => goesOn(bench, bench.another()),
}

/** `later`: carries out the legs after the first one. */
async function goesOn(bench: InterceptorBench, later: InterceptorBench): Promise<void> {
  await twoQuestions(bench, later)
  await questionOfChild(bench, later)
}

const ASK = { question: 'May it?' }
const STATE = { step: 1 }

/** A stage that suspends, and that returns what it got with its answer. */
const asking = (bench: InterceptorBench, name: string): ReturnType<InterceptorBench['stage']> =>
  bench.stage({
    name,
    run: async ({ resumed }: InterceptorContext) => {
      await Promise.resolve()
      return resumed === undefined
        ? StageOutput.suspend(ASK, { state: STATE })
        : { request: resumed.request, state: resumed.state, answer: resumed.answer }
    },
  })

async function twoQuestions(bench: InterceptorBench, later: InterceptorBench): Promise<void> {
  let calls = 0
  const pipeline = (on: InterceptorBench): AnyPipeline => {
    const before = on.stage({ name: 'before', run: async () => ({ calls: ++calls }) })
    const [first, second] = [asking(on, 'first'), asking(on, 'second')]
    const after = on.stage({ name: 'after', after: [first, second], run: async () => ({ done: true }) })
    return anyPipeline('waiting', [before, first, second, after])
  }
  const suspended = await bench.run(bench.build(pipeline(bench)), bench.nextRun())
  mustWait(suspended, { first: ASK, second: ASK })
  const graph = later.build(pipeline(later))
  const again = await later.ends(graph.resume(suspended, { first: 'yes' }))
  mustGetAnswer(again, again.data['first'], 'yes', 'suspended')
  mustWait(again, { second: ASK })
  const result = await later.ends(graph.resume(again, { second: 'no' }))
  mustGetAnswer(result, result.data['second'], 'no', 'completed')
  must(calls === 1, `it ran a stage ${calls} times that had settled before the run was resumed.`, result.report)
}

async function questionOfChild(bench: InterceptorBench, later: InterceptorBench): Promise<void> {
  const pipeline = (on: InterceptorBench): AnyPipeline =>
    anyPipeline('parent').withPipeline('child', anyPipeline('child', [asking(on, 'ask')]))
  const suspended = await bench.run(bench.build(pipeline(bench)), bench.nextRun())
  mustWait(suspended, { child: { ask: ASK } })
  const result = await later.ends(later.build(pipeline(later)).resume(suspended, { child: { ask: 'yes' } }))
  mustGetAnswer(result, (result.data['child'] as { readonly ask?: object } | undefined)?.ask, 'yes', 'completed')
}

function mustWait({ status, requests, report }: CaseResult, expected: object): void {
  must(
    status === 'suspended',
    `it made a run end as ${status} whose stage waits for an answer: it must end as suspended, so that the answer finds it. Return what next returned, in wrap and in wrapRun, also for a status that you don't know.`,
    report,
  )
  mustEqual(JSON.stringify(requests), JSON.stringify(expected), 'with it, what a suspended run asks')
}

function mustGetAnswer({ status, report }: CaseResult, seen: unknown, answer: string, expected: string): void {
  must(
    status === expected,
    `it made a run end as ${status} whose stage got its answer: it must end as ${expected}. A resumed run has the ids, the input and the options of its first leg. The interceptor may never have seen that leg, because another process ran it.`,
    report,
  )
  must(
    JSON.stringify(seen) === JSON.stringify({ request: ASK, state: STATE, answer }),
    `it kept the answer from a stage that had suspended: its output is ${JSON.stringify(seen)}. A resumed stage runs again: keep no output of it but ok as its result, and call next.`,
    report,
  )
}
