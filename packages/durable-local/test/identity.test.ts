import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { Pipeline, StageOutput } from '@stageflow/core'
import type { StageContext } from '@stageflow/core'
import { resumeRun } from '@stageflow/core/durable'
import { IDENTITY, auth } from '@stageflow/interceptor-auth'
import { durableLocal } from '@stageflow/durable-local'
import { afterAll, expect, test } from 'vitest'

const folder = mkdtempSync(join(tmpdir(), 'durable-identity-'))
afterAll(() => rmSync(folder, { recursive: true }))

const who = ({ userId, orgId, get }: StageContext) => ({ userId, orgId, roles: get(IDENTITY)?.roles })
const child = new Pipeline('child').withStage('inside', who)

/** After the approval, child runs of each kind: a pipeline, the items of a map, and one that the code of a stage runs. */
function orders(verified: string[] = []) {
  const verify = (token: string) => {
    verified.push(token)
    const [sub, rest = ''] = token.split('@')
    const [organization, roles = ''] = rest.split(':')
    return { sub, org_id: organization, roles }
  }
  return new Pipeline('order')
    .withStage(
      'boss',
      ({ resumed }) => (resumed === undefined ? StageOutput.suspend('Pay?') : { by: resumed.by?.userId }),
      { answeredBy: { roles: ['approver'] } },
    )
    .withPipeline('kid', child, { dependencies: ['boss'] })
    .withMap('items', {
      dependencies: ['boss'],
      over: () => [1, 2],
      each: async (_item, { runChild }) => (await runChild(child)).data as object,
    })
    .withStage('pay', async ({ runChild }) => (await runChild(child)).data as object, { dependencies: ['boss'] })
    .build({ interceptors: [auth({ verify })] })
}

const ADA = { token: 'ada@acme:buyer' }
const BO = { token: 'bo@acme:approver' }
const OF_ADA = { inside: { userId: 'ada', orgId: 'acme', roles: ['buyer'] } }
const DATA = { boss: { by: 'bo' }, kid: OF_ADA, items: { items: [OF_ADA, OF_ADA] }, pay: OF_ADA }

test('child runs of a run that another user has answered act for who began it, and no token reaches them', async () => {
  const verified: string[] = []
  const graph = orders(verified)
  await using durable = durableLocal({ path: join(folder, 'runs.db') })
  await durable.run(graph, {}, { runId: 'a', ...ADA })
  expect((await durable.resume(graph, 'a', { boss: true }, BO)).data).toEqual(DATA)
  // Once for each request.
  expect(verified).toEqual([ADA.token, BO.token])
})

test('in process, too, they act for who began the run', async () => {
  const verified: string[] = []
  const graph = orders(verified)
  const suspended = await graph.run({}, ADA)
  if (suspended.status !== 'suspended') throw new Error(`the run is ${suspended.status}`)
  const kept = JSON.parse(JSON.stringify(suspended)) as typeof suspended
  expect((await resumeRun(graph, kept, { boss: true }, BO)).data).toEqual(DATA)
  expect(verified).toEqual([ADA.token, BO.token])
})

test('a leg that was recovered without any token runs the children of the run as who began it', async () => {
  const path = join(folder, 'recovered.db')
  const graph = orders()
  {
    await using first = durableLocal({ path })
    await first.run(graph, {}, { runId: 'a', ...ADA })
    await first.answer(graph, 'a', { boss: true }, BO)
  }
  await using second = durableLocal({ path })
  expect(await second.recover(graph)).toMatchObject([{ runId: 'a', status: 'completed' }])
  expect((await second.get('a'))?.result?.data).toEqual(DATA)
})
