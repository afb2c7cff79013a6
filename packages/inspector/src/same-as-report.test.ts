import { afterEach, expect, test } from 'vitest'

import { Pipeline, StageOutput } from '@stageflow/core'
import type { Interceptor, PipelineReport, StageGraph, StageRecord } from '@stageflow/core'
import { stream } from '@stageflow/core/edges'
import { manualClock } from '@stageflow/testing'

import { feedReader, openedPage } from '../test/opened-page.ts'
import type { Inspector } from './index.ts'
import type { FeedMessage, RunSummary, RunView, StageRow } from './protocol.ts'

let clock = manualClock({ seed: 1 })
afterEach(() => {
  const { timers } = clock
  clock = manualClock({ seed: 1 })
  expect(timers).toEqual([])
})

const twice: Interceptor = {
  name: 'twice',
  wrap: (next) => async (context) => {
    const output = await next(context)
    return output.status === 'fail' && context.attempt === 1 ? next(context) : output
  },
}
const takes = (ms: number) => () => clock.sleep(ms)
const failing = async () => {
  await clock.sleep(5)
  throw new Error('down')
}

/** Graphs that end in each way in which a stage or a run can. */
const GRAPHS: Readonly<Record<string, (page: Inspector) => StageGraph<unknown, {}>>> = {
  'joins and skips': (page) =>
    new Pipeline('joins')
      .withStage('a', takes(10))
      .withStage('b', () => StageOutput.skip('nothing to do'))
      .withStage('c', takes(30), { dependencies: ['a'], when: () => false })
      .withStage('first', takes(5), { dependencies: ['a', 'b'], join: 'any' })
      .withStage('all', takes(5), { dependencies: ['a', 'b'] })
      .build({ clock, eventSink: page }),
  'a failure that stops the run': (page) =>
    new Pipeline('failure')
      .withStage('bad', failing)
      .withStage('long', ({ signal }) => clock.sleep(100, signal))
      .withStage('never', takes(5), { dependencies: ['bad'] })
      .build({ clock, eventSink: page, interceptors: [twice] }),
  'a tolerated failure': (page) =>
    new Pipeline('tolerated')
      .withStage('bad', failing, { onFailure: 'skip' })
      .withStage('next', takes(5), { dependencies: ['bad'], join: 'settled' })
      .build({ clock, eventSink: page }),
  'a stage that cancels the run': (page) =>
    new Pipeline('cancelled')
      .withStage('stop', () => StageOutput.cancel('the user hung up'))
      .withStage('long', ({ signal }) => clock.sleep(100, signal))
      .withStage('never', takes(5), { dependencies: ['long'] })
      .build({ clock, eventSink: page }),
  'code that ignores the abort': (page) =>
    new Pipeline('abandoned')
      .withStage('stop', () => StageOutput.cancel('enough'))
      .withStage('deaf', takes(60_000))
      .build({ clock, eventSink: page }),
  'a map with failed items': (page) =>
    new Pipeline('map')
      .withMap('letters', {
        over: () => [1, 2, 3, 4],
        onItemFailure: 'collect',
        each: async (letter) => {
          await clock.sleep(letter * 10)
          if (letter === 3) throw new Error('no address')
        },
      })
      .build({ clock, eventSink: page, interceptors: [twice] }),
  'child pipelines': (page) =>
    new Pipeline('parent')
      .withPipeline(
        'kid',
        new Pipeline('kid').withStage('x', takes(10)).withStage('y', takes(10), { dependencies: ['x'] }),
      )
      .withStage('after', takes(5), { dependencies: ['kid'] })
      .build({ clock, eventSink: page }),
  'a stream of chunks': (page) =>
    new Pipeline('stream')
      .withStage('speak', async function* () {
        for (const word of ['a', 'b', 'c']) {
          yield word
          await clock.sleep(10)
        }
        return {}
      })
      .withStage(
        'listen',
        async ({ inputs }) => {
          for await (const _ of inputs.stream('speak')) await clock.sleep(1)
        },
        { dependencies: [stream('speak')] },
      )
      .build({ clock, eventSink: page }),
  'a question': (page) =>
    new Pipeline('question')
      .withStage('ask', () => StageOutput.suspend('ok?'))
      .withStage('after', takes(5), { dependencies: ['ask'] })
      .withStage('other', takes(20))
      .build({ clock, eventSink: page }),
  notes: (page) =>
    new Pipeline('notes')
      .withStage('llm', (context) => {
        context.note('usage', { inputTokens: 3, outputTokens: 4 })
      })
      .build({ clock, eventSink: page }),
}

