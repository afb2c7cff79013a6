import { OTLPLogExporter } from '@opentelemetry/exporter-logs-otlp-http'
import { resourceFromAttributes } from '@opentelemetry/resources'
import { exporterContract } from '@stageflow/exporter-buffered/contract'
import { test } from 'vitest'

import { OtlpReceiver } from '../test/otlp-receiver.ts'
import { OtlpExporter } from './index.ts'

const resource = resourceFromAttributes({ 'service.name': 'assistant' })

async function subject() {
  const receiver = await new OtlpReceiver().start()
  return {
    exporter: new OtlpExporter({ exporter: new OTLPLogExporter({ url: receiver.url }), resource }),
    written: () => receiver.types.map((type) => ({ type: String(type) })),
    breakDownstream() {
      // Longer than the exporter would wait, so it fails at once.
      receiver.answer = (response) => void response.writeHead(503, { 'retry-after': '3600' }).end()
    },
    repairDownstream: () => receiver.forget(),
    hangDownstream: () => void (receiver.answer = () => {}),
    end: () => receiver.stop(),
  }
}

for (const { name, run } of exporterContract(subject)) test(name, run)
