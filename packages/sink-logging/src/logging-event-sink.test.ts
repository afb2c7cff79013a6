import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { Pipeline, StageOutput, StageflowError, setEventSink, NoOpEventSink } from '@stageflow/core'
import type { Interceptor, StageflowEvent } from '@stageflow/core'
import { admitRequest } from '@stageflow/core/durable'
import { eventOf, manualClock } from '@stageflow/testing'
import { pino } from 'pino'
import { afterEach, expect, test } from 'vitest'

import { LoggingEventSink } from './index.ts'
import type { LoggingEventSinkOptions } from './index.ts'

let clock = manualClock({ seed: 1 })
afterEach(() => {
  expect(clock.timers).toEqual([])
  clock = manualClock({ seed: 1 })
})

type Line = Readonly<Record<string, unknown>>
function recording(options: Omit<LoggingEventSinkOptions, 'logger'> = {}, level = 'trace') {
  const written: string[] = []
  const logger = pino({ level, base: null, timestamp: false }, { write: (line: string) => void written.push(line) })
  const sink = new LoggingEventSink({ ...options, logger })
  return { sink, text: () => written.join(''), lines: () => written.map((line) => JSON.parse(line) as Line) }
}

const chat = new Pipeline('chat')
  .withStage('speak', async function* (context) {
    yield 'private words'
    context.tryEmitEvent('app.spoke', { words: 'private words' })
    await Promise.resolve()
    return {}
  })
  .withStage('guest', () => StageOutput.skip('a guest'))
  .withStage('memory', () => Promise.reject(new Error('redis://me:hunter2@host is down')), { onFailure: 'skip' })
  .withStage('llm', () => Promise.reject(new Error('down')), { dependencies: ['speak'] })

test('each event is a line with its type, ids and facts, at the level of its type', async () => {
  const { sink, lines } = recording()
  await chat.build({ clock, eventSink: sink }).runSettled({ requestId: 'r1' }, { chunkEvents: true })
  expect(
    lines()
      .map(({ level, msg }) => `${String(level)} ${String(msg)}`)
      .sort(),
  ).toEqual([
    '10 stage.speak.chunk',
    '20 pipeline.started',
    '20 stage.guest.started',
    '20 stage.llm.started',
    '20 stage.memory.started',
    '20 stage.speak.started',
    '30 app.spoke',
    '30 stage.guest.skipped',
    '30 stage.speak.completed',
    '40 stage.memory.failed',
    '50 pipeline.failed',
    '50 stage.llm.failed',
  ])
  expect(lines().map(({ seq }) => seq)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11])
  expect(lines().find(({ type }) => type === 'stage.guest.skipped')).toEqual({
    level: 30,
    type: 'stage.guest.skipped',
    seq: expect.any(Number) as unknown,
    at: 0,
    pipelineRunId: expect.any(String) as unknown,
    requestId: 'r1',
    stage: 'guest',
    data: { reason: 'a guest' },
    msg: 'stage.guest.skipped',
  })
})

test('items of a map that end well are logged at debug, and the map itself as any stage', async () => {
  const { sink, lines } = recording()
  const retryOnce: Interceptor = {
    name: 'again',
    wrap: (next) => async (context) => {
      const output = await next(context)
      return output.status === 'fail' && context.item?.key === 'shaky' ? next(context) : output
    },
  }
  const graph = new Pipeline('mail')
    .withMap('letters', {
      over: () => ['good', 'empty', 'shaky', 'password=hunter2'],
      key: (name) => name,
      onItemFailure: 'collect',
      each: (name, { attempt }) => {
        if (name === 'empty') return StageOutput.skip('no words')
        return name === 'good' || attempt === 2 ? StageOutput.ok() : StageOutput.fail('503')
      },
    })
    .build({ clock, eventSink: sink, interceptors: [retryOnce] })
  await graph.run()
  const levelsOf = (end: string): unknown[] =>
    lines().flatMap(({ level, msg }) => (msg === `stage.letters.${end}` ? [level] : []))
  expect(levelsOf('item_started')).toEqual([20, 20, 20, 20])
  expect(levelsOf('item_completed')).toEqual([20, 20])
  expect(levelsOf('item_skipped')).toEqual([20])
  expect(levelsOf('item_retrying')).toEqual([40])
  expect(levelsOf('completed')).toEqual([30])
  const failed = lines().filter(({ msg }) => msg === 'stage.letters.item_failed')
  expect(failed).toEqual([
    expect.objectContaining({ stage: 'letters', data: expect.objectContaining({ index: 3 }) as unknown }),
  ])
  expect(JSON.stringify(failed)).toContain('"key":"password=[redacted]"')
})

