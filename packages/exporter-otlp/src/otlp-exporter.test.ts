import { OTLPLogExporter } from '@opentelemetry/exporter-logs-otlp-http'
import { resourceFromAttributes } from '@opentelemetry/resources'
import { Pipeline, StageOutput, StageflowError } from '@stageflow/core'
import { manualClock, recordingSink } from '@stageflow/testing'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'

import { anEvent } from '../test/events.ts'
import { OtlpReceiver, plain } from '../test/otlp-receiver.ts'
import { OtlpExporter } from './index.ts'
import type { LogExporter, OtlpExporterOptions } from './index.ts'

const receiver = new OtlpReceiver()
beforeEach(() => receiver.start())
afterEach(async () => {
  vi.unstubAllEnvs()
  await receiver.stop()
  receiver.forget()
})

const resource = resourceFromAttributes({ 'service.name': 'assistant' })
function otlp(options: OtlpExporterOptions = {}): OtlpExporter {
  return new OtlpExporter({ exporter: new OTLPLogExporter({ url: receiver.url }), resource, ...options })
}
const attributesOf = (index: number) => plain(receiver.records[index]?.attributes ?? [])

test('the events of a run arrive as log records: when, what, how bad, about which run and stage', async () => {
  const clock = manualClock({ seed: 1, startAt: 1_700_000_000_000 })
  const sink = recordingSink()
  const running = new Pipeline('chat')
    .withStage('profile', () => StageOutput.fail('no such user'), { onFailure: 'skip' })
    .withStage('guest', () => StageOutput.skip('nobody is logged in'))
    .withStage('llm', async function* () {
      yield 'Hel'
      await clock.sleep(1_240)
      throw new Error('refused: password=hunter2')
    })
    .build({ clock, eventSink: sink })
    .runSettled(
      { pipelineRunId: 'run-1', requestId: 'r1', sessionId: 's1', userId: 'u1', orgId: 'o1', interactionId: 'i1' },
      { chunkEvents: true },
    )
  await clock.runAll()
  await running
  expect(clock.timers).toEqual([])
  const exporter = otlp()
  await exporter.export(sink.events)

  expect(receiver.requests.map(({ path, headers }) => [path, headers['content-type']])).toEqual([
    ['/v1/logs', 'application/json'],
  ])
  expect(receiver.resources).toEqual([{ 'service.name': 'assistant' }])
  expect(receiver.scopes).toEqual(['@stageflow/exporter-otlp'])
  expect(
    receiver.records.map(({ severityText, severityNumber, eventName, body }) =>
      [severityText, severityNumber, eventName, body.stringValue].join(' | '),
    ),
  ).toEqual([
    'DEBUG | 5 | stageflow.pipeline.started | pipeline.started',
    'DEBUG | 5 | stageflow.stage.started | stage.profile.started',
    'WARN | 13 | stageflow.stage.failed | stage.profile.failed: no such user',
    'DEBUG | 5 | stageflow.stage.started | stage.guest.started',
    'INFO | 9 | stageflow.stage.skipped | stage.guest.skipped: nobody is logged in',
    'DEBUG | 5 | stageflow.stage.started | stage.llm.started',
    'TRACE | 1 | stageflow.stage.chunk | stage.llm.chunk',
    'ERROR | 17 | stageflow.stage.failed | stage.llm.failed: refused: password=[redacted]',
    'ERROR | 17 | stageflow.pipeline.failed | pipeline.failed: refused: password=[redacted]',
  ])
  const [first] = receiver.records
  expect(first?.timeUnixNano).toBe('1700000000000000000')
  expect(first?.observedTimeUnixNano).toBe('1700000000000000000')
  expect(receiver.records.at(-1)?.timeUnixNano).toBe('1700000001240000000')
  expect(attributesOf(7)).toEqual({
    'stageflow.event.type': 'stage.llm.failed',
    'stageflow.event.seq': 7,
    'stageflow.run.id': 'run-1',
    'stageflow.stage.name': 'llm',
    'stageflow.request.id': 'r1',
    'stageflow.org.id': 'o1',
    'stageflow.interaction.id': 'i1',
    'gen_ai.conversation.id': 's1',
    'user.id': 'u1',
    'error.type': 'core/stage-failed',
    'exception.message': 'refused: password=[redacted]',
    'stageflow.data.durationMs': 1_240,
    'stageflow.data.attempts': 1,
    'stageflow.data.error': {
      code: 'core/stage-failed',
      message: 'refused: password=[redacted]',
      stage: 'llm',
    },
  })
  expect(attributesOf(8)).toMatchObject({ 'gen_ai.workflow.name': 'chat', 'stageflow.data.pipeline': 'chat' })
  expect(attributesOf(8)).not.toHaveProperty('stageflow.stage.name')
  expect(exporter.stats()).toEqual({
    delivered: 9,
    inFlight: 0,
    failures: 0,
    lastError: undefined,
    rejected: 0,
    callbackErrors: 0,
    lastCallbackError: undefined,
  })
})

