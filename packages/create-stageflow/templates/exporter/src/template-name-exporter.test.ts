import assert from 'node:assert/strict'
import { test } from 'node:test'
import { eventOf } from '@stageflow/testing'
import { eventServer } from '../test/event-server.ts'
import {
  TemplateNameExporter,
  type TemplateNameExporterOptions,
} from './index.ts'

type EventServer = Awaited<ReturnType<typeof eventServer>>

/** An exporter to the server of a test. */
const exporterTo = (
  { url }: EventServer,
  options: Partial<TemplateNameExporterOptions> = {},
) => new TemplateNameExporter({ url, ...options })

/**
 * A test with a server of its own, which is closed however the test ends.
 */
const withServer =
  (use: (server: EventServer) => Promise<void>) =>
  async (): Promise<void> => {
    const server = await eventServer()
    try {
      await use(server)
    } finally {
      await server.close()
    }
  }
const asked = eventOf('app.asked', {
  question: 'Who is Ada?',
  apiKey: 'hunter2',
})

test(
  'only facts are exported, and with data everything but secrets',
  withServer(async (server) => {
    await exporterTo(server).export([asked])
    await exporterTo(server, { data: true }).export([asked])
    const [facts, all] = server.events
    assert.deepEqual(facts?.data ?? {}, {})
    assert.deepEqual(all?.data, {
      question: 'Who is Ada?',
      apiKey: '[redacted]',
    })
  }),
)

test(
  'an export after close is refused',
  withServer(async (server) => {
    const exporter = exporterTo(server)
    assert.deepEqual(await exporter.close(), {
      delivered: 0,
      lost: 0,
      error: undefined,
    })
    await assert.rejects(exporter.export([asked]), {
      code: 'exporter-template-name/closed',
    })
  }),
)

test(
  'close gives up when its time is over, and counts what is lost',
  withServer(async (server) => {
    server.hang()
    const exporter = exporterTo(server)
    // rejects when the server is closed
    void exporter.export([asked]).catch(() => {})
    const { lost, error } = await exporter.close({ timeoutMs: 1 })
    assert.equal(lost, 1)
    assert.ok(error instanceof Error && 'code' in error)
    assert.equal(error.code, 'exporter-template-name/timed-out')
  }),
)
