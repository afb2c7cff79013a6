import { expect, test } from 'vitest'
import { Pipeline, StageOutput, StageflowError } from '../src/index.ts'
import type { Interceptor, OnFailure, StageContext } from '../src/index.ts'
import { stream } from '../src/edges.ts'
import { timeout } from '../../interceptor-timeout/src/index.ts'
import { retry } from '../../interceptor-retry/src/index.ts'
import { clock } from './fresh-clock.ts'

// How a stream ends, and what its reader gets then: only a source that ended ok ends it cleanly.

type Source = StageContext<{}, {}, { readonly llm: string }>
const say = async ({ inputs }: Source) => {
  const said: string[] = []
  for await (const word of inputs.stream('llm')) said.push(word)
  return { said }
}
/** Reads to the end, and says how the loop ended. */
const careful = async ({ inputs }: Pick<Source, 'inputs'>) => {
  const said: string[] = []
  try {
    for await (const word of inputs.stream('llm')) said.push(word)
  } catch (error) {
    return { said, ended: StageflowError.is(error) ? error.code : String(error), cause: (error as Error).cause }
  }
  return { said, ended: 'cleanly', cause: undefined }
}
const sleep = (ms: number) => clock.sleep(ms)

test('a source that is skipped before its first chunk skips its reader, and so on behind it: nothing empty is saved', async () => {
  const saved: unknown[] = []
  const run = new Pipeline('p')
    .withStage('llm', async function* () {
      await sleep(1)
      if (clock.now() > 0) return StageOutput.skip('the question was refused')
      yield 'never'
      return {}
    })
    .withStage('speak', say, { dependencies: [stream('llm')] })
    .withStage('save', ({ inputs }) => void saved.push(inputs.from('speak')), 'work', { dependencies: ['speak'] })
    .build({ clock })
    .run()
  await clock.advance(5)
  const { status, report } = await run
  expect(status).toBe('completed')
  expect(saved).toEqual([])
  expect(report.stages.speak).toMatchObject({ status: 'skip', reason: 'the stream of stage "llm" was skipped' })
  expect(report.stages.save).toMatchObject({ status: 'skip' })
})

test('a reader may catch that its source was skipped, and go on', async () => {
  const run = new Pipeline('p')
    .withStage('llm', async function* () {
      if (clock.now() === 0) return StageOutput.skip('nothing to say')
      yield 'never'
      return {}
    })
    .withStage('speak', careful, { dependencies: [stream('llm')] })
    .build({ clock })
    .run()
  expect((await run).data.speak).toEqual({ said: [], ended: 'core/stream-skipped', cause: undefined })
})

test.for([
  ['a skip', () => StageOutput.skip('none')],
  ['a tolerated failure', () => StageOutput.fail('broken')],
] as const)('after the error of its loop, a reader sees how its source ended: %s', async ([, end]) => {
  const { data } = await new Pipeline('p')
    .withStage(
      'llm',
      async function* () {
        if (clock.now() > 0) yield 'never'
        return end()
      },
      { onFailure: 'skip' },
    )
    .withStage(
      'speak',
      async (context) => {
        const { inputs } = context
        const before = inputs.status('llm')
        await careful(context)
        return { before, after: inputs.status('llm') }
      },
      { dependencies: [stream('llm')] },
    )
    .build({ clock })
    .run()
  expect(data.speak).toEqual({ before: 'running', after: 'skip' })
})

test('a source that never starts is a need that is out of reach: its reader is skipped like behind any other', async () => {
  const { report } = await new Pipeline('p')
    .withStage(
      'llm',
      async function* () {
        yield 'never'
      },
      { when: () => false },
    )
    .withStage('speak', say, { dependencies: [stream('llm')] })
    .build({ clock })
    .run()
  expect(report.stages.speak).toMatchObject({
    status: 'skip',
    reason: 'dependency "llm" was skipped',
    startedAt: undefined,
  })
})

