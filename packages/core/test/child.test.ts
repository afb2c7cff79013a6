import { expect, test } from 'vitest'
import { recordingSink } from '../../testing/src/index.ts'
import { clock } from './fresh-clock.ts'
import { aroundRun, childOf, sleepFor } from './interceptors.ts'
import { asStage, createSlot, defineStage, Pipeline, StageKind, StageOutput } from '../src/index.ts'
import type { Interceptor, InterceptorContext, RunContext, StageContext } from '../src/index.ts'
import { repeatUntil } from '../src/repeat.ts'

test('runChild resolves with the result of the child run, also of a failed one, and rejects only if the child cannot start', async () => {
  const graph = new Pipeline('demo')
    .withStage('a', async (context) => {
      const completed = await context.runChild(childOf())
      const cancelled = await context.runChild(childOf(() => StageOutput.cancel('no')))
      const failed = await context.runChild(childOf(() => StageOutput.fail('broken')))
      return {
        completed: completed.data,
        cancelled: cancelled.status === 'cancelled' && cancelled.reason,
        failed: failed.status === 'failed' && failed.errors[0]?.message,
      }
    })
    .build({ clock })
  const { data, report } = await graph.run()
  expect(data.a).toEqual({ completed: { inner: { inner: true } }, cancelled: 'no', failed: 'broken' })
  expect(report.stages['a']?.children?.map(({ status }) => status)).toEqual(['completed', 'cancelled', 'failed'])
})

test('the stage of withPipeline ends with the data of the child, or its failure and partial data, or as skipped if the child was cancelled', async () => {
  const run = async (ending: () => object) => {
    const child = new Pipeline('child')
      .withStage('first', () => ({ first: true }))
      .withStage('second', ending, { dependencies: ['first'] })
    return new Pipeline('demo')
      .withPipeline('child', child)
      .withStage('after', (context) => ({ saw: context.inputs.status('child') }), {
        dependencies: ['child'],
        join: 'settled',
      })
      .build({ clock })
      .runSettled()
  }
  expect((await run(() => ({ second: true }))).data).toEqual({
    child: { first: { first: true }, second: { second: true } },
    after: { saw: 'ok' },
  })
  const cancelled = await run(() => StageOutput.cancel('not allowed'))
  expect(cancelled).toMatchObject({
    status: 'completed',
    data: { after: { saw: 'skip' } },
    outputs: { child: { status: 'skip', reason: 'the child run was cancelled: not allowed' } },
  })
  const failed = await run(() => StageOutput.fail('broken'))
  expect(failed).toMatchObject({
    status: 'failed',
    errors: [{ code: 'core/stage-failed', stage: 'child', message: 'broken' }],
  })
  expect(failed.outputs.child).toMatchObject({ status: 'fail', data: { first: { first: true } } })
  expect(failed.report.stages['child']?.children).toMatchObject([
    { status: 'failed', stages: { first: { status: 'ok' } } },
  ])
})

test('asStage makes a stage that ends as its child ends, for pipelines of stage values', async () => {
  const child = childOf((context) => ({ text: context.snapshot.inputText ?? '' }))
  const graph = new Pipeline('demo')
    .withStage('ask', () => ({ question: 'why?' }))
    .withStage(
      'child',
      asStage(child, {
        input: (context: StageContext<{ ask: { question: string } }>) => ({
          inputText: context.inputs.from('ask').question,
        }),
      }),
      { dependencies: ['ask'] },
    )
    .withStage('bare', asStage(child.build({ clock })))
    .withStage('cancelled', asStage(childOf(() => StageOutput.cancel('no'))))
    .build({ clock })
  const result = await graph.run({ inputText: 'hi' })
  expect(result.data).toMatchObject({ child: { inner: { text: 'why?' } }, bare: { inner: { text: 'hi' } } })
  expect(result.outputs.cancelled).toMatchObject({ status: 'skip' })
  const value = defineStage({ name: 'value', run: (context) => asStage(child).execute(context as never) })
  expect((await Pipeline.from('demo', [value]).build({ clock }).run({ inputText: 'hey' })).data.value).toEqual({
    inner: { text: 'hey' },
  })
})

// ---------- what a child inherits

