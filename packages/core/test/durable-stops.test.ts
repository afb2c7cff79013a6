import { manualClock } from '@stageflow/testing'
import { expect, test } from 'vitest'
import { runDurable } from '../src/durable.ts'
import { Pipeline, StageOutput } from '../src/index.ts'
import type { Interceptor, StageContext } from '../src/index.ts'
import { ArrayExecutor } from './array-executor.ts'

/** Lets promises and immediates that are ready run. */
async function settle(): Promise<void> {
  for (let i = 0; i < 5; i++) await new Promise<void>((resolve) => setImmediate(resolve))
}
/** Code that runs until its signal aborts, or for ever. */
const untilAborted = ({ signal }: StageContext): Promise<never> =>
  new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error)))

// ---------- which calls begin

test('a call that was in progress when its run failed is not begun again', async () => {
  const graph = new Pipeline('p')
    .withStage('x', () => StageOutput.fail('broken'))
    .withStage('y', untilAborted)
    .build()
  const first = new ArrayExecutor()
  await runDurable(graph, first, {})
  const failure = first.facts.findIndex(({ key }) => key === 'x')
  const second = new ArrayExecutor(first.facts.slice(0, failure + 1))
  const result = await runDurable(graph, second, {})
  expect(result).toMatchObject({ status: 'failed', report: { stages: { y: { status: 'cancel', attempts: [] } } } })
  expect(second.begun).toEqual(['y']) // the executor asked for it, but its code was not called
  expect(second.facts.at(-1)).toMatchObject({ key: 'y', facts: { status: 'cancel', attempts: [] } })
})

test('a stop that came while no process had the run is given before any call begins', async () => {
  const called: string[] = []
  const graph = new Pipeline('p').withStage('a', ({ stage }) => void called.push(stage.name)).build()
  const executor = new ArrayExecutor([], { leg: 2 })
  executor.stop('', 'not needed')
  const result = await runDurable(graph, executor, {})
  expect(result).toMatchObject({ status: 'cancelled', reason: 'not needed' })
  expect(called).toEqual([])
})

test('a deadline that passed while no process had the run is given before any call begins', async () => {
  const clock = manualClock()
  const called: string[] = []
  const graph = new Pipeline('p').withStage('a', ({ stage }) => void called.push(stage.name)).build({ clock })
  const start = { startedAt: clock.now(), options: { timeoutMs: 1_000 } }
  await clock.advance(5_000)
  const executor = new ArrayExecutor([], { leg: 2, start, now: () => clock.now() })
  const result = await runDurable(graph, executor, {})
  expect(result).toMatchObject({
    status: 'failed',
    errors: [{ code: 'core/timed-out', message: 'The run of "p" did not end within 1000 ms (timeoutMs).' }],
  })
  expect(called).toEqual([])
})

// ---------- stops

test('a signal stops the run as a fact, and its later legs end alike', async () => {
  const graph = new Pipeline('p')
    .withStage('a', untilAborted)
    .withStage('b', () => ({}), { dependencies: ['a'] })
    .build()
  const controller = new AbortController()
  const first = new ArrayExecutor()
  const running = runDurable(graph, first, { signal: controller.signal })
  await settle()
  controller.abort(new Error('the user left'))
  const result = await running
  expect(result).toMatchObject({ status: 'cancelled', reason: 'the user left' })
  expect(first.facts.map(({ kind, key }) => `${kind} ${key}`)).toEqual(['stop ', 'call a'])
  for (let cut = 0; cut <= 2; cut++) {
    const second = new ArrayExecutor(first.facts.slice(0, cut))
    if (cut === 0) second.stop('', 'the user left')
    expect(await runDurable(graph, second, {})).toMatchObject({ status: 'cancelled', reason: 'the user left' })
    expect(second.begun).toEqual(cut === 2 ? [] : ['a'])
  }
})

