import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { expect, test } from 'vitest'

import { Pipeline, StageOutput } from '@stageflow/core'
import type { PipelineReport } from '@stageflow/core'
import { BufferedExporter } from '@stageflow/exporter-buffered'
import { JsonlExporter } from '@stageflow/exporter-jsonl'
import { manualClock } from '@stageflow/testing'

import { openedPage } from '../test/opened-page.ts'
import { inspector } from './index.ts'
import type { FileData } from './protocol.ts'

const clock = manualClock({ seed: 1 })
const kid = new Pipeline('kid').withStage('meter', () => clock.sleep(10))
const graph = new Pipeline('order')
  .withStage('price', () => clock.sleep(100), 'enrich')
  .withPipeline('bill', kid, { dependencies: ['price'] })
  .withStage('save', () => StageOutput.fail('the disk is full'), { dependencies: ['bill'] })
  .build({ clock })

async function failedReport(): Promise<PipelineReport> {
  const ended = graph.runSettled({ pipelineRunId: 'order-7' })
  await clock.runAll()
  return JSON.parse(JSON.stringify((await ended).report)) as PipelineReport
}

/** The text of a log of the events of a run. */
async function logOf(run: (sink: BufferedExporter) => Promise<unknown>): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'inspector-'))
  try {
    const path = join(folder, 'events.jsonl')
    const exporter = new BufferedExporter(new JsonlExporter({ path }))
    await run(exporter)
    await exporter.close()
    return readFileSync(path, 'utf8')
  } finally {
    rmSync(folder, { recursive: true })
  }
}

test('a report is a run with its child runs, and with its graph if the app gives it', async () => {
  const reports = [await failedReport()]
  const { runs, run } = openedPage({ reports, graphs: [graph] })
  expect(await runs()).toMatchObject([
    {
      id: 'order-7',
      origin: 'file',
      status: 'failed',
      stages: 3,
      done: 3,
      failedStage: 'save',
      error: { message: 'the disk is full' },
    },
  ])
  const view = await run('order-7')
  expect(view.graph?.name).toBe('order')
  expect(view.report.stages).toMatchObject({ price: { startedAt: expect.any(Number) as number, status: 'ok' } })
  expect(view.children).toMatchObject([
    { pipeline: 'kid', status: 'completed', parent: { id: 'order-7', stage: 'bill' } },
  ])
  expect(await run(view.children[0]?.id ?? '')).toMatchObject({ graph: { name: 'kid' } })
  expect(await openedPage({ reports }).run('order-7')).not.toHaveProperty('graph')
  const changed = new Pipeline('order').withStage('price', () => ({})).build()
  expect(await openedPage({ reports, graphs: [changed] }).run('order-7')).not.toHaveProperty('graph')
})

test('what is not a report is refused, also as the report of a child run', async () => {
  const whole = await failedReport()
  const inside = { ...whole, stages: { ...whole.stages, bill: { ...whole.stages['bill'], children: [{}] } } }
  for (const report of [{}, inside])
    expect(() => inspector({ reports: [report as PipelineReport] })).toThrow(
      expect.objectContaining({ code: 'report/not-a-report' }) as Error,
    )
})

test('a log is its runs; one whose process has died is stopped at the last event, and a cut last line is left out', async () => {
  const text = await logOf(async (eventSink) => {
    const ended = graph.runSettled({ pipelineRunId: 'order-8' }, { eventSink })
    await clock.runAll()
    await ended
  })
  const whole = await openedPage({ log: text }).run('order-8')
  expect(whole).toMatchObject({
    summary: { origin: 'file', status: 'failed' },
    report: { stages: { save: { status: 'fail' } } },
  })
  expect(whole).not.toHaveProperty('graph')
  expect(whole.children).toMatchObject([{ pipeline: 'kid', parent: { stage: 'bill' } }])

  const lines = text.split('\n')
  const died = lines.findIndex((line) => line.includes('stage.meter.completed'))
  const half = `${lines.slice(0, died).join('\n')}\n${lines[died]?.slice(0, 50)}`
  const { run, runs } = openedPage({ log: half, graphs: [graph] })
  expect(await runs()).toMatchObject([{ id: 'order-8', status: 'stopped' }])
  const { graph: drawn, report, summary } = await run('order-8')
  expect(drawn?.name).toBe('order')
  expect(report.stages['price']).toMatchObject({ status: 'ok' })
  expect(report.stages['bill']).not.toHaveProperty('status')
  expect(report.stages['save']).not.toHaveProperty('startedAt')
  expect(summary.endedAt).toBe(report.stages['bill']?.startedAt)
})

