import { Pipeline, StageOutput } from '@stageflow/core'
import type { Interceptor, StageContext, StageOptions } from '@stageflow/core'
import { auth } from '@stageflow/interceptor-auth'
import { expect, test } from 'vitest'
import { serveEndpoint } from '../test/endpoint.ts'
import type { Endpoint } from '../test/endpoint.ts'
import { observed } from '../test/observed.ts'
import { restate, secret, serve } from '../test/restate.ts'
import { durableClient, durableWorkflow, moveRun } from './index.ts'

// The graph of a client admits an answer. The worker has another version of it, and may demand another role of who answers the stage.

/** A token is a user and roles of the one organization: `bob:approver`. */
const verify = (token: string) => ({ sub: token.split(':')[0], org_id: 'acme', roles: token.split(':')[1] ?? '' })
const users = auth({ verify, renew: (identity) => identity })
const [ADA, BOB] = [{ token: 'ada' }, { token: 'bob:approver' }]
/** Has both roles. */
const CHIEF = { token: 'eve:approver cfo' }
const APPROVER = { roles: ['approver'] }

const ask = ({ resumed }: StageContext) =>
  resumed === undefined ? StageOutput.suspend('?') : { by: resumed.by?.userId ?? resumed.by?.system }

type Demand = StageOptions['answeredBy']
const demanding = (demand: Demand) => (demand === undefined ? {} : { answeredBy: demand })
/** `boss` asks at once. Once that has its answer, `pay` asks, and so do a stage of a child and an item: of who answers them `demand` is demanded. */
const version = (demand?: Demand, others: readonly Interceptor[] = []) =>
  new Pipeline('order')
    .withStage('boss', ask)
    .withStage('pay', ask, { dependencies: ['boss'], ...demanding(demand) })
    .withPipeline('kid', new Pipeline('kid').withStage('check', ask, demanding(demand)), { dependencies: ['boss'] })
    .withMap('letters', {
      dependencies: ['boss'],
      over: () => ['x'],
      each: (_letter, context) => ask(context),
      ...demanding(demand),
    })
    // The item has the name of a stage, which plays no part.
    .withMap('docs', {
      dependencies: ['boss'],
      over: () => ['check'],
      key: (item) => item,
      each: new Pipeline('doc').withStage('check', ask, demanding(demand)),
    })
    .build({ interceptors: [users, ...others] })
type Version = ReturnType<typeof version>

const INNER_ANSWERS = { kid: { check: 1 }, letters: { 0: 1 }, docs: { check: { check: 1 } } }
const ANSWERS = { pay: 1, ...INNER_ANSWERS }
const KEYS = ['docs#check/check', 'kid/check', 'letters#0', 'pay']
const by = (userId: string) => ({
  pay: { by: userId },
  kid: { check: { by: userId } },
  letters: { items: [{ by: userId }] },
  docs: { items: [{ check: { by: userId } }] },
})

/** A client of each version, for a worker that has the second one. */
async function served(first: Version, second: Version) {
  const { client, name, endpoint } = await serve<Version>((name) => [durableWorkflow(second, { name, secret })], {
    graph: first,
  })
  return { client, now: clientOf(second, name), name, endpoint }
}
const clientOf = <Graph>(graph: Graph, name: string) =>
  durableClient<Graph>({ url: restate.url, adminUrl: restate.admin, name, secret, graph })

/** A run whose later stages have answers of a caller, whom the first version admitted, before they ask in the second one. */
async function answeredEarly(first: Version, second: Version, caller = ADA) {
  const { client, now, ...others } = await served(first, second)
  await now.start('r', {}, ADA)
  await client.answer('r', ANSWERS, caller)
  await now.answer('r', { boss: 1 }, ADA)
  return { client, now, ...others }
}

interface Reader {
  readonly as: ReturnType<typeof durableClient<Version>>['as']
}
async function refusedIn(client: Reader): Promise<readonly string[]> {
  const { acts = [] } = (await client.as('test').status('r')) ?? {}
  return acts.flatMap(({ refused, key, by: author }) => (refused ? [`${key} of ${author?.userId}`] : []))
}
/** Waits until so many answers are refused, and returns them. */
const refusals = (client: Reader, count: number) =>
  observed(async () => {
    const refused = await refusedIn(client)
    return refused.length >= count && refused.toSorted()
  })

test('an early answer is refused, and seen, if its stage demands a role by the time it asks that the version that admitted it did not', async () => {
  const { client, now } = await answeredEarly(version(), version(APPROVER))
  expect(await refusals(now, KEYS.length)).toEqual(KEYS.map((key) => `${key} of ada`))
  const { requests = [] } = (await now.status('r', ADA)) ?? {}
  expect(requests.map(({ path, request }) => `${path.join('/')} ${String(request)}`).toSorted()).toEqual([
    'docs/check/check ?',
    'kid/check ?',
    'letters/0 ?',
    'pay ?',
  ])
  await expect(now.answer('r', ANSWERS, ADA)).rejects.toMatchObject({ code: 'auth/foreign-run' })
  expect((await now.resume('r', ANSWERS, BOB)).data).toMatchObject(by('bob'))
  expect(await refusedIn(client)).toHaveLength(KEYS.length)
})

