import { Pipeline, StageOutput } from '@stageflow/core'
import { auth } from '@stageflow/interceptor-auth'
import { expect, test } from 'vitest'

import { openRuns } from '../test/open-runs.ts'

const { open } = openRuns({ leaseMs: 200 })

const graph = new Pipeline('order')
  .withStage('boss', ({ resumed }) => (resumed === undefined ? StageOutput.suspend('Pay?') : { paid: true }))
  .build({ interceptors: [auth({ verify: (sub) => ({ sub }), orgId: false })] })
const EVE = { token: 'eve' }

type Calls = Readonly<Record<string, (...given: readonly unknown[]) => unknown>>
/** Calls a method with arguments that the compiler refuses. */
const callOf = async (target: object, method: string, given: readonly unknown[]): Promise<unknown> =>
  (target as Calls)[method]?.(...given)

/** For each method: calls with one argument too many, or without the graph, and what the message says to do. */
const WRONG_CALLS: Readonly<Record<string, readonly (readonly [fix: string, ...given: readonly unknown[]])[]>> = {
  run: [
    ['run(graph, input, options)', graph, {}, { runId: 'b' }, EVE],
    ['pass the graph first: run(graph, input, options)', 'b', {}, EVE],
  ],
  resume: [
    ['resume(graph, runId, answers, options)', graph, 'a', { boss: 'yes' }, {}, EVE],
    ['pass the graph first: resume(graph, runId, answers, options)', 'a', { boss: 'yes' }, EVE],
    ['pass the graph first: resume(graph, runId, answers, options)', 'a', { boss: 'yes' }],
  ],
  answer: [
    ['answer(graph, runId, answers, options)', graph, 'a', { boss: 'yes' }, {}, EVE],
    ['pass the graph first: answer(graph, runId, answers, options)', 'a', { boss: 'yes' }, EVE],
    ['pass the graph first: answer(graph, runId, answers, options)', 'a', { boss: 'yes' }],
  ],
  recover: [
    ['recover(graph, options)', graph, {}, EVE],
    ['pass the graph first: recover(graph, options)', 'order'],
  ],
  retryFailed: [
    ['retryFailed(graph, runId, options)', graph, 'a', {}, EVE],
    ['pass the graph first: retryFailed(graph, runId, options)', 'a', EVE],
    ['pass the graph first: retryFailed(graph, runId, options)', 'a'],
  ],
  cancel: [
    ['pass the graph first: cancel(graph, runId, reason, options)', 'a', 'why', EVE],
    ['pass the graph first: cancel(graph, runId, reason, options)', 'a', 'why', undefined],
    ['pass the graph first: cancel(graph, runId, reason, options)', 'a', graph, 'why', EVE],
    ['cancel(graph, runId, reason, options)', graph, 'a', 'why', {}, EVE],
  ],
  interrupt: [
    ['pass the graph first: interrupt(graph, runId, reason, data, options)', 'a', 'why', 1, EVE],
    ['pass the graph first: interrupt(graph, runId, reason, data, options)', 'a', graph, 'why', 1, EVE],
    ['interrupt(graph, runId, reason, data, options)', graph, 'a', 'why', 1, {}, EVE],
  ],
  list: [
    ['list(options)', { limit: 1 }, EVE],
    ['list(options)', graph, 'a', EVE],
  ],
  get: [
    ['pass the graph first: get(graph, runId, options)', 'a', {}, EVE],
    ['pass the graph first: get(graph, runId, options)', 'a', EVE],
    ['pass the graph first: get(graph, runId, options)', 'a', graph],
    ['get(graph, runId, options)', graph, 'a', {}, EVE],
  ],
  as: [['as(name)', 'month end', EVE]],
  schedule: [
    ['schedule(name, options)', 'daily', { cron: '0 0 * * *', graph }, EVE],
    ['schedule(name, options)', graph, 'daily', { cron: '0 0 * * *' }],
  ],
  stats: [['stats()', { orgId: 'acme' }]],
  close: [['close(options)', {}, EVE]],
}

