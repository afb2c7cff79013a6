import { handlers, workflow } from '@restatedev/restate-sdk'
import type { WorkflowSharedContext } from '@restatedev/restate-sdk'
import { Pipeline, StageKind, StageOutput } from '@stageflow/core'
import type { OutputSchema, StageContext } from '@stageflow/core'
import { repeatUntil } from '@stageflow/core/repeat'
import { expect, test } from 'vitest'
import { observed } from '../test/observed.ts'
import { restate, secret, serve } from '../test/restate.ts'
import { post, signed } from '../test/sent.ts'
import { countEarly } from './early-count.ts'
import { durableWorkflow, moveRun } from './index.ts'
import type { DurableHandlers } from './index.ts'
import { STARTED } from './names.ts'
import type { RunView, Started } from './run-view.ts'

const ask = ({ resumed }: StageContext) =>
  resumed === undefined ? StageOutput.suspend('?') : { answer: resumed.answer, by: resumed.by?.system }

/** `b` asks once `a` has its answer; so does `check` in the child, and each letter. */
const graph = new Pipeline('p')
  .withStage('a', ask)
  .withStage('b', ask, { dependencies: ['a'] })
  .withPipeline('kid', new Pipeline('kid').withStage('check', ask), { dependencies: ['a'] })
  .withMap('letters', { dependencies: ['a'], over: () => ['x', 'y'], each: (_letter, context) => ask(context) })
  .withStage('a/b-c', ask, { dependencies: ['a'] })
  .withStage('done', () => ({ done: true }), { dependencies: ['b', 'kid', 'letters', 'a/b-c'] })
  .build()

const serveGraph = async () => serve<typeof graph>((name) => [durableWorkflow(graph, { name, secret })])
const notWaiting = (message: string): object => ({
  code: 'durable-restate/not-waiting',
  message: expect.stringContaining(message) as string,
})

test('an answer to a stage that has not asked yet waits for its question, over attempts', async () => {
  const { client, endpoint } = await serveGraph()
  await client.start('r')
  await observed(async () => (await client.status('r'))?.requests.length === 1)
  const early = { b: 'early b', kid: { check: 'early check' }, letters: { 0: 'x', 1: 'y' }, 'a/b-c': 'early c' }
  await client.answer('r', early)
  expect(await client.status('r')).toMatchObject({ status: 'running', requests: [{ path: ['a'], request: '?' }] })
  endpoint.cut()
  expect(await client.resume('r', { a: 'yes' })).toMatchObject({
    status: 'completed',
    data: {
      b: { answer: 'early b' },
      kid: { check: { answer: 'early check' } },
      letters: { items: [{ answer: 'x' }, { answer: 'y' }] },
      'a/b-c': { answer: 'early c' },
    },
  })
})

test('an answer that comes with the start, before the first stage, counts', async () => {
  const { client } = await serveGraph()
  await client.start('r')
  await client.answer('r', { a: 1, b: 2, kid: { check: 3 }, letters: { 0: 4, 1: 5 }, 'a/b-c': 6 })
  expect(await client.attach('r')).toMatchObject({
    data: { a: { answer: 1 }, b: { answer: 2 }, kid: { check: { answer: 3 } } },
  })
})

test('the first early answer counts, and what cannot be asked is refused', async () => {
  const { client } = await serveGraph()
  await client.start('r')
  await observed(async () => (await client.status('r'))?.requests.length === 1)
  await client.as('first').answer('r', { b: 1 })
  for (const [answers, message] of [
    [
      { b: 2 },
      '"b" of the run "r" has an answer already, so this one is not used. See with client.status(runId) whether that one counts.',
    ],
    [{ letters: { 1: 1 }, kid: { chek: 1 } }, 'it has an answer for "chek" (did you mean "check"?)'],
    [{ letters: { one: 1 } }, 'it has an answer for "one"'],
    [{ letters: 1 }, 'the answer for "letters" must be an object with an answer for a stage, not 1'],
    [
      { kid: {} },
      'the answer for "kid" must be an object with an answer for a stage, not an empty one; "kid" waits for no answer',
    ],
    [{ other: 1 }, 'it has an answer for "other", but the run waits for "a"'],
  ] as const)
    await expect(client.answer('r', answers as never)).rejects.toMatchObject(notWaiting(message))
  await client.answer('r', { a: 1 })
  await observed(async () => (await client.status('r'))?.requests.some(({ path }) => path[0] === 'letters'))
  for (const answered of ['a', 'b'] as const)
    await expect(client.answer('r', { [answered]: 2 })).rejects.toMatchObject({ code: 'durable-restate/not-waiting' })
  const result = await client.resume('r', { kid: { check: 1 }, letters: { 0: 1, 1: 1 }, 'a/b-c': 1 })
  expect(result.data).toMatchObject({ a: { answer: 1 }, b: { answer: 1, by: 'first' } })
})

