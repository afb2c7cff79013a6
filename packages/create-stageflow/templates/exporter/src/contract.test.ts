import { describe, test } from 'node:test'
import type { Exporter } from '@stageflow/exporter-buffered'
import { exporterContract } from '@stageflow/exporter-buffered/contract'
import { eventServer } from '../test/event-server.ts'
import { TemplateNameExporter } from './index.ts'

// Each case makes a new exporter and server, and fails if the exporter
// breaks a rule that holds for every exporter.
for (const data of [false, true]) {
  const contract = exporterContract(async () => {
    const server = await eventServer()
    const exporter: Exporter = new TemplateNameExporter({
      url: server.url,
      data,
    })
    return {
      exporter,
      written: () => server.events,
      data: data ? 'all' : 'facts',
      breakDownstream: () => server.answerWith(503),
      repairDownstream: () => server.answerWith(204),
      hangDownstream: () => server.hang(),
      end: () => server.close(),
    }
  })
  describe(data ? 'with all data' : 'with facts only', () => {
    for (const { name, run } of contract) test(name, run)
  })
}
