import { Pipeline, StageKind, StageOutput, StageflowError, setEventSink, NoOpEventSink, without } from '@stageflow/core'
import type { Interceptor, StageflowEvent } from '@stageflow/core'
import { manualClock, recordingSink } from '@stageflow/testing'
import { pino } from 'pino'
import { Registry } from 'prom-client'
import { afterEach, expect, expectTypeOf, test } from 'vitest'

import { LoggingEventSink, createStageflow, getDefaultInterceptors } from './index.ts'

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

test('it runs a pipeline with the defaults, whose metrics and lines can be read back', async () => {
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

test('without the logging interceptor the events are logged instead, never both', async () => {
  const { logger, messages } = recordingLogger('debug')
  const app = createStageflow({ logger, clock, interceptors: { logging: false } })
  expect(app.eventSink).toBeInstanceOf(LoggingEventSink)
  await app.run(chat)
  expect(messages()).toEqual(['pipeline.started', 'stage.llm.started', 'stage.llm.completed', 'pipeline.completed'])
  const whole = createStageflow({
    logger,
    clock,
    interceptors: without(getDefaultInterceptors({ logging: { logger } }), 'logging'),
  })
  expect(whole.eventSink).toBeInstanceOf(LoggingEventSink)
  await whole.close()
})

test('a sink that is given is used, whatever logs; close flushes it and leaves it open', async () => {
  const log: string[] = []
  const events: StageflowEvent[] = []
  const eventSink = {
    emit: (event: StageflowEvent) => void events.push(event),
    tryEmit: (event: StageflowEvent) => events.push(event) > 0,
    flush: async () => void log.push('flushed'),
    close: async () => void log.push('closed'),
  }
  const app = createStageflow({ logger: recordingLogger().logger, clock, eventSink })
  await app.run(chat)
  expect(events.map(({ type }) => type)).toContain('pipeline.completed')
  await app.close()
  expect(log).toEqual(['flushed'])
})

test('close waits for the logger though the sink cannot be flushed, and rejects with why', async () => {
  const { logger } = recordingLogger()
  const log: string[] = []
  Object.defineProperty(logger, 'flush', { value: (done: () => void) => (log.push('flushed'), done()) })
  const flush = () => Promise.reject(new Error('the collector is down'))
  const app = createStageflow({ logger, clock, eventSink: { ...NoOpEventSink, flush } })
  await expect(app.close()).rejects.toThrow('the collector is down')
  expect(log).toEqual(['flushed'])
})

test('where no sink is given, that of the process counts', async () => {
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

test('ports are given once for every pipeline; what is missing is asked for where it is run', async () => {
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

test('what build is given wins over what the app has', async () => {
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

test('a registry, and the options of single interceptors, are passed on', async () => {
  const registry = new Registry()
  const { logger, messages } = recordingLogger()
  const app = createStageflow({
    registry,
    clock,
    interceptors: { logging: { logger, startLines: true }, timeout: { ms: 100 } },
  })
  expect([app.registry, app.logger]).toEqual([registry, logger])
  const slow = new Pipeline('slow').withStage('llm', (context) => context.clock.sleep(500, context.signal))
  const settled = app.run(slow).catch((error: unknown) => error)
  await clock.advance(100)
  expect(await settled).toMatchObject({ result: { errors: [{ code: 'timeout/exceeded' }] } })
  expect(messages()).toEqual(['run started', 'stage started', 'stage failed', 'run failed'])
  expect(await registry.metrics()).toContain('stageflow_')
})

test('an interceptor in the place of another is used as it is, also where its members are inherited', async () => {
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

test('the clock is also that of what idempotency keeps in memory', async () => {
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

test('without an argument it works: lines on standard output, a registry of its own', async () => {
  const app = createStageflow()
  app.logger.level = 'silent'
  expect((await app.run(chat)).status).toBe('completed')
  expect(await app.registry.metrics()).toContain('stage="llm"')
  await app.close()
})

test('options that cannot be meant are refused (defaults/illegal-option)', () => {
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
    'createStageflow(): "sink" is none of its options: interceptors, eventSink, ports, clock, logger, registry.',
  )
  expect(refused(() => createStageflow(null as never))).toBe(
    'createStageflow(): it takes an object of options, not null.',
  )
  expect(refused(() => createStageflow({ logger, interceptors: { logging: { logger } } }))).toBe(
    'createStageflow(): logger and interceptors.logging.logger are both given; leave one out.',
  )
  expect(refused(() => createStageflow([] as never))).toContain('not a list; pass { interceptors: […] }')
  expect(refused(() => createStageflow({ interceptors: null } as never))).toContain(
    'interceptors must be a list, or an',
  )
  expect(refused(() => createStageflow({ interceptors: { logging: null } } as never))).toContain('"logging" must be an')
  const registry = new Registry()
  expect(refused(() => createStageflow({ registry, interceptors: { metrics: { registry } } }))).toContain(
    'registry and interceptors.metrics.registry are both given',
  )
})
