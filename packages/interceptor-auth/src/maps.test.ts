import { Pipeline } from '@stageflow/core'
import type { Interceptor, PipelineBuildError } from '@stageflow/core'
import { expect, test } from 'vitest'
import { auth } from './index.ts'

const verify = (token: string) => ({ sub: 'ada', org_id: 'acme', roles: token.split(' ') })

/** A map that only admins may run. `log`: what was called. */
function guarded(interceptors: readonly Interceptor[], log: string[]) {
  return new Pipeline('pay')
    .withMap('salaries', {
      over: () => (log.push('over'), [1, 2, 3]),
      each: (item: number) => (log.push(`each ${item}`), { item }),
      authorize: { roles: ['admin'] },
    })
    .build({ interceptors })
}

test('authorize of a map is asked before over, and of none of its items', async () => {
  const log: string[] = []
  const graph = guarded([auth({ verify })], log)
  const refused = await graph.runSettled({}, { token: 'member' })
  expect(refused).toMatchObject({ status: 'failed', errors: [{ code: 'auth/forbidden', stage: 'salaries' }] })
  expect(refused.outputs.salaries).toMatchObject({ status: 'fail', retryable: false })
  expect(log).toEqual([])
  expect((await graph.run({}, { token: 'admin' })).data.salaries?.items).toHaveLength(3)
  expect(log).toEqual(['over', 'each 1', 'each 2', 'each 3'])
})

test('the items of a map are not asked again', async () => {
  let answers = 0
  // Inside auth, it sees which calls got past it.
  const counts: Interceptor = { name: 'counts', aroundMaps: true, onCall: () => () => void answers++ }
  const graph = guarded([auth({ verify }), counts], [])
  await graph.run({}, { token: 'admin' })
  expect(answers).toBe(4)
  const refused = await graph.runSettled({}, { token: 'member' })
  expect(answers).toBe(4)
  expect(refused.report.stages.salaries.items).toBeUndefined()
})

const problemsOf = (build: () => unknown): readonly string[] => {
  try {
    build()
    return []
  } catch (error) {
    return (error as PipelineBuildError).problems.map(({ message }) => message)
  }
}

test.each(['authorize', 'answeredBy'])('an illegal value of %s of a map is one problem of build()', (option) => {
  const pipeline = new Pipeline('pay').withMap('salaries', { over: () => [1], each: () => ({}), [option]: {} })
  expect(problemsOf(() => pipeline.build({ interceptors: [auth({ verify })] }))).toEqual([
    expect.stringContaining(`${option} of stage "salaries" is {}`) as string,
  ])
})

test('answeredBy of a map whose items run a pipeline is refused: the stages of the pipeline ask', () => {
  const each = new Pipeline('kid').withStage('check', () => ({}))
  const pipeline = new Pipeline('pay').withMap('salaries', {
    over: () => [1],
    each: each as never,
    answeredBy: { roles: ['boss'] },
  })
  expect(problemsOf(() => pipeline.build({ interceptors: [auth({ verify })] }))).toEqual([
    expect.stringContaining('answeredBy of stage "salaries" would not hold: the stages of "kid" ask') as string,
  ])
})

test('authorize in the pipeline of an item is asked for its stages', async () => {
  const each = new Pipeline('kid').withStage('check', () => ({ seen: true }), { authorize: { roles: ['admin'] } })
  const graph = new Pipeline('pay')
    .withMap('salaries', { over: () => [1, 2], each: each as never, onItemFailure: 'collect' } as never)
    .build({ interceptors: [auth({ verify })] })
  const { outputs } = await graph.run({}, { token: 'member' })
  const item = { status: 'fail', error: { code: 'auth/forbidden' } }
  expect((outputs as { readonly salaries: unknown }).salaries).toMatchObject({ data: { items: [item, item] } })
})
