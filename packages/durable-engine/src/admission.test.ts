import { Pipeline, StageOutput, StageflowError } from '@stageflow/core'
import type { Interceptor, StageContext, StageflowEvent } from '@stageflow/core'
import type { DurableRuns } from '@stageflow/durable-engine'
import { recordingSink } from '@stageflow/testing'
import { expect, test } from 'vitest'

import { openRuns, until } from '../test/open-runs.ts'

const { newPath, open, change, text: textOf, answersAtOnce } = openRuns({ leaseMs: 200 })

declare module '@stageflow/core' {
  interface RunOptions {
    /** `ada@acme`: a user of an organization. */
    readonly ticket?: string | undefined
  }
}

const FOREIGN = 'tickets/foreign-run'
const refusal = (code: string): StageflowError => new StageflowError(code, `${code}: the ticket does not allow this.`)

interface TicketRules {
  /** Who may answer; default: who began the run. */
  readonly answers?: string
  /** The code with which each leg is refused. */
  readonly legCode?: () => string | undefined
}

/** A run belongs to the ticket that started it. */
const tickets = ({ answers, legCode }: TicketRules = {}): Interceptor => ({
  name: 'tickets',
  runOptions: ['ticket'],
  admit: async ({ action, options: { ticket }, kept }) => {
    const [userId, orgId] = ticket?.split('@') ?? []
    if (userId === undefined || orgId === undefined) throw refusal('tickets/none')
    const { owner } = (kept ?? {}) as { readonly owner?: string }
    const mayDo = action === 'answer' && answers !== undefined ? ticket === answers : ticket === owner
    if (action !== 'start' && !mayDo) throw refusal(FOREIGN)
    return { keep: { owner: ticket }, who: { userId, orgId } }
  },
  wrapRun: (next) => (run) => {
    const code = legCode?.()
    return code === undefined ? next(run) : run.fail(refusal(code))
  },
})

const ask = ({ resumed }: StageContext) =>
  resumed === undefined ? StageOutput.suspend('Pay?') : { answer: resumed.answer, by: resumed.by }

const order = (rules?: TicketRules, calls: string[] = []) =>
  new Pipeline('order')
    .withStage('price', () => ({ total: calls.push('price') }))
    .withStage('boss', ask, { dependencies: ['price'] })
    .withStage('pay', ({ userId, orgId, inputs }) => ({ userId, orgId, paid: inputs.from('boss').answer }), {
      dependencies: ['boss'],
    })
    .build({ interceptors: [tickets(rules)] })

const ADA = { ticket: 'ada@acme' }
const EVE = { ticket: 'eve@evil' }

test('a refused start leaves no run, and its id stays free', async () => {
  const durable = open()
  const graph = order()
  await expect(durable.run(graph, {}, { runId: 'a' })).rejects.toMatchObject({ code: 'tickets/none' })
  expect(await durable.get('a')).toBeUndefined()
  expect(durable.stats()).toEqual({ refused: 1 })
  expect((await durable.run(graph, {}, { runId: 'a', ...ADA })).status).toBe('suspended')
})

test('another user cannot attach to a run, whether it is in progress, waits or has ended', async () => {
  const path = newPath()
  const [here, there] = [open(path), open(path)]
  const graph = order()
  const started = here.run(graph, {}, { runId: 'a', ...ADA })
  // In the tick of the start, by the same process: there is no row yet. On a server, either of the two would be the one who starts.
  if (!answersAtOnce) await until(async () => (await here.get('a')) !== undefined)
  await expect(here.run(graph, {}, { runId: 'a', ...EVE })).rejects.toMatchObject({ code: FOREIGN })
  await started
  const everyWay = async (): Promise<void> => {
    for (const durable of [here, there]) {
      await expect(durable.run(graph, {}, { runId: 'a', ...EVE })).rejects.toMatchObject({ code: FOREIGN })
      await expect(durable.run(graph, {}, { runId: 'a' })).rejects.toMatchObject({ code: 'tickets/none' })
      await expect(durable.get(graph, 'a', EVE)).rejects.toMatchObject({ code: FOREIGN })
      await expect(durable.cancel(graph, 'a', 'mine', EVE)).rejects.toMatchObject({ code: FOREIGN })
    }
  }
  await everyWay()
  expect((await there.run(graph, {}, { runId: 'a', ...ADA })).status).toBe('suspended')
  expect((await there.get(graph, 'a', ADA))?.status).toBe('suspended')
  await here.resume(graph, 'a', { boss: 'yes' }, ADA)
  await everyWay()
  expect((await there.run(graph, {}, { runId: 'a', ...ADA })).data).toMatchObject({ pay: { paid: 'yes' } })
})

