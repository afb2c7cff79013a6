import { expect, test } from 'vitest'
import { runDurable } from '../src/durable.ts'
import { Pipeline, StageOutput } from '../src/index.ts'
import { ArrayExecutor } from './array-executor.ts'

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

test.each([
  ['yes', 'the time of its question passes after the answer'],
  ['no', 'an answer comes after the time of its question'],
])('a stage that waits for its slot goes on once, with %s: %s', async (counts) => {
  const executor = new ArrayExecutor([], { start: { options: { maxConcurrency: 1 } } })
  const answers: unknown[] = []
  const busy = Promise.withResolvers<void>()
  const graph = new Pipeline('p')
    .withStage('ask', ({ resumed }) => {
      if (resumed === undefined) return StageOutput.suspend('?', { until: 1_000_000_000_000_000, otherwise: 'no' })
      answers.push(resumed.answer)
      return {}
    })
    .withStage('busy', async () => {
      await busy.promise
      return {}
    })
    .build()
  const running = runDurable(graph, executor)
  while (!executor.begun.includes('busy')) await turn()
  const facts = [() => executor.answer('ask', 'yes'), () => executor.put({ kind: 'timer', key: 'ask' })]
  const [first, second] = counts === 'yes' ? facts : facts.toReversed()
  expect(executor.isOpen.get('ask')?.()).toBe(true)
  first?.()
  for (let turns = 0; turns < 20; turns++) await turn()
  // An answer that comes now is for the next question.
  expect(executor.isOpen.get('ask')?.()).toBe(false)
  second?.()
  for (let turns = 0; turns < 20; turns++) await turn()
  busy.resolve()
  expect(await running).toMatchObject({ status: 'completed' })
  expect({ answers, begun: executor.begun }).toEqual({ answers: [counts], begun: ['ask', 'busy', 'ask@2'] })
  expect(await runDurable(graph, new ArrayExecutor(executor.facts))).toMatchObject({ status: 'completed' })
})

test.each([1, 2, 3])(
  'items that wait and items that run share the slot of their map, with concurrency %i',
  async (concurrency) => {
    const executor = new ArrayExecutor([], { start: { options: { maxConcurrency: 1 } } })
    const graph = new Pipeline('p')
      .withMap('m', {
        over: () => [0, 1, 2, 3, 4],
        concurrency,
        each: async (item, { resumed }) => {
          await turn()
          return item < 3 && resumed === undefined ? StageOutput.suspend('?') : { item }
        },
      })
      .withStage('busy', async () => (await turn(), {}))
      .withStage('other', async () => (await turn(), {}))
      .build()
    const running = runDurable(graph, executor)
    const answered = new Set<string>()
    let isOver = false
    void running.finally(() => (isOver = true))
    for (let turns = 0; turns < 400 && !isOver; turns++) {
      await turn()
      for (const key of executor.waiting.keys()) {
        if (answered.has(key)) continue
        answered.add(key)
        executor.answer(key, 'yes')
        break
      }
    }
    expect(await running).toMatchObject({ status: 'completed' })
  },
)
