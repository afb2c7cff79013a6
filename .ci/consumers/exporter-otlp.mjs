import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { json } from 'node:stream/consumers'

import { OTLPLogExporter } from '@opentelemetry/exporter-logs-otlp-http'
import { StageflowError } from '@stageflow/core'
import { OtlpExporter } from '@stageflow/exporter-otlp'

/** @type {any[]} */
const received = []
const server = createServer(async (request, response) => {
  received.push(await json(request))
  response.writeHead(received.length === 1 ? 200 : 400).end('{}')
}).listen(0, '127.0.0.1')
await once(server, 'listening')

const { port } = Object(server.address())
const exporter = new OtlpExporter({ exporter: new OTLPLogExporter({ url: `http://127.0.0.1:${port}/v1/logs` }) })
/** @type {any} */
const event = { type: 'cache.hit', data: {}, seq: 0, timestamp: 0, pipelineRunId: 'run-1' }
await exporter.export([event])
assert.equal(received[0].resourceLogs[0].scopeLogs[0].logRecords[0].eventName, 'cache.hit')
await assert.rejects(exporter.export([event]), (error) => StageflowError.is(error, 'exporter-otlp/refused'))
await exporter.close()
server.close()
