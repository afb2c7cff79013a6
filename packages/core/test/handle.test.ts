import { expect, test, vi } from 'vitest'
import { recordingSink } from '../../testing/src/index.ts'
import { clock } from './fresh-clock.ts'
import { Pipeline, PipelineFailedError, StageOutput } from '../src/index.ts'
import type { StageContext, StageflowEvent } from '../src/index.ts'

async function typesOf(events: AsyncIterable<StageflowEvent>): Promise<string[]> {
  const types: string[] = []
  for await (const event of events) types.push(event.type)
  return types
}
const simple = () => new Pipeline('demo').withStage('a', async () => ({ a: 1 })).build({ clock })
const ALL = ['pipeline.started', 'stage.a.started', 'stage.a.completed', 'pipeline.completed']
/** A stage that yields numbers for as long as it is pulled. */
const counting = (log: number[], count = Infinity) =>
  async function* () {
    for (let index = 0; index < count; index++) {
      log.push(index)
      yield index
    }
    return { count }
  }

test('the handle of a run has its events from first to last, its id, and its result', async () => {
  const run = simple().start({ pipelineRunId: 'run-1' })
  expect(run.pipelineRunId).toBe('run-1')
  expect(await typesOf(run)).toEqual(ALL)
  expect((await run.result).data).toEqual({ a: { a: 1 } })
  expect(await run.settled).toBe(await run.result)
})

test('a run without an id gets one', async () => {
  const run = simple().start()
  const { pipelineRunId } = (await run.result).report
  expect(run.pipelineRunId).toBe(pipelineRunId)
  expect(pipelineRunId).toMatch(/^[0-9a-f-]{36}$/)
})

test('events can be read after the run has ended', async () => {
  const run = simple().start()
  await run.settled
  expect(await typesOf(run)).toEqual(ALL)
})

test('the events include those of child runs, and each run has event numbers without a gap', async () => {
  const run = new Pipeline('demo')
    .withPipeline(
      'child',
      new Pipeline('child').withStage('inner', async function* () {
        yield 1
      }),
    )
    .build({ clock })
    .start()
  const events: StageflowEvent[] = []
  for await (const event of run) events.push(event)
  expect(events.map(({ type }) => type)).toEqual([
    'pipeline.started',
    'stage.child.started',
    'pipeline.child_started',
    'pipeline.started',
    'stage.inner.started',
    'stage.inner.chunk',
    'stage.inner.completed',
    'pipeline.completed',
    'pipeline.child_completed',
    'stage.child.completed',
    'pipeline.completed',
  ])
  for (const id of new Set(events.map(({ pipelineRunId }) => pipelineRunId))) {
    const numbers = events.filter(({ pipelineRunId }) => pipelineRunId === id).map(({ seq }) => seq)
    expect(numbers).toEqual(numbers.map((_, index) => index))
  }
})

test('the sink gets the same events as the reader', async () => {
  const eventSink = recordingSink()
  const run = new Pipeline('demo')
    .withStage('a', async () => ({ a: 1 }))
    .build({ clock, eventSink })
    .start()
  expect(await typesOf(run)).toEqual(ALL)
  expect(eventSink.types()).toEqual(ALL)
})

test('a handle without a reader keeps the last 1,000 events, and says how many it missed', async () => {
  const long = new Pipeline('demo').withStage('a', counting([], 1_500)).build({ clock })
  const run = long.start()
  await run.result
  const numbers: number[] = []
  for await (const { seq } of run) numbers.push(seq)
  const all = 1_500 + 4 // the chunks, and the first and last event of the stage and of the run
  expect(run.missed).toBe(all - 1_000)
  expect(numbers).toEqual(Array.from({ length: 1_000 }, (_, index) => all - 1_000 + index))
})

test('from the first read on nothing is missed, however slow the reader is', async () => {
  const run = new Pipeline('demo').withStage('a', counting([], 5_000)).build({ clock }).start()
  let count = 0
  for await (const _ of run) {
    count++
    if (count % 100 === 0) await new Promise((resolve) => setImmediate(resolve))
  }
  expect([count, run.missed]).toEqual([5_004, 0])
})

test('a handle without a reader holds no more memory for a longer run', async () => {
  const run = new Pipeline('demo').withStage('a', counting([], 30_000)).build({ clock }).start()
  await run.result
  expect(run.missed).toBe(29_004)
  expect((await typesOf(run)).length).toBe(1_000)
})

test('a generator is not pulled again once its run was cancelled while a reader held it back', async () => {
  const log: number[] = []
  const run = new Pipeline('demo').withStage('a', counting(log)).build({ clock }).start()
  const reader = run[Symbol.asyncIterator]()
  await reader.next()
  await vi.waitFor(() => expect(log.length).toBeGreaterThan(900))
  await new Promise((resolve) => setImmediate(resolve))
  const pulled = log.length
  run.cancel('enough')
  await run.settled
  expect(log.length).toBe(pulled)
})

