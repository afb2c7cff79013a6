import { Pipeline, StageOutput, StageflowError } from '@stageflow/core'
import type { Interceptor, StageContext } from '@stageflow/core'
import { auth } from '@stageflow/interceptor-auth'
import type { AuthOptions, Claims } from '@stageflow/interceptor-auth'
import type { DurableRuns } from '@stageflow/durable-engine'
import { recordingSink } from '@stageflow/testing'
import { afterEach, expect, test } from 'vitest'

import { openRuns, until } from '../test/open-runs.ts'

const { open } = openRuns({ leaseMs: 200 })

/** A token is its user, organization and roles: `ada@acme:approver`. */
const verify = (token: string): Claims => {
  const [, sub, org_id, roles = ''] = /^(\w+)@(\w+)(?::([\w ]+))?$/.exec(token) ?? []
  if (sub === undefined) throw new StageflowError('acme/bad-token', 'This token is bad.')
  return { sub, org_id, roles }
}
const ADA = { token: 'ada@acme' }
const BOSS = { token: 'bo@acme:approver' }
const EVE = { token: 'eve@evil:approver' }

const ask = ({ resumed }: StageContext) =>
  resumed === undefined ? StageOutput.suspend('Pay?') : { answer: resumed.answer }
const sink = recordingSink()
afterEach(() => sink.clear())

const bank = { isDown: false }
const guarded = (name: string, options: Partial<AuthOptions> = {}) =>
  new Pipeline(name)
    .withStage('boss', ask, { answeredBy: { roles: ['approver'] } })
    .withStage(
      'pay',
      ({ userId, orgId }) => {
        if (bank.isDown) throw new Error('503')
        return { userId, orgId }
      },
      { dependencies: ['boss'] },
    )
    .build({ eventSink: sink, interceptors: [auth({ verify, ...options })] })
const order = (options?: Partial<AuthOptions>) => guarded('order', options)

/** Everything that a caller can ask of a run that exists. */
const everyWay = (runs: DurableRuns, graph: ReturnType<typeof order>, caller: object) =>
  ({
    attach: () => runs.run(graph, {}, { runId: 'a', ...caller }),
    read: () => runs.get(graph, 'a', caller),
    cancel: () => runs.cancel(graph, 'a', 'mine', caller),
    interrupt: () => runs.interrupt(graph, 'a', 'mine', undefined, caller),
    answer: () => runs.answer(graph, 'a', { boss: 'eve' }, caller),
    resume: () => runs.resume(graph, 'a', { boss: 'eve' }, caller),
    retry: () => runs.retryFailed(graph, 'a', caller),
  }) as const

const refusals = (): unknown[] => sink.of('run.refused').map(({ data }) => data.action)

test('every way in refuses another tenant, counts it and tells the sink, while the run waits and after it has ended', async () => {
  const runs = open()
  await runs.run(order(), {}, { runId: 'a', ...ADA })
  const tryAll = async (): Promise<void> => {
    for (const [caller, code] of [
      [EVE, 'auth/foreign-run'],
      [{ token: 'nonsense' }, 'acme/bad-token'],
      [{}, 'auth/missing-token'],
    ] as const) {
      sink.clear()
      const before = runs.stats().refused
      for (const asked of Object.values(everyWay(runs, order(), caller)))
        await expect(asked()).rejects.toMatchObject({ code })
      expect(runs.stats().refused - before).toBe(7)
      expect(refusals()).toEqual(['attach', 'read', 'cancel', 'interrupt', 'answer', 'answer', 'retry'])
    }
  }
  await tryAll()
  expect(await runs.get('a')).toMatchObject({ status: 'suspended', timeline: [{ key: 'boss', status: 'suspend' }] })
  bank.isDown = true
  await expect(runs.resume(order(), 'a', { boss: 'yes' }, BOSS)).rejects.toThrow('503')
  bank.isDown = false
  await tryAll()
  await expect(runs.retryFailed(order(), 'a', BOSS)).rejects.toMatchObject({ code: 'auth/foreign-run' })
  expect((await runs.get('a'))?.status).toBe('failed')
  expect((await runs.retryFailed(order(), 'a', ADA)).data).toMatchObject({ pay: { userId: 'ada', orgId: 'acme' } })
  await tryAll()
})