test('a reader over two branches reads the one that was taken', async () => {
  for (const taken of ['short', 'long']) {
    const { data } = await new Pipeline('p')
      .withStage(
        'short',
        async function* () {
          yield 'ok'
        },
        { when: () => taken === 'short' },
      )
      .withStage(
        'long',
        async function* () {
          yield 'well'
          yield 'then'
        },
        { when: () => taken === 'long' },
      )
      .withStage(
        'speak',
        async ({ inputs }) => {
          const said: string[] = []
          for await (const { stage, chunk } of inputs.stream()) said.push(`${stage}: ${chunk}`)
          return { said }
        },
        { dependencies: [stream('short'), stream('long')] },
      )
      .build({ clock })
      .run()
    expect(data.speak?.said).toEqual(taken === 'short' ? ['short: ok'] : ['long: well', 'long: then'])
  }
})

test('a failure after some chunks cuts the stream: the reader gets what came, then the error with its cause', async () => {
  const broken = new Error('connection reset')
  const run = new Pipeline('p')
    .withStage(
      'llm',
      async function* () {
        yield 'half'
        await sleep(1)
        throw broken
      },
      { onFailure: { fallback: {} } },
    )
    .withStage('speak', careful, { dependencies: [stream('llm')] })
    .withStage('careless', say, { dependencies: [stream('llm')], onFailure: 'skip' })
    .build({ clock })
    .run()
  await clock.advance(5)
  const { data, report } = await run
  expect(data.speak).toEqual({ said: ['half'], ended: 'core/stream-cut', cause: broken })
  expect(report.stages.careless).toMatchObject({ status: 'fail', tolerated: true, error: { code: 'core/stream-cut' } })
  expect(report.stages.careless.error?.message).toBe(
    'The stream of stage "llm" was cut (connection reset), so stage "careless" has not read all of it. Catch this error to go on with what came.',
  )
})

test('when the run goes on after a failure, the reader of the failed stage gets the same error', async () => {
  const run = new Pipeline('p')
    .withStage('llm', async function* () {
      yield 'half'
      throw new Error('broken')
    })
    .withStage('speak', careful, { dependencies: [stream('llm')] })
    .build({ clock })
    .runSettled({}, { onStageFailure: 'continue' })
  expect((await run).data.speak).toMatchObject({ said: ['half'], ended: 'core/stream-cut' })
})

test('a failure stops the run, and the reader gets the reason of the stop', async () => {
  let thrown: unknown
  const run = new Pipeline('p')
    .withStage('llm', async function* () {
      yield 'half'
      await sleep(1)
      throw new Error('broken')
    })
    .withStage(
      'speak',
      async (context) => {
        try {
          for await (const _ of context.inputs.stream('llm'));
        } catch (error) {
          thrown = error
          expect(error).toBe(context.signal.reason)
          throw error
        }
      },
      { dependencies: [stream('llm')] },
    )
    .build({ clock })
    .runSettled()
  await clock.advance(5)
  const result = await run
  expect(result.status).toBe('failed')
  expect(thrown).toMatchObject({ code: 'core/cancelled' })
  expect(result.report.stages.speak).toMatchObject({ status: 'cancel' })
})

test('a cancel ends a reader that waits, at once', async () => {
  const run = new Pipeline('p')
    .withStage('llm', async function* ({ signal }) {
      yield 'half'
      await clock.sleep(1_000, signal)
    })
    .withStage('speak', say, { dependencies: [stream('llm')] })
    .build({ clock })
    .start()
  await clock.advance(5)
  run.cancel('the user left')
  const { status, report } = await run.result
  expect(status).toBe('cancelled')
  expect(report.stages.speak).toMatchObject({ status: 'cancel', endedAt: 5, reason: 'the user left' })
})

