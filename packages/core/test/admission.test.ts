import { expect, test } from 'vitest'
import {
  admitRequest,
  checkLeg,
  isGuarded,
  missingKeepers,
  resumeRun,
  resumeSettled,
  runDurable,
  startResumed,
} from '../src/durable.ts'
import { Pipeline, StageOutput, StageflowError, asStage, createSlot } from '../src/index.ts'
import type {
  EventSink,
  FailedResult,
  Interceptor,
  PipelineResult,
  RunRequest,
  StageContext,
  StageflowEvent,
  SuspendedResult,
} from '../src/index.ts'
import { ArrayExecutor } from './array-executor.ts'

declare module '../src/index.ts' {
  interface RunOptions {
    readonly ticket?: string | undefined
  }
}

const refusal = new StageflowError('tickets/foreign', 'This ticket is for another run.')

/** Lets everyone in whose ticket is a user, and later only the user who began the run. */
const tickets = (more: Partial<Interceptor> = {}): Interceptor => ({
  name: 'tickets',
  runOptions: ['ticket'],
  admit: ({ action, options: { ticket }, kept }) => {
    if (action !== 'start' && ticket !== (kept as { user: string }).user) throw refusal
    return { keep: { user: ticket }, who: { userId: ticket } }
  },
  wrapRun: (next) => (run) => {
    if (run.kept === undefined) run.keep('tickets', { user: run.options.ticket })
    return next(run)
  },
  ...more,
})

const ask = ({ resumed }: StageContext) =>
  resumed === undefined ? StageOutput.suspend('May I?') : { answer: resumed.answer, by: resumed.by?.userId }

const recorded = (): EventSink & { readonly events: StageflowEvent[] } => {
  const events: StageflowEvent[] = []
  return { events, emit: () => {}, tryEmit: (event) => void events.push(event) }
}

const suspendedOf = (result: PipelineResult<unknown>): SuspendedResult<{ ask: unknown }> => {
  if (result.status !== 'suspended') throw new Error(`the run is ${result.status}`)
  return result as SuspendedResult<{ ask: unknown }>
}

const request = { action: 'attach', runId: 'run-1', input: { userId: 'ada' }, options: {} } as const

test('every interceptor is asked about a request, the outermost first, and sees the values that the others have set', async () => {
  const WHO = createSlot<string>('who')
  const asked: unknown[] = []
  const graph = new Pipeline('order').withStage('ask', ask).build({
    interceptors: [
      tickets({
        admit: (given) => {
          asked.push(given)
          given.set(WHO, 'ada')
          return { keep: [1], who: { userId: 'ada' } }
        },
      }),
      { name: 'quota', admit: async (given) => void asked.push(given, given.get(WHO)) },
      { name: 'log', settled: () => {} },
    ],
  })
  const { kept, by } = await admitRequest(graph, {
    action: 'start',
    runId: 'run-1',
    input: { runId: { orgId: 'acme' }, sessionId: 's' },
    options: { ticket: 'ada' },
  })
  expect({ kept, by }).toEqual({ kept: { tickets: [1] }, by: { userId: 'ada' } })
  const [first, second, who] = asked as [RunRequest, RunRequest, string]
  expect(first).toMatchObject({
    action: 'start',
    runId: 'run-1',
    userId: undefined,
    orgId: 'acme',
    sessionId: 's',
    options: { ticket: 'ada' },
    asked: [],
    kept: undefined,
  })
  expect(first.pipeline.name).toBe('order')
  expect(second).toMatchObject({ userId: 'ada', orgId: 'acme' })
  expect(who).toBe('ada')
})

test('an answer names the stages that it is for, also inside a child pipeline and for an item of a map', async () => {
  const asked: string[] = []
  const kid = new Pipeline('kid').withStage('check', ask)
  const graph = new Pipeline('order')
    .withPipeline('kid', kid)
    .withMap('letters', { over: () => [1, 2], each: () => StageOutput.suspend('?') })
    .build({
      interceptors: [tickets({ admit: (given) => void asked.push(...given.asked.map(({ name }) => name)) })],
    })
  await admitRequest(graph, {
    ...request,
    action: 'answer',
    answers: [['kid', 'check'], ['letters', '1'], ['gone']],
  })
  expect(asked).toEqual(['check', 'letters'])
})

