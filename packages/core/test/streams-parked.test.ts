import { beforeEach, expect, test } from 'vitest'
import { Pipeline } from '../src/index.ts'
import type { StageContext } from '../src/index.ts'
import { stream } from '../src/edges.ts'
import { timeout } from '../../interceptor-timeout/src/index.ts'
import { clock } from './fresh-clock.ts'

// A stage is parked while the engine keeps it waiting for a chunk or for room: it has no slot of `maxConcurrency` meanwhile.

let working = 0
let mostWorking = 0
beforeEach(() => {
  working = mostWorking = 0
})
/** Takes `ms`, as code that needs a slot. */
async function work(ms: number): Promise<void> {
  mostWorking = Math.max(mostWorking, ++working)
  await clock.sleep(ms)
  working--
}
type Source = StageContext<{}, {}, { readonly [stage: string]: number }>
const passOn = (source: string) =>
  async function* ({ inputs }: Source) {
    for await (const chunk of inputs.stream(source)) {
      await work(1)
      yield chunk
    }
  }

/** Four stages in a row, each of which reads the chunks of the one before. */
const pipe = (maxWaiting: number) =>
  new Pipeline('pipe')
    .withStage('a', async function* () {
      for (let chunk = 0; chunk < 20; chunk++) {
        await work(1)
        yield chunk
      }
    })
    .withStage('b', passOn('a'), { dependencies: [stream('a')], maxWaiting })
    .withStage('c', passOn('b'), { dependencies: [stream('b')], maxWaiting })
    .withStage(
      'd',
      async ({ inputs }: Source) => {
        let sum = 0
        for await (const chunk of inputs.stream('c')) {
          await work(1)
          sum += chunk
        }
        return { sum }
      },
      { dependencies: [stream('c')], maxWaiting },
    )
    .build({ clock })

test('a pipe of four ends whatever the limit, and the limit is never exceeded', async () => {
  for (const maxWaiting of [1, 3, 100]) {
    for (const maxConcurrency of [1, 2, 3, 4]) {
      working = mostWorking = 0
      const run = pipe(maxWaiting).run({}, { maxConcurrency })
      await clock.advance(200)
      expect((await run).data.d).toEqual({ sum: 190 })
      expect(mostWorking).toBeLessThanOrEqual(maxConcurrency)
      if (maxWaiting < 100) expect(mostWorking).toBe(maxConcurrency)
    }
  }
})

test('a map may change the chunks of a stream before they are its items, whatever the limit', async () => {
  for (const maxWaiting of [1, 3]) {
    for (const maxConcurrency of [1, 2]) {
      working = mostWorking = 0
      const run = new Pipeline('p')
        .withStage('a', async function* () {
          for (let chunk = 0; chunk < 10; chunk++) {
            await work(1)
            yield chunk
          }
        })
        .withMap('doubled', {
          over: async function* (inputs) {
            for await (const chunk of inputs.stream('a')) {
              await work(1)
              yield 2 * chunk
            }
          },
          each: async (chunk) => {
            await work(1)
            return { chunk }
          },
          concurrency: 1,
          dependencies: [stream('a')],
          maxWaiting,
        })
        .build({ clock })
        .run({}, { maxConcurrency })
      await clock.advance(100)
      expect((await run).data.doubled?.items.at(-1)).toEqual({ chunk: 18 })
      expect(mostWorking).toBe(maxConcurrency)
    }
  }
})

test('with one slot a reader starts when its source waits for room, and not before', async () => {
  const log: string[] = []
  const run = new Pipeline('p')
    .withStage('llm', async function* () {
      for (const word of ['a', 'b', 'c']) {
        log.push(`yields ${word}`)
        yield word
      }
    })
    .withStage(
      'tts',
      async ({ inputs }) => {
        for await (const word of inputs.stream('llm')) log.push(`reads ${word}`)
      },
      { dependencies: [stream('llm')], maxWaiting: 2 },
    )
    .build({ clock })
    .run({}, { maxConcurrency: 1 })
  await run
  expect(log).toEqual(['yields a', 'yields b', 'reads a', 'reads b', 'yields c', 'reads c'])
})

test('another stage has the slot while a reader waits, and the reader goes on ahead of new starts', async () => {
  const log: string[] = []
  const other = (ms: number, name: string) => async () => {
    log.push(`${clock.now()} ${name} begins`)
    await work(ms)
    log.push(`${clock.now()} ${name} ends`)
  }
  const run = new Pipeline('p')
    .withStage('llm', async function* () {
      yield 1
      await clock.sleep(15)
      yield 2
    })
    .withStage(
      'tts',
      async ({ inputs }) => {
        for await (const word of inputs.stream('llm')) log.push(`${clock.now()} reads ${word}`)
      },
      { dependencies: [stream('llm')] },
    )
    .withStage('x', other(10, 'x'))
    .withStage('y', other(10, 'y'))
    .withStage('z', other(10, 'z'))
    .build({ clock })
    .run({}, { maxConcurrency: 2 })
  await clock.advance(100)
  await run
  // It waits for its first chunk, so x has its slot when that comes. Then it is ahead of y and z.
  expect(log).toEqual([
    '0 x begins',
    '10 x ends',
    '10 reads 1',
    '10 y begins',
    '15 reads 2',
    '15 z begins',
    '20 y ends',
    '25 z ends',
  ])
})

