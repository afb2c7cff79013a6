import { manualClock, recordingSink } from '@stageflow/testing'
import { expect, test } from 'vitest'
import { runDurable } from '../src/durable.ts'
import { Pipeline, StageKind, StageOutput, asStage, createSlot } from '../src/index.ts'
import type { Interceptor, StageContext } from '../src/index.ts'
import { repeatUntil } from '../src/repeat.ts'
import { ArrayExecutor } from './array-executor.ts'

function ask({ resumed, stage }: StageContext): { answer: unknown } | StageOutput {
  if (resumed === undefined) return StageOutput.suspend({ question: `${stage.name}?` }, { state: { asked: 1 } })
  return { answer: resumed.answer }
}

// ---------- keys

test('stages with a slash in their name and stages of a child have different keys', async () => {
  const child = new Pipeline('child').withStage('t', () => ({ of: 'child' }))
  const graph = new Pipeline('p')
    .withStage('kid/t', () => ({ of: 'root' }))
    .withPipeline('kid', child)
    .build()
  const executor = new ArrayExecutor()
  const result = await runDurable(graph, executor, {})
  expect(result.data).toEqual({ 'kid/t': { of: 'root' }, kid: { t: { of: 'child' } } })
  expect(executor.begun.toSorted()).toEqual(['kid%2Ft', 'kid/t'])
})

test('a call has a name that is the same in every leg and round, and in process it has none', async () => {
  const names: (string | undefined)[] = []
  const child = new Pipeline('child').withMap('each', {
    over: () => [1],
    each: (_item, { callKey }) => void names.push(callKey),
  })
  const graph = new Pipeline('p')
    .withStage('asks', (context) => (names.push(context.callKey), ask(context)))
    .withPipeline('kid', child)
    .build()
  const first = new ArrayExecutor()
  await runDurable(graph, first, {})
  const second = new ArrayExecutor(first.facts)
  second.answer('asks', 1)
  await runDurable(graph, second, {})
  expect(names).toEqual(['run-1/asks', 'run-1/kid/each#0', 'run-1/asks'])
  names.length = 0
  await graph.run()
  expect(names).toEqual([undefined, undefined])
})

test('the ids of child runs are the same in every leg, also of those that code starts', async () => {
  const ids: string[] = []
  const child = new Pipeline('child').withStage('t', ({ pipelineRunId }) => void ids.push(pipelineRunId))
  const graph = new Pipeline('p').withPipeline('kid', child).withStage('own', asStage(child)).build()
  await runDurable(graph, new ArrayExecutor(), {})
  await runDurable(graph, new ArrayExecutor([], { leg: 2 }), {})
  expect(ids).toEqual(['run-1/kid', 'run-1/own', 'run-1/kid', 'run-1/own'])
})

test('a child run that code starts is a part of its call and has no facts of its own', async () => {
  const child = new Pipeline('child').withStage('t', () => ({ x: 1 }))
  const graph = new Pipeline('p').withStage('own', asStage(child)).build()
  const executor = new ArrayExecutor()
  const result = await runDurable(graph, executor, {})
  expect(result.data).toEqual({ own: { t: { x: 1 } } })
  expect(executor.begun).toEqual(['own'])
  expect(Object.keys(result.children)).toEqual(['own'])
})

// ---------- placement

test('a local stage runs in every leg and has no fact, whatever its time', async () => {
  const calls: string[] = []
  const graph = new Pipeline('p')
    .withStage(
      'local',
      async ({ stage }) => {
        calls.push(stage.name)
        await new Promise((resolve) => setImmediate(resolve))
        return { cheap: 1 }
      },
      { placement: 'local' },
    )
    .withStage('call', ({ inputs, stage }) => (calls.push(stage.name), { got: inputs.from('local') }), {
      dependencies: ['local'],
    })
    .build()
  const first = new ArrayExecutor()
  const result = await runDurable(graph, first, {})
  expect(result.data).toEqual({ local: { cheap: 1 }, call: { got: { cheap: 1 } } })
  expect(first.facts.map(({ key }) => key)).toEqual(['call'])
  const second = new ArrayExecutor(first.facts)
  expect((await runDurable(graph, second, {})).data).toEqual(result.data)
  expect(calls).toEqual(['local', 'call', 'local'])
})

// ---------- maps