test('an interceptor gets what it kept itself, and not what others kept', async () => {
  const seen: unknown[] = []
  const see = (name: string): Interceptor => ({ name, admit: ({ kept }) => void seen.push(kept) })
  const graph = new Pipeline('order').withStage('ask', ask).build({ interceptors: [see('a'), see('toString')] })
  await admitRequest(graph, { ...request, kept: { a: { n: 1 }, b: 2 } })
  expect(seen).toEqual([{ n: 1 }, undefined])
  expect(missingKeepers(graph, { a: 1, b: 2 })).toEqual(['b'])
  expect(isGuarded(graph)).toBe(true)
  expect(isGuarded(new Pipeline('open').withStage('ask', ask).build())).toBe(false)
})

test('the first refusal is the error of the caller, and the sink of the graph is told of it, without who the caller claims to be', async () => {
  const sink = recorded()
  const asked: string[] = []
  const graph = new Pipeline('order').withStage('ask', ask).build({
    eventSink: sink,
    interceptors: [tickets(), { name: 'quota', admit: () => void asked.push('quota') }],
  })
  await expect(
    admitRequest(graph, { ...request, kept: { tickets: { user: 'ada' } }, options: { ticket: 'eve' } }),
  ).rejects.toBe(refusal)
  expect(asked).toEqual([])
  expect(sink.events).toMatchObject([
    {
      type: 'run.refused',
      seq: -1,
      pipelineRunId: 'run-1',
      userId: undefined,
      data: { action: 'attach', pipeline: 'order', code: 'tickets/foreign', by: undefined, untold: 0 },
    },
  ])
})

test('a flood of refused requests makes a hundred events a minute, and the next one counts the others', async () => {
  const sink = recorded()
  let now = 0
  const clock = { now: () => now, sleep: async () => {}, setTimeout: () => () => {} }
  const refuse = (): never => {
    throw refusal
  }
  const graph = new Pipeline('order')
    .withStage('ask', ask)
    .build({ clock, eventSink: sink, interceptors: [tickets({ admit: refuse })] })
  for (let n = 0; n < 250; n++) await expect(admitRequest(graph, request)).rejects.toBe(refusal)
  expect(sink.events).toHaveLength(100)
  now = 60_000
  await expect(admitRequest(graph, request)).rejects.toBe(refusal)
  expect(sink.events.at(-1)).toMatchObject({ data: { untold: 150 } })
})

test.each<[what: string, sink: EventSink]>([
  [
    'throws',
    {
      emit: () => {},
      tryEmit: () => {
        throw new Error('full')
      },
    },
  ],
  ['refuses the event', { emit: () => {}, tryEmit: () => false }],
  ['rejects', { emit: () => {}, tryEmit: (() => Promise.reject(new Error('down'))) as never }],
])('a sink that %s changes nothing for the caller', async (_what, eventSink) => {
  const graph = new Pipeline('order').withStage('ask', ask).build({ eventSink, interceptors: [tickets()] })
  await expect(admitRequest(graph, { ...request, kept: { tickets: { user: 'ada' } } })).rejects.toBe(refusal)
})

test.each<[what: string, admit: Interceptor['admit'], code: string, text: string]>([
  ['false', (() => false) as never, 'core/interceptor-answer', 'answered a request with false'],
  ['an unknown field', (() => ({ allow: false })) as never, 'core/interceptor-answer', 'Return undefined or { keep'],
  ['an id that is no text', (() => ({ who: { userId: 7 } })) as never, 'core/interceptor-answer', 'Return undefined'],
  [
    'something to keep that is not JSON',
    () => ({ keep: { at: new Date(0) } }),
    'core/not-json',
    'keep.at (an instance of Date)',
  ],
  [
    'a throw of another kind',
    () => {
      throw new Error('no database')
    },
    'core/interceptor-threw',
    'no database',
  ],
])("%s isn't an admission", async (_what, admit, code, text) => {
  const graph = new Pipeline('order').withStage('ask', ask).build({ interceptors: [tickets({ admit } as never)] })
  await expect(admitRequest(graph, request)).rejects.toMatchObject({ code, message: expect.stringContaining(text) })
})