test('a source that is skipped after a chunk of another one cuts a stream of both', async () => {
  const run = new Pipeline('p')
    .withStage('llm', async function* () {
      yield 'words'
    })
    .withStage('extra', async function* () {
      await sleep(1)
      if (clock.now() === 1) return StageOutput.skip('none')
      yield 'never'
      return {}
    })
    .withStage(
      'speak',
      async ({ inputs }) => {
        const read: string[] = []
        try {
          for await (const { chunk } of inputs.stream()) read.push(chunk)
        } catch (error) {
          return { read, code: (error as StageflowError).code }
        }
        return { read, code: 'clean' }
      },
      { dependencies: [stream('llm'), stream('extra')] },
    )
    .build({ clock })
    .run()
  await clock.advance(5)
  expect((await run).data.speak).toEqual({ read: ['words'], code: 'core/stream-cut' })
})

test('an interceptor that answers after some chunks does not end the stream early: the chunks stay, and its data is the output', async () => {
  const replace: Interceptor = {
    name: 'replace',
    wrap: (next, { name }) =>
      name === 'llm'
        ? async (context) => {
            await next(context)
            return StageOutput.ok({ replaced: true })
          }
        : next,
  }
  const run = new Pipeline('p')
    .withStage('llm', async function* () {
      yield 'a'
      return { replaced: false }
    })
    .withStage(
      'speak',
      async ({ inputs }) => {
        const said: string[] = []
        for await (const word of inputs.stream('llm')) said.push(word)
        return { said, data: inputs.from('llm') }
      },
      { dependencies: [stream('llm')] },
    )
    .build({ clock, interceptors: [replace] })
    .run()
  expect((await run).data.speak).toEqual({ said: ['a'], data: { replaced: true } })
})

const answered: Interceptor = {
  name: 'cache',
  wrap: (next, { name }) => (name === 'llm' ? async () => StageOutput.ok({ text: 'from the cache' }) : next),
}

test('a source that was answered in its place makes chunks of its output, one by one as they are read', async () => {
  let made = 0
  const graph = new Pipeline('p')
    .withStage(
      'llm',
      async function* () {
        yield 'live'
        return { text: 'live' }
      },
      {
        toChunks: function* ({ text }) {
          for (const word of text.split(' ')) {
            made++
            yield word
          }
        },
      },
    )
    .withStage(
      'speak',
      async ({ inputs }) => {
        const said: string[] = []
        for await (const word of inputs.stream('llm')) {
          said.push(`${made} ${word}`)
          await sleep(1)
        }
        return { said, text: inputs.from('llm')?.text }
      },
      { dependencies: [stream('llm')] },
    )
  const run = graph.build({ clock, interceptors: [answered] }).run()
  await clock.advance(10)
  const { data, report } = await run
  expect(data.speak).toEqual({ said: ['1 from', '2 the', '3 cache'], text: 'from the cache' })
  expect(report.stages.speak.inbox).toMatchObject({ chunks: 3 })
  made = 0
  const live = graph.build({ clock }).run()
  await clock.advance(10)
  expect((await live).data.speak).toMatchObject({ said: ['0 live'], text: 'live' })
})

test('a source that is skipped beside one whose chunks are made of its output cuts the stream: its reader is not skipped', async () => {
  const run = new Pipeline('p')
    .withStage('none', async function* () {
      if (clock.now() === 0) return StageOutput.skip('nothing to say')
      yield 'never'
      return {}
    })
    .withStage(
      'llm',
      async function* () {
        yield 'live'
        return { text: 'live' }
      },
      { toChunks: ({ text }: { text: string }) => text.split(' ') },
    )
    .withStage(
      'speak',
      async ({ inputs }) => {
        for await (const _ of inputs.stream());
      },
      { dependencies: [stream('none'), stream('llm')] },
    )
    .build({ clock, interceptors: [answered] })
    .runSettled()
  const { report } = await run
  expect(report.stages.speak).toMatchObject({
    status: 'fail',
    error: { code: 'core/stream-cut' },
    inbox: { chunks: 3 },
  })
})

