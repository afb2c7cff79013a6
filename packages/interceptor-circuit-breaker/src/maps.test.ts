import { Pipeline, StageOutput } from '@stageflow/core'
import { manualClock } from '@stageflow/testing'
import { expect, test } from 'vitest'

import { down } from '../test/down.ts'
import { circuitBreaker } from './index.ts'

const numbers = (count: number): readonly number[] => Array.from({ length: count }, (_, index) => index)

test.each([1, 4])(
  '50 items of a dead service, %i at once, make few calls, and the others fail with circuit-breaker/open',
  async (concurrency) => {
    let calls = 0
    const graph = new Pipeline('post')
      .withMap('letters', {
        over: () => numbers(50),
        concurrency,
        onItemFailure: 'collect',
        each: async () => {
          calls++
          await Promise.resolve()
          throw down()
        },
      })
      .build({ clock: manualClock(), interceptors: [circuitBreaker()] })
    const { data } = await graph.run()
    expect(calls).toBeGreaterThanOrEqual(5)
    expect(calls).toBeLessThan(5 + concurrency)
    const codes = data.letters?.items.map((item) => item?.status === 'fail' && item.error.code)
    expect(codes?.filter((code) => code === 'circuit-breaker/open')).toHaveLength(50 - calls)
  },
)

test('the circuit of a map is one for all its items, and open for the next run', async () => {
  let calls = 0
  const breaker = circuitBreaker()
  const graph = new Pipeline('post')
    .withMap('letters', {
      over: () => numbers(6),
      concurrency: 1,
      onItemFailure: 'skip',
      each: () => {
        calls++
        throw down()
      },
    })
    .build({ clock: manualClock(), interceptors: [breaker] })
  await graph.run()
  const { report } = await graph.run()
  expect(calls).toBe(5)
  expect(report.stages.letters.items?.records.map(({ error }) => error?.code)).toEqual(
    Array.from({ length: 6 }, () => 'circuit-breaker/open'),
  )
})

test('items that skip and items that an ended map aborts do not count as failures', async () => {
  const clock = manualClock()
  let isDown = false
  const graph = new Pipeline('post')
    .withMap('letters', {
      over: () => numbers(40),
      concurrency: 20,
      each: async (letter: number, { signal }) => {
        if (!isDown) return StageOutput.skip('no stamp')
        await clock.sleep(letter === 0 ? 1 : 1_000, signal)
        throw down()
      },
    })
    .build({ clock, interceptors: [circuitBreaker()] })
  await graph.run()
  isDown = true
  const failed = graph.runSettled()
  await clock.advance(10)
  expect((await failed).status).toBe('failed')
  isDown = false
  expect((await graph.run()).report.stages.letters.items).toMatchObject({ skip: 40 })
})