test('a request ends when its caller gives up, or after 30 s, and leaves no timer and no listener', async () => {
  const timers = new Set<() => void>()
  const times: number[] = []
  const clock = {
    now: () => 0,
    sleep: async () => {},
    setTimeout: (callback: () => void, ms: number) => {
      timers.add(callback)
      times.push(ms)
      return () => timers.delete(callback)
    },
  }
  const graph = new Pipeline('order')
    .withStage('ask', ask)
    .build({ clock: clock as never, interceptors: [tickets({ admit: () => new Promise(() => {}) })] })
  const caller = new AbortController()
  const given = admitRequest(graph, { ...request, options: { signal: caller.signal } })
  caller.abort(new Error('gone'))
  await expect(given).rejects.toThrow(/^gone$/)
  expect(timers.size).toBe(0)

  const slow = admitRequest(graph, request)
  for (const ring of timers) ring()
  await expect(slow).rejects.toMatchObject({
    code: 'core/admission-timed-out',
    message: expect.stringContaining('more than 30000 ms to admit "attach" of run "run-1"'),
  })
  expect(timers.size).toBe(0)
  expect(times).toEqual([30_000, 30_000])
})

// ---------- a suspended run in process

test('who answers a suspended run is admitted before the answer counts, and is named to the stage', async () => {
  const seen: unknown[] = []
  const graph = new Pipeline('order').withStage('ask', ask).build({
    interceptors: [
      tickets(),
      { name: 'see', runOptions: [], onRun: ({ kept, options }) => void seen.push([kept, { ...options }]) },
    ],
  })
  const first = suspendedOf(await graph.run({}, { ticket: 'ada' }))
  expect(first.kept).toEqual({ tickets: { user: 'ada' } })
  await expect(resumeRun(graph, first, { ask: 'yes' }, { ticket: 'eve' })).rejects.toBe(refusal)
  await expect(resumeSettled(graph, first, { ask: 'yes' })).rejects.toBe(refusal)
  await expect(startResumed(graph, first, { ask: 'yes' })).rejects.toBe(refusal)

  const stored = JSON.parse(JSON.stringify(first)) as typeof first
  const done = await resumeRun(graph, stored, { ask: 'yes' }, { ticket: 'ada' })
  expect(done.data).toMatchObject({ ask: { answer: 'yes', by: 'ada' } })
  // The leg runs under what was kept, and has no ticket.
  expect(seen).toEqual([
    [undefined, { ticket: 'ada' }],
    [{ tickets: { user: 'ada' } }, expect.not.objectContaining({ ticket: 'ada' })],
  ])
})

test('what was kept stays through any number of legs', async () => {
  const graph = new Pipeline('order')
    .withStage('ask', ({ resumed }) => (resumed?.answer === 'done' ? {} : StageOutput.suspend('more?')))
    .build({ interceptors: [tickets()] })
  const first = suspendedOf(await graph.run({}, { ticket: 'ada' }))
  const second = suspendedOf(await resumeRun(graph, first, { ask: 1 }, { ticket: 'ada' }))
  expect(second.kept).toEqual(first.kept)
  await expect(resumeRun(graph, second, { ask: 'done' }, { ticket: 'eve' })).rejects.toBe(refusal)
  expect((await resumeRun(graph, second, { ask: 'done' }, { ticket: 'ada' })).status).toBe('completed')
})

test('a graph without an interceptor that kept something with a run cannot continue it (core/resume)', async () => {
  const pipeline = new Pipeline('order').withStage('ask', ask)
  const first = suspendedOf(await pipeline.build({ interceptors: [tickets()] }).run({}, { ticket: 'ada' }))
  await expect(resumeRun(pipeline.build(), first, { ask: 'yes' })).rejects.toMatchObject({
    code: 'core/resume',
    message: expect.stringContaining('its interceptors tickets kept something with it'),
  })
})

test('what a child run keeps has no use, and what is not JSON is refused', async () => {
  const keeper: Interceptor = {
    name: 'keeper',
    wrapRun: (next) => (run) => {
      run.keep(run.parent === undefined ? 'root' : 'child', { depth: run.parent?.depth ?? 0 })
      return next(run)
    },
  }
  const graph = new Pipeline('order')
    .withPipeline('kid', new Pipeline('kid').withStage('check', ask))
    .build({ interceptors: [keeper] })
  const result = await graph.run()
  expect(result.status === 'suspended' && result.kept).toEqual({ root: { depth: 0 } })

  const wrong: Interceptor = { name: 'wrong', wrapRun: (next) => (run) => (run.keep('wrong', 1n), next(run)) }
  const refused = new Pipeline('order').withStage('ask', ask).build({ interceptors: [wrong] })
  await expect(refused.run()).rejects.toMatchObject({ cause: { code: 'core/interceptor-threw' } })
})

// ---------- child graphs that check callers by themselves

const kidGraph = (guard: Interceptor) => new Pipeline('kid').withStage('check', ask).build({ interceptors: [guard] })
const GATE = 'Stage "kid" runs the graph "kid", whose own "tickets" would check a caller whom no leg of the run has'

