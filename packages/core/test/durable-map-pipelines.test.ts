import { manualClock, recordingSink } from '@stageflow/testing'
import { expect, test } from 'vitest'
import { runDurable } from '../src/durable.ts'
import { Pipeline, StageOutput } from '../src/index.ts'
import type { Interceptor, StageContext, StageRecord } from '../src/index.ts'
import { ArrayExecutor } from './array-executor.ts'
import { PROPERTY_TIMEOUT_MS } from './property-settings.ts'

// A map whose items run a pipeline: the stages of the pipeline are the calls.

const LETTERS = ['a', 'b', 'c']

/** Turns of the event loop, so that the stages of several items are in progress at once. */
async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn++) await new Promise<void>((resolve) => setImmediate(resolve))
}

const letterOf = ({ snapshot }: StageContext): string => snapshot.inputText as string

/** Drafts a letter and has it checked. `calls` has the calls of its stages. */
function letter(calls: string[], asks: readonly string[] = []) {
  return new Pipeline('letter')
    .withStage('draft', async (context) => {
      calls.push(`draft ${letterOf(context)}`)
      await turns(letterOf(context).charCodeAt(0) % 3)
      context.note('usage', { inputTokens: 10 })
      return { text: letterOf(context) }
    })
    .withStage(
      'check',
      (context) => {
        const { resumed } = context
        calls.push(`check ${letterOf(context)}${resumed === undefined ? '' : '!'}`)
        if (asks.includes(letterOf(context)) && resumed === undefined)
          return StageOutput.suspend({ question: letterOf(context) })
        return { answer: resumed?.answer ?? 'none' }
      },
      { dependencies: ['draft'] },
    )
}

const input = (item: unknown) => ({ inputText: item as string })

function letters(
  calls: string[],
  {
    asks = [],
    concurrency = 2,
    key,
    letters: all = LETTERS,
    interceptors = [],
  }: Partial<{
    asks: readonly string[]
    concurrency: number
    key: (item: string) => string
    letters: readonly string[]
    interceptors: readonly Interceptor[]
  }> = {},
) {
  return new Pipeline('p')
    .withMap('letters', {
      over: () => all,
      each: letter(calls, asks),
      input,
      concurrency,
      ...(key !== undefined && { key }),
    })
    .withStage('count', ({ inputs }) => ({ count: inputs.from('letters').items.length }), {
      dependencies: ['letters'],
    })
    .build({ interceptors })
}

const keyOf = (item: string): string => `letter ${item}`

test.each([1, 2, 16])(
  'the stages of an item are calls, and a run that is resumed from any fact ends the same, %i items at once',
  { timeout: PROPERTY_TIMEOUT_MS },
  async (concurrency) => {
    const first = new ArrayExecutor()
    const whole = await runDurable(letters([], { concurrency }), first, {})
    expect(whole).toMatchObject({
      status: 'completed',
      data: { count: { count: 3 }, letters: { items: LETTERS.map((text) => ({ draft: { text } })) } },
    })
    expect(first.begun.toSorted()).toEqual([
      'count',
      ...[0, 1, 2].flatMap((place) => [`letters#${place}/check`, `letters#${place}/draft`]),
    ])
    for (let cut = 0; cut <= first.facts.length; cut++) {
      const calls: string[] = []
      const again = new ArrayExecutor(first.facts.slice(0, cut), { leg: 2 })
      const result = await runDurable(letters(calls, { concurrency }), again, {})
      expect(result.data).toEqual(whole.data)
      expect(again.begun).toHaveLength(first.facts.length - cut)
    }
  },
)

test('the record of a map is the same in the leg that ran the items and in one that has only their facts', async () => {
  const sink = recordingSink()
  const options = { eventSink: sink }
  const first = new ArrayExecutor()
  const live = await runDurable(letters([]), first, options)
  const types = sink.types()
  expect(types.filter((type) => type.startsWith('stage.letters.item_')).toSorted()).toEqual(
    ['completed', 'started'].flatMap((kind) => LETTERS.map(() => `stage.letters.item_${kind}`)),
  )
  sink.clear()
  const replayed = await runDurable(letters([]), new ArrayExecutor(first.facts), options)
  expect(sink.types()).toEqual(['pipeline.resumed'])
  const { items } = live.report.stages.letters
  expect(items).toMatchObject({ total: 3, ok: 3, attempts: 3, usage: { inputTokens: 30 } })
  expect(replayed.report.stages.letters.items).toEqual(items)
  expect([live.report.usage, replayed.report.usage]).toEqual([{ inputTokens: 30 }, { inputTokens: 30 }])
  expect(live.report.stages.letters.notes).toEqual({})
})

