import { manualClock, recordingSink } from '@stageflow/testing'
import { expect, test } from 'vitest'
import { runDurable } from '../src/durable.ts'
import { Pipeline, StageOutput } from '../src/index.ts'
import type { Interceptor, StageContext, StageRecord } from '../src/index.ts'
import { ArrayExecutor } from './array-executor.ts'

// What the fact of an item of a map holds, and what a later leg restores of it.

const again: Interceptor = {
  name: 'again',
  wrap: (next) => async (context) => {
    const output = await next(context)
    return output.status === 'fail' && context.attempt < 2 ? next(context) : output
  },
}

type Told = readonly [what: string, record: StageRecord, item: { index: number; key: string }]

function watcher(told: Told[]): Interceptor {
  const tell =
    (what: string): NonNullable<Interceptor['settled']> =>
    (record, { item }) => {
      if (item !== undefined) told.push([what, record, item])
    }
  return { name: 'watcher', settled: tell('settled'), replayed: tell('replayed') }
}

const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value))

test('attempts, notes, chunks, usage and child results of items are restored in a later leg', async () => {
  const child = new Pipeline('child').withStage('ask', ({ note }) => {
    note('usage', { inputTokens: 100 })
    return { asked: true }
  })
  const calls: string[] = []
  const told: Told[] = []
  const graph = new Pipeline('p')
    .withMap('each', {
      over: () => ['retried', 'noted', 'child', 'chunks', 'skipped', 'failed'],
      key: (item) => item,
      each: async function* (item, context) {
        calls.push(item)
        context.note('usage', { inputTokens: 1 })
        if (item === 'retried' && context.attempt === 1) throw new Error('busy')
        if (item === 'noted') (context.note as (key: string, value: unknown) => void)('seen', item)
        if (item === 'child') await context.runChild(child)
        if (item === 'chunks') yield 'a chunk'
        if (item === 'skipped') return StageOutput.skip('nothing to do')
        if (item === 'failed') return StageOutput.fail('broken')
        return { item }
      },
      onItemFailure: 'collect',
    })
    .build({ interceptors: [watcher(told), again] })
  const first = new ArrayExecutor()
  const live = await runDurable(graph, first, {})
  expect(calls).toHaveLength(8)
  const { items } = live.report.stages.each
  expect(items).toMatchObject({ total: 6, ok: 4, skip: 1, fail: 1, attempts: 8, usage: { inputTokens: 108 } })
  expect(items?.records).toMatchObject([
    { key: 'retried', attempts: [{ status: 'fail', error: { message: 'busy' } }, { status: 'ok' }] },
    { key: 'noted', notes: { seen: 'noted' } },
    { key: 'child', notes: { usage: { inputTokens: 1 } } },
    { key: 'chunks' },
    { key: 'skipped', status: 'skip', reason: 'nothing to do' },
    { key: 'failed', status: 'fail', attempts: [{}, {}], error: { message: 'broken' } },
  ])
  expect(live.report.stages.each.notes).toEqual({})
  expect(Object.keys(live.children)).toEqual(['each#child'])
  const liveTold = told.splice(0)
  const replayed = await runDurable(graph, new ArrayExecutor(first.facts), {})
  expect(calls).toHaveLength(8)
  expect(plain(replayed.report.stages.each.items)).toEqual(plain(items))
  expect(replayed.report.usage).toEqual(live.report.usage)
  expect(plain(replayed.children)).toMatchObject(plain(live.children) as object)
  expect(replayed.data).toEqual(live.data)
  const byKey = (all: readonly Told[]): unknown =>
    plain(
      all
        .map(([what, record, item]) => [item.key, what, record] as const)
        .toSorted(([one], [other]) => (one < other ? -1 : 1)),
    )
  expect(liveTold.map(([what]) => what)).toEqual(Array.from({ length: 6 }, () => 'settled'))
  expect(told.map(([what]) => what)).toEqual(Array.from({ length: 6 }, () => 'replayed'))
  expect(byKey(told.map(([, record, item]) => ['', record, item]))).toEqual(
    byKey(liveTold.map(([, record, item]) => ['', record, item])),
  )
  expect(liveTold.find(([, , { key }]) => key === 'chunks')?.[1].chunks).toBe(1)
})