test.each([
  ['item_failed', {}, 50],
  ['item_failed', { tolerated: true }, 40],
  ['item_cancelled', {}, 40],
  ['item_abandoned', {}, 40],
  ['item_suspended', {}, 30],
])('%s with %j is logged at level %d', async (kind, more, level) => {
  const { sink, lines } = recording()
  await sink.emit({ ...eventOf(`stage.a.${kind}`, { index: 0, key: 'a', ...more }), stage: 'a' } as StageflowEvent)
  expect(lines()).toEqual([expect.objectContaining({ level })])
})

test('a refused request is one warning with what was asked, the code and who asked, and without its token or its answer', async () => {
  const { sink, lines, text } = recording()
  const refuse = (): never => {
    throw new StageflowError('acme/foreign-run', 'This run belongs to somebody else: hunter2.')
  }
  const verified = {
    name: 'tokens',
    runOptions: ['token'] as const,
    admit: () => ({ who: { userId: 'eve', orgId: 'acme' } }),
  }
  const graph = chat.build({ clock, eventSink: sink, interceptors: [verified, { name: 'owners', admit: refuse }] })
  const request = { action: 'answer', runId: 'order-7', input: { inputText: 'private words' }, kept: {} } as const
  const ask = () => admitRequest(graph, { ...request, options: { token: 'hunter2' }, answers: [['llm']] })
  await expect(ask()).rejects.toThrow('somebody else')
  expect(lines()).toEqual([
    {
      level: 40,
      type: 'run.refused',
      seq: -1,
      at: 0,
      pipelineRunId: 'order-7',
      data: {
        action: 'answer',
        pipeline: 'chat',
        code: 'acme/foreign-run',
        by: { userId: 'eve', orgId: 'acme' },
        untold: 0,
      },
      msg: 'run.refused',
    },
  ])
  expect(text()).not.toMatch(/hunter2|private/)

  // A flood of them makes no flood of lines. The next one, a minute later, says how many there were.
  for (let n = 0; n < 300; n++) await expect(ask()).rejects.toThrow('somebody else')
  expect(lines()).toHaveLength(100)
  await clock.advance(60_000)
  await expect(ask()).rejects.toThrow('somebody else')
  expect(lines()).toHaveLength(101)
  expect(lines().at(-1)).toMatchObject({ data: { untold: 201 } })
})

test('words of users are left out by default, in chunks and in events of the app', async () => {
  const silent = recording()
  await chat.build({ clock, eventSink: silent.sink }).runSettled({}, { chunkEvents: true })
  expect(silent.text()).toContain('app.spoke')
  expect(silent.text()).not.toContain('private')
  expect(silent.text()).not.toContain('hunter2')
  const { sink, lines } = recording({ data: true })
  await chat.build({ clock, eventSink: sink }).runSettled({}, { chunkEvents: true })
  expect(lines().find(({ type }) => type === 'app.spoke')?.['data']).toEqual({ words: 'private words' })
  expect(lines().find(({ type }) => type === 'stage.speak.chunk')?.['data']).toEqual({
    chunk: 'private words',
    attempt: 1,
  })
})

test('an event of the app with the prefix of a package is still an event of the app', async () => {
  const silent = recording()
  const types = ['stream.transcript', 'tool.noted', 'auth.hint', 'guard_retry.noted', 'sink.note'] as const
  const graph = new Pipeline('chat')
    .withStage('speak', ({ tryEmitEvent }) => {
      for (const type of types) tryEmitEvent(type as 'app.any', { words: 'private words', reason: 'private words' })
    })
    .build({ clock, eventSink: silent.sink })
  await graph.run()
  for (const type of types) expect(silent.text()).toContain(type)
  expect(silent.text()).not.toContain('private')
})

test('facts of tools and queues are logged, but not what a tool was given and returned', async () => {
  const { sink, lines } = recording()
  const graph = new Pipeline('tools')
    .withStage('call', ({ tryEmitEvent }) => {
      const call = { toolName: 'search', callId: 'c1' }
      tryEmitEvent('tool.invoked' as 'app.any', { ...call, payloadSummary: { query: 'private words' } })
      tryEmitEvent('tool.denied' as 'app.any', { ...call, reason: 'not_approved', payloadSummary: 'private words' })
      tryEmitEvent('stream.chunk_dropped' as 'app.any', { queueSize: 3, maxSize: 3, reason: 'overflow' })
      return {}
    })
    .build({ clock, eventSink: sink })
  await graph.run()
  expect(
    lines()
      .filter(({ data }) => data !== undefined)
      .map(({ level, type, data }) => ({ level, type, data }))
      .slice(2, 5),
  ).toEqual([
    { level: 30, type: 'tool.invoked', data: { toolName: 'search', callId: 'c1' } },
    { level: 40, type: 'tool.denied', data: { toolName: 'search', callId: 'c1', reason: 'not_approved' } },
    { level: 40, type: 'stream.chunk_dropped', data: { queueSize: 3, maxSize: 3, reason: 'overflow' } },
  ])
})