test("a child has the parent's snapshot, with the fields of `input` replaced, and an id of its own", async () => {
  const child = childOf((context) => ({
    id: context.pipelineRunId,
    text: context.snapshot.inputText,
    user: context.userId,
    createdAt: context.snapshot.createdAt,
  }))
  const graph = new Pipeline('demo')
    .withStage('ask', () => ({ question: 'why?' }))
    .withPipeline('child', child, {
      dependencies: ['ask'],
      input: (inputs, snapshot, feedback) => ({
        inputText: `${inputs.from('ask').question} ${snapshot.inputText} ${feedback}`,
      }),
    })
    .build({ clock })
  const { data } = await graph.run({ pipelineRunId: 'run-1', userId: 'ada', inputText: 'hi', createdAt: 7 })
  expect(data.child?.inner).toMatchObject({ text: 'why? hi undefined', user: 'ada', createdAt: 7 })
  expect((data.child?.inner as { id: string }).id).not.toBe('run-1')
})

test('the lineage of a child has the ids, stage, root, depth and path', async () => {
  const parents: unknown[] = []
  const watching: Interceptor = {
    name: 'watching',
    wrapRun: (next) => (run) => {
      parents.push(run.parent)
      return next(run)
    },
  }
  const deep = new Pipeline('deep').withStage('deepest', () => ({}))
  const middle = new Pipeline('middle').withPipeline('write', deep)
  const graph = new Pipeline('demo')
    .withMap('each', { over: () => ['a', 'b'], each: async (_, context) => void (await context.runChild(middle)) })
    .build({ clock, interceptors: [watching] })
  const { report } = await graph.run({ pipelineRunId: 'root' })
  const children = report.stages['each']?.children ?? []
  expect(parents).toHaveLength(5)
  expect(new Set(parents)).toEqual(
    new Set([
      undefined,
      {
        pipelineRunId: 'root',
        stage: 'each',
        rootRunId: 'root',
        rootPipeline: 'demo',
        depth: 1,
        path: 'each#0',
        held: false,
      },
      {
        pipelineRunId: 'root',
        stage: 'each',
        rootRunId: 'root',
        rootPipeline: 'demo',
        depth: 1,
        path: 'each#1',
        held: false,
      },
      {
        pipelineRunId: children[0]?.pipelineRunId,
        stage: 'write',
        rootRunId: 'root',
        rootPipeline: 'demo',
        held: false,
        depth: 2,
        path: 'each#0/write',
      },
      {
        pipelineRunId: children[1]?.pipelineRunId,
        stage: 'write',
        rootRunId: 'root',
        rootPipeline: 'demo',
        held: false,
        depth: 2,
        path: 'each#1/write',
      },
    ]),
  )
})

test('the events of a child go to the sink of the run, and have its lineage', async () => {
  const eventSink = recordingSink()
  const graph = new Pipeline('demo').withPipeline('child', childOf()).build({ clock })
  const { report } = await graph.run({ pipelineRunId: 'root' }, { eventSink })
  const childRunId = report.stages['child']?.children?.[0]?.pipelineRunId
  expect(eventSink.of('pipeline.child_started')).toMatchObject([
    { pipelineRunId: 'root', stage: 'child', data: { pipeline: 'child', childRunId, depth: 1, path: 'child' } },
  ])
  expect(eventSink.of('pipeline.child_completed')).toMatchObject([{ data: { childRunId, durationMs: 0 } }])
  expect(
    eventSink.events
      .filter(({ parentRunId }) => parentRunId === 'root')
      .map(({ type, pipelineRunId }) => `${type} ${pipelineRunId === childRunId}`),
  ).toEqual([
    'pipeline.started true',
    'stage.inner.started true',
    'stage.inner.completed true',
    'pipeline.completed true',
  ])
})

test('the events of a child that failed or was cancelled have its status and the reason', async () => {
  const eventSink = recordingSink()
  await new Pipeline('demo')
    .withPipeline(
      'a',
      childOf(() => StageOutput.cancel('no')),
    )
    .withPipeline(
      'b',
      childOf(() => StageOutput.fail('broken')),
    )
    .build({ clock, eventSink })
    .runSettled()
  expect(eventSink.of('pipeline.child_cancelled')).toMatchObject([{ stage: 'a', data: { reason: 'no' } }])
  expect(eventSink.of('pipeline.child_failed')).toMatchObject([
    { stage: 'b', data: { errors: [{ message: 'broken' }] } },
  ])
})