test('an item is told as settled once its fact has come, so a leg that was lost before that tells of it never', async () => {
  const told: Told[] = []
  const graph = (each: () => Promise<object>) =>
    new Pipeline('p').withMap('each', { over: () => [1], each }).build({ interceptors: [watcher(told)] })
  const lost = new AbortController()
  const first = new ArrayExecutor([], { lost: lost.signal })
  const gone = runDurable(
    graph(async () => {
      lost.abort(new Error('taken'))
      return {}
    }),
    first,
    {},
  )
  await expect(gone).rejects.toThrow('taken')
  expect(told).toEqual([])
  await runDurable(
    graph(async () => ({})),
    new ArrayExecutor([], { leg: 2 }),
    {},
  )
  expect(told).toMatchObject([['settled', { stage: 'each', status: 'ok' }, { index: 0, key: '0' }]])
})

test('each item has one event of its start and one of its end, in the leg that ran it', async () => {
  const sink = recordingSink()
  const graph = new Pipeline('p')
    .withMap('each', {
      over: () => ['a', 'b'],
      each: async (item, { attempt }) => {
        if (item === 'b' && attempt === 1) throw new Error('busy')
        return { item }
      },
      concurrency: 1,
    })
    .build({ interceptors: [again] })
  const first = new ArrayExecutor()
  await runDurable(graph, first, { eventSink: sink })
  const ofItems = (): unknown[] =>
    sink.events.flatMap(({ type, data }) =>
      type.startsWith('stage.each.item_')
        ? [`${type.slice('stage.each.item_'.length)} ${(data as { key: string }).key}`]
        : [],
    )
  expect(ofItems()).toEqual(['started 0', 'completed 0', 'started 1', 'retrying 1', 'completed 1'])
  sink.clear()
  await runDurable(graph, new ArrayExecutor(first.facts.slice(0, 1)), { eventSink: sink })
  expect(ofItems()).toEqual(['started 1', 'retrying 1', 'completed 1'])
})

test('notes of an item that asked and was answered, and what it used before, count in every leg', async () => {
  const graph = new Pipeline('p')
    .withMap('each', {
      over: () => ['asks', 'plain'],
      each: (item, { note, resumed }: StageContext) => {
        note('usage', { inputTokens: 5 })
        return item === 'asks' && resumed === undefined ? StageOutput.suspend('?') : { answer: resumed?.answer }
      },
    })
    .build()
  const first = new ArrayExecutor()
  await runDurable(graph, first, {})
  const second = new ArrayExecutor(first.facts)
  second.answer('each#0', 'yes')
  const live = await runDurable(graph, second, {})
  const replayed = await runDurable(graph, new ArrayExecutor(second.facts), {})
  for (const { report } of [live, replayed]) {
    expect(report.usage).toEqual({ inputTokens: 15 })
    expect(report.stages.each.items).toMatchObject({ total: 2, ok: 2, usage: { inputTokens: 15 } })
  }
  expect(plain(replayed.report.stages.each.items)).toEqual(plain(live.report.stages.each.items))
})

test('an item whose code ignores a limit is abandoned in every leg', async () => {
  const clock = manualClock()
  const limits: Interceptor = {
    name: 'limits',
    onCall: ({ itemOf }) =>
      itemOf === undefined
        ? undefined
        : ({ now }) => ({ deadline: now + 10, expired: () => StageOutput.fail('too slow') }),
  }
  const graph = new Pipeline('p')
    .withMap('each', { over: () => [1], each: () => new Promise<object>(() => {}), onItemFailure: 'skip' })
    .build({ clock, interceptors: [limits] })
  const first = new ArrayExecutor([], { start: { startedAt: clock.now() }, now: () => clock.now() })
  const running = runDurable(graph, first, { graceMs: 100 })
  while (first.begun.length === 0) await new Promise((resolve) => setImmediate(resolve))
  await clock.advance(10)
  await clock.advance(100)
  const live = await running
  expect(live.report.stages.each.items?.records).toMatchObject([{ status: 'fail', abandoned: true }])
  const replayed = await runDurable(graph, new ArrayExecutor(first.facts), {})
  expect(plain(replayed.report.stages.each.items)).toEqual(plain(live.report.stages.each.items))
})

