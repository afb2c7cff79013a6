import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { Pipeline, StageOutput, StageflowError } from '@stageflow/core'
import type { StageContext } from '@stageflow/core'
import { durableLocal } from '@stageflow/durable-local'
import type { DurableLocal } from '@stageflow/durable-local'
import { auth } from '@stageflow/interceptor-auth'
import type { Claims } from '@stageflow/interceptor-auth'
import { manualClock } from '@stageflow/testing'
import { afterAll, afterEach, describe, expect, test } from 'vitest'

import { approvalsOfRuns } from './index.ts'
import type { ApprovalOwner, AllowsDecision, RunApproval, SuspendedRuns } from './index.ts'

const folder = mkdtempSync(join(tmpdir(), 'approvals-of-runs-'))
afterAll(() => rmSync(folder, { recursive: true }))
const opened: DurableLocal[] = []
afterEach(async () => {
  for (const one of opened.splice(0)) await one.close({ timeoutMs: 0 })
})
let files = 0
function open(options: object = {}): DurableLocal {
  const durable = durableLocal({ path: join(folder, `${++files}.db`), synchronous: 'normal', ...options })
  opened.push(durable)
  return durable
}

/** A token is its user, organization and roles: `ada@acme:approver`. */
const verify = (token: string): Claims => {
  const [, sub, org_id, roles = ''] = /^(\w+)@(\w+)(?::([\w ]+))?$/.exec(token) ?? []
  if (sub === undefined) throw new StageflowError('acme/bad-token', 'This token is bad.')
  return { sub, org_id, roles }
}

const ask =
  (request: unknown = 'Pay?') =>
  ({ resumed, userId, orgId }: StageContext) =>
    resumed === undefined ? StageOutput.suspend(request) : { answer: resumed.answer, by: resumed.by, userId, orgId }

const orders = (request?: unknown, name = 'order') =>
  new Pipeline(name)
    .withStage('boss', ask(request))
    .withStage('price', () => ({ total: 90 }))
    .build()

const guardedOrders = () =>
  new Pipeline('order')
    .withStage('boss', ask({ euros: 90 }), { answeredBy: { roles: ['approver'] } })
    .build({ interceptors: [auth({ verify })] })

const ADA = { orgId: 'acme', userId: 'ada' }
const BOB = { orgId: 'acme', userId: 'bob' }
const BOSS = { orgId: 'acme', userId: 'boss', roles: ['approver'] }
const EVE = { orgId: 'evil', userId: 'eve' }
const approverOfTenant: AllowsDecision<unknown> = ({ request, by }) =>
  by.orgId === request.orgId && by.roles?.includes('approver') === true

const idsOf = (list: readonly RunApproval[]): readonly string[] => list.map(({ pipelineRunId }) => pipelineRunId ?? '')
async function onlyOne(list: Promise<readonly RunApproval[]>): Promise<RunApproval> {
  const [first, ...others] = await list
  expect(others).toEqual([])
  if (first === undefined) throw new Error('nothing waits')
  return first
}

test('an approver sees what waits in the tenant, and answers a run that another user began', async () => {
  const runs = open()
  const graph = guardedOrders()
  await runs.run(graph, {}, { runId: 'order-7', token: 'ada@acme' })
  await runs.run(graph, {}, { runId: 'order-8', token: 'eve@evil' })
  const stages = approvalsOfRuns({ runs, graphs: [graph], allows: approverOfTenant })
  const open7 = await onlyOne(stages.pending({ orgId: 'acme' }))
  expect(open7).toMatchObject({
    status: 'pending',
    action: 'boss',
    arguments: { euros: 90 },
    pipeline: 'order',
    path: ['boss'],
    pipelineRunId: 'order-7',
    callId: undefined,
    decision: undefined,
    leftMs: Infinity,
    ...ADA,
  })
  await stages.decide(open7.id, { approved: true }, BOSS, { token: 'boss@acme:approver' })
  expect(await stages.pending({ orgId: 'acme' })).toEqual([])
  await runs.recover(graph)
  const { result } = (await runs.get('order-7')) ?? {}
  expect(result).toMatchObject({
    status: 'completed',
    data: { boss: { answer: { approved: true }, by: { orgId: 'acme', userId: 'boss' }, ...ADA } },
  })
})

