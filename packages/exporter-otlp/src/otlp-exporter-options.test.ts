import { OTLPLogExporter } from '@opentelemetry/exporter-logs-otlp-http'
import { StageflowError } from '@stageflow/core'
import { expect, test } from 'vitest'

import { OtlpExporter } from './index.ts'
import type { OtlpExporterOptions } from './index.ts'

const refusal = (options: unknown): string => {
  try {
    new OtlpExporter(options as OtlpExporterOptions)
  } catch (error) {
    return StageflowError.is(error) ? `${error.code}: ${error.message}` : String(error)
  }
  return 'accepted'
}

test('illegal options are refused, all of them at once (exporter-otlp/illegal-option)', () => {
  const options = {
    exporter: { export: () => {} },
    resource: { 'service.name': 'x' },
    spanContext: {},
    data: 1,
    redaction: true,
    onPartialSuccess: 'log',
  }
  expect(refusal(options)).toBe(
    'exporter-otlp/illegal-option: new OtlpExporter(): ' +
      'exporter must be an exporter of log records with export(), forceFlush(), shutdown(), not an object; ' +
      "resource must be a resource, such as resourceFromAttributes({ 'service.name': 'assistant' }), not an object; " +
      'spanContext must be a function (event) => SpanContext | undefined, not an object; data must be true or false, not 1; ' +
      "redaction must be an object such as { keys: ['ssn'] }, or false, not true; " +
      'onPartialSuccess must be a function ({ rejected, of, message }) => void, not "log".',
  )
})

test.each<[options: unknown, problem: string]>([
  [null, 'the options must be an object, not null'],
  [[], 'the options must be an object, not an array'],
  [{ url: 'http://localhost' }, 'unknown option "url" (known: exporter, resource, spanContext, data, redaction'],
  [new OTLPLogExporter(), 'pass the exporter in an object: { exporter }'],
  [{ exporter: null }, 'exporter must be an exporter of log records'],
  [
    { redaction: { key: ['ssn'] } },
    'core/illegal-option: redaction: unknown option "key" (did you mean "keys"? known: keys, ',
  ],
])('%o is refused', (options, problem) => {
  expect(refusal(options)).toContain(problem)
})

test('an undefined option counts as not given', () => {
  const names = ['exporter', 'resource', 'spanContext', 'data', 'redaction', 'onPartialSuccess']
  expect(refusal(Object.fromEntries(names.map((name) => [name, undefined])))).toBe('accepted')
})
