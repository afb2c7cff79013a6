import { Pipeline } from '@stageflow/core'
import type { Interceptor, RunInput } from '@stageflow/core'
import { retry } from '@stageflow/interceptor-retry'
import { manualClock } from '@stageflow/testing'
import type { ManualClock } from '@stageflow/testing'
import { beforeEach, expect, test } from 'vitest'
import { httpError, scripted, words } from '../../test/scripted-model.ts'
import { sized } from '../../test/sized-model.ts'
import { BudgetError, callModel, memoryBudgetStore, modelBudget } from '../index.ts'
import type { CallModelOptions, Model, ModelContext } from '../index.ts'

const used = (inputTokens: number, outputTokens: number) => ({
  finishReason: 'stop',
  usage: { inputTokens, outputTokens },
})
/** May take 100 tokens, and takes 30. */
const SIZE = { inputTokens: 20, maxOutputTokens: 80 }
const ANSWER = [...words('Hello'), used(20, 10)]
const DAY_MS = 86_400_000

let clock: ManualClock
let model: ReturnType<typeof scripted>
beforeEach(() => {
  clock = manualClock()
  model = sized(clock, SIZE, ANSWER)
})

const ask = (asked: Model<string>) =>
  async function* (context: ModelContext) {
    return yield* callModel(context, 'Hi', { models: [asked] })
  }

/** A graph of stages that ask one after the other. */
function asking(
  interceptors: readonly Interceptor[],
  { count = 1, options = {} }: { count?: number; options?: Partial<CallModelOptions<string>> } = {},
) {
  const names = Array.from({ length: count }, (_, place) => `ask${place}`)
  const pipeline = names.reduce(
    (before, name, place) =>
      before.withStage(
        name as never,
        async function* (context: ModelContext) {
          return yield* callModel(context, 'Hi', { models: [model], ...options })
        },
        { dependencies: names.slice(Math.max(0, place - 1), place) } as never,
      ) as never,
    new Pipeline('chat'),
  )
  return pipeline.build({ clock, interceptors })
}

async function ended(graph: ReturnType<typeof asking>, input: RunInput = {}) {
  const running = graph.runSettled(input)
  await clock.advance(60_000)
  return running
}

/** How much of a limit is left: what the error says of a request that needs more. */
async function leftOf(budget: Interceptor, input: RunInput = {}) {
  const probe = sized(clock, { inputTokens: 1e9, maxOutputTokens: 0 })
  const graph = asking([budget], { options: { models: [probe] } })
  const error = await graph.run(input).catch((thrown: { cause: unknown }) => thrown.cause)
  expect(error).toBeInstanceOf(BudgetError)
  return error as BudgetError
}

test('a run that has used its tokens makes no other request (models/budget)', async () => {
  const graph = asking([modelBudget({ perRun: { maxTokens: 150 } })], { count: 5 })
  const result = await ended(graph)
  // 30 + 30 are used, and a third request may take 100.
  expect(model.requests).toHaveLength(2)
  expect(result.report.stages['ask2']).toMatchObject({
    status: 'fail',
    error: {
      code: 'models/budget',
      message:
        'A request to model "large" may take 100 tokens, and perRun of modelBudget() has 90 of 150 left. Raise the limit, or give the request a smaller maximum of output tokens.',
    },
    notes: { models: { calls: [{ status: 'fail', error: { code: 'models/budget' } }] } },
  })
  expect(result.report.usage).toEqual({ inputTokens: 40, outputTokens: 20 })
})

test('a refusal is neither retried nor answered by another model, and is told by an event', async () => {
  const spare = sized(clock, SIZE, ANSWER)
  const events: unknown[] = []
  const graph = asking([modelBudget({ perRun: { maxTokens: 50 } }), retry()], { options: { models: [model, spare] } })
  const run = graph.start()
  const heard = (async () => {
    for await (const { type, data } of run) if (type.startsWith('models.')) events.push([type, data])
  })()
  await clock.advance(60_000)
  const { report } = await run.settled
  await heard
  expect(report.stages['ask0']).toMatchObject({ error: { code: 'models/budget' }, attempts: [{ status: 'fail' }] })
  expect([model.requests, spare.requests]).toEqual([[], []])
  expect(events).toEqual([['models.budget_refused', { model: 'large', limit: 'perRun', unit: 'tokens', left: 50 }]])
})

