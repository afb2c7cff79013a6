import { Pipeline, StageKind, StageOutput, StageflowError, setEventSink, NoOpEventSink, without } from '@stageflow/core'
import type { EventSink, Interceptor, StageflowEvent } from '@stageflow/core'
import { logging } from '@stageflow/interceptor-logging'
import { metrics } from '@stageflow/interceptor-metrics'
import { manualClock, recordingSink } from '@stageflow/testing'
import { pino } from 'pino'
import { Registry } from 'prom-client'
import { afterEach, expect, expectTypeOf, test } from 'vitest'

import { LoggingEventSink, createStageflow, getDefaultInterceptors } from './index.ts'
import type { CloseReport, Stageflow, StageflowOptions } from './index.ts'

let clock = manualClock({ seed: 1 })
afterEach(() => {
  expect(clock.timers).toEqual([])
  clock = manualClock({ seed: 1 })
})

function recordingLogger(level = 'info') {
  const lines: string[] = []
  const logger = pino({ level, base: null, timestamp: false }, { write: (line: string) => void lines.push(line) })
  return { logger, messages: () => lines.map((line) => (JSON.parse(line) as { readonly msg: string }).msg) }
}

const chat = new Pipeline('chat').withStage('llm', () => ({ answer: 'Hello!' }))

test('it runs a pipeline with the defaults, which count and log it', async () => {
  const { logger, messages } = recordingLogger()
  const app = createStageflow({ logger, clock })
  const result = await app.run(chat, { inputText: 'Hi' })
  expectTypeOf(result.data.llm?.answer).toEqualTypeOf<string | undefined>()
  expect(result.data.llm).toEqual({ answer: 'Hello!' })
  expect(messages()).toEqual(['stage completed', 'run completed'])
  expect(await app.registry.metrics()).toMatch(/^stageflow_stage_duration_seconds_count\{.*stage="llm".*\} 1$/m)
  expect(app.interceptors.map(({ name }) => name)).toEqual(getDefaultInterceptors().map(({ name }) => name))
  expect([app.logger, app.eventSink]).toEqual([logger, NoOpEventSink])
  await app.close()
})

test.each<[name: string, interceptors: NonNullable<StageflowOptions['interceptors']>]>([
  ['logging: false', { logging: false }],
  ['a list without logging', without(getDefaultInterceptors(), 'logging')],
])('%s is silence: nothing is logged, and events go nowhere', async (_, interceptors) => {
  const { logger, messages } = recordingLogger('trace')
  const app = createStageflow({ logger, clock, interceptors })
  await app.run(chat)
  await app.close()
  expect(messages()).toEqual([])
  expect(app.eventSink).toBe(NoOpEventSink)
})

test('with logging: false a LoggingEventSink logs the events instead, if you pass one', async () => {
  const { logger, messages } = recordingLogger('debug')
  const eventSink = new LoggingEventSink({ logger })
  const app = createStageflow({ logger, clock, eventSink, interceptors: { logging: false } })
  await app.run(chat)
  expect(messages()).toEqual(['pipeline.started', 'stage.llm.started', 'stage.llm.completed', 'pipeline.completed'])
})

test('the sink of an app follows the runs of all its pipelines', async () => {
  const { logger } = recordingLogger()
  const seen: string[] = []
  const eventSink: EventSink = {
    emit: () => {},
    tryEmit: () => {},
    onRun: ({ pipeline }) => ({ settled: ({ stage }) => void seen.push(`${pipeline.name}/${stage}`) }),
  }
  const app = createStageflow({ logger, clock, eventSink })
  await app.run(chat)
  await app.build(new Pipeline('other').withStage('a', () => ({}))).run()
  expect(seen).toEqual(['chat/llm', 'other/a'])
  await app.close()
})

