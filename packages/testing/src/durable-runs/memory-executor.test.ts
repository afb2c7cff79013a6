import { Pipeline, StageOutput } from '@stageflow/core'
import type { Clock, StageContext, StageInfo } from '@stageflow/core'
import { runDurable } from '@stageflow/core/durable'
import { expect, test } from 'vitest'
import { memoryExecutor } from '../durable.ts'
import { manualClock } from '../index.ts'

const start = { runId: 'order-7', startedAt: 0, input: { inputText: 'tea' } }

test('a leg that crashes rejects, and the next one goes on where it was', async () => {
  const ran: string[] = []
  const executor = memoryExecutor()
  const graph = new Pipeline('order')
    .withStage('price', ({ stage }) => ({ price: ran.push(stage.name) }))
    .withStage(
      'charge',
      async ({ stage, snapshot }) => {
        if (ran.push(stage.name) === 2) await executor.crash('order-7')
        return { paid: snapshot.inputText }
      },
      { dependencies: ['price'] },
    )
    .build()
  await expect(executor.run(start, (leg) => runDurable(graph, leg))).rejects.toMatchObject({
    code: 'testing/crashed',
    message: 'Leg 1 of the run "order-7" was ended by crash().',
  })
  expect(await executor.facts('order-7')).toMatchObject([{ kind: 'call', key: 'price' }])
  const result = await executor.run(start, (leg) => runDurable(graph, leg))
  expect(result.data).toEqual({ price: { price: 1 }, charge: { paid: 'tea' } })
  expect(ran).toEqual(['price', 'charge', 'charge'])
})

test('an answer goes to the next leg, and nothing else can be answered', async () => {
  const executor = memoryExecutor()
  const graph = new Pipeline('order')
    .withStage('approve', ({ resumed }) =>
      resumed === undefined ? StageOutput.suspend('Pay?') : { by: resumed.answer },
    )
    .build()
  expect(executor.answer('order-7', 'approve', 'Ann')).toBe(false)
  const first = await executor.run(start, (leg) => runDurable(graph, leg))
  expect(first).toMatchObject({ status: 'suspended', requests: { approve: 'Pay?' } })
  expect(executor.answer('order-7', 'approve', 'Ann')).toBe(true)
  const second = await executor.run(start, (leg) => runDurable(graph, leg))
  expect(second).toMatchObject({ status: 'completed', data: { approve: { by: 'Ann' } } })
  expect(await executor.facts('unknown')).toEqual([])
})

test('a run is interrupted once: its stage gets the data, what is uninterruptible goes on, and an ended one is not', async () => {
  const executor = memoryExecutor()
  const begun = Promise.withResolvers<void>()
  const graph = new Pipeline('turn')
    .withStage('play', async ({ signal }) => {
      begun.resolve()
      await new Promise((resolve) => signal.addEventListener('abort', resolve))
      return { heard: (signal.reason as { readonly data?: unknown }).data }
    })
    .withStage('save', ({ inputs }) => ({ saved: inputs.from('play') }), {
      dependencies: ['play'],
      uninterruptible: true,
    })
    .build()
  expect(executor.interrupt('order-7', 'too early')).toBe(false)
  const running = executor.run(start, (leg) => runDurable(graph, leg))
  await begun.promise
  expect(() => executor.interrupt('order-7', 'barge-in', new Date(0))).toThrow('the data must be JSON')
  expect(executor.interrupt('order-7', 'barge-in', 3)).toBe(true)
  expect(executor.interrupt('order-7', 'again', 4)).toBe(false)
  expect(await running).toMatchObject({ status: 'cancelled', data: { save: { saved: { heard: 3 } } } })
  expect(executor.interrupt('order-7', 'too late')).toBe(false)
  expect(executor.facts('order-7')[0]).toMatchObject({ kind: 'stop', reason: 'barge-in', interrupt: { data: 3 } })
})

test('the time of a run can be moved by hand', async () => {
  const clock = manualClock()
  const executor = memoryExecutor({ clock })
  const graph = new Pipeline('slow')
    .withStage('wait', async (context) => context.clock.sleep(60_000, context.signal))
    .build({ clock })
  const running = executor.run({ ...start, options: { timeoutMs: 30_000 } }, (leg) => runDurable(graph, leg))
  await clock.runAll()
  expect(await running).toMatchObject({ status: 'failed', errors: [{ code: 'core/timed-out' }] })
  expect(clock.now()).toBe(30_000)
  expect(clock.timers).toEqual([])
})

test('a timer that comes due while the leg looks at its timers is not set in the past', async () => {
  const manual = manualClock()
  const waits: number[] = []
  let looks = 0
  const clock: Clock = {
    ...manual,
    now: () => looks++,
    setTimeout: (callback, ms) => {
      waits.push(ms)
      return manual.setTimeout(callback, ms)
    },
  }
  const facts = memoryExecutor({ clock }).run(start, async (leg) => {
    leg.execute(
      'a',
      () => new Promise(() => {}),
      {} as StageInfo,
      () => true,
    )
    leg.timer('b', 0.5)
    return { status: 'completed', fact: await leg.next() }
  })
  await manual.runAll()
  expect(await facts).toMatchObject({ fact: { kind: 'timer', key: 'b' } })
  expect(waits).toEqual([0])
})

