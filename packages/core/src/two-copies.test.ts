import { expect, test, vi } from 'vitest'
import { WAYS } from '../test/ways.ts'
import * as core from './index.ts'
import type { CallPart, Interceptor, StageOutput as Output } from './index.ts'

// An application may hold two copies of core: each package may bring its own. The second copy here is these sources, loaded again.
vi.resetModules()
const other: typeof core = await import('./index.ts')

test('they are two copies', () => {
  expect(other.Pipeline).not.toBe(core.Pipeline)
  expect(other.StageOutput.ok()).not.toBeInstanceOf(core.StageOutput.ok().constructor)
})

test('a stage may return an output of the other copy, of any status', async () => {
  const run = async (output: Output) =>
    (
      await new core.Pipeline('demo')
        .withStage('a', (() => output) as never)
        .build()
        .runSettled()
    ).outputs as Readonly<Record<string, Output>>
  expect((await run(other.StageOutput.ok({ a: 1 }, { version: '2' })))['a']).toMatchObject({
    status: 'ok',
    data: { a: 1 },
    version: '2',
  })
  expect((await run(other.StageOutput.skip('not now')))['a']).toMatchObject({ status: 'skip', reason: 'not now' })
  expect((await run(other.StageOutput.cancel('no')))['a']).toMatchObject({ status: 'cancel', reason: 'no' })
  expect(
    (await run(other.StageOutput.fail(new Error('broken'), { retryable: true, data: { b: 2 } })))['a'],
  ).toMatchObject({ status: 'fail', error: { message: 'broken' }, retryable: true, data: { b: 2 } })
  expect((await run(other.StageOutput.retry('busy', { afterMs: 5 })))['a']).toMatchObject({
    status: 'fail',
    error: { code: 'core/retry-exhausted', cause: { message: 'busy' } },
  })
  expect((await run(other.StageOutput.ok(5 as never)))['a']).toMatchObject({
    status: 'fail',
    error: { code: 'core/illegal-output' },
  })
})

test('an output of a version that knows more statuses is a failure that says so (core/illegal-output)', async () => {
  for (const status of ['pause', 'suspend']) {
    const future = { [Symbol.for('@stageflow/output')]: status, status, reason: 'x' }
    const result = await new core.Pipeline('demo')
      .withStage('a', (() => Object.assign(Object.create({}), future)) as never)
      .build()
      .runSettled()
    expect(result).toMatchObject({
      status: 'failed',
      errors: [{ code: 'core/illegal-output', message: expect.stringContaining(`status "${status}"`) }],
    })
  }
})

test('an interceptor may answer with an output of the other copy', async () => {
  for (const answer of [
    () => other.StageOutput.ok({ cached: true }),
    async () => other.StageOutput.ok({ cached: true }),
  ]) {
    const result = await new core.Pipeline('demo')
      .withStage('a', () => ({}))
      .build({ interceptors: [{ name: 'cache', wrap: () => answer }] })
      .run()
    expect(result.data).toEqual({ a: { cached: true } })
  }
  const failed = await new core.Pipeline('demo')
    .withStage('a', () => ({}))
    .build({ interceptors: [{ name: 'breaker', wrap: () => () => other.StageOutput.fail('open') }] })
    .runSettled()
  expect(failed).toMatchObject({ status: 'failed', errors: [{ message: 'open' }] })
})

test.each(WAYS)(
  '%s, a call may be answered, as it begins and later, with an output of the other copy',
  async (_, beside) => {
    const answers: Interceptor = { name: 'answers', onCall: () => () => other.StageOutput.ok({ cached: true }) }
    const ends: Interceptor = {
      name: 'ends',
      onCall: () => (context) => {
        const part: CallPart = { onHeartbeat: () => context.endCall(part, other.StageOutput.skip('enough')) }
        return part
      },
    }
    const run = async (one: Interceptor) =>
      (
        await new core.Pipeline('demo')
          .withStage('a', async (context) => context.heartbeat())
          .build({ interceptors: beside([one]) })
          .runSettled()
      ).outputs.a
    expect(await run(answers)).toMatchObject({ status: 'ok', data: { cached: true } })
    expect(await run(ends)).toMatchObject({ status: 'skip', reason: 'enough' })
    expect(await run({ name: 'illegal', onCall: () => () => other.StageOutput.ok(5 as never) as never })).toMatchObject(
      { status: 'fail', error: { code: 'core/illegal-output' } },
    )
  },
)

test('errors are recognised by their brand, in both directions, and keep their code', async () => {
  const error = new other.StageflowError('acme/broken', 'x')
  expect([
    core.StageflowError.is(error),
    core.StageflowError.is(error, 'acme/broken'),
    other.StageflowError.is(new core.StageflowError('a/b', 'y'), 'a/b'),
  ]).toEqual([true, true, true])
  const result = await new core.Pipeline('demo')
    .withStage('a', () => {
      throw error
    })
    .build()
    .runSettled()
  expect(result).toMatchObject({ errors: [{ code: 'acme/broken' }] })
})

test('a run takes a snapshot of the other copy', async () => {
  const snapshot = new other.ContextSnapshot({ pipelineRunId: 'run-1', inputText: 'hi', metadata: { a: [1] } })
  const result = await new core.Pipeline('demo')
    .withStage('a', (context) => ({
      id: context.pipelineRunId,
      text: context.snapshot.inputText,
      metadata: context.snapshot.metadata,
    }))
    .build()
    .run(snapshot as never)
  expect(result.data.a).toEqual({ id: 'run-1', text: 'hi', metadata: { a: [1] } })
})

test('a slot of the other copy is a slot', async () => {
  const slot = other.createSlot<number>('n')
  const graph = new core.Pipeline('demo')
    .withStage('a', (context) => ({ n: context.get(slot) }))
    .build({
      interceptors: [
        {
          name: 'set',
          wrapRun: (next) => (run) => {
            run.set(slot, 5)
            return next(run)
          },
        },
      ],
    })
  expect((await graph.run()).data.a).toEqual({ n: 5 })
})

test('a refusal by a guard of the other copy is a verdict', async () => {
  let calls = 0
  const child = new core.Pipeline('child').withStage(
    'check',
    () => (++calls < 2 ? (other.StageOutput.fail('no') as never) : {}),
    core.StageKind.GUARD,
  )
  const result = await new core.Pipeline('demo')
    .withPipeline('answer', child, { repeat: { until: 'check' } })
    .build()
    .run()
  expect(result.report.stages['answer']?.children).toHaveLength(2)
})

test('a pipeline or graph of the other copy cannot be a child, and the message says why (core/not-a-pipeline)', () => {
  const child = new other.Pipeline('child').withStage('inner', () => ({}))
  for (const given of [child, child.build()]) {
    expect(() => new core.Pipeline('demo').withPipeline('child', given as never).build()).toThrow(
      expect.objectContaining({
        problems: [
          expect.objectContaining({
            code: 'core/not-a-pipeline',
            message: expect.stringContaining('the same copy of @stageflow/core'),
          }),
        ],
      }),
    )
  }
})
