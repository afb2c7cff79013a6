import { expect, test } from 'vitest'
import { factsForRetry, fingerprintOf, runDurable } from '../src/durable.ts'
import type { DurableStart } from '../src/durable.ts'
import { soft } from '../src/edges.ts'
import { Pipeline, StageOutput } from '../src/index.ts'
import type { Interceptor, StageContext } from '../src/index.ts'
import { ArrayExecutor } from './array-executor.ts'
import { clock } from './fresh-clock.ts'

// A stage waits for a soft dependency for a limited time. In a durable run the end of that time is a fact.

/** Lets promises and immediates that are ready run. */
async function turns(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve))
}
const now = (): number => clock.now()
const executorOf = (facts: Readonly<ArrayExecutor['facts']> = [], start: Partial<DurableStart> = {}): ArrayExecutor =>
  new ArrayExecutor(facts, { now, start: { startedAt: 0, ...start } })
/** Moves the clock, and gives the timers that have passed. */
async function pass(executor: ArrayExecutor, ms: number): Promise<void> {
  await turns()
  await clock.advance(ms)
  executor.pass()
  await turns()
}
const shown = ({ facts }: ArrayExecutor): readonly string[] => facts.map(({ kind, key, at }) => `${at} ${kind} ${key}`)

const after = (ms: number) => async () => {
  await clock.sleep(ms)
  return { name: 'Ada' }
}
const read =
  (...names: readonly string[]) =>
  ({ inputs }: { readonly inputs: { status(name: never): unknown } }) => ({
    read: names.map((name) => inputs.status(name as never)),
  })
const ask = ({ resumed }: StageContext) =>
  resumed === undefined ? StageOutput.suspend('which?') : { answer: resumed.answer as string }

const turn = () =>
  new Pipeline('turn')
    .withStage('profile', after(200))
    .withStage('answer', read('profile'), { dependencies: [soft('profile', { waitMs: 80 })] })
    .build({ clock })

test('a wait that passes is a fact before that of the call, and a later leg from any fact ends alike', async () => {
  const first = executorOf()
  const running = runDurable(turn(), first)
  await pass(first, 79)
  expect(shown(first)).toEqual([])
  await pass(first, 1)
  await pass(first, 120)
  const result = await running
  expect(shown(first)).toEqual(['80 timer //answer@1', '80 call answer', '200 call profile'])
  expect(result).toMatchObject({ status: 'completed', data: { answer: { read: ['late'] }, profile: { name: 'Ada' } } })
  expect(result.report.stages.answer).toMatchObject({ readyAt: 80, startedAt: 80 })
  for (let cut = 1; cut <= 3; cut++) {
    const second = executorOf(first.facts.slice(0, cut))
    const again = runDurable(turn(), second)
    await pass(second, 200)
    expect((await again).data).toEqual(result.data)
    expect((await again).report.stages.answer.readyAt).toBe(80)
    expect(second.begun).toEqual([...(cut < 3 ? ['profile'] : []), ...(cut === 1 ? ['answer'] : [])])
  }
})

test('a wait is absolute: what passed of it while no process had the run counts, and no call begins before that is known', async () => {
  const first = executorOf()
  void runDurable(turn(), first) // this process dies
  await pass(first, 50)
  const second = executorOf(first.facts)
  void runDurable(turn(), second) // and this one too
  await pass(second, 29)
  expect(shown(second)).toEqual([])
  const left = [...second.facts]
  await clock.advance(921)
  const third = executorOf(left)
  const running = runDurable(turn(), third)
  await pass(third, 200)
  expect((await running).data).toMatchObject({ answer: { read: ['late'] } })
  expect(shown(third)).toEqual(['1000 timer //answer@1', '1000 call answer', '1200 call profile'])
})

test('data that comes in time ends the wait, and its timer counts no more, in no leg', async () => {
  const graph = new Pipeline('p')
    .withStage('profile', after(30))
    .withStage('answer', read('profile'), { dependencies: [soft('profile', { waitMs: 80 })] })
    .withStage('send', after(100), { dependencies: ['answer'] })
    .build({ clock })
  const first = executorOf()
  const running = runDurable(graph, first)
  for (const ms of [30, 50, 50]) await pass(first, ms)
  expect((await running).data).toMatchObject({ answer: { read: ['ok'] } })
  expect(shown(first)).toEqual(['30 call profile', '30 call answer', '80 timer //answer@1', '130 call send'])
  for (let cut = 1; cut <= 4; cut++) {
    const second = executorOf(first.facts.slice(0, cut))
    const again = runDurable(graph, second)
    await pass(second, 100)
    expect((await again).data).toEqual((await running).data)
  }
})