test('a refused answer is not kept: the question stays open for who may answer', async () => {
  const durable = open()
  const graph = order()
  await durable.run(graph, {}, { runId: 'a', ...ADA })
  for (const caller of [EVE, {}]) {
    await expect(durable.resume(graph, 'a', { boss: '9999 to eve' }, caller)).rejects.toBeInstanceOf(StageflowError)
    await expect(durable.answer(graph, 'a', { boss: '9999 to eve' }, caller)).rejects.toBeInstanceOf(StageflowError)
  }
  expect(await durable.get('a')).toMatchObject({ status: 'suspended', requests: [{ path: ['boss'] }] })
  const { data } = await durable.resume(graph, 'a', { boss: 'no' }, ADA)
  expect(data.boss).toEqual({ answer: 'no', by: { userId: 'ada', orgId: 'acme' } })
})

test('another person answers if the interceptors say so, and the run goes on as who began it', async () => {
  const durable = open()
  const graph = order({ answers: 'bo@acme' })
  await durable.run(graph, {}, { runId: 'a', ...ADA })
  await expect(durable.resume(graph, 'a', { boss: 'yes' }, ADA)).rejects.toMatchObject({ code: FOREIGN })
  const { data } = await durable.resume(graph, 'a', { boss: 'yes' }, { ticket: 'bo@acme' })
  expect(data.boss).toEqual({ answer: 'yes', by: { userId: 'bo', orgId: 'acme' } })
  expect(data.pay).toEqual({ userId: 'ada', orgId: 'acme', paid: 'yes' })
})

test('an app that says who answers is refused if the interceptors verified another person, and no answer is kept', async () => {
  const durable = open()
  const graph = order()
  await durable.run(graph, {}, { runId: 'a', ...ADA })
  for (const expectedBy of [{ userId: 'bob' }, { orgId: 'evil' }, { userId: 'ada', orgId: 'evil' }])
    await expect(durable.answer(graph, 'a', { boss: 'yes' }, { expectedBy, ...ADA })).rejects.toMatchObject({
      code: 'durable-engine/other-author',
    })
  expect((await durable.get('a'))?.status).toBe('suspended')
  await durable.answer(graph, 'a', { boss: 'yes' }, { expectedBy: { userId: 'ada' }, ...ADA })
  expect((await durable.get('a'))?.timeline).toContainEqual(expect.objectContaining({ key: 'boss', taken: false }))
})

test('an app that says who answers is refused if the interceptors verified no such id', async () => {
  const durable = open()
  const runWith = async (runId: string, graph: ReturnType<typeof order>): Promise<typeof graph> => {
    await durable.run(graph, {}, { runId })
    return graph
  }
  const build = (...interceptors: Interceptor[]) =>
    new Pipeline('order').withStage('boss', ask).build({ interceptors }) as unknown as ReturnType<typeof order>
  const bare = await runWith('bare', build())
  const nameless = await runWith('nameless', build({ name: 'nameless', admit: () => ({ who: { userId: 'ada' } }) }))
  for (const [graph, runId, expectedBy] of [
    [bare, 'bare', { userId: 'ada' }],
    [bare, 'bare', { orgId: 'acme' }],
    [nameless, 'nameless', { orgId: 'acme' }],
    [nameless, 'nameless', { userId: 'ada', orgId: 'acme' }],
  ] as const)
    await expect(durable.answer(graph, runId, { boss: 'yes' }, { expectedBy })).rejects.toMatchObject({
      code: 'durable-engine/other-author',
      message: expect.stringContaining('the interceptors verified none') as string,
    })
  await durable.answer(nameless, 'nameless', { boss: 'yes' }, { expectedBy: { userId: 'ada' } })
  await durable.answer(bare, 'bare', { boss: 'yes' }, { expectedBy: {} })
})

