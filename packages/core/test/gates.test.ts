import { expect, test } from 'vitest'
import { Pipeline, PipelineBuildError, StageOutput, defineStage } from '../src/index.ts'
import type { Interceptor, StageContext, StageflowEvent } from '../src/index.ts'
import { resumeRun } from '../src/durable.ts'
import { gate, stream } from '../src/edges.ts'
import { retry } from '../../interceptor-retry/src/index.ts'
import { timeout } from '../../interceptor-timeout/src/index.ts'
import { clock } from './fresh-clock.ts'

// A gate: a stage starts at once, and what it does is held until a check has ended ok.

const SECRET = 'the-refused-answer'
const sleep = (ms: number) => clock.sleep(ms)
const allows = (ms: number) => async () => {
  await sleep(ms)
  return { allowed: true }
}
const refuses = (ms: number) => async () => {
  await sleep(ms)
  return StageOutput.skip('not allowed')
}
const recorder = () => {
  const events: StageflowEvent[] = []
  const take = (event: StageflowEvent): void => void events.push(event)
  return { events, eventSink: { emit: take, tryEmit: take } }
}
/** Two words, 10 ms apart. */
async function* speaks(): AsyncGenerator<string, { readonly text: string }> {
  await sleep(10)
  yield `${SECRET} 1`
  await sleep(10)
  yield `${SECRET} 2`
  return { text: SECRET }
}

test('what a stage does is seen once its gate has opened, in order, with the times at which it was done', async () => {
  const { events, eventSink } = recorder()
  const run = new Pipeline('p')
    .withStage('guard', allows(15))
    .withStage('answer', speaks, { dependencies: [gate('guard')] })
    .withStage('save', ({ inputs }) => ({ saved: inputs.from('answer')?.text }), { dependencies: ['answer'] })
    .build({ clock })
    .run({}, { eventSink, chunkEvents: true })
  await clock.advance(30)
  const { data, report } = await run
  expect(data.save).toEqual({ saved: SECRET })
  expect(events.map(({ type, timestamp, seq }) => [seq, type, timestamp])).toEqual([
    [0, 'pipeline.started', 0],
    [1, 'stage.guard.started', 0],
    [2, 'stage.answer.started', 0],
    [3, 'stage.guard.completed', 15],
    [4, 'stage.answer.chunk', 10],
    [5, 'stage.answer.chunk', 20],
    [6, 'stage.answer.completed', 20],
    [7, 'stage.save.started', 20],
    [8, 'stage.save.completed', 20],
    [9, 'pipeline.completed', 20],
  ])
  expect(report.stages.answer).toMatchObject({ status: 'ok', startedAt: 0, endedAt: 20, chunks: 2 })
})

test('a stage that is done waits for its gate, and its attempt says when its code ended', async () => {
  const run = new Pipeline('p')
    .withStage('guard', allows(50))
    .withStage('answer', speaks, { dependencies: [gate('guard')] })
    .withStage('save', () => ({ at: clock.now() }), { dependencies: ['answer'] })
    .build({ clock })
    .run()
  await clock.advance(60)
  const { data, report } = await run
  expect(data.save).toEqual({ at: 50 })
  expect(report.stages.answer).toMatchObject({
    startedAt: 0,
    endedAt: 50,
    attempts: [{ startedAt: 0, endedAt: 20, status: 'ok' }],
  })
})

test('a stage that starts after its gates have opened is like any other', async () => {
  const run = new Pipeline('p')
    .withStage('guard', allows(5))
    .withStage('profile', allows(10))
    .withStage('answer', () => ({ at: clock.now() }), { dependencies: ['profile', gate('guard')] })
    .build({ clock })
    .run()
  await clock.advance(20)
  expect((await run).data.answer).toEqual({ at: 10 })
})

