import { expect, test } from 'vitest'
import { runDurable } from '../src/durable.ts'
import { Pipeline, StageOutput } from '../src/index.ts'
import { ArrayExecutor } from './array-executor.ts'

test('an answer that comes while a stopped run still leaves code changes nothing, in every leg', async () => {
  const stop = new AbortController()
  const executor = new ArrayExecutor()
  const graph = (live: boolean) =>
    new Pipeline('p')
      .withStage('ask', () => StageOutput.suspend('really?'))
      .withStage('slow', async ({ signal }) => {
        // By then the other stage waits for its answer.
        for (let turns = 0; turns < 3; turns++) await new Promise<void>((resolve) => setImmediate(resolve))
        stop.abort(new Error('the caller left'))
        await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }))
        if (live) executor.answer('ask', 'yes')
        return { slow: 1 }
      })
      .build()
  const first = await runDurable(graph(true), executor, { signal: stop.signal, graceMs: 50 })
  expect(executor.facts.map(({ kind, key }) => `${kind} ${key}`)).toEqual([
    'call ask',
    'stop ',
    'answer ask',
    'call slow',
  ])
  expect(first.status).toBe('cancelled')
  const second = await runDurable(graph(false), new ArrayExecutor(executor.facts), {})
  expect(second.status).toBe('cancelled')
})
