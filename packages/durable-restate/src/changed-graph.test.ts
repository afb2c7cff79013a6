import { Pipeline, StageOutput } from '@stageflow/core'
import type { StageContext } from '@stageflow/core'
import { expect, test, vi } from 'vitest'
import { freePort } from '../../interceptor-idempotency/test/server-process.ts'
import { once } from '../test/between.ts'
import { serveEndpoint } from '../test/endpoint.ts'
import { observed } from '../test/observed.ts'
import { restate, secret, serve } from '../test/restate.ts'
import { durableWorkflow, moveRun } from './index.ts'

const ask = ({ resumed }: StageContext): { answer: unknown } | StageOutput =>
  resumed === undefined ? StageOutput.suspend('?') : { answer: resumed.answer }

/** Begins a run that waits for an answer, and then serves another graph at the address of the first one. */
async function meet(changed: (log: string[]) => Pipeline | ReturnType<typeof first>) {
  const log: string[] = []
  const graph = first(log)
  const { client, endpoint, name } = await serve<typeof graph>((name) => [durableWorkflow(graph, { name, secret })])
  await client.start('r', { input: { inputText: 'hello' }, options: { timeoutMs: 600_000 } })
  await observed(async () => (await client.status('r'))?.requests.length === 2)
  await client.answer('r', { kid: { check: 'fine' } })
  await observed(async () => (await client.status('r'))?.requests.length === 1)
  await endpoint.close()
  const made = changed(log)
  const now = made instanceof Pipeline ? made.build() : made
  const again = await serveEndpoint([durableWorkflow(now, { name, secret })], endpoint.port)
  const move = () => moveRun(now, { url: restate.url, adminUrl: restate.admin, name, runId: 'r', secret })
  return { client, log, name, endpoint: again, graph, move }
}

const first = (log: string[]) =>
  new Pipeline('order')
    .withStage('price', ({ snapshot }) => (log.push('price'), { total: 7, text: snapshot.inputText }))
    .withPipeline('kid', new Pipeline('kid').withStage('check', ask))
    .withMap('letters', { over: () => ['a', 'b'], each: async (letter) => (log.push(letter), { letter }) })
    .withStage('approve', ask, { dependencies: ['price'] })
    .withStage('send', ({ inputs }) => ({ sent: inputs.from('approve') }), { dependencies: ['approve'] })
    .build()

test('a changed graph at the same address refuses the run, which fits: moved, it goes on with its facts', async () => {
  const { client, log, move, endpoint } = await meet((log) =>
    new Pipeline('order')
      .withStage('new', () => (log.push('new'), { new: true }))
      .withStage('price', () => (log.push('price again'), { total: 8, text: '' }))
      .withPipeline('kid', new Pipeline('kid').withStage('check', ask))
      .withMap('letters', { over: () => ['a', 'b'], each: async (letter) => (log.push(`${letter} again`), { letter }) })
      .withStage('approve', ask, { dependencies: ['price'] })
      .withStage('deliver', ({ inputs }) => ({ paid: inputs.from('price'), by: inputs.from('approve') }), {
        dependencies: ['price', 'approve', 'kid'],
      }),
  )
  try {
    // The run waits. When its answer comes, the journal is not repeated with the other graph.
    await move()
    await observed(async () => (await client.status('r'))?.requests.length === 1)
    await client.answer('r', { approve: 'yes' })
    expect(await client.attach('r')).toMatchObject({
      status: 'completed',
      data: {
        new: { new: true },
        deliver: { paid: { total: 7, text: 'hello' }, by: { answer: 'yes' } },
        kid: { check: { answer: 'fine' } },
      },
    })
    expect(log.toSorted()).toEqual(['a', 'b', 'new', 'price'])
    await expect(move()).rejects.toMatchObject({ code: 'durable-restate/not-movable' })
  } finally {
    await endpoint.close()
  }
})

test('a run that meets a changed graph is refused in each attempt (durable-restate/changed-graph), and goes on when its own graph is back', async () => {
  const { client, log, name, graph, endpoint } = await meet((log) =>
    new Pipeline('order').withStage('price', () => (log.push('price again'), { total: 8 })),
  )
  await client.answer('r', { approve: 'yes' })
  await restate.failed(name, 'The run "r" of "order" began with another graph than the one served here')
  await endpoint.close()
  const back = await serveEndpoint([durableWorkflow(graph, { name, secret })], endpoint.port)
  try {
    expect(await client.attach('r')).toMatchObject({ status: 'completed', data: { send: { sent: { answer: 'yes' } } } })
    expect(log.toSorted()).toEqual(['a', 'b', 'price'])
  } finally {
    await back.close()
  }
})