test('every gate must open', async () => {
  const ends: unknown[] = []
  for (const third of [allows(30), refuses(30)] as const) {
    const run = new Pipeline('p')
      .withStage('a', allows(10))
      .withStage('b', allows(20))
      .withStage('c', third as ReturnType<typeof allows>)
      .withStage('answer', () => ({}), { dependencies: [gate('a'), gate('b'), gate('c')] })
      .build({ clock })
      .run()
    await clock.advance(40)
    const { status, reason, endedAt, startedAt } = (await run).report.stages.answer
    ends.push([status, reason, (endedAt ?? 0) - (startedAt ?? 0)])
  }
  expect(ends).toEqual([
    ['ok', undefined, 30],
    ['skip', 'gate "c" ended skip', 30],
  ])
})

/** Finds a text anywhere in what the app can see of a run. */
function finds(text: string, ...seen: readonly unknown[]): boolean {
  return seen.some((one) => {
    const errors = one instanceof Error ? [one.message, one.stack, one.cause] : []
    return JSON.stringify(one)?.includes(text) === true || errors.some((part) => String(part).includes(text))
  })
}

type Held = (context: StageContext) => unknown
const heldStages: Readonly<Record<string, Held>> = {
  returns: async () => {
    await sleep(5)
    return { text: SECRET }
  },
  'returns at once': () => ({ text: SECRET }),
  yields: speaks,
  throws: async () => {
    await sleep(5)
    throw new Error(SECRET)
  },
  fails: () => StageOutput.fail(SECRET, { data: { text: SECRET } }),
  cancels: () => StageOutput.cancel(SECRET),
  suspends: () => StageOutput.suspend({ question: SECRET }, { state: SECRET }),
  skips: () => StageOutput.skip(SECRET),
  'returns what is illegal': () => [SECRET] as never,
  emits: async ({ tryEmitEvent, emitEvent }) => {
    tryEmitEvent('app.word', { text: SECRET })
    await emitEvent('app.words', { texts: [SECRET] })
    await sleep(100)
    tryEmitEvent('app.word', { text: SECRET })
    return { text: SECRET }
  },
  'runs a child': async ({ runChild }) => {
    const child = new Pipeline('child').withStage('inner', async function* () {
      yield SECRET
      return { text: SECRET }
    })
    const result = await runChild(child, { inputText: 'x' })
    return { text: JSON.stringify(result.data) }
  },
  'runs a child that fails': async ({ runChild }) => {
    const child = new Pipeline('child').withStage('inner', () => {
      throw new Error(SECRET)
    })
    await runChild(child).orFail()
    return {}
  },
}
const tries: Interceptor = {
  name: 'tries',
  wrap: (next, { name }) =>
    name === 'answer'
      ? async (context) => {
          await next(context)
          return next(context)
        }
      : next,
}
test.for(
  Object.entries(heldStages).flatMap(([name, held]) => [1, 2].map((attempts) => [name, attempts, held] as const)),
)('nothing of a refused stage that %s is found anywhere (attempts: %s)', async ([, attempts, held]) => {
  const { events, eventSink } = recorder()
  const settled: unknown[] = []
  const watch: Interceptor = { name: 'watch', settled: (record) => void settled.push(structuredClone(record)) }
  const received: unknown[] = []
  const run = new Pipeline('p')
    .withStage('guard', refuses(30))
    .withStage('answer', held as () => object, { dependencies: [gate('guard')] })
    .withStage('reads', ({ inputs }) => void received.push(inputs.toJSON()), {
      dependencies: ['answer'],
      join: 'settled',
    })
    .build({ clock, interceptors: attempts === 1 ? [watch] : [watch, tries] })
    .start({}, { eventSink, chunkEvents: true, onStageFailure: 'continue', graceMs: 10 })
  const heard: StageflowEvent[] = []
  const hearing = (async () => {
    for await (const event of run) heard.push(event)
  })()
  const chunks: unknown[] = []
  const reading = (async () => {
    for await (const chunk of run.chunks('answer')) chunks.push(chunk)
  })()
  await clock.advance(200)
  const result = await run.settled
  await Promise.all([hearing, reading])
  expect(result.report.stages.answer).toMatchObject({ status: 'skip', reason: 'gate "guard" ended skip' })
  expect(
    finds(SECRET, events, heard, chunks, settled, received, result, result.outputs, result.report, result.children),
  ).toBe(false)
  expect(events.map(({ type }) => type)).toContain('stage.answer.skipped')
  expect(events.at(-1)?.type).toBe(`pipeline.${result.status}`)
})

