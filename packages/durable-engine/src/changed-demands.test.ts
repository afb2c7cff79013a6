import { Pipeline, StageOutput } from '@stageflow/core'
import type { Interceptor, StageContext, StageOptions } from '@stageflow/core'
import { auth } from '@stageflow/interceptor-auth'
import { expect, test } from 'vitest'

import { openRuns } from '../test/open-runs.ts'

// A version of the graph admits an answer. A later one takes it, and may demand another role of who answers the stage.

const { newPath, open } = openRuns({ leaseMs: 60_000 })
/** A token is a user and a role of the one organization: `bob:approver`. */
const verify = (token: string) => ({ sub: token.split(':')[0], org_id: 'acme', roles: token.split(':')[1] ?? '' })
const [ADA, BOB] = [{ token: 'ada' }, { token: 'bob:approver' }]
/** Has both roles. */
const CHIEF = { token: 'eve:approver cfo' }
const APPROVER = { roles: ['approver'] }

const ask = ({ resumed }: StageContext) =>
  resumed === undefined ? StageOutput.suspend('?') : { by: resumed.by?.userId ?? resumed.by?.system }

type Demand = StageOptions['answeredBy']
/** `boss` asks at once. Once that has its answer, `pay` asks, and so do a stage of a child and an item: of who answers them `demand` is demanded. */
const version = (demand?: Demand, others: readonly Interceptor[] = []) => {
  const answeredBy = demand === undefined ? {} : { answeredBy: demand }
  return (
    new Pipeline('order')
      .withStage('boss', ask)
      .withStage('pay', ask, { dependencies: ['boss'], ...answeredBy })
      .withPipeline('kid', new Pipeline('kid').withStage('check', ask, answeredBy), { dependencies: ['boss'] })
      .withMap('letters', {
        dependencies: ['boss'],
        over: () => ['x'],
        each: (_letter, context) => ask(context),
        ...answeredBy,
      })
      // The item has the name of a stage, which plays no part.
      .withMap('docs', {
        dependencies: ['boss'],
        over: () => ['check'],
        key: (item) => item,
        each: new Pipeline('doc').withStage('check', ask, answeredBy),
      })
      .build({ interceptors: [auth({ verify }), ...others] })
  )
}
const INNER_ANSWERS = { kid: { check: 1 }, letters: { 0: 1 }, docs: { check: { check: 1 } } }
const ANSWERS = { pay: 1, ...INNER_ANSWERS }
const KEYS = ['docs#check/check', 'kid/check', 'letters#0', 'pay']
const by = (userId: string) => ({
  pay: { by: userId },
  kid: { check: { by: userId } },
  letters: { items: [{ by: userId }] },
  docs: { items: [{ check: { by: userId } }] },
})

/** A run whose later stages have answers of Ada, whom `first` admitted, before they ask in `second`. */
async function answeredEarly(first: ReturnType<typeof version>, second: ReturnType<typeof version>, caller = ADA) {
  const path = newPath()
  const before = open(path)
  await before.run(first, {}, { runId: 'r', ...ADA })
  await before.answer(first, 'r', ANSWERS, caller)
  await before.close()
  const runs = open(path)
  return { runs, result: await runs.resume(second, 'r', { boss: 1 }, ADA) }
}
async function refusedIn(runs: ReturnType<typeof open>) {
  const timeline = (await runs.get('r'))?.timeline ?? []
  return timeline.filter(({ refused }) => refused).map(({ key, by: author }) => `${key} of ${author?.userId}`)
}

test('an early answer is refused, and seen, if its stage demands a role by the time it asks that nothing demanded before', async () => {
  const second = version(APPROVER)
  const { runs, result } = await answeredEarly(version(), second)
  expect(result.status).toBe('suspended')
  expect((await refusedIn(runs)).toSorted()).toEqual(KEYS.map((key) => `${key} of ada`))
  expect((await runs.get('r'))?.requests.map(({ path }) => path.join('/')).toSorted()).toEqual([
    'docs/check/check',
    'kid/check',
    'letters/0',
    'pay',
  ])
  await expect(runs.answer(second, 'r', ANSWERS, ADA)).rejects.toMatchObject({ code: 'auth/foreign-run' })
  expect((await runs.resume(second, 'r', ANSWERS, BOB)).data).toMatchObject(by('bob'))
  expect(await refusedIn(runs)).toHaveLength(KEYS.length)
})

