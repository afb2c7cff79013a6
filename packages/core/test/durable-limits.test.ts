import { getEventListeners } from 'node:events'
import { manualClock } from '@stageflow/testing'
import { expect, test } from 'vitest'
import { runDurable } from '../src/durable.ts'
import { Pipeline, StageOutput, after } from '../src/index.ts'
import type { Interceptor, StageContext } from '../src/index.ts'
import { ArrayExecutor } from './array-executor.ts'

/** Lets promises and immediates that are ready run. */
async function turns(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve))
}
const untilAborted = ({ signal }: StageContext): Promise<never> =>
  new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error)))
const never = (): Promise<never> => new Promise(() => {})

test('a stop that was given does not end the leg: an interceptor that hangs then is given up as in process', async () => {
  const clock = manualClock()
  const stuck: Interceptor = { name: 'stuck', wrapRun: (next) => (run) => after(next(run), never) }
  const graph = new Pipeline('p').withStage('a', untilAborted).build({ clock, interceptors: [stuck] })
  const controller = new AbortController()
  const running = runDurable(graph, new ArrayExecutor(), { graceMs: 50, signal: controller.signal })
  await turns()
  controller.abort(new Error('the user left'))
  await turns()
  await clock.advance(200)
  expect(await running).toMatchObject({ status: 'cancelled', reason: 'the user left' })
  expect(clock.timers).toEqual([])
})

test('a limit that the executor gives late ends no leg that waits for it, but one that hangs after it', async () => {
  const clock = manualClock()
  const stuck: Interceptor = {
    name: 'stuck',
    wrapRun: (next, { name }) => (name === 'child' ? never : next),
  }
  const a = Promise.withResolvers<void>()
  const graph = new Pipeline('p')
    .withStage('a', async () => void (await a.promise))
    .withPipeline(
      'kid',
      new Pipeline('child').withStage('t', () => ({})),
      { dependencies: ['a'] },
    )
    .build({ clock, interceptors: [stuck] })
  const start = { startedAt: clock.now(), options: { timeoutMs: 1_000 } }
  let ended: unknown
  const executor = new ArrayExecutor([], { start, now: () => clock.now() })
  void runDurable(graph, executor, { graceMs: 50 }).catch((error: unknown) => (ended = error))
  await turns()
  await clock.advance(5_000)
  await turns()
  expect(ended).toBeUndefined()
  a.resolve()
  await turns()
  await clock.advance(50)
  await turns()
  expect(ended).toMatchObject({ code: 'core/timed-out' })
})

test('a limit that passes while only answers are missing changes nothing', async () => {
  const clock = manualClock()
  const graph = new Pipeline('p').withStage('ask', () => StageOutput.suspend('?')).build({ clock })
  const start = { startedAt: clock.now(), options: { timeoutMs: 1_000 } }
  const first = new ArrayExecutor([], { start, now: () => clock.now() })
  await runDurable(graph, first)
  await clock.advance(5_000)
  const second = new ArrayExecutor(first.facts, { start, now: () => clock.now() })
  expect(await runDurable(graph, second)).toMatchObject({ status: 'suspended' })
  expect(second.facts.map(({ kind }) => kind)).toEqual(['call', 'timer'])
})

test('a limit that has begun again after an answer says how long it was, not how long the run has taken', async () => {
  const clock = manualClock()
  const graph = new Pipeline('p')
    .withStage('ask', ({ resumed }) => (resumed === undefined ? StageOutput.suspend('?') : {}))
    .withStage('waits', untilAborted, { dependencies: ['ask'] })
    .build({ clock })
  const start = { startedAt: clock.now(), options: { timeoutMs: 1_000 } }
  const now = () => clock.now()
  const first = new ArrayExecutor([], { start, now })
  await runDurable(graph, first)
  await clock.advance(5_000)
  const second = new ArrayExecutor(first.facts, { start, now })
  second.answer('ask', 'yes')
  const ended = runDurable(graph, second)
  await turns()
  await clock.advance(1_000)
  second.pass()
  await turns()
  await clock.advance(10_000)
  expect(await ended).toMatchObject({
    status: 'failed',
    errors: [{ message: expect.stringContaining('within 1000 ms') }],
  })
})

test('parts around a child pipeline and a run keep their own state, and a call leaves no listener at its signal', async () => {
  class Part {
    readonly #seen: string[]
    readonly deadline = Infinity
    constructor(seen: string[]) {
      this.#seen = seen
    }
    enter(next: () => void): void {
      this.#seen.push('enter')
      next()
    }
    expired(): StageOutput {
      return StageOutput.fail('too slow')
    }
    settled(): void {
      this.#seen.push('settled')
    }
    ended(): void {
      this.#seen.push('ended')
    }
  }
  const ofCall: string[] = []
  const ofRun: string[] = []
  const parts: Interceptor = {
    name: 'parts',
    onCall: ({ name }) => (name === 'kid' ? () => new Part(ofCall) : undefined),
    onRun: ({ pipeline }) => (pipeline.name === 'p' ? new Part(ofRun) : undefined),
  }
  let signal: AbortSignal | undefined
  const child = new Pipeline('child').withStage('t', (context) => {
    signal = context.signal
    return {}
  })
  const graph = new Pipeline('p').withPipeline('kid', child).build({ interceptors: [parts] })
  expect(await runDurable(graph, new ArrayExecutor())).toMatchObject({ status: 'completed' })
  expect(ofCall).toEqual(['enter', 'ended'])
  expect(ofRun).toEqual(['enter', 'settled', 'ended'])
  expect(getEventListeners(signal as AbortSignal, 'abort')).toEqual([])
})

test('a stage that asks again after an answer waits for the second question alone', async () => {
  const graph = new Pipeline('p')
    .withStage('ask', ({ resumed }) => StageOutput.suspend(resumed === undefined ? 'first' : 'second'))
    .build()
  const first = new ArrayExecutor()
  await runDurable(graph, first)
  const second = new ArrayExecutor(first.facts)
  second.answer('ask', 'yes')
  const result = await runDurable(graph, second)
  expect(result).toMatchObject({ status: 'suspended', requests: { ask: 'second' } })
})
