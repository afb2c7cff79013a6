import { Pipeline, StageKind, StageOutput, StageflowError } from '@stageflow/core'
import type { Interceptor } from '@stageflow/core'
import { gate } from '@stageflow/core/edges'
import { repeatUntil } from '@stageflow/core/repeat'
import { type KeyedStore, memoryStore } from '@stageflow/keyed-work'
import { manualClock, recordingSink } from '@stageflow/testing'
import { afterEach, expect, test } from 'vitest'

import { sizeOf } from '../../keyed-work/test/scripted-store.ts'
import { idempotency, type IdempotencyOptions } from './idempotency.ts'

const clock = manualClock()
afterEach(() => expect(clock.timers).toEqual([]))

/** A pipeline with one WORK stage that counts its executions. */
function shop(options: IdempotencyOptions = {}) {
  let executions = 0
  const eventSink = recordingSink()
  const graph = new Pipeline('shop')
    .withStage('charge', () => ({ receipt: `r${++executions}` }), StageKind.WORK)
    .build({ interceptors: [idempotency(options)], clock, eventSink })
  return {
    eventSink,
    run: async (idempotencyKey?: string, more: object = {}) =>
      graph.runSettled({ ...(idempotencyKey === undefined ? {} : { extensions: { idempotencyKey } }), ...more }),
    executions: () => executions,
  }
}

test('case 3: two stages of one run under one key keep separate results', async () => {
  const interceptors = [idempotency()]
  const graph = new Pipeline('shop')
    .withStage('charge', () => ({ charged: true }), StageKind.WORK)
    .withStage('ship', () => ({ shipped: true }), StageKind.WORK, { dependencies: ['charge'] })
    .withStage('mail', () => ({ mailed: true }), StageKind.WORK)
    .build({ interceptors, clock })
  for (let time = 0; time < 3; time++) {
    const result = await graph.run({ extensions: { idempotencyKey: 'k' } })
    expect(result.data).toEqual({ charge: { charged: true }, ship: { shipped: true }, mail: { mailed: true } })
  }
})

test('case 3: a thousand repeats give the first output, whole, from one execution', async () => {
  let executions = 0
  const graph = new Pipeline('shop')
    .withStage(
      'charge',
      () => {
        executions++
        return StageOutput.ok(
          { at: new Date(7), amount: 10n, note: undefined, lines: new Map([['a', { n: 1 }]]) },
          { artifacts: [{ id: 1 }], events: [{ type: 'charged', data: { n: executions } }], version: 'v2' },
        )
      },
      StageKind.WORK,
    )
    .build({ interceptors: [idempotency()], clock })
  for (let time = 0; time < 1_000; time++) {
    const result = await graph.run({ extensions: { idempotencyKey: 'k' } })
    if (time % 111 > 1 && time !== 999) continue
    const output = result.outputs.charge
    expect(output).toMatchObject({ status: 'ok', version: 'v2', artifacts: [{ id: 1 }] })
    expect(output).toMatchObject({ events: [{ type: 'charged', data: { n: 1 } }] })
    const data = (output as { data: object }).data
    expect(data).toEqual({
      at: new Date(7),
      amount: 10n,
      note: undefined,
      lines: new Map([['a', { n: 1 }]]),
    })
    expect(Object.keys(data)).toContain('note')
    expect(Object.isFrozen(data)).toBe(true)
  }
  expect(executions).toBe(1)
})

test('a repeat gets its own copy of the output', async () => {
  const graph = new Pipeline('shop')
    .withStage('charge', () => ({ tags: new Set(['a']) }), StageKind.WORK)
    .build({ interceptors: [idempotency()], clock })
  const input = { extensions: { idempotencyKey: 'k' } }
  const tags = async () => {
    const result = await graph.run(input)
    return result.status === 'completed' ? result.data.charge.tags : new Set()
  }
  ;(await tags()).add('b')
  ;(await tags()).add('c')
  expect(await tags()).toEqual(new Set(['a']))
})

test('an output with an own "__proto__" key is stored, and repeats get it', async () => {
  let executions = 0
  const foreign = JSON.parse('{"__proto__":{"isAdmin":true},"id":1}') as object
  const graph = new Pipeline('shop')
    .withStage('charge', () => ({ foreign, n: ++executions }), StageKind.WORK)
    .build({ interceptors: [idempotency()], clock })
  for (let time = 0; time < 2; time++) {
    const { data } = await graph.run({ extensions: { idempotencyKey: 'k' } })
    expect(JSON.stringify(data.charge)).toBe('{"foreign":{"__proto__":{"isAdmin":true},"id":1},"n":1}')
    expect(data.charge?.foreign).not.toHaveProperty('isAdmin')
  }
  expect(({} as { isAdmin?: boolean }).isAdmin).toBeUndefined()
})