test('a stopped run waits for code that ignores its signal for graceMs, within its one fact', async () => {
  const clock = manualClock()
  const graph = new Pipeline('p').withStage('a', () => new Promise<never>(() => {})).build({ clock })
  const executor = new ArrayExecutor()
  const running = runDurable(graph, executor, { graceMs: 50 })
  await settle()
  executor.stop('', 'enough')
  await settle()
  expect(executor.facts.map(({ kind }) => kind)).toEqual(['stop'])
  await clock.advance(50)
  const result = await running
  expect(result).toMatchObject({
    status: 'cancelled',
    report: {
      stages: {
        a: {
          status: 'cancel',
          abandoned: true,
          reason: 'abandoned: its code still ran 50 ms after its signal had aborted',
        },
      },
    },
  })
  expect(executor.facts.at(-1)).toMatchObject({ key: 'a', facts: { abandoned: true } })
  const again = new ArrayExecutor(executor.facts)
  expect((await runDurable(graph, again, { graceMs: 50 })).report.stages).toEqual(result.report.stages)
})

const timeout: Interceptor = {
  name: 'timeout',
  onCall: () => (context) => ({ deadline: context.now + 100, expired: () => StageOutput.fail('too slow') }),
}

test('a call that timed out gives its fact when its code has left, or graceMs later', async () => {
  const clock = manualClock()
  let leave = (): void => {}
  const graph = new Pipeline('p')
    .withStage('leaves', () => new Promise<void>((resolve) => (leave = resolve)), { onFailure: 'skip' })
    .withStage('stays', () => new Promise<never>(() => {}), { onFailure: 'skip' })
    .build({ clock, interceptors: [timeout] })
  const executor = new ArrayExecutor()
  const running = runDurable(graph, executor, { graceMs: 50 })
  await settle()
  await clock.advance(100)
  await settle()
  expect(executor.facts).toEqual([])
  leave()
  await settle()
  expect(executor.facts).toMatchObject([{ key: 'leaves', facts: { status: 'fail' } }])
  expect(executor.facts[0]).not.toMatchObject({ facts: { abandoned: true } })
  await clock.advance(50)
  const result = await running
  expect(executor.facts[1]).toMatchObject({ key: 'stays', facts: { status: 'fail', abandoned: true } })
  expect(result.report.stages).toMatchObject({ stays: { status: 'fail', tolerated: true, abandoned: true } })
  const again = new ArrayExecutor(executor.facts)
  expect((await runDurable(graph, again, {})).report.stages).toEqual(result.report.stages)
})

// ---------- limits

test('a deadline is a fact: absolute over a crash, and passed alike in every leg', async () => {
  const clock = manualClock()
  const graph = new Pipeline('p')
    .withStage('a', () => ({}))
    .withStage('b', untilAborted, { dependencies: ['a'] })
    .build({ clock })
  const start = { startedAt: clock.now(), options: { timeoutMs: 1_000 } }
  const first = new ArrayExecutor([], { start, now: () => clock.now() })
  void runDurable(graph, first, {}) // this process dies
  await settle()
  expect(first.facts).toHaveLength(1)
  await clock.advance(700)
  const second = new ArrayExecutor(first.facts, { start, now: () => clock.now() })
  const running = runDurable(graph, second, {})
  await settle()
  await clock.advance(300)
  second.pass()
  const result = await running
  expect(result).toMatchObject({ status: 'failed', errors: [{ code: 'core/timed-out' }] })
  expect(second.facts.map(({ kind, key }) => `${kind} ${key}`)).toEqual(['call a', 'timer /@1', 'call b'])
  const third = new ArrayExecutor(second.facts, { start, now: () => clock.now() })
  expect(await runDurable(graph, third, {})).toMatchObject({ status: 'failed', errors: [{ code: 'core/timed-out' }] })
  expect(third.begun).toEqual([])
})

test('the time limit stands still while a run waits for an answer, and begins again with it', async () => {
  const clock = manualClock()
  const deadlines: (number | undefined)[] = []
  const graph = new Pipeline('p')
    .withStage('ask', ({ resumed, deadline }) => {
      deadlines.push(deadline && deadline - clock.now())
      return resumed === undefined ? StageOutput.suspend('?') : {}
    })
    .withStage('after', untilAborted, { dependencies: ['ask'] })
    .build({ clock })
  const start = { startedAt: clock.now(), options: { timeoutMs: 1_000 } }
  const options = { start, now: () => clock.now() }
  const first = new ArrayExecutor([], options)
  expect(await runDurable(graph, first, {})).toMatchObject({ status: 'suspended' })
  await clock.advance(86_400_000)
  const second = new ArrayExecutor(first.facts, options)
  second.answer('ask', 'yes')
  const running = runDurable(graph, second, {})
  await settle()
  expect(deadlines).toEqual([1_000, 1_000])
  await clock.advance(999)
  second.pass()
  await settle()
  expect(second.facts.at(-1)).toMatchObject({ kind: 'call', key: 'ask@2' })
  await clock.advance(1)
  second.pass()
  expect(await running).toMatchObject({ status: 'failed', errors: [{ code: 'core/timed-out' }] })
})