test('ids are redacted like data, and redaction: false keeps secrets', async () => {
  const run = async (redaction: LoggingEventSinkOptions['redaction']) => {
    const { sink, lines } = recording(redaction === undefined ? {} : { redaction })
    await new Pipeline('chat')
      .withStage('a', () => StageOutput.skip('password=hunter2'))
      .build({ clock, eventSink: sink })
      .run({ requestId: 'token=hunter2', userId: 'ada' })
    return lines().find(({ type }) => type === 'stage.a.skipped')
  }
  expect(await run(undefined)).toMatchObject({
    requestId: 'token=[redacted]',
    userId: 'ada',
    data: { reason: 'password=[redacted]' },
  })
  expect(await run(false)).toMatchObject({ requestId: 'token=hunter2', data: { reason: 'password=hunter2' } })
})

test('secrets are redacted everywhere, and data is cut', async () => {
  const { sink, lines, text } = recording({ data: true, redaction: { keys: ['ssn'], maxTextLength: 20 } })
  await new Pipeline('chat')
    .withStage('a', (context) => {
      context.tryEmitEvent('app.said', {
        apiKey: 'hunter2',
        ssn: 1,
        nested: [{ secret: { a: 'hunter2' } }],
        text: 'x'.repeat(900),
      })
    })
    .build({ clock, eventSink: sink })
    .run()
  expect(lines().find(({ type }) => type === 'app.said')?.['data']).toEqual({
    apiKey: '[redacted]',
    ssn: '[redacted]',
    nested: [{ secret: '[redacted]' }],
    text: `${'x'.repeat(20)}… (900 characters)`,
  })
  expect(text()).not.toContain('hunter2')
})

test('the option level decides, and silent leaves an event out', async () => {
  const onlyEnds = ({ type }: StageflowEvent) => (type.startsWith('pipeline.') ? 'info' : 'silent')
  const { sink, lines } = recording({ level: onlyEnds }, 'info')
  await new Pipeline('chat')
    .withStage('a', () => ({}))
    .build({ clock, eventSink: sink })
    .run()
  expect(lines().map(({ msg }) => msg)).toEqual(['pipeline.started', 'pipeline.completed'])
  const quiet = recording({}, 'warn')
  await new Pipeline('chat')
    .withStage('a', () => ({}))
    .build({ clock, eventSink: quiet.sink })
    .run()
  expect(quiet.lines()).toEqual([])
})

test('it works as the sink of the process, and without a logger', async () => {
  const sink = new LoggingEventSink()
  expect(sink.tryEmit).toBeTypeOf('function')
  const own = recording()
  setEventSink(own.sink)
  try {
    await new Pipeline('chat')
      .withStage('a', () => ({}))
      .build({ clock })
      .run()
  } finally {
    setEventSink(NoOpEventSink)
  }
  expect(own.lines()).toHaveLength(4)
})

test('flush and close wait until the lines are in the file', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'stageflow-sink-'))
  try {
    const file = join(folder, 'events.log')
    const sink = new LoggingEventSink({ logger: pino(pino.destination({ dest: file, sync: false, minLength: 4_096 })) })
    await new Pipeline('chat')
      .withStage('a', () => ({}))
      .build({ clock, eventSink: sink })
      .run()
    await sink.flush()
    expect(readFileSync(file, 'utf8')).toContain('"msg":"pipeline.completed"')
    expect(await sink.close()).toEqual({ delivered: 2, lost: 0, error: undefined })
    expect(sink.stats()).toEqual({ logged: 2, flushed: 2, heldBack: 2 })
    expect(readFileSync(file, 'utf8').trim().split('\n')).toHaveLength(2)
  } finally {
    rmSync(folder, { recursive: true })
  }
})

