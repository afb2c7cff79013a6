import { expect, test } from 'vitest'
import { recordingSink } from '../../testing/src/index.ts'
import { clock } from './fresh-clock.ts'
import { Pipeline, StageOutput, isStageEvent } from '../src/index.ts'
import type { Interceptor, StageContext } from '../src/index.ts'

async function* tokens(): AsyncGenerator<string, { text: string }> {
  yield 'Hel'
  yield 'lo'
  return { text: 'Hello' }
}
const retrying: Interceptor = {
  name: 'retry',
  wrap: (next) => async (context) => {
    const first = await next(context.fork().context)
    return first.status === 'ok' ? first : next(context.fork().context)
  },
}

test('an async generator returns its output at the end, and its chunks are counted', async () => {
  const graph = new Pipeline('demo')
    .withStage('llm', tokens)
    .withStage('length', (context) => ({ length: context.inputs.from('llm').text.length }), { dependencies: ['llm'] })
    .build({ clock })
  const result = await graph.run()
  expect(result.data).toEqual({ llm: { text: 'Hello' }, length: { length: 5 } })
  expect(result.report.stages['llm']).toMatchObject({ chunks: 2, status: 'ok' })
  expect(graph.info.stages.map(({ streams }) => streams)).toEqual([true, false])
})

test('the events of start() include chunks, with the attempt that yielded them', async () => {
  const chunks: unknown[] = []
  for await (const event of new Pipeline('demo').withStage('llm', tokens).build({ clock }).start()) {
    if (isStageEvent(event, 'chunk')) chunks.push(event.data)
  }
  expect(chunks).toEqual([
    { chunk: 'Hel', attempt: 1 },
    { chunk: 'lo', attempt: 1 },
  ])
})

test('a sink gets chunk events only if the run has chunkEvents, and the event numbers have no gap either way', async () => {
  const graph = new Pipeline('demo').withStage('llm', tokens)
  for (const chunkEvents of [false, true]) {
    const eventSink = recordingSink()
    await graph.build({ clock, eventSink }).run({}, { chunkEvents })
    const chunkTypes = chunkEvents ? ['stage.llm.chunk', 'stage.llm.chunk'] : []
    expect(eventSink.types()).toEqual([
      'pipeline.started',
      'stage.llm.started',
      ...chunkTypes,
      'stage.llm.completed',
      'pipeline.completed',
    ])
    expect(eventSink.events.map(({ seq }) => seq)).toEqual(eventSink.events.map((_, index) => index))
  }
})

test('a generator may return any output, and may throw', async () => {
  const skip = new Pipeline('demo')
    .withStage('llm', async function* () {
      yield 1
      return StageOutput.skip('nothing to say')
    })
    .build({ clock })
  expect((await skip.run()).outputs.llm).toMatchObject({ status: 'skip', reason: 'nothing to say' })
  const thrown = new Pipeline('demo')
    .withStage('llm', async function* () {
      yield 1
      throw new Error('cut off')
    })
    .build({ clock })
  const result = await thrown.runSettled()
  expect(result).toMatchObject({
    status: 'failed',
    errors: [{ message: 'cut off', stage: 'llm' }],
    report: { stages: { llm: { chunks: 1 } } },
  })
  const empty = new Pipeline('demo').withStage('llm', async function* () {}).build({ clock })
  expect((await empty.run()).data).toEqual({ llm: {} })
})

test('a class and an object may stream too', async () => {
  class Llm {
    async *execute() {
      yield* tokens()
      return { text: 'class' }
    }
  }
  const graph = new Pipeline('demo').withStage('class', Llm).withStage('object', { execute: tokens }).build({ clock })
  expect((await graph.run()).data).toEqual({ class: { text: 'class' }, object: { text: 'Hello' } })
  expect(graph.info.stages.map(({ streams }) => streams)).toEqual([true, true])
})

test('a stage that has delivered a chunk cannot run again (core/attempt-committed)', async () => {
  let calls = 0
  const result = await new Pipeline('demo')
    .withStage('llm', async function* () {
      calls++
      yield 'Hel'
      throw new Error('cut off')
    })
    .build({ clock, interceptors: [retrying] })
    .runSettled()
  expect(calls).toBe(1)
  expect(result).toMatchObject({
    status: 'failed',
    errors: [{ code: 'core/attempt-committed', stage: 'llm', message: expect.stringContaining('"llm"') }],
  })
  expect(result.report.stages['llm']?.attempts).toMatchObject([{ status: 'fail', error: { message: 'cut off' } }])
})

