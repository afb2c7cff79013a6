import { Pipeline } from '@stageflow/core'
import { expect, test } from 'vitest'
import { secret } from '../test/secret.ts'
import { durableClient } from './index.ts'

const graph = new Pipeline('order').withStage('pay', () => ({})).build()
// No server is there: what is refused is refused before anything is sent.
const client = durableClient({ url: 'http://127.0.0.1:1', name: 'x', secret, graph })
const EVE = { token: 'eve' }

type Calls = Readonly<Record<string, (...given: readonly unknown[]) => unknown>>
const callOf = async (target: object, method: string, given: readonly unknown[]): Promise<unknown> =>
  (target as Calls)[method]?.(...given)

/** For each method: arguments that are too many, or that begin with a graph, and what the message says to do. */
const WRONG_CALLS: Readonly<Record<string, readonly (readonly [fix: string, ...given: readonly unknown[]])[]>> = {
  start: [['call start(runId, request, options)', 'a', {}, {}, EVE]],
  run: [['call run(runId, request, options)', 'a', {}, {}, EVE]],
  attach: [['call attach(runId, options)', 'a', {}, EVE]],
  answer: [['call answer(runId, answers, options)', graph, 'a', { pay: 'yes' }, EVE]],
  resume: [['call resume(runId, answers, options)', graph, 'a', { pay: 'yes' }, EVE]],
  cancel: [
    ['call cancel(runId, reason, options)', 'a', 'why', {}, EVE],
    ['call cancel(runId, reason, options)', graph, 'a', 'why', EVE],
    ['runId must be', graph, 'a', 'why'],
  ],
  interrupt: [
    ['call interrupt(runId, reason, data, options)', 'a', 'why', 1, {}, EVE],
    ['call interrupt(runId, reason, data, options)', graph, 'a', 'why', 1, EVE],
    ['runId must be', graph, 'a', 'why', 1],
  ],
  status: [
    ['call status(runId, options)', 'a', {}, EVE],
    ['runId must be', graph, 'a'],
  ],
  retryFailed: [['call retryFailed(runId, options)', 'a', {}, EVE]],
  as: [['call as(name)', 'month end', EVE]],
  stats: [['call stats()', { orgId: 'acme' }]],
}
const NAMED = ['attach', 'answer', 'resume', 'cancel', 'interrupt', 'status', 'retryFailed']

const cases = Object.entries(WRONG_CALLS).flatMap(([method, calls]) =>
  calls.map(([fix, ...given]) => ({ method, count: given.length, fix, given })),
)

test.each(cases)('$method of $count arguments is refused: $fix', async ({ method, fix, given }) => {
  const refused = {
    code: 'durable-restate/illegal-option',
    message: expect.stringContaining(fix) as string,
  }
  await expect(callOf(client, method, given)).rejects.toMatchObject(refused)
  if (!NAMED.includes(method)) return
  const named = { ...refused, message: expect.stringContaining(fix.replace('call ', 'call as().')) as string }
  await expect(callOf(client.as('month end'), method, given)).rejects.toMatchObject(named)
})

test('a part of the app has no token: as() refuses one in the options', async () => {
  for (const [method, given] of [
    ['attach', ['a', EVE]],
    ['answer', ['a', { pay: 'yes' }, EVE]],
    ['resume', ['a', { pay: 'yes' }, EVE]],
    ['cancel', ['a', 'why', EVE]],
    ['interrupt', ['a', 'why', 1, EVE]],
    ['status', ['a', EVE]],
    ['retryFailed', ['a', EVE]],
  ] as const)
    await expect(callOf(client.as('month end'), method, given)).rejects.toMatchObject({
      code: 'durable-restate/illegal-option',
      message: expect.stringContaining('token') as string,
    })
})

test('these tables have every method, so a new one needs its cases', () => {
  expect(Object.keys(client).toSorted()).toEqual(Object.keys(WRONG_CALLS).toSorted())
  expect(Object.keys(client.as('month end')).toSorted()).toEqual(NAMED.toSorted())
})