// The message about an illegal value doesn't show the value.
const shown = Object.entries(heldStages).filter(([name]) => name !== 'returns what is illegal')
test.for(shown)('and with an open gate all of a stage that %s is seen', async ([, held]) => {
  const { events, eventSink } = recorder()
  const run = new Pipeline('p')
    .withStage('guard', allows(30))
    .withStage('answer', held as () => object, { dependencies: [gate('guard')] })
    .build({ clock })
    .start({}, { eventSink, chunkEvents: true })
  await clock.advance(29)
  expect(finds(SECRET, events)).toBe(false)
  await clock.advance(200)
  const result = await run.settled
  expect(finds(SECRET, result, result.outputs, result.report, events)).toBe(true)
})

test('a map and a child pipeline are held with all that is in them', async () => {
  const child = new Pipeline('child').withStage('inner', speaks)
  const graph = (guard: () => Promise<object>) =>
    new Pipeline('p')
      .withStage('guard', guard as ReturnType<typeof allows>)
      .withPipeline('agent', child, { dependencies: [gate('guard')], chunks: 'inner' })
      .withMap('many', {
        dependencies: [gate('guard')],
        over: () => [1, 2],
        each: async (item) => {
          await sleep(5)
          if (item === 2) throw new Error(SECRET)
          return { text: SECRET }
        },
        key: (item) => `${SECRET}-${item}`,
        onItemFailure: 'collect',
        stream: true,
      })
      .build({ clock })
  const seenOf = async (guard: () => Promise<object>) => {
    const { events, eventSink } = recorder()
    const run = graph(guard).run({}, { eventSink, chunkEvents: true })
    await clock.advance(60)
    const result = await run
    return { events, result }
  }
  const refused = await seenOf(refuses(30))
  expect(
    finds(
      SECRET,
      refused.events,
      refused.result,
      refused.result.outputs,
      refused.result.report,
      refused.result.children,
    ),
  ).toBe(false)
  const opened = await seenOf(allows(30))
  expect(opened.events.filter(({ type }) => type === 'stage.many.chunk')).toHaveLength(2)
  expect(opened.result.children['agent']).toMatchObject({ data: { inner: { text: SECRET } } })
})

test('a refused stage is aborted at once, and skips what needs it', async () => {
  let abortedAt = -1
  let reason: unknown
  const run = new Pipeline('p')
    .withStage('guard', refuses(20))
    .withStage(
      'answer',
      async ({ signal }) => {
        await clock.sleep(1_000, signal).catch((error: unknown) => {
          abortedAt = clock.now()
          reason = error
          throw error
        })
      },
      { dependencies: [gate('guard')] },
    )
    .withStage('save', () => ({}), 'work', { dependencies: ['answer'] })
    .build({ clock })
    .run()
  await clock.advance(30)
  const { status, report } = await run
  expect(status).toBe('completed')
  expect(abortedAt).toBe(20)
  expect(reason).toMatchObject({ code: 'core/gate-refused', message: 'Stage "answer": gate "guard" ended skip.' })
  expect(report.stages.save).toMatchObject({ status: 'skip', reason: 'dependency "answer" was skipped' })
})

test('a stage that a gate refuses before it has started never starts', async () => {
  let started = false
  const run = new Pipeline('p')
    .withStage('guard', refuses(5))
    .withStage('profile', allows(10))
    .withStage('answer', () => void (started = true), { dependencies: ['profile', gate('guard')] })
    .build({ clock })
    .run()
  await clock.advance(20)
  expect((await run).report.stages.answer).toMatchObject({
    status: 'skip',
    reason: 'gate "guard" ended skip',
    startedAt: undefined,
  })
  expect(started).toBe(false)
})

