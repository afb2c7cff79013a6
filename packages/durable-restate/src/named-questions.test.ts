import { Pipeline, StageOutput } from '@stageflow/core'
import type { StageContext } from '@stageflow/core'
import { expect, test } from 'vitest'
import { observed, withinSomeLimit } from '../test/observed.ts'
import { restate, secret, serve } from '../test/restate.ts'
import { durableWorkflow } from './index.ts'

const NOT_WAITING = { code: 'durable-restate/not-waiting', message: expect.stringContaining('named') as string }

/** Asks for 90, and once the time of that has passed, for 9000. */
const pay =
  (forMs: number) =>
  ({ resumed }: StageContext) => {
    if (resumed === undefined) return StageOutput.suspend('Pay 90?', { forMs, state: 90 })
    if (resumed.expired) return StageOutput.suspend('Pay 9000?', { state: 9000 })
    return { paid: resumed.state, answer: resumed.answer }
  }

async function served(forMs: number, options: { readonly secret: string | false } = { secret }) {
  const graph = new Pipeline('order').withStage('boss', pay(forMs)).build()
  const { client, name } = await serve<typeof graph>(
    (name) => [durableWorkflow(graph, { name, secret: options.secret })],
    options,
  )
  await client.start('r')
  const asked = (request: string) =>
    observed(async () => (await client.status('r'))?.requests.find((one) => one.request === request))
  return { client, name, asked }
}

test.each([['answer'], ['resume']] as const)(
  '%s to a question that its stage no longer asks is refused',
  async (method) => {
    const { client, asked, shown } = await withinSomeLimit(500, async (forMs) => {
      const order = await served(forMs)
      const first = await observed(async () => (await order.client.status('r'))?.requests[0])
      return first.request === 'Pay 90?' ? { ...order, shown: first.question } : undefined
    })
    const { question } = await asked('Pay 9000?')
    await expect(client[method]('r', { boss: 'yes' }, { question: shown })).rejects.toMatchObject(NOT_WAITING)
    await client[method]('r', { boss: 'yes' }, { question })
    expect((await client.attach('r')).data).toEqual({ boss: { paid: 9000, answer: 'yes' } })
  },
)

test('an answer to a named question counts for that one, also of a workflow without a secret', async () => {
  const { client, asked } = await served(60_000, { secret: false })
  const { question } = await asked('Pay 90?')
  await expect(client.answer('r', { boss: 'yes' }, { question: `${question}x` })).rejects.toMatchObject(NOT_WAITING)
  expect((await client.resume('r', { boss: 'yes' }, { question })).data).toEqual({ boss: { paid: 90, answer: 'yes' } })
})

test('an answer to a named question that comes with the end of its time is that to this one, or acts tell that it was not used', async () => {
  const { client, id, question } = await withinSomeLimit(1_000, async (forMs) => {
    const { client, name } = await served(forMs)
    const id = await restate.invocation(name, 'r')
    await restate.ask('PATCH', `/invocations/${id}/pause`)
    const startedAt = (await client.status('r'))?.startedAt ?? 0
    await observed(() => Date.now() > startedAt + 2 * forMs)
    // While the run can't go on, its state is that before the time passed.
    const { requests = [] } = (await client.status('r')) ?? {}
    const question = requests.find(({ request }) => request === 'Pay 90?')?.question
    return question === undefined ? undefined : { client, id, question }
  })
  await client.as('desk').answer('r', { boss: 'yes' }, { question })
  await restate.ask('PATCH', `/invocations/${id}/resume`)
  const state = await observed(async () => {
    const now = await client.status('r')
    const isNext = now?.requests[0]?.request === 'Pay 9000?'
    return (now?.status === 'completed' || (isNext && now.acts.length > 0)) && now
  })
  if (state.status === 'completed')
    return expect((await client.attach('r')).data).toEqual({ boss: { paid: 90, answer: 'yes' } })
  expect(state.acts).toMatchObject([{ kind: 'answer', by: { system: 'desk' }, refused: true }])
  const [next] = state.requests
  expect((await client.resume('r', { boss: 'no' }, { question: next?.question })).data).toEqual({
    boss: { paid: 9000, answer: 'no' },
  })
})

test('an early answer can not name a question, and other requests refuse the option', async () => {
  const graph = new Pipeline('order')
    .withStage('a', pay(60_000))
    .withStage('b', pay(60_000), { dependencies: ['a'] })
    .build()
  const { client } = await serve<typeof graph>((name) => [durableWorkflow(graph, { name, secret })])
  await client.start('r')
  const { question } = await observed(async () => (await client.status('r'))?.requests[0])
  await expect(client.answer('r', { b: 'yes' }, { question })).rejects.toMatchObject(NOT_WAITING)
  for (const wrong of [7, ''])
    await expect(client.answer('r', { a: 'yes' }, { question: wrong as never })).rejects.toMatchObject({
      code: 'durable-restate/illegal-option',
    })
  await expect(client.cancel('r', 'enough', { question } as never)).rejects.toMatchObject({
    code: 'durable-restate/illegal-option',
  })
  expect(await client.cancel('r', 'enough')).toBe(true)
})
