import { Pipeline } from '@stageflow/core'
import type { StageContext } from '@stageflow/core'
import { stream } from '@stageflow/core/edges'
import { expect, test } from 'vitest'
import { fallback, wayOf } from './index.ts'

const cutOff = () => Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' })
const twoWays = { fallback: { ways: ['main', 'spare'] } }

/** Runs a generator, and returns the ways that it was called with. */
async function runGenerator(chunksOf: (way: string) => AsyncGenerator<string, object | undefined>) {
  const called: string[] = []
  const result = await new Pipeline('chat')
    .withStage(
      'llm',
      async function* (context: StageContext) {
        called.push(wayOf(context))
        return yield* chunksOf(wayOf(context))
      },
      twoWays,
    )
    .build({ interceptors: [fallback()] })
    .runSettled()
  return { called, result, record: result.report.stages['llm'] }
}

test('a generator that fails before its first chunk goes its next way', async () => {
  const { called, result } = await runGenerator(async function* (way) {
    if (way === 'main') throw cutOff()
    yield 'Hello'
    return { way }
  })
  expect([called, result.data]).toEqual([['main', 'spare'], { llm: { way: 'spare' } }])
})

test('a generator that has yielded a chunk is not called again, and its failure stands as it is', async () => {
  const { called, result, record } = await runGenerator(async function* () {
    yield 'Hel'
    throw cutOff()
  })
  expect(called).toEqual(['main'])
  expect(result.status === 'failed' && result.errors[0]).toMatchObject({ code: 'ECONNRESET', stage: 'llm' })
  expect(record).toMatchObject({ committed: true, attempts: [{}], notes: { fallback: { way: 'main', failed: [] } } })
})

test('a generator whose spare fails after a chunk fails with the error of the spare', async () => {
  const { called, result } = await runGenerator(async function* (way) {
    if (way === 'main') throw cutOff()
    yield 'Hel'
    throw Object.assign(new Error('overloaded'), { status: 503 })
  })
  expect(called).toEqual(['main', 'spare'])
  expect(result.status === 'failed' && result.errors[0]).toMatchObject({ message: 'overloaded' })
})

test.each([
  ['has read a chunk is not called again', 1, ['main']],
  ['has read nothing goes its next way', 0, ['main', 'spare']],
])('a stage that reads a stream and %s', async (_, reads, ways) => {
  const called: string[] = []
  const result = await new Pipeline('voice')
    .withStage('llm', async function* () {
      yield 'Hello'
      yield ' there'
    })
    .withStage(
      'speech',
      async (context) => {
        const way = wayOf(context)
        called.push(way)
        let read = 0
        if (way === 'main' && reads === 0) throw cutOff()
        for await (const _chunk of context.inputs.stream('llm')) if (++read === reads && way === 'main') throw cutOff()
        return { way, read }
      },
      { dependencies: [stream('llm')], ...twoWays },
    )
    .build({ interceptors: [fallback()] })
    .runSettled()
  expect(called).toEqual(ways)
  if (reads === 0) expect(result.data).toMatchObject({ speech: { way: 'spare', read: 2 } })
  else expect(result.status === 'failed' && result.errors[0]).toMatchObject({ code: 'ECONNRESET', stage: 'speech' })
})