test('record, events and note show whether a stage was executed', async () => {
  const { run, eventSink } = shop()
  const first = await run('k')
  expect(first.report.stages['charge']).toMatchObject({
    notes: { idempotency: { result: 'executed', key: 'k' } },
    attempts: [{ status: 'ok' }],
  })
  expect(eventSink.of('idempotency.hit')).toEqual([])
  const second = await run('k')
  expect(second.report.stages['charge']).toMatchObject({
    status: 'ok',
    notes: { idempotency: { result: 'hit', key: 'k' } },
    attempts: [],
  })
  expect(eventSink.of('idempotency.hit')).toMatchObject([{ data: { key: 'k', result: 'hit' }, stage: 'charge' }])
})

test('without a key the stage runs each time, and its note says no-key', async () => {
  const { run, executions } = shop()
  for (const more of [{}, {}, { extensions: { idempotencyKey: null } }]) {
    const { report } = await run(undefined, more)
    expect(report.stages['charge']?.notes).toMatchObject({ idempotency: { result: 'no-key' } })
  }
  expect(executions()).toBe(3)
})

test.each([[''], [7], [{}], [['k']], [true]])('the key %j is refused before the stage runs', async (key) => {
  const { run, executions } = shop()
  const result = await run(key as string)
  expect(result).toMatchObject({ status: 'failed', errors: [{ code: 'idempotency/illegal-key' }] })
  expect(executions()).toBe(0)
})

test('a key function that throws fails the stage, with the thrown error as its cause', async () => {
  const cause = new Error('no header')
  const { run, executions } = shop({
    key: () => {
      throw cause
    },
  })
  const result = await run()
  expect(result).toMatchObject({
    status: 'failed',
    errors: [{ code: 'idempotency/illegal-key', cause: { message: 'no header' } }],
  })
  expect(executions()).toBe(0)
})

test('a promise for a key is refused', async () => {
  const { run } = shop({ key: (() => Promise.resolve('k')) as never })
  expect(await run()).toMatchObject({ errors: [{ code: 'idempotency/illegal-key' }] })
})

test('a rejected promise as a key or as parameters is refused like any promise, and does not end the process', async () => {
  const unhandled: unknown[] = []
  const onUnhandled = (reason: unknown): void => void unhandled.push(reason)
  process.on('unhandledRejection', onUnhandled)
  const rejects = (() => Promise.reject(new Error('no header'))) as never
  expect(await shop({ key: rejects }).run()).toMatchObject({ errors: [{ code: 'idempotency/illegal-key' }] })
  const graph = new Pipeline('shop')
    .withStage('charge', () => ({}), { idempotency: { parameters: rejects } })
    .build({ interceptors: [idempotency()], clock })
  const result = await graph.runSettled({ extensions: { idempotencyKey: 'k' } })
  expect(result).toMatchObject({ errors: [{ code: 'idempotency/illegal-parameters' }] })
  await new Promise(setImmediate)
  process.off('unhandledRejection', onUnhandled)
  expect(unhandled).toEqual([])
})

test('a function that sees the stage can find the key, and a stage can have its own', async () => {
  const log: string[] = []
  const graph = new Pipeline('shop')
    .withStage('a', () => void log.push('a'), StageKind.WORK)
    .withStage('b', () => void log.push('b'), StageKind.WORK)
    .withStage('c', () => void log.push('c'), StageKind.WORK, {
      idempotency: { key: ({ snapshot }) => snapshot.requestId },
    })
    .build({ interceptors: [idempotency({ key: ({ stage }) => (stage.name === 'a' ? 'k' : undefined) })], clock })
  await graph.run({ requestId: 'r1' })
  await graph.run({ requestId: 'r1' })
  await graph.run({ requestId: 'r2' })
  expect(log.toSorted()).toEqual(['a', 'b', 'b', 'b', 'c', 'c'])
})