test('a gate that fails fails the run; when the run goes on, the refused stage counts as failed for those that need it', async () => {
  const graph = new Pipeline('p')
    .withStage('guard', async () => {
      await sleep(10)
      return StageOutput.fail('moderation is down')
    })
    .withStage('answer', () => ({ text: SECRET }), { dependencies: [gate('guard')] })
    .withStage('other', () => ({}))
    .withStage('last', () => ({}), { dependencies: ['answer', 'other'] })
    .build({ clock })
  const stops = graph.runSettled()
  const goesOn = graph.runSettled({}, { onStageFailure: 'continue' })
  await clock.advance(20)
  expect((await stops).report.stages.answer).toMatchObject({ status: 'cancel' })
  expect(finds(SECRET, await stops)).toBe(false)
  const { report } = await goesOn
  expect(report.stages.answer).toMatchObject({ status: 'skip', reason: 'gate "guard" ended fail' })
  expect(report.stages.last).toMatchObject({ status: 'skip' })
})

test('a fallback of a gate opens it', async () => {
  const run = new Pipeline('p')
    .withStage('guard', () => StageOutput.fail('down'), { onFailure: { fallback: { allowed: true } } })
    .withStage('answer', () => ({ text: 'hello' }), { dependencies: [gate('guard')] })
    .build({ clock })
    .run()
  expect((await run).data.answer).toEqual({ text: 'hello' })
})

test('code that cancels the run when its signal is aborted by a refusal does not end its stage twice', async () => {
  const { events, eventSink } = recorder()
  const stops: { cancel?: () => void } = {}
  const run = new Pipeline('p')
    .withStage('guard', refuses(10))
    .withStage(
      'answer',
      ({ signal, tryEmitEvent }) => {
        signal.addEventListener('abort', () => {
          tryEmitEvent('app.words', { text: SECRET })
          stops.cancel?.()
        })
        return { text: SECRET }
      },
      { dependencies: [gate('guard')] },
    )
    .build({ clock })
    .start({}, { eventSink })
  stops.cancel = () => run.cancel('enough')
  await clock.advance(20)
  const { status } = await run.result
  expect(status).toBe('cancelled')
  expect(events.filter(({ stage }) => stage === 'answer').map(({ type }) => type)).toEqual([
    'stage.answer.started',
    'stage.answer.skipped',
  ])
  expect(finds(SECRET, events)).toBe(false)
})

test('a cleanup of a refused stage that throws says nothing of it, not even as a problem of the run', async () => {
  const reports: object[] = []
  for (const guard of [refuses(10), allows(10)] as const) {
    const breaks = ({ onCleanup }: StageContext) => {
      onCleanup(() => {
        throw new Error(SECRET)
      })
      return { text: 'x' }
    }
    const run = new Pipeline('p')
      .withStage('guard', guard as ReturnType<typeof allows>)
      .withStage('answer', breaks, { dependencies: [gate('guard')] })
      .withMap('many', { over: () => [1], each: (_, context) => breaks(context), dependencies: [gate('guard')] })
      .build({ clock })
      .run()
    await clock.advance(20)
    reports.push((await run).report)
  }
  const [refused, released] = reports
  expect(finds(SECRET, refused)).toBe(false)
  expect(released).toMatchObject({
    notes: { 'core/problems': [{ code: 'core/cleanup-threw' }, { code: 'core/cleanup-threw' }] },
  })
})

test('a cancel ends a held stage, and nothing of it is seen', async () => {
  for (const held of [speaks, heldStages['returns at once'] as () => object]) {
    const { events, eventSink } = recorder()
    const run = new Pipeline('p')
      .withStage('guard', ({ signal }) => clock.sleep(1_000, signal))
      .withStage('answer', held as typeof speaks, { dependencies: [gate('guard')] })
      .build({ clock })
      .start({}, { eventSink, chunkEvents: true })
    await clock.advance(15)
    run.cancel('the user left')
    await clock.advance(10)
    const result = await run.result
    expect(result.report.stages.answer).toMatchObject({ status: 'cancel', reason: 'the user left' })
    expect(finds(SECRET, events, result, result.report)).toBe(false)
  }
})

test('what a held stage still returns after the run was stopped is not seen', async () => {
  const { events, eventSink } = recorder()
  const run = new Pipeline('p')
    .withStage('guard', allows(50))
    .withStage(
      'answer',
      async ({ tryEmitEvent }) => {
        tryEmitEvent('app.word', { text: SECRET })
        await sleep(20)
        return { text: SECRET }
      },
      { dependencies: [gate('guard')] },
    )
    .build({ clock })
    .start({}, { eventSink })
  await clock.advance(10)
  run.cancel('enough')
  await clock.advance(50)
  const result = await run.result
  expect(result.report.stages.answer).toMatchObject({ status: 'cancel', reason: 'enough', endedAt: 20 })
  expect(finds(SECRET, events, result, result.data, result.outputs)).toBe(false)
})