test('an event of an item has its place and key, without secrets, and a name without that of the stage', async () => {
  const clock = manualClock()
  const sink = recordingSink()
  const graph = new Pipeline('mail')
    .withMap('letters', {
      over: () => ['doc-1', 'password=hunter2'],
      key: (name) => name,
      onItemFailure: 'skip',
      each: (name) => (name === 'doc-1' ? StageOutput.ok() : StageOutput.fail('503')),
    })
    .build({ clock, eventSink: sink })
  await graph.run()
  await otlp().export(sink.events)
  const named = (name: string): number[] =>
    receiver.records.flatMap(({ eventName }, index) => (eventName === `stageflow.stage.${name}` ? [index] : []))
  expect(named('item_completed').map(attributesOf)).toEqual([
    expect.objectContaining({
      'stageflow.event.type': 'stage.letters.item_completed',
      'stageflow.stage.name': 'letters',
      'stageflow.data.index': 0,
      'stageflow.data.key': 'doc-1',
    }),
  ])
  expect(named('item_failed').map(attributesOf)).toEqual([
    expect.objectContaining({ 'stageflow.data.key': 'password=[redacted]', 'exception.message': '503' }),
  ])
})

test('a child run names its parent', async () => {
  await otlp().export([anEvent({ parentRunId: 'run-0' })])
  expect(attributesOf(0)).toMatchObject({ 'stageflow.run.id': 'run-1', 'stageflow.run.parent_id': 'run-0' })
})

test.each([
  ['tool.failed', 'ERROR'],
  ['tool.undo_failed', 'ERROR'],
  ['pipeline.child_failed', 'ERROR'],
  ['pipeline.child_cancelled', 'WARN'],
  ['stage.a.cancelled', 'WARN'],
  ['stage.a.abandoned', 'WARN'],
  ['stage.a.retrying', 'WARN'],
  ['guard_retry.exhausted', 'WARN'],
  ['circuit_breaker.opened', 'WARN'],
  ['auth.failure', 'WARN'],
  ['tenant.access_denied', 'WARN'],
  ['stream.chunk_dropped', 'WARN'],
  ['tool.unresolved', 'WARN'],
  ['stream.buffer_underrun', 'WARN'],
  ['stream.buffer_overflow', 'WARN'],
  ['tools.resolved', 'INFO'],
  ['app.reopened', 'INFO'],
  ['stage.a.completed', 'INFO'],
  ['stage.a.item_failed', 'ERROR'],
  ['stage.a.item_cancelled', 'WARN'],
  ['stage.a.item_abandoned', 'WARN'],
  ['stage.a.item_retrying', 'WARN'],
  ['stage.a.item_suspended', 'INFO'],
  ['stage.a.item_started', 'DEBUG'],
  ['stage.a.item_completed', 'DEBUG'],
  ['stage.a.item_skipped', 'DEBUG'],
  ['stream.throttle_started', 'DEBUG'],
  ['app.chunk', 'TRACE'],
])('%s is logged as %s', async (type, severity) => {
  await otlp().export([anEvent({ type }), anEvent({ type, data: null })])
  expect(receiver.records.map(({ severityText }) => severityText)).toEqual([severity, severity])
})

test.each(['stream.transcript', 'auth.hint', 'sink.note', 'idempotency.note', 'tool.said', 'app.said'])(
  'the data of the event %s of an app is not sent unless data is true',
  async (type) => {
    const events = [anEvent({ type, data: { words: 'I have diabetes', reason: 'I have diabetes' } })]
    await otlp().export(events)
    expect(attributesOf(0)).not.toHaveProperty('stageflow.data.words')
    expect(receiver.requests[0]?.body.toString()).not.toContain('diabetes')
    await otlp({ data: true }).export(events)
    expect(attributesOf(1)).toMatchObject({ 'stageflow.data.words': 'I have diabetes' })
  },
)

test('redaction: false sends secrets', async () => {
  await otlp({ redaction: false }).export([
    anEvent({ type: 'stage.a.skipped', stage: 'a', data: { reason: 'password=hunter2' }, requestId: 'token=hunter2' }),
  ])
  expect(attributesOf(0)).toMatchObject({
    'stageflow.data.reason': 'password=hunter2',
    'stageflow.request.id': 'token=hunter2',
  })
})

