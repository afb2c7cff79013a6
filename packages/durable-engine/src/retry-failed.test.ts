import { Pipeline, StageKind, StageOutput } from '@stageflow/core'
import type { StageContext } from '@stageflow/core'
import { repeatUntil } from '@stageflow/core/repeat'
import { manualClock } from '@stageflow/testing'
import type { ManualClock } from '@stageflow/testing'
import { expect, test } from 'vitest'

import { openRuns, until } from '../test/open-runs.ts'

const { newPath, open } = openRuns({ leaseMs: 200 })

const ask = ({ resumed }: StageContext) =>
  resumed === undefined ? StageOutput.suspend('Pay?') : { answer: resumed.answer }

/** What a run settles with, a value or an error, while the time of a clock passes. */
async function settledOn(clock: ManualClock, settled: Promise<unknown>): Promise<unknown> {
  let isSettled = false
  const both = settled.then(
    (value) => ((isSettled = true), value),
    (error: unknown) => ((isSettled = true), error),
  )
  while (!isSettled) {
    await clock.advance(10)
    await new Promise((resolve) => setTimeout(resolve, 1))
  }
  return both
}

/** Pays, mails, and reports how the mail went. The mail fails while the server is down. */
function orders() {
  const calls: string[] = []
  const server = { isDown: true }
  const graph = new Pipeline('order')
    .withStage('boss', ask)
    .withStage('pay', () => ({ paid: calls.push('pay') }), StageKind.WORK, { dependencies: ['boss'] })
    .withStage(
      'mail',
      () => {
        calls.push('mail')
        if (server.isDown) throw new Error('503')
        return { sent: true }
      },
      { dependencies: ['pay'] },
    )
    .withStage('report', ({ inputs }) => ({ mail: `${inputs.status('mail')} ${calls.push('report')}` }), {
      dependencies: ['mail'],
      join: 'settled',
    })
    .build()
  return { graph, calls, server }
}

test('a failed run goes on from its failure, in another process too, and nothing that had ended well is called again', async () => {
  const path = newPath()
  const { graph, calls, server } = orders()
  const first = open(path)
  await first.run(graph, {}, { runId: 'a' })
  await expect(first.resume(graph, 'a', { boss: 'yes' })).rejects.toThrow('503')
  expect(calls).toEqual(['pay', 'mail'])
  await expect(first.retryFailed(graph, 'a')).rejects.toThrow('503')
  expect(await first.get('a')).toMatchObject({ status: 'failed' })
  server.isDown = false
  const second = open(path)
  expect(await second.retryFailed(graph, 'a')).toMatchObject({
    status: 'completed',
    data: { boss: { answer: 'yes' }, pay: { paid: 1 }, mail: { sent: true }, report: { mail: 'ok 5' } },
  })
  expect(calls).toEqual(['pay', 'mail', 'mail', 'mail', 'report'])
  // Both retries are facts of their own kind, beside those that stayed.
  const facts = (await second.get('a', { facts: true }))?.facts ?? []
  expect(facts.filter(({ kind }) => kind === 'retry')).toEqual(
    [1, 2].map(() => ({ kind: 'retry', key: '', at: expect.any(Number) as number, value: {} })),
  )
  expect(facts.some(({ kind }) => kind === 'timer')).toBe(false)
  // The answer and the payment stay in the timeline.
  const again = await open(path).run(graph, {}, { runId: 'a' })
  expect(again).toMatchObject({ status: 'completed', data: { pay: { paid: 1 } } })
})

test('what had settled with the failure as its input stays settled, unless it is to run again', async () => {
  const { graph, calls, server } = orders()
  const durable = open()
  const failed = async (runId: string): Promise<void> => {
    server.isDown = true
    await durable.run(graph, {}, { runId, onStageFailure: 'continue' })
    await expect(durable.resume(graph, runId, { boss: 1 })).rejects.toThrow('503')
    server.isDown = false
    calls.length = 0
  }
  await failed('a')
  expect((await durable.retryFailed(graph, 'a')).data).toMatchObject({ report: { mail: 'fail 3' } })
  expect(calls).toEqual(['mail'])
  await failed('b')
  expect((await durable.retryFailed(graph, 'b', { again: ['report'] })).data).toMatchObject({
    report: { mail: 'ok 2' },
  })
  expect(calls).toEqual(['mail', 'report'])
})