test('case 3: the same key with other parameters fails, and the stage does not run', async () => {
  const { run, executions, eventSink } = shop()
  await run('k', { inputText: 'ten euros' })
  const result = await run('k', { inputText: 'a million euros' })
  expect(result).toMatchObject({ status: 'failed', errors: [{ code: 'idempotency/other-input' }] })
  expect(String((result as { errors: readonly { message: string }[] }).errors[0]?.message)).toMatch(
    /Stage "charge" of pipeline "shop".*"k".*another input.*idempotency: \{ parameters: \(context\) => … \}/,
  )
  expect(eventSink.of('idempotency.other_input')).toMatchObject([{ data: { key: 'k' } }])
  expect(executions()).toBe(1)
  expect(await run('k', { inputText: 'ten euros' })).toMatchObject({ data: { charge: { receipt: 'r1' } } })
})

test('an honest repeat behind a model that words its answer differently is a hit', async () => {
  let answers = 0
  const graph = new Pipeline('chat')
    .withStage('llm', () => ({ text: `answer ${++answers}` }))
    .withStage('check', ({ inputs }) => ({ ok: inputs.from('llm').text.length }), StageKind.GUARD, {
      dependencies: ['llm'],
    })
    .withStage('save', ({ inputs }) => ({ saved: inputs.from('llm').text }), StageKind.WORK, {
      dependencies: ['llm', 'check'],
    })
    .build({ interceptors: [idempotency()], clock })
  const run = () => graph.runSettled({ inputText: 'Hi', extensions: { idempotencyKey: 'k' } })
  expect((await run()).data.save).toEqual({ saved: 'answer 1' })
  const repeat = await run()
  expect(repeat).toMatchObject({ status: 'completed', data: { save: { saved: 'answer 1' } } })
  expect(repeat.report.stages['save']?.notes.idempotency?.result).toBe('hit')
})

test('the store gets a SHA-256 of the parameters', async () => {
  const store = memoryStore({ clock })
  const seen: string[] = []
  const claim: KeyedStore['claim'] = (key, given) => (seen.push(given.parameters), store.claim(key, given))
  await shop({ store: { ...store, claim } }).run('k', { inputText: 'pay' })
  expect(seen).toEqual([expect.stringMatching(/^[0-9a-f]{64}$/)])
})

test('a stage can choose its parameters', async () => {
  const graph = new Pipeline('shop')
    .withStage('charge', () => ({}), StageKind.WORK, {
      idempotency: { parameters: ({ snapshot }) => snapshot.metadata['amount'] },
    })
    .build({ interceptors: [idempotency()], clock })
  const run = (amount: number, inputText: string) =>
    graph.runSettled({ extensions: { idempotencyKey: 'k' }, metadata: { amount }, inputText })
  expect((await run(1, 'a')).status).toBe('completed')
  expect((await run(1, 'b')).status).toBe('completed')
  expect(await run(2, 'a')).toMatchObject({ errors: [{ code: 'idempotency/other-input' }] })
})

test.each<[what: string, parameters: () => unknown, why: string]>([
  ['that cannot be compared', () => ({ client: new (class Client {})() }), '.client is an instance of Client'],
  ['that are undefined', () => undefined, 'its parameters are undefined'],
  [
    'whose function throws',
    () => (undefined as unknown as { n: number }).n,
    'returns its parameters threw: Cannot read',
  ],
])('parameters %s fail the stage before it runs', async (_, parameters, why) => {
  let executions = 0
  const graph = new Pipeline('shop')
    .withStage('charge', () => void executions++, StageKind.WORK, { idempotency: { parameters } })
    .build({ interceptors: [idempotency()], clock })
  const result = await graph.runSettled({ extensions: { idempotencyKey: 'k' } })
  expect(result).toMatchObject({ errors: [{ code: 'idempotency/illegal-parameters' }] })
  expect(result.report.stages['charge']?.error?.message).toContain(why)
  expect(executions).toBe(0)
  expect((await graph.runSettled({})).status).toBe('completed')
})