test('a chunk that a held map still makes after the run was stopped is not seen', async () => {
  const run = new Pipeline('p')
    .withStage('guard', allows(50))
    .withMap('pages', {
      dependencies: [gate('guard')],
      over: () => [1],
      each: async () => ({ text: SECRET }),
      stream: true,
    })
    .withStage('broken', () => StageOutput.fail('broken'))
    .build({ clock })
    .start()
  await clock.advance(60)
  expect((await run.settled).report.stages.pages).toMatchObject({ status: 'cancel', chunks: 0 })
})

test('after an interrupt, data that a held stage still returns counts if its gates open before the run ends', async () => {
  const run = (gateGoesOn: boolean) =>
    new Pipeline('p')
      .withStage('guard', allows(50), { uninterruptible: gateGoesOn })
      .withStage(
        'answer',
        async ({ signal }) => {
          await clock.sleep(500, signal).catch(() => {})
          return { text: 'as far as it came' }
        },
        { dependencies: [gate('guard')] },
      )
      .build({ clock })
      .start({}, { graceMs: 10 })
  for (const gateGoesOn of [true, false]) {
    const one = run(gateGoesOn)
    await clock.advance(5)
    one.interrupt('barge-in')
    await clock.advance(60)
    const { data, report } = await one.result
    if (gateGoesOn) expect(data.answer).toEqual({ text: 'as far as it came' })
    else expect(report.stages.answer).toMatchObject({ status: 'skip' })
  }
})

test('a held stage can be retried: only the chunks of its last attempt are seen', async () => {
  let calls = 0
  const run = new Pipeline('p')
    .withStage('guard', allows(100))
    .withStage(
      'answer',
      async function* () {
        yield `attempt ${++calls}`
        if (calls === 1) return StageOutput.fail('broken', { retryable: true })
        return { calls }
      },
      { dependencies: [gate('guard')], retry: { attempts: 3, baseMs: 10 } },
    )
    .withStage(
      'reads',
      async ({ inputs }) => {
        const read: string[] = []
        for await (const chunk of inputs.stream('answer')) read.push(chunk)
        return { read }
      },
      { dependencies: [stream('answer')] },
    )
    .build({ clock, interceptors: [retry()] })
    .run()
  await clock.advance(120)
  const { data, report } = await run
  expect(data).toMatchObject({ answer: { calls: 2 }, reads: { read: ['attempt 2'] } })
  expect(report.stages.answer).toMatchObject({ chunks: 1, committed: true })
})

test.for([
  ['ok', 2],
  ['fail', 1],
] as const)(
  'a gate that opens between two attempts does not publish the chunks of the one that failed (the stage ends %s)',
  async ([ending, okFrom]) => {
    let calls = 0
    const graph = new Pipeline('p')
      .withStage('guard', allows(50))
      .withStage(
        'answer',
        async function* () {
          yield `attempt ${++calls}`
          return calls < okFrom || ending === 'fail' ? StageOutput.fail('broken', { retryable: true }) : { calls }
        },
        { dependencies: [gate('guard')], retry: { attempts: 2, baseMs: 100, jitter: 'none' } },
      )
      .build({ clock, interceptors: [retry()] })
    const run = graph.start()
    const read: string[] = []
    const reading = (async () => {
      for await (const chunk of run.chunks('answer')) read.push(chunk)
    })().catch(() => {})
    await clock.advance(60)
    expect(read).toEqual([])
    await clock.advance(60)
    await reading
    const { report } = await run.settled
    expect(read).toEqual(['attempt 2'])
    expect(report.stages.answer).toMatchObject({ status: ending, chunks: 1 })
    expect(report.stages.answer.attempts.map(({ error }) => error?.code)).not.toContain('core/attempt-committed')
  },
)