test.for([
  ['no toChunks', undefined, 'Give it toChunks'],
  [
    'a toChunks that throws',
    (): never => {
      throw new Error('bad text')
    },
    'toChunks of stage "llm" threw: bad text',
  ],
  [
    'a toChunks that throws after a chunk',
    function* (): Generator<string> {
      yield 'half'
      throw new Error('bad text')
    },
    'toChunks of stage "llm" threw: bad text',
  ],
  [
    'a toChunks that returns no list',
    (): number => 5,
    'toChunks of stage "llm" must return an array or another iterable, not 5.',
  ],
  [
    'an asynchronous toChunks',
    async () => ['late'],
    'toChunks of stage "llm" must return an array or another iterable, not an instance of Promise.',
  ],
] as const)(
  'a source that was answered in its place, with %s, fails its reader by name',
  async ([, toChunks, text]) => {
    const result = await new Pipeline('p')
      .withStage(
        'llm',
        async function* () {
          yield 'live'
          return { text: 'live' }
        },
        toChunks && { toChunks: toChunks as never },
      )
      .withStage('speak', say, { dependencies: [stream('llm')] })
      .build({ clock, interceptors: [answered] })
      .runSettled()
    expect(result.status === 'failed' && result.errors[0]).toMatchObject({ code: 'core/no-chunks', stage: 'speak' })
    expect(result.status === 'failed' && result.errors[0]?.message).toContain(text)
  },
)

test('chunks that are made of an output until toChunks throws do not end cleanly, however often it is read', async () => {
  const run = new Pipeline('p')
    .withStage(
      'llm',
      async function* () {
        yield 'live'
        return { text: 'live' }
      },
      {
        toChunks: function* () {
          yield 'first'
          throw new Error('bad text')
        },
      },
    )
    .withStage('other', async function* () {
      await sleep(5)
      yield 'late'
    })
    .withStage(
      'speak',
      async ({ inputs }) => {
        const read: unknown[] = []
        for (let loop = 0; loop < 2; loop++) {
          try {
            for await (const { chunk } of inputs.stream()) read.push(chunk)
            read.push('a clean end')
          } catch (error) {
            read.push(StageflowError.is(error) && [error.code, (error.cause as Error).message])
          }
        }
        return { read }
      },
      { dependencies: [stream('llm'), stream('other')] },
    )
    .build({ clock, interceptors: [answered] })
    .run()
  await clock.advance(10)
  const broken = ['core/no-chunks', 'bad text']
  expect((await run).data.speak).toEqual({ read: ['first', broken, broken] })
})

test('a function that returns a generator is a source too, and one that returns none fails its reader by name', async () => {
  async function* words() {
    yield 'lazily'
    return { n: 1 }
  }
  const of = (llm: () => unknown) =>
    new Pipeline('p')
      .withStage('llm', llm as typeof words)
      .withStage('speak', careful, { dependencies: [stream('llm')] })
      .build({ clock })
      .run()
  expect((await of(words)).data.speak).toMatchObject({ said: ['lazily'], ended: 'cleanly' })
  expect((await of(() => ({ n: 1 }))).data.speak).toMatchObject({ said: [], ended: 'core/no-chunks' })
})

test('a generator that yields nothing is an empty stream, which ends cleanly', async () => {
  const { data } = await new Pipeline('p')
    .withStage('llm', async function* (): AsyncGenerator<string, object> {
      yield* []
      return {}
    })
    .withStage('speak', careful, { dependencies: [stream('llm')] })
    .build({ clock })
    .run()
  expect(data.speak).toEqual({ said: [], ended: 'cleanly', cause: undefined })
})

/** Calls a stage again once, whatever it answered. */
const twice: Interceptor = {
  name: 'twice',
  wrap: (next, { name }) =>
    name === 'speak'
      ? async (context) => {
          await next(context)
          return next(context)
        }
      : next,
}

