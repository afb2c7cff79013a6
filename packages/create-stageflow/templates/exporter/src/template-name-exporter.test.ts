import assert from 'node:assert/strict'
import { test } from 'node:test'
import { eventOf } from '@stageflow/testing'
import { eventServer } from '../test/event-server.ts'
import { TemplateNameExporter, type TemplateNameExporterOptions } from './index.ts'

type EventServer = Awaited<ReturnType<typeof eventServer>>

/** A test with a server of its own, which is closed however the test ends. */
const withServer = (use: (server: EventServer) => Promise<void>) => async (): Promise<void> => {
  const server = await eventServer()
  try {
    await use(server)
  } finally {
    await server.close()
  }
}
const asked = eventOf('app.asked', { question: 'Who is Ada?', apiKey: 'hunter2' })

test(
  'only facts are exported, and with data everything but secrets',
  withServer(async ({ url, events }) => {
    await new TemplateNameExporter({ url }).export([asked])
    await new TemplateNameExporter({ url, data: true }).export([asked])
    const [facts, all] = events
    assert.deepEqual(facts?.data ?? {}, {})
    assert.deepEqual(all?.data, { question: 'Who is Ada?', apiKey: '[redacted]' })
  }),
)

test(
  'a status of 4xx rejects with the host and the status',
  withServer(async ({ url, answerWith }) => {
    answerWith(403)
    const exporter = new TemplateNameExporter({ url: `${url}?token=hunter2` })
    const message = /^(?!.*hunter2).*127\.0\.0\.1:\d+ .*HTTP 403/s
    await assert.rejects(exporter.export([asked]), { code: 'exporter-template-name/refused', status: 403, message })
  }),
)

test('an export after close is refused', async () => {
  const exporter = new TemplateNameExporter({ url: 'https://example.com/events' })
  assert.deepEqual(await exporter.close(), { delivered: 0, lost: 0, error: undefined })
  await assert.rejects(exporter.export([asked]), { code: 'exporter-template-name/closed' })
})

test(
  'close gives up when its time is over, and counts what is lost',
  withServer(async ({ url, hang }) => {
    hang()
    const exporter = new TemplateNameExporter({ url })
    void exporter.export([asked]).catch(() => {}) // rejects when the server is closed
    const { lost, error } = await exporter.close({ timeoutMs: 1 })
    assert.equal(lost, 1)
    assert.ok(error instanceof Error && 'code' in error)
    assert.equal(error.code, 'exporter-template-name/timed-out')
  }),
)

test('wrong and missing options are refused, each by its name', () => {
  const made = (options: object) => () => new TemplateNameExporter(options as TemplateNameExporterOptions)
  const code = 'exporter-template-name/illegal-option'
  assert.throws(made({ url: 'example.com' }), { code, message: /url must be an address/ })
  assert.throws(made({ data: true }), { code, message: /url must be .*, not undefined/ })
})