test('a key in a pipeline without a name of its own is refused before the stage runs', async () => {
  const interceptors = [idempotency()]
  let executions = 0
  const work = () => ({ order: ++executions })
  const unnamed = new Pipeline().withStage('persist', work, StageKind.WORK)
  const below = new Pipeline().withPipeline('child', new Pipeline('named').withStage('persist', work, StageKind.WORK))
  const inside = new Pipeline('shop').withPipeline('child', unnamed)
  for (const pipeline of [unnamed, below, inside] as unknown as Pipeline[]) {
    const graph = pipeline.build({ interceptors, clock })
    const { status, report } = await graph.runSettled({ extensions: { idempotencyKey: 'k' } })
    expect(status).toBe('failed')
    expect(JSON.stringify(report)).toContain('idempotency/unnamed-pipeline')
    expect(JSON.stringify(report)).toContain("new Pipeline('shop')")
    expect(executions).toBe(0)
  }
  expect((await unnamed.build({ interceptors, clock }).runSettled()).status).toBe('completed')
})

/** The results of one key in one store, for Ada and Eve of one tenant and Bob of another. */
async function sharing(options: IdempotencyOptions, scope?: 'user' | 'tenant' | 'global') {
  const store = memoryStore({ clock })
  const graph = new Pipeline('shop')
    .withStage('card', ({ userId }) => ({ of: userId }), StageKind.WORK, {
      idempotency: scope === undefined ? {} : { scope },
    })
    .build({ interceptors: [idempotency({ store, ...options })], clock })
  const seen: unknown[] = []
  for (const [userId, orgId] of [
    ['ada', 'acme'],
    ['eve', 'acme'],
    ['bob', 'other'],
    ['ada', 'acme'],
    ['eve', undefined],
  ] as const) {
    const { data } = await graph.run({ userId, orgId, inputText: 'buy', extensions: { idempotencyKey: '1' } })
    seen.push(data.card?.of)
  }
  return seen
}

test('users do not share keys, unless the scope says so', async () => {
  expect(await sharing({})).toEqual(['ada', 'eve', 'bob', 'ada', 'eve'])
  expect(await sharing({ scope: 'user' })).toEqual(['ada', 'eve', 'bob', 'ada', 'eve'])
  expect(await sharing({ scope: 'tenant' })).toEqual(['ada', 'ada', 'bob', 'ada', 'eve'])
  expect(await sharing({ scope: 'global' })).toEqual(['ada', 'ada', 'ada', 'ada', 'ada'])
})

test('the scope of a stage wins over that of the interceptor', async () => {
  expect(await sharing({ scope: 'global' }, 'user')).toEqual(['ada', 'eve', 'bob', 'ada', 'eve'])
  expect(await sharing({}, 'tenant')).toEqual(['ada', 'ada', 'bob', 'ada', 'eve'])
})

test('keys of different scopes are different keys', async () => {
  const store = memoryStore({ clock })
  for (const scope of ['user', 'tenant', 'global'] as const) await shop({ store, scope }).run('k')
  expect(sizeOf(store)).toBe(3)
})

test('tenants, pipelines, stages and keys keep apart, whatever characters their names contain', async () => {
  const store = memoryStore({ clock })
  const log: string[] = []
  const build = (pipeline: string, stage: string) =>
    new Pipeline(pipeline)
      .withStage(stage as 's', () => void log.push(pipeline), StageKind.WORK)
      .build({ interceptors: [idempotency({ store })], clock })
  const run = (pipeline: string, stage: string, idempotencyKey: string, orgId?: string) =>
    build(pipeline, stage).run({ extensions: { idempotencyKey }, orgId })
  for (let time = 0; time < 2; time++) {
    await run('p', 's', 'k')
    await run('p', 's', 'k', 'org')
    await run('p', 's', 'k', 'null')
    await run('p', 's', 'k","x')
    await run('p', 's/x', 'k')
    await run('p/s', 'x', 'k')
    await run('p', 's', `k${'x'.repeat(5_000)}1`)
    await run('p', 's', `k${'x'.repeat(5_000)}2`)
  }
  expect(log).toHaveLength(8)
  expect(sizeOf(store)).toBe(8)
})

test('the store gets at most 256 characters, however long the key is', async () => {
  const store = memoryStore({ clock })
  const keys: string[] = []
  const watched: KeyedStore = { ...store, claim: (key, claim) => (keys.push(key), store.claim(key, claim)) }
  const { run } = shop({ store: watched })
  for (const length of [1, 200, 240, 10_000]) await run('\u{1f600}'.repeat(length / 2) + 'k'.repeat(length % 2))
  expect(keys.map((key) => key.length <= 256)).toEqual([true, true, true, true])
  expect(keys[0]).toBe('[[null,null],"shop","charge","k",null]')
  expect(keys[3]).toMatch(/^sha256:[0-9a-f]{64}$/)
})