test.each<readonly [what: string, first: Demand, caller: typeof ADA, second: Demand]>([
  ['another role', APPROVER, BOB, { roles: ['cfo'] }],
  ['one more role', APPROVER, BOB, { roles: ['approver', 'cfo'] }],
  ['no role, so only the user who began the run answers', APPROVER, BOB, undefined],
])('an early answer is refused if its stage demands %s by then', async (_what, first, caller, second) => {
  const { runs, result } = await answeredEarly(version(first), version(second), caller)
  expect(result.status).toBe('suspended')
  expect((await refusedIn(runs)).toSorted()).toEqual(KEYS.map((key) => `${key} of bob`))
})

test.each<readonly [what: string, first: Demand, caller: typeof ADA, second: Demand]>([
  ['the same role', APPROVER, BOB, { roles: ['approver'] }],
  ['no role', undefined, ADA, undefined],
  ['no role, which one version says aloud', undefined, ADA, false],
  ['the same roles in another order', { roles: ['cfo', 'approver'] }, CHIEF, { roles: ['approver', 'cfo'] }],
  ['the same role twice', APPROVER, BOB, { roles: ['approver', 'approver'] }],
])('an early answer counts in a later version of the graph that demands %s', async (_what, first, caller, second) => {
  const { runs, result } = await answeredEarly(version(first), version(second), caller)
  expect(result.data).toMatchObject(by(caller.token.split(':')[0] as string))
  expect(await refusedIn(runs)).toEqual([])
})

test('an answer to a question that was asked is refused too, if a version takes it that demands more', async () => {
  const path = newPath()
  const first = open(path)
  await first.run(version(), {}, { runId: 'r', ...ADA })
  await first.resume(version(), 'r', { boss: 1 }, ADA)
  await first.answer(version(), 'r', ANSWERS, ADA)
  await first.close()
  const runs = open(path)
  await runs.recover(version(APPROVER))
  expect((await refusedIn(runs)).toSorted()).toEqual(KEYS.map((key) => `${key} of ada`))
  expect((await runs.resume(version(APPROVER), 'r', ANSWERS, BOB)).data).toMatchObject(by('bob'))
})

test('an early answer is refused if the later version has one more interceptor that admits callers', async () => {
  const strict: Interceptor = { name: 'strict', admit: () => undefined }
  const { runs, result } = await answeredEarly(version(), version(undefined, [strict]))
  expect(result.status).toBe('suspended')
  expect(await refusedIn(runs)).toHaveLength(KEYS.length)
})

const strict: Interceptor = { name: 'strict', admit: () => undefined }
const limiter: Interceptor = { name: 'limiter', admit: () => undefined }
test.each<readonly [what: string, first: readonly Interceptor[], second: readonly Interceptor[]]>([
  ['the same interceptors in another order', [limiter, strict], [strict, limiter]],
  ['one interceptor fewer, such as a rate limiter that only web servers have', [limiter, strict], [strict]],
])('an early answer counts if the version that takes it has %s', async (_what, first, second) => {
  const { runs, result } = await answeredEarly(version(APPROVER, first), version(APPROVER, second), BOB)
  expect(result.data).toMatchObject(by('bob'))
  expect(await refusedIn(runs)).toEqual([])
})

type Odd = Readonly<Record<string, unknown>>
test.each<readonly [what: string, counts: boolean, first: Odd, second: Odd]>([
  [
    'the names of an object in another order',
    true,
    { answeredBy: { a: 1, b: [2, 1] } },
    { answeredBy: { b: [1, 2], a: 1 } },
  ],
  [
    'an array of objects in another order',
    false,
    { answeredBy: [{ a: 1 }, { b: 2 }] },
    { answeredBy: [{ b: 2 }, { a: 1 }] },
  ],
  ['a number in the place of a string', false, { answeredBy: ['1'] }, { answeredBy: [1] }],
  ['an option more', false, {}, { answeredBy: 1 }],
  ['an option fewer', false, { answeredBy: 1 }, {}],
  ['an option of another name', false, { answeredBy: 1 }, { authorize: 1 }],
])('an early answer whose stage has %s by then counts: %s', async (_what, counts, first, second) => {
  const odd: Interceptor = { name: '__proto__', stageOptions: ['answeredBy', 'authorize'], admit: () => undefined }
  const graph = (options: Odd) =>
    new Pipeline('order')
      .withStage('boss', ask)
      .withStage('pay', ask, { dependencies: ['boss'], ...options })
      .build({ interceptors: [odd] })
  const path = newPath()
  const runs = open(path)
  await runs.run(graph(first), {}, { runId: 'r' })
  await runs.answer(graph(first), 'r', { pay: 1 } as never)
  const result = await runs.resume(graph(second), 'r', { boss: 1 } as never)
  expect(result.status).toBe(counts ? 'completed' : 'suspended')
})

