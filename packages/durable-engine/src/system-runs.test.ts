import { Pipeline, StageOutput, StageflowError } from '@stageflow/core'
import type { Interceptor, StageContext } from '@stageflow/core'
import { auth } from '@stageflow/interceptor-auth'
import type { DurableRuns } from '@stageflow/durable-engine'
import { expect, test } from 'vitest'

import { openRuns } from '../test/open-runs.ts'

const { open } = openRuns({ leaseMs: 200 })

const ADA = { token: 'ada' }
const MONTH_END = { system: 'month end' }
const bank = { isDown: false }
const ask = ({ resumed }: StageContext) =>
  resumed === undefined ? StageOutput.suspend('Pay?') : { answer: resumed.answer }
const order = new Pipeline('order')
  .withStage('boss', ask)
  .withStage(
    'pay',
    () => {
      if (bank.isDown) throw new Error('503')
      return { paid: true }
    },
    { dependencies: ['boss'] },
  )
  .build({ interceptors: [auth({ verify: (sub) => ({ sub }), orgId: false })] })

/** Who did what, as the timeline tells. */
const actsOf = async (runs: DurableRuns, runId: string): Promise<readonly unknown[]> =>
  ((await runs.get(runId))?.timeline ?? []).flatMap(({ kind, key, by }) =>
    kind === 'call' ? [] : [[kind, key, by && JSON.parse(JSON.stringify(by))]],
  )

test('a part of the app does anything but start a run, by its name: the timeline has that of each act', async () => {
  const runs = open()
  const system = runs.as('month end')
  await runs.run(order, {}, { runId: 'a', ...ADA })
  expect((await system.attach(order, 'a')).status).toBe('suspended')
  expect(await system.get('a')).toMatchObject({ status: 'suspended' })
  bank.isDown = true
  await expect(system.resume(order, 'a', { boss: 'yes' })).rejects.toThrow('503')
  await expect(runs.retryFailed(order, 'a', ADA)).rejects.toThrow('503')
  bank.isDown = false
  expect(await system.retryFailed(order, 'a')).toMatchObject({ status: 'completed', data: { pay: { paid: true } } })
  expect(await actsOf(runs, 'a')).toEqual([
    ['answer', 'boss', MONTH_END],
    ['retry', '', { userId: 'ada' }],
    ['retry', '', MONTH_END],
  ])
  expect(await runs.run(order, {}, { runId: 'a', ...ADA })).toMatchObject({ status: 'completed' })
})

test.each([
  ['a part of the app', (runs: DurableRuns) => runs.as('month end').cancel('a', 'closed'), MONTH_END],
  ['a user', (runs: DurableRuns) => runs.cancel(order, 'a', 'closed', ADA), { userId: 'ada' }],
])('a run that waits and is cancelled by %s says by whom', async (_who, cancel, by) => {
  const runs = open()
  await runs.run(order, {}, { runId: 'a', ...ADA })
  expect(await cancel(runs)).toBe(true)
  expect(await actsOf(runs, 'a')).toEqual([['stop', '', by]])
  expect(await runs.get('a')).toMatchObject({ status: 'cancelled', result: { reason: 'closed' } })
  expect(await cancel(runs)).toBe(false)
})

test.each(['waits', 'is blocked'])(
  'a run that %s and is cancelled by a trusted call has that in its timeline, without an author',
  async (how) => {
    const runs = open()
    let isClosed = false
    const gate: Interceptor = {
      name: 'gate',
      wrapRun: (next) => async (run) => (isClosed ? run.fail(new StageflowError('gate/closed', 'closed')) : next(run)),
    }
    const graph = new Pipeline('order').withStage('boss', ask).build({ interceptors: [gate] })
    await runs.run(graph, {}, { runId: 'a' })
    if (how === 'is blocked') {
      isClosed = true
      await expect(runs.resume(graph, 'a', { boss: 'yes' })).rejects.toMatchObject({ code: 'gate/closed' })
    }
    expect(await runs.cancel('a', 'gone')).toBe(true)
    expect((await actsOf(runs, 'a')).at(-1)).toEqual(['stop', '', undefined])
    expect((await runs.get('a'))?.result).toMatchObject({ status: 'cancelled', reason: 'gone' })
  },
)