test('what depends on a stage that runs again runs again too, also through others and in child pipelines: an approval was given to what changes', async () => {
  let isDown = true
  const keys: string[] = []
  const noted = (context: Pick<StageContext, 'callKey'>): object => (keys.push(context.callKey ?? ''), {})
  const check = new Pipeline('check').withStage('inner', ask)
  const graph = new Pipeline('order')
    .withStage('aside', noted)
    .withStage('amount', ({ resumed }) =>
      resumed === undefined ? StageOutput.suspend('How many?') : { euros: resumed.answer },
    )
    .withStage('boss', ask, { dependencies: ['amount'] })
    .withStage('note', noted, { dependencies: ['boss'] })
    .withPipeline('check', check, { dependencies: ['note'] })
    .withStage(
      'pay',
      (context) => {
        noted(context)
        if (isDown) throw new Error('503')
        return {}
      },
      { dependencies: ['check'] },
    )
    .build()
  const durable = open()
  await durable.run(graph, {}, { runId: 'a' })
  await durable.answer(graph, 'a', { amount: 90, boss: 'yes' })
  await expect(durable.resume(graph, 'a', { check: { inner: 'yes' } })).rejects.toThrow('503')
  isDown = false
  const asked = async (): Promise<readonly unknown[] | undefined> =>
    (await durable.get('a'))?.requests.map(({ path }) => path)
  await durable.retryFailed(graph, 'a', { again: ['amount'] })
  expect(await asked()).toEqual([['amount']])
  expect((await durable.get('a'))?.timeline.at(-2)).toMatchObject({
    kind: 'retry',
    again: ['amount', 'boss', 'note', 'check', 'pay'],
  })
  await durable.resume(graph, 'a', { amount: 9000 })
  expect(await asked()).toEqual([['boss']])
  await durable.resume(graph, 'a', { boss: 'yes' })
  expect(await asked()).toEqual([['check', 'inner']])
  expect((await durable.resume(graph, 'a', { check: { inner: 'yes' } })).status).toBe('completed')
  // Their calls have the keys that they had before.
  expect(keys).toEqual(['aside', 'note', 'pay', 'note', 'pay'].map((stage) => `a/${stage}`))
})

test('only a failed run is tried again, and only with stages that it has', async () => {
  const { graph } = orders()
  const durable = open()
  await durable.run(graph, {}, { runId: 'a' })
  await expect(durable.retryFailed(graph, 'a')).rejects.toMatchObject({
    code: 'durable-engine/not-failed',
    message: expect.stringContaining('Run "a" is suspended'),
  })
  await expect(durable.retryFailed(graph, 'b')).rejects.toMatchObject({ code: 'durable-engine/unknown-run' })
  await expect(durable.resume(graph, 'a', { boss: 1 })).rejects.toThrow('503')
  await expect(durable.retryFailed(graph, 'a', { again: ['post'] as never })).rejects.toMatchObject({
    code: 'durable-engine/illegal-option',
    message: expect.stringContaining('no stage "post" to run again; it has boss, mail, pay, report'),
  })
  await expect(durable.retryFailed(graph, 'a', { again: 'report' as never })).rejects.toMatchObject({
    code: 'durable-engine/illegal-option',
  })
  expect((await durable.get('a'))?.status).toBe('failed')
})

