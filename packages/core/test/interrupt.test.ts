import { expect, test } from 'vitest'
import { Pipeline, StageOutput, StageflowError } from '../src/index.ts'
import type { Clock, Interceptor, StageContext, StageflowEvent } from '../src/index.ts'
import { stream } from '../src/edges.ts'
import { retry } from '../../interceptor-retry/src/index.ts'
import { clock } from './fresh-clock.ts'

// `run.interrupt(reason, data)`: a person talks over the answer. What was heard still counts, and what must be saved is saved.

/** Plays words, and returns those that it has played when it is interrupted. */
const play = async ({ inputs, signal }: StageContext<{}, {}, { readonly llm: string }>) => {
  const played: string[] = []
  try {
    for await (const word of inputs.stream('llm')) {
      await clock.sleep(10, signal)
      played.push(word)
    }
  } catch (error) {
    if (!StageflowError.is(error, 'core/interrupted')) throw error
    return { played, heard: error.data }
  }
  return { played, heard: undefined }
}
const turn = (saved: unknown[]) =>
  new Pipeline('turn')
    .withStage('llm', async function* ({ signal }) {
      for (const word of ['One', 'two', 'three', 'four', 'five']) {
        await clock.sleep(8, signal)
        yield word
      }
      return { text: 'all of it' }
    })
    .withStage('play', play, { dependencies: [stream('llm')] })
    .withStage('summary', () => ({}), { dependencies: ['play'] })
    .withStage('save', ({ inputs }) => void saved.push(inputs.from('play')), 'work', {
      dependencies: ['play'],
      uninterruptible: true,
    })
    .build({ clock })

test('what runs is aborted, data that it still returns counts, and an uninterruptible stage saves it', async () => {
  const saved: unknown[] = []
  const run = turn(saved).start()
  await clock.advance(27)
  run.interrupt('barge-in', { heardMs: 27 })
  const result = await run.result
  expect(result.status).toBe('cancelled')
  expect(result.status === 'cancelled' && result.reason).toBe('barge-in')
  expect(result.data).toEqual({ play: { played: ['One'], heard: { heardMs: 27 } }, save: {} })
  expect(saved).toEqual([{ played: ['One'], heard: { heardMs: 27 } }])
  expect(result.report.stages).toMatchObject({
    llm: { status: 'skip', reason: 'interrupted', endedAt: 27 },
    play: { status: 'ok', endedAt: 27 },
    summary: { status: 'skip', reason: 'interrupted', startedAt: undefined, readyAt: undefined },
    save: { status: 'ok', startedAt: 27, releasedBy: 'play' },
  })
})

test('every started stage has one terminal event, and the last event is that of a cancelled run', async () => {
  const events: StageflowEvent[] = []
  const saved: unknown[] = []
  const graph = turn(saved)
  const run = graph.start(
    {},
    { eventSink: { emit: (event) => void events.push(event), tryEmit: (event) => void events.push(event) } },
  )
  await clock.advance(27)
  run.interrupt('barge-in')
  await run.result
  expect(
    events.slice(events.findIndex(({ type }) => type === 'stage.summary.skipped')).map(({ type }) => type),
  ).toEqual([
    'stage.summary.skipped',
    'stage.play.completed',
    'stage.save.started',
    'stage.save.completed',
    'stage.llm.skipped',
    'pipeline.cancelled',
  ])
})

test('an interrupt before a stage has started skips everything but what is uninterruptible and can start', async () => {
  const log: string[] = []
  const run = new Pipeline('p')
    .withStage('slow', () => clock.sleep(10), { uninterruptible: true })
    .withStage('audit', () => void log.push(`${clock.now()} audit`), { dependencies: ['slow'], uninterruptible: true })
    .withStage('more', () => void log.push('more'), { dependencies: ['slow'] })
    .withStage('behind', () => void log.push('behind'), { dependencies: ['more'], uninterruptible: true })
    .withStage('any', () => void log.push(`${clock.now()} any`), {
      dependencies: ['more', 'slow'],
      uninterruptible: true,
    })
    .build({ clock })
    .start()
  run.interrupt('never mind')
  await clock.advance(20)
  const { status, report } = await run.result
  expect(status).toBe('cancelled')
  expect(log).toEqual(['10 audit', '10 any'])
  expect(report.stages).toMatchObject({
    slow: { status: 'ok' },
    more: { status: 'skip', reason: 'interrupted' },
    behind: { status: 'skip', reason: 'dependency "more" was skipped' },
  })
})

