import { StageOutput } from '@stageflow/core'
import type { RunInput } from '@stageflow/core'
import { anyPipeline } from '../contract-base/any-pipeline.ts'
import { hanging } from './abort-cases.ts'
import type { CaseResult, InterceptorBench } from './interceptor-bench.ts'

/** A text that a user wrote, and that a stage returned. */
export const WORDS = 'the words of a user'

/** The input of a user, as far as the options of the contract don't give another one. */
function inputOf(bench: InterceptorBench, run: number): RunInput {
  const { inputText, messages } = bench.input(run)
  return {
    ...(inputText === undefined ? { inputText: WORDS } : undefined),
    ...(messages === undefined ? { messages: [{ role: 'user', content: WORDS }] } : undefined),
  }
}

const STAGES: readonly (() => unknown)[] = [
  () => ({ text: WORDS }),
  async () => ({ text: WORDS }),
  async () => StageOutput.skip('nothing to do'),
  async () => StageOutput.fail('it is broken', { retryable: false }),
  async () => StageOutput.cancel('enough'),
  async () => StageOutput.suspend({ question: WORDS }, { state: { text: WORDS } }),
  async () => {
    throw new TypeError('a bug of the stage')
  },
]

/** Runs with every ending, repetitions, a limit that passes, an abort, a resumed run and a child run: all that an interceptor reacts to. */
export async function everything(bench: InterceptorBench): Promise<void> {
  let calls = 0
  const busy = async (): Promise<StageOutput> =>
    ++calls % 3 === 0 ? StageOutput.ok({}) : StageOutput.fail('busy', { retryable: true })
  for (const run of [...STAGES, busy]) {
    const graph = bench.alone({ run })
    const number = bench.nextRun()
    for (let time = 0; time < 2; time++)
      await bench.ends(graph.start(number, undefined, inputOf(bench, number)).settled)
  }
  await resumed(bench)
  const { graph } = hanging(bench, ({ signal }) => signal.reason)
  const run = graph.start(bench.nextRun(), bench.aborting())
  if (!(await bench.comesToRest(run.settled)) && bench.nextDue < Infinity) await bench.clock.advanceTo(bench.nextDue)
  bench.abortAll()
  await bench.ends(run.settled)
  const child = anyPipeline('child', [bench.stage({ name: 'stage', run: async () => ({}) })])
  await bench.run(bench.build(anyPipeline('parent').withPipeline('child', child)), bench.nextRun())
}

async function resumed(bench: InterceptorBench): Promise<void> {
  const graph = bench.alone({
    run: async (context) => (context.resumed === undefined ? StageOutput.suspend(WORDS) : { text: WORDS }),
  })
  const suspended: CaseResult = await bench.run(graph, bench.nextRun())
  // That it isn't suspended is the fault of another case.
  if (suspended.status === 'suspended') await bench.ends(graph.resume(suspended, { stage: WORDS }))
}
