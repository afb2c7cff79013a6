import { expect, test } from 'vitest'
import { runDurable } from '../src/durable.ts'
import type { Fact } from '../src/durable.ts'
import { soft } from '../src/edges.ts'
import { Pipeline, StageOutput, StageflowError } from '../src/index.ts'
import type { Interceptor, StageContext } from '../src/index.ts'
import { ArrayExecutor } from './array-executor.ts'
import { clock } from './fresh-clock.ts'

// An interrupt is a stop of its own kind: a fact, after which a durable run does what a run in process does after `run.interrupt()`.

/** Lets promises and immediates that are ready run. */
async function turns(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve))
}
const shown = ({ facts }: ArrayExecutor): readonly string[] => facts.map(({ kind, key }) => `${kind} ${key}`)

/** Plays until it is interrupted, and says how much was heard. */
const play = async ({ signal }: StageContext): Promise<{ heard: unknown }> => {
  await new Promise((resolve) => signal.addEventListener('abort', resolve))
  if (!StageflowError.is(signal.reason, 'core/interrupted')) throw signal.reason as Error
  return { heard: signal.reason.data ?? 'unknown' }
}
const ask = ({ resumed }: StageContext) =>
  resumed === undefined ? StageOutput.suspend('which?') : { answer: resumed.answer as string }

const turn = (saved: unknown[], interceptors: readonly Interceptor[] = []) =>
  new Pipeline('turn')
    .withStage('play', play)
    .withStage('llm', ({ signal }) => clock.sleep(1_000, signal))
    .withStage('summary', () => ({}), { dependencies: ['play'] })
    .withStage('save', ({ inputs }) => void saved.push(inputs.from('play')), 'work', {
      dependencies: ['play'],
      uninterruptible: true,
    })
    .build({ clock, interceptors })

const INTERRUPTED = {
  status: 'cancelled',
  reason: 'barge-in',
  data: { play: { heard: { words: 3 } }, save: {} },
  report: {
    stages: {
      play: { status: 'ok' },
      llm: { status: 'skip', reason: 'interrupted' },
      summary: { status: 'skip', reason: 'interrupted' },
      save: { status: 'ok', releasedBy: 'play' },
    },
  },
}

test.for<[string, readonly Interceptor[]]>([
  ['no interceptor', []],
  ['a wrap', [{ name: 'wrap', wrap: (next) => (context) => next(context) }]],
  ['a wrap around runs', [{ name: 'around', wrapRun: (next) => (run) => next(run) }]],
])('the data of what is aborted counts, and an uninterruptible stage saves it, with %s', async ([, interceptors]) => {
  const saved: unknown[] = []
  const first = new ArrayExecutor()
  const running = runDurable(turn(saved, interceptors), first)
  await turns()
  first.stop('', 'barge-in', { data: { words: 3 } })
  expect(await running).toMatchObject(INTERRUPTED)
  expect(saved).toEqual([{ heard: { words: 3 } }])
  expect(first.facts[0]).toMatchObject({ kind: 'stop', reason: 'barge-in', interrupt: { data: { words: 3 } } })
  const play = first.facts.findIndex(({ key }) => key === 'play')
  for (let cut = play + 1; cut <= first.facts.length; cut++) {
    const second = new ArrayExecutor(first.facts.slice(0, cut))
    expect(await runDurable(turn(saved, interceptors), second)).toMatchObject(INTERRUPTED)
    expect(second.facts.length).toBe(first.facts.length)
  }
})

test('what was in progress when its process died is skipped, and what is uninterruptible goes on', async () => {
  const graph = new Pipeline('p')
    .withStage('play', play)
    .withStage('save', () => ({}), { dependencies: ['play'], uninterruptible: true })
    .withStage('log', ({ inputs }) => ({ play: inputs.status('play') }), {
      dependencies: ['play'],
      join: 'settled',
      uninterruptible: true,
    })
    .build({ clock })
  const first = new ArrayExecutor()
  void runDurable(graph, first) // this process dies
  await turns()
  const second = new ArrayExecutor(first.facts, { leg: 2 })
  second.stop('', 'barge-in', { data: 1 })
  const result = await runDurable(graph, second)
  const third = new ArrayExecutor(second.facts)
  for (const one of [result, await runDurable(graph, third)]) {
    expect(one).toMatchObject({ status: 'cancelled', reason: 'barge-in' })
    expect(one.data).toEqual({ log: { play: 'skip' } })
    expect(one.report.stages).toMatchObject({
      play: { status: 'skip', reason: 'interrupted', attempts: [] },
      save: { status: 'skip', reason: 'dependency "play" was skipped' },
    })
  }
  expect(third.begun).toEqual([])
})

