import { Pipeline, StageKind, StageOutput } from '@stageflow/core'
import type { RunInput, RunOptions, StageContext } from '@stageflow/core'
import { repeatUntil } from '@stageflow/core/repeat'
import { manualClock, recordingSink } from '@stageflow/testing'
import { afterEach, expect, test } from 'vitest'

import { CLAIMS, type Verify, auth } from './index.ts'

const clock = manualClock()
let sink = recordingSink()
let verified: string[] = []
afterEach(() => {
  expect(clock.timers).toEqual([])
  sink = recordingSink()
  verified = []
})

const verify: Verify = (token) => {
  verified.push(token)
  if (!token.startsWith('token of ')) throw new Error('bad')
  return { sub: token.slice(9), roles: ['reader'] }
}
const options = () => ({ clock, eventSink: sink, interceptors: [auth({ verify })] })
const child = () =>
  new Pipeline('child').withStage('inner', (context) => ({ user: context.userId, claims: context.get(CLAIMS)?.sub }), {
    authorize: { roles: ['reader'] },
  })
const token = 'token of ada'

test('a tree of runs is verified once: sub-pipelines, maps and loops use the identity of their parent', async () => {
  const item = child()
  let rounds = 0
  const guarded = new Pipeline('guarded')
    .withStage('write', (context) => ({ user: context.userId }), { authorize: { roles: ['reader'] } })
    .withStage(
      'enough',
      () => (++rounds < 3 ? StageOutput.fail('again') : StageOutput.ok({ rounds })),
      StageKind.GUARD,
      {
        dependencies: ['write'],
      },
    )
  const graph = new Pipeline('parent')
    .withPipeline('once', child())
    .withPipeline('outer', new Pipeline('middle').withPipeline('deep', child()))
    .withMap('each', {
      over: () => [1, 2, 3],
      each: async (_, context) => ({ user: (await context.runChild(item)).data.inner?.user }),
    })
    .withPipeline('loop', guarded, { repeat: repeatUntil('enough') })
    .build(options())
  const result = await graph.run({}, { token })
  expect(result.data).toMatchObject({
    once: { inner: { user: 'ada', claims: 'ada' } },
    outer: { deep: { inner: { user: 'ada', claims: 'ada' } } },
    loop: { write: { user: 'ada' }, enough: { rounds: 3 } },
  })
  expect(JSON.stringify(result.data.each).match(/"user":"ada"/g)).toHaveLength(3)
  expect([verified, sink.of('auth.login').length]).toEqual([[token], 1])
})

const withChild = (input: RunInput, runOptions?: RunOptions) =>
  new Pipeline('parent')
    .withStage('start', async (context: StageContext) => {
      const result = await context.runChild(child(), input, runOptions)
      return { status: result.status, data: result.data, code: result.status === 'failed' && result.errors[0]?.code }
    })
    .build(options())

test('a child run cannot be started for another user', async () => {
  const { data } = await withChild({ userId: 'bob' }).run({}, { token })
  expect(data.start).toMatchObject({ status: 'failed', code: 'auth/identity-mismatch', data: {} })
})

test('a child run with another token is verified by itself, and the token must be of the same user', async () => {
  expect((await withChild({}, { token: 'token of bob' }).run({}, { token })).data.start).toMatchObject({
    code: 'auth/identity-mismatch',
  })
  expect((await withChild({}, { token: 'forged' }).run({}, { token })).data.start).toMatchObject({
    code: 'auth/verify-failed',
  })
  expect(verified).toEqual([token, 'token of bob', token, 'forged'])
})

test('a child run without a token, or with the same one, is not verified again', async () => {
  for (const given of [{ token: undefined }, { token }, {}])
    expect((await withChild({}, given).run({}, { token })).data.start).toMatchObject({ status: 'completed' })
  expect(verified).toEqual([token, token, token])
})

test('a child graph with its own auth verifies by itself', async () => {
  const strict: Verify = () => {
    throw new Error('not for me')
  }
  const own = child().build({ interceptors: [auth({ verify: strict })] })
  const graph = new Pipeline('parent')
    .withStage('start', async (context) => {
      const result = await context.runChild(own)
      return { code: result.status === 'failed' && result.errors[0]?.code }
    })
    .build(options())
  expect((await graph.run({}, { token })).data.start).toEqual({ code: 'auth/verify-failed' })
})

test('runs that share a graph do not see each other: what a child verified is its own', async () => {
  const graph = withChild({}, { token: 'token of ada' })
  const [one, two] = await Promise.all([
    graph.run({}, { token: 'token of ada' }),
    graph.runSettled({}, { token: 'token of eve' }),
  ])
  expect(one.data.start).toMatchObject({ status: 'completed' })
  expect(two.data.start).toMatchObject({ code: 'auth/identity-mismatch' })
})
