import { manualClock } from '@stageflow/testing'
import { ChunkQueue } from '@stageflow/streaming'
import { expect, test } from 'vitest'
import { all } from '../test/async-values.ts'
import type { AnswerStream } from './answerer.ts'
import { readAhead } from './read-ahead.ts'

const clock = manualClock()
const signal = new AbortController().signal
const queue = (maxSize = 100) => new ChunkQueue<string>({ maxSize, clock })

/** An answer of so many words, or of words without end; `said` counts them, `ended` says when it was let go. */
function words(count = Infinity) {
  const state = { said: 0, ended: false, signal: undefined as AbortSignal | undefined }
  async function* ask(until: AbortSignal): AnswerStream {
    state.signal = until
    try {
      while (state.said < count) yield { text: `${++state.said} ` }
      yield { finishReason: 'stop' }
      return []
    } finally {
      state.ended = true
    }
  }
  return { state, ask }
}

test('it yields every word in order, and tells of everything that was said', async () => {
  const { ask, state } = words(300)
  const seen: unknown[] = []
  const found = await all(readAhead(queue(), { ask, signal, onDelta: (delta) => seen.push(delta) }))
  expect(found).toEqual(Array.from({ length: 300 }, (_, index) => `${index + 1} `))
  expect(seen).toHaveLength(301)
  expect(state.ended).toBe(true)
})

test('the model is read no further ahead of the reader than the queue is long', async () => {
  const { ask, state } = words()
  const reading = readAhead(queue(10), { ask, signal, onDelta: () => {} })
  await reading.next()
  await clock.settle()
  expect(state.said).toBe(12) // one is read, ten are queued, one waits for its place
  await reading.return([])
  expect(state.ended).toBe(true)
})

test('the answer is let go when the reader leaves, and its signal says so', async () => {
  const { ask, state } = words()
  for await (const word of readAhead(queue(), { ask, signal, onDelta: () => {} })) if (word === '3 ') break
  expect(state.ended).toBe(true)
  expect(state.signal?.aborted).toBe(true)
})

test('an answer that waits for its server is let go too', async () => {
  let isLetGo = false
  async function* ask(until: AbortSignal): AnswerStream {
    yield { text: 'a' }
    await new Promise((resolve) => until.addEventListener('abort', resolve, { once: true }))
    isLetGo = true
    throw until.reason
  }
  for await (const word of readAhead(queue(), { ask, signal, onDelta: () => {} })) if (word === 'a') break
  expect(isLetGo).toBe(true)
})

test('what the answer throws comes after the words before it, as it is', async () => {
  const failure = new Error('cut off')
  async function* ask(): AnswerStream {
    yield { text: 'a' }
    yield { text: 'b' }
    throw failure
  }
  const seen: string[] = []
  const reading = async () => {
    for await (const word of readAhead(queue(), { ask, signal, onDelta: () => {} })) seen.push(word)
  }
  await expect(reading()).rejects.toBe(failure)
  expect(seen).toEqual(['a', 'b'])
})

test('an abort of the stage reaches the answer, with its reason', async () => {
  const controller = new AbortController()
  async function* ask(until: AbortSignal): AnswerStream {
    yield { text: 'a' }
    await new Promise((resolve) => until.addEventListener('abort', resolve, { once: true }))
    throw until.reason
  }
  const reading = readAhead(queue(), { ask, signal: controller.signal, onDelta: () => {} })
  await reading.next()
  const next = reading.next()
  const reason = new Error('stopped by Ctrl-C')
  controller.abort(reason)
  await expect(next).rejects.toBe(reason)
})

test('an error of the function that is told ends the answer', async () => {
  const { ask, state } = words()
  const wrong = new RangeError('too long')
  const reading = all(
    readAhead(queue(), {
      ask,
      signal,
      onDelta: () => {
        throw wrong
      },
    }),
  )
  await expect(reading).rejects.toBe(wrong)
  expect(state.ended).toBe(true)
})