test('of several answers in one request all are kept, or none', async () => {
  const { client } = await serveGraph()
  await client.start('r')
  await observed(async () => (await client.status('r'))?.requests.length === 1)
  await client.answer('r', { 'a/b-c': 'first' })
  await expect(client.answer('r', { a: 1, b: 1, 'a/b-c': 'second' })).rejects.toMatchObject(
    notWaiting('"a/b-c" of the run "r" has an answer already'),
  )
  expect((await client.status('r'))?.requests).toHaveLength(1)
  await client.answer('r', { a: 2, b: 2 })
  const result = await client.resume('r', { kid: { check: 1 }, letters: { 0: 1, 1: 1 } })
  expect(result.data).toMatchObject({ a: { answer: 2 }, b: { answer: 2 }, 'a/b-c': { answer: 'first' } })
})

test('an answer is taken once: a stage that asks again waits, and an early answer to that waits for it', async () => {
  const released = Promise.withResolvers<void>()
  const picky = new Pipeline('picky')
    .withStage('a', async ({ resumed }: StageContext) => {
      if (resumed === undefined) return StageOutput.suspend('first?')
      if (resumed.state !== undefined) return { answers: [resumed.state, resumed.answer] }
      await released.promise
      return StageOutput.suspend('second?', { state: resumed.answer as string })
    })
    .build()
  const { client } = await serve<typeof picky>((name) => [durableWorkflow(picky, { name, secret })])
  await client.start('r')
  await client.answer('r', { a: 'one' })
  // The stage works on its answer, and has not asked again.
  await observed(async () => (await client.status('r'))?.requests.length === 0)
  await expect(client.answer('r', { a: 'two' })).rejects.toMatchObject({ code: 'durable-restate/not-waiting' })
  released.resolve()
  await observed(async () => (await client.status('r'))?.requests[0]?.request === 'second?')
  expect((await client.resume('r', { a: 'three' })).data).toEqual({ a: { answers: ['one', 'three'] } })
})

test('a child pipeline that repeats takes an early answer in the attempt that asks next', async () => {
  const released = Promise.withResolvers<void>()
  const draft = new Pipeline('draft').withStage('check', ask).withStage(
    'guard',
    async ({ inputs }) => {
      await released.promise
      return inputs.from('check').answer === 'good' ? {} : StageOutput.fail('again')
    },
    StageKind.GUARD,
    { dependencies: ['check'] },
  )
  const repeated = new Pipeline('p')
    .withPipeline('draft', draft, { repeat: repeatUntil('guard', { maxAttempts: 3 }) })
    .build()
  const { client } = await serve<typeof repeated>((name) => [durableWorkflow(repeated, { name, secret })])
  await client.start('r')
  await observed(async () => (await client.status('r'))?.requests.length === 1)
  await client.answer('r', { draft: { check: 'bad' } })
  // The stage has ended in this attempt, and the guard has not let the next one begin.
  await observed(() =>
    client.answer('r', { draft: { check: 'good' } }).then(
      () => true,
      () => false,
    ),
  )
  released.resolve()
  expect((await client.attach('r')).data).toMatchObject({ draft: { check: { answer: 'good' } } })
})

/** A Standard Schema that takes numbers up to 900, also as texts. */
const amount: OutputSchema = {
  '~standard': {
    version: 1,
    vendor: 'test',
    validate: (value: unknown) =>
      Number(value) <= 900 ? { value: Number(value) } : { issues: [{ message: 'must be a number up to 900' }] },
  },
}

test('an answerSchema refuses an answer before it is kept, early or not, and makes what the stage gets', async () => {
  const priced = new Pipeline('priced')
    .withStage('first', ask, { answerSchema: amount })
    .withStage('second', ask, { dependencies: ['first'], answerSchema: amount })
    .build()
  const { client } = await serve<typeof priced>((name) => [durableWorkflow(priced, { name, secret })])
  await client.start('r')
  await observed(async () => (await client.status('r'))?.requests.length === 1)
  for (const answers of [{ first: '901' }, { second: 'much' }, { first: 7, second: {} }])
    await expect(client.answer('r', answers)).rejects.toMatchObject({
      code: 'core/answer',
      message: expect.stringContaining('must be a number up to 900') as string,
    })
  expect(await client.status('r')).toMatchObject({ requests: [{ path: ['first'] }] })
  await client.answer('r', { second: '20' })
  expect((await client.resume('r', { first: '10' })).data).toMatchObject({
    first: { answer: 10 },
    second: { answer: 20 },
  })
})