/** An app that notes in `log` what `close` does, and whose parts do what the test says. */
function closing(log: string[], flush: () => Promise<void>) {
  const { logger } = recordingLogger()
  const flushLogger = (done: () => void): void => {
    log.push('logger')
    done()
  }
  Object.defineProperty(logger, 'flush', { value: flushLogger })
  const events: StageflowEvent[] = []
  const eventSink: EventSink = {
    emit: (event) => void events.push(event),
    tryEmit: (event) => events.push(event) > 0,
    flush: () => (log.push('sink'), flush()),
    close: async () => void log.push('closed'),
  }
  return { app: createStageflow({ logger, clock, eventSink }), events }
}

test('close flushes the sink, then the logger, and leaves the sink open', async () => {
  const log: string[] = []
  const { app, events } = closing(log, async () => {})
  await app.run(chat)
  expect(events.map(({ type }) => type)).toContain('pipeline.completed')
  const report = await app.close()
  expect(report).toEqual({ delivered: ['eventSink', 'logger'], lost: [] })
  expect(Object.isFrozen(report)).toBe(true)
  expect(log).toEqual(['sink', 'logger'])
})

test('close resolves if the sink fails, says what was lost, and flushes the logger', async () => {
  const down = new Error('the collector is down')
  const fail = (): never => {
    throw down
  }
  for (const flush of [() => Promise.reject(down), fail]) {
    const log: string[] = []
    const { app } = closing(log, flush)
    expect(await app.close()).toEqual({ delivered: ['logger'], lost: [{ part: 'eventSink', error: down }] })
    expect(log).toEqual(['sink', 'logger'])
  }
})

test('close takes no longer than five seconds, or timeoutMs, for all parts together', async () => {
  for (const [options, ms] of [
    [undefined, 5_000],
    [{ timeoutMs: 70 }, 70],
  ] as const) {
    const { app } = closing([], () => new Promise(() => {}))
    let report: CloseReport | undefined
    void app.close(options).then((given) => (report = given))
    await clock.advance(ms - 1)
    expect(report).toBeUndefined()
    await clock.advance(1)
    expect(report).toEqual({
      delivered: ['logger'],
      lost: [
        {
          part: 'eventSink',
          error: expect.objectContaining({
            code: 'defaults/timed-out',
            message: `app.close(): eventSink did not write everything within ${ms} ms.`,
          }),
        },
      ],
    })
  }
})

test('close resolves if the logger fails or hangs', async () => {
  const { logger } = recordingLogger()
  const full = new Error('the disk is full')
  let flush = (done: (error?: Error) => void): void => done(full)
  Object.defineProperty(logger, 'flush', { value: (done: () => void) => flush(done) })
  const app = createStageflow({ logger, clock })
  expect(await app.close()).toEqual({ delivered: [], lost: [{ part: 'logger', error: full }] })
  flush = () => {}
  const report = app.close({ timeoutMs: 10 })
  await clock.advance(10)
  expect((await report).lost).toMatchObject([{ part: 'logger', error: { code: 'defaults/timed-out' } }])
})

test('close refuses options that it does not have', async () => {
  const app = createStageflow({ logger: recordingLogger().logger, clock })
  await expect(app.close({ timeoutMs: 0 })).rejects.toMatchObject({
    code: 'defaults/illegal-option',
    message: 'app.close(): timeoutMs must be a number of milliseconds above 0, not 0.',
  })
})

test('a token is refused if no interceptor of the app verifies it', async () => {
  const { logger } = recordingLogger('silent')
  const app = createStageflow({ logger, clock })
  await expect(app.run(chat, {}, { token: 'secret' })).rejects.toMatchObject({
    code: 'defaults/no-auth',
    message:
      'A token was passed to app.run(), but no interceptor of this app verifies it. Configure auth: createStageflow({ interceptors: { auth: { verify } } }).',
  })
  expect((await app.run(chat, {}, { token: undefined })).status).toBe('completed')
  const verify = () => ({ sub: 'ada' })
  const verifying = createStageflow({ logger, clock, interceptors: { auth: { verify } } })
  expect((await verifying.run(chat, {}, { token: 'secret' })).status).toBe('completed')
})

