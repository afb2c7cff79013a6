import { Pipeline, StageKind, StageOutput } from '@stageflow/core'
import type { Interceptor, RunInput, RunOptions, StageContext } from '@stageflow/core'
import { memoryStore } from '@stageflow/keyed-work'
import { manualClock, recordingSink } from '@stageflow/testing'
import { afterEach, beforeEach, expect, test } from 'vitest'

import { idempotency } from './index.ts'
import { ChunkRecorder } from './run-record.ts'
import { idempotentRun } from './run.ts'

let clock = manualClock()
let store = memoryStore({ clock })
let calls = 0
beforeEach(() => {
  clock = manualClock()
  store = memoryStore({ clock })
  calls = 0
})
afterEach(() => expect(clock.timers).toEqual([]))

const question = (extra: RunInput = {}): RunInput => ({ userId: 'ada', orgId: 'acme', inputText: 'Why?', ...extra })

/** A pipeline whose model yields two words and counts its calls. */
const chat = (
  body?: (context: StageContext) => AsyncGenerator<unknown, object>,
  interceptors: readonly Interceptor[] = [],
) =>
  new Pipeline('chat')
    .withStage('llm', async function* (context: StageContext): AsyncGenerator<unknown, { readonly text: string }> {
      calls++
      if (body !== undefined) return (yield* body(context)) as { text: string }
      yield 'Because'
      yield ' it is.'
      return { text: 'Because it is.' }
    })
    .withStage('maybe', () => StageOutput.skip('not today'), { dependencies: ['llm'] })
    .build({ clock, interceptors })

type Graph = ReturnType<typeof chat>
const ask = (graph: Graph, input: RunInput = question(), options: RunOptions = {}, key: string | null = 'k-1') =>
  idempotentRun(graph, input, { key, store, clock, ...options })

async function chunksOf(run: AsyncIterable<{ readonly type: string; readonly data: unknown }>): Promise<unknown[]> {
  const chunks: unknown[] = []
  for await (const { type, data } of run)
    if (type === 'stage.llm.chunk') chunks.push((data as { readonly chunk: unknown }).chunk)
  return chunks
}

test('a repeat gets the chunks and the result of the first run, and no model is called', async () => {
  const graph = chat()
  const first = await ask(graph)
  const words = await chunksOf(first)
  const result = await first.result
  const again = await ask(graph)
  expect([first.repeated, again.repeated]).toEqual([false, true])
  expect(again.pipelineRunId).toBe(first.pipelineRunId)
  expect(await chunksOf(again)).toEqual(words)
  expect(await chunksOf(again)).toEqual(words)
  const typed: unknown[] = []
  for await (const chunk of again.chunks('llm')) typed.push(chunk)
  expect(typed).toEqual(['Because', ' it is.'])
  const repeated = await again.settled
  expect(repeated.status).toBe('completed')
  expect(repeated.data).toEqual(result.data)
  expect(repeated.report).toEqual(result.report)
  expect([repeated.outputs.llm?.status, repeated.outputs.maybe]).toEqual(['ok', result.outputs.maybe])
  again.cancel('too late')
  expect((await again.result).status).toBe('completed')
  expect(calls).toBe(1)
})

test('a repeat in another process gets the same, by the store alone', async () => {
  await (
    await ask(chat())
  ).settled
  const again = await ask(chat())
  expect([again.repeated, (await again.result).data.llm?.text, calls]).toEqual([true, 'Because it is.', 1])
})

test('each repeat has its own copy of the data', async () => {
  const graph = chat()
  await (
    await ask(graph)
  ).settled
  const [one, other] = [await (await ask(graph)).result, await (await ask(graph)).result]
  expect(one.data.llm).toEqual(other.data.llm)
  expect(one.data.llm).not.toBe(other.data.llm)
})

test('while the first run is in progress, the key is idempotency/in-progress', async () => {
  const graph = chat(async function* (context) {
    yield 'a'
    await clock.sleep(60_000, context.signal)
    return { text: 'a' }
  })
  const first = await ask(graph)
  await clock.settle()
  const refused = ask(graph)
  refused.catch(() => {})
  await clock.settle()
  await expect(refused).rejects.toMatchObject({ code: 'idempotency/in-progress' })
  await clock.advance(60_000)
  expect((await first.result).status).toBe('completed')
  expect((await ask(graph)).repeated).toBe(true)
  expect(calls).toBe(1)
})

