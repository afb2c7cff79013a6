import { manualClock, recordingSink } from '@stageflow/testing'
import { inspect } from 'node:util'
import { afterEach, expect, expectTypeOf, test, vi } from 'vitest'
import { openRequests, resumeRun, resumeSettled, startResumed } from '../src/durable.ts'
import type { SuspendedRun } from '../src/durable.ts'
import { Pipeline, StageKind, StageOutput, asStage, createSlot, defineStage } from '../src/index.ts'
import type { Interceptor, PipelineResult, StageContext, SuspendedResult } from '../src/index.ts'
import { repeatUntil } from '../src/repeat.ts'

let clock = manualClock()
let eventSink = recordingSink()
afterEach(() => {
  expect(clock.timers).toEqual([])
  clock = manualClock()
  eventSink = recordingSink()
})

/** Asks a question the first time; with the answer it returns it. */
function ask({ stage, resumed }: StageContext): { answer: unknown } | StageOutput {
  if (resumed === undefined) return StageOutput.suspend({ question: `${stage.name}?` }, { state: { asked: 1 } })
  return { answer: resumed.answer }
}

/** The result of a run that must be suspended. */
function suspended<Stages>(result: PipelineResult<Stages>): SuspendedResult<Stages> {
  if (result.status !== 'suspended') throw new Error(`the run is ${result.status}`)
  return result
}

/** Calls the stage "kid" once more if it fails. */
const retryKid: Interceptor = {
  name: 'again',
  wrap: (next, { name }) =>
    name !== 'kid'
      ? next
      : async (context) => {
          const output = await next(context)
          return output.status === 'fail' ? next(context) : output
        },
}

/** As a process that was started later would read it. */
const stored = (result: SuspendedResult<never>): SuspendedRun => JSON.parse(JSON.stringify(result)) as SuspendedRun

test('a run with a suspended stage does what does not need it, and ends suspended with the request', async () => {
  const graph = new Pipeline('order')
    .withStage('price', () => ({ total: 12 }))
    .withStage('approve', ask, { dependencies: ['price'] })
    .withStage('stock', () => ({ left: 3 }))
    .withStage('send', () => ({ sent: true }), { dependencies: ['approve', 'stock'] })
    .build({ clock, eventSink })
  const result = suspended(await graph.run())
  expectTypeOf(result.requests.approve).toEqualTypeOf<unknown>()
  expect(result.requests).toEqual({ approve: { question: 'approve?' } })
  expect(result.data).toEqual({ price: { total: 12 }, stock: { left: 3 } })
  expect(JSON.stringify(eventSink.events), 'a request may be the words of a user').not.toContain('approve?')
  expect(inspect(result)).toContain("requests: { approve: { question: 'approve?' } }")
  expect(result.outputs.approve).toMatchObject({
    status: 'suspend',
    request: { question: 'approve?' },
    state: { asked: 1 },
  })
  expect(result.report).toMatchObject({ status: 'suspended', stages: { approve: { status: 'suspend' } } })
  expect(result.report.legs).toBeUndefined()
  expect(result.report.stages.send).toMatchObject({ status: undefined, startedAt: undefined, endedAt: undefined })
  expect(eventSink.types()).toContain('stage.approve.suspended')
  expect(eventSink.events.at(-1)).toMatchObject({
    type: 'pipeline.suspended',
    data: { pipeline: 'order', durationMs: 0, stages: ['approve'] },
  })
})