test('an attempt that has read a chunk is the last one: a further one fails with the error of that attempt as its cause', async () => {
  const gone = new Error('the speaker is gone')
  let calls = 0
  const result = await new Pipeline('p')
    .withStage('llm', async function* () {
      yield 'a'
      yield 'b'
    })
    .withStage(
      'speak',
      async ({ inputs }) => {
        calls++
        for await (const _ of inputs.stream('llm')) throw gone
      },
      { dependencies: [stream('llm')] },
    )
    .build({ clock, interceptors: [twice] })
    .runSettled()
  expect(calls).toBe(1)
  expect(result.report.stages.speak).toMatchObject({
    status: 'fail',
    committed: true,
    error: {
      code: 'core/attempt-committed',
      message: 'Stage "speak" has delivered or read chunks, so it cannot run again.',
    },
  })
  expect(result.report.stages.speak.error?.cause?.message).toBe('the speaker is gone')
})

test('retry() makes no further attempt of a stage that has read a chunk', async () => {
  let calls = 0
  const result = await new Pipeline('p')
    .withStage('llm', async function* () {
      yield 'a'
    })
    .withStage(
      'speak',
      async ({ inputs }) => {
        calls++
        await inputs.stream('llm').next()
        return StageOutput.fail('the speaker is gone', { retryable: true })
      },
      { dependencies: [stream('llm')], retry: { attempts: 3, baseMs: 1 } },
    )
    .build({ clock, interceptors: [retry()] })
    .runSettled()
  expect(calls).toBe(1)
  expect(result.status === 'failed' && result.errors[0]?.message).toBe('the speaker is gone')
})

test('an attempt that has read nothing may be made again, and reads all chunks', async () => {
  let calls = 0
  const run = new Pipeline('p')
    .withStage('llm', async function* () {
      yield 'a'
      await sleep(20)
      yield 'b'
    })
    .withStage(
      'speak',
      async (context) => {
        if (++calls === 1) return StageOutput.fail('no speaker yet', { retryable: true })
        return say(context)
      },
      { dependencies: [stream('llm')], retry: { attempts: 3, baseMs: 1, jitter: 'none' } },
    )
    .build({ clock, interceptors: [retry()] })
    .run()
  await clock.advance(50)
  const { data, report } = await run
  expect(calls).toBe(2)
  expect(data.speak?.said).toEqual(['a', 'b'])
  expect(report.stages.speak.attempts).toHaveLength(2)
})

test('a chunk that an attempt has asked for, and did not wait for, goes to the next attempt', async () => {
  let calls = 0
  const run = new Pipeline('p')
    .withStage('a', async function* () {
      await clock.sleep(10)
      for (const word of ['one', 'two']) yield word
    })
    .withStage(
      'b',
      async ({ inputs }) => {
        const chunks = inputs.stream('a')
        if (++calls === 1) {
          for (let call = 0; call < 3; call++) chunks.next().catch(() => {})
          return StageOutput.fail('not yet', { retryable: true })
        }
        const read: string[] = []
        for await (const word of chunks) read.push(word)
        return { read }
      },
      { dependencies: [stream('a')], retry: { attempts: 2, baseMs: 1, jitter: 'none' } },
    )
    .build({ clock, interceptors: [retry()] })
    .runSettled({}, { maxConcurrency: 2 })
  await clock.runAll()
  const { data } = await run
  expect(data.b).toEqual({ read: ['one', 'two'] })
})

