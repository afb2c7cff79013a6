import { readFileSync } from 'node:fs'
import { Pipeline, StageflowError } from '@stageflow/core'
import { show } from '@stageflow/core/kit'
import { expect, test } from 'vitest'
import * as contract from './contract.ts'
import * as durableContract from './durable-contract.ts'
import * as durable from './durable.ts'
import * as index from './index.ts'
import * as modelServer from './model-server.ts'

/** How a function is called rightly, so that a test can put a wrong value in one place at a time. */
interface Call {
  /** The arguments that are needed, and the options last if there are any. */
  readonly right: readonly unknown[]
  /** Of the values that are wrong in most places: those that are right in a place. */
  readonly accepts?: Readonly<Record<number, readonly unknown[]>>
  /** A wrong value for each option. The last argument is the options. */
  readonly options?: Readonly<Record<string, unknown>>
  /** A wrong value for fields inside the first argument, by their names. */
  readonly fields?: readonly (readonly [wrong: unknown, name: string])[]
}

const clock = index.manualClock()
const pipeline = new Pipeline('chat').withStage('answer', () => ({ text: 'Hello' }))
const graph = pipeline.build()
const { cassette } = await index.recordRun(graph)
const stage = (): object => ({})
const NONE = undefined
const EMPTY = {}

const FAKE = { latencyMs: '5', faultRate: 2, fault: 'down', seed: 0.5 }
const STREAM = { ...FAKE, chunkMs: [5, 1], provider: '', model: 7 }
const OPTIONAL = [NONE, EMPTY]
const CASSETTE = Object.keys(cassette).map((name) => [{ ...cassette, [name]: 7 }, name] as const)
const WITHOUT_FACT = [{ ...cassette, facts: [null] }, 'facts'] as const

