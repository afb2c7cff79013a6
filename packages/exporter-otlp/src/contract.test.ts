import { OTLPLogExporter } from '@opentelemetry/exporter-logs-otlp-http'
import { resourceFromAttributes } from '@opentelemetry/resources'
import { exporterContract } from '@stageflow/exporter-buffered/contract'
import { test } from 'vitest'

import { OtlpReceiver, plain } from '../test/otlp-receiver.ts'
import type { OtlpRecord } from '../test/otlp-receiver.ts'
import { OtlpExporter } from './index.ts'

const resource = resourceFromAttributes({ 'service.name': 'assistant' })

const DATA = 'stageflow.data.'

/** The event of a record. */
function eventOf({ attributes }: OtlpRecord) {
  const all = plain(attributes)
  const data = Object.entries(all).filter(([name]) => name.startsWith(DATA))
  return {
    type: String(all['stageflow.event.type']),
    seq: Number(all['stageflow.event.seq']),
    pipelineRunId: String(all['stageflow.run.id']),
    userId: all['user.id'],
    requestId: all['stageflow.request.id'],
    sessionId: all['gen_ai.conversation.id'],
    data: Object.fromEntries(data.map(([name, value]) => [name.slice(DATA.length), value])),
  }
}

async function subject() {
  const receiver = await new OtlpReceiver().start()
  return {
    exporter: new OtlpExporter({ exporter: new OTLPLogExporter({ url: receiver.url }), resource }),
    written: () => receiver.records.map(eventOf),
    data: 'facts' as const,
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