test.each<[name: string, read: (result: SuspendedResult<never>) => SuspendedRun]>([
  ['its result', (result) => result],
  ['its result as JSON', stored],
])('a run that is resumed from %s runs only the stages without an ending', async (_name, read) => {
  const calls: string[] = []
  const called = (context: StageContext): object => {
    calls.push(context.stage.name)
    return { by: context.stage.name, of: context.snapshot.inputText }
  }
  const graph = new Pipeline('order')
    .withStage('price', called)
    .withStage('never', called, { when: () => false })
    .withStage('after-never', called, { dependencies: ['never'] })
    .withStage('approve', ask, { dependencies: ['price'] })
    .withStage('send', (context) => ({ ...called(context), ...context.inputs.toJSON() }), {
      dependencies: ['price', 'approve'],
    })
    .build({ clock, eventSink })
  const first = suspended(await graph.run({ inputText: 'a hat', userId: 'u1' }))
  expect(calls).toEqual(['price'])
  await clock.advance(1_000)
  eventSink.clear()
  const last = await resumeRun(graph, read(first as SuspendedResult<never>), { approve: 'yes' })
  expect(calls).toEqual(['price', 'send'])
  expect(last).toMatchObject({
    status: 'completed',
    data: {
      price: { by: 'price', of: 'a hat' },
      approve: { answer: 'yes' },
      send: { of: 'a hat', price: { by: 'price' }, approve: { answer: 'yes' } },
    },
  })
  expect(last.outputs['after-never']).toMatchObject({ status: 'skip', reason: 'dependency "never" was skipped' })

  const { report } = last
  expect(report.pipelineRunId).toBe(first.report.pipelineRunId)
  expect(report.stages.price).toEqual(first.report.stages.price)
  expect(report.stages.never).toEqual(first.report.stages.never)
  expect(report.stages.approve).toMatchObject({ status: 'ok', attempts: [{ attempt: 1, status: 'ok' }] })
  expect(report.startedAt - first.report.startedAt).toBe(1_000)
  expect(report.stages.approve).toMatchObject({ readyAt: report.startedAt, startedAt: report.startedAt })
  expect(report.legs).toEqual([{ ...first.report, legs: undefined, stages: { approve: first.report.stages.approve } }])

  expect(eventSink.types()).toEqual([
    'pipeline.resumed',
    'stage.approve.started',
    'stage.approve.completed',
    'stage.send.started',
    'stage.send.completed',
    'pipeline.completed',
  ])
  expect(eventSink.events.map(({ seq, leg }) => [seq, leg])).toEqual(
    [...eventSink.events.keys()].map((seq) => [seq, 2]),
  )
  expect(eventSink.events[0]).toMatchObject({ userId: 'u1', pipelineRunId: report.pipelineRunId })
})

test('the stage sees its request, its state and the answer, and nothing of them before', async () => {
  const seen: unknown[] = []
  const graph = new Pipeline('order')
    .withStage('approve', ({ resumed }) => {
      seen.push(resumed)
      return resumed === undefined ? StageOutput.suspend('sure?', { state: { draft: 7 } }) : { done: true }
    })
    .build()
  const first = suspended(await graph.run())
  await resumeRun(graph, first, { approve: { by: 'ann' } })
  expect(seen).toEqual([
    undefined,
    { request: 'sure?', state: { draft: 7 }, answer: { by: 'ann' }, expired: false, by: undefined },
  ])
})

test('some of the answers are enough: the other stages stay suspended, and are answered in a later leg', async () => {
  const graph = new Pipeline('order')
    .withStage('ann', ask)
    .withStage('bob', ask)
    .withStage('both', ({ inputs }) => ({ ...inputs.toJSON() }), { dependencies: ['ann', 'bob'] })
    .build({ clock, eventSink })
  const first = suspended(await graph.run())
  expect(first.requests).toEqual({ ann: { question: 'ann?' }, bob: { question: 'bob?' } })
  await clock.advance(10)
  const second = suspended(await resumeRun(graph, stored(first as SuspendedResult<never>), { bob: 'yes' }))
  expect(second.requests).toEqual({ ann: { question: 'ann?' } })
  expect(second.report.stages.ann).toEqual(first.report.stages.ann)
  await clock.advance(10)
  const third = await resumeRun(graph, stored(second as SuspendedResult<never>), { ann: 'no' })
  expect(third).toMatchObject({
    status: 'completed',
    data: { both: { ann: { answer: 'no' }, bob: { answer: 'yes' } } },
  })
  expect(third.report.legs?.map(({ stages }) => Object.keys(stages))).toEqual([['ann', 'bob'], ['ann']])
  expect(eventSink.events.at(-1)?.leg).toBe(3)
})

test('a stage may suspend again, and then sees its latest request and state', async () => {
  const graph = new Pipeline('quiz')
    .withStage('ask', ({ resumed }) => {
      const answers = [...((resumed?.state as unknown[] | undefined) ?? []), ...(resumed ? [resumed.answer] : [])]
      return answers.length < 3
        ? StageOutput.suspend(`question ${answers.length + 1}`, { state: answers })
        : { answers }
    })
    .build()
  let result: PipelineResult<unknown> = await graph.run()
  for (const answer of ['a', 'b', 'c']) {
    const { requests } = suspended(result)
    expect(requests).toEqual({ ask: `question ${'abc'.indexOf(answer) + 1}` })
    result = await resumeRun(graph, stored(result as SuspendedResult<never>), { ask: answer })
  }
  expect(result).toMatchObject({ status: 'completed', data: { ask: { answers: ['a', 'b', 'c'] } } })
  expect(result.report.legs).toHaveLength(3)
})