test('an asynchronous source of a map is read once, and its items are a fact', async () => {
  let reads = 0
  const graph = new Pipeline('p')
    .withMap('each', {
      over: async function* () {
        reads++
        for (const item of ['a', 'b']) {
          await new Promise((resolve) => setImmediate(resolve))
          yield item
        }
      },
      each: (item) => ({ item }),
    })
    .build()
  const first = new ArrayExecutor()
  const result = await runDurable(graph, first, {})
  expect(result.data).toEqual({ each: { items: [{ item: 'a' }, { item: 'b' }] } })
  expect(first.begun).toEqual(['each#over', 'each#0', 'each#1'])
  for (let cut = 1; cut <= 3; cut++) {
    const again = new ArrayExecutor(first.facts.slice(0, cut))
    expect((await runDurable(graph, again, {})).data).toEqual(result.data)
  }
  expect(reads).toBe(1)
})

test('a source that fails, fails its map in every leg', async () => {
  const graph = new Pipeline('p')
    .withMap('each', {
      // oxlint-disable-next-line require-yield -- it fails before its first item
      over: async function* (): AsyncGenerator<string> {
        throw new Error('no connection')
      },
      each: (item) => ({ item }),
    })
    .build()
  const first = new ArrayExecutor()
  expect(await runDurable(graph, first, {})).toMatchObject({ errors: [{ message: 'no connection' }] })
  const again = new ArrayExecutor(first.facts)
  expect(await runDurable(graph, again, {})).toMatchObject({ errors: [{ message: 'no connection' }] })
})

test.each([1, 3])('items of a map wait for answers, %i at a time, in any order and over legs', async (concurrency) => {
  const calls: string[] = []
  const graph = new Pipeline('p')
    .withMap('each', {
      over: () => ['a', 'b', 'c'],
      each: (item, context) => {
        calls.push(`${item}${context.resumed === undefined ? '' : '!'}`)
        return item === 'b' ? { item } : ask(context)
      },
      concurrency,
    })
    .withStage('other', () => ({}))
    .build()
  const first = new ArrayExecutor()
  const waiting = await runDurable(graph, first, {})
  expect(waiting).toMatchObject({
    status: 'suspended',
    requests: { each: { 0: { question: 'each?' }, 2: { question: 'each?' } } },
  })
  const second = new ArrayExecutor(first.facts)
  second.answer('each#2', 'C')
  expect(await runDurable(graph, second, {})).toMatchObject({
    status: 'suspended',
    requests: { each: { 0: { question: 'each?' } } },
  })
  const third = new ArrayExecutor(second.facts)
  third.answer('each#0', 'A')
  const result = await runDurable(graph, third, {})
  expect(result).toMatchObject({
    status: 'completed',
    data: { each: { items: [{ answer: 'A' }, { item: 'b' }, { answer: 'C' }] } },
  })
  expect(calls.toSorted()).toEqual(['a', 'a!', 'b', 'c', 'c!'])
  const last = new ArrayExecutor(third.facts)
  expect((await runDurable(graph, last, {})).data).toEqual(result.data)
  expect(last.begun).toEqual([])
})

test('an answer to an item that comes while other items run is kept until the map waits', async () => {
  let go = (): void => {}
  const graph = new Pipeline('p')
    .withMap('each', {
      over: () => ['asks', 'runs'],
      each: async (item, context) => {
        if (item === 'asks') return ask(context)
        await new Promise<void>((resolve) => (go = resolve))
        return {}
      },
    })
    .build()
  const executor = new ArrayExecutor()
  const running = runDurable(graph, executor, {})
  while (!executor.waiting.has('each#0')) await new Promise((resolve) => setImmediate(resolve))
  executor.answer('each#0', 'early')
  await new Promise((resolve) => setImmediate(resolve))
  go()
  expect(await running).toMatchObject({ status: 'completed', data: { each: { items: [{ answer: 'early' }, {}] } } })
  const again = new ArrayExecutor(executor.facts)
  expect(await runDurable(graph, again, {})).toMatchObject({ status: 'completed' })
  expect(again.begun).toEqual([])
})

// ---------- child pipelines