test('without a sink of the app, events go to the sink of the process', async () => {
  const sink = recordingSink()
  setEventSink(sink)
  try {
    await createStageflow({ logger: recordingLogger().logger, clock }).run(chat)
  } finally {
    setEventSink(NoOpEventSink)
  }
  expect(sink.events.map(({ type }) => type)).toContain('pipeline.completed')
})

interface Llm {
  readonly ask: (question: string) => string
}
const asking = Pipeline.withPorts<{ llm: Llm; voice: string }>('asking').withStage('llm', ({ ports }) => ({
  answer: `${ports.llm.ask('?')} (${ports.voice})`,
}))

test('the ports of the app are for every pipeline; run and build ask for those still missing', async () => {
  const app = createStageflow({ logger: recordingLogger('silent').logger, clock, ports: { llm: { ask: () => 'yes' } } })
  const result = await app.run(asking, {}, { ports: { voice: 'alloy' } })
  expect(result.data.llm).toEqual({ answer: 'yes (alloy)' })
  const graph = app.build(asking, { ports: { voice: 'echo' } })
  expect((await graph.run()).data.llm).toEqual({ answer: 'yes (echo)' })
  const mistakes = () => [
    // @ts-expect-error the port "voice" is missing
    app.run(asking),
    // @ts-expect-error the port "voice" is missing
    app.build(asking).run(),
  ]
  expect(mistakes).toBeTypeOf('function')
  const wrong = createStageflow({ logger: app.logger, clock, ports: { llm: 5 } })
  // @ts-expect-error 'ports of another type': "llm"
  expect(() => wrong.build(asking)).not.toThrow()
})

test('an option of build wins over that of the app', async () => {
  const app = createStageflow({ logger: recordingLogger().logger, clock })
  const sink = recordingSink()
  const graph = app.build(chat, { interceptors: [], eventSink: sink })
  expect(graph.info.interceptors).toEqual([])
  await graph.run()
  expect(sink.events.map(({ type }) => type)).toContain('pipeline.completed')
})

test('a pipeline is built once, however often it is run', async () => {
  let built = 0
  const app = createStageflow({
    clock,
    logger: recordingLogger('silent').logger,
    interceptors: [{ name: 'counting', wrap: (next) => (built++, next) }],
  })
  await Promise.all([app.run(chat), app.run(chat)])
  await app.run(chat)
  expect(built).toBe(1)
})

test('a failed run rejects, with everything in the result', async () => {
  const { logger, messages } = recordingLogger()
  const app = createStageflow({ logger, clock })
  const failing = new Pipeline('failing').withStage('llm', () => StageOutput.fail('down'))
  await expect(app.run(failing)).rejects.toMatchObject({ result: { status: 'failed', errors: [{ message: 'down' }] } })
  expect(messages()).toEqual(['stage failed', 'run failed'])
})

test('the registry and the options of interceptors are passed on', async () => {
  const registry = new Registry()
  const { logger, messages } = recordingLogger()
  const app = createStageflow({
    registry,
    clock,
    interceptors: { logging: { logger, startLines: true }, timeout: { timeoutMs: 100 } },
  })
  expect([app.registry, app.logger]).toEqual([registry, logger])
  const slow = new Pipeline('slow').withStage('llm', (context) => context.clock.sleep(500, context.signal))
  const settled = app.run(slow).catch((error: unknown) => error)
  await clock.advance(100)
  expect(await settled).toMatchObject({ result: { errors: [{ code: 'timeout/timed-out' }] } })
  expect(messages()).toEqual(['run started', 'stage started', 'stage failed', 'run failed'])
  expect(await registry.metrics()).toContain('stageflow_')
})