test.each([
  ['no interceptors', []],
  ['an interceptor of the same name', [tickets()]],
])(
  'a child graph with an admitting interceptor of its own is refused at the start of a durable run, below a graph with %s',
  async (_what, interceptors) => {
    const around = new Pipeline('middle').withPipeline('kid', kidGraph(tickets()))
    const pipelines: readonly object[] = [
      new Pipeline('order').withPipeline('kid', kidGraph(tickets())),
      new Pipeline('order').withPipeline('kid', kidGraph(tickets()), { placement: 'call' }),
      new Pipeline('order').withPipeline('middle', around),
      new Pipeline('order').withStage('kid', asStage(kidGraph(tickets()))),
    ]
    for (const pipeline of pipelines) {
      const graph = (pipeline as Pipeline).build({ interceptors })
      const executor = new ArrayExecutor()
      const refused = { code: 'core/not-durable', message: expect.stringContaining(GATE) }
      await expect(runDurable(graph, executor)).rejects.toMatchObject(refused)
      expect(executor.facts).toEqual([])
      // Engines check it before they keep anything.
      expect(() => checkLeg('run()', graph, undefined)).toThrow(expect.objectContaining(refused))
    }
  },
)

test('a child graph built with the same interceptor, and one given as a pipeline, run in a durable run', async () => {
  const guard = tickets()
  const graph = new Pipeline('order')
    .withPipeline('graph', new Pipeline('a').withStage('work', () => ({ done: 1 })).build({ interceptors: [guard] }))
    .withPipeline(
      'pipeline',
      new Pipeline('b').withStage('work', () => ({ done: 2 })),
    )
    .build({ interceptors: [guard] })
  const { data } = await runDurable(graph, new ArrayExecutor([], { start: { kept: { tickets: { user: 'ada' } } } }))
  expect(data).toEqual({ graph: { work: { done: 1 } }, pipeline: { work: { done: 2 } } })
})

test('code that starts such a graph with runChild() in a durable run gets core/not-durable', async () => {
  const kid = kidGraph(tickets())
  const inner = new Pipeline('inner').withStage('deep', async ({ runChild }) => void (await runChild(kid)))
  const graph = new Pipeline('order')
    .withStage('kid', async ({ runChild }) => void (await runChild(kid)))
    .withStage('far', async ({ runChild }) => {
      const { status, errors } = (await runChild(inner)) as FailedResult<unknown>
      return { status, codes: errors.map(({ code }) => code) }
    })
    .build()
  const { status, errors, data } = (await runDurable(graph, new ArrayExecutor(), {
    onStageFailure: 'continue',
  } as never)) as FailedResult<{ far: unknown }>
  expect({ status, codes: errors.map(({ code }) => code) }).toEqual({ status: 'failed', codes: ['core/not-durable'] })
  expect(data.far).toEqual({ status: 'failed', codes: ['core/not-durable'] })
})

test('a suspended run whose child graph checks callers by itself cannot be resumed: its legs have no caller', async () => {
  const graph = new Pipeline('order').withPipeline('kid', kidGraph(tickets())).build({ interceptors: [tickets()] })
  const run = suspendedOf(await graph.run({}, { ticket: 'ada' }))
  await expect(resumeRun(graph, run, { kid: { check: 'yes' } }, { ticket: 'ada' })).rejects.toMatchObject({
    code: 'core/not-durable',
    message: expect.stringContaining(GATE),
  })
})

// ---------- a durable run

test('all legs of a durable run run under what was kept at its start, without the options of a caller', async () => {
  const seen: unknown[] = []
  const graph = new Pipeline('order').withStage('ask', ask).build({
    interceptors: [tickets({ onRun: ({ kept, options }) => void seen.push([kept, options.ticket]) })],
  })
  const kept = { tickets: { user: 'ada' } }
  const first = new ArrayExecutor([], { start: { kept } })
  await runDurable(graph, first, { ticket: 'ada' })
  first.answer('ask', 'yes')
  const second = new ArrayExecutor(first.facts, { start: { kept } })
  const result = await runDurable(graph, second, { ticket: 'eve' })
  expect(result.status).toBe('completed')
  expect(seen).toEqual([
    [kept, undefined],
    [kept, undefined],
  ])
})