test('if two answer one question at once, the error of the later one names what it has kept', async () => {
  const two = new Pipeline('p').withStage('a', ask).withStage('b', ask).build()
  const { client } = await serve<typeof two>((name) => [durableWorkflow(two, { name, secret })])
  let hasKept = false
  // Mostly one of both sees the answer of the other, and keeps nothing.
  for (let order = 1; !hasKept; order++) {
    const id = `order-${order}`
    await client.start(id)
    const [both] = await Promise.allSettled([client.answer(id, { a: 'yes', b: 'yes' }), client.answer(id, { b: 'no' })])
    if (both.status === 'fulfilled') continue
    expect(both.reason).toMatchObject(notWaiting('"b" of the run'))
    hasKept = (both.reason as Error).message.includes('the answers to "a" were kept')
    const again = client.answer(id, { a: 'again' })
    if (hasKept) await expect(again).rejects.toMatchObject({ code: 'durable-restate/not-waiting' })
    else await again
  }
})

/** Serves the graph with one more handler, which counts early answers without giving them: to give very many takes long. */
async function serveCounting() {
  const counting = (name: string) => {
    const { workflow: known } = durableWorkflow(graph, { name, secret }) as unknown as {
      readonly workflow: DurableHandlers
    }
    const count = handlers.workflow.shared(async (context: WorkflowSharedContext, { run, added }: Counted) => {
      await countEarly(context, run ?? (await runOf(context)), added)
    })
    return workflow({ name, handlers: { ...known, count } })
  }
  const { client, name } = await serve<typeof graph>((name) => [counting(name)])
  await client.start('r')
  await observed(async () => (await client.status('r'))?.requests.length === 1)
  const count = async (added: number, run?: string) =>
    expect(await post(`/${name}/r/count`, { run, added })).toMatchObject({ status: 200 })
  const run = async () => (await post(`/${name}/r/read`, signed({ workflow: name, runId: 'r', action: 'read' }))).value
  return { client, name, count, run: async () => ((await run()) as RunView).run }
}
/** `run`: without one, that which has the id now. */
interface Counted {
  readonly run?: string
  readonly added: number
}
const runOf = async (context: WorkflowSharedContext): Promise<string> =>
  ((await context.promise<Started>(STARTED).peek()) as Started).run
const TOO_MANY = {
  code: 'durable-restate/too-many-answers',
  message: expect.stringContaining('1001 answers') as string,
}

test('a run keeps at most 1,000 answers whose questions were not asked yet, and still takes those that were', async () => {
  const { client, count } = await serveCounting()
  await count(997)
  await expect(client.answer('r', { b: 1, letters: { 0: 1, 1: 1, 2: 1 } })).rejects.toMatchObject(TOO_MANY)
  await client.answer('r', { letters: { 0: 1, 1: 1 } })
  // Of several at once, one comes first.
  const both = await Promise.allSettled([client.answer('r', { 'a/b-c': 1 }), client.answer('r', { b: 1 })])
  expect(both.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected'])
  expect(both.find(({ status }) => status === 'rejected')).toMatchObject({ reason: TOO_MANY })
  await expect(client.answer('r', { kid: { check: 1 } })).rejects.toMatchObject(TOO_MANY)
  await expect(client.as('console').answer('r', { kid: { check: 1 } })).rejects.toMatchObject(TOO_MANY)
  await client.answer('r', { a: 'yes' })
  await observed(async () => (await client.status('r'))?.requests.length === 2)
  const other = both[0].status === 'rejected' ? { 'a/b-c': 1 } : { b: 1 }
  expect((await client.resume('r', { kid: { check: 1 }, ...other })).data).toMatchObject({ a: { answer: 'yes' } })
})

test('what was refused does not count as waiting, nor does what its question has taken, or a run had before it was moved', async () => {
  const { client, name, count } = await serveCounting()
  await client.answer('r', { b: 1 })
  await expect(client.answer('r', { b: 2, 'a/b-c': 2 })).rejects.toMatchObject({
    code: 'durable-restate/not-waiting',
  })
  await client.answer('r', { 'a/b-c': 1 })
  await count(998)
  await expect(client.answer('r', { letters: { 5: 1 } })).rejects.toMatchObject(TOO_MANY)
  await client.answer('r', { a: 1 })
  await observed(async () => (await client.status('r'))?.acts.length === 3)
  await client.answer('r', { letters: { 5: 1, 6: 1 } })
  await expect(client.answer('r', { letters: { 7: 1 } })).rejects.toMatchObject(TOO_MANY)
  await moveRun(graph, { url: restate.url, adminUrl: restate.admin, name, runId: 'r', secret })
  await client.answer('r', { letters: { 7: 1 } })
  expect((await client.resume('r', { letters: { 0: 1, 1: 1 }, kid: { check: 1 } })).status).toBe('completed')
})

test('what Restate counts for a run after it was moved, because it tries an earlier request again, does not count for the moved one', async () => {
  const { client, name, count, run } = await serveCounting()
  const before = await run()
  await moveRun(graph, { url: restate.url, adminUrl: restate.admin, name, runId: 'r', secret })
  expect(await run()).not.toBe(before)
  await count(1_000, before)
  await client.answer('r', { b: 1 })
  await count(999)
  await expect(client.answer('r', { 'a/b-c': 1 })).rejects.toMatchObject(TOO_MANY)
  await client.cancel('r', 'seen')
})