test.each([
  [[], 'run(): start must be'],
  [[{ runId: 7 }, () => {}], 'run(): start must be'],
  [[start], 'carry must be a function (executor) => runDurable(graph, executor), not undefined'],
])('wrong arguments of run() are refused: %j', (given, message) => {
  const run = memoryExecutor().run as (...given: readonly unknown[]) => unknown
  expect(() => run(...given)).toThrow(
    expect.objectContaining({ code: 'testing/illegal-option', message: expect.stringContaining(message) }),
  )
})

test('runs at once of one id share a leg', async () => {
  const executor = memoryExecutor()
  let calls = 0
  const graph = new Pipeline('p').withStage('a', async () => ({ calls: ++calls })).build()
  const [one, other] = await Promise.all([1, 2].map(() => executor.run(start, (leg) => runDurable(graph, leg))))
  expect(one).toBe(other)
  expect(calls).toBe(1)
})

const ask = ({ resumed }: StageContext) =>
  resumed === undefined ? StageOutput.suspend('Pay?') : { answer: resumed.answer, by: resumed.by }

test('an answer says who gave it, and one that comes early waits for its question', async () => {
  const executor = memoryExecutor()
  const graph = new Pipeline('order')
    .withStage('first', ask)
    .withStage('second', ask, { dependencies: ['first'] })
    .build()
  const leg = () => executor.run(start, (one) => runDurable(graph, one))
  expect(executor.answerEarly('order-7', 'second', 1)).toBe(false)
  await leg()
  expect(executor.answerEarly('order-7', 'first', 1)).toBe(false) // it waits
  expect(executor.answerEarly('order-7', 'second', 'early', { userId: 'bo' })).toBe(true)
  expect(executor.answerEarly('order-7', 'second', 'again')).toBe(false)
  expect(executor.answer('order-7', 'first', 'now', { system: 'month end' })).toBe(true)
  expect((await leg()).data).toEqual({
    first: { answer: 'now', by: { system: 'month end' } },
    second: { answer: 'early', by: { userId: 'bo' } },
  })
  expect(executor.answerEarly('order-7', 'second', 'late')).toBe(false)
  expect(() => executor.answerEarly('order-7', 'second', 1n)).toThrow(/answerEarly\(\): the answer to "second"/)
})

test('a question whose time has passed takes no answer, and an answer that came first counts', async () => {
  const clock = manualClock()
  const executor = memoryExecutor({ clock })
  const graph = new Pipeline('order')
    .withStage('a', ({ resumed }) =>
      resumed === undefined
        ? StageOutput.suspend('?', { forMs: 10, otherwise: 'none' })
        : { answer: resumed.answer, expired: resumed.expired },
    )
    .build({ clock })
  const leg = (runId: string) => executor.run({ ...start, runId }, (one) => runDurable(graph, one))
  await Promise.all([leg('one'), leg('other')])
  expect(executor.answer('one', 'a', 'yes')).toBe(true)
  await clock.advance(10)
  expect((await leg('one')).data).toEqual({ a: { answer: 'yes', expired: false } })
  expect((await leg('other')).data).toEqual({ a: { answer: 'none', expired: true } })
  expect(executor.answer('other', 'a', 'late')).toBe(false)
  expect(executor.facts('one').map(({ kind }) => kind)).toEqual(['call', 'answer', 'call'])
})

test('a failed run is tried again from its failure, with a new time limit, and only once', async () => {
  const clock = manualClock()
  const executor = memoryExecutor({ clock })
  const calls: string[] = []
  let isDown = true
  const graph = new Pipeline('order')
    .withStage('pay', () => ({ paid: calls.push('pay') }))
    .withStage(
      'mail',
      async (context) => {
        calls.push('mail')
        await context.clock.sleep(isDown ? 60 : 30, context.signal)
        return {}
      },
      { dependencies: ['pay'] },
    )
    .build({ clock })
  const leg = async () => {
    const ended = executor.run({ ...start, options: { timeoutMs: 50 } }, (one) => runDurable(graph, one))
    await clock.runAll()
    return ended
  }
  expect(executor.retryFailed(graph, 'order-7')).toBe(false)
  expect(await leg()).toMatchObject({ status: 'failed', errors: [{ code: 'core/timed-out' }] })
  await clock.advance(1_000)
  expect(executor.retryFailed(graph, 'order-7')).toBe(true)
  expect(await leg()).toMatchObject({ errors: [{ message: expect.stringContaining('within 50 ms') }] })
  await clock.advance(1_000)
  isDown = false
  expect(executor.retryFailed(graph, 'order-7')).toBe(true)
  expect(executor.retryFailed(graph, 'order-7')).toBe(false)
  expect((await leg()).status).toBe('completed')
  expect(calls).toEqual(['pay', 'mail', 'mail', 'mail'])
  expect(executor.retryFailed(graph, 'order-7')).toBe(false)
})