test('both the rule and the interceptors of the graph must allow it; otherwise no answer is kept', async () => {
  const runs = open()
  const graph = guardedOrders()
  await runs.run(graph, {}, { runId: 'order-7', token: 'ada@acme' })
  const stages = approvalsOfRuns({ runs, graphs: [graph], allows: approverOfTenant })
  const { id } = await onlyOne(stages.pending({ orgId: 'acme' }))
  const refusals: [by: object, token: string | undefined, code: string][] = [
    [ADA, 'boss@acme:approver', 'approvals/not-allowed'],
    [{ ...EVE, roles: ['approver'] }, 'boss@acme:approver', 'approvals/unknown'],
    [{}, 'boss@acme:approver', 'approvals/unknown'],
    [BOSS, 'ada@acme', 'auth/foreign-run'],
    [BOSS, 'eve@evil:approver', 'auth/foreign-run'],
    [BOSS, 'nonsense', 'acme/bad-token'],
    [BOSS, undefined, 'auth/missing-token'],
  ]
  for (const [by, token, code] of refusals)
    await expect(stages.decide(id, 'yes', by, { token })).rejects.toMatchObject({ code })
  expect(await stages.pending({ orgId: 'acme' })).toHaveLength(1)
  await stages.decide(id, 'yes', BOSS, { token: 'boss@acme:approver' })
})

test('by default only the user who began the run decides, and never another tenant, also if no interceptor checks anyone', async () => {
  const runs = open()
  const graph = orders()
  await runs.run(graph, ADA, { runId: 'order-7' })
  const stages = approvalsOfRuns({ runs, graphs: [graph] })
  const { id } = await onlyOne(stages.pending(ADA))
  for (const by of [BOB, { orgId: 'acme' }])
    await expect(stages.decide(id, 'yes', by)).rejects.toMatchObject({ code: 'approvals/not-allowed' })
  const careless = approvalsOfRuns({ runs, graphs: [graph], allows: () => true })
  for (const by of [EVE, {}, { userId: 'ada' }])
    for (const each of [stages, careless])
      await expect(each.decide(id, 'yes', by)).rejects.toMatchObject({ code: 'approvals/unknown' })
  await stages.decide(id, 'yes', ADA)
  expect(await stages.pending(ADA)).toEqual([])
})

test('without a rule of the app, a stage with answeredBy is answered by users with its roles, as the interceptors say', async () => {
  const runs = open()
  const inside = new Pipeline('kid').withStage('check', ask(), { answeredBy: { roles: ['approver'] } })
  const graph = new Pipeline('order')
    .withStage('boss', ask(), { answeredBy: { roles: ['approver'] } })
    .withStage('own', ask())
    .withPipeline('kid', inside)
    // An item may have the name of a stage.
    .withMap('docs', { over: () => ['check', 'boss'], each: inside, key: (item) => item })
    .withMap('letters', {
      over: () => ['boss', 'own'],
      each: (_item, context) => ask()(context),
      key: (item) => item,
    })
    .build({ interceptors: [auth({ verify })] })
  await runs.run(graph, {}, { runId: 'order-7', token: 'ada@acme' })
  const stages = approvalsOfRuns({ runs, graphs: [graph] })
  const idOf = async (action: string): Promise<string> =>
    (await stages.pending({ orgId: 'acme' })).find((one) => one.action === action)?.id as string
  const boss = { token: 'boss@acme:approver' }
  await expect(stages.decide(await idOf('boss'), 'yes', ADA, { token: 'ada@acme' })).rejects.toMatchObject({
    code: 'auth/foreign-run',
  })
  await expect(stages.decide(await idOf('own'), 'yes', BOSS, boss)).rejects.toMatchObject({
    code: 'approvals/not-allowed',
  })
  await stages.decide(await idOf('boss'), 'yes', BOSS, boss)
  await stages.decide(await idOf('kid/check'), 'yes', BOSS, boss)
  await expect(stages.decide(await idOf('letters/boss'), 'yes', BOSS, boss)).rejects.toMatchObject({
    code: 'approvals/not-allowed',
  })
  for (const item of ['boss', 'own'])
    await stages.decide(await idOf(`letters/${item}`), 'yes', ADA, { token: 'ada@acme' })
  for (const item of ['check', 'boss']) {
    const id = await idOf(`docs/${item}/check`)
    await expect(stages.decide(id, 'yes', ADA, { token: 'ada@acme' })).rejects.toMatchObject({
      code: 'auth/foreign-run',
    })
    await stages.decide(id, 'yes', BOSS, boss)
  }
  await stages.decide(await idOf('own'), 'yes', ADA, { token: 'ada@acme' })
  expect(await stages.pending({ orgId: 'acme' })).toEqual([])
})