test('stages of child pipelines wait for answers in place, and the children suspend with the root', async () => {
  const calls: string[] = []
  const inner = new Pipeline('inner')
    .withStage('before', ({ stage }) => void calls.push(stage.name))
    .withStage('ask', ask, { dependencies: ['before'] })
  const middle = new Pipeline('middle').withPipeline('deep', inner)
  const graph = new Pipeline('p')
    .withPipeline('kid', middle)
    .withStage('own', ask)
    .withStage('last', ({ inputs }) => ({ got: inputs.toJSON() }), { dependencies: ['kid', 'own'] })
    .build()
  const first = new ArrayExecutor()
  const waiting = await runDurable(graph, first, {})
  expect(waiting).toMatchObject({
    status: 'suspended',
    requests: { own: { question: 'own?' }, kid: { deep: { ask: { question: 'ask?' } } } },
  })
  expect([...first.waiting.keys()].toSorted()).toEqual(['kid/deep/ask', 'own'])
  const second = new ArrayExecutor(first.facts)
  second.answer('kid/deep/ask', 'deep yes')
  expect(await runDurable(graph, second, {})).toMatchObject({
    status: 'suspended',
    requests: { own: { question: 'own?' } },
  })
  const third = new ArrayExecutor(second.facts)
  third.answer('own', 'yes')
  const result = await runDurable(graph, third, {})
  expect(result).toMatchObject({
    status: 'completed',
    data: { last: { got: { kid: { deep: { ask: { answer: 'deep yes' } } }, own: { answer: 'yes' } } } },
  })
  expect(calls).toEqual(['before'])
})

test('a repeated child runs its attempts by facts, and in no leg does a guard that throws give a verdict', async () => {
  let drafts = 0
  const child = (check: (draft: number) => unknown) =>
    new Pipeline('draft-then-check')
      .withStage('draft', () => ({ draft: ++drafts }))
      .withStage('check', ({ inputs }) => check(inputs.from('draft').draft) as {}, StageKind.GUARD, {
        dependencies: ['draft'],
      })
  const graph = (check: (draft: number) => unknown) =>
    new Pipeline('p').withPipeline('answer', child(check), { repeat: repeatUntil('check', { maxAttempts: 3 }) }).build()
  const good = graph((draft) => (draft < 3 ? StageOutput.fail('too long') : {}))
  const first = new ArrayExecutor()
  const result = await runDurable(good, first, {})
  expect(result).toMatchObject({ status: 'completed', data: { answer: { draft: { draft: 3 } } } })
  expect(first.begun).toEqual([1, 2, 3].flatMap((n) => [`answer#${n}/draft`, `answer#${n}/check`]))
  for (let cut = 0; cut <= 6; cut++) {
    drafts = Math.ceil(cut / 2)
    expect((await runDurable(good, new ArrayExecutor(first.facts.slice(0, cut), { leg: 2 }), {})).data).toEqual(
      result.data,
    )
  }
  const broken = graph(() => {
    throw new Error('a bug')
  })
  const once = new ArrayExecutor()
  expect(await runDurable(broken, once, {})).toMatchObject({
    status: 'failed',
    errors: [{ stage: 'answer', message: 'a bug' }],
  })
  expect(once.begun).toHaveLength(2)
  const again = new ArrayExecutor(once.facts)
  expect(await runDurable(broken, again, {})).toMatchObject({
    status: 'failed',
    errors: [{ stage: 'answer', message: 'a bug' }],
  })
  expect(again.begun).toEqual([])
})