const CALLS: Readonly<Record<string, Readonly<Record<string, Call>>>> = {
  '.': {
    cassetteText: { right: [cassette], fields: [...CASSETTE, WITHOUT_FACT] },
    eventOf: {
      right: ['order.paid', EMPTY, EMPTY],
      accepts: { 1: [EMPTY, { nope: 1 }], 2: OPTIONAL },
      options: {
        seq: -1,
        leg: 1,
        timestamp: NaN,
        pipelineRunId: 7,
        parentRunId: 7,
        requestId: 7,
        sessionId: 7,
        userId: 7,
        orgId: 7,
        interactionId: 7,
        stage: '',
      },
    },
    eventsText: {
      right: [[], EMPTY],
      accepts: { 1: OPTIONAL },
      options: { ids: 1, times: 'all' },
      fields: [
        [[7], 'events'],
        [[{ type: 'order.paid' }], 'events'],
      ],
    },
    exploreInterleavings: {
      right: [stage, stage, EMPTY],
      accepts: { 2: OPTIONAL },
      options: { maxOrders: 0, seed: 0.5, order: 'first' },
      fields: [[stage, 'start must return a promise']],
    },
    fakeModel: { right: [clock, [], EMPTY], accepts: { 2: OPTIONAL }, options: STREAM },
    fakeSTT: { right: [clock, [], EMPTY], accepts: { 2: OPTIONAL }, options: STREAM },
    fakeTTS: { right: [clock, [], EMPTY], accepts: { 2: OPTIONAL }, options: STREAM },
    fakeTool: { right: [clock, [], EMPTY], accepts: { 2: OPTIONAL }, options: FAKE },
    faultInjector: { right: [EMPTY, EMPTY], accepts: { 0: [EMPTY], 1: OPTIONAL }, options: { seed: 0.5 } },
    httpError: {
      right: [503, EMPTY],
      accepts: { 1: OPTIONAL },
      options: { retryAfterMs: -1, code: 7, message: '' },
    },
    manualClock: { right: [EMPTY], accepts: { 0: OPTIONAL }, options: { startAt: '0', seed: 0.5, maxTimers: 0 } },
    parseCassette: { right: ['{}', EMPTY], accepts: { 1: OPTIONAL }, options: { maxBytes: 0 } },
    recordRun: {
      right: [graph, EMPTY, EMPTY],
      accepts: { 1: [NONE, EMPTY], 2: OPTIONAL },
      options: { redaction: 'all', maxBytes: 0, clock: 7 },
    },
    recordingSink: { right: [EMPTY], accepts: { 0: OPTIONAL }, options: { refuse: true } },
    replayRun: {
      right: [graph, cassette, EMPTY],
      accepts: { 2: OPTIONAL },
      options: { live: 'answer', clock: 7 },
    },
    runStage: {
      right: [stage, EMPTY],
      accepts: { 1: OPTIONAL },
      options: {
        inputs: 7,
        streams: 'Hi',
        snapshot: 7,
        ports: 7,
        interceptors: [7],
        clock: 7,
        resumed: 7,
        name: 7,
        kind: 'guards',
        stageOptions: 7,
      },
    },
    // Any other name is that of a stage that the pipeline lacks.
    withStubs: { right: [pipeline, EMPTY], accepts: { 1: [EMPTY, { nope: 1 }] } },
    seededRandom: { right: [EMPTY], accepts: { 0: OPTIONAL }, options: { seed: 0.5 } },
    seededSchedule: { right: [EMPTY], accepts: { 0: OPTIONAL }, options: { seed: 0.5 } },
  },
  './contract': {
    interceptorContract: {
      right: [stage, EMPTY],
      accepts: { 1: OPTIONAL },
      options: { input: 7, runOptions: 7, stageOptions: 7, kind: 'guards', events: [7], outside: 7 },
    },
    sinkContract: { right: [stage] },
  },
  './durable': {
    crashAfterEveryFact: {
      right: [graph, EMPTY, EMPTY],
      accepts: { 1: [NONE, EMPTY], 2: OPTIONAL },
      options: { ports: 7, answers: 7, by: 7, caller: 7, runOptions: { maxConcurrency: 0 } },
    },
    memoryExecutor: { right: [EMPTY], accepts: { 0: OPTIONAL }, options: { clock: 7 } },
  },
  './durable/contract': {
    executorContract: { right: [stage, EMPTY], accepts: { 1: OPTIONAL }, options: { pipelines: 0 } },
    executorProcessContract: {
      right: [new URL(import.meta.url), EMPTY],
      accepts: { 1: OPTIONAL },
      options: { runs: 0, kills: -1, seed: 0.5, counted: 7 },
    },
  },
  './model-server': {
    fakeModelServer: {
      right: [[{ text: ['Hello'] }]],
      fields: [
        [[], 'one or more answers'],
        [[{ txt: 'Hello' }], 'script[0]'],
        [[{}, { status: 200 }], 'script[1].status'],
        [[{ fault: { kind: 'cut' } }], 'script[0].fault.afterChunks'],
        [[{ usage: { inputTokens: -1, outputTokens: 1 } }], 'script[0].usage.inputTokens'],
      ],
    },
  },
}

const ENTRIES: Readonly<Record<string, object>> = {
  '.': index,
  './contract': contract,
  './durable': durable,
  './durable/contract': durableContract,
  './model-server': modelServer,
}
const ALL = Object.entries(CALLS).flatMap(([entry, calls]) =>
  Object.entries(calls).map(([name, call]) => ({
    name,
    call,
    exported: (ENTRIES[entry] as Exports)[name] as Exported,
  })),
)
type Exported = (...given: unknown[]) => unknown
type Exports = Readonly<Record<string, unknown>>

/** The error that a call ends in, whether it throws or its promise rejects. */
async function refusal(exported: Exported, given: readonly unknown[]): Promise<StageflowError> {
  const ended: unknown = await Promise.resolve()
    .then(() => exported(...given))
    .catch((error: unknown) => error)
  expect(ended, `called with ${given.map(show).join(', ')}`).toSatisfy((error) => StageflowError.is(error))
  return ended as StageflowError
}

