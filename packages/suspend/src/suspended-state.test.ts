import { Pipeline, StageOutput, defineStage } from '@stageflow/core'
import type { StageContext, StageGraph, SuspendedResult } from '@stageflow/core'
import { repeatUntil } from '@stageflow/core/repeat'
import { fingerprintOf, resumeRun, resumeSettled } from '@stageflow/core/durable'
import { expect, test } from 'vitest'
import { pendingRequests, readState, resume, suspendedState } from './index.ts'
import type { SuspendedState } from './index.ts'

/** Asks a question the first time; with the answer it returns it. */
function ask({ stage, resumed }: StageContext): { answer: unknown } | StageOutput {
  if (resumed === undefined) return StageOutput.suspend({ question: `${stage.name}?` }, { state: { asked: 1 } })
  return { answer: resumed.answer }
}

const review = new Pipeline('review')
  .withStage('collect', ({ snapshot }) => ({ of: snapshot.inputText }))
  .withStage('check', ask, { dependencies: ['collect'] })
const order = new Pipeline('order')
  .withStage('price', ({ snapshot }) => ({ total: 12, for: snapshot.userId }))
  .withStage('approve', ask, { dependencies: ['price'] })
  .withPipeline('kid', review)
  .withMap('each', { over: () => ['a', 'b', 'c'], each: (item, context) => (item === 'b' ? ask(context) : { item }) })
  .withStage('sum', ({ inputs }) => ({ ...inputs.toJSON() }), {
    dependencies: ['price', 'approve', 'kid', 'each'],
  })

async function suspendedRun<Stages>(graph: StageGraph<Stages, {}>, input = {}): Promise<SuspendedResult<Stages>> {
  const result = await graph.run(input)
  if (result.status !== 'suspended') throw new Error(`the run is ${result.status}`)
  return result
}

/** As another process would read it. */
const stored = (state: SuspendedState): unknown => JSON.parse(JSON.stringify(state))

const answers = { approve: 'yes', kid: { check: 'fine' }, each: { 1: 'no' } }

test('a run goes on from its state as it does from its result, in another graph of the same shape too', async () => {
  const graph = order.build()
  const result = await suspendedRun(graph, { inputText: 'a hat', userId: 'u1' })
  const state = suspendedState(graph, result)
  expect(JSON.parse(JSON.stringify(state))).toEqual(state)
  expect(state).toMatchObject({ format: 1, fingerprint: fingerprintOf(graph), gaps: [] })
  const direct = await resumeRun(graph, result, answers)
  expect(direct.status).toBe('completed')
  for (const given of [state, stored(state), JSON.stringify(state)]) {
    const last = await resume(order.build(), given, answers)
    expect(last.status).toBe('completed')
    expect(last.data).toEqual(direct.data)
    expect(last.report.pipelineRunId).toBe(result.report.pipelineRunId)
    expect(last.report.stages.price).toEqual(JSON.parse(JSON.stringify(result.report.stages.price)))
    expect(last.report.legs).toHaveLength(1)
  }
})

test('the pending requests of a state are those of its stages, child runs and items, with the keys of each answer', async () => {
  const graph = order.build()
  const state = suspendedState(graph, await suspendedRun(graph))
  expect(pendingRequests(JSON.stringify(state))).toEqual([
    { path: ['approve'], request: { question: 'approve?' } },
    { path: ['kid', 'check'], request: { question: 'check?' } },
    { path: ['each', '1'], request: { question: 'each?' } },
  ])
})

test('some answers are enough, and the state of the second suspension takes the others', async () => {
  const graph = order.build()
  let result = await resume(graph, stored(suspendedState(graph, await suspendedRun(graph))), { kid: { check: 'fine' } })
  if (result.status !== 'suspended') throw new Error(result.status)
  const second = stored(suspendedState(graph, result))
  expect(pendingRequests(second).map(({ path }) => path)).toEqual([['approve'], ['each', '1']])
  result = await resume(graph, second, { approve: 'yes', each: { 1: 'no' } })
  expect(result).toMatchObject({
    status: 'completed',
    data: { sum: { approve: { answer: 'yes' }, kid: { check: { answer: 'fine' } } } },
  })
  expect(result.report.legs).toHaveLength(2)
  expect(result.children['kid']).toMatchObject({ status: 'completed', data: { check: { answer: 'fine' } } })
})