test('child pipelines are interrupted in the same way, and an uninterruptible one goes on as a whole', async () => {
  const child = new Pipeline('child')
    .withStage('talk', play)
    .withStage('notes', ({ inputs }) => ({ kept: inputs.from('talk') }), {
      dependencies: ['talk'],
      uninterruptible: true,
    })
    .withStage('more', () => ({}), { dependencies: ['talk'] })
  const whole = new Pipeline('whole')
    .withStage('first', () => turns())
    .withStage('second', () => ({}), {
      dependencies: ['first'],
    })
  const graph = new Pipeline('p')
    .withPipeline('answer', child)
    .withPipeline('audit', whole, { uninterruptible: true })
    .build({ clock })
  const first = new ArrayExecutor()
  const running = runDurable(graph, first)
  await new Promise((resolve) => setImmediate(resolve))
  first.stop('', 'barge-in', { data: 7 })
  const result = await running
  for (const one of [result, await runDurable(graph, new ArrayExecutor(first.facts))]) {
    expect(one).toMatchObject({ status: 'cancelled', data: { audit: { first: {}, second: {} } } })
    expect(one.report.stages.answer).toMatchObject({ status: 'skip', reason: 'interrupted' })
    expect(one.children['answer']).toMatchObject({
      status: 'cancelled',
      reason: 'barge-in',
      data: { talk: { heard: 7 }, notes: { kept: { heard: 7 } } },
    })
  }
})

test('items of a map that are done are kept, and what runs in items gets the interrupt', async () => {
  const heard: unknown[] = []
  const graph = new Pipeline('p')
    .withMap('m', {
      over: () => [1, 2, 3],
      concurrency: 2,
      each: async (item, context) => {
        if (item === 1) return { item }
        const data = await play(context)
        heard.push(data)
        return data
      },
    })
    .withMap('kids', { over: () => [1, 2], each: new Pipeline('kid').withStage('talk', play), input: () => ({}) })
    .build({ clock })
  const first = new ArrayExecutor()
  const running = runDurable(graph, first)
  await turns()
  first.stop('', 'barge-in', { data: 7 })
  const result = await running
  expect(result).toMatchObject({ status: 'cancelled' })
  expect(heard).toEqual([{ heard: 7 }, { heard: 7 }])
  expect(result.report.stages).toMatchObject({
    m: { status: 'skip', reason: 'interrupted' },
    kids: { status: 'skip', reason: 'interrupted' },
  })
  const second = new ArrayExecutor(first.facts)
  const replayed = await runDurable(graph, second)
  expect(replayed.outputs).toEqual(result.outputs)
  expect(second.begun).toEqual([])
})

test('a question is not waited for any more, and an uninterruptible stage behind it runs in the next leg', async () => {
  const log: string[] = []
  const graph = new Pipeline('p')
    .withStage('ask', ask)
    .withStage('send', () => void log.push('send'), { dependencies: ['ask'] })
    .withStage('log', ({ inputs }) => void log.push(`log ${inputs.status('ask')}`), {
      dependencies: ['ask'],
      join: 'settled',
      uninterruptible: true,
    })
    .build({ clock })
  const first = new ArrayExecutor()
  expect((await runDurable(graph, first)).status).toBe('suspended')
  const second = new ArrayExecutor(first.facts)
  second.stop('', 'never mind', {})
  const result = await runDurable(graph, second)
  expect(result).toMatchObject({ status: 'cancelled', reason: 'never mind' })
  expect(result.report.stages).toMatchObject({
    ask: { status: 'skip', reason: 'interrupted' },
    send: { status: 'skip', reason: 'interrupted' },
    log: { status: 'ok' },
  })
  expect(log).toEqual(['log skip'])
  expect(await runDurable(graph, new ArrayExecutor(second.facts))).toMatchObject({ status: 'cancelled' })
  expect(log).toEqual(['log skip'])
})