test('words of users are left out, in chunks and in events of the app; with data they are sent', async () => {
  const events = [
    anEvent({ type: 'app.said', data: { words: 'private words', reason: 'private words' } }),
    anEvent({ type: 'stage.a.chunk', stage: 'a', data: { chunk: 'private words', attempt: 1 } }),
    anEvent({ type: 'stream.chunk_dropped', data: { queueSize: 3 } }),
    anEvent({
      type: 'tool.failed',
      data: {
        toolName: 'search',
        callId: 'c1',
        errorCode: 'tools/x',
        errorMessage: 'down',
        payloadSummary: 'private words',
      },
    }),
  ]
  await otlp().export(events)
  expect(receiver.requests[0]?.body.toString()).not.toContain('private')
  expect(attributesOf(2)).toMatchObject({ 'stageflow.data.queueSize': 3 })
  expect(attributesOf(3)).toMatchObject({
    'gen_ai.tool.name': 'search',
    'gen_ai.tool.call.id': 'c1',
    'error.type': 'tools/x',
    'exception.message': 'down',
    'stageflow.data.toolName': 'search',
  })
  receiver.forget()
  await otlp({ data: true }).export(events)
  expect(attributesOf(0)).toMatchObject({ 'stageflow.data.words': 'private words' })
  expect(attributesOf(1)).toMatchObject({ 'stageflow.data.chunk': 'private words' })
  expect(attributesOf(3)).toMatchObject({ 'stageflow.data.payloadSummary': 'private words' })
})

test('secrets are redacted everywhere, and data and ids are cut', async () => {
  const data = {
    apiKey: 'hunter2',
    ssn: 'hunter2',
    note: 'Bearer hunter2hunter2',
    nested: [{ secret: { a: 'hunter2' } }],
    text: 'x'.repeat(9_000),
    more: Array.from({ length: 99 }, () => 'y'.repeat(99)),
  }
  const error = { code: 'app/down', message: 'postgres://bob:hunter2@db refused' }
  const long = 'z'.repeat(5_000)
  await otlp({ data: true, redaction: { keys: ['ssn'] } }).export([
    anEvent({ data, type: `app.${long}`, pipelineRunId: long, userId: long }),
    anEvent({ type: 'stage.a.failed', stage: 'a', data: { error } }),
    anEvent({ requestId: 'token=hunter2', sessionId: 'sk-hunter2hunter2', userId: 'https://bob:hunter2@host/' }),
  ])
  const text = receiver.requests[0]?.body.toString() ?? ''
  expect(text).not.toContain('hunter2')
  expect(attributesOf(0)).toMatchObject({
    'stageflow.data.apiKey': '[redacted]',
    'stageflow.data.ssn': '[redacted]',
    'stageflow.data.note': 'Bearer [redacted]',
    'stageflow.data.nested': [{ secret: '[redacted]' }],
    'stageflow.data.text': `${'x'.repeat(1_024)}… (9000 characters)`,
    'user.id': `${'z'.repeat(1_024)}…`,
  })
  expect(text.length).toBeLessThan(16_000)
  receiver.forget()
  const texts = Object.fromEntries(Array.from('abcde', (name) => [name, 'x'.repeat(1_000)]))
  await otlp({ data: true }).export([anEvent({ data: texts })])
  const count = receiver.requests[0]?.body.toString().match(/x/g)?.length
  expect(count).toBeGreaterThan(1_900)
  expect(count).toBeLessThan(2_100)
})

test('without options the environment variables of OpenTelemetry configure the exporter', async () => {
  vi.stubEnv('OTEL_EXPORTER_OTLP_ENDPOINT', receiver.url.replace('/v1/logs', ''))
  vi.stubEnv('OTEL_EXPORTER_OTLP_COMPRESSION', 'gzip')
  vi.stubEnv('OTEL_EXPORTER_OTLP_HEADERS', 'x-team=blue')
  vi.stubEnv('OTEL_SERVICE_NAME', 'from-environment')
  vi.stubEnv('OTEL_RESOURCE_ATTRIBUTES', 'deployment.environment.name=test')
  await new OtlpExporter().export([anEvent()])
  expect(receiver.requests[0]).toMatchObject({
    path: '/v1/logs',
    headers: { 'content-encoding': 'gzip', 'x-team': 'blue' },
  })
  expect(receiver.types).toEqual(['app.said'])
  expect(receiver.resources[0]).toMatchObject({
    'service.name': 'from-environment',
    'deployment.environment.name': 'test',
    'telemetry.sdk.language': 'nodejs',
  })
})

