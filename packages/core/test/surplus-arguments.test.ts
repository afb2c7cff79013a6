import {
  ContextSnapshot,
  Pipeline,
  StageOutput,
  asStage,
  createSlot,
  definePorts,
  defineStage,
  mapStage,
} from '@stageflow/core'
import type { RunContext, StageContext } from '@stageflow/core'
import { resumeRun, resumeSettled, runDurable, startResumed } from '@stageflow/core/durable'
import { createRedactor } from '@stageflow/core/redaction'
import { expect, test } from 'vitest'

import { ArrayExecutor } from './array-executor.ts'

// A person believes that an option in the wrong place is in force, so no function of the entries may ignore it.

type Call = (...given: readonly unknown[]) => unknown
/** A function as JavaScript calls it. */
const loose = (target: object, method: PropertyKey): Call => {
  const call = (target as Readonly<Record<PropertyKey, Call>>)[method] as Call
  return (...given) => call.apply(target, given as unknown[])
}
/** A call with all arguments that the function has parameters for. */
interface Full {
  readonly usage: string
  readonly call: Call
  readonly given: readonly unknown[]
}

const LIMIT = createSlot<number>('test/limit')
const APPROVERS = { answeredBy: { roles: ['approver'] } }
const work = () => ({})
const chat = new Pipeline('chat')
const graph = chat.withStage('work', work).build()
const ask = new Pipeline('ask')
  .withStage('ask', ({ resumed }) => (resumed ? {} : StageOutput.suspend('May I?')))
  .build()
const suspended = await ask.run()
const snapshot = new ContextSnapshot()
const value = defineStage({ name: 'value', run: work })

const METHODS: Readonly<Record<string, Full | readonly Full[]>> = {
  withStage: [
    {
      usage: 'withStage(stage, options)',
      call: loose(chat, 'withStage'),
      given: [{ name: 'one', execute: work }, { dependencies: [] }],
    },
    {
      usage: 'withStage(name, stage, options)',
      call: loose(chat, 'withStage'),
      given: ['one', work, { dependencies: [] }],
    },
    {
      usage: 'withStage(name, stage, kind, options)',
      call: loose(chat, 'withStage'),
      given: ['one', work, 'work', { dependencies: [] }],
    },
    {
      usage: 'withStage(name, stage, kind, options)',
      call: loose(chat, 'withStage'),
      given: ['one', work, undefined, undefined],
    },
  ],
  withStages: { usage: 'withStages(stages)', call: loose(chat, 'withStages'), given: [[value]] },
  withPipeline: {
    usage: 'withPipeline(name, child, options)',
    call: loose(chat, 'withPipeline'),
    given: ['child', graph, {}],
  },
  withMap: {
    usage: 'withMap(name, options)',
    call: loose(chat, 'withMap'),
    given: ['letters', { over: () => [], each: work }],
  },
  compose: { usage: 'compose(other)', call: loose(chat, 'compose'), given: [chat] },
  build: { usage: 'build(options)', call: loose(chat.withStage('work', work), 'build'), given: [{}] },
}

const STATICS: Readonly<Record<string, Full>> = {
  from: { usage: 'Pipeline.from(name, stages)', call: loose(Pipeline, 'from'), given: ['chat', [value]] },
  withPorts: { usage: 'Pipeline.withPorts(name)', call: loose(Pipeline, 'withPorts'), given: ['chat'] },
}

const OUTPUTS: Readonly<Record<keyof typeof StageOutput, Full>> = {
  ok: { usage: 'StageOutput.ok(data, extras)', call: loose(StageOutput, 'ok'), given: [{}, { version: '1' }] },
  skip: { usage: 'StageOutput.skip(reason)', call: loose(StageOutput, 'skip'), given: ['none'] },
  cancel: { usage: 'StageOutput.cancel(reason)', call: loose(StageOutput, 'cancel'), given: ['none'] },
  fail: { usage: 'StageOutput.fail(error, options)', call: loose(StageOutput, 'fail'), given: ['no', { data: {} }] },
  retry: { usage: 'StageOutput.retry(error, options)', call: loose(StageOutput, 'retry'), given: ['no', undefined] },
  suspend: {
    usage: 'StageOutput.suspend(request, options)',
    call: loose(StageOutput, 'suspend'),
    given: ['May I?', { state: 1 }],
  },
}