test('another input with the key is idempotency/other-input, before and after the end', async () => {
  const graph = chat()
  const first = await ask(graph)
  const other = question({ inputText: 'How?' })
  await expect(ask(graph, other)).rejects.toMatchObject({ code: 'idempotency/other-input' })
  await first.settled
  await expect(ask(graph, other)).rejects.toMatchObject({ code: 'idempotency/other-input' })
  const traced = question({ requestId: 'r-2', extensions: { traceparent: '00-1' } as object })
  expect((await ask(graph, traced)).repeated).toBe(true)
  expect(calls).toBe(1)
})

test.each([
  ['another user', { userId: 'eve' }],
  ['another organization', { orgId: 'globex' }],
  ['a user without an organization', { orgId: undefined }],
  ['an organization without a user', { userId: undefined }],
])('%s with the same key has its own run', async (_, who) => {
  const graph = chat()
  await (
    await ask(graph)
  ).settled
  const { orgId, userId } = { orgId: 'acme', userId: 'ada', ...who }
  const input = { inputText: 'Why?', ...(orgId && { orgId }), ...(userId && { userId }) }
  const run = await ask(graph, input)
  await run.settled
  expect([run.repeated, calls]).toEqual([false, 2])
})

test('names that are joined differently do not meet', async () => {
  const graph = chat()
  await (
    await ask(graph, question({ orgId: 'a","b', userId: 'c' }))
  ).settled
  const run = await ask(graph, question({ orgId: 'a', userId: 'b","c' }))
  await run.settled
  expect(run.repeated).toBe(false)
})

/** Admits tokens such as `ada@acme`, as `auth` does. */
const doorman = (): Interceptor & { asked: number } => ({
  name: 'doorman',
  core: '^1.0.0',
  asked: 0,
  runOptions: ['token'],
  admit({ options }) {
    this.asked++
    const [userId, orgId] = ((options as { readonly token?: string }).token ?? '').split('@')
    if (!userId || !orgId) throw Object.assign(new Error('no token'), { code: 'doorman/refused' })
    return { who: { userId, orgId } }
  },
})

test('with an interceptor that admits, the key is that of the verified user, whatever the input says', async () => {
  const graph = chat(undefined, [doorman()])
  const asked = (token: string, input: RunInput = { inputText: 'Why?' }) => ask(graph, input, { token } as RunOptions)
  await (
    await asked('ada@acme')
  ).settled
  expect((await asked('ada@acme')).repeated).toBe(true)
  for (const [token, input] of [
    ['eve@acme', { inputText: 'Why?' }],
    ['ada@globex', { inputText: 'Why?' }],
    ['bob@acme', { inputText: 'Why?', userId: 'ada', orgId: 'acme' }],
  ] as const) {
    const run = await asked(token, input)
    await run.settled
    expect(run.repeated, token).toBe(false)
  }
})

test('a caller who is not admitted gets nothing of a record, and takes no key', async () => {
  const graph = chat(undefined, [doorman()])
  await (
    await ask(graph, { inputText: 'Why?' }, { token: 'ada@acme' } as RunOptions)
  ).settled
  await expect(ask(graph, { inputText: 'Why?' })).rejects.toMatchObject({ code: 'core/interceptor-threw' })
  expect([calls, store.stats().claims]).toEqual([1, 0])
})

test('a run without a user and an organization is idempotency/no-caller', async () => {
  await expect(ask(chat(), { inputText: 'Why?' })).rejects.toMatchObject({ code: 'idempotency/no-caller' })
  expect(calls).toBe(0)
})

test.each([
  ['fails', 'failed', () => StageOutput.fail('down')],
  ['is cancelled by a stage', 'cancelled', () => StageOutput.cancel('no')],
])('a run that %s frees its key', async (_, status, end) => {
  const graph = new Pipeline('chat').withStage('llm', (): StageOutput => (++calls, end())).build({ clock })
  for (let time = 1; time <= 2; time++) {
    const run = await idempotentRun(graph, question(), { key: 'k-1', store, clock })
    expect([(await run.settled).status, run.repeated, calls]).toEqual([status, false, time])
  }
  expect(store.stats()).toMatchObject({ claims: 0, results: 0 })
})

test('a run whose client leaves is cancelled, and its key is free', async () => {
  const graph = chat(async function* ({ signal }) {
    yield 'a'
    await clock.sleep(60_000, signal)
    return { text: 'a' }
  })
  const leaving = new AbortController()
  const run = await ask(graph, question(), { signal: leaving.signal })
  await clock.settle()
  leaving.abort('the client left')
  await clock.settle()
  expect((await run.settled).status).toBe('cancelled')
  const again = await ask(graph)
  expect(again.repeated).toBe(false)
  again.cancel('enough')
  await again.settled
})