test('items of a map and children of different stages keep apart, and a repeat executes none again', async () => {
  const log: string[] = []
  const item = new Pipeline('item').withStage(
    'write',
    ({ snapshot }) => void log.push(String(snapshot.metadata['n'])),
    StageKind.WORK,
    { idempotency: { parameters: ({ snapshot }) => snapshot.metadata['n'] } },
  )
  const graph = new Pipeline('bulk')
    .withMap('items', {
      over: () => [1, 2, 3],
      each: (n: number, context) => context.runChild(item, { metadata: { n } }).then(() => ({ n })),
    })
    .withPipeline('once', item, { input: () => ({ metadata: { n: 'once' } }) })
    .build({ interceptors: [idempotency()], clock })
  await graph.run({ extensions: { idempotencyKey: 'k' } })
  await graph.run({ extensions: { idempotencyKey: 'k' } })
  expect(log.toSorted()).toEqual(['1', '2', '3', 'once'])
})

test('attempts of a loop keep apart, also inside another loop, and a repeat executes none again', async () => {
  let written = 0
  const eventSink = recordingSink()
  const refusing = (times: number) => {
    let left = times
    return () => (left-- > 0 ? StageOutput.fail(`refused ${left}`) : ((left = times), {}))
  }
  const draft = new Pipeline('draft')
    .withStage('write', () => ({ written: ++written }), StageKind.WORK)
    .withStage('check', refusing(1), StageKind.GUARD, { dependencies: ['write'] })
  const round = new Pipeline('round')
    .withPipeline('drafts', draft, { repeat: repeatUntil('check') })
    .withStage('approve', refusing(2), StageKind.GUARD, { dependencies: ['drafts'] })
  const graph = new Pipeline('looping')
    .withPipeline('rounds', round, { repeat: repeatUntil('approve') })
    .build({ interceptors: [idempotency()], clock, eventSink })
  for (let time = 0; time < 2; time++) {
    const { data } = await graph.run({ extensions: { idempotencyKey: 'k' } })
    expect(data.rounds?.drafts?.write).toEqual({ written: 6 })
    expect(written).toBe(6)
  }
  expect(eventSink.of('idempotency.hit')).toHaveLength(6)
})

test('a child of two pipelines keeps apart by its parent, and from its runs without a parent', async () => {
  const log: string[] = []
  const store = memoryStore({ clock })
  const child = new Pipeline('child').withStage('write', () => void log.push('write'), StageKind.WORK)
  const build = { interceptors: [idempotency({ store })], clock }
  const parent = (name: string) => new Pipeline(name).withPipeline('do', child).build(build)
  const grandparent = new Pipeline('three')
    .withPipeline('do', new Pipeline('one').withPipeline('do', child))
    .build(build)
  const graphs = [parent('one'), parent('two'), grandparent, child.build(build)]
  for (let time = 0; time < 2; time++)
    for (const graph of graphs) await graph.run({ extensions: { idempotencyKey: 'k' } })
  expect(log).toHaveLength(4)
  expect(sizeOf(store)).toBe(4)
})

test('children that a stage starts with runChild keep apart by their order, and a repeat finds each of them', async () => {
  const child = new Pipeline('child').withStage(
    'write',
    ({ snapshot }) => ({ n: snapshot.metadata['n'] }),
    StageKind.WORK,
  )
  const seen: unknown[] = []
  let written = 0
  const counting: Interceptor = { name: 'counting', wrap: (next) => (context) => (written++, next(context)) }
  const graph = new Pipeline('parent')
    .withStage('loop', async ({ runChild }) => {
      for (const n of [1, 2, 3]) seen.push((await runChild(child, { metadata: { n } })).data.write)
    })
    .build({ interceptors: [idempotency(), counting], clock })
  await graph.run({ extensions: { idempotencyKey: 'k' } })
  expect(written).toBe(4) // the three writes, and the loop
  await graph.run({ extensions: { idempotencyKey: 'k' } })
  expect(written).toBe(5)
  expect(seen).toEqual([{ n: 1 }, { n: 2 }, { n: 3 }, { n: 1 }, { n: 2 }, { n: 3 }])
})