test('the chunks of an attempt that is not made again are seen before its failure, though its gate had opened in between', async () => {
  const gives: Interceptor = {
    name: 'gives-up',
    wrap:
      (next, { name }) =>
      async (context) => {
        const output = await next(context)
        if (name === 'answer') await sleep(100)
        return output
      },
  }
  const { events, eventSink } = recorder()
  const run = new Pipeline('p')
    .withStage('guard', allows(50))
    .withStage(
      'answer',
      async function* () {
        yield 'half'
        return StageOutput.fail('broken')
      },
      { dependencies: [gate('guard')] },
    )
    .build({ clock, interceptors: [gives] })
    .runSettled({}, { eventSink, chunkEvents: true })
  await clock.advance(120)
  expect((await run).status).toBe('failed')
  const ofAnswer = events.filter(({ stage }) => stage === 'answer').map(({ type }) => type)
  expect(ofAnswer).toEqual(['stage.answer.started', 'stage.answer.chunk', 'stage.answer.failed'])
})

test('after an interrupt, a failure that a gate had held does not count: the stage is skipped like the rest', async () => {
  const run = new Pipeline('p')
    .withStage('guard', allows(50), { uninterruptible: true })
    .withStage('answer', () => StageOutput.fail(SECRET), { dependencies: [gate('guard')] })
    .withStage('asks', () => StageOutput.suspend(SECRET), { dependencies: [gate('guard')] })
    .build({ clock })
    .start()
  await clock.advance(5)
  run.interrupt('barge-in')
  await clock.advance(60)
  const { status, report } = await run.settled
  expect(status).toBe('cancelled')
  expect(report.stages.answer).toMatchObject({ status: 'skip', reason: 'interrupted' })
  expect(report.stages.asks).toMatchObject({ status: 'skip', reason: 'interrupted' })
})

test('at most maxHeld chunks are kept: then the stage waits for its verdict, without a slot, and its limits stand still', async () => {
  let made = 0
  let otherAt = -1
  const run = new Pipeline('p')
    .withStage('profile', allows(10))
    .withStage('guard', allows(40), { dependencies: ['profile'] })
    .withStage(
      'answer',
      async function* () {
        for (; made < 10; made++) yield made
      },
      { dependencies: [gate('guard')], maxHeld: 3, timeoutMs: 20 },
    )
    .withStage('other', () => void (otherAt = clock.now()))
    .build({ clock, interceptors: [timeout()] })
    .run({}, { maxConcurrency: 2 })
  await clock.advance(45)
  expect({ made, otherAt }).toEqual({ made: 2, otherAt: 0 })
  await clock.advance(10)
  const { report } = await run
  expect(report.stages.answer).toMatchObject({ status: 'ok', chunks: 10, endedAt: 50 })
})

test('an event beyond maxHeld is refused and counted, and what was emitted is kept as it was then', async () => {
  const { events, eventSink } = recorder()
  const taken: boolean[] = []
  const run = new Pipeline('p')
    .withStage('guard', allows(10))
    .withStage(
      'answer',
      ({ tryEmitEvent }) => {
        const data = { n: 1, list: [1] }
        taken.push(
          tryEmitEvent('app.counted', data),
          tryEmitEvent('app.counted', { n: 2 }),
          tryEmitEvent('app.counted', { n: 3 }),
        )
        data.n = 9
        data.list.push(9)
      },
      { dependencies: [gate('guard')], maxHeld: 2 },
    )
    .build({ clock })
    .run({}, { eventSink })
  await clock.advance(20)
  const { report } = await run
  expect(taken).toEqual([true, true, false])
  expect(report.droppedEvents).toBe(1)
  expect(events.filter(({ type }) => type === ('app.counted' as never)).map(({ data }) => data)).toEqual([
    { n: 1, list: [1] },
    { n: 2 },
  ])
})