test('result rejects as run() does, settled never rejects, and neither causes an unhandled rejection', async () => {
  const fail = () =>
    new Pipeline('demo')
      .withStage('a', () => StageOutput.fail('broken'))
      .build({ clock })
      .start()
  await expect(fail().result).rejects.toBeInstanceOf(PipelineFailedError)
  expect(await fail().settled).toMatchObject({ status: 'failed', errors: [{ message: 'broken' }] })
  expect((await typesOf(fail())).at(-1)).toBe('pipeline.failed')
})

test('cancel stops the run with its reason, and has no other effect before the start, twice, or after the end', async () => {
  const sleeping = new Pipeline('demo')
    .withStage('a', async (context) => void (await context.clock.sleep(1_000, context.signal)))
    .build({ clock })
  const run = sleeping.start()
  run.cancel('first')
  run.cancel('second')
  expect(await run.settled).toMatchObject({ status: 'cancelled', reason: 'first' })
  expect((await typesOf(run)).at(-1)).toBe('pipeline.cancelled')
  const ended = simple().start()
  const result = await ended.settled
  ended.cancel('too late')
  expect(result.status).toBe('completed')
  expect((await ended.settled).status).toBe('completed')
})

test('a cancel without a reason, as JavaScript allows it, says that no reason was given', async () => {
  for (const none of [undefined, null]) {
    const run = simple().start()
    run.cancel(none as never)
    expect(await run.settled).toMatchObject({ status: 'cancelled', reason: 'no reason was given' })
  }
})

test.each<[what: string, given: readonly unknown[]]>([
  ['a signal of the process', ['SIGTERM', 15]],
  ['the end of a child process', [null, 'SIGKILL']],
  ['the close of a socket', [1_006, new Uint8Array()]],
  ['a timer', ['too slow', 'unused', {}]],
])('cancel is a handler of %s: it cancels the run whatever else it is given', async (_, given) => {
  const sleeping = new Pipeline('demo')
    .withStage('a', async (context) => void (await context.clock.sleep(1_000, context.signal)))
    .build({ clock })
  const { cancel, settled } = sleeping.start()
  const handler: (...given: readonly never[]) => void = cancel
  expect(() => handler(...(given as never[]))).not.toThrow()
  expect(await settled).toMatchObject({ status: 'cancelled', reason: `${given[0] ?? 'no reason was given'}` })
})

test('a cancel after the end aborts no signal', async () => {
  let signal: AbortSignal | undefined
  const run = new Pipeline('demo')
    .withStage('a', (context) => void (signal = context.signal))
    .build({ clock })
    .start()
  await run.settled
  run.cancel('too late')
  expect(signal?.aborted).toBe(false)
})

test("a run whose events aren't read settles", async () => {
  const log: number[] = []
  const run = new Pipeline('demo').withStage('llm', counting(log, 5_000)).build({ clock }).start()
  expect((await run.result).data).toEqual({ llm: { count: 5_000 } })
})

test('if a reader is 1,000 events behind, only chunks wait for it, and no event is dropped', async () => {
  const log: number[] = []
  const other: string[] = []
  const run = new Pipeline('demo')
    .withStage('llm', counting(log, 3_000))
    .withStage('other', async (context: StageContext) => {
      await context.clock.sleep(10)
      other.push('done')
      context.tryEmitEvent('app.done', {})
    })
    .build({ clock })
    .start()
  const reader = run[Symbol.asyncIterator]()
  await clock.advance(10)
  expect(log.length).toBeGreaterThan(900)
  expect(log.length).toBeLessThanOrEqual(1_000)
  expect(other).toEqual(['done'])
  const pulled = log.length
  await reader.next()
  await clock.settle()
  expect(log.length).toBeLessThan(pulled + 20)
  let count = 1
  let last: StageflowEvent | undefined
  for (let step = await reader.next(); step.done !== true; step = await reader.next()) {
    count++
    last = step.value
  }
  // The started events of the run and two stages, 3,000 chunks, the app's event, two completed stages, the end.
  expect(count).toBe(3 + 3_000 + 1 + 2 + 1)
  expect(last?.type).toBe('pipeline.completed')
  expect((await run.result).report.stages['llm']?.chunks).toBe(3_000)
})

test('a reader that leaves frees the stage that waited for it', async () => {
  const log: number[] = []
  const run = new Pipeline('demo').withStage('llm', counting(log, 3_000)).build({ clock }).start()
  const reader = run[Symbol.asyncIterator]()
  await clock.settle()
  expect(log.length).toBeLessThanOrEqual(1_000)
  expect(await reader.return?.()).toEqual({ done: true, value: undefined })
  expect((await run.result).data).toEqual({ llm: { count: 3_000 } })
  expect(await reader.next()).toEqual({ done: true, value: undefined })
})

test("a loop that breaks off doesn't stop the run", async () => {
  const run = simple().start()
  for await (const event of run) {
    expect(event.type).toBe('pipeline.started')
    break
  }
  expect((await run.result).status).toBe('completed')
})