test.each<[what: string, layer: Interceptor, error: object]>([
  [
    'fails the run in wrapRun',
    { name: 'x', wrapRun: () => (run) => run.fail(refusal) },
    { code: 'tickets/foreign', message: refusal.message },
  ],
  [
    'throws in wrapRun',
    {
      name: 'x',
      wrapRun: () => () => {
        throw new Error('no')
      },
    },
    { code: 'core/interceptor-threw' },
  ],
  [
    'cancels the run in wrapRun',
    { name: 'x', wrapRun: () => (run) => run.cancel('closed') },
    { code: 'core/leg-refused', message: expect.stringContaining('closed') },
  ],
  ['does not enter the run', { name: 'x', onRun: () => ({ enter: () => {} }) }, { code: 'core/interceptor-enter' }],
])(
  'an interceptor that %s before the first stage refuses the leg, whether it is the first or a later one',
  async (_what, layer, error) => {
    const pipeline = new Pipeline('order')
      .withStage('a', () => ({ a: 1 }))
      .withStage('ask', ask, { dependencies: ['a'] })
    const refusing = pipeline.build({ interceptors: [layer] })
    const never = new ArrayExecutor()
    await expect(runDurable(refusing, never)).rejects.toMatchObject(error)
    expect(never.facts).toEqual([])

    const first = new ArrayExecutor()
    await runDurable(pipeline.build(), first)
    const facts = structuredClone(first.facts)
    const second = new ArrayExecutor(first.facts)
    await expect(runDurable(refusing, second)).rejects.toMatchObject(error)
    expect(second.facts).toEqual(facts)
  },
)

test('an interceptor that fails a run after its first stage has begun fails it', async () => {
  const after: Interceptor = {
    name: 'after',
    wrapRun: (next) => async (run) => {
      await next(run)
      return run.fail(refusal)
    },
  }
  const graph = new Pipeline('order').withStage('a', () => ({})).build({ interceptors: [after] })
  const result = await runDurable(graph, new ArrayExecutor())
  expect(result).toMatchObject({ status: 'failed', errors: [{ code: 'tickets/foreign' }] })
})

test('a durable answer names who gave it', async () => {
  const graph = new Pipeline('order').withStage('ask', ask).build()
  const first = new ArrayExecutor()
  await runDurable(graph, first)
  first.put({ kind: 'answer', key: 'ask', answer: 'yes', by: { userId: 'bo' } })
  const result = await runDurable(graph, new ArrayExecutor(first.facts))
  expect(result.data).toEqual({ ask: { answer: 'yes', by: 'bo' } })
})

test('a child run that code has started cannot ask if interceptors check who answers: nothing would know whom and what its stage takes', async () => {
  const kid = new Pipeline('kid').withStage('ask', ask)
  const kids = {
    code: (pipeline: Pipeline<{}, {}>) => pipeline.withStage('outer', (context) => asStage(kid).execute(context)),
    runChild: (pipeline: Pipeline<{}, {}>) =>
      pipeline.withStage('outer', async (context) => {
        const { status } = await context.runChild(kid)
        return status === 'suspended' ? StageOutput.suspend('May I?') : {}
      }),
    orFail: (pipeline: Pipeline<{}, {}>) => pipeline.withStage('outer', ({ runChild }) => runChild(kid).orFail()),
    itemOrFail: (pipeline: Pipeline<{}, {}>) =>
      pipeline.withMap('outer', { over: () => [1], each: (_one, { runChild }) => runChild(kid).orFail() }),
    item: (pipeline: Pipeline<{}, {}>) =>
      pipeline.withMap('outer', {
        over: () => [1],
        each: (_one, context) => asStage(kid).execute(context as unknown as StageContext),
      }),
    inside: (pipeline: Pipeline<{}, {}>) =>
      pipeline.withPipeline(
        'around',
        new Pipeline('around').withStage('outer', (context) => asStage(kid).execute(context)),
      ),
  }
  for (const [how, add] of Object.entries(kids)) {
    const build = (...interceptors: Interceptor[]) => add(new Pipeline(how)).build({ interceptors })
    const failure = await build(tickets()).runSettled({}, { ticket: 'ada' })
    expect(JSON.stringify(failure.report), how).toContain('core/cannot-suspend')
    expect(failure.status, how).toBe('failed')
    expect((await build().run()).status, how).toBe('suspended')
  }
  const known = new Pipeline('known')
    .withPipeline('a', kid)
    .withStage('b', asStage(kid))
    .build({ interceptors: [tickets()] })
  expect(await known.run({}, { ticket: 'ada' })).toMatchObject({
    requests: { a: { ask: 'May I?' }, b: { ask: 'May I?' } },
  })
})