test('wrapRun, onRun and onCall run again in each leg; settled is not told again of a stage that had settled', async () => {
  const told: string[] = []
  const CLAIMS = createSlot<string>('test/claims')
  const watching: Interceptor = {
    name: 'watching',
    onRun: (run) => {
      told.push(`run ${run.pipelineRunId === 'r1'}`)
      return { ended: ({ status }) => void told.push(status) }
    },
    wrapRun: (next) => (run) => {
      run.set(CLAIMS, 'fresh')
      return next(run)
    },
    onCall: (stage) => () => void told.push(`call ${stage.name}`),
    settled: ({ stage, status }) => void told.push(`${stage} ${status}`),
  }
  const graph = new Pipeline('order')
    .withStage('price', () => ({}))
    .withStage('approve', ask)
    .withStage('send', (context) => ({ claims: context.get(CLAIMS) }), { dependencies: ['approve', 'price'] })
    .build({ interceptors: [watching] })
  const first = suspended(await graph.run({ runId: { pipelineRunId: 'r1' } }))
  expect(told.splice(0)).toEqual(['run true', 'call price', 'price ok', 'call approve', 'approve suspend', 'suspended'])
  const last = await resumeRun(graph, stored(first as SuspendedResult<never>), { approve: 1 })
  expect(last.data.send).toEqual({ claims: 'fresh' })
  expect(told).toEqual(['run true', 'call approve', 'approve ok', 'call send', 'send ok', 'completed'])
})

test('an interceptor around a run can fail a suspended run, but cannot complete it', async () => {
  const strict: Interceptor = {
    name: 'strict',
    wrapRun: (next) => async (run) => {
      const outcome = await next(run)
      return outcome.status === 'suspended' ? run.fail('nobody waits here') : outcome
    },
  }
  const graph = new Pipeline('order').withStage('approve', ask).build({ interceptors: [strict] })
  const result = await graph.runSettled()
  expect(result).toMatchObject({ status: 'failed', errors: [{ message: 'nobody waits here' }] })
})

test.each<[name: string, other: (context: StageContext) => unknown, status: string]>([
  ['fails', () => StageOutput.fail('boom'), 'failed'],
  ['cancels the run', () => StageOutput.cancel('enough'), 'cancelled'],
])('a run with a suspended stage is not suspended if another stage %s', async (_name, other, status) => {
  const graph = new Pipeline('order')
    .withStage('approve', ask)
    .withStage('other', async (context) => {
      await context.clock.sleep(10, context.signal)
      return other(context) as object
    })
    .withStage('send', () => ({}), { dependencies: ['approve'] })
    .build({ clock })
  const settled = graph.runSettled()
  await clock.advance(10)
  const result = await settled
  expect(result.status).toBe(status)
  expect(result.report.stages.approve.status).toBe('suspend')
  expect(result.report.stages.send).toMatchObject({ status: 'cancel', startedAt: undefined })
})

test('a suspended run whose signal has aborted is cancelled', async () => {
  const caller = new AbortController()
  const graph = new Pipeline('order')
    .withStage('approve', (context) => {
      caller.abort(new Error('gone'))
      return ask(context)
    })
    .build()
  expect(await graph.run({}, { signal: caller.signal })).toMatchObject({ status: 'cancelled', reason: 'gone' })
})

test('with onStageFailure: continue, a failure counts more than a suspended stage', async () => {
  const graph = new Pipeline('order')
    .withStage('approve', ask)
    .withStage('other', () => StageOutput.fail('boom'))
    .build()
  const result = await graph.runSettled({}, { onStageFailure: 'continue' })
  expect(result).toMatchObject({ status: 'failed', report: { stages: { approve: { status: 'suspend' } } } })
})

test('of two stages that wait, the one that no stage needs any more is skipped if it has late: abort', async () => {
  const graph = new Pipeline('order')
    .withStage('ann', ask, { late: 'abort' })
    .withStage('bob', ask, { late: 'abort' })
    .withStage('first', ({ inputs }) => ({ ...inputs.toJSON() }), { dependencies: ['ann', 'bob'], join: 'any' })
    .build({ clock, eventSink })
  const first = suspended(await graph.run())
  eventSink.clear()
  const last = await resumeRun(graph, stored(first as SuspendedResult<never>), { bob: 'yes' })
  expect(last).toMatchObject({ status: 'completed', data: { first: { bob: { answer: 'yes' } } } })
  expect(last.outputs.ann).toMatchObject({ status: 'skip', reason: 'late' })
  expect(last.report.stages.ann).toMatchObject({ status: 'skip', reason: 'late' })
  expect(eventSink.types()).toContain('stage.ann.skipped')
})