test('with a list, the logger and the registry of the app are those of its interceptors', async () => {
  const { logger, messages } = recordingLogger()
  const registry = new Registry()
  const interceptors = getDefaultInterceptors({ logging: { logger }, metrics: { registry } })
  const replaced = { logging: logging({ logger }), metrics: metrics() }
  for (const [app, counted] of [
    [createStageflow({ clock, interceptors }), registry],
    [createStageflow({ clock, interceptors, logger, registry }), registry],
    [createStageflow({ clock, interceptors: replaced, logger }), replaced.metrics.registry],
    [createStageflow({ clock, interceptors: replaced }), replaced.metrics.registry],
  ] as const)
    expect([app.logger, app.registry]).toEqual([logger, counted])
  await createStageflow({ clock, interceptors }).run(chat)
  expect(messages()).toEqual(['stage completed', 'run completed'])
})

test('a logger or a registry that an interceptor would not use is refused', () => {
  const { logger } = recordingLogger()
  const registry = new Registry()
  const interceptors = getDefaultInterceptors()
  const refuse = (message: string) => expect.objectContaining({ code: 'defaults/illegal-option', message })
  expect(() => createStageflow({ logger, interceptors })).toThrow(
    refuse(
      'createStageflow(): the interceptor "logging" has a logger of its own, and would not use the option logger. Pass it there instead: logging({ logger }), or getDefaultInterceptors({ logging: { logger } }).',
    ),
  )
  expect(() => createStageflow({ registry, interceptors })).toThrow(
    refuse(
      'createStageflow(): the interceptor "metrics" has a registry of its own, and would not use the option registry. Pass it there instead: metrics({ registry }), or getDefaultInterceptors({ metrics: { registry } }).',
    ),
  )
  expect(() => createStageflow({ logger, interceptors: { logging: logging() } })).toThrow('the option logger')
  expect(() => createStageflow({ registry, interceptors: { metrics: metrics() } })).toThrow('the option registry')
  const app = createStageflow({ logger, registry, interceptors: without(without(interceptors, 'logging'), 'metrics') })
  expect([app.logger, app.registry]).toEqual([logger, registry])
})

test('an interceptor in the place of a default one is used unchanged, even if its members are inherited', async () => {
  const heard: string[] = []
  class Own {
    get name(): string {
      return 'logging'
    }
    settled({ stage }: { readonly stage: string }): void {
      heard.push(stage)
    }
  }
  const own = new Own()
  const counting: Interceptor = { name: 'metrics', onRun: () => ({ ended: () => void heard.push('run') }) }
  const { logger, messages } = recordingLogger()
  const app = createStageflow({ logger, clock, interceptors: { logging: own, metrics: counting } })
  expect(app.interceptors.slice(-1)).toEqual([own])
  expect(app.interceptors).toContain(counting)
  await app.run(chat)
  expect([heard, messages()]).toEqual([['llm', 'run'], []])
})

test('the in-memory store of idempotency uses the clock of the app', async () => {
  const app = createStageflow({
    logger: recordingLogger('silent').logger,
    clock,
    interceptors: { idempotency: { ttlMs: 1_000 } },
  })
  let saves = 0
  const pipeline = new Pipeline('saving').withStage('save', () => ({ saves: ++saves }), StageKind.WORK)
  const save = async (): Promise<unknown> =>
    (await app.run(pipeline, { extensions: { idempotencyKey: 'k' } })).data.save
  expect([await save(), await save()]).toEqual([{ saves: 1 }, { saves: 1 }])
  await clock.advance(1_000)
  expect(await save()).toEqual({ saves: 2 })
})

test('without an argument it logs to standard output and has its own registry', async () => {
  const app = createStageflow()
  app.logger.level = 'silent'
  expect((await app.run(chat)).status).toBe('completed')
  expect(await app.registry.metrics()).toContain('stage="llm"')
  await app.close()
})