test('isRetryable is not asked about a budget', async () => {
  const asked: unknown[] = []
  const options = {
    isRetryable: (error: unknown) => asked.push(error) > 0,
    models: [model, sized(clock, SIZE, ANSWER)] as const,
  }
  await ended(asking([modelBudget({ perRun: { maxTokens: 50 } })], { options }))
  expect(asked).toEqual([])
})

test('child runs, items of a map and retries count for the run that they are in', async () => {
  const flaky = sized(clock, SIZE, [{ reasoning: 'Hal' }, httpError(503)], [httpError(503)], ANSWER)
  const child = new Pipeline('child').withStage('ask', ask(model))
  const probe = sized(clock, { inputTokens: 1e9, maxOutputTokens: 0 })
  const budget = modelBudget({ perRun: { maxTokens: 1_000 } })
  const graph = new Pipeline('parent')
    .withPipeline('kid', child)
    .withMap('items', {
      over: () => [1, 2, 3],
      each: async (_, { runChild }) => ({ ...(await runChild(child).orFail()) }),
      dependencies: ['kid'],
    })
    .withStage('flaky', ask(flaky), { dependencies: ['items'], onFailure: 'skip' })
    .withStage('probe', ask(probe), { dependencies: ['flaky'], join: 'settled' })
    .build({ clock, interceptors: [budget, retry({ baseMs: 5 })] })
  const running = graph.runSettled()
  await clock.advance(60_000)
  const { report } = await running
  expect([model.requests.length, flaky.requests.length]).toEqual([4, 3])
  // Five answers of 30, and one that broke off: 20 input tokens, and 1 for "Hal".
  expect(report.stages['probe']?.error?.message).toContain(
    `perRun of modelBudget() has ${1_000 - 5 * 30 - 21} of 1000 left`,
  )
})

test('money is counted exactly, in the currency of the prices', async () => {
  const prices = (
    { id, provider }: { id: string; provider: string },
    usage: { inputTokens: number; outputTokens: number },
  ) => {
    expect([id, provider]).toEqual(['large', 'test'])
    return usage.inputTokens * 0.000_1 + usage.outputTokens * 0.000_3
  }
  const budget = modelBudget({ prices, perRun: { maxCost: 0.04 } })
  const { report } = await ended(asking([budget], { count: 9 }))
  // A request may cost 0.026, and costs 0.005.
  expect(model.requests).toHaveLength(3)
  expect(report.stages['ask3']?.error?.message).toContain(
    'may cost 0.026, and perRun of modelBudget() has 0.025 of 0.04 left.',
  )
})

test('a limit of requests needs neither sizes nor prices', async () => {
  model = scripted(clock, 'large', ANSWER)
  const { report } = await ended(asking([modelBudget({ perRun: { maxRequests: 2 } })], { count: 3 }))
  expect(model.requests).toHaveLength(2)
  expect(report.stages['ask2']?.error?.message).toBe(
    'A request to model "large" may take 1 request, and perRun of modelBudget() has 0 of 2 left. Raise the limit.',
  )
})

test('all runs of a user share a limit, until its window ends; other users have their own', async () => {
  const store = memoryBudgetStore({ clock })
  const budget = modelBudget({ perUser: { maxTokens: 150, windowMs: DAY_MS }, store })
  const graph = asking([budget])
  const ada = { userId: 'ada', orgId: 'acme' }
  for (let time = 0; time < 3; time++) await ended(graph, ada)
  expect(model.requests).toHaveLength(2)
  const refused = await leftOf(budget, ada)
  expect(refused).toMatchObject({ limit: 'perUser', unit: 'tokens', left: 90, resetsInMs: undefined })
  const error = await graph.run(ada).catch((thrown: { cause: BudgetError }) => thrown.cause)
  expect(error).toMatchObject({ left: 90, resetsInMs: DAY_MS - 180_000 })
  expect((error as Error).message).toContain(`Its window ends in ${DAY_MS - 180_000} ms: ask again then`)

  expect((await ended(graph, { userId: 'bob', orgId: 'acme' })).status).toBe('completed')
  expect((await ended(graph, { userId: 'ada', orgId: 'other' })).status).toBe('completed')
  await clock.advance(DAY_MS)
  expect((await ended(graph, ada)).status).toBe('completed')
})

test('the time until a window ends is a whole number of milliseconds, and never too short', async () => {
  const budget = modelBudget({ perUser: { maxRequests: 1, windowMs: 1_000 }, store: memoryBudgetStore({ clock }) })
  const graph = asking([budget])
  await graph.run({ userId: 'ada' })
  await clock.advance(0.25)
  const error = await graph.run({ userId: 'ada' }).catch((thrown: { cause: BudgetError }) => thrown.cause)
  expect(error).toMatchObject({ resetsInMs: 1_000, message: expect.stringContaining('ends in 1000 ms') as string })
})

