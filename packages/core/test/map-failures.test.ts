import { manualClock } from '@stageflow/testing'
import { expect, test } from 'vitest'
import { Pipeline, StageOutput } from '../src/index.ts'

const clock = manualClock()

/** A map whose third item ends it, while the fourth still runs. */
function graphOf(third: () => unknown) {
  return new Pipeline('demo')
    .withMap('all', {
      over: () => [0, 1, 2, 3],
      each: async (item, context) => {
        if (item === 3) await context.clock.sleep(1_000, context.signal)
        if (item === 2) {
          await context.clock.sleep(10)
          return third() as { n: number }
        }
        return { n: item }
      },
    })
    .build({ clock })
}

test.each<[name: string, third: () => unknown]>([
  [
    'throws',
    () => {
      throw new Error('boom')
    },
  ],
  ['fails', () => StageOutput.fail('boom')],
])("if an item %s, what the other items had done is in the data of the map's failure", async (_name, third) => {
  const settled = graphOf(third).runSettled()
  await clock.advance(10)
  const result = await settled
  expect(result.status).toBe('failed')
  expect(result.outputs.all).toMatchObject({
    status: 'fail',
    data: { items: [{ n: 0 }, { n: 1 }, undefined, undefined] },
  })
  expect(result).toMatchObject({ errors: [{ message: 'boom' }] })
})

test('the data that the failed item gave stays beside the items', async () => {
  const settled = graphOf(() => StageOutput.fail('boom', { retryable: true, data: { line: 7 } })).runSettled()
  await clock.advance(10)
  expect((await settled).outputs.all).toMatchObject({
    retryable: true,
    data: { line: 7, items: [{ n: 0 }, { n: 1 }, undefined, undefined] },
  })
})

test('if the source of a map throws, what its items had done is in the data of its failure', async () => {
  const graph = new Pipeline('demo')
    .withMap('all', {
      over: async function* () {
        yield 1
        await clock.sleep(10)
        throw new Error('source down')
      },
      each: (item: number) => ({ n: item }),
    })
    .build({ clock })
  const settled = graph.runSettled()
  await clock.advance(10)
  const result = await settled
  expect(result.outputs.all).toMatchObject({ status: 'fail', data: { items: [{ n: 1 }] } })
  expect(result).toMatchObject({ errors: [{ message: 'source down' }] })
})

test('a map that is stopped with its run is cancelled, as any stage is', async () => {
  const settled = graphOf(() => ({ n: 2 })).runSettled({}, { timeoutMs: 50 })
  await clock.advance(50)
  expect((await settled).report.stages.all).toMatchObject({ status: 'cancel' })
})
