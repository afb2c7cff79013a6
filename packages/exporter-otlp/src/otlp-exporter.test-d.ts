import type { OTLPLogExporter } from '@opentelemetry/exporter-logs-otlp-http'
import type { Exporter } from '@stageflow/exporter-buffered'
import { expectTypeOf, test } from 'vitest'

import { OtlpExporter } from './index.ts'
import type { LogExporter, LogSpanContext } from './index.ts'

declare const official: OTLPLogExporter
declare const span: { spanContext(): LogSpanContext }

test('it fits behind a buffered exporter', () => {
  expectTypeOf<OtlpExporter>().toExtend<Exporter>()
})

test('it takes the official exporter, and the context of a span', () => {
  expectTypeOf<OTLPLogExporter>().toExtend<LogExporter>()
  void new OtlpExporter()
  void new OtlpExporter({
    exporter: official,
    spanContext: ({ stage }) => (stage === undefined ? undefined : span.spanContext()),
  })
  // @ts-expect-error -- the exporter goes into an object
  void new OtlpExporter(official)
  // @ts-expect-error -- its context, and not the span itself
  void new OtlpExporter({ spanContext: () => span })
  // @ts-expect-error -- a misspelt option
  void new OtlpExporter({ exporters: official })
})