test('code of an attempt that has ended can read nothing before the next attempt: that gets all chunks, and its limit holds', async () => {
  let attempts = 0
  const read: string[] = []
  const refused: unknown[] = []
  const run = new Pipeline('p')
    .withStage('llm', async function* () {
      await clock.sleep(30)
      yield 'word'
    })
    .withStage(
      'speak',
      async ({ inputs, signal }) => {
        const chunks = inputs.stream('llm')
        if (++attempts === 1) {
          void clock
            .sleep(5)
            .then(() => chunks.next())
            .catch((error: unknown) => void refused.push(error))
          return StageOutput.fail('not yet', { retryable: true })
        }
        for await (const word of chunks) read.push(word)
        return clock.sleep(1_000, signal)
      },
      { dependencies: [stream('llm')], retry: { attempts: 2, baseMs: 10, jitter: 'none' }, timeoutMs: 100 },
    )
    .build({ clock, interceptors: [retry(), timeout()] })
    .runSettled()
  await clock.advance(2_000)
  const { report } = await run
  expect(read).toEqual(['word'])
  expect(refused).toMatchObject([{ code: 'core/stage-ended' }])
  expect(report.stages.speak).toMatchObject({ status: 'fail', endedAt: 130, error: { code: 'timeout/timed-out' } })
})

test('a limit on a reader holds, though an interceptor has asked for a chunk before its code was called', async () => {
  const peeks: Interceptor = {
    name: 'peeks',
    wrap: (next, { name }) =>
      name === 'speak'
        ? async (context) => {
            const chunks = context.inputs.stream('llm') as AsyncIterator<unknown>
            chunks.next().catch(() => {})
            return next(context)
          }
        : next,
  }
  const run = new Pipeline('p')
    .withStage('llm', async function* () {
      await clock.sleep(30)
      yield 'word'
    })
    .withStage('speak', ({ signal }) => clock.sleep(1_000, signal), { dependencies: [stream('llm')], timeoutMs: 100 })
    .build({ clock, interceptors: [timeout(), peeks] })
    .runSettled()
  await clock.advance(2_000)
  const { report } = await run
  expect(report.stages.speak).toMatchObject({ status: 'fail', endedAt: 100, error: { code: 'timeout/timed-out' } })
})

test('a limit on the reader stands still while it waits for a chunk, and runs while it works', async () => {
  const reader = (workMs: number) =>
    new Pipeline('p')
      .withStage('llm', async function* () {
        for (const word of ['a', 'b', 'c']) {
          await sleep(100)
          yield word
        }
      })
      .withStage(
        'speak',
        async ({ inputs, signal }) => {
          for await (const _ of inputs.stream('llm')) await clock.sleep(workMs, signal)
        },
        { dependencies: [stream('llm')], timeoutMs: 60 },
      )
      .build({ clock, interceptors: [timeout()] })
      .runSettled()
  const slow = reader(30)
  const quick = reader(10)
  await clock.advance(1_000)
  expect((await quick).status).toBe('completed')
  expect((await slow).status === 'failed' && (await slow).report.stages.speak).toMatchObject({
    error: { code: 'timeout/timed-out' },
  })
})

test('a reader whose time is up gets the reason in its loop, never a clean end', async () => {
  let thrown: unknown
  const run = new Pipeline('p')
    .withStage('llm', async function* () {
      for (;;) {
        await sleep(1)
        yield 'on and on'
      }
    })
    .withStage(
      'speak',
      async (context) => {
        try {
          for await (const _ of context.inputs.stream('llm')) await sleep(5)
        } catch (error) {
          thrown = error
          throw error
        }
      },
      { dependencies: [stream('llm')], timeoutMs: 20, onFailure: 'skip' },
    )
    .build({ clock, interceptors: [timeout()] })
    .start({}, { timeoutMs: 50 })
  await clock.advance(100)
  const { report } = await run.settled
  expect(thrown).toMatchObject({ code: 'timeout/timed-out' })
  expect(report.stages.speak).toMatchObject({ status: 'fail', error: { code: 'timeout/timed-out' } })
})

