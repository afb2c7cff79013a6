import { ContextSnapshot, type Interceptor, Pipeline, type RunInput, StageKind, StageOutput } from '@stageflow/core'
import { resumeSettled } from '@stageflow/core/durable'
import { manualClock } from '@stageflow/testing'
import { afterEach, describe, expect, test } from 'vitest'

import { idempotency } from './idempotency.ts'

const clock = manualClock()
afterEach(() => expect(clock.timers).toEqual([]))

/** A pipeline whose WORK stage says how often it was executed. */
function shop(more: readonly Interceptor[] = []) {
  let executions = 0
  const graph = new Pipeline('pay')
    .withStage('charge', () => ({ charge: ++executions }), StageKind.WORK)
    .build({ clock, interceptors: [...more, idempotency()] })
  return {
    executions: () => executions,
    run: (input: RunInput) =>
      graph.runSettled({ ...input, extensions: { ...input.extensions, idempotencyKey: 'order-7' } }),
  }
}

const MISMATCH = { status: 'failed', errors: [{ code: 'idempotency/other-input' }] }

describe('the same key with another input fails, and the stage does not run', () => {
  test.each<[what: string, given: RunInput, other: RunInput]>([
    ['text', { inputText: 'pay 10' }, { inputText: 'pay 5000' }],
    ['text instead of none', {}, { inputText: 'pay' }],
    [
      'messages',
      { messages: [{ role: 'user', content: 'pay 10' }] },
      { messages: [{ role: 'user', content: 'pay 5000' }] },
    ],
    ['routing decision', { routingDecision: { route: 'sales' } }, { routingDecision: { route: 'refunds' } }],
    ['metadata', { metadata: { cents: 10 } }, { metadata: { cents: 5_000 } }],
    [
      'metadata deep inside',
      { metadata: { order: { lines: [{ n: 1 }] } } },
      { metadata: { order: { lines: [{ n: 2 }] } } },
    ],
    ['type of a value in the metadata', { metadata: { cents: 10 } }, { metadata: { cents: '10' } }],
    ['further key in the metadata', { metadata: { cents: 10 } }, { metadata: { cents: 10, tip: 1 } }],
    ['extension', { extensions: { cents: 10 } as never }, { extensions: { cents: 5_000 } as never }],
    ['profile', { profile: { account: 'a' } }, { profile: { account: 'b' } }],
    ['memory', { memory: ['a'] }, { memory: ['b'] }],
    ['documents', { documents: [{ id: 1 }] }, { documents: [{ id: 2 }] }],
    ['order of the documents', { documents: [1, 2] }, { documents: [2, 1] }],
    ['web results', { webResults: ['a'] }, { webResults: ['b'] }],
    ['execution mode', { executionMode: 'practice' }, { executionMode: 'real' }],
    ['topology', { topology: 'small' }, { topology: 'large' }],
  ])('other %s', async (_what, given, other) => {
    const { run, executions } = shop()
    expect((await run(given)).status).toBe('completed')
    expect(await run(other)).toMatchObject(MISMATCH)
    expect(await run(given)).toMatchObject({ status: 'completed', data: { charge: { charge: 1 } } })
    expect(executions()).toBe(1)
  })
})

describe('an honest repeat is a hit', () => {
  const given: RunInput = {
    userId: 'ada',
    inputText: 'pay',
    metadata: { cents: 10, to: 'eve' },
    profile: { vip: true },
  }
  test.each<[what: string, repeat: RunInput]>([
    ['the same input', given],
    [
      'ids of the run, its request and its session',
      { ...given, pipelineRunId: 'r2', requestId: 'q2', sessionId: 's2', interactionId: 'i2' },
    ],
    ['another time', { ...given, createdAt: 5 }],
    ['another trace', { ...given, extensions: { traceparent: '00-a-b-01', tracestate: 'x=y' } as never }],
    [
      'another order of keys',
      { metadata: { to: 'eve', cents: 10 }, profile: { vip: true }, inputText: 'pay', userId: 'ada' },
    ],
    [
      'bundles',
      {
        runId: { userId: 'ada' },
        conversation: { inputText: 'pay' },
        metadata: given.metadata!,
        enrichments: { profile: { vip: true } },
      },
    ],
    [
      'keys that are undefined',
      { ...given, routingDecision: undefined, metadata: { ...given.metadata, tip: undefined } },
    ],
  ])('with %s', async (_what, repeat) => {
    const { run, executions } = shop()
    await run({ ...given, requestId: 'q1', extensions: { traceparent: '00-c-d-01' } as never })
    expect(await run(repeat)).toMatchObject({ status: 'completed', data: { charge: { charge: 1 } } })
    expect(executions()).toBe(1)
  })
})

test('every field of a snapshot is in the table above, or is an id or time of the run', () => {
  const { runId: _, ...json } = new ContextSnapshot().toJSON() as Record<string, object | undefined>
  const fields = Object.entries(json).flatMap(([name, value]) =>
    name === 'conversation' || name === 'enrichments' ? Object.keys(value as object) : [name],
  )
  expect(fields.toSorted()).toEqual([
    ...['createdAt', 'documents', 'executionMode', 'extensions', 'inputText', 'memory', 'messages', 'metadata'],
    ...['profile', 'routingDecision', 'topology', 'webResults'],
  ])
})

