import { expectedValues, makeShape } from '../shapes.mjs'

// Each state of the repository gets a module instance of its own (`rows.mjs?base`), so that the two share no optimized code.
// Interceptors use only what every state has: `onCall` that returns a part with `ended`, and `wrap`.

const { search } = new URL(import.meta.url)

const part = (name) => ({ name, onCall: () => () => ({ ended() {} }) })
const wrap = (name) => ({ name, wrap: (next) => (context) => next(context) })
const asyncWrap = (name) => ({ name, wrap: (next) => async (context) => await next(context) })
const several = (count, make) => Array.from({ length: count }, (_, index) => make(`nothing-${index}`))
const eventSink = { emit() {}, tryEmit: () => true }

const timeoutWith = (options) => async (load) => [(await load('interceptor-timeout')).timeout(options)]

async function defaults(load) {
  const { getDefaultInterceptors } = await load('defaults')
  const { pino } = await load('pino')
  return getDefaultInterceptors({ logging: { logger: pino({ level: 'silent' }) } })
}

/** With two lines a stage to a stream that forgets them, and a span a stage, in batches that are thrown away. */
async function defaultsObserved(load) {
  const { getDefaultInterceptors } = await load('defaults')
  const { pino } = await load('pino')
  const { BasicTracerProvider, BatchSpanProcessor } = await load('@opentelemetry/sdk-trace-base')
  const exporter = { export: (_, done) => done({ code: 0 }), shutdown: async () => {}, forceFlush: async () => {} }
  const tracerProvider = new BasicTracerProvider({ spanProcessors: [new BatchSpanProcessor(exporter)] })
  const logging = { logger: pino({}, { write() {} }), startLines: true }
  return getDefaultInterceptors({ logging, tracing: { tracerProvider } })
}

/**
 * A row that runs a shape. `interceptors` is a list, or a function that makes the list from the packages of a state.
 * `warmMs`: how long the row is warmed up, if not as long as the others.
 */
function onShape(id, shapeName, { interceptors = [], warmMs, ...options } = {}) {
  const build = async (load) => {
    const { buildCore } = await import(`../peers/core-graph.mjs${search}`)
    const list = typeof interceptors === 'function' ? await interceptors(load) : interceptors
    const shape = makeShape(shapeName)
    const last = shape.stages.length - 1
    const graph = buildCore(shape, { ...options, interceptors: list })
    return { ...graph, stages: shape.stages.length, last, answer: expectedValues(shape)[last] }
  }
  return { id, warmMs, build }
}

async function buildMap(load) {
  const { Pipeline } = await load('core')
  const items = Array.from({ length: 100 }, (_, index) => index)
  const each = async (item) => ({ value: item + 1 })
  const graph = new Pipeline('map').withMap('each', { over: () => items, each }).build()
  const value = ({ data }, index) => data.each.items[index].value
  return { run: () => graph.run({}), value, stages: items.length, last: 99, answer: 100 }
}

async function buildChild(load) {
  const { Pipeline } = await load('core')
  const shape = makeShape('chat')
  const child = shape.stages.reduce((pipeline, { name, dependencies }) => {
    const add = ({ inputs }) => ({ value: dependencies.reduce((sum, from) => sum + inputs.from(from).value, 1) })
    return pipeline.withStage(name, async (context) => add(context), { dependencies })
  }, new Pipeline('chat'))
  const graph = new Pipeline('parent').withPipeline('child', child).build()
  const value = ({ data }) => data.child.output_guard.value
  return { run: () => graph.run({}), value, stages: 6, last: 5, answer: expectedValues(shape).at(-1) }
}

/** A row of 1,000 stages that depend on nothing. */
function alone(id, stage) {
  const build = async (load) => {
    const { Pipeline } = await load('core')
    let pipeline = new Pipeline('alone')
    for (let index = 0; index < 1_000; index += 1)
      pipeline = pipeline.withStage(`s${index}`, async (context) => stage(context))
    const graph = pipeline.build()
    return { run: () => graph.run({}), value: ({ data }) => data.s999.value, stages: 1_000, last: 999, answer: 1 }
  }
  return { id, build }
}

async function listen({ signal }) {
  const ignore = () => {}
  signal.addEventListener('abort', ignore)
  await undefined
  signal.removeEventListener('abort', ignore)
  return { value: 1 }
}

const shapes = [
  ['chat', 'chat'],
  ['chain 100', 'chain100'],
  ['chain 1000', 'chain1000'],
  ['fan-out 10', 'fan10'],
  ['fan-out 100', 'fan100'],
  ['layers 10x10', 'layers10x10'],
  ['random 1000', 'random1000'],
]
// The default interceptors are a lot of code, which takes its time to be compiled.
const withDefaults = { interceptors: defaults, warmMs: 1_200 }

export const rows = [
  ...shapes.map(([title, shape]) => onShape(`bare ${title}`, shape)),
  ...shapes.map(([title, shape]) => onShape(`bare ${title} sync`, shape, { sync: true })),
  onShape('chat with 1 part', 'chat', { interceptors: several(1, part) }),
  onShape('chat with 2 parts', 'chat', { interceptors: several(2, part) }),
  onShape('chat with 3 parts', 'chat', { interceptors: several(3, part) }),
  onShape('chat with a wrap', 'chat', { interceptors: [wrap('wrap')] }),
  onShape('chat with an async wrap', 'chat', { interceptors: [asyncWrap('wrap')] }),
  onShape('chat with a wrap outside a part', 'chat', { interceptors: [wrap('wrap'), part('part')] }),
  onShape('chat with a part outside a wrap', 'chat', { interceptors: [part('part'), wrap('wrap')] }),
  onShape('chat with timeout', 'chat', { interceptors: timeoutWith() }),
  onShape('chat with an idle timeout', 'chat', { interceptors: timeoutWith({ idleTimeoutMs: 10_000 }) }),
  onShape('chat with the defaults', 'chat', withDefaults),
  onShape('fan-out 100 with the defaults', 'fan100', withDefaults),
  onShape('chain 100 with the defaults', 'chain100', withDefaults),
  onShape('chat with the defaults, lines and spans', 'chat', { interceptors: defaultsObserved, warmMs: 1_200 }),
  onShape('chat with 7 wraps', 'chat', { interceptors: several(7, wrap) }),
  onShape('chain 1000 with 7 wraps', 'chain1000', { interceptors: several(7, wrap) }),
  onShape('chain 10000 with 7 wraps', 'chain10000', { interceptors: several(7, wrap) }),
  { id: 'map of 100', build: buildMap },
  { id: 'child pipeline of chat', build: buildChild },
  onShape('fan-out 100 with maxConcurrency 4', 'fan100', { runOptions: { maxConcurrency: 4 } }),
  onShape('chat with an event sink', 'chat', { runOptions: { eventSink } }),
  onShape('fan-out 100 with an event sink', 'fan100', { runOptions: { eventSink } }),
  onShape('fan-out 1000 sync', 'fan1000', { sync: true }),
  alone('1000 stages that read their signal', ({ signal }) => ({ value: signal.aborted ? 0 : 1 })),
  alone('1000 stages that listen to their signal', listen),
  alone('1000 stages with a note', ({ note }) => {
    note('usage', { inputTokens: 12 })
    return { value: 1 }
  }),
]

export const rowIds = rows.map(({ id }) => id)