test('a run in progress that is cancelled says by whom, and its stages get the reason alone', async () => {
  const runs = open()
  const reasons: unknown[] = []
  const begun = Promise.withResolvers<void>()
  const slow = new Pipeline('slow')
    .withStage('wait', async ({ signal }) => {
      begun.resolve()
      await new Promise((resolve) => signal.addEventListener('abort', resolve))
      reasons.push(signal.reason)
      return {}
    })
    .build()
  const running = runs.run(slow, {}, { runId: 'a' })
  await begun.promise
  expect(await runs.as('month end').cancel('a', 'closed')).toBe(true)
  expect(await running).toMatchObject({ status: 'cancelled', reason: 'closed' })
  expect(JSON.stringify(reasons)).not.toContain('month end')
  expect(await actsOf(runs, 'a')).toEqual([['stop', '', MONTH_END]])
})

test('a signal that has aborted keeps no answer, and tries no run again, also by the name of a part of the app', async () => {
  const runs = open()
  const system = runs.as('month end')
  const options = { signal: AbortSignal.abort(new Error('no more')) }
  await runs.run(order, {}, { runId: 'a', ...ADA })
  await expect(system.resume(order, 'a', { boss: 'yes' }, options)).rejects.toThrow('no more')
  expect((await runs.get('a'))?.requests).toHaveLength(1)
  bank.isDown = true
  await expect(system.resume(order, 'a', { boss: 'yes' })).rejects.toThrow('503')
  bank.isDown = false
  await expect(system.retryFailed(order, 'a', options)).rejects.toThrow('no more')
  expect(await runs.get('a')).toMatchObject({ status: 'failed' })
})

test('what a part of the app asks is checked as it is for others', async () => {
  const runs = open()
  const system = runs.as('month end')
  const unknown = { code: 'durable-engine/unknown-run' }
  await expect(system.attach(order, 'a')).rejects.toMatchObject(unknown)
  await expect(system.retryFailed(order, 'a')).rejects.toMatchObject(unknown)
  await expect(system.cancel('a', 'x')).rejects.toMatchObject(unknown)
  expect(await system.get('a')).toBeUndefined()
  await runs.run(order, {}, { runId: 'a', ...ADA })
  await expect(system.retryFailed(order, 'a')).rejects.toMatchObject({ code: 'durable-engine/not-failed' })
  const illegal = { code: 'durable-engine/illegal-option' }
  await expect(system.cancel('a', '')).rejects.toMatchObject(illegal)
  await expect(system.get('')).rejects.toMatchObject(illegal)
  const bare = new Pipeline('order')
    .withStage('boss', ask)
    .withStage('pay', () => ({ paid: true }), { dependencies: ['boss'] })
  const unguarded = { code: 'durable-engine/unguarded' }
  await expect(system.attach(bare.build(), 'a')).rejects.toMatchObject(unguarded)
  expect(runs.stats().refused).toBe(0)
  await runs.close()
  for (const asked of [
    () => system.cancel('a', 'x'),
    () => system.attach(order, 'a'),
    () => system.retryFailed(order, 'a'),
  ])
    await expect(asked()).rejects.toBeInstanceOf(StageflowError)
})

test('what checks no caller refuses a token: it would look as if it had been checked', async () => {
  const runs = open()
  const system = runs.as('month end')
  const guarded = new Pipeline('guarded')
    .withStage('boss', ask)
    .build({ interceptors: [auth({ verify: (sub) => ({ sub }), orgId: false })] })
  await runs.run(guarded, {}, { runId: 'a', ...ADA })
  const asked: Readonly<Record<string, () => Promise<unknown>>> = {
    'as().resume()': () => system.resume(guarded, 'a', { boss: 'yes' }, ADA),
    'as().attach()': () => system.attach(guarded, 'a', ADA),
    'retryFailed()': () => system.retryFailed(guarded, 'a', ADA),
    'recover()': () => runs.recover(guarded, ADA),
    'schedule()': () =>
      system.schedule('daily', { cron: '0 9 * * *', graph: guarded, options: ADA as never, who: { userId: 'ada' } }),
  }
  for (const [method, ask_] of Object.entries(asked))
    await expect(ask_(), method).rejects.toMatchObject({
      code: 'core/illegal-option',
      message: expect.stringContaining(`${method} checks no caller, so it does not read the option "token"`) as string,
    })
  await expect(runs.get('a', ADA as never)).rejects.toMatchObject({ code: 'durable-engine/illegal-option' })
  expect((await runs.get('a'))?.requests).toHaveLength(1)
  // Without a value it isn't a token.
  await system.resume(guarded, 'a', { boss: 'yes' }, { token: undefined })
})