test('a stage that is skipped as late after it suspended in the same leg does not hold the run', async () => {
  const graph = new Pipeline('order')
    .withStage('ann', ask, { late: 'abort' })
    .withStage('machine', async (context) => {
      await context.clock.sleep(10)
      return { ok: true }
    })
    .withStage('first', () => ({ done: true }), { dependencies: ['ann', 'machine'], join: 'any' })
    .build({ clock, eventSink })
  const settled = graph.run()
  await clock.advance(10)
  const result = await settled
  expect(result.status).toBe('completed')
  expect(result.outputs.ann).toMatchObject({ status: 'skip', reason: 'late' })
  expect(eventSink.types().filter((type) => type.startsWith('stage.ann.'))).toEqual([
    'stage.ann.started',
    'stage.ann.suspended',
    'stage.ann.skipped',
  ])
})

test('a tolerated failure and its fallback are the same in the next leg', async () => {
  const graph = new Pipeline('order')
    .withStage('flaky', () => StageOutput.fail('down'), { onFailure: { fallback: { from: 'cache' } } })
    .withStage('optional', () => StageOutput.fail('down'), { onFailure: 'skip' })
    .withStage('approve', ask, { dependencies: ['flaky'] })
    .withStage('send', ({ inputs }) => ({ ...inputs.toJSON(), was: inputs.status('optional') }), {
      dependencies: ['flaky', 'optional', 'approve'],
    })
    .build()
  const first = suspended(await graph.run())
  const last = await resumeRun(graph, stored(first as SuspendedResult<never>), { approve: 1 })
  expect(last.data.send).toMatchObject({ flaky: { from: 'cache' }, was: 'skip' })
  expect(last.report.stages.flaky).toMatchObject({ status: 'fail', tolerated: true, error: { message: 'down' } })
  expect(last.report.stages.optional).toEqual(first.report.stages.optional)
})

test('a suspended stage gives its slot of maxConcurrency back', async () => {
  const graph = new Pipeline('order')
    .withStage('approve', ask)
    .withStage('a', async () => ({ ran: true }))
    .withStage('b', async () => ({ ran: true }))
    .build()
  const first = suspended(await graph.run({}, { maxConcurrency: 1 }))
  expect(first.data).toEqual({ a: { ran: true }, b: { ran: true } })
  const last = await resumeRun(graph, first, { approve: 1 }, { maxConcurrency: 1 })
  expect(last.status).toBe('completed')
})

test('cleanups of a leg run at its end', async () => {
  const cleaned: unknown[] = []
  const graph = new Pipeline('order')
    .withStage('approve', (context) => {
      context.onCleanup(() => void cleaned.push(context.resumed?.answer ?? 'first leg'))
      return ask(context)
    })
    .build()
  const first = suspended(await graph.run())
  expect(cleaned).toEqual(['first leg'])
  await resumeRun(graph, first, { approve: 'second leg' })
  expect(cleaned).toEqual(['first leg', 'second leg'])
})

test('request and state are frozen with the output', async () => {
  const request = { items: [{ id: 1 }] }
  const graph = new Pipeline('order').withStage('approve', () => StageOutput.suspend(request, { state: [{}] })).build()
  await graph.run()
  expect(Object.isFrozen(request.items[0])).toBe(true)
})

test('a generator may suspend, and its chunks come in each leg', async () => {
  const graph = new Pipeline('chat')
    .withStage('draft', async function* (context) {
      yield `leg ${context.resumed === undefined ? 1 : 2}`
      return ask(context)
    })
    .build()
  const first = suspended(await graph.run())
  const last = await resumeRun(graph, first, { draft: 'ok' }, { eventSink, chunkEvents: true })
  expect(last.data.draft).toEqual({ answer: 'ok' })
  expect(eventSink.events.find(({ type }) => type === 'stage.draft.chunk')).toMatchObject({
    leg: 2,
    data: { chunk: 'leg 2' },
  })
})

// ---------- child runs, repeats and maps

const review = new Pipeline('review')
  .withStage('collect', (context) => ({ of: context.snapshot.inputText }))
  .withStage('check', ask, { dependencies: ['collect'] })
  .withStage('sum', ({ inputs }) => ({ sum: inputs.toJSON() }), { dependencies: ['collect', 'check'] })