test('of two limits, both count, and a refusal of the second one gives back what the first one held', async () => {
  const store = memoryBudgetStore({ clock })
  const budget = modelBudget({
    perUser: { maxTokens: 1_000, windowMs: DAY_MS },
    perOrg: { maxTokens: 150, windowMs: DAY_MS },
    store,
  })
  const graph = asking([budget])
  for (const userId of ['ada', 'bob', 'cleo']) await ended(graph, { userId, orgId: 'acme' })
  expect(model.requests).toHaveLength(2)
  expect(await leftOf(budget, { userId: 'cleo', orgId: 'acme' })).toMatchObject({ limit: 'perUser', left: 1_000 })
  expect(await leftOf(budget, { userId: 'ada', orgId: 'acme' })).toMatchObject({ limit: 'perUser', left: 970 })
})

test.each([
  ['perUser', { orgId: 'acme' }, 'userId'],
  ['perOrg', { userId: 'ada' }, 'orgId'],
])('a run that %s cannot tell from others asks no model (models/budget-anonymous)', async (name, input, id) => {
  const store = memoryBudgetStore({ clock })
  const options = { [name]: { maxRequests: 5, windowMs: DAY_MS }, store }
  const { report } = await ended(asking([modelBudget(options as never)]), input)
  expect(report.stages['ask0']?.error).toMatchObject({
    code: 'models/budget-anonymous',
    message: `${name} of modelBudget() limits a run by its ${id}, and this run has none. Pass it with the input of the run: graph.run({ ${id} }).`,
  })
  expect(model.requests).toEqual([])
})