test('a limit on a child pipeline passes as a fact', async () => {
  const clock = manualClock()
  const child = new Pipeline('child').withStage('slow', untilAborted)
  const onKid: Interceptor = {
    name: 'timeout',
    onCall: ({ name }) =>
      name === 'kid'
        ? (context) => ({ deadline: context.now + 100, expired: () => StageOutput.fail('the child is too slow') })
        : undefined,
  }
  const graph = new Pipeline('p').withPipeline('kid', child).build({ clock, interceptors: [onKid] })
  const executor = new ArrayExecutor([], { start: { startedAt: clock.now() }, now: () => clock.now() })
  const running = runDurable(graph, executor, {})
  await settle()
  await clock.advance(100)
  executor.pass()
  expect(await running).toMatchObject({
    status: 'failed',
    errors: [{ message: 'the child is too slow', stage: 'kid' }],
  })
  expect(executor.facts.map(({ kind, key }) => `${kind} ${key}`)).toEqual(['timer /kid~timeout@1', 'call kid/slow'])
  for (let cut = 1; cut <= 2; cut++) {
    const again = new ArrayExecutor(executor.facts.slice(0, cut), { start: executor.start, now: () => clock.now() })
    const result = await runDurable(graph, again, {})
    expect(result).toMatchObject({ status: 'failed', errors: [{ message: 'the child is too slow', stage: 'kid' }] })
  }
})

// ---------- slots

test('a stage that waits for an answer gives its slot back, and takes one to go on', async () => {
  const order: string[] = []
  const graph = new Pipeline('p')
    .withStage('ask', ({ resumed, stage }) => {
      order.push(stage.name)
      return resumed === undefined ? StageOutput.suspend('?') : { got: resumed.answer }
    })
    .withStage('other', async ({ stage }) => void order.push(stage.name))
    .withStage('last', async ({ stage }) => void order.push(stage.name), { dependencies: ['other'] })
    .build()
  const start = { options: { maxConcurrency: 1 } }
  const first = new ArrayExecutor([], { start })
  expect(await runDurable(graph, first, {})).toMatchObject({ status: 'suspended' })
  expect(order.toSorted()).toEqual(['ask', 'last', 'other'])
  const second = new ArrayExecutor(first.facts, { start })
  second.answer('ask', 7)
  expect(await runDurable(graph, second, {})).toMatchObject({ status: 'completed', data: { ask: { got: 7 } } })
  expect(second.begun).toEqual(['ask@2'])
})

test('a run that is stopped while it waits for an answer ends cancelled', async () => {
  const graph = new Pipeline('p')
    .withStage('ask', () => StageOutput.suspend('?'))
    .withMap('each', { over: () => [1], each: () => StageOutput.suspend('??') })
    .withPipeline(
      'kid',
      new Pipeline('child').withStage('inner', () => StageOutput.suspend('???')),
    )
    .build()
  const first = new ArrayExecutor()
  expect(await runDurable(graph, first, {})).toMatchObject({ status: 'suspended' })
  const second = new ArrayExecutor(first.facts)
  second.stop('', 'too late')
  const result = await runDurable(graph, second, {})
  expect(result).toMatchObject({ status: 'cancelled', reason: 'too late' })
  expect(Object.values(result.report.stages).map(({ status }) => status)).toEqual(['cancel', 'cancel', 'cancel'])
})

// ---------- a lost leg