test('a person who differs from the one whom the token names is refused, and no answer is kept', async () => {
  const runs = open()
  const graph = guardedOrders()
  await runs.run(graph, {}, { runId: 'order-7', token: 'ada@acme' })
  for (const allows of [undefined, approverOfTenant, () => true]) {
    const stages = approvalsOfRuns({ runs, graphs: [graph], ...(allows && { allows }) })
    const { id } = await onlyOne(stages.pending({ orgId: 'acme' }))
    await expect(stages.decide(id, 'yes', BOSS, { token: 'ann@acme:approver' })).rejects.toMatchObject({
      code: 'durable-engine/other-author',
      message: expect.stringMatching(/"boss".*"ann"/) as string,
    })
  }
  const stages = approvalsOfRuns({ runs, graphs: [graph] })
  const { id } = await onlyOne(stages.pending({ orgId: 'acme' }))
  await stages.decide(id, 'yes', { orgId: 'acme' }, { token: 'ann@acme:approver' })
})

test('a listed question has the JSON Schema of its answer', async () => {
  const runs = open()
  const answerSchema = {
    '~standard': {
      version: 1 as const,
      vendor: 'test',
      validate: (value: unknown) => ({ value }),
      jsonSchema: { input: () => ({ type: 'boolean' }), output: () => ({ type: 'boolean' }) },
    },
  }
  const graph = new Pipeline('order').withStage('boss', ask(), { answerSchema }).withStage('cfo', ask()).build()
  await runs.run(graph, ADA, { runId: 'order-7' })
  const listed = await approvalsOfRuns({ runs, graphs: [graph] }).pending(ADA)
  expect(listed.map((one) => [one.action, one.answerSchema])).toEqual([
    ['boss', expect.objectContaining({ type: 'boolean' })],
    ['cfo', undefined],
  ])
})

test.each([
  ['pending', [{}, {}, { token: 'x' }], 'call pending(of, page)'],
  ['decide', ['id', 'yes', {}, {}, { token: 'x' }], 'call decide(id, answer, by, options)'],
] as const)('%s refuses arguments that it has no parameter for', async (method, given, fix) => {
  const stages = approvalsOfRuns({ runs: open(), graphs: [orders()] })
  const wrongly = stages as unknown as Readonly<Record<string, (...args: readonly unknown[]) => Promise<unknown>>>
  await expect(wrongly[method]?.(...given)).rejects.toMatchObject({
    code: 'approvals/illegal-option',
    message: expect.stringContaining(fix) as string,
  })
})

test.each([
  ['approvals/allows-failed', () => Promise.reject(new Error('no directory'))],
  ['shop/not-today', () => Promise.reject(new StageflowError('shop/not-today', 'Not today.'))],
  ['approvals/timed-out', () => new Promise<never>(() => {})],
] as const)('a rule that fails or hangs keeps no answer (%s)', async (code, allows) => {
  const runs = open()
  const graph = orders()
  await runs.run(graph, ADA, { runId: 'order-7' })
  const stages = approvalsOfRuns({ runs, graphs: [graph], allows, allowsTimeoutMs: 1 })
  const { id } = await onlyOne(stages.pending(ADA))
  await expect(stages.decide(id, 'yes', ADA)).rejects.toMatchObject({ code })
  expect(await stages.pending(ADA)).toHaveLength(1)
})

test('lists are those of a tenant, of one user, or of runs that have neither', async () => {
  const runs = open()
  const graph = orders()
  const inputs = { ada: ADA, bob: BOB, eve: EVE, org: { orgId: 'acme' }, user: { userId: 'ada' }, none: {} }
  for (const [runId, input] of Object.entries(inputs)) await runs.run(graph, input, { runId })
  const stages = approvalsOfRuns({ runs, graphs: [graph] })
  const lists: [of: ApprovalOwner | undefined, ids: readonly string[]][] = [
    [{ orgId: 'acme' }, ['org', 'bob', 'ada']],
    [{ orgId: 'evil' }, ['eve']],
    [ADA, ['ada']],
    [{ userId: 'ada' }, ['user']],
    [{}, ['none']],
    [undefined, ['none']],
    [{ orgId: 'nobody' }, []],
  ]
  for (const [of, ids] of lists) expect(idsOf(await stages.pending(of))).toEqual(ids)
})