const RUNS: Readonly<Record<'run' | 'runSettled' | 'start', Full>> = {
  run: { usage: 'run(input, options)', call: loose(graph, 'run'), given: [{}, {}] },
  runSettled: { usage: 'runSettled(input, options)', call: loose(graph, 'runSettled'), given: [{}, {}] },
  start: { usage: 'start(input, options)', call: loose(graph, 'start'), given: [{}, {}] },
}

const SNAPSHOTS: Readonly<Record<string, Full>> = Object.fromEntries(
  ['identity', 'conversation', 'enrichments', 'extensions', 'metadata'].map((part) => {
    const name = `with${part[0]?.toUpperCase()}${part.slice(1)}`
    return [name, { usage: `${name}(${part})`, call: loose(snapshot, name), given: [{}] }]
  }),
)

const redactor = createRedactor()
const REDACTORS: Readonly<Record<keyof typeof redactor, Full>> = {
  value: { usage: 'value(value)', call: loose(redactor, 'value'), given: [{ ssn: '078-05-1120' }] },
  text: { usage: 'text(text)', call: loose(redactor, 'text'), given: ['password=hunter2'] },
}

const FUNCTIONS: readonly Full[] = [
  { usage: 'new Pipeline(name)', call: (...given) => Reflect.construct(Pipeline, given), given: ['chat'] },
  { usage: 'new ContextSnapshot(input)', call: (...given) => Reflect.construct(ContextSnapshot, given), given: [{}] },
  { usage: 'defineStage(definition)', call: defineStage as Call, given: [{ name: 'one', run: work }] },
  { usage: 'defineStage(definition)', call: definePorts().defineStage as Call, given: [{ name: 'one', run: work }] },
  { usage: 'mapStage(definition)', call: mapStage as Call, given: [{ name: 'one', over: () => [], each: work }] },
  {
    usage: 'mapStage(definition)',
    call: definePorts().mapStage as Call,
    given: [{ name: 'one', over: () => [], each: work }],
  },
  { usage: 'asStage(child, options)', call: asStage as Call, given: [graph, {}] },
  { usage: 'createRedactor(options, defaults)', call: createRedactor as Call, given: [{}, {}] },
  {
    usage: 'runDurable(graph, executor, options)',
    call: runDurable as Call,
    given: [graph, new ArrayExecutor(), {}],
  },
  {
    usage: 'resumeRun(graph, suspended, answers, options)',
    call: resumeRun as Call,
    given: [ask, suspended, { ask: 1 }, {}],
  },
  {
    usage: 'resumeSettled(graph, suspended, answers, options)',
    call: resumeSettled as Call,
    given: [ask, suspended, { ask: 1 }, {}],
  },
  {
    usage: 'startResumed(graph, suspended, answers, options)',
    call: startResumed as Call,
    given: [ask, suspended, { ask: 1 }, {}],
  },
]

const TABLES = [METHODS, STATICS, OUTPUTS, RUNS, SNAPSHOTS, REDACTORS]
const calls = [...TABLES.flatMap((table) => Object.values<Full | readonly Full[]>(table).flat()), ...FUNCTIONS]

/** What a call throws, or its promise rejects with. */
async function refusalOf(call: Call, given: readonly unknown[]): Promise<unknown> {
  try {
    await call(...given)
    return undefined
  } catch (error) {
    return error
  }
}

const refusal = (usage: string, count: number) => ({
  code: 'core/illegal-option',
  message: `${usage.slice(0, usage.indexOf('('))}() was given ${count} arguments; call ${usage}.`,
})

test.each(calls)('$usage takes $given.length arguments, and refuses one more', async ({ usage, call, given }) => {
  expect(await refusalOf(call, given)).toBeUndefined()
  expect(await refusalOf(call, [...given, APPROVERS])).toMatchObject(refusal(usage, given.length + 1))
  expect(await refusalOf(call, [...given, undefined, APPROVERS])).toMatchObject(refusal(usage, given.length + 2))
})

