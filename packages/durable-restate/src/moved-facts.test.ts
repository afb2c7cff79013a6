import { Pipeline, StageOutput } from '@stageflow/core'
import type { StageContext, StageGraph } from '@stageflow/core'
import { expect, test } from 'vitest'
import { observed } from '../test/observed.ts'
import { restate, secret, serve, serveMore } from '../test/restate.ts'
import { post, signed } from '../test/sent.ts'
import { durableWorkflow, moveRun } from './index.ts'

const graph = new Pipeline('p')
  .withStage('price', () => ({ euros: 7 }))
  .withStage('pay', ({ inputs }) => ({ paid: inputs.from('price').euros }), { dependencies: ['price'] })
  .build()

const facts = { status: 'ok', data: { euros: 9 }, startedAt: 1, endedAt: 2, after: 0 }
const fact = { kind: 'call', key: 'price', at: 2, facts }
const start = { startedAt: 1, trace: {} }
const deep = (depth: number): unknown => (depth === 0 ? 1 : { inside: deep(depth - 1) })

/** What a client with the secret could send in error, and what is said about it. */
const garbage: readonly (readonly [moved: unknown, why: string])[] = [
  [undefined, 'it must be an object'],
  [null, 'it must be an object'],
  [7, 'it must be an object'],
  [[], 'it must be an object'],
  [{}, 'start must have the time and the trace'],
  [{ start: null, facts: [] }, 'start must have the time'],
  [{ start: { trace: {} }, facts: [] }, 'start must have the time'],
  [{ start: { startedAt: 'today', trace: {} }, facts: [] }, 'start must have the time'],
  [{ start: { startedAt: -1, trace: {} }, facts: [] }, 'start must have the time'],
  [{ start: { startedAt: 1, trace: [] }, facts: [] }, 'start must have the time'],
  [{ start: { startedAt: 1, trace: { traceparent: 7 } }, facts: [] }, 'start must have the time'],
  [{ start: { startedAt: 1, trace: { traceparent: 'x'.repeat(2_000) } }, facts: [] }, 'start must have the time'],
  [{ start: { startedAt: 1, trace: { authorization: 'x' } }, facts: [] }, 'start must have the time'],
  [{ start: { startedAt: 1, trace: {}, limitFrom: 'now' }, facts: [] }, 'start.limitFrom must be a time'],
  [{ start }, 'facts must be an array'],
  [{ start, facts: { length: 1e9 } }, 'facts must be an array'],
  [{ start, facts: [7] }, 'facts[0]: not a fact'],
  [{ start, facts: [null] }, 'facts[0]: not a fact'],
  [{ start, facts: [{}] }, 'facts[0]: not a fact'],
  [{ start, facts: [{ ...fact, kind: 'call ' }] }, 'facts[0]: not a fact'],
  [{ start, facts: [{ ...fact, at: 'now' }] }, 'facts[0]: not a fact'],
  [{ start, facts: [{ ...fact, at: null }] }, 'facts[0]: not a fact'],
  [{ start, facts: [{ ...fact, key: 7 }] }, 'facts[0]: key must be a string'],
  [{ start, facts: [{ ...fact, facts: undefined }] }, 'facts[0]: facts must be an object'],
  [{ start, facts: [{ ...fact, facts: 'ok' }] }, 'facts[0]: facts must be an object'],
  [{ start, facts: [{ ...fact, facts: { ...facts, status: 'done' } }] }, 'facts[0]: facts.status'],
  [{ start, facts: [{ ...fact, facts: { ...facts, data: 7 } }] }, 'facts[0]: facts.data'],
  [{ start, facts: [{ ...fact, facts: { ...facts, after: 'x' } }] }, 'facts[0]: facts.after'],
  [{ start, facts: [{ ...fact, facts: { ...facts, attempts: 7 } }] }, 'facts[0]: facts.attempts'],
  [{ start, facts: [{ ...fact, facts: { ...facts, decided: { when: 1 } } }] }, 'facts[0]: facts.decided'],
  [{ start, facts: [{ ...fact, facts: { ...facts, after: 1 } }] }, 'facts[0] came after facts that are missing'],
  [{ start, facts: [{ ...fact, key: 'prize' }] }, 'facts[0] is of "prize", which the graph lacks'],
  [{ start, facts: [{ ...fact, key: 'price/inner' }] }, 'facts[0] is of "price/inner", which the graph lacks'],
  [{ start, facts: [{ ...fact, key: '__proto__' }] }, 'facts[0] is of "__proto__", which the graph lacks'],
  [{ start, facts: [{ ...fact, key: '' }] }, 'facts[0] is of "", which the graph lacks'],
  [{ start, facts: [fact, fact] }, 'facts[1] is a second call of "price"'],
  [{ start, facts: [{ kind: 'stop', key: '', at: 1, reason: 7 }] }, 'facts[0]: reason must be a string'],
  [{ start, facts: [], triedAgain: 'yes' }, 'triedAgain must be an array'],
  [{ start, facts: [], triedAgain: [{ by: { system: 'x' } }] }, 'triedAgain must be an array'],
  [{ start, facts: [], triedAgain: [{ at: 1, again: [7] }] }, 'triedAgain must be an array'],
  [{ start, facts: [], refused: 7 }, 'refused must be an array'],
  [{ start, facts: [], refused: [{ key: 7, at: 1 }] }, 'refused must be an array'],
  [{ start, facts: [], refused: [{ key: 'price' }] }, 'refused must be an array'],
  [{ start, facts: [], refused: [{ key: 'price', at: 1, by: 'ada' }] }, 'refused must be an array'],
  [{ start, facts: [], promises: [] }, 'promises must be those'],
  [{ start, facts: [], promises: { 'answer 1 price': null } }, 'promises must be those'],
  [{ start, facts: [], promises: { 'run result': {} } }, 'promises must be those'],
  [{ start, facts: [], promises: { 'run started': {} } }, 'promises must be those'],
  [{ start, facts: [], lastPending: -1 }, 'lastPending must be a whole number'],
  [{ start, facts: [], lastPending: 1.5 }, 'lastPending must be a whole number'],
  [{ start, facts: [], lastPending: 1e9 }, 'lastPending must be a whole number'],
  [{ start, facts: [], other: 1 }, '"other" is not a part of it'],
]