test('custom run options, graceMs and cleanupMs are inherited; maxConcurrency and onStageFailure are not', async () => {
  const options: unknown[] = []
  const watching: Interceptor = {
    name: 'watching',
    runOptions: ['token' as never],
    wrapRun: (next) => (run: RunContext) => {
      const { eventSink: _, ...rest } = run.options
      options.push(rest)
      return next(run)
    },
  }
  const graph = new Pipeline('demo').withPipeline('child', childOf()).build({ clock, interceptors: [watching] })
  await graph.run({}, {
    token: 'secret',
    graceMs: 10,
    cleanupMs: 20,
    chunkEvents: true,
    maxConcurrency: 1,
    onStageFailure: 'continue',
    timeoutMs: 1_000,
  } as never)
  expect(options[1]).toEqual({ token: 'secret', graceMs: 10, cleanupMs: 20, chunkEvents: true })
})

test('a child run reads the slots of its parent, so that a token is verified once for the whole tree', async () => {
  const claims = createSlot<string>('auth/claims')
  let verified = 0
  const auth: Interceptor = {
    name: 'auth',
    wrapRun: (next) => (run) => {
      if (run.get(claims) === undefined) {
        verified++
        run.set(claims, 'ada')
      }
      return next(run)
    },
  }
  const child = childOf((context) => ({ sub: context.get(claims) }))
  const graph = new Pipeline('demo')
    .withPipeline('child', new Pipeline('middle').withPipeline('child', child))
    .build({ clock, interceptors: [auth] })
  expect((await graph.run()).data.child?.child?.inner).toEqual({ sub: 'ada' })
  expect(verified).toBe(1)
})

// ---------- what keeps a child from starting

test('an input function that throws fails the stage', async () => {
  const graph = new Pipeline('demo')
    .withPipeline('child', childOf(), {
      input: () => {
        throw new Error('no input')
      },
    })
    .build({ clock })
  expect(await graph.runSettled()).toMatchObject({
    status: 'failed',
    errors: [{ message: 'no input', stage: 'child' }],
  })
})

test('a child run keeps its own maxConcurrency, and its parent keeps its slot: no deadlock', async () => {
  const graph = new Pipeline('demo')
    .withPipeline('a', new Pipeline('child').withStage('x', sleepFor(1_000)).withStage('y', sleepFor(1_000)))
    .withPipeline('b', new Pipeline('child').withStage('x', sleepFor(1_000)))
    .build({ clock })
  const settled = graph.run({}, { maxConcurrency: 1 })
  await clock.advance(2_000)
  expect((await settled).report.endedAt).toBe(2_000)
})

test('runChild takes options for the child: a signal, a timeout, a sink', async () => {
  const own = new AbortController()
  const eventSink = recordingSink()
  const ended: unknown[] = []
  const graph = new Pipeline('demo')
    .withStage(
      'signal',
      async (context) =>
        void ended.push((await context.runChild(childOf(sleepFor(1_000)), {}, { signal: own.signal })).status),
    )
    .withStage(
      'timeout',
      async (context) =>
        void ended.push((await context.runChild(childOf(sleepFor(1_000)), {}, { timeoutMs: 50 })).status),
    )
    .withStage(
      'sink',
      async (context) => void ended.push((await context.runChild(childOf(), {}, { eventSink })).status),
    )
    .build({ clock })
  const settled = graph.run()
  await clock.advance(10)
  own.abort(new Error('only this child'))
  await clock.advance(40)
  expect((await settled).status).toBe('completed')
  expect(ended).toEqual(['completed', 'cancelled', 'failed'])
  expect(eventSink.types()).toEqual([
    'pipeline.started',
    'stage.inner.started',
    'stage.inner.completed',
    'pipeline.completed',
  ])
})

test('a stage that returns the result of a child run fails, and the message says what to do (core/illegal-output)', async () => {
  const result = await new Pipeline('demo')
    .withStage('a', ((context: StageContext<{}>) => context.runChild(childOf())) as never)
    .build({ clock })
    .runSettled()
  expect(result).toMatchObject({
    status: 'failed',
    errors: [{ code: 'core/illegal-output', message: expect.stringContaining('withPipeline') }],
  })
})