test('an export waits until the resource is known', async () => {
  const later = resourceFromAttributes({ 'service.name': 'assistant', 'host.name': Promise.resolve('later') as never })
  expect(later.asyncAttributesPending).toBe(true)
  const exporter = otlp({ resource: later })
  const sending = exporter.export([anEvent()])
  await exporter.close()
  expect(receiver.records).toHaveLength(1)
  await sending
  expect(receiver.resources).toEqual([{ 'service.name': 'assistant', 'host.name': 'later' }])
})

test('a batch that was aborted is not sent once the resource is known', async () => {
  let found: (host: string) => void = () => {}
  const host = new Promise<string>((resolve) => (found = resolve))
  const exporter = otlp({ resource: resourceFromAttributes({ 'host.name': host as never }) })
  const controller = new AbortController()
  const left = exporter.export([anEvent({ type: 'app.left' })], { signal: controller.signal })
  const outcome = expect(left).rejects.toThrow('aborted')
  controller.abort(new Error('aborted'))
  const again = exporter.export([anEvent({ type: 'app.again' })], { signal: new AbortController().signal })
  found('h1')
  await outcome
  await again
  expect(receiver.types).toEqual(['app.again'])
})

test('without events no request is sent', async () => {
  const exporter = otlp()
  await exporter.export([])
  await exporter.flush()
  expect(receiver.requests).toEqual([])
})

test('close waits for batches in progress, then refuses exports (exporter-otlp/closed)', async () => {
  let release = (): void => {}
  receiver.answer = (response) => {
    release = () => response.end('{}')
  }
  const exporter = otlp()
  const done: string[] = []
  const sending = exporter.export([anEvent()]).then(() => done.push('export'))
  const flushing = exporter.flush().then(() => done.push('flush'))
  await vi.waitFor(() => expect(receiver.requests).toHaveLength(1), 60_000)
  const closing = Promise.all([exporter.close(), exporter.close()]).then(() => done.push('close'))
  expect(done).toEqual([])
  release()
  await Promise.all([sending, flushing, closing])
  expect(done[0]).toBe('export')
  expect(done).toHaveLength(3)
  const error: unknown = await exporter.export([anEvent(), anEvent()]).catch((thrown: unknown) => thrown)
  expect(StageflowError.is(error, 'exporter-otlp/closed')).toBe(true)
  expect(error).toMatchObject({
    retryable: false,
    message: 'OtlpExporter is closed and did not send 2 events. Close it after the last export.',
  })
  await exporter.close()
  await exporter.flush()
})

test('close takes no longer than its limit, and says which events may be lost (exporter-otlp/timed-out)', async () => {
  const silent: LogExporter = { export: () => {}, forceFlush: async () => {}, shutdown: () => new Promise(() => {}) }
  const exporter = new OtlpExporter({ exporter: silent })
  void exporter.export([anEvent(), anEvent()])
  expect(await exporter.close({ timeoutMs: 0 })).toMatchObject({
    delivered: 0,
    lost: 2,
    error: {
      code: 'exporter-otlp/timed-out',
      message: expect.stringContaining('close(): the log exporter did not end within 0 ms') as unknown,
    },
  })
  const broken = new OtlpExporter({ exporter: { ...silent, shutdown: () => Promise.reject(new Error('no')) } })
  expect(await broken.close()).toEqual({ delivered: 0, lost: 0, error: new Error('no') })
  await expect(exporter.close({ timeout: 5 } as object)).rejects.toThrow('unknown option "timeout"')
})

test('flush takes no longer than its limit, and says so', async () => {
  const silent: LogExporter = { export: () => {}, forceFlush: () => new Promise(() => {}), shutdown: async () => {} }
  const exporter = new OtlpExporter({ exporter: silent })
  await expect(exporter.flush({ timeoutMs: 0 })).rejects.toMatchObject({ code: 'exporter-otlp/timed-out' })
  await expect(exporter.flush({ timeout: 5 } as object)).rejects.toThrow('unknown option "timeout"')
  void exporter.export([anEvent(), anEvent()])
  expect(exporter.stats()).toMatchObject({ delivered: 0, inFlight: 2 })
})

test('any exporter of log records works', async () => {
  const given: Parameters<LogExporter['export']>[0][] = []
  const memory: LogExporter = {
    export: (records, done) => {
      given.push(records)
      done({ code: 0 })
    },
    forceFlush: () => Promise.resolve(),
    shutdown: () => Promise.resolve(),
  }
  await new OtlpExporter({ exporter: memory, resource }).export([anEvent()])
  expect(given.flat().map(({ eventName }) => eventName)).toEqual(['app.said'])
})
