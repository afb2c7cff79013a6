import assert from 'node:assert/strict'
import { test } from 'node:test'
import { eventOf } from '@stageflow/testing'
import { eventServer } from '../test/event-server.ts'
import {
  TemplateNameExporter,
  type TemplateNameExporterOptions,
} from './index.ts'

// What holds for HTTP alone. An exporter of another protocol has tests of
// its own here.

test('a status of 4xx rejects with the host and the status', async () => {
  const server = await eventServer()
  try {
    server.answerWith(403)
    const exporter = new TemplateNameExporter({
      url: `${server.url}?token=hunter2`,
    })
    const message = /^(?!.*hunter2).*127\.0\.0\.1:\d+ .*HTTP 403/s
    const asked = eventOf('app.asked', { question: 'Who is Ada?' })
    await assert.rejects(exporter.export([asked]), {
      code: 'exporter-template-name/refused',
      status: 403,
      message,
    })
  } finally {
    await server.close()
  }
})

test('wrong and missing options are refused, each by its name', () => {
  const made = (options: object) => () =>
    new TemplateNameExporter(options as TemplateNameExporterOptions)
  const code = 'exporter-template-name/illegal-option'
  assert.throws(made({ url: 'example.com' }), {
    code,
    message: /url must be an address/,
  })
  assert.throws(made({ data: true }), {
    code,
    message: /url must be .*, not undefined/,
  })
})