test.each<[name: string, build: () => ReturnType<Pipeline['build']>]>([
  [
    'withPipeline',
    () =>
      new Pipeline('order')
        .withPipeline('kid', review, { input: () => ({ inputText: 'hats' }) })
        .withStage('after', ({ inputs }) => ({ ...inputs.toJSON() }), { dependencies: ['kid'] })
        .build({ clock, eventSink }) as never,
  ],
  [
    'asStage',
    () => {
      const kid = defineStage({ name: 'kid', run: asStage(review, { input: () => ({ inputText: 'hats' }) }).execute })
      const after = defineStage({ name: 'after', after: { kid }, run: ({ inputs }) => ({ ...inputs.toJSON() }) })
      return Pipeline.from('order', [kid, after]).build({ clock, eventSink }) as never
    },
  ],
])('a stage made by %s suspends with the requests of its child run, which continues', async (_name, build) => {
  const graph = build()
  const first = suspended(await graph.run())
  expect(first.requests).toEqual({ kid: { check: { question: 'check?' } } })
  expect(first.children['kid']).toMatchObject({ status: 'suspended', requests: { check: { question: 'check?' } } })
  expect(eventSink.of('pipeline.child_suspended')).toMatchObject([{ data: { path: 'kid', stages: ['check'] } }])
  const id = first.children['kid']?.report.pipelineRunId
  eventSink.clear()
  const last = await resumeRun(graph, stored(first as SuspendedResult<never>), { kid: { check: 'fine' } } as never)
  expect(last).toMatchObject({
    status: 'completed',
    data: { after: { kid: { sum: { sum: { collect: { of: 'hats' }, check: { answer: 'fine' } } } } } },
  })
  expect(last.children['kid']).toMatchObject({ status: 'completed', report: { pipelineRunId: id } })
  expect(last.children['kid']?.report.legs).toHaveLength(1)
  expect(eventSink.types()).not.toContain('stage.collect.started')
  expect(eventSink.of('pipeline.child_completed')).toHaveLength(1)
})

test('a repeated child that suspends continues in its attempt, with the feedback of the one before', async () => {
  let drafts = 0
  const child = new Pipeline('draft-then-check')
    .withStage('draft', (context) => ({ draft: ++drafts, feedback: context.snapshot.metadata['feedback'] }))
    .withStage(
      'check',
      ({ resumed }) =>
        resumed === undefined
          ? StageOutput.suspend('good?')
          : resumed.answer === 'yes'
            ? {}
            : StageOutput.fail(String(resumed.answer)),
      StageKind.GUARD,
      { dependencies: ['draft'] },
    )
  const graph = new Pipeline('order')
    .withPipeline('answer', child, {
      input: (_inputs, _snapshot, feedback) => ({ metadata: { feedback: feedback?.error.message } }),
      repeat: repeatUntil('check', { maxAttempts: 3 }),
    })
    .build({ clock, eventSink })
  let result: PipelineResult<unknown> = await graph.run()
  result = await resumeRun(graph, stored(result as SuspendedResult<never>), { answer: { check: 'too long' } })
  expect(suspended(result).requests).toEqual({ answer: { check: 'good?' } })
  result = await resumeRun(graph, stored(result as SuspendedResult<never>), { answer: { check: 'yes' } })
  expect(drafts).toBe(2)
  expect(result).toMatchObject({ status: 'completed', data: { answer: { draft: { draft: 2, feedback: 'too long' } } } })
  expect(Object.keys(result.children)).toEqual(['answer#1', 'answer#2'])
  expect(eventSink.of('guard_retry.attempt').map(({ data }) => data.attempt)).toEqual([1, 1, 2, 2])
})

test('a map suspends with the requests of its items; the other items are not run again', async () => {
  const ran: unknown[] = []
  const graph = new Pipeline('orders')
    .withMap('each', {
      over: () => ['a', 'b', 'c', 'd'],
      each: async (item, context) => {
        ran.push([item, context.resumed?.answer])
        if (item === 'a') return { item, answer: undefined as unknown }
        if (item === 'd') return StageOutput.skip('no need')
        if (context.resumed === undefined) return StageOutput.suspend(`${item}?`, { state: item })
        return { item, answer: context.resumed.answer }
      },
    })
    .build()
  const first = suspended(await graph.run())
  expect(first.requests).toEqual({ each: { 1: 'b?', 2: 'c?' } })
  ran.length = 0
  const second = suspended(await resumeRun(graph, stored(first as SuspendedResult<never>), { each: { 2: 'yes' } }))
  expect(second.requests).toEqual({ each: { 1: 'b?' } })
  const third = await resumeRun(graph, stored(second as SuspendedResult<never>), { each: { 1: 'no' } })
  expect(ran).toEqual([
    ['c', 'yes'],
    ['b', 'no'],
  ])
  expect(third.data.each).toEqual({
    items: [{ item: 'a' }, { item: 'b', answer: 'no' }, { item: 'c', answer: 'yes' }, undefined],
  })
})

