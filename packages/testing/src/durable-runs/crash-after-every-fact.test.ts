import { Pipeline, StageOutput, StageflowError, createSlot } from '@stageflow/core'
import type { Interceptor, StageContext } from '@stageflow/core'
import { expect, test } from 'vitest'
import { crashAfterEveryFact, memoryExecutor } from '../durable.ts'

test('a chain is safe: no stage runs twice, and none ends differently', async () => {
  const graph = new Pipeline('order')
    .withStage('price', () => ({ cents: 250 }))
    .withStage('charge', async ({ inputs }) => ({ paid: inputs.from('price').cents }), { dependencies: ['price'] })
    .build()
  expect(await crashAfterEveryFact(graph)).toEqual({ status: 'completed', crashes: 2, ranTwice: [], differences: [] })
})

test('a stage in progress at a crash is reported, and so is its other result', async () => {
  let charges = 0
  const graph = new Pipeline('order')
    .withStage('price', () => ({ cents: 250 }))
    .withStage('charge', async ({ clock }) => {
      await clock.sleep(1)
      return { receipt: ++charges }
    })
    .build()
  const report = await crashAfterEveryFact(graph)
  expect(report.ranTwice).toEqual(['charge'])
  expect(report.differences[0]).toMatch(/^after .*: stage "charge" returned {"receipt":\d}, not {"receipt":1}$/)
})

test('state that is kept beside the facts shows as a difference', async () => {
  const slot = createSlot<string>('app/user')
  const login: Interceptor = {
    name: 'login',
    wrap: (next, { name }) => (name === 'login' ? (context) => (context.run.set(slot, 'ada'), next(context)) : next),
  }
  const graph = new Pipeline('slots')
    .withStage('login', () => ({}))
    .withStage('greet', (context) => ({ user: context.get(slot) ?? 'nobody' }), { dependencies: ['login'] })
    .build({ interceptors: [login] })
  const { differences } = await crashAfterEveryFact(graph)
  expect(differences).toEqual(['after "login": stage "greet" returned {"user":"nobody"}, not {"user":"ada"}'])
})

const approve = ({ resumed }: StageContext): { by: unknown } | StageOutput =>
  resumed === undefined ? StageOutput.suspend('approve?') : { by: resumed.answer }

test('requests get the answers that were passed, in child runs too', async () => {
  const graph = new Pipeline('order')
    .withStage('approve', approve)
    .withPipeline('kid', new Pipeline('kid').withStage('check', approve), { dependencies: ['approve'] })
    .build()
  const answers = { approve: 'ada', 'kid/check': 'bob' }
  const report = await crashAfterEveryFact(graph, {}, { answers })
  expect(report).toMatchObject({ status: 'completed', ranTwice: [], differences: [] })
  expect(report.crashes).toBe(6)
  await expect(crashAfterEveryFact(graph, {}, { answers: { approve: 'ada' } })).rejects.toMatchObject({
    code: 'testing/missing-answer',
    message: expect.stringContaining(`{ answers: { 'approve': … } }`) as string,
  })
})

test('the input, the ports and the options of the run are used', async () => {
  const graph = Pipeline.withPorts<{ shout: (text: string) => string }>('p')
    .withStage('a', ({ snapshot, ports }) => ({ text: ports.shout(snapshot.inputText ?? '') }))
    .withStage('b', () => StageOutput.fail('down'))
    .build()
  const seen: string[] = []
  const shout = (text: string): string => (seen.push(text), text.toUpperCase())
  const runOptions = { onStageFailure: 'continue' } as const
  const report = await crashAfterEveryFact(graph, { inputText: 'hi' }, { ports: { shout }, runOptions })
  expect(report).toMatchObject({ status: 'failed', differences: [] })
  expect(new Set(seen)).toEqual(new Set(['hi']))
  await expect(crashAfterEveryFact(graph, {}, { answer: 1 } as never)).rejects.toMatchObject({
    code: 'testing/illegal-option',
  })
})

class Money {
  cents = 1
}
const self: { self?: unknown } = {}
self.self = self