test('what fails, cancels or asks after it was interrupted is skipped like the rest', async () => {
  const ends =
    (end: () => unknown) =>
    async ({ signal }: StageContext) => {
      await new Promise((resolve) => signal.addEventListener('abort', resolve))
      return end() as {}
    }
  const run = new Pipeline('p')
    .withStage(
      'fails',
      ends(() => {
        throw new Error('broken')
      }),
    )
    .withStage(
      'returns',
      ends(() => StageOutput.fail('broken')),
    )
    .withStage(
      'cancels',
      ends(() => StageOutput.cancel('stop')),
    )
    .withStage(
      'asks',
      ends(() => StageOutput.suspend('which?')),
    )
    .withStage(
      'skips',
      ends(() => StageOutput.skip('my own reason')),
    )
    .withStage(
      'finishes',
      ends(() => ({ n: 1 })),
    )
    .build({ clock })
    .start()
  await clock.advance(5)
  run.interrupt('enough')
  const { status, report, data } = await run.result
  expect(status).toBe('cancelled')
  expect(data).toEqual({ finishes: { n: 1 } })
  for (const name of ['fails', 'returns', 'cancels', 'asks', 'skips'] as const)
    expect(report.stages[name]).toMatchObject({ status: 'skip', reason: 'interrupted' })
})

test('code that ignores the interrupt is abandoned after the grace time, and a stage that goes on is not', async () => {
  const run = new Pipeline('p')
    .withStage('deaf', () => clock.sleep(1_000))
    .withStage(
      'save',
      async () => {
        await clock.sleep(300)
        return { saved: true }
      },
      { uninterruptible: true },
    )
    .build({ clock })
    .start({}, { graceMs: 100 })
  await clock.advance(10)
  run.interrupt('enough')
  await clock.advance(99)
  expect(clock.now()).toBe(109)
  await clock.advance(1)
  await clock.advance(200)
  const { report, data } = await run.result
  expect(report.stages.deaf).toMatchObject({ status: 'skip', abandoned: true, endedAt: 110 })
  expect(report.stages.save).toMatchObject({ status: 'ok', endedAt: 300 })
  expect(data).toEqual({ save: { saved: true } })
  await clock.advance(1_000)
})

test('while a stage goes on after an interrupt, nothing counts grace times that no code needs', async () => {
  const timers: number[] = []
  const setTimeout: Clock['setTimeout'] = (callback, ms) => {
    timers.push(clock.now())
    return clock.setTimeout(callback, ms)
  }
  const run = new Pipeline('p')
    .withStage('plays', () => clock.sleep(5))
    .withStage('saves', () => clock.sleep(100), { uninterruptible: true })
    .build({ clock: { ...clock, setTimeout } })
    .start({}, { graceMs: 10 })
  await clock.advance(1)
  run.interrupt('barge-in')
  await clock.advance(98)
  expect(timers).toEqual([1])
  await clock.advance(1)
  expect((await run.result).outputs.saves?.status).toBe('ok')
})

test('code that outlives its stage after an interrupt gets the grace time from when nothing else runs', async () => {
  const answers: Interceptor = {
    name: 'answers',
    wrap: (next, { name }) =>
      name === 'saves'
        ? async (context) => {
            void next(context)
            await clock.sleep(30)
            return StageOutput.ok({ saved: true })
          }
        : next,
  }
  const run = new Pipeline('p')
    .withStage('saves', () => clock.sleep(100), { uninterruptible: true })
    .build({ clock, interceptors: [answers] })
    .start({}, { graceMs: 10 })
  await clock.advance(1)
  run.interrupt('barge-in')
  await clock.advance(200)
  const { report } = await run.result
  expect(report.stages.saves).toMatchObject({ status: 'ok', endedAt: 30, abandoned: true })
  expect(report.endedAt).toBe(40)
})

test('a cancel after an interrupt ends what goes on too', async () => {
  const run = new Pipeline('p')
    .withStage('save', ({ signal }) => clock.sleep(1_000, signal), { uninterruptible: true })
    .build({ clock })
    .start()
  run.interrupt('enough')
  await clock.advance(10)
  run.cancel('and now really')
  const result = await run.result
  expect(result.status === 'cancelled' && result.reason).toBe('enough')
  expect(result.report.stages.save).toMatchObject({ status: 'cancel', endedAt: 10 })
})

test('an interrupt is not a retry: a stage that was interrupted is not called again', async () => {
  let calls = 0
  const run = new Pipeline('p')
    .withStage(
      'llm',
      async ({ signal }) => {
        calls++
        await clock.sleep(10, signal)
        return StageOutput.fail('again', { retryable: true })
      },
      { retry: { attempts: 5, baseMs: 10 } },
    )
    .build({ clock, interceptors: [retry()] })
    .start()
  await clock.advance(5)
  run.interrupt('enough')
  const { report } = await run.result
  expect(calls).toBe(1)
  expect(report.stages.llm).toMatchObject({ status: 'skip', reason: 'interrupted', endedAt: 5 })
})

test('a child run is interrupted in the same way: what is uninterruptible in it goes on, and its data is in the result', async () => {
  const saved: string[] = []
  const child = new Pipeline('child')
    .withStage('talk', async ({ signal }) => {
      await clock.sleep(100, signal)
    })
    .withStage(
      'notes',
      async () => {
        await clock.sleep(30)
        saved.push(`${clock.now()} notes`)
        return { kept: true }
      },
      { uninterruptible: true },
    )
  const run = new Pipeline('parent')
    .withPipeline('answer', child)
    .withStage('log', ({ inputs }) => void saved.push(`${clock.now()} log ${inputs.status('answer')}`), {
      dependencies: ['answer'],
      join: 'settled',
      uninterruptible: true,
    })
    .build({ clock })
    .start({}, { graceMs: 10 })
  await clock.advance(5)
  run.interrupt('barge-in', { heardMs: 5 })
  await clock.advance(50)
  const result = await run.result
  expect(saved).toEqual(['30 notes', '30 log skip'])
  expect(result.report.stages.answer).toMatchObject({ status: 'skip', reason: 'interrupted', endedAt: 30 })
  expect(result.report.stages.answer.abandoned).toBeUndefined()
  expect(result.children['answer']).toMatchObject({
    status: 'cancelled',
    reason: 'barge-in',
    data: { notes: { kept: true } },
  })
})