test('an item of a map may suspend with a child run of its own', async () => {
  const graph = new Pipeline('orders')
    .withMap('each', {
      over: () => ['hat', 'coat'],
      each: (item, context) =>
        asStage(review, { input: () => ({ inputText: item }) }).execute(context as unknown as StageContext),
    })
    .build()
  const first = suspended(await graph.run())
  expect(first.requests).toEqual({
    each: { 0: { check: { question: 'check?' } }, 1: { check: { question: 'check?' } } },
  })
  const last = await resumeRun(graph, stored(first as SuspendedResult<never>), {
    each: { 0: { check: 'x' }, 1: { check: 'y' } },
  })
  expect(last.data.each).toMatchObject({
    items: [
      { sum: { sum: { collect: { of: 'hat' }, check: { answer: 'x' } } } },
      { sum: { sum: { collect: { of: 'coat' }, check: { answer: 'y' } } } },
    ],
  })
})

test('a map ends early although an item has suspended, if another one fails', async () => {
  const graph = new Pipeline('orders')
    .withMap('each', {
      over: () => [1, 2],
      each: (item) => (item === 1 ? StageOutput.suspend('?') : StageOutput.fail('boom')),
    })
    .build()
  expect(await graph.runSettled()).toMatchObject({
    status: 'failed',
    outputs: { each: { data: { items: [undefined, undefined] } } },
  })
})

test('runChild returns the suspended result of a child to the code', async () => {
  const graph = new Pipeline('order')
    .withStage('kid', async (context) => {
      const result = await context.runChild(review)
      return { was: result.status, wants: result.status === 'suspended' ? result.requests.check : undefined }
    })
    .build()
  const { data } = await graph.run()
  expect(data.kid).toEqual({ was: 'suspended', wants: { question: 'check?' } })
})

test('an interceptor may suspend a stage before its child run or its map starts', async () => {
  const gate: Interceptor = {
    name: 'gate',
    aroundMaps: true,
    onCall: (stage) => (context) =>
      stage.itemOf === undefined && context.resumed === undefined
        ? StageOutput.suspend('may it?', { state: { items: ['own'] } })
        : undefined,
  }
  const child = new Pipeline('kid')
    .withStage('work', (context) => ({ attempt: context.attempt }), StageKind.GUARD)
    .build()
  const graph = new Pipeline('order')
    .withPipeline('again', child, { repeat: repeatUntil('work') })
    .withMap('each', { over: () => [1, 2], each: (item) => ({ item }) })
    .build({ interceptors: [gate] })
  const first = suspended(await graph.run())
  expect(first.requests).toEqual({ again: 'may it?', each: 'may it?' })
  // The answer is to the interceptor's own question, so it isn't one to the child pipeline.
  const again = 'yes' as never
  const last = await resumeRun(graph, stored(first as SuspendedResult<never>), { again, each: 'yes' })
  expect(last).toMatchObject({
    status: 'completed',
    data: { again: { work: { attempt: 1 } }, each: { items: [{ item: 1 }, { item: 2 }] } },
  })
  expect(Object.keys(last.children)).toEqual(['again#1'])
})

test('a child run of runChild continues if its stage suspends with the requests of the child', async () => {
  const collected = vi.fn<() => object>(() => ({}))
  const child = new Pipeline('kid')
    .withStage('collect', collected)
    .withStage('check', ask, { dependencies: ['collect'] })
    .build()
  const graph = new Pipeline('order')
    .withStage('kid', async (context) => {
      const result = await context.runChild(child)
      if (result.status === 'suspended') return StageOutput.suspend(result.requests)
      return { check: result.data.check }
    })
    .build()
  const first = suspended(await graph.run())
  const last = await resumeRun(graph, stored(first as SuspendedResult<never>), { kid: { check: 'fine' } })
  expect(last.data.kid).toEqual({ check: { answer: 'fine' } })
  expect(collected).toHaveBeenCalledTimes(1)
})

test('a child run that suspends in a second attempt continues', async () => {
  let tries = 0
  const child = new Pipeline('kid')
    .withStage('flaky', () => (++tries === 1 ? StageOutput.fail('busy') : {}))
    .withStage('check', ask, { dependencies: ['flaky'] })
  const graph = new Pipeline('order').withPipeline('kid', child).build({ interceptors: [retryKid] })
  const first = suspended(await graph.run())
  const last = await resumeRun(graph, stored(first as SuspendedResult<never>), { kid: { check: 'fine' } })
  expect(last.data.kid).toMatchObject({ check: { answer: 'fine' } })
  expect(tries).toBe(2)
})