test("a source with late: 'abort' ends when its last reader has left the loop, and not before", async () => {
  let made = 0
  const left: string[] = []
  const run = new Pipeline('p')
    .withStage(
      'llm',
      async function* ({ signal }) {
        for (; made < 100; made++) {
          await clock.sleep(10, signal)
          yield made
        }
      },
      { late: 'abort' },
    )
    .withStage(
      'first',
      async ({ inputs }) => {
        for await (const word of inputs.stream('llm')) if (word === 1) break
        left.push(`${clock.now()} first`)
        await sleep(100)
      },
      { dependencies: [stream('llm')] },
    )
    .withStage(
      'second',
      async ({ inputs }) => {
        for await (const word of inputs.stream('llm')) if (word === 4) return
      },
      { dependencies: [stream('llm')] },
    )
    .build({ clock })
    .run()
  await clock.advance(200)
  const { report } = await run
  expect(left).toEqual(['20 first'])
  expect(made).toBe(5)
  expect(report.stages.llm).toMatchObject({ status: 'skip', reason: 'late', endedAt: 50 })
})

test('no rejection is left unhandled when a stream ends while no code awaits it', async () => {
  const unhandled: unknown[] = []
  const listen = (reason: unknown): void => void unhandled.push(reason)
  process.on('unhandledRejection', listen)
  const run = new Pipeline('p')
    .withStage(
      'llm',
      async function* () {
        await sleep(10)
        yield 'a'
        throw new Error('broken')
      },
      { onFailure: 'skip' },
    )
    .withStage(
      'speak',
      async ({ inputs }) => {
        const chunks = inputs.stream('llm')
        void chunks.next()
        void chunks.next()
        void chunks.next()
        await sleep(1)
      },
      { dependencies: [stream('llm')] },
    )
    .build({ clock })
    .run()
  await clock.advance(20)
  await run
  await new Promise((resolve) => setTimeout(resolve, 5))
  process.off('unhandledRejection', listen)
  expect(unhandled).toEqual([])
})

const failing = (onFailure: OnFailure, toChunks?: (data: { readonly text: string }) => readonly string[]) =>
  new Pipeline('p')
    .withStage(
      'llm',
      async function* () {
        if (clock.now() < 0) yield 'never'
        if (clock.now() >= 0) throw new Error('503')
        return { text: '' }
      },
      { onFailure, ...(toChunks && { toChunks: toChunks as never }) },
    )
    .withStage('speak', careful, { dependencies: [stream('llm')] })
    .build({ clock })
    .run()

test('a source that fails before its first chunk is for its readers what it is for other stages: a skip, if that is tolerated', async () => {
  const { status, data } = await failing('skip')
  expect([status, data.speak]).toEqual(['completed', { said: [], ended: 'core/stream-skipped', cause: undefined }])
})

test('or its fallback, of which toChunks makes the chunks', async () => {
  const { status, data } = await failing({ fallback: { text: 'Sorry.' } }, ({ text }) => [text])
  expect([status, data.speak]).toEqual(['completed', { said: ['Sorry.'], ended: 'cleanly', cause: undefined }])
})

test('a fallback without toChunks does not end a stream cleanly', async () => {
  const { data } = await failing({ fallback: { text: 'Sorry.' } })
  expect(data.speak).toMatchObject({ said: [], ended: 'core/stream-cut', cause: { message: '503' } })
})

test('after a chunk a tolerated failure cuts the stream, whatever its fallback is', async () => {
  const { data } = await new Pipeline('p')
    .withStage(
      'llm',
      async function* () {
        yield 'half'
        if (clock.now() >= 0) throw new Error('503')
        return { text: '' }
      },
      { onFailure: { fallback: { text: 'Sorry.' } }, toChunks: ({ text }: { text: string }) => [text] },
    )
    .withStage('speak', careful, { dependencies: [stream('llm')] })
    .build({ clock })
    .run()
  expect(data.speak).toMatchObject({ said: ['half'], ended: 'core/stream-cut' })
})