test('recover needs no ticket, and no ticket is in the journal', async () => {
  const path = newPath()
  const graph = order()
  const first = open(path)
  await first.run(graph, {}, { runId: 'a', ...ADA })
  await first.answer(graph, 'a', { boss: 'yes' }, ADA)
  await first.close()
  const second = open(path)
  await second.recover(graph)
  const { data } = await second.run(graph, {}, { runId: 'a', ...ADA })
  expect(data).toMatchObject({ pay: { userId: 'ada', orgId: 'acme', paid: 'yes' } })
  await second.close()
  // The interceptor of this test keeps its tickets; no option is written by the engine.
  const text = await textOf(path)
  expect(text).not.toContain('"ticket"')
})

test('the ids of a run are those that were verified, so list shows the runs of a tenant', async () => {
  const durable = open()
  const graph = order()
  await durable.run(graph, {}, { runId: 'a', ...ADA })
  await durable.run(graph, {}, { runId: 'b', ticket: 'bo@other' })
  expect((await durable.list({ orgId: 'acme' })).map(({ runId }) => runId)).toEqual(['a'])
  expect((await durable.list({ userId: 'bo' })).map(({ runId }) => runId)).toEqual(['b'])
  await expect(durable.list({ orgId: undefined as never })).rejects.toMatchObject({
    code: 'durable-engine/illegal-option',
  })
  await expect(durable.list({ userId: undefined as never })).rejects.toMatchObject({
    code: 'durable-engine/illegal-option',
  })
})

test('a first leg that an interceptor refuses leaves no run; a later one blocks it under that code, until it is let in', async () => {
  let legCode: string | undefined = 'tickets/closed'
  const durable = open()
  const graph = order({ legCode: () => legCode })
  await expect(durable.run(graph, {}, { runId: 'a', ...ADA })).rejects.toMatchObject({ code: 'tickets/closed' })
  expect(await durable.get('a')).toBeUndefined()

  legCode = undefined
  await durable.run(graph, {}, { runId: 'a', ...ADA })
  legCode = 'tickets/revoked'
  await expect(durable.resume(graph, 'a', { boss: 'yes' }, ADA)).rejects.toMatchObject({ code: 'tickets/revoked' })
  expect(await durable.get('a')).toMatchObject({ status: 'blocked', error: { code: 'tickets/revoked' } })
  expect(await durable.recover(graph)).toMatchObject([
    { runId: 'a', status: 'blocked', error: { code: 'tickets/revoked' } },
  ])

  legCode = undefined
  expect(await durable.recover(graph)).toMatchObject([{ runId: 'a', status: 'completed' }])
  expect((await durable.run(graph, {}, { runId: 'a', ...ADA })).data).toMatchObject({ pay: { paid: 'yes' } })
})