test('each edge has its own wait, and a timer that is set again has another key', async () => {
  const graph = new Pipeline('p')
    .withStage('first', after(10))
    .withStage('a', after(500))
    .withStage('b', after(50))
    .withStage('c', read('a', 'b'), {
      dependencies: ['first', soft('a', { waitMs: 80 }), soft('b', { waitMs: 200 })],
    })
    .build({ clock })
  const first = executorOf()
  const running = runDurable(graph, first)
  for (const ms of [10, 40, 40, 410]) await pass(first, ms)
  expect((await running).data).toMatchObject({ c: { read: ['late', 'ok'] } })
  expect(shown(first)).toEqual([
    '10 call first',
    '50 call b',
    '90 timer //c@2',
    '90 call c',
    '500 call a',
    '500 timer //c@1',
  ])
  // Without the fact of "b" its wait has passed too, when the second leg begins.
  for (let cut = 2; cut <= first.facts.length; cut++) {
    const second = executorOf(first.facts.slice(0, cut))
    const again = runDurable(graph, second)
    for (const ms of [10, 490]) await pass(second, ms)
    expect((await again).data).toEqual((await running).data)
  }
})

test('stages in child pipelines and in items that run one wait too, each under its own key', async () => {
  const child = new Pipeline('child')
    .withStage('profile', after(200))
    .withStage('answer', read('profile'), { dependencies: [soft('profile', { waitMs: 80 })] })
  const outer: Interceptor = { name: 'outer', onCall: () => () => ({ ended() {} }) }
  const graph = new Pipeline('p')
    .withPipeline('kid', child)
    .withMap('m', { over: () => ['x', 'y'], key: (name) => name, each: child, input: () => ({}) })
    .build({ clock, interceptors: [outer] })
  const first = executorOf()
  const running = runDurable(graph, first)
  for (const ms of [80, 120]) await pass(first, ms)
  const result = await running
  const late = { answer: { read: ['late'] }, profile: { name: 'Ada' } }
  expect(result.data).toEqual({ kid: late, m: { items: [late, late] } })
  const timers = first.facts.filter(({ kind }) => kind === 'timer').map(({ key }) => key)
  expect(timers.toSorted()).toEqual(['//kid/answer@1', '//m#x/answer@1', '//m#y/answer@1'])
  const second = executorOf(first.facts)
  expect((await runDurable(graph, second)).data).toEqual(result.data)
  expect(second.begun).toEqual([])
})

// ---------- questions

const asking = new Pipeline('p')
  .withStage('ask', ask)
  .withStage('answer', read('ask'), { dependencies: [soft('ask', { waitMs: 1_000 })] })
  .withStage('more', read('answer'), { dependencies: [soft('answer', { waitMs: 1_000 })] })

test('stages that wait for a question start before the run suspends, and what they read stays when the answer comes', async () => {
  const graph = asking.build({ clock })
  const first = executorOf()
  const suspended = await runDurable(graph, first)
  expect(suspended).toMatchObject({
    status: 'suspended',
    requests: { ask: 'which?' },
    data: { answer: { read: ['late'] }, more: { read: ['late'] } },
  })
  expect(now()).toBe(0)
  expect(shown(first).map((fact) => fact.slice(2))).toEqual(['call ask', 'call answer', 'call more'])
  await clock.advance(5_000)
  // From any of its facts: the answer is there before the stages that did not wait for it.
  for (let cut = 1; cut <= 3; cut++) {
    const second = executorOf(first.facts.slice(0, cut))
    second.answer('ask', 'the second')
    const result = await runDurable(graph, second)
    expect(result).toMatchObject({ status: 'completed', data: { ...suspended.data, ask: { answer: 'the second' } } })
    expect(second.begun.toSorted()).toEqual(
      ['answer', 'ask@2', 'more'].filter((key) => !first.facts.slice(0, cut).some((fact) => fact.key === key)),
    )
    const third = executorOf(second.facts)
    expect((await runDurable(graph, third)).data).toEqual(result.data)
    expect(third.begun).toEqual([])
  }
})

