import { afterEach, expect, test } from 'vitest'
import { manualClock, recordingSink } from '../../testing/src/index.ts'
import { Pipeline, StageKind, StageOutput, asStage, createSlot, defineStage } from './index.ts'
import type { Interceptor, InterceptorContext, RunContext, StageContext } from './index.ts'

let clock = manualClock()
afterEach(() => {
  expect(clock.timers).toEqual([])
  clock = manualClock()
})

const inner = (stage: (context: StageContext<{}>) => object | Promise<object> = () => ({ inner: true })) =>
  new Pipeline('child').withStage('inner', stage)
const sleeping = async (context: StageContext<{}>): Promise<object> => {
  await context.clock.sleep(1_000, context.signal)
  return {}
}

test('runChild gives the result of the child run, whatever it is; only a child that cannot start rejects', async () => {
  const graph = new Pipeline('demo')
    .withStage('a', async (context) => {
      const completed = await context.runChild(inner())
      const cancelled = await context.runChild(inner(() => StageOutput.cancel('no')))
      const failed = await context.runChild(inner(() => StageOutput.fail('broken')))
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

test('withPipeline ends as the child ends: with its data, with its failure and partial results, and a cancelled child skips it', async () => {
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
    errors: [{ code: 'core/pipeline-failed', stage: 'child', cause: { message: 'broken' } }],
  })
  expect(failed.outputs.child).toMatchObject({ status: 'fail', data: { first: { first: true } } })
  expect(failed.report.stages['child']?.children).toMatchObject([
    { status: 'failed', stages: { first: { status: 'ok' } } },
  ])
})

test('asStage does the same for the value door', async () => {
  const child = inner((context) => ({ text: context.snapshot.inputText ?? '' }))
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
    .withStage('cancelled', asStage(inner(() => StageOutput.cancel('no'))))
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

test("a child has the parent's snapshot with the fields that input gives replaced, and an id of its own", async () => {
  const child = inner((context) => ({
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

test('its lineage says where it belongs: ids, stage, root, depth and path', async () => {
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
      { pipelineRunId: 'root', stage: 'each', rootRunId: 'root', rootPipeline: 'demo', depth: 1, path: 'each#0' },
      { pipelineRunId: 'root', stage: 'each', rootRunId: 'root', rootPipeline: 'demo', depth: 1, path: 'each#1' },
      {
        pipelineRunId: children[0]?.pipelineRunId,
        stage: 'write',
        rootRunId: 'root',
        rootPipeline: 'demo',
        depth: 2,
        path: 'each#0/write',
      },
      {
        pipelineRunId: children[1]?.pipelineRunId,
        stage: 'write',
        rootRunId: 'root',
        rootPipeline: 'demo',
        depth: 2,
        path: 'each#1/write',
      },
    ]),
  )
})

test('its events go to the sink of the run, and tell of the lineage', async () => {
  const eventSink = recordingSink()
  const graph = new Pipeline('demo').withPipeline('child', inner()).build({ clock })
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

test('the events of a child that failed or was cancelled say so, and why', async () => {
  const eventSink = recordingSink()
  await new Pipeline('demo')
    .withPipeline(
      'a',
      inner(() => StageOutput.cancel('no')),
    )
    .withPipeline(
      'b',
      inner(() => StageOutput.fail('broken')),
    )
    .build({ clock, eventSink })
    .runSettled()
  expect(eventSink.of('pipeline.child_cancelled')).toMatchObject([{ stage: 'a', data: { reason: 'no' } }])
  expect(eventSink.of('pipeline.child_failed')).toMatchObject([
    { stage: 'b', data: { errors: [{ message: 'broken' }] } },
  ])
})

test("case 6: the parent's abort and deadline reach child and grandchild", async () => {
  const deadlines: unknown[] = []
  const grandchild = new Pipeline('grandchild').withStage('deep', (context) => {
    deadlines.push(context.deadline)
    return sleeping(context)
  })
  const graph = new Pipeline('demo')
    .withPipeline('child', new Pipeline('child').withPipeline('grandchild', grandchild))
    .build({ clock })
  const caller = new AbortController()
  const settled = graph.runSettled({}, { signal: caller.signal, timeoutMs: 500 })
  await clock.advance(10)
  caller.abort(new Error('the user left'))
  const result = await settled
  expect(clock.now()).toBe(10)
  expect(result).toMatchObject({ status: 'cancelled', reason: 'the user left' })
  expect(result.report.stages['child']).toMatchObject({
    status: 'cancel',
    children: [
      {
        status: 'cancelled',
        stages: { grandchild: { children: [{ stages: { deep: { status: 'cancel', endedAt: 10 } } }] } },
      },
    ],
  })
  expect(deadlines).toEqual([500])
})

test('a child sees the deadline of what surrounds the attempt that started it, and fails with the reason of whoever keeps it', async () => {
  const spent = new Error('spent')
  const limited: Interceptor = {
    name: 'limit',
    wrap: (next, { name }) =>
      name !== 'child'
        ? next
        : (context) => {
            const fork = context.fork({ deadline: context.clock.now() + 50 })
            context.clock.setTimeout(() => fork.abort(spent), 50)
            return next(fork.context)
          },
  }
  let deadline: number | undefined
  const inner = new Pipeline('child').withStage('inner', async (context) => {
    deadline = context.deadline
    await sleeping(context)
  })
  const graph = new Pipeline('demo').withPipeline('child', inner).build({ clock, interceptors: [limited] })
  const startedAt = clock.now()
  const settled = graph.runSettled()
  await clock.advance(50)
  expect(await settled).toMatchObject({ status: 'failed', errors: [{ stage: 'child', message: 'spent' }] })
  expect(deadline).toBe(startedAt + 50)
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
  const graph = new Pipeline('demo').withPipeline('child', inner()).build({ clock, interceptors: [watching] })
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

test('slots are read through, so that a token is verified once for the whole tree', async () => {
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
  const child = inner((context) => ({ sub: context.get(claims) }))
  const graph = new Pipeline('demo')
    .withPipeline('child', new Pipeline('middle').withPipeline('child', child))
    .build({ clock, interceptors: [auth] })
  expect((await graph.run()).data.child?.child?.inner).toEqual({ sub: 'ada' })
  expect(verified).toBe(1)
})

test("a child given as a pipeline is built with the parent's options; one given as a graph keeps its own", async () => {
  const log: string[] = []
  const logging = (name: string): Interceptor => ({ name, settled: ({ stage }) => void log.push(`${name}: ${stage}`) })
  const ownClock = manualClock({ startAt: 5_000 })
  const child = new Pipeline('child').withStage('inner', (context) => ({
    at: context.clock.now(),
    port: (context.ports as { name?: string }).name,
  }))
  const graph = new Pipeline('demo')
    .withPipeline('pipeline', child)
    .withPipeline(
      'graph',
      child.build({ clock: ownClock, interceptors: [logging('own')], ports: { name: 'own' } as never }),
    )
    .build({ clock, interceptors: [logging('parent')], ports: { name: 'parent' } as never })
  const { data } = await graph.run()
  expect(data).toEqual({ pipeline: { inner: { at: 0, port: 'parent' } }, graph: { inner: { at: 5_000, port: 'own' } } })
  expect(log).toEqual(
    ['parent: inner', 'parent: pipeline', 'own: inner', 'parent: graph'].toSorted(
      (a, b) => log.indexOf(a) - log.indexOf(b),
    ),
  )
})

test('a pipeline is built once per parent graph, however often it is run', async () => {
  let built = 0
  const counting: Interceptor = {
    name: 'counting',
    wrap: (next, stage) => {
      if (stage.name === 'inner') built++
      return next
    },
  }
  const child = inner()
  const graph = new Pipeline('demo')
    .withStage('a', async (context) => {
      await context.runChild(child)
      await context.runChild(child)
    })
    .build({ clock, interceptors: [counting] })
  await graph.run()
  await graph.run()
  expect(built).toBe(1)
})

// ---------- what keeps a child from starting

const refusedChild = async (stage: (context: StageContext<{}>) => Promise<unknown>) => {
  let refused: unknown
  await new Pipeline('demo')
    .withStage('a', async (context) => {
      refused = await stage(context).catch((error: unknown) => error)
    })
    .build({ clock })
    .run()
  return refused as {
    readonly code: string
    readonly message: string
    readonly problems?: readonly { readonly code: string }[]
  }
}

test('runs may lie five deep inside one another, and no deeper (core/child-depth)', async () => {
  const nested = (depth: number): Pipeline<Record<string, never>> => {
    const pipeline = new Pipeline(`level-${depth}`)
    return (
      depth === 0 ? pipeline.withStage('last', () => ({})) : pipeline.withPipeline('next', nested(depth - 1) as never)
    ) as never
  }
  expect((await nested(5).build({ clock }).run()).status).toBe('completed')
  expect(() => nested(6).build({ clock })).toThrow(expect.objectContaining({ code: 'core/build' }))
  expect(() => nested(6).build({ clock })).toThrow('[core/child-depth]')
})

test('graphs that run one another are stopped at the same depth (core/child-depth)', async () => {
  let graph = new Pipeline('level-0').withStage('last', () => ({})).build({ clock })
  for (let depth = 1; depth <= 6; depth++) {
    graph = new Pipeline(`level-${depth}`).withPipeline('next', graph).build({ clock }) as never
  }
  const tooDeep = await graph.runSettled()
  let error = tooDeep.status === 'failed' ? tooDeep.errors[0] : undefined
  while (error?.cause !== undefined) error = error.cause
  expect(error).toMatchObject({
    code: 'core/child-depth',
    message: expect.stringContaining('starts a child run 6 deep'),
  })
})

test('a pipeline cannot run inside itself, however indirectly (core/child-cycle)', async () => {
  const self: Pipeline<Record<string, never>> = new Pipeline('self').withStage('again', (context) =>
    context.runChild(self as never).then((result) => result.data as object),
  ) as never
  const result = await self.build({ clock }).runSettled()
  expect(result).toMatchObject({
    status: 'failed',
    errors: [{ code: 'core/child-cycle', message: expect.stringContaining('"self"') }],
  })
  const outer: Pipeline<Record<string, never>> = new Pipeline('outer').withStage('a', async (context) => {
    const { status, ...rest } = (await context.runChild(middle as never)) as never as {
      status: string
      errors: readonly { code: string }[]
    }
    return { ended: status, code: rest.errors }
  }) as never
  const middle = new Pipeline('middle').withStage('b', async (context) => void (await context.runChild(outer as never)))
  expect(JSON.stringify(await outer.build({ clock }).runSettled())).toContain('core/child-cycle')
})

test('what is no pipeline is refused by name (core/not-a-pipeline)', async () => {
  for (const wrong of [undefined, {}, 'child', () => ({})]) {
    expect(await refusedChild((context) => context.runChild(wrong as never))).toMatchObject({
      code: 'core/not-a-pipeline',
      message: expect.stringContaining('A child of "demo" is'),
    })
  }
  expect(() => new Pipeline('demo').withPipeline('child', 5 as never).build()).toThrow(
    expect.objectContaining({
      problems: [
        expect.objectContaining({ code: 'core/not-a-pipeline', message: expect.stringContaining('In stage "child"') }),
      ],
    }),
  )
})

test('a child that cannot be built, or a wrong input, rejects', async () => {
  expect(
    await refusedChild((context) => context.runChild(new Pipeline('broken').withStage('a b', () => ({})))),
  ).toMatchObject({ code: 'core/build', problems: [{ code: 'core/illegal-name' }] })
  expect(await refusedChild((context) => context.runChild(inner(), { nope: 1 } as never))).toMatchObject({
    code: 'core/snapshot',
  })
  expect(await refusedChild((context) => context.runChild(inner(), null as never))).toMatchObject({
    code: 'core/snapshot',
  })
})

test('the problems of a child pipeline are problems of the build, and say where', () => {
  const broken = new Pipeline('broken').withStage('a b', () => ({})).withStage('c', 5 as never)
  expect(() => new Pipeline('demo').withPipeline('child', broken as never).build()).toThrow(
    expect.objectContaining({
      problems: [
        expect.objectContaining({ code: 'core/illegal-name', message: expect.stringMatching(/^In stage "child": /) }),
        expect.objectContaining({ code: 'core/not-a-stage' }),
      ],
    }),
  )
})

test('an input function that throws fails the stage', async () => {
  const graph = new Pipeline('demo')
    .withPipeline('child', inner(), {
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
    .withPipeline('a', new Pipeline('child').withStage('x', sleeping).withStage('y', sleeping))
    .withPipeline('b', new Pipeline('child').withStage('x', sleeping))
    .build({ clock })
  const settled = graph.run({}, { maxConcurrency: 1 })
  await clock.advance(2_000)
  expect((await settled).report.endedAt).toBe(2_000)
})

test('runChild takes options of its own: a signal, a time-out, a sink', async () => {
  const own = new AbortController()
  const eventSink = recordingSink()
  const ended: unknown[] = []
  const graph = new Pipeline('demo')
    .withStage(
      'signal',
      async (context) => void ended.push((await context.runChild(inner(sleeping), {}, { signal: own.signal })).status),
    )
    .withStage(
      'timeout',
      async (context) => void ended.push((await context.runChild(inner(sleeping), {}, { timeoutMs: 50 })).status),
    )
    .withStage('sink', async (context) => void ended.push((await context.runChild(inner(), {}, { eventSink })).status))
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

test('a child has no longer grace time than its parent, whatever it was given, so its last event is not the later one', async () => {
  const eventSink = recordingSink()
  const stuck = inner(() => new Promise<never>(() => {}))
  const run = new Pipeline('demo')
    .withStage('a', async (context) => void (await context.runChild(stuck, {}, { graceMs: 1_000 })))
    .build({ clock, eventSink })
    .start({ pipelineRunId: 'parent' }, { graceMs: 10 })
  await clock.settle()
  run.cancel('enough')
  await clock.advance(10)
  const { report } = await run.settled
  expect(report).toMatchObject({ status: 'cancelled', endedAt: 10 })
  const [child] = report.stages['a']?.children ?? []
  expect(child).toMatchObject({ status: 'cancelled', endedAt: 10, stages: { inner: { abandoned: true } } })
  await clock.advance(2_000)
  expect(eventSink.events.at(-1)).toMatchObject({ type: 'pipeline.cancelled', pipelineRunId: 'parent' })
})

test('the result of a child run is no output: the message says what to do (core/illegal-output)', async () => {
  const result = await new Pipeline('demo')
    .withStage('a', ((context: StageContext<{}>) => context.runChild(inner())) as never)
    .build({ clock })
    .runSettled()
  expect(result).toMatchObject({
    status: 'failed',
    errors: [{ code: 'core/illegal-output', message: expect.stringContaining('withPipeline') }],
  })
})

test('an attempt that left a child behind is not followed by another before that child has ended', async () => {
  const log: string[] = []
  const child = inner(async (context) => {
    log.push(`started at ${clock.now()}`)
    await context.clock.sleep(100)
    return {}
  })
  const graph = new Pipeline('demo')
    .withStage('careless', (context) => {
      void context.runChild(child)
      return context.attempt === 1 ? StageOutput.fail('not yet') : {}
    })
    .build({
      clock,
      interceptors: [
        {
          name: 'retry',
          wrap: (next) => async (context) => {
            const first = await next(context)
            return first.status === 'fail' ? next(context) : first
          },
        },
      ],
    })
  const settled = graph.run()
  await clock.advance(200)
  expect((await settled).status).toBe('completed')
  expect(log).toEqual(['started at 0', 'started at 100'])
})

test('a child that still runs is not reported as completed', async () => {
  const seen: unknown[] = []
  const graph = new Pipeline('demo').withPipeline('child', inner(sleeping)).build({
    clock,
    interceptors: [
      {
        name: 'looking',
        wrap: (next, { name }) =>
          name !== 'child'
            ? next
            : async (context) => {
                const answer = next(context)
                await context.clock.sleep(10)
                seen.push(...(context.record.children ?? []).map(({ status }) => status))
                return answer
              },
      },
    ],
  })
  const settled = graph.run()
  await clock.advance(1_000)
  expect((await settled).report.stages['child']?.children).toMatchObject([{ status: 'completed' }])
  expect(seen).not.toContain('completed')
})

test('a child given as a graph may be repeated, and a composed pipeline keeps its children and maps', async () => {
  let calls = 0
  const child = new Pipeline('child')
    .withStage('check', () => (++calls % 3 === 0 ? {} : StageOutput.fail('not yet')), StageKind.GUARD)
    .build({ clock })
  const part = new Pipeline('part')
    .withPipeline('answer', child, { repeat: { until: 'check' } })
    .withMap('each', { over: () => [1, 2], each: (item) => ({ item }) })
  for (const whole of [new Pipeline('whole').compose(part), Pipeline.from('whole', part.stages)]) {
    const { report } = await whole.build({ clock }).run()
    expect(report.stages['answer']?.children).toHaveLength(3)
    expect(report.stages['each']?.status).toBe('ok')
  }
})

test('asStage reports the problems of its child when the graph is built', () => {
  const broken = new Pipeline('broken').withStage('a b', () => ({}))
  const build = () => new Pipeline('demo').withStage('child', asStage(broken)).build({ clock })
  expect(build).toThrow(expect.objectContaining({ problems: [expect.objectContaining({ code: 'core/illegal-name' })] }))
})

test('a child that is in its cleanups is not abandoned by its parent: they have a limit of their own', async () => {
  const log: string[] = []
  const cleaning = inner(async (context) => {
    context.onCleanup(async () => {
      await context.clock.sleep(50)
      log.push(`cleaned at ${clock.now()}`)
    })
    await sleeping(context)
    return {}
  })
  const run = new Pipeline('demo')
    .withPipeline('child', cleaning)
    .build({ clock })
    .start({}, { graceMs: 10, cleanupMs: 100 })
  await clock.settle()
  run.cancel('enough')
  await clock.advance(50)
  const { report } = await run.settled
  expect(log).toEqual(['cleaned at 50'])
  expect(report.stages['child']).not.toHaveProperty('abandoned')
  expect(report.stages['child']).toMatchObject({ status: 'cancel', children: [{ status: 'cancelled' }] })
})

test("an input made of the parent's snapshot does not give the child the parent's id; an id of its own is kept", async () => {
  const child = inner((context) => ({ id: context.pipelineRunId, text: context.snapshot.inputText }))
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

test('children that a stage starts by itself have paths of their own, the same in each attempt and for each item', async () => {
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