test('an uninterruptible child goes on as a whole', async () => {
  const child = new Pipeline('child').withStage('work', async () => {
    await clock.sleep(50)
    return { done: true }
  })
  const run = new Pipeline('parent').withPipeline('answer', child, { uninterruptible: true }).build({ clock }).start()
  await clock.advance(5)
  run.interrupt('barge-in')
  await clock.advance(60)
  expect((await run.result).data).toEqual({ answer: { work: { done: true } } })
})

test("a source with late: 'abort' is not ended as late by an interrupt: its data still counts", async () => {
  const run = new Pipeline('p')
    .withStage(
      'llm',
      async function* ({ signal }) {
        try {
          yield 'word'
          await clock.sleep(100, signal)
        } catch {
          return { cut: true }
        }
        return { cut: false }
      },
      { late: 'abort' },
    )
    .withStage(
      'play',
      async ({ inputs }) => {
        for await (const _ of inputs.stream('llm'));
      },
      { dependencies: [stream('llm')] },
    )
    .build({ clock })
    .start()
  await clock.advance(5)
  run.interrupt('enough')
  expect((await run.result).data).toEqual({ llm: { cut: true } })
})

test('a stage whose condition interrupts the run does not start', async () => {
  let started = 0
  const starts = (): void => void started++
  const run: { current?: { interrupt(reason: string): void } } = {}
  const interrupts = (): boolean => {
    run.current?.interrupt('barge-in')
    return true
  }
  const handle = new Pipeline('p')
    .withStage('first', () => clock.sleep(5))
    .withStage('asks', starts, { dependencies: ['first'], when: interrupts })
    .withStage('saves', starts, { dependencies: ['first'], join: 'settled', uninterruptible: true, when: interrupts })
    .build({ clock })
    .start()
  run.current = handle
  await clock.advance(5)
  const { report } = await handle.settled
  expect(started).toBe(1)
  expect(report.stages.asks).toMatchObject({ status: 'skip', reason: 'interrupted' })
})

test('the items of a map that are done are kept', async () => {
  const run = new Pipeline('p')
    .withMap('m', {
      over: () => [1, 2, 3, 4],
      concurrency: 1,
      each: async (item, { signal }) => {
        await clock.sleep(10, signal)
        return { item }
      },
    })
    .build({ clock })
    .start()
  await clock.advance(25)
  run.interrupt('enough')
  const { report, outputs } = await run.result
  expect(report.stages.m).toMatchObject({ status: 'skip', reason: 'interrupted', items: { ok: 2 } })
  expect(outputs.m).toMatchObject({ data: { items: [{ item: 1 }, { item: 2 }, undefined] } })
})

test('a suspended stage that waits in the same run is skipped, so the run ends', async () => {
  const run = new Pipeline('p')
    .withStage('ask', () => StageOutput.suspend('which?'))
    .withStage('slow', ({ signal }) => clock.sleep(100, signal))
    .build({ clock })
    .start()
  await clock.advance(5)
  run.interrupt('enough')
  const { status, report } = await run.result
  expect(status).toBe('cancelled')
  expect(report.stages.ask).toMatchObject({ status: 'skip', reason: 'interrupted' })
})

test('a second interrupt, one after a cancel and one after the end change nothing', async () => {
  const graph = new Pipeline('p').withStage('slow', ({ signal }) => clock.sleep(100, signal)).build({ clock })
  const twice = graph.start()
  twice.interrupt('first', 1)
  twice.interrupt('second', 2)
  const cancelled = graph.start()
  cancelled.cancel('stop')
  cancelled.interrupt('late')
  expect(await twice.result).toMatchObject({ status: 'cancelled', reason: 'first' })
  expect(await cancelled.result).toMatchObject({
    status: 'cancelled',
    reason: 'stop',
    report: { stages: { slow: { status: 'cancel' } } },
  })
  twice.interrupt('after the end')
})

test('a signal of an interrupted stage that is handed to another run cancels that run', async () => {
  const other = new Pipeline('other')
    .withStage('save', ({ signal }) => clock.sleep(100, signal), { uninterruptible: true })
    .build({ clock })
  let ended: unknown
  const run = new Pipeline('p')
    .withStage('calls', async ({ signal }) => {
      ended = (await other.run({}, { signal })).status
      return { ended }
    })
    .build({ clock })
    .start()
  await clock.advance(5)
  run.interrupt('enough')
  await run.result
  expect(ended).toBe('cancelled')
})