test('each refused answer to one question is seen, and of very many the last 20', async () => {
  const graph = (demand: Demand) =>
    new Pipeline('order')
      .withStage('pay', ask, { answeredBy: demand as never })
      .build({ interceptors: [auth({ verify })] })
  const [first, second] = [graph(APPROVER), graph({ roles: ['cfo'] })]
  const runs = open()
  await runs.run(first, {}, { runId: 'r', ...ADA })
  const people = Array.from({ length: 22 }, (_, index) => `user${index}`)
  for (const [index, one] of people.entries()) {
    await runs.answer(first, 'r', { pay: index }, { token: `${one}:approver` })
    expect((await runs.as('console').attach(second, 'r')).status).toBe('suspended')
    if (index === 2) expect(await refusedIn(runs)).toEqual(['pay of user0', 'pay of user1', 'pay of user2'])
  }
  expect(await refusedIn(runs)).toEqual(people.slice(2).map((one) => `pay of ${one}`))
  const { facts = [], requests } = (await runs.get('r', { facts: true })) ?? {}
  expect(facts.filter(({ refused }) => refused).at(-1)).toMatchObject({ key: 'pay', value: { answer: 21 } })
  expect(requests).toHaveLength(1)
  const result = await runs.resume(second, 'r', { pay: 1 }, { token: 'eve:cfo' })
  expect(result.data).toEqual({ pay: { by: 'eve' } })
  expect(await refusedIn(runs)).toHaveLength(20)
})

test('a stage that runs again forgets its refused answers', async () => {
  const graph = (demand: Demand) =>
    new Pipeline('order')
      .withStage('pay', ask, { answeredBy: demand as never })
      .withStage('send', () => Promise.reject(new Error('no connection')), { dependencies: ['pay'] })
      .build({ interceptors: [auth({ verify })] })
  const [first, second] = [graph(APPROVER), graph({ roles: ['cfo'] })]
  const runs = open()
  await runs.run(first, {}, { runId: 'r', ...ADA })
  await runs.answer(first, 'r', { pay: 1 }, BOB)
  await runs.as('console').attach(second, 'r')
  await runs.resume(second, 'r', { pay: 1 }, { token: 'eve:cfo' }).catch(() => {})
  expect(await refusedIn(runs)).toEqual(['pay of bob'])
  await runs.as('console').retryFailed(second, 'r', { again: ['pay'] })
  expect(await refusedIn(runs)).toEqual([])
})

test('what a part of the app answers by its name counts, whatever a later version demands of callers', async () => {
  const path = newPath()
  const first = open(path)
  await first.run(version(), {}, { runId: 'r', ...ADA })
  await first.as('console').answer('r', { pay: 1 })
  await first.as('console').resume(version(), 'r', INNER_ANSWERS)
  await first.close()
  const runs = open(path)
  expect((await runs.resume(version(APPROVER), 'r', { boss: 1 }, ADA)).data).toMatchObject(by('console'))
})

test('an early answer without interceptors is refused once the graph has one that admits callers', async () => {
  const graph = (interceptors: readonly Interceptor[]) =>
    new Pipeline('order')
      .withStage('boss', ask)
      .withStage('pay', ask, { dependencies: ['boss'] })
      .build({ interceptors })
  const path = newPath()
  const first = open(path)
  await first.run(graph([]), {}, { runId: 'r' })
  await first.answer(graph([]), 'r', { pay: 1 })
  const guarded = graph([{ name: 'strict', admit: () => undefined }])
  expect((await first.resume(guarded, 'r', { boss: 1 })).status).toBe('suspended')
  expect((await first.get('r'))?.timeline.filter(({ refused }) => refused)).toMatchObject([{ key: 'pay' }])
  expect((await first.resume(guarded, 'r', { pay: 1 })).status).toBe('completed')
})

test('an option that JSON cannot hold keeps no answer from its stage', async () => {
  const odd: Interceptor = { name: 'odd', stageOptions: ['answeredBy'], admit: () => undefined }
  const circular: { self?: unknown } = {}
  circular.self = circular
  const graph = (answeredBy: unknown) =>
    new Pipeline('order')
      .withStage('boss', ask)
      .withStage('pay', ask, { dependencies: ['boss'], answeredBy } as never)
      .build({ interceptors: [odd] })
  const runs = open()
  await runs.run(graph(circular), {}, { runId: 'r' })
  await runs.answer(graph(circular), 'r', { pay: 1 } as never)
  expect(
    (
      await runs.resume(
        graph(() => true),
        'r',
        { boss: 1 } as never,
      )
    ).status,
  ).toBe('completed')
})