test('a child run that suspended in a second attempt and then completed is not continued again by a later child run', async () => {
  let tries = 0
  const child = new Pipeline('child')
    .withStage('flaky', () => (++tries === 1 ? StageOutput.fail('busy') : { tries }))
    .withStage('check', ask, { dependencies: ['flaky'] })
  const graph = new Pipeline('order')
    .withStage('kid', async (context) => {
      const result = await context.runChild(child)
      if (result.status === 'failed') return StageOutput.fail('the child failed')
      if (result.status === 'suspended') return StageOutput.suspend(result.requests, { state: context.resumed?.state })
      if (context.resumed?.state === 'second') return { checked: result.data.check }
      return StageOutput.suspend('once more?', { state: 'second' })
    })
    .build({ interceptors: [retryKid] })
  const first = suspended(await graph.run())
  expect(Object.keys(first.children)).toEqual(['kid', 'kid@2'])
  const second = suspended(await resumeRun(graph, stored(first as SuspendedResult<never>), { kid: { check: 'a' } }))
  expect(second.requests).toEqual({ kid: 'once more?' })
  expect(Object.entries(second.children).map(([key, { status }]) => [key, status])).toEqual([['kid', 'completed']])
  const third = suspended(await resumeRun(graph, stored(second as SuspendedResult<never>), { kid: 'yes' }))
  expect(tries, 'the new child run begins at its first stage').toBe(3)
  const last = await resumeRun(graph, stored(third as SuspendedResult<never>), { kid: { check: 'b' } })
  expect(last.data.kid).toEqual({ checked: { answer: 'b' } })
})

test('a retry within a leg continues the child run as the leg began with it', async () => {
  const collected = vi.fn<() => object>(() => ({}))
  let tries = 0
  const child = new Pipeline('child')
    .withStage('collect', collected)
    .withStage('check', (context) => (context.resumed && ++tries === 1 ? StageOutput.fail('busy') : ask(context)), {
      dependencies: ['collect'],
    })
  const graph = new Pipeline('order').withPipeline('kid', child).build({ interceptors: [retryKid] })
  const first = suspended(await graph.run())
  const last = await resumeRun(graph, stored(first as SuspendedResult<never>), { kid: { check: 'fine' } })
  expect(last.data.kid).toMatchObject({ check: { answer: 'fine' } })
  expect(collected).toHaveBeenCalledTimes(1)
})

// ---------- what does not fit

const twice = new Pipeline('order')
  .withStage('approve', ask)
  .withPipeline('kid', review)
  .withMap('each', { over: () => [1, 2], each: (item, context) => (item === 1 ? ask(context) : {}) })

test.each<[what: string, change: (run: SuspendedRun) => unknown, answers: unknown, message: string]>([
  ['nothing', () => undefined, { approve: 1 }, 'its status is undefined'],
  ['a completed run', () => ({ status: 'completed' }), { approve: 1 }, 'its status is "completed"'],
  [
    'a run of another pipeline',
    (run) => ({ ...run, report: { ...run.report, pipeline: 'other' } }),
    { approve: 1 },
    'it is a run of "other"',
  ],
  [
    'a run with a stage that the graph lacks',
    (run) => ({ ...run, outputs: { ...run.outputs, gone: { status: 'ok' } } }),
    { approve: 1 },
    'the graph has no stage "gone"',
  ],
  [
    'a run whose parts are missing',
    ({ status }) => ({ status }),
    { approve: 1 },
    'it lacks its report, requests, outputs or children',
  ],
  ['no answer', (run) => run, {}, 'the run waits for "approve", "kid", "each"'],
  [
    'answers that are not an object',
    (run) => run,
    'yes',
    'must be an object with an answer for a stage, not "yes"; the run waits for "approve", "kid", "each"',
  ],
  ['an answer for a stage that does not wait', (run) => run, { approv: 1 }, 'it has an answer for "approv"'],
  [
    'an answer for a child run that is not an object',
    (run) => run,
    { kid: 'yes' },
    'the answer for "kid" must be an object with an answer for a stage, not "yes"; "kid" waits for "check"',
  ],
  ['an answer for another stage of a child run', (run) => run, { kid: { sum: 1 } }, '"kid" waits for "check"'],
  ['an answer for another item of a map', (run) => run, { each: { 1: 1 } }, '"each" waits for "0"'],
])('%s cannot be resumed (core/resume)', async (_what, change, answers, message) => {
  const ran = vi.fn<() => void>()
  const graph = twice.build({ interceptors: [{ name: 'ran', onRun: () => void ran() }] })
  const first = suspended(await graph.run())
  ran.mockClear()
  await expect(
    resumeRun(graph, change(stored(first as SuspendedResult<never>)) as SuspendedRun, answers as object),
  ).rejects.toMatchObject({
    code: 'core/resume',
    message: expect.stringContaining(message) as string,
  })
  expect(ran).not.toHaveBeenCalled()
})