test('child runs in child runs, repeated ones and maps of child runs go on where they stopped', async () => {
  const collected: unknown[] = []
  const inner = new Pipeline('inner')
    .withStage('collect', ({ snapshot }) => {
      collected.push(snapshot.inputText)
      return {}
    })
    .withStage('check', ask, 'guard', { dependencies: ['collect'] })
  const graph = new Pipeline('outer')
    .withPipeline('kid', new Pipeline('middle').withPipeline('inner', inner))
    .withPipeline('again', inner, { repeat: repeatUntil('check') })
    .withMap('each', {
      over: () => ['x', 'y'],
      each: (item, context) =>
        context
          .runChild(inner, { inputText: item })
          .then((child) => (child.status === 'suspended' ? StageOutput.suspend(child.requests) : { ...child.data })),
    })
    .build()
  const state = suspendedState(graph, await suspendedRun(graph, { inputText: 'in' }))
  expect(pendingRequests(state).map(({ path }) => path.join('/'))).toEqual([
    'kid/inner/check',
    'again/check',
    'each/0/check',
    'each/1/check',
  ])
  expect(collected.splice(0)).toHaveLength(4)
  const last = await resume(graph, stored(state), {
    kid: { inner: { check: 1 } },
    again: { check: 2 },
    each: { 0: { check: 3 }, 1: { check: 4 } },
  })
  expect(collected).toEqual([])
  expect(last.data).toMatchObject({
    kid: { inner: { check: { answer: 1 } } },
    again: { check: { answer: 2 } },
    each: { items: [{ check: { answer: 3 } }, { check: { answer: 4 } }] },
  })
})

test('an item that was skipped is undefined again, and undefined fields are left out', async () => {
  const graph = new Pipeline('order')
    .withMap('each', { over: () => [1, 2, 3], each: (item) => (item === 2 ? StageOutput.skip('odd') : { item }) })
    .withStage('list', () => ({ found: [undefined, null, 0], none: undefined as unknown }))
    .withStage('approve', ask)
    .withStage('sum', ({ inputs }) => ({ ...inputs.toJSON() }), { dependencies: ['each', 'list', 'approve'] })
    .build()
  const state = suspendedState(graph, await suspendedRun(graph))
  expect(state.gaps).toEqual([
    ['outputs', 'each', 'data', 'items', 1],
    ['outputs', 'list', 'data', 'found', 0],
  ])
  const { data } = await resume(graph, stored(state), { approve: 1 })
  expect(data.each?.items).toStrictEqual([{ item: 1 }, undefined, { item: 3 }])
  expect(data.list).toStrictEqual({ found: [undefined, null, 0] })
  expect(data.sum).toMatchObject({ each: data.each, list: data.list })
})

test('a state is copied: the given one is neither changed nor frozen, nor is the result', async () => {
  const graph = order.build()
  const state = stored(suspendedState(graph, await suspendedRun(graph)))
  const before = JSON.stringify(state)
  const { data } = await resume(graph, state, answers)
  expect(Object.isFrozen(data.price)).toBe(true)
  expect(JSON.stringify(state)).toBe(before)
  const { run } = state as { run: { outputs: { price: { data: object } } } }
  expect(Object.isFrozen(run.outputs.price.data)).toBe(false)
})

/** The same value with the keys of its objects in another order, as a column of type jsonb returns it. */
function reordered(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reordered)
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).sort(([a], [b]) => a.length - b.length || (a < b ? -1 : 1))
  return Object.fromEntries(entries.map(([key, held]) => [key, reordered(held)]))
}

