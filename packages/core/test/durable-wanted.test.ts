import { expect, test } from 'vitest'
import { runDurable } from '../src/durable.ts'
import { Pipeline, StageOutput } from '../src/index.ts'
import type { CallFacts, StageExecutor } from '../src/durable.ts'
import type { StageInfo } from '../src/index.ts'
import { ArrayExecutor } from './array-executor.ts'

/** Remembers what says whether a call, or an answer, is still wanted. */
class WantedExecutor extends ArrayExecutor implements StageExecutor {
  readonly wanted = new Map<string, () => boolean>()

  override execute(key: string, call: () => Promise<CallFacts>, _?: StageInfo, isWanted?: () => boolean): void {
    this.wanted.set(`call ${key}`, isWanted as () => boolean)
    super.execute(key, call)
  }
  override wait(key: string, request: unknown, isWanted: () => boolean): void {
    this.wanted.set(`answer ${key}`, isWanted)
    super.wait(key, request, isWanted)
  }
  wants(): Record<string, boolean> {
    return Object.fromEntries([...this.wanted].map(([key, isWanted]) => [key, isWanted()]))
  }
}

test('an executor learns which calls and answers are no longer wanted once a stage has failed', async () => {
  const executor = new WantedExecutor()
  const seen: Record<string, boolean>[] = []
  const graph = new Pipeline('p')
    .withStage('ask', ({ resumed }) => (resumed === undefined ? StageOutput.suspend('?') : { got: resumed.answer }))
    .withStage('answered', ({ resumed }) =>
      resumed === undefined ? StageOutput.suspend('?') : { got: resumed.answer },
    )
    .withStage('long', async ({ signal }) => {
      while (!executor.wanted.has('answer ask')) await new Promise((resolve) => setImmediate(resolve))
      executor.answer('answered', 'yes')
      while (!executor.begun.includes('answered@2')) await new Promise((resolve) => setImmediate(resolve))
      seen.push(executor.wants())
      await new Promise((resolve) => signal.addEventListener('abort', resolve))
      seen.push(executor.wants())
      return {}
    })
    .withStage('failing', async () => {
      while (seen.length === 0) await new Promise((resolve) => setImmediate(resolve))
      return StageOutput.fail('broken')
    })
    .build()
  const result = await runDurable(graph, executor, {})
  expect(result.status).toBe('failed')
  expect(seen[0]).toMatchObject({
    'call long': true,
    'call failing': true,
    'answer ask': true,
    'answer answered': false,
  })
  expect(seen[1]).toMatchObject({ 'call long': false })
  expect(executor.wants()).toMatchObject({ 'answer ask': false, 'answer answered': false })
})