test('items that ask keep their place, the others go on, and an answer goes on with the one item', async () => {
  const calls: string[] = []
  const graph = letters(calls, { asks: ['a', 'c'], key: keyOf })
  const first = new ArrayExecutor()
  const waiting = await runDurable(graph, first, {})
  expect(waiting).toMatchObject({
    status: 'suspended',
    requests: {
      letters: { 'letter a': { check: { question: 'a' } }, 'letter c': { check: { question: 'c' } } },
    },
  })
  expect([...first.waiting.keys()].toSorted()).toEqual(['letters#letter%20a/check', 'letters#letter%20c/check'])
  const second = new ArrayExecutor(first.facts)
  second.answer('letters#letter%20c/check', 'fine')
  expect(await runDurable(graph, second, {})).toMatchObject({
    status: 'suspended',
    requests: { letters: { 'letter a': { check: { question: 'a' } } } },
  })
  const third = new ArrayExecutor(second.facts)
  third.answer('letters#letter%20a/check', 'good')
  const done = await runDurable(graph, third, {})
  expect(done).toMatchObject({
    status: 'completed',
    data: { letters: { items: ['good', 'none', 'fine'].map((answer) => ({ check: { answer } })) } },
  })
  expect(calls.toSorted()).toEqual([
    'check a',
    'check a!',
    'check b',
    'check c',
    'check c!',
    'draft a',
    'draft b',
    'draft c',
  ])
  for (let cut = 0; cut <= third.facts.length; cut++) {
    const past = third.facts.slice(0, cut)
    const again = new ArrayExecutor(past, { leg: 2 })
    for (const fact of third.facts.slice(cut)) if (fact.kind === 'answer') again.answer(fact.key, fact.answer)
    expect((await runDurable(graph, again, {})).data).toEqual(done.data)
  }
})

test('an item whose pipeline fails fails the map in every leg, and what is done is in its data', async () => {
  const graph = (calls: string[]) =>
    new Pipeline('p')
      .withMap('letters', {
        over: () => LETTERS,
        each: new Pipeline('letter').withStage('draft', async (context) => {
          calls.push(letterOf(context))
          if (letterOf(context) === 'b') throw new Error('no paper')
          return { text: letterOf(context) }
        }),
        input,
        concurrency: 1,
      })
      .build()
  const first = new ArrayExecutor()
  const live = await runDurable(graph([]), first, {})
  const calls: string[] = []
  const replayed = await runDurable(graph(calls), new ArrayExecutor(first.facts), {})
  expect(calls).toEqual([])
  for (const { outputs, report } of [live, replayed]) {
    expect(outputs.letters).toMatchObject({ status: 'fail', data: { items: [{ draft: { text: 'a' } }, undefined] } })
    expect(report.stages.letters.items).toMatchObject({ total: 2, ok: 1, fail: 1 })
  }
  expect(replayed.report.stages.letters.items).toEqual(live.report.stages.letters.items)
})

test('an interceptor may not wrap an item that runs a pipeline, because a leg could not repeat that', async () => {
  const wrap: Interceptor = {
    name: 'wrap',
    wrap: (next, { itemOf }) => (itemOf === undefined ? next : (context) => next(context)),
  }
  await expect(runDurable(letters([], { interceptors: [wrap] }), new ArrayExecutor(), {})).rejects.toMatchObject({
    code: 'core/not-durable',
    message: expect.stringContaining('"wrap" wraps it') as string,
  })
})

test('a limit on an item that runs a pipeline passes as a fact, with the key of the item in its name', async () => {
  const clock = manualClock()
  const limits: Interceptor = {
    name: 'limits',
    onCall: ({ itemOf }) =>
      itemOf === undefined
        ? undefined
        : ({ now }) => ({ deadline: now + 100, expired: () => StageOutput.fail('too slow') }),
  }
  const graph = new Pipeline('p')
    .withMap('letters', {
      over: () => ['quick', 'slow'],
      each: new Pipeline('letter').withStage('draft', async (context) => {
        if (letterOf(context) === 'slow')
          await new Promise((_, reject) =>
            context.signal.addEventListener('abort', () => reject(context.signal.reason)),
          )
        return {}
      }),
      input,
      key: (item) => item,
      onItemFailure: 'collect',
    })
    .build({ clock, interceptors: [limits] })
  const executor = new ArrayExecutor([], { start: { startedAt: clock.now() }, now: () => clock.now() })
  const running = runDurable(graph, executor, {})
  await turns(20)
  await clock.advance(100)
  executor.pass()
  const result = await running
  expect(executor.facts.map(({ kind, key }) => `${kind} ${key}`)).toEqual([
    'call letters#quick/draft',
    'timer /letters#quick~limits@1',
    'timer /letters#slow~limits@1',
    'call letters#slow/draft',
  ])
  expect(result).toMatchObject({
    status: 'completed',
    data: { letters: { items: [{ status: 'ok' }, { status: 'fail', error: { message: 'too slow' } }] } },
  })
  const calls: string[] = []
  const again = new ArrayExecutor(executor.facts)
  expect((await runDurable(graph, again, {})).data).toEqual(result.data)
  expect([calls, again.begun, clock.timers]).toEqual([[], [], []])
})

test('interceptors are told of an item when its facts have come, and of items of earlier legs as replayed', async () => {
  const told: string[] = []
  const tell =
    (what: string) =>
    ({ stage, status }: StageRecord, { item }: { item?: { key: string } | undefined }): void => {
      if (item !== undefined) told.push(`${what} ${stage}#${item.key} ${status}`)
    }
  const watch: Interceptor = { name: 'watch', settled: tell('settled'), replayed: tell('replayed') }
  const graph = (calls: string[]) => letters(calls, { interceptors: [watch] })
  const first = new ArrayExecutor()
  await runDurable(graph([]), first, {})
  expect(told.toSorted()).toEqual([0, 1, 2].map((place) => `settled letters#${place} ok`))
  told.length = 0
  await runDurable(graph([]), new ArrayExecutor(first.facts), {})
  expect(told.toSorted()).toEqual([0, 1, 2].map((place) => `replayed letters#${place} ok`))
})