test('a generator has no slot while the reader of its run is far behind', async () => {
  let otherAt = -1
  const run = new Pipeline('p')
    .withStage('llm', async function* () {
      for (let word = 0; word < 3_000; word++) yield word
    })
    .withStage('other', () => void (otherAt = clock.now()))
    .build({ clock })
    .start({}, { maxConcurrency: 1 })
  const events = run[Symbol.asyncIterator]()
  await events.next()
  await clock.advance(10)
  expect(otherAt).toBeGreaterThanOrEqual(0)
  for (let step = await events.next(); step.done !== true;) step = await events.next()
  expect((await run.result).report.stages.llm.chunks).toBe(3_000)
})

test('limits on a source stand still while its reader has no room, and those of the run do not', async () => {
  const graph = new Pipeline('p')
    .withStage(
      'llm',
      async function* () {
        for (let word = 0; word < 5; word++) yield word
      },
      { timeoutMs: 20 },
    )
    .withStage(
      'tts',
      async ({ inputs, signal }) => {
        for await (const _ of inputs.stream('llm')) await clock.sleep(30, signal)
      },
      { dependencies: [stream('llm')], maxWaiting: 1 },
    )
    .build({ clock, interceptors: [timeout()] })
  const whole = graph.runSettled()
  const bounded = graph.runSettled({}, { timeoutMs: 100 })
  await clock.advance(200)
  expect((await whole).status).toBe('completed')
  const result = await bounded
  expect(result.status === 'failed' && result.errors[0]?.code).toBe('core/timed-out')
})

test('a stopped run ends a source that waits for room and a reader that waits for a slot', async () => {
  const run = new Pipeline('p')
    .withStage('llm', async function* () {
      for (;;) yield 1
    })
    .withStage(
      'tts',
      async ({ inputs, signal }) => {
        for await (const _ of inputs.stream('llm')) await clock.sleep(10, signal)
      },
      { dependencies: [stream('llm')], maxWaiting: 1 },
    )
    .build({ clock })
    .start({}, { maxConcurrency: 1 })
  await clock.advance(25)
  run.cancel('enough')
  const { status, report } = await run.result
  expect(status).toBe('cancelled')
  expect(report.stages).toMatchObject({
    llm: { status: 'cancel', endedAt: 25 },
    tts: { status: 'cancel', endedAt: 25 },
  })
})

test('what goes on in a child that was interrupted still waits for a slow reader, and nothing spins', async () => {
  const said: string[] = []
  const child = new Pipeline('child').withStage(
    'goodbye',
    async function* () {
      for (let word = 1; word <= 4; word++) {
        said.push(`${clock.now()} says ${word}`)
        yield word
      }
    },
    { uninterruptible: true },
  )
  const run = new Pipeline('p')
    .withPipeline('answer', child, { chunks: 'goodbye' })
    .withStage(
      'speak',
      async ({ inputs }) => {
        for await (const word of inputs.stream('answer')) {
          await clock.sleep(10)
          said.push(`${clock.now()} heard ${word}`)
        }
      },
      { dependencies: [stream('answer')], maxWaiting: 1, uninterruptible: true },
    )
    .build({ clock })
    .start({}, { graceMs: 5 })
  await clock.advance(5)
  run.interrupt('barge-in')
  await clock.advance(50)
  expect((await run.result).report.stages.speak).toMatchObject({ status: 'fail', error: { code: 'core/stream-cut' } })
  expect(said).toEqual([
    ...['0 says 1', '0 says 2', '10 heard 1', '10 says 3', '20 heard 2', '20 says 4', '30 heard 3', '40 heard 4'],
  ])
})

test('a map in a child that is cancelled while it waits for a reader of the run around it ends', async () => {
  const child = new Pipeline('child')
    .withMap('pages', { over: () => [1, 2, 3, 4], each: (page) => ({ page }), concurrency: 1, stream: true })
    .withStage('deaf', () => clock.sleep(4))
  const run = new Pipeline('p')
    .withPipeline('book', child, { chunks: 'pages' })
    .withStage(
      'reads',
      async ({ inputs }) => {
        for await (const _ of inputs.stream('book')) await clock.sleep(10)
      },
      { dependencies: [stream('book')], maxWaiting: 1 },
    )
    .build({ clock })
    .start({}, { graceMs: 5 })
  await clock.advance(1)
  run.cancel('enough')
  await clock.advance(20)
  expect((await run.result).status).toBe('cancelled')
})

test.for([1, 2, 3])(
  'a generator that asks for its next chunk while it yields does not hang: %i slots',
  async (maxConcurrency) => {
    for (const pauseMs of [0, 5]) {
      for (const maxWaiting of [1, 2]) {
        let status = 'hangs'
        void new Pipeline('p')
          .withStage('a', async function* () {
            for (let word = 0; word < 4; word++) {
              await clock.sleep(pauseMs)
              yield word
            }
          })
          .withStage(
            'b',
            async function* ({ inputs }) {
              const chunks = inputs.stream('a')
              let ahead = chunks.next()
              for (;;) {
                const step = await ahead
                if (step.done) return {}
                ahead = chunks.next()
                yield step.value
              }
            },
            { dependencies: [stream('a')], maxWaiting },
          )
          .withStage(
            'c',
            async ({ inputs }) => {
              for await (const _ of inputs.stream('b'));
            },
            { dependencies: [stream('b')], maxWaiting },
          )
          .build({ clock })
          .run({}, { maxConcurrency })
          .then((result) => (status = result.status))
        await clock.runAll()
        expect(status, `inboxes of ${maxWaiting}, pauses of ${pauseMs} ms`).toBe('completed')
      }
    }
  },
)
