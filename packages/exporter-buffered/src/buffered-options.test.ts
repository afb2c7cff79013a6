import { StageflowError } from '@stageflow/core'
import { expect, test } from 'vitest'

import { scriptedExporter } from '../test/scripted-exporter.ts'
import { BufferedExporter } from './index.ts'
import type { Exporter } from './index.ts'

function refusalOf(make: () => unknown): string {
  try {
    make()
  } catch (error) {
    expect(StageflowError.is(error, 'exporter-buffered/illegal-option')).toBe(true)
    return (error as Error).message
  }
  return 'it was taken'
}

test('illegal options are refused in one error (exporter-buffered/illegal-option)', () => {
  const options: unknown = {
    batchSize: 0,
    flushIntervalMs: Infinity,
    maxBufferSize: 1.5,
    highWaterMark: 80,
    onOverflow: 'tell',
    onDeadLetter: {},
    attemptTimeoutMs: -1,
    retry: { attempts: 0, baseMs: '100', capMs: NaN, isRetryable: true, jitter: 'some', maxMs: 1 },
    clock: Date,
    random: 0.5,
    flushInterval: 5,
  }
  expect(refusalOf(() => new BufferedExporter({} as Exporter, options as object))).toBe(
    'new BufferedExporter(): the exporter must be an object with export(events), not an object; ' +
      'batchSize must be a whole number from 1, not 0; ' +
      'flushIntervalMs must be a number of milliseconds from 0, not Infinity; ' +
      'maxBufferSize must be a whole number from 1, not 1.5; ' +
      'highWaterMark must be a share of the buffer, above 0 and at most 1, not 80; ' +
      'onOverflow must be a function ({ size, dropped, reason }) => void, not "tell"; ' +
      'onDeadLetter must be a function ({ events, error, attempts }) => void, not an object; ' +
      'attemptTimeoutMs must be a number of milliseconds from 0, or Infinity, not -1; ' +
      'clock must be a clock with now(), sleep(), setTimeout(), not a function; ' +
      'random must be a function () => number, not 0.5; ' +
      'unknown option "flushInterval" (did you mean "flushIntervalMs"? known: batchSize, flushIntervalMs, maxBufferSize, highWaterMark, onOverflow, onDeadLetter, retry, attemptTimeoutMs, clock, random); ' +
      'retry.attempts must be a whole number from 1, or Infinity, not 0; ' +
      'retry.baseMs must be a number of milliseconds from 0, not "100"; ' +
      'retry.capMs must be a number of milliseconds from 0, not NaN; ' +
      "retry.jitter must be one of 'none', 'full', 'equal', 'decorrelated', not \"some\"; " +
      'retry.isRetryable must be a function (error) => boolean, not true; ' +
      'unknown option "retry.maxMs" (known: attempts, forMs, backoff, baseMs, capMs, jitter, isRetryable).',
  )
})

test('missing options and a missing exporter are refused', () => {
  expect(refusalOf(() => new BufferedExporter(null as never, null as never))).toContain(
    'the options must be an object, not null',
  )
  expect(refusalOf(() => new BufferedExporter((() => {}) as never))).toContain(
    'the exporter must be an object with export(events), not a function',
  )
  expect(refusalOf(() => new BufferedExporter(scriptedExporter(), [] as never))).toContain(
    'the options must be an object, not an array',
  )
})

test('an option that is undefined has its default', async () => {
  const given = { batchSize: undefined, maxBufferSize: undefined, onOverflow: undefined, clock: undefined } as object
  const buffer = new BufferedExporter(scriptedExporter(), given)
  for (let seq = 0; seq <= 10_000; seq++) buffer.emit({ seq } as never)
  expect(buffer.stats()).toMatchObject({ size: 10_000, dropped: 1 })
  await buffer.close()
})

test('batchSize is at most maxBufferSize; by default it fits into a small buffer', async () => {
  const exporter = scriptedExporter()
  expect(refusalOf(() => new BufferedExporter(exporter, { batchSize: 11, maxBufferSize: 10 }))).toContain(
    'batchSize must be at most maxBufferSize (10), not 11',
  )
  const buffer = new BufferedExporter(exporter, { maxBufferSize: 10 })
  for (let seq = 1; seq <= 10; seq++) buffer.emit({ seq } as never)
  await new Promise((resolve) => setImmediate(resolve))
  expect(exporter.batches).toHaveLength(1)
})

test('the limits of flush and close are checked, and close can be called again', async () => {
  const buffer = new BufferedExporter(scriptedExporter())
  for (const timeoutMs of [-1, NaN, '5', null]) {
    const bad = buffer.flush({ timeoutMs } as never)
    await expect(bad).rejects.toMatchObject({ code: 'exporter-buffered/illegal-option' })
    await expect(buffer.close({ timeoutMs } as never)).rejects.toThrow('close(): timeoutMs must be')
  }
  await expect(buffer.flush({ signal: {} } as never)).rejects.toThrow('signal must be an AbortSignal')
  expect(await buffer.close()).toMatchObject({ received: 0, lost: 0 })
})

test('an exporter of OpenTelemetry is refused, and the message says what to do', () => {
  const official = { export: () => {}, shutdown: async () => {} }
  expect(refusalOf(() => new BufferedExporter(official as unknown as Exporter))).toBe(
    'new BufferedExporter(): the exporter is one of OpenTelemetry; wrap it with @stageflow/exporter-otlp: new OtlpExporter({ exporter }).',
  )
})