test.each([{ orgId: undefined }, { orgId: 'acme', userId: undefined }, { user: 'ada' }])(
  'the list of %o is refused (approvals/illegal-option)',
  async (of) => {
    const runs = open()
    const stages = approvalsOfRuns({ runs, graphs: [orders()] })
    const refused = { code: 'approvals/illegal-option' }
    await expect(stages.pending(of as never)).rejects.toMatchObject(refused)
    await expect(stages.decide('order-7/boss~0', 'yes', of as never)).rejects.toMatchObject(refused)
  },
)

describe('pages', () => {
  const several = () =>
    new Pipeline('several').withStage('c', ask()).withStage('a', ask()).withStage('b', ask()).build()

  test('end in the middle of a run, and leave none out and list none twice', async () => {
    const runs = open()
    const graph = several()
    for (const runId of ['1', '2', '3']) await runs.run(graph, ADA, { runId })
    const stages = approvalsOfRuns({ runs, graphs: [graph], allows: () => true })
    const seen: string[] = []
    for (let page = await stages.pending(ADA, { limit: 2 }); page.length > 0;) {
      seen.push(...page.map(({ pipelineRunId, action }) => `${pipelineRunId}${action}`))
      // The last one is answered meanwhile.
      await stages.decide(page.at(-1)?.id as string, 'yes', ADA)
      page = await stages.pending(ADA, { limit: 2, after: page.at(-1)?.place as string })
    }
    expect(seen).toEqual(['3a', '3b', '3c', '2a', '2b', '2c', '1a', '1b', '1c'])
  })

  test('that begin at a run of another tenant or another graph show none of its questions', async () => {
    const runs = open()
    const [order, refund] = [orders('Pay?', 'order'), orders('Refund?', 'refund')]
    await runs.run(order, ADA, { runId: 'ada-7' })
    await runs.run(order, EVE, { runId: 'eve-7' })
    await runs.run(refund, ADA, { runId: 'refund-7' })
    const stages = approvalsOfRuns({ runs, graphs: [order] })
    for (const after of ['eve-7/a', 'refund-7/a'])
      expect(idsOf(await stages.pending(ADA, { after }))).toEqual(['ada-7'])
  })

  test('are not shortened by runs that ask nothing', async () => {
    const runs = open()
    const graph = orders()
    const sleeping = new Pipeline('sleeping')
      .withStage('nap', () => StageOutput.suspend(undefined, { forMs: 1e9 }))
      .build()
    await runs.run(graph, ADA, { runId: 'order-7' })
    for (let n = 0; n < 5; n++) await runs.run(sleeping, ADA, { runId: `nap-${n}` })
    const stages = approvalsOfRuns({ runs, graphs: [graph, sleeping] })
    expect(idsOf(await stages.pending(ADA, { limit: 1 }))).toEqual(['order-7'])
    expect(idsOf(await stages.pending({ orgId: 'acme' }))).toEqual(['order-7'])
  })

  test.each([{ limit: 0 }, { limit: 10_001 }, { after: 7 }, { after: 'order-7' }, { from: 1 }])(
    'with %o are refused (approvals/illegal-option)',
    async (page) => {
      const stages = approvalsOfRuns({ runs: open(), graphs: [orders()] })
      await expect(stages.pending(ADA, page as never)).rejects.toMatchObject({ code: 'approvals/illegal-option' })
    },
  )
})

test('an answer to a question that was shown is not taken for the next one', async () => {
  const runs = open()
  const graph = new Pipeline('order')
    .withStage('boss', ({ resumed }) => {
      if (resumed === undefined) return StageOutput.suspend({ euros: 90 })
      return resumed.answer === 'more' ? StageOutput.suspend({ euros: 9_000 }) : { answer: resumed.answer }
    })
    .build()
  await runs.run(graph, ADA, { runId: 'order-7' })
  const stages = approvalsOfRuns({ runs, graphs: [graph] })
  const shown = await onlyOne(stages.pending(ADA))
  await runs.resume(graph, 'order-7', { boss: 'more' })
  await expect(stages.decide(shown.id, 'yes', ADA)).rejects.toMatchObject({
    code: 'approvals/not-waiting',
    message: expect.stringContaining('asks something else now') as string,
  })
  const next = await onlyOne(stages.pending(ADA))
  expect(next).toMatchObject({ arguments: { euros: 9_000 } })
  expect(next.id).not.toBe(shown.id)
  await stages.decide(next.id, 'yes', ADA)
})