test('what a WORK stage did in a run that failed is not done again', async () => {
  let charges = 0
  const graph = new Pipeline('shop')
    .withStage('charge', () => ({ receipt: ++charges }), StageKind.WORK)
    .withStage('mail', () => (++calls === 1 ? StageOutput.fail('down') : StageOutput.ok()), {
      dependencies: ['charge'],
    })
    .build({ clock, interceptors: [idempotency({ store })] })
  const pay = async () => (await idempotentRun(graph, question(), { key: 'order-7', store, clock })).settled
  expect((await pay()).status).toBe('failed')
  const second = await pay()
  expect([second.status, second.data.charge?.receipt, charges]).toEqual(['completed', 1, 1])
})

test('a run that waits for an answer is recorded: a repeat asks nothing twice', async () => {
  const graph = new Pipeline('order')
    .withStage('boss', () => (calls++, StageOutput.suspend({ pay: 900 })))
    .build({ clock })
  const order = () => idempotentRun(graph, question(), { key: 'order-7', store, clock })
  const first = await (await order()).settled
  const run = await order()
  const again = await run.settled
  expect(run.repeated).toBe(true)
  expect(again).toMatchObject({ status: 'suspended', requests: { boss: { pay: 900 } } })
  expect(again.report.pipelineRunId).toBe(first.report.pipelineRunId)
  expect(again.status === 'suspended' && again.snapshot.inputText).toBe('Why?')
  expect(calls).toBe(1)
})

test('`settled` resolves when the record is stored, so a client that asks again at once gets it', async () => {
  const graph = chat()
  const run = await ask(graph)
  await run.settled
  expect(store.stats()).toMatchObject({ claims: 0, results: 1 })
})

test('a record that is too long is idempotency/too-large for repeats, and its run completed', async () => {
  const graph = chat(async function* () {
    for (let count = 0; count < 100; count++) yield 'x'.repeat(1_000)
    return { text: 'x' }
  })
  const run = await ask(graph, question(), { maxLength: 50_000 } as RunOptions)
  expect((await run.result).status).toBe('completed')
  await expect(ask(graph)).rejects.toMatchObject({ code: 'idempotency/too-large' })
  expect(calls).toBe(1)
})

test('a result that cannot be stored is idempotency/not-json for repeats, and its run completed', async () => {
  const graph = chat(async function* () {
    yield 'a'
    return { text: 'a', close: () => {} }
  })
  expect((await (await ask(graph)).result).status).toBe('completed')
  await expect(ask(graph)).rejects.toMatchObject({ code: 'idempotency/not-json' })
  expect(calls).toBe(1)
})

test('data that JSON has no word for comes back as it was', async () => {
  const at = new Date(0)
  const graph = chat(async function* () {
    yield { at, bytes: Buffer.from('ab') }
    return { text: 'a', at, many: new Map([[1, 2n]]) }
  })
  await (
    await ask(graph)
  ).settled
  const again = await ask(graph)
  expect((await again.result).data.llm).toEqual({ text: 'a', at, many: new Map([[1, 2n]]) })
  expect(await chunksOf(again)).toEqual([{ at, bytes: Buffer.from('ab') }])
})

test('a record of another format is idempotency/unreadable-entry', async () => {
  const graph = chat()
  await (
    await ask(graph)
  ).settled
  const odd = {
    ...store,
    claim: async (...given: Parameters<typeof store.claim>) => {
      const there = await store.claim(...given)
      return there.status === 'completed' ? { ...there, value: '=[{"form":1},99]' } : there
    },
  }
  await expect(ask(graph, question(), { store: odd } as RunOptions)).rejects.toMatchObject({
    code: 'idempotency/unreadable-entry',
  })
})

test('a store that fails is idempotency/unavailable, and a full one idempotency/full; nothing runs', async () => {
  const broken = { ...store, claim: () => Promise.reject(new Error('no connection')) }
  await expect(ask(chat(), question(), { store: broken } as RunOptions)).rejects.toMatchObject({
    code: 'idempotency/unavailable',
  })
  const tiny = memoryStore({ clock, maxBytes: 100 })
  await expect(ask(chat(), question(), { store: tiny } as RunOptions)).rejects.toMatchObject({
    code: 'idempotency/full',
  })
  expect(calls).toBe(0)
})

test('a store that fails at the end leaves the result to its caller', async () => {
  const broken = { ...store, complete: () => Promise.reject(new Error('no connection')) }
  const run = await ask(chat(), question(), { store: broken } as RunOptions)
  const settled = run.settled
  await clock.advance(10_000)
  expect((await settled).status).toBe('completed')
  await store.release('x', 'y')
})