test('a run that does not fit is not moved: the error has every incompatibility, and the run goes on with its own graph', async () => {
  const { client, name, graph, move, endpoint } = await meet((log) =>
    new Pipeline('order')
      .withStage('approve', ask)
      .withPipeline('kid', new Pipeline('other').withStage('check', ask))
      .withStage('letters', () => (log.push('letters'), {})),
  )
  const refused = await move().then(
    () => undefined,
    (error: Error) => error,
  )
  expect(refused).toMatchObject({ code: 'durable-restate/changed-graph' })
  expect(refused?.message.split('\n').slice(1).toSorted()).toEqual([
    '- stage "kid", which has started, was the pipeline "kid", and now is the pipeline "other"',
    '- stage "letters", which has started, was a map, and now is code of its own',
    '- the graph has no stage "price", which has settled',
  ])
  await endpoint.close()
  const back = await serveEndpoint([durableWorkflow(graph, { name, secret })], endpoint.port)
  try {
    await client.answer('r', { approve: 'yes' })
    expect(await client.attach('r')).toMatchObject({ status: 'completed', data: { send: { sent: { answer: 'yes' } } } })
  } finally {
    await back.close()
  }
})

test('a run that is unknown or has ended is not moved', async () => {
  const graph = new Pipeline('p').withStage('a', () => ({ a: 1 })).build()
  const { client, name } = await serve<typeof graph>((name) => [durableWorkflow(graph, { name, secret })])
  const move = (runId: string) => moveRun(graph, { url: restate.url, adminUrl: restate.admin, name, runId, secret })
  await expect(move('r')).rejects.toMatchObject({ code: 'durable-restate/not-movable', message: /has no run "r"/ })
  await client.run('r')
  await expect(move('r')).rejects.toMatchObject({ code: 'durable-restate/not-movable', message: /has ended/ })
})

test('if the ingress does not answer, a move changes nothing', async () => {
  const { client, name, endpoint, graph } = await meet(first)
  try {
    const url = `http://127.0.0.1:${await freePort()}`
    await expect(moveRun(graph, { url, adminUrl: restate.admin, name, runId: 'r', secret })).rejects.toMatchObject({
      code: 'durable-restate/unavailable',
    })
    await client.answer('r', { approve: 'yes' })
    expect((await client.attach('r')).status).toBe('completed')
  } finally {
    await endpoint.close()
  }
})

test.each(['before', 'after'] as const)(
  'if the connection is lost %s the new invocation was started, it is started again, and begins once',
  async (when) => {
    const { client, log, name, endpoint, graph } = await meet(first)
    try {
      once(
        when,
        (request) => request.includes('/move '),
        () => Promise.reject(new Error('the connection was lost')),
      )
      await moveRun(graph, { url: restate.url, adminUrl: restate.admin, name, runId: 'r', secret })
      await client.answer('r', { approve: 'yes' })
      expect((await client.attach('r')).status).toBe('completed')
      expect(log.toSorted()).toEqual(['a', 'b', 'price'])
    } finally {
      await endpoint.close()
    }
  },
)

test('if the new invocation cannot be started, the error has its request', async () => {
  const { client, log, name, endpoint, graph } = await meet(first)
  try {
    const { url, admin: adminUrl } = restate
    const real = globalThis.fetch
    const refuse = vi.spyOn(globalThis, 'fetch').mockImplementation(async (url, init) => {
      if (!`${url as string}`.endsWith('/move')) return real(url, init)
      return new Response('no', { status: 400 })
    })
    const failed = (await moveRun(graph, { url, adminUrl, name, runId: 'r', secret }).then(
      () => undefined,
      (error: unknown) => error,
    )) as Error & { request: object }
    refuse.mockRestore()
    expect(failed).toMatchObject({ code: 'durable-restate/half-moved', message: /with POST \/.*\/r\/move/ })
    expect(JSON.stringify(failed)).not.toContain('hello')
    const sent = {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(failed.request),
    }
    expect(await (await fetch(`${restate.url}/${name}/r/move`, sent)).json()).toBe(true)
    await observed(async () => (await client.status('r'))?.requests.length === 1)
    await client.answer('r', { approve: 'yes' })
    expect(await client.attach('r')).toMatchObject({ status: 'completed', data: { send: { sent: { answer: 'yes' } } } })
    expect(log.toSorted()).toEqual(['a', 'b', 'price'])
  } finally {
    await endpoint.close()
  }
})