test('close has a limit, and reports a logger that hangs or fails (sink-logging/timed-out)', async () => {
  const closed = (flush: (done: (error?: Error) => void) => void, options?: object) =>
    new LoggingEventSink({ logger: Object.assign(pino({ level: 'silent' }), { flush }) }).close(options)
  const hangs = await closed(() => {}, { timeoutMs: 1 })
  expect(StageflowError.is(hangs.error, 'sink-logging/timed-out')).toBe(true)
  const full = new Error('disk full')
  expect(await closed((done) => done(full))).toEqual({ delivered: 0, lost: 0, error: full })
  await expect(closed((done) => done(), { timeout: 1 })).rejects.toThrow('unknown option "timeout"')
})

test('close says how many lines the logger had written, and how many may be lost; flush keeps its limit', async () => {
  const dones: (() => void)[] = []
  const logger = Object.assign(pino({ level: 'trace' }, { write: () => {} }), {
    flush: (done: () => void) => void dones.push(done),
  })
  const sink = new LoggingEventSink({ logger })
  sink.tryEmit(eventOf('app.said', {}))
  const flushed = sink.flush()
  sink.tryEmit(eventOf('app.said', {}))
  dones[0]?.()
  await flushed
  expect(sink.stats()).toEqual({ logged: 2, flushed: 1, heldBack: 0 })
  await expect(sink.flush({ timeoutMs: 0 })).rejects.toMatchObject({ code: 'sink-logging/timed-out' })
  await expect(sink.flush({ signal: AbortSignal.abort(new Error('stop')) })).rejects.toThrow('stop')
  await expect(sink.flush({ timeout: 1 } as object)).rejects.toThrow('unknown option "timeout"')
  expect(await sink.close({ timeoutMs: 0 })).toMatchObject({ delivered: 1, lost: 1 })
})

test.each([
  ['throws', () => { throw new Error('disk full') }], // prettier-ignore
  ['rejects', () => Promise.reject(new Error('disk full'))],
])('a logger that %s never fails a run, and is a problem in its report', async (_, write) => {
  const logger = pino({ level: 'trace' })
  for (const level of ['debug', 'info']) Object.defineProperty(logger, level, { value: write })
  const sink = new LoggingEventSink({ logger })
  const graph = new Pipeline('chat').withStage('a', () => ({ a: 1 })).build({ clock, eventSink: sink })
  const { status, report } = await graph.run()
  expect(status).toBe('completed')
  const message = expect.stringContaining('disk full') as unknown
  expect(report.notes['core/problems']).toEqual([expect.objectContaining({ code: 'core/sink-threw', message })])
  expect(report.droppedEvents).toBe(4)
})

test('a value that a logger returns, such as the false of a full stream, does not drop the event', async () => {
  const logger = pino({ level: 'trace' })
  const lines: unknown[] = []
  const write = (_: object, message: string): boolean => lines.push(message) < 0
  for (const level of ['debug', 'info']) Object.defineProperty(logger, level, { value: write })
  const eventSink = new LoggingEventSink({ logger })
  const { report } = await new Pipeline('chat')
    .withStage('a', () => ({ a: 1 }))
    .build({ clock, eventSink })
    .run()
  expect(lines).toHaveLength(4)
  expect(report.droppedEvents).toBe(0)
})

const refusal = (options: unknown): string => {
  try {
    new LoggingEventSink(options as LoggingEventSinkOptions)
  } catch (error) {
    return StageflowError.is(error) ? `${error.code}: ${error.message}` : String(error)
  }
  return 'accepted'
}

test('illegal options are refused, all of them at once (sink-logging/illegal-option)', () => {
  expect(refusal({ logger: {}, level: 'info', data: 1, redaction: true, redact: ['ssn'] })).toBe(
    'sink-logging/illegal-option: new LoggingEventSink(): ' +
      'logger must be a pino logger with isLevelEnabled(), error(), warn(), info(), debug(), trace(), fatal(), flush(), not an object; ' +
      'level must be a function (event) => level, not "info"; data must be true or false, not 1; ' +
      "redaction must be an object such as { keys: ['ssn'] }, or false, not true; " +
      'unknown option "redact" (known: logger, level, data, redaction, clock).',
  )
  expect(refusal(null)).toContain('the options must be an object, not null')
  expect(refusal({ redaction: { key: ['ssn'] } })).toContain('core/illegal-option: redaction: unknown option "key"')
  expect(refusal({ logger: undefined, level: undefined, redaction: { maxLength: undefined } })).toBe('accepted')
})

test('the options of close may be getters of a class', async () => {
  class Wait {
    get signal(): AbortSignal {
      return AbortSignal.abort(new Error('enough'))
    }
  }
  const logger = Object.assign(pino({ level: 'silent' }), { flush: () => {} })
  expect((await new LoggingEventSink({ logger }).close(new Wait())).error).toMatchObject({ message: 'enough' })
})