/** A run that only a stop ends; the log says when its stage was left. */
const endless = (log: string[] = []) =>
  new Pipeline('demo')
    .withStage('a', async function* (context) {
      try {
        yield 'token'
        await clock.sleep(60_000, context.signal)
      } finally {
        await clock.sleep(10)
        log.push(`left at ${clock.now()}, aborted: ${context.signal.aborted}`)
      }
    })
    .build({ clock })
const LEFT = { status: 'cancelled', reason: 'its block was left (await using)' }

test('the end of an `await using` block cancels a run that goes on, and waits until it has settled', async () => {
  const log: string[] = []
  const inBlock = async () => {
    await using run = endless(log).start()
    return run.settled
  }
  const left = inBlock().then(() => log.push('block left'))
  await clock.advance(10)
  await left
  expect(log).toEqual(['left at 10, aborted: true', 'block left'])
})

test('a loop that breaks off in a block cancels the run', async () => {
  let settled: Promise<unknown> | undefined
  const types: string[] = []
  const inBlock = async () => {
    await using run = endless().start()
    settled = run.settled
    for await (const { type } of run) {
      types.push(type)
      if (type === 'stage.a.chunk') break
    }
  }
  const left = inBlock()
  await clock.advance(10)
  await left
  expect(await settled).toMatchObject(LEFT)
  expect(types).toEqual(['pipeline.started', 'stage.a.started', 'stage.a.chunk'])
})

test('a block that throws cancels the run and throws what it threw', async () => {
  let settled: Promise<unknown> | undefined
  const inBlock = async () => {
    await using run = endless().start()
    settled = run.settled
    throw new Error('client gone')
  }
  const left = expect(inBlock()).rejects.toThrow('client gone')
  await clock.advance(10)
  await left
  expect(await settled).toMatchObject(LEFT)
})

test("the end of an `await using` block doesn't change a run that has ended, and never throws because the run failed", async () => {
  const failing = new Pipeline('demo').withStage('a', () => StageOutput.fail('broken')).build({ clock })
  const inBlock = async (graph: ReturnType<typeof simple> | typeof failing) => {
    await using run = graph.start()
    return { run, status: (await run.settled).status }
  }
  for (const [graph, status] of [
    [simple(), 'completed'],
    [failing, 'failed'],
  ] as const) {
    const ended = await inBlock(graph)
    expect([ended.status, (await ended.run.settled).status]).toEqual([status, status])
  }
  // It fails while it is cancelled: the failure came first.
  const broken = new Pipeline('demo')
    .withStage('a', async () => StageOutput.fail('broken'))
    .withStage('b', async ({ signal }) => clock.sleep(10, signal))
    .build({ clock })
  const inShortBlock = async () => {
    await using run = broken.start()
    await clock.settle()
    return run.settled
  }
  await expect(inShortBlock()).resolves.toMatchObject({ status: 'failed' })
})

test('a stop frees a stage that waits for its reader', async () => {
  const log: number[] = []
  const run = new Pipeline('demo').withStage('llm', counting(log)).build({ clock }).start()
  const reader = run[Symbol.asyncIterator]()
  await clock.settle()
  run.cancel('enough')
  expect((await run.settled).report.stages['llm']).toMatchObject({ status: 'cancel' })
  await reader.return?.()
})

test('a second reader gets the events from then on', async () => {
  const run = new Pipeline('demo')
    .withStage('a', async (context) => {
      await context.clock.sleep(10)
      return { a: 1 }
    })
    .build({ clock })
    .start()
  const first = typesOf(run)
  await clock.settle()
  const second = typesOf(run)
  await clock.advance(10)
  expect(await first).toEqual(ALL)
  expect(await second).toEqual(ALL.slice(2))
  expect(await typesOf(run)).toEqual([])
})

test('reads that wait are done when the run ends', async () => {
  const run = simple().start()
  const reader = run[Symbol.asyncIterator]()
  for (const type of ALL) expect((await reader.next()).value?.type).toBe(type)
  expect(await Promise.all([reader.next(), reader.next()])).toEqual([
    { done: true, value: undefined },
    { done: true, value: undefined },
  ])
})

test('start() throws at once for a wrong input or option, before a run starts', () => {
  expect(() => simple().start(5 as never)).toThrow(expect.objectContaining({ code: 'core/snapshot' }))
  expect(() => simple().start({}, { timeoutMs: -1 })).toThrow(expect.objectContaining({ code: 'core/illegal-option' }))
})

test('the methods of a graph work without the graph as `this`', async () => {
  const { run, runSettled, start } = simple()
  expect([(await run()).status, (await runSettled()).status, (await start().settled).status]).toEqual([
    'completed',
    'completed',
    'completed',
  ])
})

test('a stage of a child run waits for the same reader', async () => {
  const log: number[] = []
  const child = new Pipeline('child').withStage('llm', counting(log, 3_000))
  const run = new Pipeline('demo').withPipeline('child', child).build({ clock }).start()
  const reader = run[Symbol.asyncIterator]()
  await clock.settle()
  expect(log.length).toBeLessThanOrEqual(1_000)
  await reader.return?.()
  expect((await run.settled).status).toBe('completed')
  expect(log).toHaveLength(3_000)
})