test('a line of a log that is not an event is refused with its number', () => {
  for (const log of ['hello', '{"type":"a.b"}\n{"type":"a.b"}\n', '[]\n{}\n'])
    expect(() => inspector({ log })).toThrow(
      expect.objectContaining({
        code: 'inspector/not-a-log',
        message: expect.stringContaining('line 1') as string,
      }) as Error,
    )
})

test('the file of a run has the whole run and all its stages, and nothing can be done in it', async () => {
  const { page, ask } = openedPage({ clock, data: true, actions: true })
  const chat = new Pipeline('chat').withStage('llm', () => ({ text: 'Hello' })).build({ clock, eventSink: page })
  await chat.run({ pipelineRunId: 'run-1' })
  const html = await page.htmlOf('run-1')
  expect(await (await ask('/runs/run-1.html')).text()).toBe(html)
  const json = /<script type="application\/json" id="file">(.*?)<\/script>/.exec(html)?.[1] ?? ''
  const { run, stages } = JSON.parse(json) as FileData
  expect(run).toMatchObject({ summary: { id: 'run-1', status: 'completed' }, acts: [] })
  expect(stages['llm']).toMatchObject({ output: { text: 'Hello' } })
  expect(html).toMatch(
    /^<!doctype html><html lang="en"><head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy"/,
  )
  expect(html).toContain('<title>chat · completed</title>')
  const elements = html.replace(/<style>.*?<\/style>/s, '').replaceAll(/<script[^>]*>.*?<\/script>/gs, '')
  expect([...elements.matchAll(/<(\w+)/g)].map(([, name]) => name)).toEqual([
    'html',
    'head',
    'meta',
    'meta',
    'meta',
    'title',
    'body',
    'div',
  ])
})

test.each<[string, object]>([
  ['stage.bill.failed', { error: 'boom' }],
  ['stage.bill.failed', { reason: 7 }],
  ['stage.bill.started', { readyAt: 'now' }],
  ['stage.bill.item_started', { index: 'x', key: 'a' }],
  ['stage.bill.item_started', { index: 0, key: 5 }],
  ['pipeline.failed', { errors: null }],
  ['pipeline.failed', { errors: [null] }],
  ['pipeline.cancelled', { reason: {} }],
  ['pipeline.child_started', {}],
])('a line of a log with %s and data of another type is refused: %j', (type, data) => {
  const event = { type, timestamp: 1, pipelineRunId: 'run-1', stage: 'bill', data }
  const log = `${JSON.stringify(event)}\n${JSON.stringify({ ...event, data: {} })}\n`
  expect(() => inspector({ log })).toThrow('inspector(): line 1 of log is not an event')
})

test('events of the app in a log may have any data', async () => {
  const own = {
    type: 'cache.hit',
    timestamp: 2,
    pipelineRunId: 'run-1',
    stage: 'bill',
    data: { key: 5, error: 'no', index: {} },
  }
  const start = {
    type: 'pipeline.started',
    timestamp: 1,
    pipelineRunId: 'run-1',
    data: { pipeline: 'order', stages: 1 },
  }
  const log = `${JSON.stringify(start)}\n${JSON.stringify(own)}\n`
  expect(await openedPage({ log }).runs()).toMatchObject([{ id: 'run-1', status: 'stopped' }])
})