test('a child given as a graph may be repeated, and a composed pipeline keeps its children and maps', async () => {
  let calls = 0
  const child = new Pipeline('child')
    .withStage('check', () => (++calls % 3 === 0 ? {} : StageOutput.fail('not yet')), StageKind.GUARD)
    .build({ clock })
  const part = new Pipeline('part')
    .withPipeline('answer', child, { repeat: repeatUntil('check') })
    .withMap('each', { over: () => [1, 2], each: (item) => ({ item }) })
  for (const whole of [new Pipeline('whole').compose(part), Pipeline.from('whole', part.stages)]) {
    const { report } = await whole.build({ clock }).run()
    expect(report.stages['answer']?.children).toHaveLength(3)
    expect(report.stages['each']?.status).toBe('ok')
  }
})

test("a child whose input is made from the parent's snapshot doesn't get the parent's id, and keeps an id that is given", async () => {
  const child = childOf((context) => ({ id: context.pipelineRunId, text: context.snapshot.inputText }))
  const graph = new Pipeline('demo')
    .withPipeline('copy', child, { input: (_, snapshot) => snapshot.toJSON() })
    .withPipeline('without', child, { input: () => ({ pipelineRunId: undefined }) })
    .withPipeline('own', child, { input: () => ({ pipelineRunId: 'mine' }) })
    .build({ clock })
  const { data } = await graph.run({ pipelineRunId: 'root', inputText: 'hi' })
  const ids = [data.copy, data.without, data.own].map((one) => (one?.inner as { id: string }).id)
  expect(ids[0]).not.toBe('root')
  expect(ids[1]).not.toBe('root')
  expect(ids[2]).toBe('mine')
  expect(data.copy?.inner).toMatchObject({ text: 'hi' })
})

test('children that a stage starts with runChild have separate paths, the same in each attempt and for each item', async () => {
  const paths: string[] = []
  const leaf = new Pipeline('leaf').withStage(
    'look',
    (context) => void paths.push((context as InterceptorContext).run.parent?.path ?? ''),
  )
  const twice: Interceptor = {
    name: 'twice',
    wrap: (next) => async (context) => {
      const output = await next(context)
      return output.status === 'retry' ? next(context) : output
    },
  }
  let calls = 0
  await new Pipeline('demo')
    .withStage('loop', async ({ runChild }) => {
      for (let i = 0; i < 3; i++) await runChild(leaf)
      return ++calls === 1 ? StageOutput.retry('again') : {}
    })
    .withMap('each', {
      over: () => ['a', 'b'],
      each: async (_, { runChild }) => {
        await runChild(leaf)
        await runChild(leaf)
        return {}
      },
      concurrency: 1,
      dependencies: ['loop'],
      join: 'settled',
    })
    .build({ interceptors: [twice] })
    .run()
  expect(paths).toEqual([
    ...['loop', 'loop~2', 'loop~3'],
    ...['loop', 'loop~2', 'loop~3'],
    ...['each#0', 'each#0~2', 'each#1', 'each#1~2'],
  ])
})

test('a child that an interceptor around it failed is reported as failed', async () => {
  const denied = aroundRun(
    (next, { name }) =>
      (run) =>
        name === 'child' ? run.fail(new Error('denied')) : next(run),
  )
  const graph = new Pipeline()
    .withPipeline(
      'sub',
      new Pipeline('child').withStage('a', () => ({})),
    )
    .build({ clock, interceptors: [denied] })
  const { report } = await graph.runSettled()
  expect(report.stages['sub']?.children).toMatchObject([{ status: 'failed' }])
})

test('a child whose input is made from the snapshot has an id of its own', async () => {
  const ids: string[] = []
  const child = new Pipeline('child').withStage('a', ({ pipelineRunId }) => void ids.push(pipelineRunId))
  const graph = new Pipeline()
    .withPipeline('sub', child, { input: (_, snapshot) => snapshot.withConversation({ inputText: 'hi' }) })
    .withPipeline('given', child, { input: () => ({ pipelineRunId: 'mine' }) })
    .build({ clock })
  await graph.run({ pipelineRunId: 'parent' })
  expect(ids[0]).not.toBe('parent')
  expect(ids[1]).toBe('mine')
})