test.each<readonly [what: string, value: unknown, lost: string]>([
  ['a function', () => 'yes', 'a function'],
  ['a symbol', Symbol('s'), 'Symbol(s)'],
  ['a bigint', 1n, '1n'],
  ['a date', new Date(0), 'an instance of Date'],
  ['an instance of a class', new Money(), 'an instance of Money'],
  ['NaN', NaN, 'NaN'],
  ['a promise', Promise.resolve(1), 'an instance of Promise'],
  ['an object inside itself', self, 'more than 500 levels'],
])(
  'an input, an answer or a start that JSON would lose or change is refused by its place: %s',
  async (_, value, lost) => {
    const graph = new Pipeline('order').withStage('approve', approve).build()
    const refusal = (place: string) => ({
      code: 'testing/not-json',
      message: expect.stringMatching(
        new RegExp(`must be JSON.* has .*${lost.replace(/[()]/g, '\\$&')}.*${place}`, 'su'),
      ),
    })
    const place = value === self ? 'self' : 'metadata.value'
    await expect(crashAfterEveryFact(graph, { metadata: { value } })).rejects.toMatchObject(refusal(place))
    await expect(crashAfterEveryFact(graph, {}, { answers: { approve: value } })).rejects.toMatchObject(
      refusal(value === self ? 'self' : 'approve'),
    )
    const store = memoryExecutor()
    const start = { runId: 'r', startedAt: 0, input: { metadata: { value } } }
    expect(() => store.run(start, () => Promise.reject(new Error('carried')))).toThrow(
      expect.objectContaining(refusal(value === self ? 'self' : 'input.metadata.value')),
    )
    expect(() => store.answer('r', 'approve', value)).toThrow(
      expect.objectContaining({
        code: 'testing/not-json',
        message: expect.stringContaining('the answer to "approve"'),
      }),
    )
  },
)

// ---------- people, times and failures

declare module '@stageflow/core' {
  interface RunOptions {
    readonly crashTicket?: string
  }
}

test('the caller is admitted once, every leg runs under what was kept, and stages know who has answered', async () => {
  const asked: string[] = []
  const seen = new Set<string>()
  const owners: Interceptor = {
    name: 'owners',
    runOptions: ['crashTicket'],
    admit: ({ action, options: { crashTicket } }) => {
      asked.push(action)
      if (crashTicket !== 'ada') throw new StageflowError('acme/foreign', 'Not yours.')
      return { keep: { user: crashTicket } }
    },
    onRun: ({ kept, options }) => void seen.add(JSON.stringify([kept, options.crashTicket])),
  }
  const graph = new Pipeline('order')
    .withStage('approve', ({ resumed }) =>
      resumed === undefined ? StageOutput.suspend('?') : { by: resumed.by?.userId, expired: resumed.expired },
    )
    .withStage('must', ({ inputs }) => (inputs.from('approve').by === 'bo' ? {} : StageOutput.fail('who?')), {
      dependencies: ['approve'],
    })
    .build({ interceptors: [owners] })
  const options = { answers: { approve: true }, by: { userId: 'bo' }, caller: { crashTicket: 'ada' } }
  const report = await crashAfterEveryFact(graph, {}, options)
  expect(report).toMatchObject({ status: 'completed', ranTwice: [], differences: [] })
  expect(asked).toEqual(['start'])
  expect([...seen]).toEqual(['[{"owners":{"user":"ada"}},null]'])
  await expect(crashAfterEveryFact(graph, {}, { ...options, caller: {} })).rejects.toMatchObject({
    code: 'acme/foreign',
  })
})