test('a database may return the keys of a state in another order', async () => {
  const graph = order.build()
  const state = reordered(stored(suspendedState(graph, await suspendedRun(graph))))
  expect(await resume(graph, state, answers)).toMatchObject({
    status: 'completed',
    data: { kid: { check: { answer: 'fine' } }, each: { items: [{ item: 'a' }, { answer: 'no' }, { item: 'c' }] } },
  })
})

test('readState gives the run to the other forms of resume', async () => {
  const graph = new Pipeline('order')
    .withStage('approve', (context) => (context.resumed ? StageOutput.fail('no') : ask(context)))
    .build()
  const state = suspendedState(graph, await suspendedRun(graph))
  const settled = await resumeSettled(graph, readState(graph, stored(state)), { approve: 1 })
  expect(settled).toMatchObject({ status: 'failed', errors: [{ message: 'no' }] })
  // The state is still there: the app may answer again.
  await expect(resume(graph, stored(state), { approve: 1 })).rejects.toMatchObject({ code: 'core/pipeline-failed' })
})

test('a graph with other code, a new stage and a changed unsettled stage goes on', async () => {
  const graph = order.build()
  const state = stored(suspendedState(graph, await suspendedRun(graph)))
  const changed = new Pipeline('order')
    .withStage('price', () => ({ total: 13, for: undefined as string | undefined }))
    .withStage('tax', () => ({ tax: 2 }))
    .withStage('approve', ask, { dependencies: ['price', 'tax'] })
    .withPipeline(
      'kid',
      review.withStage('more', () => ({ more: true })),
    )
    .withMap('each', { over: () => ['a', 'b', 'c'], each: (item, context) => (item === 'b' ? ask(context) : { item }) })
    .withStage('total', ({ inputs }) => ({ ...inputs.toJSON() }), { dependencies: ['price', 'tax', 'kid', 'approve'] })
    .build()
  expect((await resume(changed, state, answers)).data.total).toEqual({
    price: { total: 12 },
    tax: { tax: 2 },
    approve: { answer: 'yes' },
    kid: { collect: {}, check: { answer: 'fine' }, more: { more: true } },
  })
})

test('one error lists everything that does not fit, and nothing runs (suspend/changed-graph)', async () => {
  const graph = order.build()
  const state = suspendedState(graph, await suspendedRun(graph, { pipelineRunId: 'r1' }))
  const ran: string[] = []
  const changed = new Pipeline('orders')
    .withStage('tax', () => void ran.push('tax'))
    .withStage('price', () => void ran.push('price'), 'work', { dependencies: ['tax'] })
    .withPipeline('kid', new Pipeline('review').withStage('check', ask))
    .withStage('each', ask)
    .build()
  await expect(resume(changed, stored(state), {})).rejects.toMatchObject({
    code: 'suspend/changed-graph',
    message: `The suspended run "r1" doesn't fit the graph "orders"; resume it with the graph that it began with, or one that keeps these stages:
- it is a run of "order", and the graph is "orders"
- stage "price", which has settled, had kind "transform" and now has kind "work"
- stage "price", which has settled, depended on nothing and now depends on "tax"
- the graph has no stage "approve", which has started
- the graph has no stage "kid/collect", which has settled
- stage "each", which has started, was a map, and now is code of its own`,
  })
  expect(ran).toEqual([])
})

test('of very many incompatibilities, the error lists the first ones and counts the rest', async () => {
  const stages = Array.from({ length: 60 }, (_, place) => place)
  const asking = defineStage({ name: 'approve', run: ask })
  const graph = Pipeline.from('wide', [
    asking,
    ...stages.map((place) => defineStage({ name: `s${place}` as 's', run: () => ({}) })),
  ] as never).build() as StageGraph<{ approve: never }, {}>
  const state = suspendedState(graph, await suspendedRun(graph))
  const narrow = new Pipeline('wide').withStage('approve', ask).build()
  expect(() => readState(narrow, state)).toThrow(
    /\n- the graph has no stage "s49", which has settled\n- … and 10 more$/,
  )
})