/** A refusal says which function was called, and what to pass. For the content of an input, it is that of the engine. */
function mustSayWhere({ code, message }: StageflowError, name: string): void {
  if (code === 'core/snapshot') return expect(message).toMatch(/^The input: unknown field/)
  expect(code).toMatch(/^(testing|core)\/(illegal-(option|cassette|contract)|not-json|not-a-pipeline)$/)
  expect(message).toContain(`${name}(`)
  expect(message).toMatch(/must be|must return|needs|unknown option/)
}

test('the table has every entry of the package, and every function that an entry exports', () => {
  const { exports } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
    exports: object
  }
  expect([...Object.keys(ENTRIES), './package.json']).toEqual(Object.keys(exports))
  for (const [entry, module] of Object.entries(ENTRIES))
    expect(Object.keys(CALLS[entry] ?? {}).toSorted(), entry).toEqual(Object.keys(module).toSorted())
})

test.each(ALL)('$name() refuses a wrong argument in each place', async ({ name, call, exported }) => {
  const { right, accepts = {} } = call
  for (const place of right.keys())
    for (const wrong of [undefined, null, {}, 7, { nope: 1 }]) {
      if (accepts[place]?.some((value) => JSON.stringify(value) === JSON.stringify(wrong))) continue
      const error = await refusal(exported, right.with(place, wrong))
      mustSayWhere(error, name)
      expect(error.message).toContain(wrong !== null && typeof wrong === 'object' ? '' : show(wrong))
    }
})

test.each(ALL.filter(({ call }) => call.fields !== undefined))(
  '$name() refuses a wrong field of its first argument by its name',
  async ({ name, call: { right, fields = [] }, exported }) => {
    for (const [wrong, field] of fields) {
      const error = await refusal(exported, right.with(0, wrong))
      mustSayWhere(error, name)
      expect(error.message).toContain(field)
    }
  },
)

/** The unknown option in a call, as its message lists what is known. */
const KNOWN = /unknown option "(?<option>[^"]+)" \((?:did you mean "(?<guess>[^"]+)"\? )?known: (?<known>[^)]+)\)/

test.each(ALL.filter(({ call }) => call.options !== undefined))(
  '$name() refuses each option with a wrong value, and an unknown one with a guess and the list',
  async ({ name, call: { right, options = {} }, exported }) => {
    const withOptions = (given: object): readonly unknown[] => right.with(-1, given)
    const names = Object.keys(options)
    for (const option of names) {
      const error = await refusal(exported, withOptions({ [option]: options[option] }))
      expect(error.code).toMatch(/^(testing\/illegal-option|core\/snapshot)$/)
      expect(error.message).toMatch(option === 'snapshot' ? /input/ : new RegExp(`\\b${option}\\b`))
    }
    const unknown = await refusal(exported, withOptions({ nope: 1 }))
    mustSayWhere(unknown, name)
    const known = KNOWN.exec(unknown.message)?.groups?.['known']?.split(', ') ?? []
    expect(known).toEqual(expect.arrayContaining(names))
    for (const option of names) {
      const misspelled = `${option}s`
      const error = await refusal(exported, withOptions({ [misspelled]: options[option] }))
      mustSayWhere(error, name)
      expect(KNOWN.exec(error.message)?.groups).toEqual({ option: misspelled, guess: option, known: known.join(', ') })
    }
  },
)