test.each<[name: string, change: object]>([
  ['over()', { items: ['a', 'c'] }],
  ['input()', { text: 'other' }],
])('%s that returns something else in a later leg is refused', async (_name, change) => {
  const graph = (its: { items?: string[]; text?: string }) =>
    new Pipeline('p')
      .withMap('each', { over: () => its.items ?? ['a', 'b'], each: (item) => ({ item }) })
      .withPipeline(
        'kid',
        new Pipeline('child').withStage('t', () => ({})),
        {
          input: () => ({ inputText: its.text ?? 'text' }),
          dependencies: ['each'],
        },
      )
      .build()
  const first = new ArrayExecutor()
  await runDurable(graph({}), first, {})
  await expect(runDurable(graph(change), new ArrayExecutor(first.facts), {})).rejects.toMatchObject({
    code: 'core/replay',
    message: expect.stringMatching(
      /(over\(\) for each#1|the input of kid\/) returned \d+ before, and \d+ now/,
    ) as string,
  })
})

// ---------- interceptors and waiting

test('interceptors around runs may take any time, in every leg', async () => {
  let waits = 0
  const slow: Interceptor = {
    name: 'slow',
    wrapRun: (next) => async (run) => {
      for (let left = waits++ % 4; left > 0; left--) await new Promise((resolve) => setTimeout(resolve, 1))
      const outcome = await next(run)
      await new Promise((resolve) => setTimeout(resolve, 1))
      return outcome
    },
  }
  const child = new Pipeline('child')
    .withStage('a', async () => ({}))
    .withStage('b', () => ({}), { dependencies: ['a'] })
  const graph = new Pipeline('p')
    .withPipeline('one', child)
    .withPipeline('two', child)
    .withStage('own', async () => ({}))
    .withStage('last', ({ inputs }) => ({ got: Object.keys(inputs.toJSON()) }), { dependencies: ['one', 'two', 'own'] })
    .build({ interceptors: [slow] })
  const first = new ArrayExecutor()
  const result = await runDurable(graph, first, {})
  expect(result).toMatchObject({ status: 'completed', data: { last: { got: ['one', 'two', 'own'] } } })
  for (let cut = 0; cut <= first.facts.length; cut++) {
    const again = new ArrayExecutor(first.facts.slice(0, cut), { leg: 2 })
    expect((await runDurable(graph, again, {})).data).toEqual(result.data)
  }
})

test('onRun and wrapRun see every leg, settled sees each stage once, and replayed those of earlier legs', async () => {
  const seen: string[] = []
  const watcher: Interceptor = {
    name: 'watcher',
    onRun: () => {
      seen.push('onRun')
      return {
        settled: ({ stage }) => seen.push(`part ${stage}`),
        ended: ({ status }) => void seen.push(`ended ${status}`),
      }
    },
    wrapRun: (next) => (run) => (seen.push('wrapRun'), next(run)),
    settled: ({ stage }) => void seen.push(`settled ${stage}`),
    replayed: ({ stage, status }) => void seen.push(`replayed ${stage} ${status}`),
  }
  const graph = new Pipeline('p')
    .withStage('a', () => ({}))
    .withStage('b', () => ({}), { dependencies: ['a'] })
    .build({ interceptors: [watcher] })
  const first = new ArrayExecutor()
  await runDurable(graph, first, {})
  expect(seen).toEqual(['onRun', 'wrapRun', 'settled a', 'part a', 'settled b', 'part b', 'ended completed'])
  seen.length = 0
  await runDurable(graph, new ArrayExecutor(first.facts.slice(0, 1)), {})
  expect(seen).toEqual(['onRun', 'wrapRun', 'replayed a ok', 'settled b', 'part b', 'ended completed'])
})

test('an interceptor that has only replayed is told of the stages of earlier legs', async () => {
  const seen: string[] = []
  const rebuilding: Interceptor = { name: 'rebuilding', replayed: ({ stage }) => void seen.push(stage) }
  const graph = new Pipeline('p')
    .withStage('a', () => ({}))
    .withStage('b', () => ({}), { dependencies: ['a'] })
    .build({ interceptors: [rebuilding] })
  const first = new ArrayExecutor()
  await runDurable(graph, first, {})
  expect(seen).toEqual([])
  await runDurable(graph, new ArrayExecutor(first.facts.slice(0, 1)), {})
  expect(seen).toEqual(['a'])
})

test('replayed gets the stages of child runs too, with their notes, so that a later leg can count what all have spent', async () => {
  let spent = 0
  const count = ({ notes }: { readonly notes: object }): void => {
    spent += (notes as { usage?: { inputTokens: number } }).usage?.inputTokens ?? 0
  }
  const asking = ({ note }: StageContext): object => {
    note('usage', { inputTokens: 100 })
    return {}
  }
  const child = new Pipeline('child').withStage('ask', asking)
  const graph = new Pipeline('p')
    .withPipeline('kid', child)
    .withStage('ask', asking, { dependencies: ['kid'] })
    .withStage('last', asking, { dependencies: ['ask'] })
    .build({ interceptors: [{ name: 'budget', settled: count, replayed: count }] })
  const first = new ArrayExecutor()
  await runDurable(graph, first, {})
  expect(spent).toBe(300)
  spent = 0
  await runDurable(graph, new ArrayExecutor(first.facts.slice(0, 2)), {})
  expect(spent).toBe(300)
})

test('a cleanup runs at the end of the leg that registered it, while no fact is asked for', async () => {
  const seen: string[] = []
  const graph = new Pipeline('p')
    .withStage('a', (context) => {
      context.onCleanup(async () => {
        await new Promise((resolve) => setTimeout(resolve, 2))
        seen.push('cleaned')
      })
      return ask(context)
    })
    .build()
  const first = new ArrayExecutor()
  await runDurable(graph, first, {})
  expect(seen).toEqual(['cleaned'])
  const second = new ArrayExecutor(first.facts)
  second.answer('a', 1)
  await runDurable(graph, second, {})
  expect(seen).toEqual(['cleaned', 'cleaned'])
})

test('a slot that code sets inside a call is not there after a crash, but one that wrapRun sets is', async () => {
  const slot = createSlot<number>('n')
  const setter: Interceptor = { name: 'setter', wrapRun: (next) => (run) => (run.set(slot, 7), next(run)) }
  const graph = new Pipeline('p')
    .withStage('a', () => ({}))
    .withStage('b', ({ get }) => ({ n: get(slot) }), { dependencies: ['a'] })
    .build({ interceptors: [setter] })
  const first = new ArrayExecutor()
  await runDurable(graph, first, {})
  const again = new ArrayExecutor(first.facts.slice(0, 1))
  expect((await runDurable(graph, again, {})).data).toMatchObject({ b: { n: 7 } })
})

test('what an interceptor changes in the snapshot may differ in a later leg, such as the claims of a new token', async () => {
  let tokens = 0
  const auth: Interceptor = {
    name: 'auth',
    wrapRun: (next) => (run) =>
      run.parent === undefined
        ? next(run.with({ snapshot: run.snapshot.withMetadata({ token: ++tokens }) }))
        : next(run),
  }
  const graph = new Pipeline('p')
    .withPipeline(
      'kid',
      new Pipeline('child').withStage('t', ({ snapshot }) => ({ token: snapshot.metadata['token'] })),
      {
        input: () => ({ inputText: 'same' }),
      },
    )
    .withStage('last', () => ({}), { dependencies: ['kid'] })
    .build({ interceptors: [auth] })
  const first = new ArrayExecutor()
  await runDurable(graph, first)
  const again = new ArrayExecutor(first.facts.slice(0, 1))
  expect(await runDurable(graph, again)).toMatchObject({ status: 'completed', data: { kid: { t: { token: 1 } } } })
})

test('calls in child runs have the rest of the time of the run, also in a later leg', async () => {
  const clock = manualClock()
  const left: (number | undefined)[] = []
  const child = new Pipeline('child').withStage(
    't',
    ({ deadline }) => void left.push(deadline && deadline - clock.now()),
  )
  const graph = new Pipeline('p')
    .withStage('first', () => ({}))
    .withPipeline('kid', child, { dependencies: ['first'] })
    .build({ clock })
  const options = { start: { startedAt: clock.now(), options: { timeoutMs: 10_000 } }, now: () => clock.now() }
  await clock.advance(1_000)
  const first = new ArrayExecutor([], options)
  await runDurable(graph, first)
  await clock.advance(2_000)
  await runDurable(graph, new ArrayExecutor(first.facts.slice(0, 1), options))
  expect(left).toEqual([9_000, 7_000])
})

// ---------- records and events

test('a record of an earlier leg has its own times, attempts, notes and chunks', async () => {
  const clock = manualClock()
  const graph = new Pipeline('p')
    .withStage('a', async function* ({ note }) {
      note('usage', { inputTokens: 3 })
      yield 'one'
      yield 'two'
      return { x: 1 }
    })
    .withStage('b', ask, { dependencies: ['a'] })
    .build({ clock })
  const start = { startedAt: clock.now() }
  const first = new ArrayExecutor([], { start, now: () => clock.now() })
  const before = await runDurable(graph, first, {})
  await clock.advance(60_000)
  const second = new ArrayExecutor(first.facts, { start, now: () => clock.now() })
  second.answer('b', 1)
  const result = await runDurable(graph, second, {})
  expect(result.report.stages.a).toEqual(before.report.stages.a)
  expect(result.report.stages.a).toMatchObject({ chunks: 2, notes: { usage: { inputTokens: 3 } }, endedAt: 0 })
  expect(result.report).toMatchObject({ startedAt: 0, pipelineRunId: 'run-1', stages: { b: { startedAt: 60_000 } } })
})

test('errors keep their code, message and causes', async () => {
  const graph = new Pipeline('p')
    .withStage('a', () => {
      throw Object.assign(new Error('refused', { cause: new Error('no route') }), { code: 'ECONNREFUSED' })
    })
    .build()
  const first = new ArrayExecutor()
  const live = await runDurable(graph, first, {})
  const replayed = await runDurable(graph, new ArrayExecutor(first.facts), {})
  const errors = [{ code: 'ECONNREFUSED', message: 'refused', stage: 'a', cause: { message: 'no route' } }]
  expect(live).toMatchObject({ status: 'failed', errors })
  expect(replayed).toMatchObject({ status: 'failed', errors })
})

test('each event is sent once, events carry their leg, and each leg numbers them without a gap', async () => {
  const sink = recordingSink()
  const child = new Pipeline('child').withStage('t', () => ({})).withStage('u', ask, { dependencies: ['t'] })
  const graph = new Pipeline('p')
    .withStage('a', async function* () {
      yield 'chunk'
      return {}
    })
    .withPipeline('kid', child, { dependencies: ['a'] })
    .withStage('c', () => ({}), { dependencies: ['kid'] })
    .build()
  const options = { eventSink: sink, chunkEvents: true }
  const first = new ArrayExecutor()
  await runDurable(graph, first, options)
  const types = sink.types()
  expect(types).toEqual([
    'pipeline.started',
    'stage.a.started',
    'stage.a.chunk',
    'stage.a.completed',
    'stage.kid.started',
    'pipeline.child_started',
    'pipeline.started',
    'stage.t.started',
    'stage.t.completed',
    'stage.u.started',
    'stage.u.suspended',
    'pipeline.suspended',
    'pipeline.child_suspended',
    'stage.kid.suspended',
    'pipeline.suspended',
  ])
  sink.clear()
  const second = new ArrayExecutor(first.facts)
  second.answer('kid/u', 1)
  await runDurable(graph, second, options)
  expect(sink.types()).toEqual([
    'pipeline.resumed',
    'stage.u.started',
    'stage.u.completed',
    'pipeline.completed',
    'pipeline.child_completed',
    'stage.kid.completed',
    'stage.c.started',
    'stage.c.completed',
    'pipeline.completed',
  ])
  for (const id of ['run-1', 'run-1/kid']) {
    const own = sink.events.filter(({ pipelineRunId }) => pipelineRunId === id)
    expect(own.map(({ seq }) => seq)).toEqual(own.map((_, place) => place))
    expect(own.every(({ leg }) => leg === 2)).toBe(true)
  }
})

test('chunks are sent with their leg and attempt, and are in no fact, so a call that is carried out again sends them again', async () => {
  const sink = recordingSink()
  const again: Interceptor = {
    name: 'again',
    wrap: (next) => async (context) => {
      const output = await next(context)
      return output.status === 'fail' ? next(context) : output
    },
  }
  let calls = 0
  const graph = new Pipeline('p')
    .withStage('a', async function* () {
      if (++calls % 2 === 1) throw new Error('broken')
      yield `chunk of call ${calls}`
      return {}
    })
    .build({ interceptors: [again], eventSink: sink })
  const chunks = (): unknown[] => {
    const sent = sink.events.filter(({ type }) => type === 'stage.a.chunk').map(({ leg, data }) => ({ leg, ...data }))
    sink.clear()
    return sent
  }
  const first = new ArrayExecutor()
  const live = await runDurable(graph, first, { chunkEvents: true })
  expect(chunks()).toEqual([{ leg: undefined, chunk: 'chunk of call 2', attempt: 2 }])
  expect(JSON.stringify(first.facts)).not.toContain('chunk of call')
  // A leg that has the fact knows how many there were, and sends none.
  const read = await runDurable(graph, new ArrayExecutor(first.facts), { chunkEvents: true })
  expect([live, read].map(({ report }) => report.stages.a.chunks)).toEqual([1, 1])
  expect(chunks()).toEqual([])
  // The process of a first leg died before the fact: the second one calls the stage.
  await runDurable(graph, new ArrayExecutor([], { leg: 2 }), { chunkEvents: true })
  expect(chunks()).toEqual([{ leg: 2, chunk: 'chunk of call 4', attempt: 2 }])
})