test.each<[how: string, resume: (runs: DurableRuns, graph: ReturnType<typeof order>) => Promise<unknown>]>([
  ['resume', (runs, graph) => runs.resume(graph, 'a', {}, ADA)],
  ['resume of a part of the app', (runs, graph) => runs.as('console').resume(graph, 'a', {})],
])('%s without an answer gets a blocked run going, and no other', async (_how, resume) => {
  let legCode: string | undefined
  const durable = open()
  const graph = order({ legCode: () => legCode })
  const notWaiting = { code: 'durable-engine/not-waiting' }
  await durable.run(graph, {}, { runId: 'a', ...ADA })
  await expect(resume(durable, graph)).rejects.toMatchObject(notWaiting)
  legCode = 'tickets/revoked'
  await expect(durable.resume(graph, 'a', { boss: 'yes' }, ADA)).rejects.toMatchObject({ code: legCode })
  await expect(resume(durable, graph)).rejects.toMatchObject({ code: legCode })
  await expect(durable.answer(graph, 'a', {}, ADA)).rejects.toMatchObject(notWaiting)
  legCode = undefined
  await expect(durable.resume(graph, 'a', { boss: 'no' }, ADA)).rejects.toMatchObject(notWaiting)
  expect(await durable.get('a')).toMatchObject({ status: 'blocked' })
  expect(await resume(durable, graph)).toMatchObject({ status: 'completed', data: { pay: { paid: 'yes' } } })
  await expect(resume(durable, graph)).rejects.toMatchObject(notWaiting)
})

test('a user who may not answer gets no blocked run of another going', async () => {
  let legCode: string | undefined
  const durable = open()
  const graph = order({ legCode: () => legCode })
  await durable.run(graph, {}, { runId: 'a', ...ADA })
  legCode = 'tickets/revoked'
  await expect(durable.resume(graph, 'a', { boss: 'yes' }, ADA)).rejects.toMatchObject({ code: legCode })
  legCode = undefined
  await expect(durable.resume(graph, 'a', {}, EVE)).rejects.toMatchObject({ code: FOREIGN })
  expect(await durable.get('a')).toMatchObject({ status: 'blocked' })
})

test('a graph without the interceptors that a run began with is refused, and recover leaves the run to others', async () => {
  const path = newPath()
  const durable = open(path)
  await durable.run(order(), {}, { runId: 'a', ...ADA })
  const open_ = new Pipeline('order')
    .withStage('price', () => ({ total: 1 }))
    .withStage('boss', ask, { dependencies: ['price'] })
    .withStage('pay', () => ({}), { dependencies: ['boss'] })
    .build()
  const unguarded = {
    code: 'durable-engine/unguarded',
    message: expect.stringContaining('behind the interceptors tickets'),
  }
  await expect(durable.run(open_, {}, { runId: 'a' })).rejects.toMatchObject(unguarded)
  await expect(durable.resume(open_, 'a', { boss: 'yes' })).rejects.toMatchObject(unguarded)
  await expect(durable.get(open_, 'a')).rejects.toMatchObject(unguarded)
  await expect(durable.cancel(open_, 'a', 'x')).rejects.toMatchObject(unguarded)
  await durable.as('console').answer('a', { boss: 'yes' })
  await durable.recover(open_)
  expect((await durable.get('a'))?.status).toBe('suspended')
  await durable.recover(order())
  expect((await durable.get('a'))?.status).toBe('completed')
})

test('a part of the app acts by its name, without a ticket and without the graph', async () => {
  const durable = open()
  const graph = order()
  await durable.run(graph, {}, { runId: 'a', ...ADA })
  const { data } = await durable.as('month end').resume(graph, 'a', { boss: 'yes' })
  expect(data.boss).toEqual({ answer: 'yes', by: { system: 'month end' } })
  expect(data.pay).toMatchObject({ userId: 'ada' })
  await durable.run(graph, {}, { runId: 'b', ...ADA })
  expect(await durable.cancel('b', 'withdrawn')).toBe(true)
  for (const name of ['', 7, undefined]) expect(() => durable.as(name as string)).toThrow(/as\(\) was given the name/)
})