test('each attempt of an item keeps its child runs, with those inside them', async () => {
  const inner = new Pipeline('inner').withStage('ask', () => ({}))
  const outer = new Pipeline('outer').withStage('ask', async ({ runChild }) => ({ ...(await runChild(inner)).data }))
  const graph = new Pipeline('p')
    .withMap('each', {
      over: () => [1],
      each: async (_item, { runChild, attempt }) => {
        await runChild(outer)
        if (attempt === 1) throw new Error('busy')
        return {}
      },
    })
    .build({ interceptors: [again] })
  const first = new ArrayExecutor()
  const live = await runDurable(graph, first, {})
  const replayed = await runDurable(graph, new ArrayExecutor(first.facts), {})
  for (const { children } of [live, replayed])
    expect(Object.keys(children).toSorted()).toEqual(['each#0', 'each#0/ask', 'each#0/ask@2', 'each#0@2'])
})

test('what a child run inside a child run has used counts once, in every leg', async () => {
  const used = ({ note }: Pick<StageContext, 'note'>) => void note('usage', { inputTokens: 1 })
  const inner = new Pipeline('inner').withStage('ask', used)
  const outer = new Pipeline('outer').withStage('ask', async (context) => {
    used(context)
    await context.runChild(inner)
    return {}
  })
  const graph = new Pipeline('p')
    .withMap('each', {
      over: () => [1, 2],
      each: async (_item, context) => {
        used(context)
        await context.runChild(outer)
        return {}
      },
    })
    .withStage('plain', async ({ runChild }) => {
      await runChild(outer)
      return {}
    })
    .build()
  const first = new ArrayExecutor()
  const live = await runDurable(graph, first, {})
  const replayed = await runDurable(graph, new ArrayExecutor(first.facts), {})
  for (const { report } of [live, replayed, await graph.run()]) {
    expect(report.usage).toEqual({ inputTokens: 8 })
    expect(report.stages.each.items?.usage).toEqual({ inputTokens: 6 })
  }
})

test.each([false, true])(
  'a map that is one call has the record of its items in its fact, with a failed item: %s',
  async (fails) => {
    const calls: number[] = []
    const graph = new Pipeline('p')
      .withMap('each', {
        over: () => [1, 2, 3],
        key: (item) => `item ${item}`,
        each: async (item, { note, attempt }) => {
          calls.push(item)
          note('usage', { inputTokens: item })
          if (item === 2 && (fails || attempt === 1)) throw new Error('busy')
          return { item }
        },
        placement: 'call',
        concurrency: 1,
      })
      .build({ interceptors: [again] })
    const first = new ArrayExecutor()
    const live = await runDurable(graph, first, {})
    expect(first.begun).toEqual(['each'])
    const replayed = await runDurable(graph, new ArrayExecutor(first.facts), {})
    expect(calls).toEqual(fails ? [1, 2, 2] : [1, 2, 2, 3])
    for (const { report, outputs } of [live, replayed]) {
      expect(report.usage).toEqual({ inputTokens: fails ? 5 : 8 })
      expect(report.stages.each.items).toMatchObject({ total: fails ? 2 : 3, attempts: fails ? 3 : 4 })
      expect(outputs.each).toMatchObject({ data: { items: fails ? [{ item: 1 }, undefined] : [{ item: 1 }, {}, {}] } })
    }
    expect(plain(replayed.report.stages.each)).toEqual(plain(live.report.stages.each))
  },
)

// ---------- another order of the source

function letters(all: readonly string[], calls: string[], { keyed = true, pipeline = false } = {}) {
  const run = async (letter: string): Promise<object> => {
    calls.push(letter)
    return { letter }
  }
  const each = pipeline
    ? new Pipeline('letter').withStage('write', ({ snapshot }) => run(snapshot.inputText as string))
    : run
  return new Pipeline('p')
    .withMap('letters', {
      over: () => all,
      each,
      ...(pipeline && { input: (letter: string) => ({ inputText: letter }) }),
      ...(keyed && { key: (letter: string) => `letter ${letter}` }),
      concurrency: 1,
    } as never)
    .withStage('last', () => ({}), { dependencies: ['letters'] as never })
    .build()
}

test('with key, a source that has nothing left goes on, also if nothing else is left to do', async () => {
  let all = ['a', 'b']
  for (const pipeline of [false, true]) {
    const ask = ({ resumed }: { readonly resumed?: object | undefined }) =>
      resumed === undefined ? StageOutput.suspend('?') : {}
    const graph = new Pipeline('p')
      .withMap('letters', {
        over: () => all,
        key: (letter) => letter,
        each: (pipeline
          ? new Pipeline('letter').withStage('check', ask)
          : (_: string, context: object) => ask(context)) as never,
      })
      .build()
    all = ['a', 'b']
    const first = new ArrayExecutor()
    expect((await runDurable(graph, first, {})).status).toBe('suspended')
    all = []
    const second = new ArrayExecutor(first.facts, { leg: 2 })
    expect(await runDurable(graph, second, {})).toMatchObject({ status: 'completed', data: { letters: { items: [] } } })
  }
})