test('while other stages run, stages wait for a question as long as they say', async () => {
  const graph = asking.withStage('slow', after(1_500)).build({ clock })
  const first = executorOf()
  const running = runDurable(graph, first)
  for (const ms of [999, 1, 500]) await pass(first, ms)
  expect(await running).toMatchObject({
    status: 'suspended',
    data: { answer: { read: ['late'] }, more: { read: ['late'] } },
  })
  expect(shown(first)).toEqual([
    '0 call ask',
    '1000 timer //answer@1',
    '1000 timer //more@1',
    '1000 call answer',
    '1000 call more',
    '1500 call slow',
  ])
  const second = executorOf(first.facts)
  second.answer('ask', 'yes')
  expect(await runDurable(graph, second)).toMatchObject({ status: 'completed', data: { answer: { read: ['late'] } } })
  expect(second.begun).toEqual(['ask@2'])
})

test('a wait does not stand still while the run waits for answers, and a slot goes to what can start', async () => {
  const graph = new Pipeline('p')
    .withStage('ask', ask)
    .withStage('slow', after(300), { dependencies: ['ask'] })
    .withStage('answer', read('slow'), { dependencies: ['ask', soft('slow', { waitMs: 100 })] })
    .build({ clock })
  const first = executorOf([], { options: { maxConcurrency: 1 } })
  expect(await runDurable(graph, first)).toMatchObject({ status: 'suspended' })
  await clock.advance(5_000)
  const second = executorOf(first.facts, first.start)
  second.answer('ask', 'yes')
  const running = runDurable(graph, second)
  for (const ms of [100, 200, 10]) await pass(second, ms)
  expect(await running).toMatchObject({ status: 'completed', data: { answer: { read: ['ok'] } } })
  expect(shown(second).slice(2)).toEqual([
    '5000 call ask@2',
    '5100 timer //answer@1',
    '5300 call slow',
    '5300 call answer',
  ])
})

// ---------- changes

test('a retry keeps what had been read without the data, and a timer that comes before its stage waits is not lost', async () => {
  let isDown = true
  const graph = new Pipeline('p')
    .withStage(
      'need',
      async () => {
        if (isDown) throw new Error('503')
        await clock.sleep(10)
        return {}
      },
      { onFailure: { fallback: {} } },
    )
    .withStage('profile', async () => {
      await clock.sleep(500)
      return isDown ? StageOutput.fail('503') : {}
    })
    .withStage('answer', read('profile'), { dependencies: ['need', soft('profile', { waitMs: 80 })] })
    .build({ clock })
  const first = executorOf()
  const failing = runDurable(graph, first)
  for (const ms of [80, 420]) await pass(first, ms)
  expect((await failing).status).toBe('failed')
  isDown = false
  await clock.advance(500)
  const facts = factsForRetry(fingerprintOf(graph), first.facts)
  expect(facts.map(({ key }) => key)).toEqual(['//answer@1', 'answer'])
  const start = { isRetried: true, limitFrom: now() }
  const second = executorOf(facts, start)
  const running = runDurable(graph, second)
  for (const ms of [10, 490]) await pass(second, ms)
  const result = await running
  expect(result).toMatchObject({ status: 'completed', data: { answer: { read: ['late'] }, profile: {} } })
  // Once "need" has ended again, nothing is waited for any more.
  expect(result.report.stages.answer.readyAt).toBe(1_010)
  const third = executorOf(second.facts, start)
  expect((await runDurable(graph, third)).data).toEqual(result.data)
  expect(third.begun).toEqual([])
  // A stage that runs again waits again.
  expect(factsForRetry(fingerprintOf(graph), first.facts, ['answer'])).toEqual([])
})

test('after a retry a stage waits from then on', async () => {
  let calls = 0
  const graph = new Pipeline('p')
    .withStage('profile', async () => {
      if (++calls === 1) return StageOutput.fail('503')
      await clock.sleep(50)
      return {}
    })
    .withStage('answer', read('profile'), { dependencies: [soft('profile', { waitMs: 80 })] })
    .build({ clock })
  const first = executorOf()
  expect((await runDurable(graph, first)).status).toBe('failed')
  await clock.advance(10_000)
  const facts = factsForRetry(fingerprintOf(graph), first.facts)
  const second = executorOf(facts, { isRetried: true, limitFrom: now() })
  const running = runDurable(graph, second)
  await pass(second, 50)
  expect((await running).data).toMatchObject({ answer: { read: ['ok'] } })
})

test('a stop ends the wait, and nothing is left of it', async () => {
  const first = executorOf()
  const running = runDurable(turn(), first, { graceMs: 0 })
  await pass(first, 10)
  first.stop('', 'enough')
  await pass(first, 0)
  expect(await running).toMatchObject({ status: 'cancelled', report: { stages: { answer: { status: 'cancel' } } } })
  await clock.advance(200)
  expect(clock.timers).toEqual([])
})