test(`garbage is refused at once as what a run has done: ${garbage.length} kinds of it`, async () => {
  const { client, name } = await serve<typeof graph>((name) => [durableWorkflow(graph, { name, secret })])
  for (const [moved, why] of garbage) {
    const sent = signed({ workflow: name, runId: 'r', action: 'move', body: { moved } })
    expect(await post(`/${name}/r/move`, sent), why).toMatchObject({
      status: 400,
      message: expect.stringContaining(why) as string,
    })
  }
  for (const body of [undefined, null, 7, [], { moved: { start, facts: [] }, input: 7 }, { moved: {}, kept: {} }])
    expect(await post(`/${name}/r/move`, signed({ workflow: name, runId: 'r', action: 'move', body }))).toMatchObject({
      status: 400,
    })
  expect(await client.status('r')).toBeUndefined()
  const running = `select id from sys_invocation where target_service_name = '${name}' and status <> 'completed'`
  expect(await restate.query(running)).toEqual([])
})

test('data as deep as it is, is taken', async () => {
  const { client, name } = await serve<typeof graph>((name) => [durableWorkflow(graph, { name, secret })])
  const moved = { start, facts: [{ ...fact, facts: { ...facts, data: { euros: 9, more: deep(400) } } }] }
  const sent = signed({ workflow: name, runId: 'r', action: 'move', body: { moved } })
  expect(await post(`/${name}/r/move`, sent)).toMatchObject({ status: 200, value: true })
  expect(await client.attach('r')).toMatchObject({ status: 'completed', data: { pay: { paid: 9 } } })
})

const ask = ({ resumed }: StageContext) =>
  resumed === undefined ? StageOutput.suspend('?') : { answer: resumed.answer }

test('a waiting stage gets a dependency: the run is moved, with an early answer and a cancel that it had not seen', async () => {
  const first = new Pipeline('p')
    .withStage('boss', ask)
    .withStage('late', ask, { dependencies: ['boss'] })
    .build()
  const calls: string[] = []
  const second = new Pipeline('p')
    .withStage('fraud', () => ({ ok: calls.push('fraud') }))
    .withStage('boss', ask, { dependencies: ['fraud'] })
    .withStage('late', ask, { dependencies: ['boss'] })
    .build()
  const { client, name } = await serve<typeof second>((name) => [durableWorkflow(first, { name, secret })])
  for (const runId of ['r', 's']) {
    await client.start(runId)
    await observed(async () => (await client.status(runId))?.requests.length === 1)
    await client.answer(runId, { late: 'early' })
  }
  await serveMore([durableWorkflow(second, { name, secret })])
  await restate.ask('PATCH', `/invocations/${await restate.invocation(name, 's')}/pause`)
  await client.cancel('s', 'enough')
  for (const runId of ['r', 's'])
    await moveRun(second, { url: restate.url, adminUrl: restate.admin, name, runId, secret })
  expect(await client.resume('r', { boss: 'yes' })).toMatchObject({
    status: 'completed',
    data: { fraud: { ok: expect.any(Number) as number }, boss: { answer: 'yes' }, late: { answer: 'early' } },
  })
  expect(await client.attach('s')).toMatchObject({ status: 'cancelled', reason: 'enough' })
  expect(calls).toEqual(['fraud'])
})

test('what a run slept for before it was moved, and Restate ends afterwards, does not end a step of the moved run', async () => {
  const calls: string[] = []
  let chain: any = new Pipeline('p')
  for (let n = 0; n < 24; n++) {
    const does = (context: StageContext) => {
      calls.push(`step ${n}`)
      return n === 12 ? ask(context) : {}
    }
    chain = chain.withStage(`step${n}`, does, { dependencies: n === 0 ? [] : [`step${n - 1}`] })
  }
  const graph: StageGraph<any, {}> = chain
    .withStage(
      'nap',
      ({ resumed }: StageContext) => {
        calls.push('nap')
        return resumed === undefined ? StageOutput.suspend('nap', { forMs: 2_000 }) : {}
      },
      { dependencies: ['step11'] },
    )
    .build()
  const { client, name } = await serve<typeof graph>((name) => [durableWorkflow(graph, { name, secret })])
  await client.start('r')
  await observed(async () => (await client.status('r'))?.requests.length === 2)
  await moveRun(graph, { url: restate.url, adminUrl: restate.admin, name, runId: 'r', secret })
  await observed(() => calls.filter((call) => call === 'nap').length === 2)
  expect(await client.resume('r', { step12: 'yes' })).toMatchObject({ status: 'completed' })
})