/** The same for a part of the app that acts by its name. */
const WRONG_SYSTEM_CALLS: typeof WRONG_CALLS = {
  answer: [
    ['answer(runId, answers)', 'a', { boss: 'yes' }, EVE],
    ['answer(runId, answers)', graph, 'a', { boss: 'yes' }],
  ],
  resume: [
    ['resume(graph, runId, answers, options)', graph, 'a', { boss: 'yes' }, {}, EVE],
    ['pass the graph first: as().resume(graph, runId, answers, options)', 'a', { boss: 'yes' }],
  ],
  attach: [
    ['attach(graph, runId, options)', graph, 'a', {}, EVE],
    ['pass the graph first: as().attach(graph, runId, options)', 'a'],
  ],
  retryFailed: [
    ['retryFailed(graph, runId, options)', graph, 'a', {}, EVE],
    ['pass the graph first: as().retryFailed(graph, runId, options)', 'a'],
  ],
  cancel: [
    ['cancel(runId, reason)', 'a', 'why', EVE],
    ['cancel(runId, reason)', graph, 'a', 'why', EVE],
  ],
  interrupt: [
    ['interrupt(runId, reason, data)', 'a', 'why', 1, EVE],
    ['interrupt(runId, reason, data)', graph, 'a', 'why', 1, EVE],
  ],
  get: [
    ['get(runId, options)', 'a', {}, EVE],
    ['get(runId, options)', graph, 'a', EVE],
    ['pass a string of 1 to 512 characters', graph, 'a'],
  ],
  schedule: [['schedule(name, options)', 'daily', { cron: '0 0 * * *', graph, who: { userId: 'ada' } }, EVE]],
}

const casesOf = (table: typeof WRONG_CALLS) =>
  Object.entries(table).flatMap(([method, calls]) =>
    calls.map(([fix, ...given]) => ({ method, count: given.length, first: typeof given[0], fix, given })),
  )

test.each(casesOf(WRONG_CALLS))('$method of $count arguments, a $first first, is refused: $fix', async (one) => {
  const runs = open()
  await runs.run(graph, {}, { runId: 'a', token: 'ada' })
  await expect(callOf(runs, one.method, one.given)).rejects.toMatchObject({
    code: 'durable-engine/illegal-option',
    message: expect.stringContaining(one.fix) as string,
  })
  expect(await runs.list()).toMatchObject([{ runId: 'a', status: 'suspended', leg: 1 }])
  expect((await runs.get('a'))?.requests).toHaveLength(1)
})

test.each(casesOf(WRONG_SYSTEM_CALLS))('as().$method of $count arguments, a $first first: $fix', async (one) => {
  const runs = open()
  await runs.run(graph, {}, { runId: 'a', token: 'ada' })
  await expect(callOf(runs.as('month end'), one.method, one.given)).rejects.toMatchObject({
    code: 'durable-engine/illegal-option',
    message: expect.stringContaining(one.fix) as string,
  })
  expect(await runs.list()).toMatchObject([{ runId: 'a', status: 'suspended', leg: 1 }])
})

test('these tables have every method, so a new one needs its cases', () => {
  const runs = open()
  // `migrate` is that of one journal.
  const methods = Object.keys(runs).filter((name) => name !== 'migrate')
  expect(methods.toSorted()).toEqual(Object.keys(WRONG_CALLS).toSorted())
  expect(Object.keys(runs.as('month end')).toSorted()).toEqual(Object.keys(WRONG_SYSTEM_CALLS).toSorted())
})

test('the message for a token without the graph names no other way around the check', async () => {
  const runs = open()
  await runs.run(graph, {}, { runId: 'a', token: 'ada' })
  await expect(callOf(runs, 'cancel', ['a', 'why', EVE])).rejects.toThrow(
    'cancel() was given 3 arguments, but cancel(runId, reason) takes 2 and checks no caller. For the interceptors to check the caller, pass the graph first: cancel(graph, runId, reason, options).',
  )
  await expect(callOf(runs, 'get', ['a', EVE])).rejects.toThrow(
    'get(runId, options) checks no caller, so it does not read the option "token". For the interceptors to check the caller, pass the graph first: get(graph, runId, options).',
  )
})