test('a stranger whose request has a wrong shape is refused before the shape is looked at, and learns nothing of the run', async () => {
  const runs = open()
  const graph = order()
  await runs.run(graph, {}, { runId: 'a', ...ADA })
  const wrongShapes: readonly (() => Promise<unknown>)[] = [
    ...[{ nope: 1 }, { boss: 'yes', nope: 1 }, {}, { boss: { deep: 1 } }, 'yes', null, undefined].flatMap((answers) => [
      () => runs.answer(graph, 'a', answers as never, EVE),
      () => runs.resume(graph, 'a', answers as never, EVE),
    ]),
    () => runs.retryFailed(graph, 'a', { again: ['nope'] as never, ...EVE }),
    () => runs.run(graph, { inputText: 'another input' }, { runId: 'a', ...EVE }),
    () => runs.get(graph, 'a', { facts: true, ...EVE }),
  ]
  for (const asked of wrongShapes) {
    const error: unknown = await asked().catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ code: 'auth/foreign-run' })
    expect(String(error)).not.toContain('boss')
  }
  await expect(runs.answer(graph, 'a', { nope: 1 } as never, ADA)).rejects.toThrow('waits for "boss"')
})

test('a request with a graph that lacks the interceptors of the run counts as refused, and the sink is told', async () => {
  const runs = open()
  const bare = new Pipeline('order')
    .withStage('boss', ask)
    .withStage('pay', () => ({}), { dependencies: ['boss'] })
    .build({ eventSink: sink }) as never
  await runs.run(order(), {}, { runId: 'a', ...ADA })
  sink.clear()
  for (const asked of Object.values(everyWay(runs, bare, {})))
    await expect(asked()).rejects.toMatchObject({ code: 'durable-engine/unguarded' })
  expect(runs.stats().refused).toBe(7)
  expect(refusals()).toEqual(['attach', 'read', 'cancel', 'interrupt', 'answer', 'answer', 'retry'])
})

test('a caller who has given up is not a refused one: nothing has changed, and nothing is counted', async () => {
  const runs = open()
  await runs.run(order(), {}, { runId: 'a', ...ADA })
  sink.clear()
  const given = AbortSignal.abort(new Error('left'))
  for (const asked of Object.values(everyWay(runs, order(), { ...EVE, signal: given })))
    await expect(asked()).rejects.toThrow()
  expect(await runs.get('a')).toMatchObject({ status: 'suspended' })
  expect(runs.stats().refused).toBe(refusals().length)
})

test.each([undefined, null, 'no', { code: 'x' }, Object.create(null)])(
  'an interceptor that throws %j refuses the request with a code, counts and tells',
  async (thrown) => {
    const throwing: Interceptor = {
      name: 'throwing',
      admit: () => {
        throw thrown
      },
    }
    const graph = new Pipeline('order').withStage('boss', ask).build({ eventSink: sink, interceptors: [throwing] })
    const runs = open()
    await expect(runs.run(graph, {}, { runId: 'a' })).rejects.toMatchObject({ code: 'core/interceptor-threw' })
    expect(runs.stats().refused).toBe(1)
    expect(refusals()).toEqual(['start'])
    expect(await runs.get('a')).toBeUndefined()
  },
)

test('the graph of another pipeline, with other rules, leads to no run', async () => {
  const runs = open()
  await runs.run(order(), {}, { runId: 'a', ...ADA })
  sink.clear()
  const chat = guarded('chat', { allows: () => true })
  for (const asked of Object.values(everyWay(runs, chat as never, EVE)))
    await expect(asked()).rejects.toMatchObject({
      code: 'durable-engine/changed-graph',
      message: expect.not.stringContaining('order'),
    })
  expect(await runs.get('a')).toMatchObject({ status: 'suspended', requests: [{ path: ['boss'] }] })
  expect(runs.stats().refused).toBe(7)
  expect(refusals()).toHaveLength(7)
})

test('the ids of a run are those that were verified, however the input says others', async () => {
  const bob = { userId: 'bob', orgId: 'evil' }
  const inputs = [
    { ...bob },
    { runId: bob },
    { userId: 'ada', orgId: 'acme', runId: bob },
    { runId: bob, userId: 'ada', orgId: 'acme' },
    { runId: bob, userId: undefined, orgId: undefined },
  ]
  /** Says who asks, and doesn't compare it with the input. */
  const names: Interceptor = { name: 'names', admit: () => ({ keep: {}, who: { userId: 'ada', orgId: 'acme' } }) }
  const runs = open()
  for (const [n, input] of inputs.entries()) {
    const whoAmI = new Pipeline('who')
      .withStage('me', ({ userId, orgId }) => ({ userId, orgId }))
      .build({ interceptors: [names] })
    const { data } = await runs.run(whoAmI, input as never, { runId: `n${n}` })
    expect([n, data.me]).toEqual([n, { userId: 'ada', orgId: 'acme' }])
    const refused = runs.run(order(), input as never, { runId: `o${n}`, ...ADA })
    // The last field counts, as for every run.
    if (n >= 3) await refused
    else await expect(refused, `${n}`).rejects.toMatchObject({ code: 'auth/identity-mismatch' })
  }
})