test('illegal options throw defaults/illegal-option', () => {
  const { logger } = recordingLogger()
  const refused = (use: () => unknown): string => {
    try {
      use()
    } catch (error) {
      return StageflowError.is(error, 'defaults/illegal-option') ? error.message : String(error)
    }
    return 'accepted'
  }
  expect(refused(() => createStageflow({ sink: 1 } as never))).toBe(
    'createStageflow(): unknown option "sink" (known: interceptors, eventSink, ports, clock, logger, registry).',
  )
  expect(refused(() => createStageflow(null as never))).toBe(
    'createStageflow(): the options must be an object, not null.',
  )
  expect(refused(() => createStageflow({ logger, interceptors: { logging: { logger } } }))).toBe(
    'createStageflow(): logger and interceptors.logging.logger are both given. Leave one of them out.',
  )
  expect(refused(() => createStageflow([] as never))).toContain('the options must be an object, not an array')
  expect(refused(() => createStageflow({ interceptors: null } as never))).toContain(
    'interceptors must be an array, or an object with one key per interceptor, not null',
  )
  expect(refused(() => createStageflow({ interceptors: { logging: null } } as never))).toContain('logging must be an')
  const registry = new Registry()
  expect(refused(() => createStageflow({ registry, interceptors: { metrics: { registry } } }))).toContain(
    'registry and interceptors.metrics.registry are both given',
  )
})

test.each([
  [
    'a graph',
    (app: Stageflow) => app.run(app.build(new Pipeline('chat').withStage('a', () => ({}))) as never),
    'not an object. To run a graph that is built',
  ],
  [
    'undefined',
    (app: Stageflow) => app.run(undefined as never),
    'app.build() and app.run() take a Pipeline, not undefined',
  ],
  ['a function', async (app: Stageflow) => app.build((() => ({})) as never), 'take a Pipeline, not a function'],
])('%s in the place of a pipeline throws defaults/illegal-option', async (_, use, message) => {
  const app = createStageflow({ logger: recordingLogger().logger })
  const error: unknown = await use(app).then(
    () => 'accepted',
    (thrown: unknown) => thrown,
  )
  expect(StageflowError.is(error, 'defaults/illegal-option') && error.message).toContain(message)
})

test.each<[method: 'build' | 'run' | 'close', given: readonly unknown[], usage: string]>([
  ['build', [chat, {}], 'app.build(pipeline, options)'],
  ['run', [chat, {}, {}], 'app.run(pipeline, input, options)'],
  ['close', [{ timeoutMs: 100 }], 'app.close(options)'],
])('%s refuses an argument after its options, such as a token', async (method, given, usage) => {
  const app = createStageflow({ logger: recordingLogger().logger })
  const call = async (...given: readonly unknown[]): Promise<unknown> => await (app[method] as Function)(...given)
  await expect(call(...given)).resolves.toBeDefined()
  await expect(call(...given, { token: 'ada' })).rejects.toMatchObject({
    code: 'defaults/illegal-option',
    message: `app.${method}() was given ${given.length + 1} arguments; call ${usage}.`,
  })
})

test('options of an app, of its interceptors and of a build may be getters of a class', async () => {
  const deny: Interceptor = { name: 'deny', wrap: () => async () => StageOutput.fail(new Error('denied')) }
  const { logger, messages } = recordingLogger('debug')
  class Defaults {
    get logging() {
      return new Logging()
    }
  }
  class Logging {
    get startLines(): boolean {
      return true
    }
  }
  class App {
    get interceptors() {
      return new Defaults()
    }
    get ports() {
      return { word: 'Hello' }
    }
    readonly logger = logger
    readonly clock = clock
  }
  class Build {
    get interceptors(): readonly Interceptor[] {
      return [deny]
    }
  }
  const app = createStageflow(new App())
  await app.run(chat)
  expect(messages()).toEqual(['run started', 'stage started', 'stage completed', 'run completed'])
  expect((await app.build(chat, new Build()).runSettled()).status).toBe('failed')
  const word = Pipeline.withPorts<{ readonly word: string }>('word').withStage('say', ({ ports }) => ({
    word: ports.word,
  }))
  expect((await app.run(word)).data.say).toEqual({ word: 'Hello' })
  await app.close()
})

test('an instance of another class in the place of build options is refused', () => {
  const app = createStageflow({ clock })
  expect(() => app.build(chat, new Registry() as never)).toThrow(
    'build(): the options must be an object, not an instance of Registry that has none (known: interceptors, ',
  )
})