test('of two that try a failed run again at once one does, and the other is told so', async () => {
  const path = newPath()
  const { graph, calls, server } = orders()
  const [here, there] = [open(path), open(path)]
  await here.run(graph, {}, { runId: 'a' })
  await expect(here.resume(graph, 'a', { boss: 1 })).rejects.toThrow('503')
  server.isDown = false
  const both = await Promise.allSettled([here.retryFailed(graph, 'a'), there.retryFailed(graph, 'a')])
  expect(both.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
  expect(both.find(({ status }) => status === 'rejected')).toMatchObject({
    reason: { code: 'durable-engine/not-failed' },
  })
  expect(calls).toEqual(['pay', 'mail', 'mail', 'report'])
})

test('the time limit of a run begins again when it is tried again', async () => {
  const clock = manualClock()
  let isDown = true
  const graph = new Pipeline('p')
    .withStage('a', async (context) => {
      await context.clock.sleep(40, context.signal)
      if (isDown) throw new Error('503')
      return {}
    })
    .build({ clock })
  const durable = open(newPath(), { clock })
  const run = (settled: Promise<unknown>): Promise<unknown> => settledOn(clock, settled)
  expect(await run(durable.run(graph, {}, { runId: 'a', timeoutMs: 100_000 }))).toMatchObject({
    code: 'core/pipeline-failed',
  })
  await clock.advance(1_000_000)
  isDown = false
  expect(await run(durable.retryFailed(graph, 'a'))).toMatchObject({ status: 'completed' })
})

/** Asks, pays, asks again, and then hangs. The payment fails while the bank is down. */
function hangingOrders(clock: ManualClock) {
  const bank = { isDown: true }
  let hangs = 0
  const graph = new Pipeline('p')
    .withStage('boss', ask)
    .withStage('pay', () => (bank.isDown ? StageOutput.fail('503') : { paid: 9 }), { dependencies: ['boss'] })
    .withStage('late', ask, { dependencies: ['pay'] })
    .withStage('hang', ({ clock, signal }) => (hangs++, clock.sleep(1_000_000, signal)), { dependencies: ['late'] })
    .build({ clock })
  /** Expects that a run whose last stage comes to hang ends after 1,000 ms, and no earlier. */
  const hangsForItsLimit = async (begin: () => Promise<unknown>): Promise<void> => {
    const before = hangs
    let isSettled = false
    const run = begin().then(
      () => 'ok',
      ({ message }: Error) => ((isSettled = true), message),
    )
    await until(() => hangs > before)
    await clock.advance(999)
    expect(isSettled).toBe(false)
    await clock.advance(1)
    expect(await run).toContain('did not end within 1000 ms (timeoutMs)')
  }
  return { graph, bank, hangsForItsLimit }
}

test('each retry has the whole time limit of the run, and no more, whatever answers came before and come after it', async () => {
  const clock = manualClock()
  const { graph, bank, hangsForItsLimit } = hangingOrders(clock)
  // Its clock stands still, so nothing would renew a shorter lease on a busy machine.
  const durable = open(newPath(), { clock, leaseMs: 3_600_000 })
  await durable.run(graph, {}, { runId: 'a', timeoutMs: 1_000 })
  await clock.advance(5_000)
  await expect(durable.resume(graph, 'a', { boss: 'yes' })).rejects.toThrow('503')
  for (const ms of [7_000, 9_000]) {
    await clock.advance(ms)
    await expect(durable.retryFailed(graph, 'a')).rejects.toThrow('503')
  }
  bank.isDown = false
  await clock.advance(7_000)
  expect((await durable.retryFailed(graph, 'a')).status).toBe('suspended')
  await clock.advance(3_000)
  await hangsForItsLimit(() => durable.resume(graph, 'a', { late: 'yes' }))
  for (const ms of [7_000, 9_000, 500]) {
    await clock.advance(ms)
    await hangsForItsLimit(() => durable.retryFailed(graph, 'a'))
  }
})

test('a child pipeline that repeats goes on with its last attempt', async () => {
  const calls: string[] = []
  let isDown = true
  const draft = new Pipeline('draft')
    .withStage('write', ({ snapshot }) => ({
      text: `draft ${calls.push('write')} ${String(snapshot.metadata['n'] ?? '')}`,
    }))
    .withStage(
      'check',
      () => {
        calls.push('check')
        if (calls.filter((call) => call === 'check').length === 1) return StageOutput.fail('too short')
        return isDown ? StageOutput.fail('503') : { ok: true }
      },
      StageKind.GUARD,
      { dependencies: ['write'] },
    )
  const graph = new Pipeline('p')
    .withPipeline('draft', draft, { repeat: repeatUntil('check', { maxAttempts: 2 }) })
    .build()
  const durable = open()
  await expect(durable.run(graph, {}, { runId: 'a' })).rejects.toThrow()
  expect(calls).toEqual(['write', 'check', 'write', 'check'])
  isDown = false
  expect((await durable.retryFailed(graph, 'a')).status).toBe('completed')
  expect(calls).toEqual(['write', 'check', 'write', 'check', 'check'])
})

test('a run that waits goes on with a graph in which its waiting stage has a new dependency', async () => {
  const path = newPath()
  await open(path).run(new Pipeline('p').withStage('boss', ask).build(), {}, { runId: 'a' })
  const calls: string[] = []
  const graph = new Pipeline('p')
    .withStage('fraud', () => ({ ok: calls.push('fraud') }))
    .withStage('boss', ask, { dependencies: ['fraud'] })
    .build()
  const durable = open(path)
  expect(await durable.resume(graph, 'a', { boss: 'yes' })).toMatchObject({
    status: 'completed',
    data: { fraud: { ok: 1 }, boss: { answer: 'yes' } },
  })
  expect(calls).toEqual(['fraud'])
})

test('what an earlier attempt of a repeated child pipeline tolerated is not tried again, however deep it is', async () => {
  const calls: string[] = []
  let isDown = true
  const call = ({ stage }: Pick<StageContext, 'stage'>): object => {
    calls.push(stage.name)
    if (isDown && (stage.name === 'send' || calls.filter((name) => name === stage.name).length === 1))
      throw new Error('503')
    return {}
  }
  const draft = new Pipeline('draft')
    .withStage('flaky', call, { onFailure: 'skip' })
    .withStage('write', () => ({ text: calls.push('write') }))
  const attempt = new Pipeline('attempt')
    .withPipeline('draft', draft)
    .withStage(
      'check',
      () => (calls.push('check'), calls.filter((name) => name === 'check').length < 2 ? StageOutput.fail('short') : {}),
      StageKind.GUARD,
      { dependencies: ['draft'] },
    )
  const graph = new Pipeline('letter')
    .withPipeline('answer', attempt, { repeat: repeatUntil('check', { maxAttempts: 3 }) })
    .withStage('send', call, { dependencies: ['answer'] })
    .build()
  const durable = open()
  await expect(durable.run(graph, {}, { runId: 'a' })).rejects.toThrow('503')
  isDown = false
  calls.length = 0
  expect((await durable.retryFailed(graph, 'a')).status).toBe('completed')
  expect(calls).toEqual(['send'])
})