test.each(['a\0b', 'a\nb', 'a\u007f', ' ', '\u0085'])(
  'the run id %j with a control character is refused',
  async (runId) => {
    const runs = open()
    const graph = new Pipeline('p').withStage('s', () => ({})).build()
    if (runId === ' ') return void (await runs.run(graph, {}, { runId }))
    await expect(runs.run(graph, {}, { runId })).rejects.toMatchObject({ code: 'durable-engine/illegal-option' })
  },
)

test('ids that look alike are two runs', async () => {
  const runs = open()
  const ids = ['é', 'e\u0301', 'a', 'A', 'a ', 'a/kid', 'a#1', 'a@2', '%2F', '/', 'x'.repeat(512)]
  const graph = new Pipeline('p').withStage('s', ({ pipelineRunId }) => ({ id: pipelineRunId })).build()
  for (const runId of ids) expect((await runs.run(graph, {}, { runId })).data.s).toEqual({ id: runId })
  expect((await runs.list()).map(({ runId }) => runId).toSorted()).toEqual(ids.toSorted())
})

test.each([null, '', [], ['acme'], 7, {}])('list refuses %j as an organization or a user', async (id) => {
  const runs = open()
  await runs.run(order(), {}, { runId: 'a', ...ADA })
  for (const name of ['orgId', 'userId'])
    await expect(runs.list({ [name]: id as never })).rejects.toMatchObject({ code: 'durable-engine/illegal-option' })
})

test('an answer that gets another stage while its caller is verified is refused', async () => {
  const answers: Record<string, unknown> = { note: 'blue' }
  const verifying = Promise.withResolvers<void>()
  let hasBegun = false
  const late = async (token: string): Promise<Claims> => {
    hasBegun = true
    await verifying.promise
    return verify(token)
  }
  const graph = (options: Partial<AuthOptions>) =>
    new Pipeline('order')
      .withStage('boss', ask, { answeredBy: { roles: ['approver'] } })
      .withStage('note', ask)
      .build({ interceptors: [auth({ verify, ...options })] })
  const runs = open()
  await runs.run(graph({}), {}, { runId: 'a', ...ADA })
  const answered = runs.answer(graph({ verify: late }), 'a', answers as never, ADA)
  await until(() => hasBegun)
  answers['boss'] = 'approved by ada herself'
  verifying.resolve()
  await expect(answered).rejects.toMatchObject({
    code: 'durable-engine/not-waiting',
    message: expect.stringContaining('have changed'),
  })
  expect((await runs.get('a'))?.requests).toMatchObject([{ path: ['boss'] }, { path: ['note'] }])
})

test.each(['__proto__', 'constructor', 'toString'])(
  'an answer for %s is refused, also beside a good one',
  async (name) => {
    const runs = open()
    await runs.run(order(), {}, { runId: 'a', ...ADA })
    for (const beside of ['{', '{"boss":"yes",']) {
      const answers = JSON.parse(`${beside}"${name}":{"boss":"yes"}}`) as never
      await expect(runs.answer(order(), 'a', answers, BOSS)).rejects.toBeInstanceOf(StageflowError)
    }
    expect((await runs.get('a'))?.requests).toHaveLength(1)
  },
)

test('a run that was admitted to is the one that is shown, and not a later one of the same id', async () => {
  const runs = open()
  const verifying = Promise.withResolvers<void>()
  let begun = 0
  const slow = guarded('order', {
    verify: async (token) => {
      begun++
      await verifying.promise
      return verify(token)
    },
  })
  const refusing = Promise.withResolvers<void>()
  const leaving: Interceptor = {
    name: 'leaving',
    wrapRun: () => async (run) => (await refusing.promise, run.fail(new StageflowError('late/closed', 'closed'))),
  }
  const refused = new Pipeline('order').withStage('boss', ask).build({ interceptors: [auth({ verify }), leaving] })
  const eves = runs.run(refused, {}, { runId: 'a', ...EVE })
  await until(async () => (await runs.get('a')) !== undefined)
  const asked = Object.entries(everyWay(runs, slow, EVE)).map(async ([way, begin]) => [
    way,
    await begin().then(
      () => 'done',
      ({ code }: StageflowError) => code,
    ),
  ])
  await until(() => begun === asked.length)
  refusing.resolve()
  await expect(eves).rejects.toMatchObject({ code: 'late/closed' })
  await runs.run(order(), {}, { runId: 'a', ...ADA })
  verifying.resolve()
  expect(Object.fromEntries(await Promise.all(asked))).toEqual({
    attach: 'auth/foreign-run',
    read: 'done',
    cancel: 'durable-engine/unknown-run',
    interrupt: 'durable-engine/unknown-run',
    answer: 'durable-engine/unknown-run',
    resume: 'durable-engine/unknown-run',
    retry: 'durable-engine/unknown-run',
  })
  expect(await runs.get('a')).toMatchObject({ status: 'suspended', userId: 'ada', requests: [{ path: ['boss'] }] })
})