test('of two processes that start one id, one starts it, and the other is admitted as one who attaches', async () => {
  const path = newPath()
  const [here, there] = [open(path), open(path)]
  const graph = order()
  for (let n = 0; n < 10; n++) {
    const runId = `r${n}`
    const both = await Promise.allSettled([
      here.run(graph, {}, { runId, ...ADA }),
      there.run(graph, {}, { runId, ...EVE }),
    ])
    expect(both.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    const reasons = both.map((one) => (one.status === 'rejected' ? (one.reason as StageflowError).code : 'started'))
    expect(reasons.toSorted()).toEqual(['started', FOREIGN])
  }
})

test('every refused request is an event of the sink of the graph', async () => {
  const sink = recordingSink()
  const graph = new Pipeline('order').withStage('boss', ask).build({ eventSink: sink, interceptors: [tickets()] })
  const durable = open()
  await durable.run(graph, {}, { runId: 'a', ...ADA })
  await expect(durable.resume(graph, 'a', { boss: 1 }, EVE)).rejects.toMatchObject({ code: FOREIGN })
  await expect(durable.cancel(graph, 'a', 'x', EVE)).rejects.toMatchObject({ code: FOREIGN })
  const refused = (sink.events as readonly StageflowEvent[]).filter(({ type }) => type === 'run.refused')
  expect(refused.map(({ data }) => data)).toMatchObject([
    { action: 'answer', code: FOREIGN, pipeline: 'order' },
    { action: 'cancel', code: FOREIGN, pipeline: 'order' },
  ])
  expect(durable.stats().refused).toBe(2)
})

test('a stranger who attaches is refused before the input or the graph is compared: the answer says nothing about the run', async () => {
  const durable = open()
  await durable.run(order(), { inputText: 'of ada' }, { runId: 'a', ...ADA })
  const other = new Pipeline('order').withStage('boss', ask).build({ interceptors: [tickets()] })
  for (const caller of [EVE, {}]) {
    const code = caller === EVE ? FOREIGN : 'tickets/none'
    for (const input of [{}, { inputText: 'of ada' }])
      await expect(durable.run(order(), input, { runId: 'a', ...caller })).rejects.toMatchObject({ code })
    await expect(durable.run(other, {}, { runId: 'a', ...caller })).rejects.toMatchObject({ code })
  }
  await expect(durable.run(order(), {}, { runId: 'a', ...ADA })).rejects.toMatchObject({
    code: 'durable-engine/other-input',
  })
})

test('a first leg that is refused takes its inbox with it', async () => {
  const path = newPath()
  const durable = open(path)
  const refusing = Promise.withResolvers<void>()
  const graph = new Pipeline('order').withStage('boss', ask).build({
    interceptors: [
      tickets(),
      { name: 'late', wrapRun: () => async (run) => (await refusing.promise, run.fail(refusal('late/closed'))) },
    ],
  })
  const started = durable.run(graph, {}, { runId: 'a', ...EVE })
  while ((await durable.get('a')) === undefined) await new Promise(setImmediate)
  await durable.answer(graph, 'a', { boss: 'yes' }, EVE)
  refusing.resolve()
  await expect(started).rejects.toMatchObject({ code: 'late/closed' })
  expect(await change(path, 'SELECT * FROM inbox')).toEqual([])
})

test('a leg that is refused before its first stage blocks a run whose first leg died with stages in progress', async () => {
  const path = newPath()
  let legCode: string | undefined
  const calls: string[] = []
  const graph = order({ legCode: () => legCode }, calls)
  const first = open(path)
  void first.run(graph, {}, { runId: 'a', ...ADA }).catch(() => {})
  while (calls.length === 0) await new Promise(setImmediate)
  await first.close({ timeoutMs: 0 })
  // As if the process had died before the fact of its call was written.
  await change(path, 'DELETE FROM facts')
  await change(path, "UPDATE runs SET status = 'running', owner = 'gone', facts_before = 0")

  legCode = 'tickets/revoked'
  const second = open(path)
  const blocked = { runId: 'a', status: 'blocked', error: { code: 'tickets/revoked' } }
  expect(await second.recover(graph)).toMatchObject([blocked])
  expect(await second.get('a')).toMatchObject(blocked)
  legCode = undefined
  expect(await second.recover(graph)).toMatchObject([{ runId: 'a', status: 'suspended' }])
  expect(calls).toEqual(['price', 'price'])
})

test('only who is admitted tries a failed run again', async () => {
  let isBroken = true
  const graph = new Pipeline('order')
    .withStage('pay', () => (isBroken ? StageOutput.fail('the card was refused') : { paid: true }))
    .build({ interceptors: [tickets()] })
  const durable = open()
  await expect(durable.run(graph, {}, { runId: 'a', ...ADA })).rejects.toMatchObject({ code: 'core/pipeline-failed' })
  isBroken = false
  await expect(durable.retryFailed(graph, 'a', EVE)).rejects.toMatchObject({ code: FOREIGN })
  await expect(durable.retryFailed(graph, 'a')).rejects.toMatchObject({ code: 'tickets/none' })
  expect((await durable.get('a'))?.status).toBe('failed')
  expect((await durable.retryFailed(graph, 'a', ADA)).data).toEqual({ pay: { paid: true } })
})

test('a request that was admitted to a run counts for no other run that has its id by now', async () => {
  const acts: readonly [
    action: string,
    act: (durable: DurableRuns, graph: ReturnType<typeof order>) => Promise<unknown>,
  ][] = [
    ['read', (durable, graph) => durable.get(graph, 'a', EVE)],
    ['cancel', (durable, graph) => durable.cancel(graph, 'a', 'mine', EVE)],
    ['interrupt', (durable, graph) => durable.interrupt(graph, 'a', 'mine', undefined, EVE)],
    ['answer', (durable, graph) => durable.answer(graph, 'a', { boss: 'yes' }, EVE)],
    ['retry', (durable, graph) => durable.retryFailed(graph, 'a', EVE)],
    ['attach', (durable, graph) => durable.run(graph, {}, { runId: 'a', ...EVE })],
  ]
  const outcomes: Readonly<Record<string, unknown>> = {
    read: undefined,
    cancel: 'durable-engine/unknown-run',
    interrupt: 'durable-engine/unknown-run',
    answer: 'durable-engine/unknown-run',
    retry: 'durable-engine/unknown-run',
    attach: FOREIGN,
  }
  for (const [slowAction, act] of acts) {
    const path = newPath()
    const isAsked = Promise.withResolvers<void>()
    const goesOn = Promise.withResolvers<void>()
    const slow: Interceptor = {
      name: 'slow',
      admit: async ({ action }) => {
        if (action !== slowAction) return
        isAsked.resolve()
        await goesOn.promise
      },
    }
    const graph = new Pipeline('order').withStage('boss', ask).build({ interceptors: [tickets(), slow] })
    const durable = open(path)
    await durable.run(graph, {}, { runId: 'a', ...EVE })
    const asked = act(durable, graph as never).then(
      (value) => value,
      (error: { readonly code: string }) => error.code,
    )
    await isAsked.promise
    // It is deleted, and its id is that of another user's run.
    await change(path, 'DELETE FROM facts')
    await change(path, 'DELETE FROM runs')
    await open(path).run(graph, {}, { runId: 'a', ...ADA })
    goesOn.resolve()
    expect([slowAction, await asked]).toEqual([slowAction, outcomes[slowAction]])
    expect(await durable.get('a')).toMatchObject({ status: 'suspended', requests: [{ path: ['boss'] }] })
  }
})

test('a caller who passes no options at all is refused by the interceptor, and counted, whatever is asked', async () => {
  const durable = open()
  const graph = order()
  await durable.run(graph, {}, { runId: 'a', ...ADA })
  const acts: readonly (() => Promise<unknown>)[] = [
    () => durable.get(graph, 'a'),
    () => durable.answer(graph, 'a', { boss: 'yes' }),
    () => durable.resume(graph, 'a', { boss: 'yes' }),
    () => durable.cancel(graph, 'a', 'no'),
    () => durable.interrupt(graph, 'a', 'no'),
    () => durable.retryFailed(graph, 'a'),
  ]
  for (const act of acts) await expect(act()).rejects.toMatchObject({ code: 'tickets/none' })
  expect(durable.stats().refused).toBe(acts.length)
})