test.each<readonly [what: string, first: Demand, caller: typeof ADA, second: Demand]>([
  ['another role', APPROVER, BOB, { roles: ['cfo'] }],
  ['one more role', APPROVER, BOB, { roles: ['approver', 'cfo'] }],
  ['no role, so only the user who began the run answers', APPROVER, BOB, undefined],
])('an early answer is refused if its stage demands %s by then', async (_what, first, caller, second) => {
  const { now } = await answeredEarly(version(first), version(second), caller)
  expect(await refusals(now, KEYS.length)).toEqual(KEYS.map((key) => `${key} of bob`))
  await now.cancel('r', 'seen', ADA)
})

test.each<readonly [what: string, first: Demand, caller: typeof ADA, second: Demand]>([
  ['the same role', APPROVER, BOB, { roles: ['approver'] }],
  ['no role', undefined, ADA, undefined],
  ['no role, which one version says aloud', undefined, ADA, false],
  ['the same roles in another order', { roles: ['cfo', 'approver'] }, CHIEF, { roles: ['approver', 'cfo'] }],
  ['the same role twice', APPROVER, BOB, { roles: ['approver', 'approver'] }],
])('an early answer counts in a version of the graph that demands %s', async (_what, first, caller, second) => {
  const { now } = await answeredEarly(version(first), version(second), caller)
  expect((await now.attach('r', ADA)).data).toMatchObject(by(caller.token.split(':')[0] as string))
  expect(await refusedIn(now)).toEqual([])
})

test('an answer to a question that was asked is refused too, also one that names it, and the next one counts', async () => {
  const { client, now } = await served(version(), version(APPROVER))
  await now.start('r', {}, ADA)
  await now.answer('r', { boss: 1 }, ADA)
  const asked = async () => {
    const { requests } = await observed(async () => {
      const state = await now.as('test').status('r')
      return state?.requests.length === KEYS.length && state
    })
    return requests.find(({ path }) => `${path}` === 'pay')?.question
  }
  await client.answer('r', { pay: 1 }, { ...ADA, question: await asked() })
  expect(await refusals(now, 1)).toEqual(['pay of ada'])
  await client.answer('r', { pay: 2 }, { ...ADA, question: await asked() })
  expect(await refusals(now, 2)).toEqual(['pay of ada', 'pay of ada'])
  await now.answer('r', { pay: 3 }, { ...BOB, question: await asked() })
  expect((await now.resume('r', INNER_ANSWERS, BOB)).data).toMatchObject(by('bob'))
})

const strict: Interceptor = { name: 'strict', admit: () => undefined }
const limiter: Interceptor = { name: 'limiter', admit: () => undefined }

test('an early answer is refused if the worker has one more interceptor that admits callers', async () => {
  const { now } = await answeredEarly(version(), version(undefined, [strict]))
  expect(await refusals(now, KEYS.length)).toHaveLength(KEYS.length)
  await now.cancel('r', 'seen', ADA)
})

test.each<readonly [what: string, first: readonly Interceptor[], second: readonly Interceptor[]]>([
  ['the same interceptors in another order', [limiter, strict], [strict, limiter]],
  ['one interceptor fewer, such as a rate limiter that only web servers have', [limiter, strict], [strict]],
])('an early answer counts if the worker has %s', async (_what, first, second) => {
  const { now } = await answeredEarly(version(APPROVER, first), version(APPROVER, second), BOB)
  expect((await now.attach('r', ADA)).data).toMatchObject(by('bob'))
})

test('what a part of the app answers by its name counts, whatever the worker demands of callers', async () => {
  const { client, now } = await served(version(), version(APPROVER))
  await now.start('r', {}, ADA)
  await client.as('console').answer('r', ANSWERS)
  expect((await now.resume('r', { boss: 1 }, ADA)).data).toMatchObject(by('console'))
  expect(await refusedIn(now)).toEqual([])
})

test('an answer to a stage that the graph of the client lacks is refused by the worker that has it', async () => {
  const lacking = new Pipeline('order').withStage('boss', ask).build({ interceptors: [users] })
  const { now, name } = await served(version(), version())
  await now.start('r', {}, ADA)
  await clientOf(lacking, name).answer('r', { pay: 1 } as never, ADA)
  await now.answer('r', { boss: 1 }, ADA)
  expect(await refusals(now, 1)).toEqual(['pay of ada'])
  expect((await now.resume('r', ANSWERS, ADA)).data).toMatchObject(by('ada'))
})

/** Serves another version at the address of the one before it. */
async function deploy(graph: Version, name: string, before: Endpoint): Promise<Endpoint> {
  await before.close()
  return serveEndpoint([durableWorkflow(graph, { name, secret })], before.port)
}

