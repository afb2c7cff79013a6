import { OTLPLogExporter } from '@opentelemetry/exporter-logs-otlp-http'
import { StageflowError } from '@stageflow/core'
import { expect, test } from 'vitest'

import { OtlpExporter } from './index.ts'
import type { OtlpExporterOptions } from './index.ts'

test('options that cannot be meant are refused, all of them at once (exporter-otlp/illegal-option)', () => {
  const given: unknown = {
    exporter: { export: () => {} },
    resource: { 'service.name': 'x' },
    spanContext: {},
    data: 1,
    redaction: { maxEntries: 1.5 },
    onPartialSuccess: 'log',
  }
  let error: unknown
  try {
    new OtlpExporter(given as OtlpExporterOptions)
  } catch (thrown) {
    error = thrown
  }
  expect(StageflowError.is(error, 'exporter-otlp/illegal-option')).toBe(true)
  expect((error as Error).message).toBe(
    'new OtlpExporter() was given options that it cannot use: ' +
      'exporter must be an exporter of log records, such as new OTLPLogExporter({ url }); ' +
      "resource must be a resource, such as resourceFromAttributes({ 'service.name': 'assistant' }); " +
      'spanContext must be a function of the event; data must be true or false; onPartialSuccess must be a function; ' +
      'redaction.maxEntries must be a whole number from 1.',
  )
  const bad: readonly (readonly [unknown, string])[] = [
    [null, 'the options must be an object'],
    [[], 'the options must be an object'],
    [
      { url: 'http://localhost' },
      'there is no option "url"; there are exporter, resource, spanContext, data, redaction',
    ],
    [{ one: 1, two: 2 }, 'there are no options "one", "two"; there are exporter, resource'],
    [new OTLPLogExporter(), 'an exporter of log records goes into an object: { exporter }.'],
    [{ exporter: null }, 'exporter must be an exporter of log records'],
    [{ resource: null }, 'resource must be a resource'],
    [{ redaction: { key: ['ssn'] } }, 'there is no redaction.key; there are keys, maxTextLength, maxEntries,'],
    [{ redaction: { keys: 'ssn' } }, 'redaction.keys must be a list of texts and regular expressions'],
    [{ redaction: { keys: [7] } }, 'redaction.keys must be a list of texts and regular expressions'],
    [{ redaction: null }, 'redaction must be an object, such as { keys: ["ssn"] }'],
  ]
  for (const [options, message] of bad) expect(() => new OtlpExporter(options as object)).toThrow(message)
  const names = ['exporter', 'resource', 'spanContext', 'data', 'redaction', 'onPartialSuccess']
  const undefinedOnes = Object.fromEntries(names.map((name) => [name, undefined]))
  expect(() => new OtlpExporter(undefinedOnes)).not.toThrow()
  expect(() => new OtlpExporter({ redaction: { keys: undefined } as never })).not.toThrow()
})