test('the tables have every method, so a new one needs its row', () => {
  const functionsOf = (object: object) =>
    Object.entries(Object.getOwnPropertyDescriptors(object)).flatMap(([name, { value }]) =>
      typeof value === 'function' && name !== 'constructor' ? [name] : [],
    )
  expect(functionsOf(Pipeline.prototype).toSorted()).toEqual(Object.keys(METHODS).toSorted())
  expect(functionsOf(Pipeline).toSorted()).toEqual(Object.keys(STATICS).toSorted())
  expect(functionsOf(graph).toSorted()).toEqual(Object.keys(RUNS).toSorted())
  expect(functionsOf(redactor).toSorted()).toEqual(Object.keys(REDACTORS).toSorted())
  // JSON.stringify() calls toJSON() with a key.
  expect(
    functionsOf(ContextSnapshot.prototype)
      .filter((name) => name !== 'toJSON')
      .toSorted(),
  ).toEqual(Object.keys(SNAPSHOTS).toSorted())
})

/** The arguments that an emitter passes to a handler. */
const EMITTED = ['SIGTERM', 15, {}]

test('what stops, frees or reports ignores further arguments, because it is passed as a handler and has no options', async () => {
  const handlers = async (context: StageContext): Promise<void> => {
    const { heartbeat, raiseIfCancelled, clock } = context
    const cancelTimer = clock.setTimeout(() => {}, 60_000)
    for (const handler of [heartbeat, raiseIfCancelled, cancelTimer] as readonly Call[]) handler(...EMITTED)
  }
  const run = new Pipeline('handlers').withStage('one', handlers).build().start()
  expect(await run.settled).toMatchObject({ status: 'completed' })
  await expect(loose(run, Symbol.asyncDispose)(...EMITTED)).resolves.toBeUndefined()
  expect(() => loose(run, 'cancel')(...EMITTED)).not.toThrow()
})

test('an undefined argument after the options of a stage counts as left out, as its type says', () => {
  expect(() => chat.withStage('one', work, { dependencies: [] }, undefined)).not.toThrow()
})

test.each<[what: string, read: (context: StageContext) => unknown, usage: string]>([
  ['a fallback of an input', ({ inputs }) => (inputs.from as Call)('price', { total: 9 }), 'from(stage) ?? fallback'],
  ['a fallback of a slot', ({ get }) => (get as Call)(LIMIT, 7), 'get(slot) ?? fallback'],
  [
    'a time limit of a cleanup',
    ({ onCleanup }) => (onCleanup as Call)(() => {}, { timeoutMs: 5 }),
    'onCleanup(callback)',
  ],
])('a stage that passes %s fails, because it would have no effect', async (_, read, usage) => {
  const reader = new Pipeline('reader')
    .withStage('price', () => StageOutput.skip('sold out'))
    .withStage(
      'one',
      (context) => {
        read(context as unknown as StageContext)
      },
      { dependencies: ['price'], join: 'settled' },
    )
  expect(await reader.build().runSettled()).toMatchObject({ status: 'failed', errors: [refusal(usage, 2)] })
})

test('the run of an interceptor refuses a fallback of a slot', () => {
  const seen: unknown[] = []
  const onRun = (run: RunContext): undefined => {
    seen.push(refusalOf(run.get as Call, [LIMIT, 7]))
  }
  new Pipeline('reader')
    .withStage('one', work)
    .build({ interceptors: [{ name: 'limits', onRun }] })
    .start()
  return expect(Promise.all(seen)).resolves.toMatchObject([refusal('get(slot) ?? fallback', 2)])
})

test('a child run refuses an argument after its options, and the stage fails', async () => {
  const parent = new Pipeline('parent').withStage('one', async (context: StageContext) => {
    await (context.runChild as Call)(graph, {}, {}, APPROVERS)
  })
  expect(await parent.build().runSettled()).toMatchObject({
    status: 'failed',
    errors: [refusal('runChild(child, input, options)', 4)],
  })
})