test('one answer counts, and what waits no longer can not be decided', async () => {
  const runs = open()
  const graph = orders()
  await runs.run(graph, ADA, { runId: 'order-7' })
  const stages = approvalsOfRuns({ runs, graphs: [graph] })
  const { id } = await onlyOne(stages.pending(ADA))
  const clicks = await Promise.allSettled(['yes', 'no'].map((answer) => stages.decide(id, answer, ADA)))
  expect(clicks.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected'])
  await expect(stages.decide(id, 'no', ADA)).rejects.toMatchObject({ code: 'approvals/not-waiting' })
  await runs.recover(graph)
  expect((await runs.get('order-7'))?.status).toBe('completed')
  await expect(stages.decide(id, 'no', ADA)).rejects.toMatchObject({ code: 'approvals/not-waiting' })
})

test('stages of child pipelines and items of maps are answered one by one, also where names have slashes', async () => {
  const runs = open()
  const kid = new Pipeline('kid').withStage('check/it:50', ask('Check?'))
  const graph = new Pipeline('family')
    .withPipeline('kid', kid)
    .withMap('letters', {
      over: () => ['x', 'y'],
      each: (item, { resumed }) => (resumed === undefined ? StageOutput.suspend(item) : { answer: resumed.answer }),
    })
    .build()
  const runId = 'a/b~c%2Fd'
  await runs.run(graph, ADA, { runId })
  const stages = approvalsOfRuns({ runs, graphs: [graph] })
  const list = await stages.pending(ADA)
  expect(list.map(({ path, arguments: request }) => [path, request])).toEqual([
    [['kid', 'check/it:50'], 'Check?'],
    [['letters', '0'], 'x'],
    [['letters', '1'], 'y'],
  ])
  for (const { id, path } of list) await stages.decide(id, `to ${path.join()}`, ADA)
  await runs.recover(graph)
  expect((await runs.get(runId))?.result).toMatchObject({ status: 'completed' })
  expect(JSON.stringify((await runs.get(runId))?.result)).toContain('to letters,1')
})

test('a question says how long it can still be answered, and is listed no longer than that', async () => {
  const clock = manualClock({ startAt: 1_000 })
  const runs = open({ clock })
  const graph = new Pipeline('order')
    .withStage('boss', ({ resumed }) => (resumed === undefined ? StageOutput.suspend('Pay?', { forMs: 5_000 }) : {}))
    .build({ clock })
  await runs.run(graph, ADA, { runId: 'order-7' })
  const stages = approvalsOfRuns({ runs, graphs: [graph], clock })
  await clock.advance(2_000)
  const { id, leftMs } = await onlyOne(stages.pending(ADA))
  expect(leftMs).toBe(3_000)
  await clock.advance(3_000)
  expect(await stages.pending(ADA)).toEqual([])
  await expect(stages.decide(id, 'yes', ADA)).rejects.toMatchObject({ code: 'approvals/not-waiting' })
})

test('runs of other graphs are not listed, and can not be decided', async () => {
  const runs = open()
  const [order, refund] = [orders('Pay?', 'order'), orders('Refund?', 'refund')]
  await runs.run(order, ADA, { runId: 'order-7' })
  await runs.run(refund, ADA, { runId: 'refund-7' })
  const { id } = await onlyOne(approvalsOfRuns({ runs, graphs: [refund] }).pending(ADA))
  const stages = approvalsOfRuns({ runs, graphs: [order] })
  expect(idsOf(await stages.pending(ADA))).toEqual(['order-7'])
  await expect(stages.decide(id, 'yes', ADA)).rejects.toMatchObject({ code: 'approvals/unknown' })
})

test.each(['none/boss~0', 'order-7/other~0', 'order-7', '', '~', '/', 'order-7/boss'])(
  'the id "%s" of nothing that waits is refused',
  async (id) => {
    const runs = open()
    const graph = orders()
    await runs.run(graph, ADA, { runId: 'order-7' })
    const stages = approvalsOfRuns({ runs, graphs: [graph] })
    await expect(stages.decide(id, 'yes', ADA)).rejects.toMatchObject({
      code: expect.stringMatching(/^approvals\/(unknown|not-waiting)$/) as string,
    })
    await expect(stages.decide(7 as never, 'yes', ADA)).rejects.toMatchObject({ code: 'approvals/illegal-option' })
  },
)

test('an answer that the schema of the stage refuses leaves the question open (core/answer)', async () => {
  const runs = open()
  const answerSchema = {
    '~standard': {
      version: 1 as const,
      vendor: 'test',
      validate: (value: unknown) => (value === 'yes' ? { value } : { issues: [{ message: 'must be yes' }] }),
    },
  }
  const graph = new Pipeline('order').withStage('boss', ask(), { answerSchema }).build()
  await runs.run(graph, ADA, { runId: 'order-7' })
  const stages = approvalsOfRuns({ runs, graphs: [graph] })
  const { id } = await onlyOne(stages.pending(ADA))
  await expect(stages.decide(id, 'no', ADA)).rejects.toMatchObject({ code: 'core/answer' })
  await stages.decide(id, 'yes', ADA)
})

test('a decision never answers another question, also if the rule takes its time', async () => {
  const clock = manualClock({ startAt: 0 })
  const runs = open({ clock })
  const graph = new Pipeline('order')
    .withStage('boss', ({ resumed }) => {
      if (resumed === undefined) return StageOutput.suspend('Pay 90?', { forMs: 1_000, state: 90 })
      if (resumed.expired) return StageOutput.suspend('Pay 9000?', { state: 9000 })
      return { paid: resumed.state }
    })
    .build({ clock })
  await runs.run(graph, ADA, { runId: 'order-7' })
  const asked = Promise.withResolvers<void>()
  const allowed = Promise.withResolvers<boolean>()
  const stages = approvalsOfRuns({ runs, graphs: [graph], clock, allows: () => (asked.resolve(), allowed.promise) })
  const { id } = await onlyOne(stages.pending(ADA))
  const decided = stages.decide(id, true, ADA)
  await asked.promise
  await clock.advance(1_000)
  await runs.run(graph, ADA, { runId: 'order-7' })
  allowed.resolve(true)
  await expect(decided).rejects.toMatchObject({ code: 'durable-engine/not-waiting' })
  expect(await onlyOne(stages.pending(ADA))).toMatchObject({ arguments: 'Pay 9000?' })
})

test('a journal of any durable runs will do', async () => {
  const answers: unknown[] = []
  const runs: SuspendedRuns = {
    list: async ({ after }) =>
      after === undefined ? [{ runId: 'r', pipeline: 'order', orgId: 'acme', userId: 'ada' }] : [],
    get: async () => ({ runId: 'r', pipeline: 'order', ...ADA, requests: [{ path: ['boss'], request: 'Pay?' }] }),
    answer: async (graph, runId, given, options) => void answers.push([graph.name, runId, given, options]),
  }
  const stages = approvalsOfRuns({ runs, graphs: [orders()] })
  const { id } = await onlyOne(stages.pending(ADA))
  await stages.decide(id, 'yes', ADA)
  expect(answers).toEqual([['order', 'r', { boss: 'yes' }, {}]])
})

test.each([
  [undefined, 'the options must be an object'],
  [{ graphs: [] }, 'runs must be durable runs with list()'],
  [{ runs: {}, graphs: [] }, 'runs must be durable runs with list()'],
  [{ runs: 'ok' }, 'graphs must be an array of built graphs'],
  [{ runs: 'ok', graphs: [{}] }, 'graphs must be an array of built graphs'],
  [{ runs: 'ok', graphs: 'twice' }, 'two graphs have the name "order"'],
  [{ runs: 'ok', graphs: [], allows: true }, 'allows must be a function'],
  [{ runs: 'ok', graphs: [], token: 'x' }, 'unknown option "token"'],
])('approvalsOfRuns(%o) is refused (approvals/illegal-option)', (options, says) => {
  const given = options && {
    ...options,
    ...('runs' in options && options.runs === 'ok' && { runs: open() }),
    ...('graphs' in options && options.graphs === 'twice' && { graphs: [orders(), orders()] }),
  }
  expect(() => approvalsOfRuns(given as never)).toThrow(
    expect.objectContaining({
      code: 'approvals/illegal-option',
      message: expect.stringContaining(says) as string,
    }) as Error,
  )
})

test('the option `of` of approvals is refused by the name of decide(), and nothing is answered', async () => {
  const runs = open()
  const graph = orders()
  await runs.run(graph, ADA, { runId: 'order-7' })
  const approvals = approvalsOfRuns({ runs, graphs: [graph] })
  const [asked] = await approvals.pending(ADA)
  for (const of of [ADA, undefined])
    await expect(approvals.decide(asked?.id ?? '', 'yes', ADA, { of } as object)).rejects.toMatchObject({
      code: 'approvals/illegal-option',
      message: expect.stringContaining('decide(): ') as string,
    })
  expect(await approvals.pending(ADA)).toHaveLength(1)
})
