import { Pipeline, StageOutput } from '@stageflow/core'
import type { StageContext, SuspendedResult } from '@stageflow/core'
import { resumeRun } from '@stageflow/core/durable'
import { auth, orgEnforcement } from '@stageflow/interceptor-auth'
import type { AuthOptions } from '@stageflow/interceptor-auth'
import { describe, expect, test } from 'vitest'

import { openRuns } from '../test/open-runs.ts'

const { open } = openRuns()

/** A token is its user and roles, without an organization: `ada:approver`. */
const verify = (token: string) => ({ sub: token.split(':')[0], roles: token.split(':')[1] ?? '' })
const ask = ({ resumed }: StageContext) =>
  resumed === undefined ? StageOutput.suspend('May I?') : { by: resumed.by?.userId }
const orders = (options: Partial<AuthOptions> = {}, enforced = false) =>
  new Pipeline('order').withStage('boss', ask, { answeredBy: { roles: ['approver'] } }).build({
    interceptors: [
      auth({ verify, ...options }),
      ...(enforced ? [orgEnforcement({ resourceOrgId: () => undefined })] : []),
    ],
  })
const suspended = async (graph: ReturnType<typeof orders>) =>
  JSON.parse(JSON.stringify(await graph.run({}, { token: 'ada:approver' }))) as SuspendedResult<{ boss: unknown }>
const BOB = { token: 'bob:approver' }

describe('users whose tokens have no organization are kept apart', () => {
  test('so one with the roles of answeredBy does not answer the run of another', async () => {
    const graph = orders()
    const run = await suspended(graph)
    await expect(resumeRun(graph, run, { boss: 'yes' }, BOB)).rejects.toMatchObject({ code: 'auth/foreign-run' })
    expect((await resumeRun(graph, run, { boss: 'yes' }, { token: 'ada:approver' })).status).toBe('completed')
  })

  test('so orgEnforcement keeps them apart, whatever allows says', async () => {
    const graph = orders({ allows: () => true }, true)
    const run = await suspended(graph)
    await expect(resumeRun(graph, run, { boss: 'yes' }, BOB)).rejects.toMatchObject({ code: 'auth/foreign-tenant' })
    expect((await resumeRun(graph, run, { boss: 'yes' }, { token: 'ada' })).status).toBe('completed')
  })

  test.each([false, true])(
    'so none reads, cancels, answers or attaches to the durable run of another (enforced: %s)',
    async (enforced) => {
      const graph = orders(enforced ? { allows: () => true } : {}, enforced)
      const runs = open()
      const runId = 'a'
      await runs.run(graph, {}, { runId, token: 'ada:approver' })
      for (const asked of [
        () => runs.get(graph, runId, BOB),
        () => runs.cancel(graph, runId, 'why', BOB),
        () => runs.answer(graph, runId, { boss: 'yes' }, BOB),
        () => runs.run(graph, {}, { runId, ...BOB }),
      ])
        await expect(asked()).rejects.toMatchObject({ code: enforced ? 'auth/foreign-tenant' : 'auth/foreign-run' })
      expect((await runs.get(runId))?.requests).toHaveLength(1)
      // A list without an organization would be that of all: it is refused, and a user sees their own.
      await expect(runs.list({ orgId: undefined as never })).rejects.toMatchObject({
        code: 'durable-engine/illegal-option',
      })
      expect(await runs.list({ userId: 'bob' })).toEqual([])
    },
  )
})

test('in an app without organizations (orgId: false), users with the roles answer the runs of all', async () => {
  const graph = orders({ orgId: false })
  const run = await suspended(graph)
  expect((await resumeRun(graph, run, { boss: 'yes' }, BOB)).data.boss).toEqual({ by: 'bob' })
})

test.each(['get', 'answer', 'cancel', 'retryFailed'] as const)(
  '%s without a token says what is asked, and where the token goes',
  async (method) => {
    const graph = orders()
    const runs = open()
    await runs.run(graph, {}, { runId: 'r', token: 'ada' })
    const asked = {
      get: () => runs.get(graph, 'r'),
      answer: () => runs.answer(graph, 'r', { boss: 1 }),
      cancel: () => runs.cancel(graph, 'r', 'why'),
      retryFailed: () => runs.retryFailed(graph, 'r'),
    }
    const action = { get: 'read', answer: 'answer', cancel: 'cancel', retryFailed: 'retry' }[method]
    await expect(asked[method]()).rejects.toThrow(
      `The request to ${action} run "r" of pipeline "order" has no token. Pass it in the options of the call: { token }.`,
    )
  },
)