test('wrong answers are those of core (core/resume)', async () => {
  const graph = order.build()
  const state = suspendedState(graph, await suspendedRun(graph))
  await expect(resume(graph, state, {})).rejects.toMatchObject({
    code: 'core/resume',
    message:
      'A run of "order" cannot be resumed: the answer for the run must be an object with an answer for a stage, not an empty one; the run waits for "approve", "kid", "each".',
  })
})

// ---------- what cannot be written

class Money {
  readonly euros = 1
}
const loop: { inside?: unknown } = {}
loop.inside = [loop]
let deep: unknown = 1
for (let level = 0; level < 600; level++) deep = { deep }

test.each<[what: string, value: unknown, message: string]>([
  ['NaN', NaN, 'outputs.price.data.at is NaN'],
  ['an infinite number', -Infinity, 'outputs.price.data.at is -Infinity'],
  ['a date', new Date(0), 'outputs.price.data.at is an instance of Date'],
  ['a class instance', [{ money: new Money() }], 'outputs.price.data.at[0].money is an instance of Money'],
  ['a map', { 'a key': new Map() }, 'outputs.price.data.at["a key"] is an instance of Map'],
  ['bytes', Buffer.from('abc'), 'outputs.price.data.at is an instance of Buffer'],
  ['a bigint', 1n, 'outputs.price.data.at is a bigint'],
  ['a function', () => 1, 'outputs.price.data.at is a function'],
  ['a symbol', Symbol('s'), 'outputs.price.data.at is a symbol'],
  ['an object inside itself', loop, 'outputs.price.data.at.inside[0] is an object inside itself'],
  [
    'very deep data',
    deep,
    `outputs.price.data.at${'.deep'.repeat(40)}`.slice(0, 199) + '… is nested more than 500 deep',
  ],
])('%s in the data of a stage is refused by its path (suspend/not-json)', async (_what, at, message) => {
  const graph = new Pipeline('order')
    .withStage('price', () => ({ at }))
    .withStage('approve', ask)
    .build({ freeze: 'shallow' })
  const result = await suspendedRun(graph)
  const write = (): unknown => suspendedState(graph, result)
  expect(write).toThrow(expect.objectContaining({ code: 'suspend/not-json' }) as Error)
  expect(write).toThrow(`The suspended run of "order" cannot be written as JSON: ${message}`)
  expect(write).toThrow(/\. Return plain JSON values from stages, such as date\.toISOString\(\)\.$/)
})

test('requests, states, the input and child runs are refused likewise, all in one error', async () => {
  const asks = () => StageOutput.suspend({ until: new Date(0) }, { state: { n: NaN } })
  const graph = new Pipeline('order')
    .withStage('approve', asks)
    .withPipeline('kid', new Pipeline('k').withStage('a/b', asks))
    .build()
  const result = await suspendedRun(graph, { metadata: { at: new Date(0) } })
  expect(() => suspendedState(graph, result)).toThrow(
    'The suspended run of "order" cannot be written as JSON: snapshot.metadata.at is an instance of Date; ' +
      'outputs.approve.request.until is an instance of Date; outputs.approve.state.n is NaN; ' +
      'outputs.kid.request["a/b"].until is an instance of Date; ' +
      'children.kid.snapshot.metadata.at is an instance of Date; ' +
      'children.kid.outputs["a/b"].request.until is an instance of Date; children.kid.outputs["a/b"].state.n is NaN. ' +
      'Return plain JSON values from stages, such as date.toISOString().',
  )
})