test('an event that is held may contain itself, or what throws when it is read, as without a gate', async () => {
  const { events, eventSink } = recorder()
  const loop: Record<string, unknown> = { n: 1 }
  loop['self'] = loop
  const shy = {
    get text(): string {
      throw new Error('not to be read')
    },
  }
  const run = new Pipeline('p')
    .withStage('guard', allows(10))
    .withStage(
      'answer',
      ({ tryEmitEvent }) => {
        tryEmitEvent('app.loop', loop)
        tryEmitEvent('app.shy', shy)
        loop['n'] = 9
      },
      { dependencies: [gate('guard')] },
    )
    .build({ clock })
    .run({}, { eventSink })
  await clock.advance(20)
  expect((await run).status).toBe('completed')
  const dataOf = (kind: string) => events.find(({ type }) => type === kind)?.data as Record<string, unknown>
  expect(dataOf('app.loop')['n']).toBe(1)
  expect(dataOf('app.loop')['self']).toBe(dataOf('app.loop'))
  expect(dataOf('app.shy')).toBe(shy)
})

test('a held stage has no slot once its code has ended, so its gate can run with one slot', async () => {
  const run = new Pipeline('p')
    .withStage('answer-first', () => ({}))
    .withStage('profile', allows(1), { dependencies: ['answer-first'] })
    .withStage('guard', allows(5), { dependencies: ['profile'] })
    .withStage('answer', () => ({ text: 'quick' }), { dependencies: ['answer-first', gate('guard')] })
    .build({ clock })
    .run({}, { maxConcurrency: 1 })
  await clock.advance(20)
  expect((await run).data.answer).toEqual({ text: 'quick' })
})

test('a reader of a held stage that is refused before its first chunk is skipped, not served an empty answer', async () => {
  const said: string[] = []
  const run = new Pipeline('p')
    .withStage('guard', refuses(15))
    .withStage('answer', speaks, { dependencies: [gate('guard')] })
    .withStage(
      'speak',
      async ({ inputs }) => {
        for await (const word of inputs.stream('answer')) said.push(word)
        return { said }
      },
      { dependencies: [stream('answer')] },
    )
    .withStage('save', () => ({}), 'work', { dependencies: ['speak'] })
    .build({ clock })
    .run()
  await clock.advance(30)
  const { report } = await run
  expect(said).toEqual([])
  expect(report.stages.speak).toMatchObject({ status: 'skip', reason: 'the stream of stage "answer" was skipped' })
  expect(report.stages.save.status).toBe('skip')
})

test('a held stage may suspend: it asks once its gates have opened, and a gate cannot suspend', async () => {
  const asks = ({ resumed }: StageContext) =>
    resumed === undefined ? StageOutput.suspend('which?') : { answer: resumed.answer }
  const graph = new Pipeline('p')
    .withStage('guard', allows(10))
    .withStage('answer', asks, { dependencies: [gate('guard')] })
    .build({ clock })
  const first = graph.run()
  await clock.advance(20)
  const suspended = await first
  if (suspended.status !== 'suspended') throw new Error(suspended.status)
  expect(suspended.requests).toEqual({ answer: 'which?' })
  expect((await resumeRun(graph, suspended, { answer: 'this' })).data).toMatchObject({ answer: { answer: 'this' } })
  const result = await new Pipeline('p')
    .withStage('guard', asks)
    .withStage('answer', () => ({}), { dependencies: [gate('guard')] })
    .build({ clock })
    .runSettled()
  expect(result.status === 'failed' && result.errors[0]).toMatchObject({ code: 'core/cannot-suspend', stage: 'guard' })
})

function problemsOf(build: () => unknown): readonly string[] {
  try {
    build()
  } catch (error) {
    if (error instanceof PipelineBuildError) return error.problems.map(({ code, message }) => `${code}: ${message}`)
    throw error
  }
  return []
}
const loose = () => new Pipeline('p') as unknown as Loose
interface Loose {
  withStage(...given: unknown[]): Loose
  withPipeline(...given: unknown[]): Loose
  withMap(...given: unknown[]): Loose
  build(): unknown
}