test('what an interceptor adds to the snapshot is not compared, because the caller did not give it', async () => {
  let found = 0
  const loading: Interceptor = {
    name: 'loading',
    wrapRun: (next) => (run) =>
      next(run.with({ snapshot: run.snapshot.withEnrichments({ profile: { read: ++found } }) })),
  }
  const { run, executions } = shop([loading])
  await run({ metadata: { cents: 10 } })
  expect((await run({ metadata: { cents: 10 } })).status).toBe('completed')
  expect(await run({ metadata: { cents: 11 } })).toMatchObject(MISMATCH)
  expect([found, executions()]).toEqual([3, 1])
})

/** A pipeline that runs another one, whose input has words that differ in each run. */
function parent(how: 'withPipeline' | 'runChild') {
  let words = 0
  let written = 0
  const child = new Pipeline('mail').withStage('send', () => ({ sent: ++written }), StageKind.WORK)
  const inputOf = (text: string) => ({ inputText: text, metadata: { words: text }, executionMode: text })
  const pipeline = new Pipeline('shop').withStage('llm', () => ({ text: `words ${++words}` }))
  const whole =
    how === 'withPipeline'
      ? pipeline.withPipeline('mail', child, {
          dependencies: ['llm'],
          input: (inputs) => inputOf(inputs.from('llm').text),
        })
      : pipeline.withStage(
          'mail',
          async ({ inputs, runChild }) => ({ ...(await runChild(child, inputOf(inputs.from('llm').text))).data }),
          { dependencies: ['llm'] },
        )
  const graph = (whole as unknown as Pipeline).build({ clock, interceptors: [idempotency()] })
  return {
    written: () => written,
    run: (input: RunInput) => graph.runSettled({ ...input, extensions: { idempotencyKey: 'order-7' } }),
  }
}

test.each(['withPipeline', 'runChild'] as const)(
  'in a child run of %s, the input of the run at the top is compared, and not the words of a model',
  async (how) => {
    const { run, written } = parent(how)
    for (let time = 1; time <= 2; time++)
      expect(await run({ metadata: { order: 7 } })).toMatchObject({
        status: 'completed',
        data: { mail: { send: { sent: 1 } } },
      })
    expect(JSON.stringify((await run({ metadata: { order: 8 } })).report)).toContain('idempotency/other-input')
    expect(written()).toBe(1)
  },
)

test('the input is read once per tree of runs, and never for runs without a key', async () => {
  let reads = 0
  class Amount {
    toJSON(): number {
      reads++
      return 10
    }
  }
  const child = new Pipeline('child').withStage('work', () => ({}), StageKind.WORK)
  const graph = new Pipeline('shop')
    .withStage('a', () => ({}), StageKind.WORK)
    .withStage('b', () => ({}), StageKind.WORK)
    .withPipeline('c', child, { input: () => ({ inputText: 'other' }) })
    .build({ clock, interceptors: [idempotency()] })
  await graph.run({ metadata: { amount: new Amount() } })
  expect(reads).toBe(0)
  await graph.run({ metadata: { amount: new Amount() }, extensions: { idempotencyKey: 'k' } })
  expect(reads).toBe(1)
})

test('an input that cannot be compared fails the stage before it runs, and says where; parameters leave it out', async () => {
  let executions = 0
  const graphWith = (name: string, options: object) =>
    new Pipeline(name)
      .withStage('charge', () => ({ n: ++executions }), StageKind.WORK, options)
      .build({ clock, interceptors: [idempotency()] })
  const run = (graph: ReturnType<typeof graphWith>) =>
    graph.runSettled({ metadata: { cents: 10, log: () => {} }, extensions: { idempotencyKey: 'k' } })
  const refused = await run(graphWith('one', {}))
  expect(refused).toMatchObject({ errors: [{ code: 'idempotency/illegal-parameters' }] })
  expect(refused.report.stages.charge?.error?.message).toContain(
    'what the caller gave cannot be compared: .metadata.log is a function',
  )
  expect(executions).toBe(0)
  const chosen = graphWith('two', {
    idempotency: { parameters: ({ snapshot }: { snapshot: ContextSnapshot }) => snapshot.metadata['cents'] },
  })
  expect((await run(chosen)).status).toBe('completed')
})

test('of two answers to one suspended stage the first counts: the other one is a hit, and the work is done once', async () => {
  let executions = 0
  const graph = new Pipeline('pay')
    .withStage(
      'charge',
      ({ resumed }) =>
        resumed === undefined ? StageOutput.suspend('How much?') : { charge: ++executions, cents: resumed.answer },
      StageKind.WORK,
    )
    .build({ clock, interceptors: [idempotency()] })
  const first = await graph.run({ extensions: { idempotencyKey: 'order-7' } })
  if (first.status !== 'suspended') throw new Error(`the run is ${first.status}`)
  const ten = await resumeSettled(graph, first, { charge: 10 })
  const other = await resumeSettled(graph, first, { charge: 5_000 })
  expect(ten.data).toEqual({ charge: { charge: 1, cents: 10 } })
  expect(other.data).toEqual(ten.data)
  expect(other.report.stages.charge.notes).toMatchObject({ idempotency: { result: 'hit' } })
})
