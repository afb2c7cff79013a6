import assert from 'node:assert/strict'
import { test } from 'node:test'
import { eventOf } from '@stageflow/testing'
import { eventServer } from '../test/event-server.ts'
import { TemplateNameExporter, type TemplateNameExporterOptions } from './index.ts'

const asked = eventOf('app.asked', { question: 'Who is Ada?', apiKey: 'hunter2' })

test('only facts are exported, and with data everything but secrets', async () => {
  const server = await eventServer()
  await new TemplateNameExporter({ url: server.url }).export([asked])
  await new TemplateNameExporter({ url: server.url, data: true }).export([asked])
  await server.close()
  const [facts, all] = server.events
  assert.deepEqual(facts?.data ?? {}, {})
  assert.deepEqual(all?.data, { question: 'Who is Ada?', apiKey: '[redacted]' })
})

test('a status of 4xx rejects with the host and the status', async () => {
  const server = await eventServer()
  server.answerWith(403)
  const exporter = new TemplateNameExporter({ url: `${server.url}?token=hunter2` })
  const refused = {
    code: 'template-name/refused',
    status: 403,
    message: /^(?!.*hunter2).*127\.0\.0\.1:\d+ .*HTTP 403/s,
  }
  await assert.rejects(exporter.export([asked]), refused)
  await server.close()
})

test('an export after close is refused', async () => {
  const exporter = new TemplateNameExporter({ url: 'https://example.com/events' })
  assert.deepEqual(await exporter.close(), { delivered: 0, lost: 0, error: undefined })
  await assert.rejects(exporter.export([asked]), { code: 'template-name/closed' })
})

test('close gives up when its time is over, and counts what is lost', async () => {
  const server = await eventServer()
  server.hang()
  const exporter = new TemplateNameExporter({ url: server.url })
  const exported = exporter.export([asked]).catch(() => {}) // ends with the server
  const { lost, error } = await exporter.close({ timeoutMs: 1 })
  assert.equal(lost, 1)
  assert.ok(error instanceof Error && 'code' in error)
  assert.equal(error.code, 'template-name/late')
  await server.close()
  await exported
})

test('wrong and missing options are refused, each by its name', () => {
  const made = (options: object) => () => new TemplateNameExporter(options as TemplateNameExporterOptions)
  const code = 'template-name/illegal-option'
  assert.throws(made({ url: 'example.com' }), { code, message: /url must be an address/ })
  assert.throws(made({ data: true }), { code, message: /url is missing/ })
})
