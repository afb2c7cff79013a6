import { Pipeline } from '@stageflow/core'
import { gate, soft, stream } from '@stageflow/core/edges'
import { manualClock } from '@stageflow/testing'
import { expect, test } from 'vitest'
import { auth } from './index.ts'

const verify = (token: string) => ({ sub: 'ada', org_id: 'acme', roles: token.split(' ') })
const admins = { authorize: { roles: ['admin'] } }

test('a stream that may not be yielded gives no chunk, and its reader is not called', async () => {
  const log: string[] = []
  const run = new Pipeline('pay')
    .withStage(
      'salaries',
      async function* () {
        log.push('salaries')
        yield 1
      },
      admins,
    )
    .withStage(
      'sum',
      async ({ inputs }) => {
        log.push('sum')
        for await (const _salary of inputs.stream('salaries'));
      },
      { dependencies: [stream('salaries')] },
    )
    .build({ interceptors: [auth({ verify })] })
    .runSettled({}, { token: 'member', onStageFailure: 'continue' })
  const result = await run
  expect(result).toMatchObject({ status: 'failed', errors: [{ code: 'auth/forbidden', stage: 'salaries' }] })
  expect(log).toEqual([])
})

test('a reader that is not authorized reads nothing, and does not hold its source back', async () => {
  const read: number[] = []
  const result = await new Pipeline('pay')
    .withStage('salaries', async function* () {
      for (let salary = 0; salary < 100; salary++) yield salary
      return { paid: true }
    })
    .withStage(
      'sum',
      async ({ inputs }) => {
        for await (const salary of inputs.stream('salaries')) read.push(salary)
      },
      { dependencies: [stream('salaries')], maxWaiting: 1, ...admins },
    )
    .build({ interceptors: [auth({ verify })] })
    .runSettled({}, { token: 'member', onStageFailure: 'continue' })
  expect(result.data.salaries).toEqual({ paid: true })
  expect(result.report.stages.sum.error?.code).toBe('auth/forbidden')
  expect(read).toEqual([])
})

test('a soft dependency that is not authorized is left out, and its stage runs', async () => {
  const { data, report } = await new Pipeline('pay')
    .withStage('salary', () => ({ amount: 1 }), { ...admins, onFailure: 'skip' })
    .withStage('letter', ({ inputs }) => ({ amount: inputs.from('salary')?.amount }), {
      dependencies: [soft('salary', { waitMs: 10 })],
    })
    .build({ interceptors: [auth({ verify })] })
    .run({}, { token: 'member' })
  expect(report.stages.salary.error?.code).toBe('auth/forbidden')
  expect(data.letter).toEqual({ amount: undefined })
})

test('a gate that is not authorized does not open', async () => {
  const clock = manualClock()
  const running = new Pipeline('pay')
    .withStage('check', () => clock.sleep(10), admins)
    .withStage('answer', () => ({ text: 'hello' }), { dependencies: [gate('check')] })
    .build({ clock, interceptors: [auth({ verify })] })
    .runSettled({}, { token: 'member', onStageFailure: 'continue' })
  await clock.runAll()
  const { data, report } = await running
  expect(data.answer).toBeUndefined()
  expect(report.stages.answer).toMatchObject({ status: 'skip', reason: 'gate "check" ended fail' })
})