test('a hit does not run the child pipeline of its stage', async () => {
  const log: string[] = []
  const child = new Pipeline('child').withStage('inner', () => void log.push('inner'))
  const graph = new Pipeline('parent')
    .withPipeline('outer', child, { idempotency: {} })
    .build({ interceptors: [idempotency()], clock })
  await graph.run({ extensions: { idempotencyKey: 'k' } })
  const again = await graph.run({ extensions: { idempotencyKey: 'k' } })
  expect(log).toEqual(['inner'])
  expect(again.data).toEqual({ outer: { inner: {} } })
  expect(again.report.stages['outer']?.children).toBeUndefined()
})

test('WORK stages take part, others with an option, and none with idempotency: false', async () => {
  const log: string[] = []
  const graph = new Pipeline('kinds')
    .withStage('transform', () => void log.push('transform'))
    .withStage('agent', () => void log.push('agent'), StageKind.AGENT, { idempotency: {} })
    .withStage('work', () => void log.push('work'), StageKind.WORK)
    .withStage('off', () => void log.push('off'), StageKind.WORK, { idempotency: false })
    .build({ interceptors: [idempotency()], clock })
  await graph.run({ extensions: { idempotencyKey: 'k' } })
  const { report } = await graph.run({ extensions: { idempotencyKey: 'k' } })
  expect(log.toSorted()).toEqual(['agent', 'off', 'off', 'transform', 'transform', 'work'])
  expect(report.stages['transform']?.notes).toEqual({})
  expect(report.stages['off']?.notes).toEqual({})
})

test('case 3: an output that is not ok is not kept', async () => {
  const outcomes = [
    StageOutput.skip('not now'),
    StageOutput.retry('later'),
    StageOutput.fail('broken'),
    StageOutput.cancel('stop'),
    StageOutput.ok({ done: true }),
  ]
  const store = memoryStore({ clock })
  const graph = new Pipeline('shop')
    .withStage('charge', () => outcomes.shift() ?? {}, StageKind.WORK)
    .build({ interceptors: [idempotency({ store })], clock })
  const seen: unknown[] = []
  for (let time = 0; time < 7; time++) {
    const { report } = await graph.runSettled({ extensions: { idempotencyKey: 'k' } })
    seen.push(report.stages['charge']?.status)
    expect(sizeOf(store)).toBe(time < 4 ? 0 : 1)
  }
  expect(seen).toEqual(['skip', 'fail', 'fail', 'cancel', 'ok', 'ok', 'ok'])
})

test('an output is kept for 24 hours by default, to the millisecond', async () => {
  const { run, executions } = shop({ store: memoryStore({ clock }) })
  await run('k')
  await clock.advance(24 * 3_600_000 - 1)
  await run('k')
  expect(executions()).toBe(1)
  await clock.advance(1)
  await run('k')
  expect(executions()).toBe(2)
})

test('the time to live can be set for all stages and for one', async () => {
  const log: string[] = []
  const graph = new Pipeline('shop')
    .withStage('a', () => void log.push('a'), StageKind.WORK)
    .withStage('b', () => void log.push('b'), StageKind.WORK, { idempotency: { ttlMs: 50 } })
    .build({ interceptors: [idempotency({ ttlMs: 100, store: memoryStore({ clock }) })], clock })
  const input = { extensions: { idempotencyKey: 'k' } }
  await graph.run(input)
  await clock.advance(50)
  await graph.run(input)
  await clock.advance(50)
  await graph.run(input)
  expect(log).toEqual(['a', 'b', 'b', 'a', 'b'])
})

test('a stage that streams is refused by build(), unless it is left out', () => {
  const streaming = (idempotent?: false) =>
    new Pipeline('chat').withStage(
      'speak',
      async function* () {
        yield 'a'
        return {}
      },
      StageKind.WORK,
      idempotent === undefined ? {} : { idempotency: idempotent },
    )
  expect(codesOf(() => streaming().build({ interceptors: [idempotency()], clock }))).toContain('idempotency/streams')
  expect(() => streaming(false).build({ interceptors: [idempotency()], clock })).not.toThrow()
})

test('a child pipeline that passes chunks on is refused by build(), and toChunks changes nothing', () => {
  const agent = new Pipeline('agent').withStage('ask', async function* () {
    yield 'a'
    return { text: 'a' }
  })
  const speaking = (options: { readonly toChunks?: () => string[] }) =>
    new Pipeline('chat').withPipeline('answer', agent, { chunks: 'ask', idempotency: {}, ...options })
  for (const options of [{}, { toChunks: () => ['a'] }])
    expect(codesOf(() => speaking(options).build({ interceptors: [idempotency()], clock }))).toContain(
      'idempotency/streams',
    )
  const silent = new Pipeline('chat').withPipeline('answer', agent, { idempotency: {} })
  expect(() => silent.build({ interceptors: [idempotency()], clock })).not.toThrow()
})

