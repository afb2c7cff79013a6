import { Pipeline, StageOutput } from '@stageflow/core'
import type { Interceptor } from '@stageflow/core'
import { runDurable } from '@stageflow/core/durable'
import { retry } from '@stageflow/interceptor-retry'
import { manualClock } from '@stageflow/testing'
import type { ManualClock } from '@stageflow/testing'
import { beforeEach, expect, test } from 'vitest'
import { ArrayExecutor } from '../../../core/test/array-executor.ts'
import { httpError, words } from '../../test/scripted-model.ts'
import { sized } from '../../test/sized-model.ts'
import { callModel, modelBudget } from '../index.ts'
import type { Model, ModelContext } from '../index.ts'

const SIZE = { inputTokens: 20, maxOutputTokens: 80 }
/** Takes 30 tokens. */
const ANSWER = [...words('Hello'), { finishReason: 'stop', usage: { inputTokens: 20, outputTokens: 10 } }]

let clock: ManualClock
beforeEach(() => {
  clock = manualClock()
})

const ask = (model: Model<string>) =>
  async function* (context: ModelContext) {
    return yield* callModel(context, 'Hi', { models: [model] })
  }

/** What is left of a run's limit: a request that is larger says so. */
const leftIn = (report: {
  readonly stages: Readonly<Record<string, { readonly error?: { readonly message: string } }>>
}) => Number(/has (\d+) of/.exec(report.stages['probe']?.error?.message ?? '')?.[1])

/** Asks in a stage twice, in a child run, in the items of a map and by `runChild`; then suspends; then asks for too much. */
function questionGraph(interceptors: readonly Interceptor[], placement?: 'call') {
  const model = sized(clock, SIZE, ANSWER)
  const flaky = sized(clock, SIZE, [{ reasoning: 'Hm..' }, httpError(503)], ANSWER)
  const probe = sized(clock, { inputTokens: 1e9, maxOutputTokens: 0 })
  const child = new Pipeline('child').withStage('ask', ask(model))
  const graph = new Pipeline('p')
    .withStage('flaky', ask(flaky))
    .withPipeline('kid', child, {
      dependencies: ['flaky'],
      retry: false,
      ...(placement !== undefined && { placement }),
    })
    .withMap('items', { over: () => [1, 2], each: child, dependencies: ['kid'], retry: false })
    .withMap('pages', {
      over: () => [1, 2],
      each: async (_, { runChild }) => ({ ...(await runChild(child).orFail()) }),
      dependencies: ['items'],
    })
    .withStage('loose', async ({ runChild }) => ({ ...(await runChild(child).orFail()) }), { dependencies: ['pages'] })
    .withStage('approve', ({ resumed }) => (resumed === undefined ? StageOutput.suspend({ question: 'Go on?' }) : {}), {
      dependencies: ['loose'],
    })
    .withStage('probe', ask(probe), { dependencies: ['approve'] })
    .build({ clock, interceptors })
  return { graph, model, flaky }
}
// One of the two of the first stage broke off: 20 input tokens, and 1 for "Hm..".
const SPENT = 21 + 30 + 30 + 2 * 30 + 2 * 30 + 30

/** Lets time pass until it has settled. */
async function advanced<T>(running: Promise<T>): Promise<T> {
  let isOver = false
  const over = running.finally(() => (isOver = true))
  over.catch(() => {})
  while (!isOver) await clock.advance(100)
  return over
}

test.each([undefined, 'call' as const])(
  'a later leg of a durable run knows what was spent in stages, attempts, children and items (placement: %s)',
  async (placement) => {
    const limits = () => [modelBudget({ perRun: { maxTokens: 1_000 } }), retry({ baseMs: 5 })]
    const first = new ArrayExecutor()
    const { graph, model, flaky } = questionGraph(limits(), placement)
    expect((await advanced(runDurable(graph, first, {}))).status).toBe('suspended')
    expect([model.requests.length, flaky.requests.length]).toEqual([6, 2])

    // As in another process.
    const other = questionGraph(limits(), placement)
    const second = new ArrayExecutor(first.facts)
    second.answer('approve', {})
    const { report } = await advanced(runDurable(other.graph, second, {}))
    expect(other.model.requests).toEqual([])
    expect(leftIn(report)).toBe(1_000 - SPENT)
  },
)

test('each leg of a durable run knows what those before it have spent', async () => {
  const graphOf = () => {
    const model = sized(clock, SIZE, ANSWER)
    const probe = sized(clock, { inputTokens: 1e9, maxOutputTokens: 0 })
    const approve = ({ resumed }: { readonly resumed: unknown }) =>
      resumed === undefined ? StageOutput.suspend({}) : StageOutput.ok({})
    return new Pipeline('p')
      .withStage('one', ask(model))
      .withStage('approveOne', approve, { dependencies: ['one'] })
      .withStage('two', ask(model), { dependencies: ['approveOne'] })
      .withStage('approveTwo', approve, { dependencies: ['two'] })
      .withStage('probe', ask(probe), { dependencies: ['approveTwo'] })
      .build({ clock, interceptors: [modelBudget({ perRun: { maxTokens: 1_000 } })] })
  }
  const first = new ArrayExecutor()
  await advanced(runDurable(graphOf(), first, {}))
  const second = new ArrayExecutor(first.facts)
  second.answer('approveOne', {})
  await advanced(runDurable(graphOf(), second, {}))
  const third = new ArrayExecutor(second.facts)
  third.answer('approveTwo', {})
  const { report } = await advanced(runDurable(graphOf(), third, {}))
  expect(leftIn(report)).toBe(1_000 - 2 * 30)
})