test('sleeps, reminders and deadlines pass at once, and an answer comes before the time of its question', async () => {
  const DAY = 86_400_000
  const graph = new Pipeline('order')
    .withStage('sleep', ({ resumed }) =>
      resumed === undefined ? StageOutput.suspend('nap', { forMs: 3 * DAY }) : { slept: resumed.expired },
    )
    .withStage(
      'boss',
      ({ resumed }) => {
        if (resumed === undefined) return StageOutput.suspend('Pay?', { forMs: 2 * DAY, state: 'asked' })
        if (!resumed.expired) return { answer: resumed.answer }
        if (resumed.state === 'asked')
          return StageOutput.suspend('Pay!', { forMs: 5 * DAY, state: 'reminded', otherwise: 'no' })
        return { answer: resumed.answer }
      },
      { dependencies: ['sleep'] },
    )
    .withMap('items', {
      over: () => [1, 2],
      each: (_item, { resumed }) => (resumed === undefined ? StageOutput.suspend('?', { forMs: DAY }) : {}),
    })
    .build()
  const whole = await crashAfterEveryFact(graph)
  expect(whole).toMatchObject({ status: 'completed', ranTwice: [], differences: [] })
  expect(whole.crashes).toBeGreaterThan(10)
  const answered = await crashAfterEveryFact(graph, {}, { answers: { boss: 'yes', 'items#1': 1 } })
  expect(answered).toMatchObject({ status: 'completed', ranTwice: [], differences: [] })
  expect(answered.crashes).toBeLessThan(whole.crashes)
})

test('answers pass the answerSchema of their stages, in child pipelines and maps too', async () => {
  const number = {
    '~standard': {
      version: 1,
      vendor: 'test',
      validate: (value: unknown) =>
        typeof value === 'string' ? { value: Number(value) } : { issues: [{ message: 'must be a string' }] },
    },
  } as const
  const ask = ({ resumed }: StageContext) =>
    resumed === undefined ? StageOutput.suspend('?') : resumed.answer === 7 ? {} : StageOutput.fail('wrong')
  const kid = new Pipeline('kid').withStage('a/b', ask, { answerSchema: number })
  const graph = new Pipeline('order')
    .withPipeline('kid', kid)
    .withMap('items', { over: () => [1], each: (_item, context) => ask(context), answerSchema: number })
    .build()
  const answers = { 'kid/a%2Fb': '7', 'items#0': '7' }
  expect(await crashAfterEveryFact(graph, {}, { answers })).toMatchObject({ status: 'completed', differences: [] })
  await expect(crashAfterEveryFact(graph, {}, { answers: { ...answers, 'items#0': 7 } })).rejects.toMatchObject({
    code: 'core/answer',
    message: expect.stringContaining('"items#0": must be a string'),
  })
})

test('items of maps are safe, also those that run a pipeline and ask, by their keys', async () => {
  const letter = new Pipeline('letter')
    .withStage('draft', ({ snapshot }) => ({ text: snapshot.inputText }))
    .withStage(
      'check',
      ({ resumed }) => (resumed === undefined ? StageOutput.suspend('right?') : { answer: resumed.answer }),
      { dependencies: ['draft'] },
    )
  const graph = new Pipeline('mail')
    .withMap('letters', {
      over: () => ['a/1', 'b 2'],
      each: letter,
      input: (inputText) => ({ inputText }),
      key: (item) => item,
    })
    .withMap('sent', {
      dependencies: ['letters'],
      over: (inputs) => inputs.from('letters').items,
      each: (item, { resumed, item: { index } }) =>
        index === 0 && resumed === undefined ? StageOutput.suspend('send?') : { item: item?.check.answer, index },
    })
    .build()
  const answers = { 'letters#a%2F1/check': 'one', 'letters#b%202/check': 'two', 'sent#0': true }
  const report = await crashAfterEveryFact(graph, {}, { answers })
  expect(report).toMatchObject({ status: 'completed', differences: [] })
  expect(report.ranTwice).toEqual([])
})

test('child runs of code are the same after a crash', async () => {
  const kid = new Pipeline('kid').withStage('a', () => ({ a: 1 }))
  const graph = new Pipeline('order')
    .withStage('work', async ({ runChild }) => ({ status: (await runChild(kid)).status }))
    .withStage('after', () => ({}), { dependencies: ['work'] })
    .build()
  expect(await crashAfterEveryFact(graph)).toMatchObject({ status: 'completed', ranTwice: [], differences: [] })
})