/** How each function with several arguments is called, and arguments that aren't legal in each other's places. */
const ORDERS: readonly (readonly [call: string, exported: unknown, right: readonly unknown[]])[] = [
  [
    'crashAfterEveryFact(graph, input, options)',
    durable.crashAfterEveryFact,
    [graph, { inputText: 'Hi' }, { answers: {} }],
  ],
  ['eventOf(type, data, overrides)', index.eventOf, ['order.paid', { cents: 1 }, { seq: 1 }]],
  ['eventsText(events, options)', index.eventsText, [[], { ids: true }]],
  ['exploreInterleavings(start, check, options)', index.exploreInterleavings, [async () => 7, () => true, { seed: 7 }]],
  ['fakeModel(clock, script, options)', index.fakeModel, [clock, ['Hello'], { seed: 7 }]],
  ['fakeSTT(clock, script, options)', index.fakeSTT, [clock, ['Hello'], { seed: 7 }]],
  ['fakeTTS(clock, script, options)', index.fakeTTS, [clock, ['Hello'], { seed: 7 }]],
  ['fakeTool(clock, script, options)', index.fakeTool, [clock, ['Hello'], { seed: 7 }]],
  ['faultInjector(faults, options)', index.faultInjector, [{ llm: { fail: 0.5 } }, { seed: 7 }]],
  ['httpError(status, options)', index.httpError, [429, { retryAfterMs: 5 }]],
  ['parseCassette(text, options)', index.parseCassette, ['{}', { maxBytes: 500 }]],
  ['recordRun(graph, input, options)', index.recordRun, [graph, { inputText: 'Hi' }, { maxBytes: 500 }]],
  ['replayRun(graph, cassette, options)', index.replayRun, [graph, cassette, { live: ['answer'] }]],
  ['runStage(stage, options)', index.runStage, [stage, { timeoutMs: 500 }]],
  ['runStage(pipeline, name, options)', index.runStage, [pipeline, 'answer', { timeoutMs: 500 }]],
  ['withStubs(pipeline, stubs)', index.withStubs, [pipeline, { answer: { text: 'Hi' } }]],
  // Each of these is called with a function, or the address of a module, and its message shows that.
  ['interceptorContract(', contract.interceptorContract, [() => ({}), { events: [] }]],
  ['executorContract(', durableContract.executorContract, [() => ({}), { pipelines: 1 }]],
  ['executorProcessContract(', durableContract.executorProcessContract, [new URL(import.meta.url), { runs: 1 }]],
]

/** Every order of a list but its own. */
function otherOrders(list: readonly unknown[]): readonly (readonly unknown[])[] {
  const orders = (rest: readonly unknown[]): readonly (readonly unknown[])[] =>
    rest.length < 2
      ? [rest]
      : rest.flatMap((first, place) => orders(rest.toSpliced(place, 1)).map((others) => [first, ...others]))
  return orders(list).filter((order) => order.some((one, place) => one !== list[place]))
}

test.each(ORDERS)(
  '%s called with its arguments in any other order is refused, with the right one',
  async (call, exported, right) => {
    for (const order of otherOrders(right)) {
      const { code, message } = await refusal(exported as Exported, order)
      expect(code).toMatch(/^(testing|core)\/(illegal-(option|cassette|contract)|not-a-pipeline|snapshot)$/)
      expect(message).toContain(call)
    }
  },
)

test.each([
  ['seededRandom({ seed })', index.seededRandom],
  ['seededSchedule({ seed })', index.seededSchedule],
])('a seed that is not in options is refused, with the call: %s', async (call, exported) => {
  const { message } = await refusal(exported as Exported, [7])
  expect(message).toBe(`${call}: the options must be an object, not 7.`)
})

test('the table of orders has every function that takes several arguments', () => {
  const several = ALL.filter(({ call }) => call.right.length > 1).map(({ name }) => name)
  const inOrders = ORDERS.map(([call]) => call.slice(0, call.indexOf('(')))
  expect([...new Set(inOrders)].toSorted()).toEqual(several.toSorted())
})

test('the table has a wrong value for every option that is not one of a run', async () => {
  const { message } = await refusal(graph.run as Exported, [{}, { nope: 1 }])
  const ofRun = KNOWN.exec(message)?.groups?.['known']?.split(', ') ?? []
  for (const { name, call, exported } of ALL) {
    if (call.options === undefined) continue
    const { message: refused } = await refusal(exported, call.right.with(-1, { nope: 1 }))
    const own = (KNOWN.exec(refused)?.groups?.['known']?.split(', ') ?? []).filter((option) => !ofRun.includes(option))
    expect(Object.keys(call.options), name).toEqual(expect.arrayContaining(own))
  }
})