test('one error lists everything in which a run does not fit the graph', async () => {
  const graph = twice.build()
  const first = stored(suspended(await graph.run()) as SuspendedResult<never>)
  const run = {
    ...first,
    report: { ...first.report, pipeline: 'other' },
    outputs: { ...first.outputs, gone: { status: 'ok', data: {} }, lost: { status: 'ok', data: {} } },
  }
  await expect(resumeRun(graph, run, { approve: 1 } as object)).rejects.toMatchObject({
    code: 'core/resume',
    message:
      'A run of "order" cannot be resumed: it is a run of "other"; the graph has no stage "gone", "lost", which had settled.',
  })
})

test('one error lists everything that is wrong with the answers to a run', async () => {
  const graph = twice.build()
  const run = stored(suspended(await graph.run()) as SuspendedResult<never>)
  await expect(resumeRun(graph, run, { aprove: 1, kid: { sum: 1 }, each: {} } as object)).rejects.toMatchObject({
    code: 'core/resume',
    message:
      'A run of "order" cannot be resumed: ' +
      'it has an answer for "aprove" (did you mean "approve"?), but the run waits for "approve", "kid", "each"; ' +
      'it has an answer for "sum", but "kid" waits for "check"; ' +
      'the answer for "each" must be an object with an answer for a stage, not an empty one; "each" waits for "0".',
  })
})

test('resumeSettled resolves for a failed run, and rejects only if the run cannot be resumed', async () => {
  const graph = new Pipeline('order')
    .withStage('approve', (context) => (context.resumed ? StageOutput.fail('boom') : ask(context)))
    .build()
  const first = suspended(await graph.run())
  expect(await resumeSettled(graph, first, { approve: 1 })).toMatchObject({
    status: 'failed',
    errors: [{ message: 'boom', stage: 'approve' }],
  })
  await expect(resumeRun(graph, first, { approve: 1 })).rejects.toMatchObject({ code: 'core/pipeline-failed' })
  await expect(resumeSettled(graph, first, {})).rejects.toMatchObject({ code: 'core/resume' })
})

test('startResumed gives the events and chunks of the leg, and throws if the run cannot be resumed', async () => {
  const graph = new Pipeline('order')
    .withStage('approve', ask)
    .withStage(
      'letter',
      async function* () {
        yield 'Dear '
        return { sent: true }
      },
      { dependencies: ['approve'] },
    )
    .build()
  const first = suspended(await graph.run())
  const run = await startResumed(graph, first, { approve: 1 })
  const types: string[] = []
  for await (const { type, leg } of run) types.push(`${leg} ${type}`)
  expect(types).toEqual([
    '2 pipeline.resumed',
    '2 stage.approve.started',
    '2 stage.approve.completed',
    '2 stage.letter.started',
    '2 stage.letter.chunk',
    '2 stage.letter.completed',
    '2 pipeline.completed',
  ])
  expect((await run.result).data).toMatchObject({ letter: { sent: true } })
  expect(run.pipelineRunId).toBe(first.report.pipelineRunId)
  await expect(startResumed(graph, first, {})).rejects.toThrow(
    /^A run of "order" cannot be resumed: the answer for the run must be an object/,
  )
})

test('the same run may be resumed twice: each is a leg of its own', async () => {
  const graph = new Pipeline('order').withStage('approve', ask).build()
  const first = suspended(await graph.run())
  const legs = await Promise.all([resumeRun(graph, first, { approve: 1 }), resumeRun(graph, first, { approve: 2 })])
  expect(legs.map(({ data }) => data.approve)).toEqual([{ answer: 1 }, { answer: 2 }])
})

test('a state that looks like that of a map belongs to its stage', async () => {
  const graph = new Pipeline('orders')
    .withStage('check', ({ resumed }) =>
      resumed === undefined
        ? StageOutput.suspend(['which order?'], { state: { items: [{ status: 'suspend' }, { status: 'suspend' }] } })
        : { state: resumed.state, answer: resumed.answer },
    )
    .build()
  const first = suspended(await graph.run())
  expect(openRequests(first)).toEqual([{ path: ['check'], request: ['which order?'] }])
  const last = await resumeRun(graph, first, { check: { 5: 'the last one' } })
  expect(last.data.check).toEqual({
    state: { items: [{ status: 'suspend' }, { status: 'suspend' }] },
    answer: { 5: 'the last one' },
  })
})
