import { OTLPLogExporter } from '@opentelemetry/exporter-logs-otlp-http'
import { OTLPLogExporter as ProtobufExporter } from '@opentelemetry/exporter-logs-otlp-proto'
import { resourceFromAttributes } from '@opentelemetry/resources'
import { afterEach, beforeEach, expect, test } from 'vitest'

import { anEvent } from '../test/events.ts'
import { OtlpReceiver } from '../test/otlp-receiver.ts'
import { OtlpExporter } from './index.ts'
import type { LogExporter, PartialSuccess } from './index.ts'

const receiver = new OtlpReceiver()
beforeEach(() => receiver.start())
afterEach(async () => {
  await receiver.stop()
  receiver.forget()
})

const resource = resourceFromAttributes({ 'service.name': 'assistant' })
const overHttp = (): LogExporter => new OTLPLogExporter({ url: receiver.url })
const three = [anEvent(), anEvent(), anEvent()]
function recording(exporter = overHttp()) {
  const reported: PartialSuccess[] = []
  return {
    reported,
    exporter: new OtlpExporter({ exporter, resource, onPartialSuccess: (partial) => void reported.push(partial) }),
  }
}
function answering(...answers: readonly unknown[]): void {
  receiver.answer = (response, nth) => void response.end(JSON.stringify(answers[nth - 1] ?? {}))
}

test('a batch that was taken in part is not sent again, and the rejected records are reported and counted', async () => {
  answering({ partialSuccess: { rejectedLogRecords: '2', errorMessage: 'too old' } })
  const { reported, exporter } = recording()
  await exporter.export(three)
  expect(reported).toEqual([{ rejected: 2, of: 3, message: 'too old' }])
  expect(exporter.stats()).toMatchObject({ delivered: 3, rejected: 2 })
  await exporter.export(three)
  expect(reported).toHaveLength(1)
  expect(exporter.stats()).toMatchObject({ delivered: 6, rejected: 2 })
  expect(receiver.requests).toHaveLength(2)
})

test('a warning without a rejection is reported, and a plain success is not', async () => {
  answering({ partialSuccess: { rejectedLogRecords: 0, errorMessage: 'use gzip' } }, { partialSuccess: {} }, null, [])
  const { reported, exporter } = recording()
  for (let round = 0; round < 4; round++) await exporter.export(three)
  expect(reported).toEqual([{ rejected: 0, of: 3, message: 'use gzip' }])
  expect(exporter.stats()).toMatchObject({ delivered: 12, rejected: 0 })
})

test('absurd numbers and long messages are bounded', async () => {
  answering(
    { partialSuccess: { rejectedLogRecords: 1e9, errorMessage: 'x'.repeat(9_000) } },
    { partialSuccess: { rejectedLogRecords: -5, errorMessage: 7 } },
    { partialSuccess: { rejectedLogRecords: 'many' } },
    { partialSuccess: 'all' },
  )
  const { reported, exporter } = recording()
  for (let round = 0; round < 4; round++) await exporter.export(three)
  expect(reported).toEqual([{ rejected: 3, of: 3, message: `${'x'.repeat(1_024)}… (9000 characters)` }])
  expect(exporter.stats()).toMatchObject({ delivered: 12, rejected: 3 })
})

test("secrets in the receiver's message are redacted", async () => {
  answering({ partialSuccess: { rejectedLogRecords: 1, errorMessage: 'record 2: token=hunter2' } })
  const { reported, exporter } = recording()
  await exporter.export(three)
  expect(reported).toEqual([{ rejected: 1, of: 3, message: 'record 2: token=[redacted]' }])
})