test('the question of an uninterruptible stage does not keep an interrupted run open', async () => {
  const graph = new Pipeline('p')
    .withStage('ask', ask, { uninterruptible: true })
    .withStage('play', play)
    .build({ clock })
  const first = new ArrayExecutor()
  const running = runDurable(graph, first)
  const inProcess = graph.start()
  await turns()
  first.stop('', 'enough', {})
  inProcess.interrupt('enough')
  for (const { status, report } of [await running, await inProcess.result]) {
    expect(status).toBe('cancelled')
    expect(report.stages).toMatchObject({ ask: { status: 'suspend' }, play: { status: 'ok' } })
  }
})

/** Waits for answers in place, instead of letting the run suspend. */
class WaitingExecutor extends ArrayExecutor {
  override async next(): Promise<Fact | undefined> {
    return (await super.next()) ?? new Promise<never>(() => {})
  }
}

test('an interrupted run waits for no answer, also with an executor that waits in place', async () => {
  const graph = new Pipeline('p')
    .withStage('ask', ask, { uninterruptible: true })
    .withStage('play', play)
    .build({ clock })
  const first = new WaitingExecutor()
  const running = runDurable(graph, first)
  await turns()
  first.stop('', 'enough', {})
  expect(await running).toMatchObject({ status: 'cancelled', reason: 'enough' })
  expect(shown(first)).toEqual(['call ask', 'stop ', 'call play'])
})

test('a cancel after an interrupt ends what goes on too, and a second interrupt changes nothing', async () => {
  const graph = new Pipeline('p')
    .withStage('talk', play)
    .withStage('save', ({ signal }) => clock.sleep(1_000, signal), { uninterruptible: true })
    .build({ clock })
  const first = new ArrayExecutor()
  const running = runDurable(graph, first)
  await turns()
  first.stop('', 'enough', { data: 1 })
  first.stop('', 'again', { data: 2 })
  await turns()
  expect(shown(first)).toEqual(['stop ', 'stop ', 'call talk'])
  first.stop('', 'and now really')
  const result = await running
  for (const one of [result, await runDurable(graph, new ArrayExecutor(first.facts))])
    expect(one).toMatchObject({
      status: 'cancelled',
      reason: 'enough',
      data: { talk: { heard: 1 } },
      report: { stages: { save: { status: 'cancel' } } },
    })
})

test('a stage that waits for a soft dependency is skipped, or starts if it is uninterruptible', async () => {
  const graph = new Pipeline('p')
    .withStage('profile', play)
    .withStage('answer', () => ({}), { dependencies: [soft('profile', { waitMs: 500 })] })
    .withStage('save', ({ inputs }) => ({ read: inputs.from('profile') }), {
      dependencies: [soft('profile', { waitMs: 500 })],
      uninterruptible: true,
    })
    .build({ clock })
  const first = new ArrayExecutor()
  const running = runDurable(graph, first)
  await turns()
  first.stop('', 'enough', { data: 'half' })
  const result = await running
  for (const one of [result, await runDurable(graph, new ArrayExecutor(first.facts))]) {
    expect(one.data).toEqual({ profile: { heard: 'half' }, save: { read: { heard: 'half' } } })
    expect(one.report.stages.answer).toMatchObject({ status: 'skip', reason: 'interrupted' })
  }
})

test('code that ignores an interrupt is abandoned after the grace time, and what goes on is not', async () => {
  const graph = new Pipeline('p')
    .withStage('deaf', () => new Promise<never>(() => {}))
    .withStage('save', () => clock.sleep(300), { uninterruptible: true })
    .build({ clock })
  const first = new ArrayExecutor()
  const running = runDurable(graph, first, { graceMs: 100 })
  await turns()
  first.stop('', 'enough', {})
  await turns()
  await clock.advance(100)
  await turns()
  expect(shown(first)).toEqual(['stop ', 'call deaf'])
  await clock.advance(200)
  expect((await running).report.stages).toMatchObject({
    deaf: { status: 'skip', reason: 'interrupted', abandoned: true },
    save: { status: 'ok' },
  })
  expect(clock.timers).toEqual([])
})
