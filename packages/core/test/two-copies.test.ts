import { afterEach, expect, test, vi } from 'vitest'
import { recordingSink } from '../../testing/src/index.ts'
import { WAYS } from './ways.ts'
import * as core from '../src/index.ts'
import type { Interceptor, RunContext, StageOutput as Output } from '../src/index.ts'
import { repeatUntil } from '../src/repeat.ts'
import { fromOtherCopy } from '../src/kit.ts'

// An application may hold two copies of core: each package may bring its own. The second copy here is these sources, loaded again.
vi.resetModules()
const other: typeof core = await import('../src/index.ts')
const otherRepeat: { readonly repeatUntil: typeof repeatUntil } = await import('../src/repeat.ts')
const otherKit: { readonly fromOtherCopy: typeof fromOtherCopy } = await import('../src/kit.ts')
afterEach(() => core.setEventSink(core.NoOpEventSink))

/** How each message about another copy ends. */
const SENTENCE = 'It was made by another copy of @stageflow/core. Run "npm ls @stageflow/core", then keep one.'

function problemsOf(build: () => unknown): readonly (readonly [string, string])[] {
  try {
    build()
    return []
  } catch (error) {
    if (!(error instanceof core.PipelineBuildError)) throw error
    return error.problems.map(({ code, message }) => [code, message])
  }
}