test('a run that lost its lease to another process is cancelled', async () => {
  let isLost = false
  const lossy = {
    ...store,
    claim: async (...given: Parameters<typeof store.claim>) =>
      isLost ? ({ status: 'running', parameters: '0'.repeat(64), leaseMs: 5_000 } as const) : store.claim(...given),
  }
  const graph = chat(async function* ({ signal }) {
    yield 'a'
    await clock.sleep(600_000, signal)
    return { text: 'a' }
  })
  const run = await ask(graph, question(), { store: lossy } as RunOptions)
  await clock.settle()
  isLost = true
  await clock.advance(30_000)
  const result = await run.settled
  expect(result.status).toBe('cancelled')
})

test('without a key, a run is a run: it is not recorded', async () => {
  const run = await ask(chat(), { inputText: 'Why?' }, {}, null)
  await run.settled
  expect([run.repeated, calls, store.stats().results]).toEqual([false, 1, 0])
})

test("the graph's sink gets what it gets from any run, and a reader gets all events", async () => {
  const sinkOfRun = recordingSink()
  const plain = chat()
  const run = await ask(plain, question(), { eventSink: sinkOfRun })
  const events: string[] = []
  for await (const { type } of run) events.push(type)
  await run.settled
  const other = recordingSink()
  await plain.runSettled(question(), { eventSink: other })
  const typesOf = (sink: typeof other) => sink.events.map(({ type }) => type)
  expect(typesOf(sinkOfRun)).toEqual(typesOf(other))
  expect(events.filter((type) => type !== 'stage.llm.chunk')).toEqual(typesOf(other))
  expect(events.filter((type) => type === 'stage.llm.chunk')).toHaveLength(2)
})

test.each([[{ key: 7 }], [{ key: 'k', store: {} }], [{ key: 'k', ttlMs: 0 }]])(
  'illegal options are refused (case %#)',
  async (options) => {
    await expect(idempotentRun(chat(), question(), { store, ...options } as never)).rejects.toMatchObject({
      code: 'idempotency/illegal-option',
    })
  },
)

test('an empty key, and one of a pipeline without a name, are refused before anything runs', async () => {
  await expect(ask(chat(), question(), {}, '')).rejects.toMatchObject({ code: 'idempotency/illegal-key' })
  const unnamed = new Pipeline().withStage('llm', () => ({})).build({ clock })
  await expect(idempotentRun(unnamed, question(), { key: 'k', store, clock })).rejects.toMatchObject({
    code: 'idempotency/unnamed-pipeline',
  })
  const odd = question({ metadata: { call: () => 1 } })
  await expect(ask(chat(), odd)).rejects.toMatchObject({ code: 'idempotency/illegal-parameters' })
})

test('a wrong run option is refused, and frees the key', async () => {
  await expect(ask(chat(), question(), { timeoutMS: 5 } as RunOptions)).rejects.toMatchObject({
    code: 'core/illegal-option',
  })
  expect(store.stats().claims).toBe(0)
})

test('a chunk that its stage changes later is recorded as the first client got it', async () => {
  const graph = chat(async function* () {
    const message = { text: '' }
    for (const letter of 'abc') {
      message.text += letter
      yield message
      await clock.sleep(1)
    }
    return message
  })
  const first = await ask(graph)
  const texts: string[] = []
  const reading = (async () => {
    for await (const { text } of first.chunks('llm') as AsyncIterable<{ text: string }>) texts.push(text)
  })()
  await clock.advance(10)
  await reading
  await first.settled
  const again = (await chunksOf(await ask(graph))) as { text: string }[]
  expect([texts, again.map(({ text }) => text)]).toEqual([
    ['a', 'ab', 'abc'],
    ['a', 'ab', 'abc'],
  ])
})

test.each([
  ['empty chunks', ''],
  ['maps, which JSON does not see into', new Map([['text', 'x'.repeat(100)]])],
])('%s count too, so that a run of many keeps no more than maxLength in memory', (_, chunk) => {
  const recorder = new ChunkRecorder(10_000)
  let taken = 0
  while (!recorder.isFull && taken < 100_000) {
    const data = { chunk, attempt: 1 }
    recorder.take({
      type: 'stage.llm.chunk',
      stage: 'llm',
      pipelineRunId: 'r',
      seq: taken++,
      timestamp: 0,
      data,
    } as never)
  }
  expect(taken).toBeLessThan(250)
  expect(recorder.events).toEqual([])
})

test.each([[undefined], [{}], [new Pipeline('chat')]])(
  'something other than a graph is refused (case %#)',
  async (graph) => {
    for (const key of ['k-1', null])
      await expect(idempotentRun(graph as never, question(), { key, store, clock })).rejects.toMatchObject({
        code: 'idempotency/illegal-option',
      })
  },
)
