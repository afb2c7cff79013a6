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

test('what cannot be meant is refused, all of it in one error (exporter-buffered/illegal-option)', () => {
  const options: unknown = {
    batchSize: 0,
    flushIntervalMs: Infinity,
    maxBufferSize: 1.5,
    highWaterMark: 80,
    onOverflow: 'tell',
    onDeadLetter: {},
    exportTimeoutMs: -1,
    retryBaseMs: '100',
    retryCapMs: NaN,
    maxAttempts: 0,
    isRetryable: true,
    closeTimeoutMs: null,
    clock: Date,
    random: 0.5,
    flushInterval: 5,
  }
  expect(refusalOf(() => new BufferedExporter({} as Exporter, options as object))).toBe(
    'new BufferedExporter(): the exporter is an object; pass an object with export(events); ' +
      'batchSize is 0; pass a whole number, at least 1; ' +
      'flushIntervalMs is Infinity; pass a number of milliseconds, at least 0; ' +
      'maxBufferSize is 1.5; pass a whole number, at least 1; ' +
      'highWaterMark is 80; pass a share of the buffer, above 0 and at most 1; ' +
      'onOverflow is "tell"; pass a function; onDeadLetter is an object; pass a function; ' +
      'exportTimeoutMs is -1; pass a number of milliseconds, at least 0; Infinity for no limit; ' +
      'retryBaseMs is "100"; pass a number of milliseconds, at least 0; ' +
      'retryCapMs is NaN; pass a number of milliseconds, at least 0; ' +
      'maxAttempts is 0; pass a whole number, at least 1, or Infinity; isRetryable is true; pass a function; ' +
      'closeTimeoutMs is null; pass a number of milliseconds, at least 0; Infinity for no limit; ' +
      'clock is a function; pass a clock, with now(), sleep() and setTimeout(); random is 0.5; pass a function; ' +
      'there is no option "flushInterval"; there are batchSize, flushIntervalMs, maxBufferSize, highWaterMark, ' +
      'onOverflow, onDeadLetter, exportTimeoutMs, retryBaseMs, retryCapMs, maxAttempts, isRetryable, closeTimeoutMs, ' +
      'clock, random.',
  )
})

test('no options at all, and no exporter, are refused as well', () => {
  expect(refusalOf(() => new BufferedExporter(null as never, null as never))).toContain('the options are null')
  expect(refusalOf(() => new BufferedExporter((() => {}) as never))).toContain('the exporter is a function')
  expect(refusalOf(() => new BufferedExporter(scriptedExporter(), [] as never))).toContain('the options are an array')
})

test('an option that is undefined has its default', () => {
  const given = { batchSize: undefined, maxBufferSize: undefined, onOverflow: undefined, clock: undefined } as object
  expect(new BufferedExporter(scriptedExporter(), given).statistics().capacity).toBe(10_000)
})

test('a batch has to fit into the buffer; a small buffer without a word of batches has small ones', async () => {
  const exporter = scriptedExporter()
  expect(refusalOf(() => new BufferedExporter(exporter, { batchSize: 11, maxBufferSize: 10 }))).toContain(
    'batchSize is 11, more than the 10 of maxBufferSize',
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
    await expect(buffer.close({ timeoutMs } as never)).rejects.toThrow('close(): timeoutMs is')
  }
  await expect(buffer.flush({ signal: {} } as never)).rejects.toThrow('signal is an object; pass an AbortSignal')
  expect(await buffer.close()).toMatchObject({ received: 0, lost: 0 })
})

test('an exporter of OpenTelemetry, which would never say that it is done, is refused with what to do', () => {
  const official = { export: () => {}, shutdown: async () => {} }
  expect(refusalOf(() => new BufferedExporter(official as unknown as Exporter))).toBe(
    'new BufferedExporter(): the exporter is one of OpenTelemetry; pass it through @stageflow/exporter-otlp: new OtlpExporter({ exporter }).',
  )
})