test('the two copies of core are separate modules', () => {
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

test('an output with a status of a newer version fails the stage, and the message says so (core/illegal-output)', async () => {
  for (const status of ['pause', 'wait']) {
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

test.each([
  ['at once', () => other.StageOutput.ok({ cached: true })],
  ['with a promise', async () => other.StageOutput.ok({ cached: true })],
])('a wrap may answer %s with an output of the other copy', async (_how, answer) => {
  const result = await new core.Pipeline('demo')
    .withStage('a', () => ({}))
    .build({ interceptors: [{ name: 'cache', wrap: () => answer }] })
    .run()
  expect(result.data).toEqual({ a: { cached: true } })
})

test('a wrap may fail a stage with an output of the other copy', async () => {
  const failed = await new core.Pipeline('demo')
    .withStage('a', () => ({}))
    .build({ interceptors: [{ name: 'breaker', wrap: () => () => other.StageOutput.fail('open') }] })
    .runSettled()
  expect(failed).toMatchObject({ status: 'failed', errors: [{ message: 'open' }] })
})

test.each(WAYS)('%s, onCall and expired may answer a call with an output of the other copy', async (_, beside) => {
  const answers: Interceptor = { name: 'answers', onCall: () => () => other.StageOutput.ok({ cached: true }) }
  const ends: Interceptor = {
    name: 'ends',
    onCall: () => () => ({ deadline: 0, expired: () => other.StageOutput.skip('enough') }),
  }
  const run = async (one: Interceptor) =>
    (
      await new core.Pipeline('demo')
        .withStage(
          'a',
          (context) => new Promise<void>((resolve) => context.signal.addEventListener('abort', () => resolve())),
        )
        .build({ interceptors: beside([one]) })
        .runSettled()
    ).outputs.a
  expect(await run(answers)).toMatchObject({ status: 'ok', data: { cached: true } })
  expect(await run(ends)).toMatchObject({ status: 'skip', reason: 'enough' })
  expect(await run({ name: 'illegal', onCall: () => () => other.StageOutput.ok(5 as never) as never })).toMatchObject({
    status: 'fail',
    error: { code: 'core/illegal-output' },
  })
})

test('StageflowError.is recognizes errors of the other copy, in both directions, and they keep their codes', async () => {
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

test('a slot of the other copy works like any other', async () => {
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
    .withPipeline('answer', child, { repeat: repeatUntil('check') })
    .build()
    .run()
  expect(result.report.stages['answer']?.children).toHaveLength(2)
})

test('a repeatUntil() of the other copy is refused, and the message says why (core/repeat)', () => {
  const child = new core.Pipeline('child').withStage('check', () => ({}), core.StageKind.GUARD)
  const repeat = otherRepeat.repeatUntil('check')
  expect(problemsOf(() => new core.Pipeline('demo').withPipeline('answer', child, { repeat }).build())).toEqual([
    ['core/repeat', `Stage "answer": repeat cannot be used here. ${SENTENCE}`],
  ])
})

test('a pipeline or graph of the other copy cannot be a child, and the message says why (core/not-a-pipeline)', () => {
  const child = new other.Pipeline('child').withStage('inner', () => ({}))
  for (const given of [child, child.build()]) {
    const inPipeline = () => new core.Pipeline('demo').withPipeline('child', given as never).build()
    expect(problemsOf(inPipeline)).toEqual([
      ['core/not-a-pipeline', `In stage "child": A child of "demo" cannot be used here. ${SENTENCE}`],
    ])
  }
  expect(() => new core.Pipeline('demo').compose(child as never)).toThrow(
    expect.objectContaining({
      code: 'core/not-a-pipeline',
      message: `The argument of compose() cannot be used here. ${SENTENCE}`,
    }),
  )
})

test('a stage of asStage of either copy is refused when it is built, where its child is of the other (core/not-a-pipeline)', async () => {
  const graphs = [core, other].map((copy) => new copy.Pipeline('child').withStage('inner', () => ({ a: 1 })).build())
  const [own, foreign] = graphs as [(typeof graphs)[0], (typeof graphs)[0]]
  for (const copy of [core, other]) {
    const refused = () => new core.Pipeline('demo').withStage('s', copy.asStage(foreign) as never).build()
    expect(problemsOf(refused)).toEqual([
      ['core/not-a-pipeline', `In stage "s": A child of "demo" cannot be used here. ${SENTENCE}`],
    ])
    const graph = new core.Pipeline('demo').withStage('s', copy.asStage(own) as never).build()
    expect((await graph.run()).data).toEqual({ s: { inner: { a: 1 } } })
  }
})

test('a stage of defineStage of the other copy is refused, and the message says why (core/not-a-stage)', () => {
  const stage = other.defineStage({ name: 's', run: () => ({}) })
  const refusal = [['core/not-a-stage', `Stage "s" cannot be used here. ${SENTENCE}`]]
  expect(problemsOf(() => core.Pipeline.from('demo', [stage] as never).build())).toEqual(refusal)
  expect(problemsOf(() => new core.Pipeline('demo').withStages([stage] as never).build())).toEqual(refusal)
  expect(problemsOf(() => new core.Pipeline('demo').withStage('s', stage as never).build())).toEqual(refusal)
  const own = core.defineStage({ name: 's', run: () => ({}) })
  expect(problemsOf(() => new core.Pipeline('demo').withStage('s', own as never).build())).toEqual([
    ['core/not-a-stage', expect.stringContaining('must be a function')],
  ])
})

test('slots of one name that two copies made are told apart, and the message says why (core/slot)', async () => {
  const [own, foreign] = [core.createSlot<number>('acme/n'), other.createSlot<number>('acme/n')]
  const runs = async (set: typeof own, use: (run: RunContext) => unknown) => {
    const setting: Interceptor = {
      name: 'set',
      wrapRun: (next) => (run) => {
        run.set(set, 5)
        use(run)
        return next(run)
      },
    }
    const result = await new core.Pipeline('demo')
      .withStage('a', (context) => ({ n: context.get(set) }))
      .build({ interceptors: [setting] })
      .runSettled()
    return result.status === 'failed' ? result.errors[0] : result.data
  }
  for (const [set, used] of [
    [own, foreign],
    [foreign, own],
  ] as const) {
    for (const use of [(run: RunContext) => run.get(used), (run: RunContext) => run.set(used, 6)])
      expect(await runs(set, use)).toMatchObject({
        code: 'core/interceptor-threw',
        cause: {
          code: 'core/slot',
          message: `The run has a value for another slot named "acme/n". ${SENTENCE}`,
        },
      })
    expect(await runs(set, (run) => [run.get(other.createSlot('acme/m')), run.get(undefined as never)])).toEqual({
      a: { n: 5 },
    })
  }
})

test('a slot that a run above has set is told apart too', async () => {
  const [own, foreign] = [core.createSlot<number>('acme/n'), other.createSlot<number>('acme/n')]
  const child = new core.Pipeline('child').withStage('inner', (context) => ({ n: context.get(foreign) }))
  const setting: Interceptor = {
    name: 'set',
    onRun: (run) => {
      if (run.parent === undefined) run.set(own, 5)
      return undefined
    },
  }
  const result = await new core.Pipeline('demo')
    .withPipeline('child', child)
    .build({ interceptors: [setting] })
    .runSettled()
  expect(result).toMatchObject({ status: 'failed', errors: [{ code: 'core/slot' }] })
})

test('all copies share the sink of the process, so that none is silent', async () => {
  const sink = recordingSink()
  const run = (copy: typeof core) =>
    new copy.Pipeline('demo')
      .withStage('a', () => ({}))
      .build()
      .run()
  other.setEventSink(sink)
  await run(core)
  await run(other)
  expect(sink.events).toHaveLength(8)
  core.setEventSink(core.NoOpEventSink)
  await run(other)
  expect(sink.events).toHaveLength(8)
})

test('the kit tells authors of plugins of what another copy made', () => {
  const made = (copy: typeof core) => [
    new copy.Pipeline('p'),
    new copy.Pipeline('p').withStage('a', () => ({})).build(),
    copy.defineStage({ name: 's', run: () => ({}) }),
    copy.createSlot('acme/n'),
  ]
  expect(made(core).map(fromOtherCopy)).toEqual([undefined, undefined, undefined, undefined])
  expect(made(other).map(fromOtherCopy)).toEqual([SENTENCE, SENTENCE, SENTENCE, SENTENCE])
  expect(made(core).map(otherKit.fromOtherCopy)).toEqual([SENTENCE, SENTENCE, SENTENCE, SENTENCE])
  const { proxy, revoke } = Proxy.revocable({}, {})
  revoke()
  const anything = [undefined, null, 5, 'text', {}, () => {}, Object.create(null), proxy, { name: 'acme/n' }]
  expect(anything.map(fromOtherCopy)).toEqual(anything.map(() => undefined))
  expect(Object.keys(core.createSlot('acme/n'))).toEqual(['name'])
})