test('a stage that failed before its first chunk may run again', async () => {
  let calls = 0
  const graph = new Pipeline('demo')
    .withStage('llm', async function* () {
      if (++calls === 1) throw new Error('no connection')
      return yield* tokens()
    })
    .build({ clock, interceptors: [retrying] })
  const { data, report } = await graph.run()
  expect(data).toEqual({ llm: { text: 'Hello' } })
  expect(report.stages['llm']).toMatchObject({ chunks: 2, attempts: [{ status: 'fail' }, { status: 'ok' }] })
})

test('a stream is not pulled any further once the run was stopped, and is closed', async () => {
  const log: string[] = []
  const eventSink = recordingSink()
  const run = new Pipeline('demo')
    .withStage('llm', async function* (context: StageContext) {
      try {
        for (let index = 0; ; index++) {
          await context.clock.sleep(10)
          log.push(`yields ${index}`)
          yield index
        }
      } finally {
        log.push('closed')
      }
    })
    .build({ clock, eventSink })
    .start()
  await clock.advance(25)
  run.cancel('enough')
  await clock.advance(5)
  const result = await run.settled
  expect(log).toEqual(['yields 0', 'yields 1', 'yields 2', 'closed'])
  expect(result).toMatchObject({
    status: 'cancelled',
    report: { stages: { llm: { status: 'cancel', chunks: 2, reason: 'enough' } } },
  })
})

test('a generator that waits for its signal ends at once', async () => {
  const run = new Pipeline('demo')
    .withStage('llm', async function* (context: StageContext) {
      yield 1
      await context.clock.sleep(10_000, context.signal)
    })
    .build({ clock })
    .start()
  await clock.settle()
  run.cancel('enough')
  expect((await run.settled).report.stages['llm']).toMatchObject({ status: 'cancel', chunks: 1 })
})

test('a stream that a fork gave up is closed, with the reason of the fork', async () => {
  const log: string[] = []
  const limited: Interceptor = {
    name: 'limit',
    wrap: (next) => (context) => {
      const { context: inner, abort } = context.fork()
      const stop = context.clock.setTimeout(() => abort(new Error('too slow')), 15)
      return Promise.resolve(next(inner)).finally(stop)
    },
  }
  const settled = new Pipeline('demo')
    .withStage('llm', async function* (context: StageContext) {
      try {
        for (;;) {
          await context.clock.sleep(10)
          yield 1
        }
      } finally {
        log.push('closed')
      }
    })
    .build({ clock, interceptors: [limited] })
    .runSettled()
  await clock.advance(20)
  expect(await settled).toMatchObject({
    status: 'failed',
    errors: [{ message: 'too slow' }],
    report: { stages: { llm: { chunks: 1 } } },
  })
  expect(log).toEqual(['closed'])
})

test('an error that a generator throws while it is closed fails the stage, unless the run was stopped', async () => {
  const run = new Pipeline('demo')
    .withStage('llm', async function* () {
      try {
        yield 1
        for (;;) yield 2
      } finally {
        // oxlint-disable-next-line no-unsafe-finally -- what a careless stage may do
        throw new Error('cannot close')
      }
    })
    .withStage('stop', () => StageOutput.cancel('enough'))
    .build({ clock })
    .start()
  const result = await run.settled
  expect(result.report.stages['llm']?.status).toBe('fail')
  expect(result.status).toBe('cancelled')
})

test.each([
  ['nobody around it', []],
  ['a part in its call', [{ name: 'part', onCall: () => () => ({ ended: () => {} }) }]],
  [
    'a part that sets up an async context',
    [{ name: 'enter', onCall: () => () => ({ enter: (next: () => void) => next() }) }],
  ],
  ['a wrap around it', [{ name: 'wrap', wrap: (next) => async (context) => next(context) }]],
] as readonly (readonly [string, readonly Interceptor[]])[])(
  'a plain object that is an async iterator streams with %s',
  async (_, interceptors) => {
    const streaming = (): object => {
      let count = 0
      return {
        next: async () => (++count > 3 ? { done: true, value: { last: true } } : { done: false, value: count }),
        [Symbol.asyncIterator]() {
          return this
        },
      }
    }
    const result = await new Pipeline('demo').withStage('llm', streaming).build({ clock, interceptors }).run()
    expect(result.data).toEqual({ llm: { last: true } })
    expect(result.report.stages['llm']).toMatchObject({ chunks: 3 })
  },
)
