import { Pipeline, StageOutput } from '@stageflow/core'
import type { StageContext } from '@stageflow/core'
import { auth } from '@stageflow/interceptor-auth'
import { expect, test } from 'vitest'
import { isAttach, once } from '../test/between.ts'
import { observed } from '../test/observed.ts'
import { restate, secret, serve } from '../test/restate.ts'
import { durableWorkflow } from './index.ts'

const ask = ({ resumed }: StageContext) =>
  resumed === undefined ? StageOutput.suspend('Pay?') : { answer: resumed.answer }
const ADA = { token: 'ada' }
const EVE = { token: 'eve' }

/** Runs of people who are let in or not, when the first attempt of their run begins. */
async function serveOrders() {
  const letIn = new Set<string>()
  const charged: string[] = []
  const graph = new Pipeline('order')
    .withStage('charge', ({ userId, snapshot }) => {
      charged.push(snapshot.inputText ?? '')
      return { for: userId }
    })
    .build({
      interceptors: [
        auth({
          verify: (token) => ({ sub: token }),
          renew: (identity) => (letIn.has(`${identity.userId}`) ? identity : undefined),
        }),
      ],
    })
  const { client } = await serve<typeof graph>((name) => [durableWorkflow(graph, { name, secret })], {
    graph,
    adminUrl: restate.admin,
  })
  return { client, letIn, charged }
}

test.each([
  ['has ended', ['eve']],
  ['was refused', []],
])(
  'who attaches to a run gets nothing of another person whose run has the id by the end, and %s',
  async (_, people) => {
    const { client, letIn } = await serveOrders()
    await expect(client.run('r', {}, ADA)).rejects.toMatchObject({ code: 'auth/revoked' })
    for (const name of people) letIn.add(name)
    once('before', isAttach, () => client.run('r', {}, EVE).catch(() => undefined))
    await expect(client.attach('r', ADA)).rejects.toMatchObject({ code: 'auth/foreign-run' })
  },
)

test('who starts a run gets nothing of another person whose run has the id by the end', async () => {
  const { client, letIn } = await serveOrders()
  once('before', isAttach, async () => {
    await observed(async () => (await client.status('r', ADA))?.status === 'refused')
    letIn.add('eve')
    await client.start('r', {}, EVE)
  })
  await expect(client.run('r', {}, ADA)).rejects.toMatchObject({ code: 'auth/foreign-run' })
})

test('who attaches to a failed run that is tried again at that moment gets the end of the retry', async () => {
  let isDown = true
  const graph = new Pipeline('p')
    .withStage('mail', () => (isDown ? StageOutput.fail('503') : { sent: true }))
    .withStage('boss', ask, { dependencies: ['mail'] })
    .build()
  const { client } = await serve<typeof graph>((name) => [durableWorkflow(graph, { name, secret })], {
    graph,
    adminUrl: restate.admin,
  })
  expect((await client.run('r')).status).toBe('failed')
  isDown = false
  const asked = Promise.withResolvers<void>()
  let retried: Promise<unknown> | undefined
  once('after', isAttach, async () => {
    retried = client.retryFailed('r')
    await observed(async () => (await client.status('r').catch(() => undefined))?.requests.length === 1)
    asked.resolve()
  })
  const attached = client.attach('r')
  await asked.promise
  await client.answer('r', { boss: 'yes' })
  const expected = { status: 'completed', data: { boss: { answer: 'yes' } } }
  expect(await attached).toMatchObject(expected)
  expect(await retried).toMatchObject(expected)
})
