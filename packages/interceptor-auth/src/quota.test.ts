import { Pipeline, StageOutput, StageflowError } from '@stageflow/core'
import type { Interceptor, StageContext } from '@stageflow/core'
import { admitRequest, resumeRun, runDurable } from '@stageflow/core/durable'
import { memoryExecutor } from '@stageflow/testing/durable'
import { expect, test } from 'vitest'

import { IDENTITY, auth } from './index.ts'

const verify = (token: string) => {
  const [sub, org_id] = token.split('@')
  if (org_id === undefined) throw new StageflowError('acme/bad-token', 'This token is bad.')
  return { sub, org_id }
}

/** Takes one run of an organization: where its caller is admitted, or in process as it begins. */
function quota(runsOf: Readonly<Record<string, number>>) {
  const taken: string[] = []
  const take = (orgId = 'none'): void => {
    if (taken.filter((one) => one === orgId).length >= (runsOf[orgId] ?? 0))
      throw new StageflowError('quota/spent', `"${orgId}" has no run left.`)
    taken.push(orgId)
  }
  const interceptor: Interceptor = {
    name: 'quota',
    mustBeInside: ['auth'],
    admit: ({ action, get }) => {
      if (action !== 'start') return undefined
      take(get(IDENTITY)?.orgId)
      return { keep: { counted: true } }
    },
    wrapRun: (next) => (run) => {
      if (run.kept !== undefined || run.parent !== undefined) return next(run)
      try {
        take(run.get(IDENTITY)?.orgId)
      } catch (error) {
        return run.fail(error)
      }
      run.keep('quota', { counted: true })
      return next(run)
    },
  }
  return { interceptor, taken }
}

const ask = ({ resumed }: StageContext) =>
  resumed === undefined ? StageOutput.suspend('?') : { answer: resumed.answer }
const kid = new Pipeline('kid').withStage('inner', () => ({}))
function orders(runsOf: Readonly<Record<string, number>>) {
  const { interceptor, taken } = quota(runsOf)
  const graph = new Pipeline('order')
    .withPipeline('kid', kid)
    .withStage('boss', ask, { dependencies: ['kid'] })
    .build({ interceptors: [auth({ verify }), interceptor] })
  return { graph, taken }
}

test('in process a run is counted once, with all its legs and child runs, and a refused caller costs nothing', async () => {
  const { graph, taken } = orders({ acme: 1 })
  await expect(graph.run({}, { token: 'nonsense' })).rejects.toMatchObject({ cause: { code: 'acme/bad-token' } })
  await expect(graph.run()).rejects.toMatchObject({ cause: { code: 'auth/missing-token' } })
  expect(taken).toEqual([])
  const first = await graph.run({}, { token: 'ada@acme' })
  if (first.status !== 'suspended') throw new Error(first.status)
  expect(first.kept).toMatchObject({ quota: { counted: true } })
  await expect(resumeRun(graph, first, { boss: 1 }, { token: 'eve@acme' })).rejects.toMatchObject({
    code: 'auth/foreign-run',
  })
  expect((await resumeRun(graph, first, { boss: 1 }, { token: 'ada@acme' })).status).toBe('completed')
  expect(taken).toEqual(['acme'])
  await expect(graph.run({}, { token: 'ada@acme' })).rejects.toMatchObject({ cause: { code: 'quota/spent' } })
})

test('a durable run is counted when its start is admitted, and no leg, attach, answer or read costs more', async () => {
  const { graph, taken } = orders({ acme: 1 })
  const request = { runId: 'order-7', input: {} } as const
  const start = (token: string | undefined) => admitRequest(graph, { ...request, action: 'start', options: { token } })
  await expect(start('nonsense')).rejects.toMatchObject({ code: 'acme/bad-token' })
  await expect(start(undefined)).rejects.toMatchObject({ code: 'auth/missing-token' })
  expect(taken).toEqual([])

  const { kept } = await start('ada@acme')
  const executor = memoryExecutor()
  const leg = () => executor.run({ runId: 'order-7', startedAt: 0, input: {}, kept }, (one) => runDurable(graph, one))
  expect((await leg()).status).toBe('suspended')
  for (const action of ['attach', 'answer', 'read', 'cancel', 'interrupt', 'retry'] as const) {
    await admitRequest(graph, { ...request, action, kept, options: { token: 'ada@acme' } })
    await expect(
      admitRequest(graph, { ...request, action, kept, options: { token: 'eve@evil' } }),
    ).rejects.toMatchObject({ code: 'auth/foreign-run' })
  }
  executor.answer('order-7', 'boss', 'yes', { userId: 'ada' })
  expect((await leg()).status).toBe('completed')
  expect(taken).toEqual(['acme'])
  await expect(start('ada@acme')).rejects.toMatchObject({ code: 'quota/spent' })
})