test('a stage behind a gate is refused by build(): a store would keep what the gate refuses', () => {
  const gated = (options: { readonly idempotency?: {} }) =>
    new Pipeline('chat')
      .withStage('moderation', () => ({}), 'guard')
      .withStage('answer', () => ({}), { dependencies: [gate('moderation')], ...options })
      .withMap('letters', { over: () => [1], each: () => ({}), dependencies: [gate('moderation')], ...options })
  const codes = codesOf(() => gated({ idempotency: {} }).build({ interceptors: [idempotency()], clock }))
  expect(codes.filter((code) => code === 'idempotency/gated')).toHaveLength(2)
  expect(() => gated({}).build({ interceptors: [idempotency()], clock })).not.toThrow()
})

test('illegal options are refused at once, all in one error', () => {
  const bad = {
    store: {},
    key: 'k',
    scope: 'org',
    ttlMs: 0,
    leaseMs: NaN,
    waitMs: 0,
    storeTimeoutMs: Infinity,
    onStoreError: 'ignore',
    ttl: 1,
  }
  const error = thrownBy(() => idempotency(bad as never))
  expect(StageflowError.is(error, 'idempotency/illegal-option')).toBe(true)
  for (const key of Object.keys(bad)) expect(String(error)).toMatch(new RegExp(`\\b${key}\\b`))
  for (const given of [null, 7, 'x', []])
    expect(() => idempotency(given as never)).toThrow('idempotency(): the options must be an object')
  for (const ttlMs of [-1, 1.5, '5', null, 2 ** 60, 10n])
    expect(() => idempotency({ ttlMs: ttlMs as number })).toThrow('ttlMs must be a whole number')
})

test('illegal stage options are refused by build()', () => {
  for (const bad of [true, null, 7, [], { key: 'k' }, { ttlMs: -1 }, { scope: 'org' }, { parameters: {} }, { time: 1 }])
    expect(
      codesOf(() =>
        new Pipeline('shop')
          .withStage('charge', () => ({}), StageKind.WORK, { idempotency: bad as never })
          .build({ interceptors: [idempotency()], clock }),
      ),
    ).toContain('idempotency/illegal-option')
})

test('the types allow legal options only', () => {
  const stage = () => ({})
  const pipeline = new Pipeline('shop')
    .withStage('a', stage, StageKind.WORK, { idempotency: false })
    .withStage('b', stage, { idempotency: { key: ({ stage: { name } }) => name, parameters: () => 1, ttlMs: 5 } })
    // @ts-expect-error a stage takes part by its kind, or with an object
    .withStage('c', stage, { idempotency: true })
    // @ts-expect-error a function finds the key
    .withStage('d', stage, { idempotency: { key: 'k' } })
  expect(() => pipeline.build({ interceptors: [idempotency()] })).toThrow(
    /Stage "c", option idempotency.*\n.*Stage "d", option idempotency/,
  )
  // @ts-expect-error a key is a string
  const run = () => pipeline.build().run({ extensions: { idempotencyKey: 7 } })
  expect(run).toBeTypeOf('function')
})

test('build() refuses it inside a retry, where each attempt would be a call of its own', () => {
  const retry: Interceptor = { name: 'retry', settled: () => {} }
  const build = (interceptors: Parameters<typeof shopWith>[0]) => () => shopWith(interceptors)
  expect(build([retry, idempotency()])).toThrow('core/build')
  expect(build([idempotency(), retry])).not.toThrow()
})

function shopWith(interceptors: readonly { readonly name: string }[]): void {
  try {
    new Pipeline('shop').withStage('charge', () => ({}), StageKind.WORK).build({ interceptors, clock })
  } catch (error) {
    throw new Error((error as StageflowError).code, { cause: error })
  }
}

function thrownBy(act: () => unknown): unknown {
  try {
    act()
  } catch (error) {
    return error
  }
  return undefined
}

function codesOf(build: () => unknown): readonly unknown[] {
  const { problems } = thrownBy(build) as { problems: readonly { code: string; cause?: { code?: string } }[] }
  return problems.flatMap(({ code, cause }) => [code, cause?.code])
}