test('what a version has decided of an answer stays, whichever version repeats the journal', async () => {
  const { client, now, name, endpoint } = await served(version(), version(APPROVER))
  await now.start('r', {}, ADA)
  await client.answer('r', { pay: 1 }, ADA)
  await now.answer('r', { boss: 1 }, ADA)
  expect(await refusals(now, 1)).toEqual(['pay of ada'])
  const second = await deploy(version(), name, endpoint)
  await client.answer('r', { pay: 2 }, ADA)
  await observed(async () => (await client.as('test').status('r'))?.requests.length === KEYS.length - 1)
  expect(await refusedIn(client)).toEqual(['pay of ada'])
  const third = await deploy(version(APPROVER), name, second)
  try {
    expect((await now.resume('r', INNER_ANSWERS, BOB)).data).toMatchObject({
      ...by('bob'),
      pay: { by: 'ada' },
    })
    expect(await refusedIn(now)).toEqual(['pay of ada'])
  } finally {
    await third.close()
  }
})

test.each([['a secret', secret] as const, ['secret: false', false] as const])(
  'an early answer without interceptors, with %s, is refused once the worker has one that admits callers',
  async (_what, firstSecret) => {
    const graph = (interceptors: readonly Interceptor[]) =>
      new Pipeline('order')
        .withStage('boss', ask)
        .withStage('pay', ask, { dependencies: ['boss'] })
        .build({ interceptors })
    const [open, guarded] = [graph([]), graph([strict])]
    const { client, name, endpoint } = await serve<typeof open>(
      (name) => [durableWorkflow(open, { name, secret: firstSecret })],
      { secret: firstSecret },
    )
    await client.start('r')
    await client.answer('r', { pay: 1 })
    await endpoint.close()
    const again = await serveEndpoint([durableWorkflow(guarded, { name, secret })], endpoint.port)
    try {
      const now = clientOf(guarded, name)
      await now.answer('r', { boss: 1 })
      expect(await refusals(now as never, 1)).toEqual(['pay of undefined'])
      expect((await now.resume('r', { pay: 1 })).status).toBe('completed')
    } finally {
      await again.close()
    }
  },
)

/** `pay` asks twice. */
const twice = (demand: Demand) =>
  new Pipeline('order')
    .withStage(
      'pay',
      ({ resumed }) => {
        if (resumed === undefined) return StageOutput.suspend('first?')
        if (resumed.state === undefined) return StageOutput.suspend('second?', { state: resumed.answer as string })
        return { answers: [resumed.state, resumed.answer] }
      },
      { answeredBy: demand as never },
    )
    .withStage('send', () => Promise.reject(new Error('no connection')), { dependencies: ['pay'] })
    .build({ interceptors: [users] })

test('a refused answer stays refused in a run that is moved, and none of its questions takes that of another', async () => {
  const [first, second] = [twice(APPROVER), twice({ roles: ['cfo'] })]
  const { client, name } = await serve<typeof first>((name) => [durableWorkflow(second, { name, secret })], {
    graph: first,
  })
  const now = clientOf(second, name)
  const cfo = { token: 'eve:cfo' }
  await now.start('r', {}, ADA)
  await client.answer('r', { pay: 'refused' }, BOB)
  expect(await refusals(now as never, 1)).toEqual(['pay of bob'])
  const move = () => moveRun(second, { url: restate.url, adminUrl: restate.admin, name, runId: 'r', secret })
  const asked = (request: string) =>
    observed(async () => (await now.as('test').status('r'))?.requests.some((one) => one.request === request))
  await move()
  await asked('first?')
  expect(await refusedIn(now as never)).toEqual(['pay of bob'])
  await now.answer('r', { pay: 'one' }, cfo)
  await asked('second?')
  await move()
  await asked('second?')
  expect(await refusedIn(now as never)).toEqual(['pay of bob'])
  const result = await now.resume('r', { pay: 'two' }, cfo)
  expect(result.data).toEqual({ pay: { answers: ['one', 'two'] } })
  // A retry keeps what its stages keep.
  await now.as('console').retryFailed('r')
  expect(await refusedIn(now as never)).toEqual(['pay of bob'])
  const again = now.as('console').retryFailed('r', { again: ['pay'] })
  again.catch(() => {})
  await asked('first?')
  expect(await refusedIn(now as never)).toEqual([])
  await now.cancel('r', 'seen', ADA)
  await again
})

test('of very many refused answers the last 20 are seen', async () => {
  const [first, second] = [twice(APPROVER), twice({ roles: ['cfo'] })]
  const { client, name } = await serve<typeof first>((name) => [durableWorkflow(second, { name, secret })], {
    graph: first,
  })
  const now = clientOf(second, name)
  await now.start('r', {}, ADA)
  const people = Array.from({ length: 22 }, (_, index) => `user${index}`)
  for (const one of people) {
    await observed(async () => (await now.as('test').status('r'))?.requests.length === 1)
    await client.answer('r', { pay: 1 }, { token: `${one}:approver` })
    await observed(async () => (await refusedIn(now as never)).includes(`pay of ${one}`))
  }
  expect(await refusedIn(now as never)).toEqual(people.slice(2).map((one) => `pay of ${one}`))
  await now.cancel('r', 'seen', ADA)
})
