import { OTLPLogExporter } from '@opentelemetry/exporter-logs-otlp-http'
import { resourceFromAttributes } from '@opentelemetry/resources'
import { afterEach, beforeEach, expect, test } from 'vitest'

import { anEvent } from '../test/events.ts'
import { OtlpReceiver } from '../test/otlp-receiver.ts'
import { OtlpExporter } from './index.ts'
import type { OtlpExporterOptions } from './index.ts'

const receiver = new OtlpReceiver()
beforeEach(() => receiver.start())
afterEach(async () => {
  await receiver.stop()
  receiver.forget()
})

const resource = resourceFromAttributes({ 'service.name': 'assistant' })
function otlp(options: OtlpExporterOptions): OtlpExporter {
  return new OtlpExporter({ exporter: new OTLPLogExporter({ url: receiver.url }), resource, ...options })
}

test('a record has the ids of the span that the app names for its event', async () => {
  const traceId = '0af7651916cd43dd8448eb211c80319c'
  const spanId = 'b7ad6b7169203331'
  const exporter = otlp({
    spanContext: ({ stage }) => (stage === 'llm' ? { traceId, spanId, traceFlags: 1 } : undefined),
  })
  await exporter.export([anEvent({ stage: 'llm' }), anEvent()])
  expect(receiver.records.map((record) => [record.traceId, record.spanId, record.flags])).toEqual([
    [traceId, spanId, 1],
    [undefined, undefined, undefined],
  ])
  expect(exporter.stats().callbackErrors).toBe(0)
})

test('a spanContext that throws or returns something else is counted, and the record has no span', async () => {
  const bad: readonly unknown[] = [
    {},
    { traceId: '0'.repeat(32), spanId: '1'.repeat(16) },
    { traceId: 'x', spanId: 'y' },
    { traceId: '1'.repeat(32), spanId: '1'.repeat(16), traceFlags: '01' },
    { traceId: '1'.repeat(32), spanId: '1'.repeat(16), traceFlags: NaN },
    { traceId: '1'.repeat(32), spanId: '1'.repeat(16), traceFlags: -1 },
    'async',
  ]
  for (const span of bad) {
    const exporter = otlp({ spanContext: () => (span === 'async' ? Promise.reject(new Error('late')) : span) as never })
    await exporter.export([anEvent({ type: 'a.b' })])
    expect(exporter.stats()).toMatchObject({ delivered: 1, callbackErrors: 1 })
    expect(String(exporter.stats().lastCallbackError)).toBe(
      'TypeError: spanContext did not return a span context for the event "a.b"',
    )
  }
  const broken = new Error('lost')
  const unreadable = { get traceId(): string { throw broken } } // prettier-ignore
  for (const spanContext of [
    () => {
      throw broken
    },
    () => unreadable as never,
  ]) {
    // prettier-ignore
    const exporter = otlp({ spanContext })
    await exporter.export([anEvent(), anEvent()])
    expect(exporter.stats()).toMatchObject({ delivered: 2, callbackErrors: 2, lastCallbackError: broken })
  }
  expect(receiver.records.every(({ traceId }) => traceId === undefined)).toBe(true)
})
