import { expect, test } from 'vitest'
import { Pipeline } from '../src/index.ts'
import { clock } from './fresh-clock.ts'

// `run.chunks(stage)`: the chunks of one stage, on the handle of a run.

async function* words(...all: readonly string[]): AsyncGenerator<string, { readonly count: number }> {
  for (const word of all) {
    await clock.sleep(10)
    yield word
  }
  return { count: all.length }
}
async function read<T>(chunks: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = []
  for await (const chunk of chunks) all.push(chunk)
  return all
}

test('a run gives the chunks of one stage, typed, to any number of readers', async () => {
  const run = new Pipeline('chat')
    .withStage('llm', () => words('Hello', 'Ada'))
    .withStage('numbers', async function* () {
      yield 1
    })
    .build({ clock })
    .start()
  const first = read(run.chunks('llm'))
  const second = read(run.chunks('llm'))
  const numbers = read(run.chunks('numbers'))
  await clock.advance(30)
  expect(await first).toEqual(['Hello', 'Ada'])
  expect(await second).toEqual(['Hello', 'Ada'])
  expect((await numbers).map((number) => number.toFixed(1))).toEqual(['1.0'])
})

test('after the last chunk the loop ends as the run ends: it throws the error of a failed run', async () => {
  const run = new Pipeline('chat')
    .withStage('llm', async function* () {
      yield 'half'
      await clock.sleep(1)
      throw new Error('the model is gone')
    })
    .build({ clock })
    .start()
  const seen: string[] = []
  const reading = (async () => {
    for await (const word of run.chunks('llm')) seen.push(word)
  })()
  const failed = expect(reading).rejects.toMatchObject({ code: 'core/pipeline-failed' })
  await clock.advance(5)
  await failed
  expect(seen).toEqual(['half'])
})

test('a cancelled run ends the loop without an error', async () => {
  const run = new Pipeline('chat')
    .withStage('llm', async function* ({ signal }) {
      yield 'half'
      await clock.sleep(100, signal)
    })
    .build({ clock })
    .start()
  const reading = read(run.chunks('llm'))
  await clock.advance(5)
  run.cancel('enough')
  expect(await reading).toEqual(['half'])
})

test('the chunks of children are those of the children, and the results of a map do not mix with what its items yield', async () => {
  const child = new Pipeline('child').withStage('llm', () => words('inner'))
  const run = new Pipeline('p')
    .withStage('llm', () => words('outer'))
    .withPipeline('child', child)
    .withMap('m', {
      over: () => [1],
      each: async function* (item) {
        yield 'token'
        return { item }
      },
      stream: true,
    })
    .build({ clock })
    .start()
  const outer = read(run.chunks('llm'))
  const results = read(run.chunks('m'))
  await clock.advance(30)
  expect(await outer).toEqual(['outer'])
  expect((await results).map(({ status }) => status)).toEqual(['ok'])
})

test('leaving the loop holds no stage back', async () => {
  const run = new Pipeline('p')
    .withStage('llm', async function* () {
      for (let chunk = 0; chunk < 5_000; chunk++) yield chunk
    })
    .build({ clock })
    .start()
  for await (const chunk of run.chunks('llm')) if (chunk === 3) break
  expect((await run.result).report.stages.llm.chunks).toBe(5_000)
})

test('a reader that is left before it was read holds no stage back, and is over', async () => {
  const run = new Pipeline('p')
    .withStage('llm', async function* () {
      for (let chunk = 0; chunk < 5_000; chunk++) yield chunk
      await clock.sleep(100)
    })
    .build({ clock })
    .start()
  const chunks = run.chunks('llm')
  await chunks.return?.()
  expect(await chunks.next()).toEqual({ done: true, value: undefined })
  await clock.advance(100)
  await run.result
})

test('an unknown stage is an error that names what there is', () => {
  const run = new Pipeline('chat')
    .withStage('llm', () => words())
    .withStage('save', () => ({}))
    .build({ clock })
    .start()
  expect(() => run.chunks('lm' as never)).toThrow(
    expect.objectContaining({
      code: 'core/unknown-stage',
      message: expect.stringContaining('run.chunks("lm"): the stages of "chat" are llm, save.'),
    }),
  )
  expect(() => (run.chunks as (...given: unknown[]) => unknown)('llm', 'more')).toThrow('chunks(stage)')
})