test.each([
  ['HTTP 429', [httpError(429)]],
  ['HTTP 401', [httpError(401)]],
  ['a broken connection', [Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' })]],
])('%s before the answer costs nothing, not even a request', async (_, script) => {
  const budget = modelBudget({
    perUser: { maxTokens: 500, maxRequests: 5, windowMs: DAY_MS },
    store: memoryBudgetStore({ clock }),
  })
  model = sized(clock, SIZE, script)
  await ended(asking([budget]), { userId: 'ada' })
  expect(model.requests).toHaveLength(1)
  expect(await leftOf(budget, { userId: 'ada' })).toMatchObject({ unit: 'tokens', left: 500 })
  model = sized(clock, SIZE, ANSWER)
  for (let time = 0; time < 6; time++) await ended(asking([budget]), { userId: 'ada' })
  expect(model.requests).toHaveLength(5)
})

test('the next model may use what a failed one had reserved', async () => {
  model = sized(clock, SIZE, [httpError(503)])
  const spare = sized(clock, SIZE, ANSWER)
  const graph = asking([modelBudget({ perRun: { maxTokens: 100 } })], { options: { models: [model, spare] } })
  expect((await ended(graph)).status).toBe('completed')
})

test('a hedge reserves too, and what its loser has used counts', async () => {
  const budget = modelBudget({ perUser: { maxTokens: 500, windowMs: DAY_MS }, store: memoryBudgetStore({ clock }) })
  model = sized(clock, SIZE, [1_000, ...ANSWER])
  const spare = sized(clock, SIZE, ANSWER)
  const graph = asking([budget], { options: { models: [model, spare], hedgeMs: 100 } })
  expect((await ended(graph, { userId: 'ada' })).status).toBe('completed')
  // The loser had got a request of 20 tokens.
  expect((await leftOf(budget, { userId: 'ada' })).left).toBe(500 - 30 - 20)
})

test('a hedge that does not fit is not made, and the first model still answers', async () => {
  model = sized(clock, SIZE, [1_000, ...ANSWER])
  const spare = sized(clock, SIZE, ANSWER)
  const graph = asking([modelBudget({ perRun: { maxTokens: 150 } })], {
    options: { models: [model, spare], hedgeMs: 100 },
  })
  expect((await ended(graph)).status).toBe('completed')
  expect(spare.requests).toEqual([])
})

test('a spare that did not fit beside a slow model is asked once that has failed and given back what it held', async () => {
  model = sized(clock, SIZE, [1_000, httpError(503)])
  const spare = sized(clock, SIZE, ANSWER)
  const third = sized(clock, SIZE, ANSWER)
  const graph = asking([modelBudget({ perRun: { maxTokens: 150 } })], {
    options: { models: [model, spare, third], hedgeMs: 100 },
  })
  const result = await ended(graph)
  expect(result.status).toBe('completed')
  expect([model, spare, third].map(({ requests }) => requests.length)).toEqual([1, 1, 0])
  expect(result.report.usage).toMatchObject({ inputTokens: 20, outputTokens: 10 })
})

test('the next model may use what all failed ones had reserved', async () => {
  model = sized(clock, SIZE, [1_000, httpError(503)])
  const beside = sized(clock, SIZE, [1_100, httpError(503)])
  const large = sized(clock, { inputTokens: 20, maxOutputTokens: 130 }, ANSWER)
  const graph = asking([modelBudget({ perRun: { maxTokens: 210 } })], {
    options: { models: [model, beside, large], hedgeMs: 100 },
  })
  expect((await ended(graph)).status).toBe('completed')
  expect([model, beside, large].map(({ requests }) => requests.length)).toEqual([1, 1, 1])
})

test('if a spare did not fit beside a slow model, and that has failed for good, its own error is that of the stage', async () => {
  model = sized(clock, SIZE, [1_000, httpError(401)])
  const spare = sized(clock, SIZE, ANSWER)
  const graph = asking([modelBudget({ perRun: { maxTokens: 150 } })], {
    options: { models: [model, spare], hedgeMs: 100 },
  })
  expect(await ended(graph)).toMatchObject({ status: 'failed', errors: [{ message: 'HTTP 401' }] })
  expect(spare.requests).toEqual([])
})

test('firstChunkMs begins with the request: the time that a store takes is not that of the model', async () => {
  const inner = memoryBudgetStore({ clock })
  const store = {
    ...inner,
    reserve: async (...given: Parameters<typeof inner.reserve>) => {
      await clock.sleep(3_000)
      return inner.reserve(...given)
    },
  }
  const budget = modelBudget({ perUser: { maxTokens: 500, windowMs: DAY_MS }, store })
  const silent = sized(clock, SIZE, ['hang'])
  const graph = asking([budget], { options: { models: [silent, model], firstChunkMs: 1_000 } })
  const { report, status } = await ended(graph, { userId: 'ada' })
  expect(status).toBe('completed')
  expect(report.stages['ask0']?.notes.models?.calls).toMatchObject([
    { status: 'fail', durationMs: 4_000, error: { code: 'models/stalled' } },
    { status: 'ok', durationMs: 3_000 },
  ])
})

test.each([
  [false, 20 + 3],
  [true, 20 + 10],
])('what a stopped answer has used is counted when the run has ended (drain: %s)', async (drain, tokens) => {
  const budget = modelBudget({ perUser: { maxTokens: 500, windowMs: DAY_MS }, store: memoryBudgetStore({ clock }) })
  model = sized(clock, SIZE, [...words('Hello world'), 100, ...words('!'), used(20, 10)])
  const run = asking([budget], { options: { drain } }).start({ userId: 'ada' })
  await clock.advance(50)
  run.cancel('enough')
  await clock.advance(1_000)
  expect((await run.settled).status).toBe('cancelled')
  expect((await leftOf(budget, { userId: 'ada' })).left).toBe(500 - tokens)
})

test('a run that is cancelled while its request waits for the store makes no request, and gives back what it held', async () => {
  const inner = memoryBudgetStore({ clock })
  const store = {
    ...inner,
    reserve: async (...given: Parameters<typeof inner.reserve>) => {
      await clock.sleep(100)
      return inner.reserve(...given)
    },
  }
  const budget = modelBudget({ perUser: { maxTokens: 500, windowMs: DAY_MS }, store })
  const run = asking([budget]).start({ userId: 'ada' })
  await clock.advance(50)
  run.cancel('enough')
  await clock.advance(1_000)
  expect((await run.settled).report.stages['ask0']?.notes.usage).toBeUndefined()
  expect(model.requests).toEqual([])
  expect(
    (await leftOf(modelBudget({ perUser: { maxTokens: 500, windowMs: DAY_MS }, store: inner }), { userId: 'ada' }))
      .left,
  ).toBe(500)
})

test('a request without a maximum of output tokens needs expectOutputTokens (models/budget-unbounded)', async () => {
  model = sized(clock, { inputTokens: 20 }, ANSWER)
  const { report } = await ended(asking([modelBudget({ perRun: { maxTokens: 500 } })]))
  expect(report.stages['ask0']?.error).toMatchObject({
    code: 'models/budget-unbounded',
    message:
      'modelBudget() can\'t limit a request to model "large" that has no maximum of output tokens. Set it in the request, or pass modelBudget({ expectOutputTokens: 1_000 }).',
  })
  expect(model.requests).toEqual([])
  expect((await ended(asking([modelBudget({ perRun: { maxTokens: 500 }, expectOutputTokens: 50 })]))).status).toBe(
    'completed',
  )
})

test('a model that does not say how large a request is cannot be limited in tokens (models/budget-unbounded)', async () => {
  const { size: _, ...unsized } = model
  const { report } = await ended(
    asking([modelBudget({ perRun: { maxTokens: 500 } })], { options: { models: [unsized] } }),
  )
  expect(report.stages['ask0']?.error?.message).toContain('Add size: (request) => ({ inputTokens, maxOutputTokens })')
  expect(report.stages['ask0']?.error?.code).toBe('models/budget-unbounded')
})

/** Deltas of one token each, and no end. */
const endless = words(...Array.from({ length: 1_000 }, () => 'word'))

test('an answer without a maximum goes on beyond what was expected, and ends at the limit, never above it', async () => {
  const budget = modelBudget({
    perUser: { maxTokens: 100, windowMs: DAY_MS },
    store: memoryBudgetStore({ clock }),
    expectOutputTokens: 16,
  })
  model = sized(clock, { inputTokens: 20 }, endless)
  const run = asking([budget]).start({ userId: 'ada' })
  const texts: string[] = []
  const read = (async () => {
    for await (const text of run.chunks('ask0' as never)) texts.push(text as string)
  })().catch(() => {})
  await clock.advance(60_000)
  const { report } = await run.settled
  await read
  expect(report.stages['ask0']).toMatchObject({
    status: 'fail',
    error: { code: 'models/budget' },
    notes: { usage: { inputTokens: 20, outputTokens: 80, estimated: true } },
  })
  expect(texts).toHaveLength(80)
  expect(model.open()).toBe(0)
  expect((await leftOf(budget, { userId: 'ada' })).left).toBe(0)
})

/** A store that keeps the amount that each reservation asked for and got, by its limit. */
function watchedStore() {
  const inner = memoryBudgetStore({ clock })
  const held: Record<string, number> = {}
  const store = {
    ...inner,
    reserve: (...[key, given]: Parameters<typeof inner.reserve>) => {
      const answer = inner.reserve(key, given)
      const [name] = JSON.parse(key) as [string]
      if (answer.status === 'reserved') held[name] = given.amount
      return answer
    },
  }
  return { store, held }
}

test('if a second limit has no room for more of an answer, the first one holds no more either', async () => {
  const { store, held } = watchedStore()
  const budget = modelBudget({
    perUser: { maxTokens: 1_000, windowMs: DAY_MS },
    perOrg: { maxTokens: 50, windowMs: DAY_MS },
    store,
    expectOutputTokens: 16,
  })
  model = sized(clock, { inputTokens: 20 }, [...endless.slice(0, 20), 'hang'])
  const run = asking([budget]).start({ userId: 'ada', orgId: 'acme' })
  await clock.advance(50)
  // 20 and 16, then 16 more don't fit into 50, and 8 more do.
  expect(held).toEqual({ perUser: 44, perOrg: 44 })
  run.cancel('enough')
  await clock.advance(50)
  await run.settled
})

test('a run that is stopped while its answer waits for a larger reservation counts what it has used, and holds nothing', async () => {
  const inner = memoryBudgetStore({ clock })
  let waits = 0
  const store = {
    ...inner,
    reserve: async (...given: Parameters<typeof inner.reserve>) => {
      await clock.sleep(waits)
      waits = 500
      return inner.reserve(...given)
    },
  }
  const limit = { perUser: { maxTokens: 500, windowMs: DAY_MS } }
  model = sized(clock, { inputTokens: 20 }, endless)
  const run = asking([modelBudget({ ...limit, store, expectOutputTokens: 16 })]).start({ userId: 'ada' })
  await clock.advance(50)
  run.cancel('enough')
  await clock.advance(5_000)
  const { report } = await run.settled
  const { inputTokens = 0, outputTokens = 0 } = report.usage ?? {}
  expect(outputTokens).toBe(16)
  await clock.advance(5_000)
  const left = (await leftOf(modelBudget({ ...limit, store: inner }), { userId: 'ada' })).left
  expect(left).toBe(500 - inputTokens - outputTokens)
})

test('an answer without a maximum that just fits is a whole one', async () => {
  model = sized(clock, { inputTokens: 20 }, [
    ...endless.slice(0, 79),
    { text: 'word', finishReason: 'stop' },
    { usage: { outputTokens: 80 } },
  ])
  const { status } = await ended(asking([modelBudget({ perRun: { maxTokens: 100 }, expectOutputTokens: 16 })]))
  expect(status).toBe('completed')
})

test('counts that a provider sends on its way are taken for an answer without a maximum', async () => {
  model = sized(clock, { inputTokens: 20 }, [
    ...words('a'),
    { usage: { outputTokens: 70 } },
    ...words('b'),
    { usage: { outputTokens: 90 } },
    ...words('c'),
  ])
  const graph = asking([modelBudget({ perRun: { maxTokens: 100 }, expectOutputTokens: 16 })])
  const { report } = await ended(graph)
  expect(report.stages['ask0']).toMatchObject({
    error: { code: 'models/budget' },
    notes: { usage: { outputTokens: 90 } },
  })
})

test('countTokens counts an answer without a maximum', async () => {
  model = sized(clock, { inputTokens: 20 }, endless)
  const graph = asking([modelBudget({ perRun: { maxTokens: 100 }, expectOutputTokens: 16 })], {
    options: { countTokens: (text) => text.length },
  })
  const { report } = await ended(graph)
  expect(report.stages['ask0']?.notes.usage).toMatchObject({ outputTokens: 80 })
})

test.each([Number.NaN, -1, Infinity, null, '20'])(
  'a size of %s is not known (models/budget-unbounded)',
  async (wrong) => {
    for (const size of [
      { inputTokens: wrong, maxOutputTokens: 10 },
      { inputTokens: 10, maxOutputTokens: wrong },
    ]) {
      model = sized(clock, size as never, ANSWER)
      const { report } = await ended(asking([modelBudget({ perRun: { maxTokens: 500 } })]))
      expect(report.stages['ask0']?.error?.code).toBe('models/budget-unbounded')
      expect(model.requests).toEqual([])
    }
  },
)

test('parts of tokens count as whole ones, and a wrong countTokens lifts no limit', async () => {
  model = sized(clock, { inputTokens: 20.25, maxOutputTokens: 10.5 }, [...words('Hi'), { finishReason: 'stop' }])
  const store = memoryBudgetStore({ clock })
  const budget = modelBudget({ perUser: { maxTokens: 100, windowMs: DAY_MS }, store, expectOutputTokens: 8 })
  const answered = await ended(asking([budget], { options: { countTokens: () => 0.5 } }), { userId: 'ada' })
  expect(answered.status).toBe('completed')
  expect((await leftOf(budget, { userId: 'ada' })).left).toBe(100 - 21)

  const throws = () => {
    throw new Error('no tokenizer')
  }
  for (const [place, countTokens] of [() => Number.NaN, () => -5, throws, async () => 5].entries()) {
    model = sized(clock, { inputTokens: 10 }, endless)
    const userId = `user ${place}`
    const wrong = await ended(asking([budget], { options: { countTokens: countTokens as () => number } }), { userId })
    expect(wrong.report.stages['ask0']?.error?.code).toBe('models/budget')
    expect((await leftOf(budget, { userId })).left).toBeLessThan(8)
  }
})

test('a countTokens that throws lifts no limit, and leaves no more reserved than was needed', async () => {
  const countTokens = (): never => {
    throw new Error('no such token')
  }
  model = sized(clock, { inputTokens: 10 }, endless)
  const store = memoryBudgetStore({ clock })
  const budget = modelBudget({ perUser: { maxTokens: 100, windowMs: DAY_MS }, store, expectOutputTokens: 8 })
  const { report } = await ended(asking([budget], { options: { countTokens } }), { userId: 'ada' })
  expect(report.stages['ask0']?.error?.code).toBe('models/budget')
  expect((await leftOf(budget, { userId: 'ada' })).left).toBeLessThan(8)
})

test('a price that is not a number refuses the request (models/illegal-price)', async () => {
  const late = () => Promise.reject(new Error('no database'))
  for (const price of [() => undefined, () => Number.NaN, () => -1, () => Infinity, () => '1', late]) {
    const graph = asking([modelBudget({ prices: price as () => number, perRun: { maxCost: 1 } })])
    const { report } = await ended(graph)
    expect(report.stages['ask0']?.error).toMatchObject({
      code: 'models/illegal-price',
      message: expect.stringMatching(/^prices of modelBudget\(\) for model "large" returned /) as string,
    })
  }
  expect(model.requests).toEqual([])
})

test('prices that throw refuse the request, and no other model is asked', async () => {
  const spare = sized(clock, SIZE, ANSWER)
  const cause = httpError(503)
  const prices = () => {
    throw cause
  }
  const budget = modelBudget({ prices, perRun: { maxCost: 1 } })
  const { report } = await ended(asking([budget], { options: { models: [model, spare] } }))
  expect(report.stages['ask0']?.error).toMatchObject({
    code: 'models/illegal-price',
    message: expect.stringContaining('for model "large" threw: HTTP 503') as string,
  })
  expect([model.requests, spare.requests]).toEqual([[], []])
})

test('a size that throws refuses the request, and no other model is asked', async () => {
  const size = () => {
    throw httpError(503)
  }
  const spare = sized(clock, SIZE, ANSWER)
  const models = [{ ...model, size }, spare] as const
  const { report } = await ended(asking([modelBudget({ perRun: { maxTokens: 100 } })], { options: { models } }))
  expect(report.stages['ask0']?.error).toMatchObject({
    code: 'models/budget-unbounded',
    message: expect.stringContaining('size(request) threw: HTTP 503') as string,
  })
  expect([model.requests, spare.requests]).toEqual([[], []])
})

test('if the price of what was used is unknown, what was reserved counts on, and the run says so', async () => {
  const prices = (_: unknown, { estimated }: { estimated?: true }) => (estimated === true ? 0.5 : Number.NaN)
  const budget = modelBudget({ prices, perUser: { maxCost: 2, windowMs: DAY_MS }, store: memoryBudgetStore({ clock }) })
  const { status, report } = await ended(asking([budget]), { userId: 'ada' })
  expect(status).toBe('completed')
  expect(report.notes['core/problems']).toMatchObject([{ code: 'models/illegal-price' }])
  const four = modelBudget({
    prices: () => 4,
    perUser: { maxCost: 2, windowMs: DAY_MS },
    store: memoryBudgetStore({ clock }),
  })
  expect((await leftOf(four, { userId: 'ada' })).left).toBe(2)
})

test('a store that fails refuses the request, and a retry makes it (models/unavailable)', async () => {
  let failures = 2
  const inner = memoryBudgetStore({ clock })
  const store = {
    ...inner,
    reserve: (...given: Parameters<typeof inner.reserve>) => {
      if (failures-- > 0) throw new Error('connection refused')
      return inner.reserve(...given)
    },
  }
  const limit = { perUser: { maxTokens: 500, windowMs: DAY_MS }, store }
  const spare = sized(clock, SIZE, ANSWER)
  const options = { models: [model, spare] as const }
  const first = await ended(asking([modelBudget(limit)], { options }), { userId: 'ada' })
  expect(first.report.stages['ask0']?.error).toMatchObject({
    code: 'models/unavailable',
    message:
      'The store of perUser in modelBudget() failed to reserve: connection refused. Check the store, and call again.',
    cause: { message: 'connection refused' },
  })
  expect([model.requests, spare.requests]).toEqual([[], []])
  expect((await ended(asking([modelBudget(limit), retry()], { options }), { userId: 'ada' })).status).toBe('completed')
  expect(spare.requests).toEqual([])
})

test('if the store does not say that an amount is reserved, no request is made', async () => {
  for (const answer of [undefined, true, { status: 'added' }]) {
    const store = { reserve: () => answer as never, settle: () => {} }
    const graph = asking([modelBudget({ perUser: { maxRequests: 5, windowMs: DAY_MS }, store })])
    const { report } = await ended(graph, { userId: 'ada' })
    expect(report.stages['ask0']?.error?.message).toMatch(
      /failed to reserve: the store returned .* for a reservation\. /,
    )
  }
  expect(model.requests).toEqual([])
})

test('a store that does not answer is waited for 4 s', async () => {
  const store = { reserve: () => new Promise<never>(() => {}), settle: () => {} }
  const run = asking([modelBudget({ perUser: { maxRequests: 5, windowMs: DAY_MS }, store })]).runSettled({
    userId: 'ada',
  })
  await clock.advance(4_000)
  expect((await run).report.stages['ask0']?.error?.message).toContain('the budget store did not answer within 4000 ms')
})

test('a reservation that a store makes too late is given back', async () => {
  const inner = memoryBudgetStore({ clock })
  const store = {
    ...inner,
    reserve: async (...given: Parameters<typeof inner.reserve>) => {
      await clock.sleep(5_000)
      return inner.reserve(...given)
    },
  }
  const limit = { perUser: { maxTokens: 500, windowMs: DAY_MS } }
  await ended(asking([modelBudget({ ...limit, store })]), { userId: 'ada' })
  expect((await leftOf(modelBudget({ ...limit, store: inner }), { userId: 'ada' })).left).toBe(500)
})

test('if the store fails at the end, the answer stays, what was reserved counts on, and the run says so', async () => {
  const inner = memoryBudgetStore({ clock })
  const failing = { ...inner, settle: () => Promise.reject(new Error('connection lost')) }
  const limit = { perUser: { maxTokens: 500, windowMs: DAY_MS } }
  const { status, report } = await ended(asking([modelBudget({ ...limit, store: failing })]), { userId: 'ada' })
  expect(status).toBe('completed')
  expect(report.notes['core/problems']).toMatchObject([
    {
      code: 'models/unavailable',
      message:
        'The store of perUser in modelBudget() failed to settle: connection lost. Check the store. What was reserved counts until the window ends.',
    },
  ])
  expect((await leftOf(modelBudget({ ...limit, store: inner }), { userId: 'ada' })).left).toBe(400)
})

test('a child graph with a budget of its own keeps that, and that of the run around it', async () => {
  const own = modelBudget({ perRun: { maxRequests: 2 } })
  const child = asking([own], { count: 3 })
  const graph = new Pipeline('parent')
    .withStage('first', async ({ runChild }) => ({ status: (await runChild(child)).status }))
    .withStage('second', async ({ runChild }) => ({ status: (await runChild(child)).status }), {
      dependencies: ['first'],
    })
    .build({ clock, interceptors: [modelBudget({ perRun: { maxRequests: 3 } })] })
  const { data } = await ended(graph)
  expect(data).toEqual({ first: { status: 'failed' }, second: { status: 'failed' } })
  expect(model.requests).toHaveLength(3)
})

test('ids of any length and with any characters have a limit of their own', async () => {
  const store = memoryBudgetStore({ clock })
  const graph = asking([modelBudget({ perUser: { maxRequests: 1, windowMs: DAY_MS }, store })])
  const ids = ['a', '["a"]', 'a'.repeat(300), `${'a'.repeat(300)}b`, '😀'.repeat(200)]
  for (const userId of [...ids, ...ids]) await ended(graph, { userId })
  expect(model.requests).toHaveLength(ids.length)
})

test.each([
  [undefined, 'the options must be an object, not undefined'],
  [{}, 'pass perRun, perUser or perOrg'],
  [{ perRun: {} }, 'perRun must have maxCost, maxTokens or maxRequests'],
  [{ perRun: 5 }, 'perRun must be an object such as { maxTokens: 100_000 }, not 5'],
  [{ perRun: { maxTokens: 0 } }, 'perRun.maxTokens must be a whole number from 1, not 0'],
  [{ perRun: { maxTokens: 5, windowMs: 5 } }, 'unknown option "perRun.windowMs"'],
  [{ perRun: { maxCost: 1 } }, 'maxCost of perRun needs prices'],
  [{ prices: () => 1, perRun: { maxCost: 0 } }, 'perRun.maxCost must be a number from 0.000001 to 9000000000, not 0'],
  [{ perUser: { maxRequests: 5, windowMs: 5 } }, 'perUser needs a store: memoryBudgetStore()'],
  [{ perOrg: { maxRequests: 5 }, store: memoryBudgetStore() }, 'perOrg.windowMs must be a whole number from 1'],
  [{ perRun: { maxRequests: 5 }, store: {} }, 'store must be a budget store with reserve()'],
  [{ perRun: { maxRequests: 5 }, expectOutputTokens: 1.5 }, 'expectOutputTokens must be a whole number from 1'],
  [{ perRun: { maxRequests: 5 }, prices: 5 }, 'prices must be a function (model, usage) => number, not 5'],
])('the options %j are refused (models/illegal-option)', (options, says) => {
  expect(() => modelBudget(options as never)).toThrow(
    expect.objectContaining({ code: 'models/illegal-option', message: expect.stringContaining(says) as string }),
  )
})

test('a store for another version of core is refused (core/plugin-version)', () => {
  const store = { ...memoryBudgetStore(), core: '^99.0.0' }
  expect(() => modelBudget({ perOrg: { maxRequests: 5, windowMs: 5 }, store })).toThrow(
    expect.objectContaining({ code: 'core/plugin-version' }),
  )
})