test('notes and settled child runs only tell what happened, so they are written as JSON writes them', async () => {
  const build = (value: unknown) => {
    const child = new Pipeline('kid').withStage('now', () => ({ at: new Date(0), value }))
    return new Pipeline('order')
      .withStage('when', async (context) => {
        context.note('usage', { costUsd: NaN })
        const { data } = await context.runChild(child)
        return { at: data.now?.at.toISOString() }
      })
      .withStage('approve', ask)
      .build()
  }
  const graph = build(Infinity)
  const { data, children, report } = await resume(graph, suspendedState(graph, await suspendedRun(graph)), {
    approve: 1,
  })
  expect(data.when).toEqual({ at: '1970-01-01T00:00:00.000Z' })
  expect(children['when']?.data).toEqual({ now: { at: '1970-01-01T00:00:00.000Z', value: null } })
  expect(report.stages.when.notes).toEqual({ usage: { costUsd: null } })
  const huge = build(1n)
  const result = await suspendedRun(huge)
  expect(() => suspendedState(huge, result)).toThrow(
    /^The suspended run of "order" cannot be written as JSON: .*BigInt.*\. The data of settled child runs must be JSON too\.$/,
  )
})

test.each<[what: string, result: unknown, code: string, message: string]>([
  ['nothing', undefined, 'suspend/not-suspended', 'suspendedState was given undefined;'],
  [
    'a completed run',
    { status: 'completed' },
    'suspend/not-suspended',
    `suspendedState was given the result of a run that is "completed"; pass the result of a run whose status is 'suspended'.`,
  ],
  [
    'a result without its outputs',
    { status: 'suspended', report: { pipeline: 'order' } },
    'suspend/not-suspended',
    'suspendedState was given a result without its snapshot, outputs or children; pass the result of a run, unchanged.',
  ],
  [
    'a result without its report',
    { status: 'suspended', report: null },
    'suspend/not-suspended',
    'suspendedState was given a result without its report; pass the result of a run, unchanged.',
  ],
  [
    'a run of another graph',
    { status: 'suspended', report: { pipeline: 'other' } },
    'suspend/changed-graph',
    'suspendedState was given a run of "other" and the graph "order"; pass the graph that ran.',
  ],
])('%s has no state', (_what, result, code, message) => {
  const write = (): unknown => suspendedState(order.build(), result as never)
  expect(write).toThrow(expect.objectContaining({ code }) as Error)
  expect(write).toThrow(message)
})

test('maps that name their items, and maps of pipelines, go on from a state in another order', async () => {
  const graph = (letters: readonly string[]) =>
    new Pipeline('mail')
      .withMap('letters', {
        over: () => letters,
        each: review,
        input: (inputText) => ({ inputText }),
        key: (one) => one,
      })
      .withMap('sent', {
        over: () => letters,
        each: (one, context) => (one === 'b' ? ask(context) : { one }),
        key: (one) => `${one} sent`,
      })
      .build()
  const first = graph(['a', 'b'])
  const state = JSON.parse(JSON.stringify(suspendedState(first, await suspendedRun(first)))) as SuspendedState
  expect(pendingRequests(state).map(({ path }) => path)).toEqual([
    ['letters', 'a', 'check'],
    ['letters', 'b', 'check'],
    ['sent', 'b sent'],
  ])
  const answers = { letters: { b: { check: 'B' }, a: { check: 'A' } }, sent: { 'b sent': 'sent' } }
  expect(await resume(graph(['b', 'a']), state, answers as never)).toMatchObject({
    status: 'completed',
    data: {
      letters: { items: [{ check: { answer: 'B' } }, { check: { answer: 'A' } }] },
      sent: { items: [{ answer: 'sent' }, { one: 'a' }] },
    },
  })
  const unnamed = new Pipeline('mail')
    .withMap('letters', { over: () => ['a', 'b'], each: review, input: (inputText) => ({ inputText }) })
    .withMap('sent', { over: () => ['a', 'b'], each: (one, context) => (one === 'b' ? ask(context) : { one }) })
    .build()
  const refused = await resume(unnamed, state, answers as never).catch((error: Error) => error)
  expect(refused).toMatchObject({ code: 'suspend/changed-graph' })
  expect((refused as Error).message).toContain(
    'was a map of the pipeline "review" with key, and now is a map of the pip',
  )
  expect((refused as Error).message).toContain('stage "sent", which has started, was a map with key, and now is a map')
})