/** A record as JSON, without what a page shows in another way. */
function plain(record: StageRecord | StageRow): unknown {
  const { children: _children, chunkTimes: _times, ...rest } = { children: undefined, chunkTimes: undefined, ...record }
  return JSON.parse(JSON.stringify(rest))
}

const rowsOf = (stages: Readonly<Record<string, StageRecord | StageRow>>): unknown =>
  Object.fromEntries(Object.entries(stages).map(([name, row]) => [name, plain(row)]))

test.each(Object.entries(GRAPHS))('%s: a run that has ended is shown as its report has it', async (_, build) => {
  const { page, run } = openedPage({ clock })
  const ended = build(page).runSettled({ pipelineRunId: 'run-1' })
  await clock.runAll()
  const report: PipelineReport = (await ended).report
  const view = await run('run-1')
  expect(rowsOf(view.report.stages)).toEqual(rowsOf(report.stages))
  const { status, startedAt, endedAt, usage, notes } = report
  expect(view.report).toMatchObject(JSON.parse(JSON.stringify({ status, startedAt, endedAt, usage, notes })) as object)
  const settled = Object.values(report.stages).filter((one) => one.status !== undefined && one.status !== 'suspend')
  const done = settled.filter((one) => one.status !== 'cancel' || one.startedAt !== undefined)
  expect(view.summary).toMatchObject({ status, startedAt, endedAt, done: done.length })
})

test.each(Object.entries(GRAPHS))('%s: events alone tell the same statuses and times', async (_, build) => {
  const { page, run } = openedPage({ clock })
  const onlyEvents = { ...page, onRun: undefined, emit: page.emit, tryEmit: page.tryEmit } as unknown as Inspector
  const ended = build(onlyEvents).runSettled({ pipelineRunId: 'run-1' })
  await clock.runAll()
  const { report } = await ended
  const view = await run('run-1')
  expect(view).not.toHaveProperty('graph')
  for (const { stage, status, startedAt, endedAt } of Object.values(report.stages)) {
    if (startedAt === undefined) continue
    expect(view.report.stages[stage]).toMatchObject({ status, startedAt, endedAt })
  }
})

/** What a page knows after the messages of its feed. */
class PageModel {
  readonly runs = new Map<string, RunSummary>()
  view: RunView | undefined
  take({ list, runs = [], gone = [], run, rows = [] }: FeedMessage): void {
    if (list !== undefined) {
      this.runs.clear()
      for (const one of list.runs) this.runs.set(one.id, one)
    }
    for (const one of runs) if (one.parent === undefined) this.runs.set(one.id, one)
    for (const id of gone) this.runs.delete(id)
    if (run !== undefined) this.view = run
    if (this.view === undefined) return
    const stages = { ...this.view.report.stages }
    for (const row of rows) stages[row.stage] = row
    this.view = { ...this.view, report: { ...this.view.report, stages } }
  }
}

test.each(Object.entries(GRAPHS))(
  '%s: a feed brings a page to the same state as a new look, at each step',
  async (_, build) => {
    const { page, ask, run, runs } = openedPage({ clock })
    const ended = build(page).runSettled({ pipelineRunId: 'run-1' })
    const reader = feedReader(await ask('/api/feed?run=run-1'))
    const model = new PageModel()
    let messages = 0
    const reading = (async () => {
      for (let one = await reader.next(); one !== undefined; one = await reader.next()) {
        model.take(one)
        messages++
      }
    })()
    for (let step = 0; step < 60; step++) {
      await clock.advance(100)
      await new Promise((resolve) => setImmediate(resolve))
      expect([...model.runs.values()]).toEqual(await runs())
      const { report, summary } = await run('run-1')
      expect(model.view?.report.stages).toEqual(report.stages)
      expect(model.view?.summary.status).toBe(summary.status)
    }
    expect(messages).toBeGreaterThan(1)
    await reader.leave()
    await reading
    await clock.runAll()
    await ended
  },
)