test('when the lease is lost, the code of the leg is aborted, its cleanups run, and nothing it does counts', async () => {
  const lease = new AbortController()
  const seen: unknown[] = []
  const graph = new Pipeline('p')
    .withStage('a', (context) => {
      context.onCleanup(() => void seen.push('cleanup'))
      return untilAborted(context).catch((error: unknown) => {
        seen.push(error)
        return { late: true }
      })
    })
    .withStage('b', () => void seen.push('b'), { dependencies: ['a'] })
    .build()
  const executor = new ArrayExecutor([], { lost: lease.signal })
  const running = runDurable(graph, executor, {})
  await settle()
  const reason = new Error('another process has the run')
  lease.abort(reason)
  await expect(running).rejects.toBe(reason)
  await settle()
  expect(seen).toEqual([reason, 'cleanup'])
  expect(executor.facts).toEqual([])
})

/** Pushes what it is told of stages and runs. */
const telling = (seen: string[]): Interceptor => ({
  name: 'telling',
  settled: ({ stage }) => void seen.push(`settled ${stage}`),
  replayed: ({ stage }) => void seen.push(`replayed ${stage}`),
  onRun: () => ({
    settled: ({ stage }) => void seen.push(`part ${stage}`),
    ended: ({ status }) => void seen.push(`ended ${status}`),
  }),
})

test('if the lease is lost, parts are told that the run of this process was cancelled, and of no stage that settles', async () => {
  const seen: string[] = []
  const graph = new Pipeline('p')
    .withStage('a', untilAborted)
    .withStage('b', () => ({}), { dependencies: ['a'] })
    .build({ interceptors: [telling(seen)] })
  const lease = new AbortController()
  const running = runDurable(graph, new ArrayExecutor([], { lost: lease.signal }), {})
  await settle()
  lease.abort(new Error('lost'))
  await expect(running).rejects.toThrow('lost')
  await settle()
  expect(seen).toEqual(['ended cancelled'])
})

test('once the lease is lost, an interceptor is told of no further stage of an earlier leg', async () => {
  const seen: string[] = []
  const lease = new AbortController()
  const graph = new Pipeline('p')
    .withStage('a', () => ({}))
    .withStage('b', () => ({}), { dependencies: ['a'] })
    .withStage('c', () => ({}), { dependencies: ['b'] })
    .build({
      interceptors: [
        telling(seen),
        { name: 'loses', replayed: ({ stage }) => void (stage === 'a' && lease.abort(new Error('lost'))) },
      ],
    })
  const first = new ArrayExecutor()
  await runDurable(graph, first, {})
  seen.length = 0
  const second = new ArrayExecutor(first.facts.slice(0, 2), { lost: lease.signal })
  await expect(runDurable(graph, second, {})).rejects.toThrow('lost')
  await settle()
  expect(seen).toEqual(['replayed a', 'ended cancelled'])
})

test('a map whose run is stopped takes no more items of an asynchronous source, and closes it', async () => {
  let isOpen = true
  let taken = 0
  async function* source() {
    try {
      for (; taken < 1_000; taken++) {
        await new Promise<void>((resolve) => setImmediate(resolve))
        yield taken
      }
    } finally {
      isOpen = false
    }
  }
  const graph = new Pipeline('p').withMap('all', { over: source, each: () => ({}) }).build()
  const executor = new ArrayExecutor()
  const running = runDurable(graph, executor, {})
  await settle()
  executor.stop('', 'enough')
  expect(await running).toMatchObject({ status: 'cancelled', reason: 'enough' })
  expect(isOpen).toBe(false)
  expect(taken).toBeLessThan(1_000)
})

test('run.stop() of an interceptor becomes a fact, so a later leg stops at the same place', async () => {
  const stops: string[] = []
  const stopping: Interceptor = {
    name: 'acme',
    settled: ({ stage }, run) => {
      if (stage !== 'a') return
      stops.push(stage)
      run.stop('enough')
    },
  }
  const graph = new Pipeline('p')
    .withStage('a', () => ({ n: 1 }))
    .withStage('b', async ({ clock, signal }) => void (await clock.sleep(60_000, signal)), { dependencies: ['a'] })
    .build({ interceptors: [stopping] })
  const first = new ArrayExecutor()
  const cancelled = { status: 'cancelled', reason: 'enough' }
  expect(await runDurable(graph, first, {})).toMatchObject(cancelled)
  expect(first.facts).toContainEqual(expect.objectContaining({ kind: 'stop' }))
  expect(await runDurable(graph, new ArrayExecutor(first.facts), {})).toMatchObject(cancelled)
  expect(stops).toEqual(['a'])
})