test('WORK behind a gate is a problem of the build, however deep it is', () => {
  const works = new Pipeline('inner').withStage('charge', () => ({}), 'work')
  const deep = new Pipeline('outer').withPipeline('inner', works)
  const behind = { dependencies: [gate('guard')] }
  const guarded = () => loose().withStage('guard', () => ({}))
  expect(
    problemsOf(() =>
      guarded()
        .withStage('a', () => ({}), 'work', behind)
        .build(),
    ),
  ).toEqual([
    'core/gated-work: Stage "a" is behind a gate and of kind WORK. A gate holds back results, and not effects: do the work in a stage after it.',
  ])
  expect(problemsOf(() => guarded().withPipeline('a', deep, behind).build())).toEqual([
    expect.stringContaining('contains "charge"'),
  ])
  expect(
    problemsOf(() =>
      guarded()
        .withMap('a', { ...behind, over: () => [1], each: works })
        .build(),
    ),
  ).toEqual([expect.stringContaining('contains "charge"')])
})

test('a gate with a when, maxHeld without a gate, and a gate that waits for what it holds are problems of the build', () => {
  expect(
    problemsOf(() =>
      loose()
        .withStage('guard', () => ({}), { when: () => true })
        .withStage('a', () => ({}), { dependencies: [gate('guard')] })
        .build(),
    ),
  ).toEqual([expect.stringContaining('core/gate-when: Stage "a" has the gate "guard", which has a when')])
  expect(
    problemsOf(() =>
      loose()
        .withStage('guard', () => ({}))
        .withStage('a', () => ({}), { dependencies: [gate('guard')] })
        .withStage('b', () => ({}), { dependencies: ['a'], maxHeld: 5 })
        .build(),
    ),
  ).toEqual([expect.stringContaining('has maxHeld, but is behind no gate; remove it.')])
  expect(
    problemsOf(() =>
      loose()
        .withStage('answer', speaks, { dependencies: [gate('guard')] })
        .withStage('guard', () => ({}), { dependencies: ['answer'] })
        .build(),
    ),
  ).toEqual([expect.stringContaining('core/cycle')])
  expect(
    problemsOf(() =>
      loose()
        .withStage('source', speaks)
        .withStage('guard', () => ({}), { dependencies: ['source'] })
        .withStage('answer', speaks, { dependencies: [stream('source'), gate('guard')] })
        .build(),
    ),
  ).toEqual([expect.stringContaining('core/stream-deadlock')])
})

test('a gate is not read', async () => {
  const guard = defineStage({ name: 'guard', run: allows(1) })
  const answer = defineStage({
    name: 'answer',
    after: { check: gate(guard) },
    run: ({ inputs }) => ({ keys: Object.keys(inputs.toJSON()) }),
  })
  const graph = Pipeline.from('p', [guard, answer]).build({ clock })
  const run = graph.run()
  await clock.advance(5)
  expect((await run).data.answer).toEqual({ keys: [] })
  expect(graph.info.stages[1]?.dependencies).toEqual([{ stage: 'guard', edge: 'gate' }])
})

test('a reader of a held stage that was answered in its place starts at once: the gate may wait for that reader', async () => {
  const cached: Interceptor = {
    name: 'cache',
    wrap: (next, { name }) => (name === 'answer' ? async () => StageOutput.ok({ text: 'from the cache' }) : next),
  }
  const run = new Pipeline('p')
    .withStage('guard', async function* () {
      yield 'checked'
      yield 'twice'
    })
    .withStage('answer', () => speaks(), {
      dependencies: [gate('guard')],
      toChunks: ({ text }) => text.split(' '),
    })
    .withStage(
      'speak',
      async ({ inputs }) => {
        const said: string[] = []
        for await (const { chunk } of inputs.stream()) said.push(chunk)
        return { said }
      },
      { dependencies: [stream('guard'), stream('answer')], maxWaiting: 1 },
    )
    .build({ clock, interceptors: [cached] })
    .run()
  await clock.advance(10)
  expect((await run).data.speak).toEqual({ said: ['checked', 'twice', 'from', 'the', 'cache'] })
})

test('a held source with a condition, and a reader that its gate waits for, are a problem of the build', () => {
  const pipeline = new Pipeline('p')
    .withStage('guard', async function* () {
      yield 'checked'
    })
    .withStage('answer', () => speaks(), { dependencies: [gate('guard')], when: () => false })
    .withStage('speak', () => {}, { dependencies: [stream('guard'), stream('answer')] })
  expect(() => pipeline.build()).toThrow('core/stream-deadlock')
})