test.each([
  ['another order', ['c', 'a', 'b']],
  ['one more', ['x', 'a', 'b', 'c']],
  ['one less, which was done', ['c', 'b']],
  ['one less, which was not done', ['b', 'a']],
  ['others', ['x', 'y']],
])('with key, a source with %s goes on with what is done, after each fact', async (_name, other) => {
  for (const pipeline of [false, true]) {
    const first = new ArrayExecutor()
    await runDurable(letters(['a', 'b', 'c'], [], { pipeline }), first, {})
    for (let cut = 0; cut <= 3; cut++) {
      const calls: string[] = []
      const second = new ArrayExecutor(first.facts.slice(0, cut), { leg: 2 })
      const result = await runDurable(letters(other, calls, { pipeline }), second, {})
      const done = ['a', 'b', 'c'].slice(0, cut)
      expect(result.data).toMatchObject({
        letters: { items: other.map((letter) => (pipeline ? { write: { letter } } : { letter })) },
      })
      expect(calls).toEqual(other.filter((letter) => !done.includes(letter)))
      // What came of that is the same in a third leg.
      const third = await runDurable(letters(other, calls, { pipeline }), new ArrayExecutor(second.facts), {})
      expect(third.data).toEqual(result.data)
    }
  }
})

test.each([
  ['another order', ['c', 'a', 'b']],
  ['one less', ['a']],
])('without key, a source with %s is refused', async (_name, other) => {
  for (const pipeline of [false, true]) {
    const first = new ArrayExecutor()
    await runDurable(letters(['a', 'b', 'c'], [], { keyed: false, pipeline }), first, {})
    const second = new ArrayExecutor(first.facts.slice(0, 2), { leg: 2 })
    await expect(runDurable(letters(other, [], { keyed: false, pipeline }), second, {})).rejects.toMatchObject({
      code: 'core/replay',
    })
  }
})

test('an item of the same key that has changed is refused, because its result is of the old one', async () => {
  const graph = (text: string) =>
    new Pipeline('p')
      .withMap('letters', { over: () => [{ id: 'a', text }], key: ({ id }) => id, each: (letter) => ({ letter }) })
      .build()
  const first = new ArrayExecutor()
  await runDurable(graph('old'), first, {})
  await expect(runDurable(graph('new'), new ArrayExecutor(first.facts), {})).rejects.toMatchObject({
    code: 'core/replay',
    message: expect.stringContaining('over() for letters#a returned') as string,
  })
})

test('items may have what JSON cannot hold, such as the BigInt of a row, and are compared with it', async () => {
  const graph = (id: bigint) =>
    new Pipeline('p')
      .withMap('rows', { over: () => [{ id }], key: () => 'row', each: (row) => ({ id: `${row.id}` }) })
      .build()
  const first = new ArrayExecutor()
  expect((await runDurable(graph(7n), first, {})).data).toEqual({ rows: { items: [{ id: '7' }] } })
  expect((await runDurable(graph(7n), new ArrayExecutor(first.facts), {})).status).toBe('completed')
  await expect(runDurable(graph(8n), new ArrayExecutor(first.facts), {})).rejects.toMatchObject({ code: 'core/replay' })
})

test('an item that cannot be compared in a later leg is refused by its key', async () => {
  const item: { self?: object } = {}
  item.self = item
  const each = new Pipeline('letter').withStage('write', () => ({}))
  for (const options of [{ each: () => ({}) }, { each, input: () => ({}) }]) {
    const graph = new Pipeline('p')
      .withMap('rows', { over: () => [item], key: () => 'row', ...options } as never)
      .build()
    expect(await runDurable(graph, new ArrayExecutor(), {})).toMatchObject({
      status: 'failed',
      errors: [
        {
          code: 'core/not-json',
          stage: 'rows',
          message: expect.stringMatching(
            /^over\(\) for rows#row returned what JSON cannot hold \(.*circular.*\), so a later leg could not compare it\. Return plain data\.$/s,
          ) as string,
        },
      ],
    })
  }
})