test('a log exporter without a response handler works, without partial success', async () => {
  const answer = { code: 0 }
  const ends = { forceFlush: () => Promise.resolve(), shutdown: () => Promise.resolve() }
  const parts: readonly unknown[] = [
    undefined,
    null,
    7,
    {},
    { _responseHandler: undefined },
    { _responseHandler: {} },
    { _responseHandler: { handleResponse: 7 } },
    { _responseHandler: Object.freeze({ handleResponse: () => {} }) },
  ]
  for (const _delegate of parts) {
    const theirs: LogExporter = { export: (_, done) => done(answer), ...ends, ...{ _delegate } }
    const { reported, exporter } = recording(theirs)
    await exporter.export(three)
    expect(reported).toEqual([])
    expect(exporter.stats()).toMatchObject({ delivered: 3, rejected: 0 })
  }
})

test('a response to another user of the log exporter is not counted', async () => {
  const shared = overHttp()
  const { reported, exporter } = recording(shared)
  const records: Parameters<LogExporter['export']>[0][] = []
  const copying: LogExporter = {
    export: (given, done) => (records.push(given), done({ code: 0 })),
    forceFlush: () => Promise.resolve(),
    shutdown: () => Promise.resolve(),
  }
  await new OtlpExporter({ exporter: copying, resource }).export(three)
  receiver.answer = (response, nth) => {
    if (nth === 1) response.end('{"partialSuccess":{"rejectedLogRecords":3}}')
    // The batch is taken, but the response breaks off and cannot be read.
    else response.writeHead(200, { 'content-length': 99 }).write('{', () => response.destroy())
  }
  await new Promise<void>((resolve) => shared.export(records[0] ?? [], () => resolve()))
  await exporter.export(three)
  expect(reported).toEqual([])
})

test('partial success over protobuf is reported', async () => {
  // { partial_success: { rejected_log_records: 1, error_message: 'old' } }
  const answer = Buffer.from([0x0a, 7, 0x08, 1, 0x12, 3, ...Buffer.from('old')])
  receiver.answer = (response) => void response.setHeader('content-type', 'application/x-protobuf').end(answer)
  const { reported, exporter } = recording(new ProtobufExporter({ url: receiver.url }))
  await exporter.export(three)
  expect(reported).toEqual([{ rejected: 1, of: 3, message: 'old' }])
  const [request] = receiver.requests
  expect(request?.headers['content-type']).toBe('application/x-protobuf')
  for (const text of ['app.said', 'stageflow.run.id', 'run-1', 'assistant'])
    expect(request?.body.toString('latin1')).toContain(text)
})

test('two exporters over one log exporter report only their own batches', async () => {
  const shared = overHttp()
  answering({ partialSuccess: { rejectedLogRecords: 1, errorMessage: 'first' } })
  const [first, second] = [recording(shared), recording(shared)]
  await first.exporter.export(three)
  await second.exporter.export(three)
  expect(first.reported).toEqual([{ rejected: 1, of: 3, message: 'first' }])
  expect(second.reported).toEqual([])
  expect(second.exporter.stats()).toMatchObject({ delivered: 3, rejected: 0 })
})

test('concurrent batches are not mixed up', async () => {
  const { reported, exporter } = recording()
  const held: (() => void)[] = []
  receiver.answer = (response, nth) => {
    const answer = nth === 1 ? { partialSuccess: { rejectedLogRecords: 1, errorMessage: 'one' } } : {}
    held.push(() => response.end(JSON.stringify(answer)))
    if (held.length === 2) for (const release of held.reverse()) release()
  }
  await Promise.all([exporter.export([anEvent()]), exporter.export([anEvent()])])
  expect(reported).toEqual([{ rejected: 1, of: 1, message: 'one' }])
})

test('an onPartialSuccess that throws or rejects is counted, and the batch counts as sent', async () => {
  const some = { partialSuccess: { rejectedLogRecords: 1 } }
  const broken = new Error('no')
  const bad = [() => { throw broken }, () => Promise.reject(broken)] // prettier-ignore
  answering(...bad.map(() => some))
  for (const onPartialSuccess of bad) {
    const exporter = new OtlpExporter({ exporter: overHttp(), resource, onPartialSuccess })
    await exporter.export(three)
    expect(exporter.stats()).toMatchObject({ delivered: 3, rejected: 1, callbackErrors: 1, lastCallbackError: broken })
  }
})
