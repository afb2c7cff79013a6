import { expect, test } from 'vitest'

import { eventOn, LogRuns, MOST_RUNS, reportOf } from './log-runs.ts'

/** A log of these events, a second apart. */
function logOf(events: readonly (readonly [type: string, data?: object, runId?: string])[], only?: string): LogRuns {
  const log = new LogRuns(only)
  for (const [index, [type, data = {}, pipelineRunId = 'a']] of events.entries()) {
    const [, stage] = /^stage\.(\w+)\./.exec(type) ?? []
    const event = eventOn(JSON.stringify({ type, data, pipelineRunId, timestamp: index * 1_000, stage }))
    if (event !== undefined) log.add(event)
  }
  return log
}

const reportIn = (log: LogRuns) => reportOf(log.runs.get('a') ?? expect.unreachable())

test('a run has the status, the times and the attempts that its events tell', () => {
  const error = { code: 'app/busy', message: 'busy' }
  const report = reportIn(
    logOf([
      ['pipeline.started', { pipeline: 'chat' }],
      ['stage.guard.skipped', { reason: 'nothing to check' }],
      ['stage.llm.started', {}],
      ['stage.llm.chunk', { chunk: 'Hel' }],
      ['stage.llm.retrying', { attempt: 2, error }],
      ['stage.llm.failed', { error }],
      ['pipeline.failed', { errors: [error] }],
    ]),
  )
  expect(report).toMatchObject({ pipeline: 'chat', pipelineRunId: 'a', status: 'failed', startedAt: 0, endedAt: 6_000 })
  expect(report.stages['guard']).toMatchObject({ status: 'skip', reason: 'nothing to check', startedAt: undefined })
  expect(report.stages['llm']).toMatchObject({
    status: 'fail',
    startedAt: 2_000,
    endedAt: 5_000,
    chunks: 1,
    error,
    attempts: [
      { attempt: 1, startedAt: 2_000, endedAt: 4_000, status: 'retry', error },
      { attempt: 2, startedAt: 4_000, endedAt: 5_000, status: 'fail', error },
    ],
  })
})

test('a failure that the graph tolerates is told as such', () => {
  const error = { code: 'app/busy', message: 'busy' }
  const events = [
    ['pipeline.started'],
    ['stage.llm.started'],
    ['stage.llm.failed', { error, tolerated: true }],
  ] as const
  expect(reportIn(logOf(events)).stages['llm']).toMatchObject({ status: 'fail', tolerated: true })
})

test('a stage whose code ignored its signal is cancelled and abandoned', () => {
  const { stages } = reportIn(
    logOf([
      ['pipeline.started'],
      ['stage.llm.started'],
      ['stage.llm.abandoned', { durationMs: 1_000, reason: 'its code still ran' }],
      ['pipeline.cancelled', { reason: 'stop' }],
    ]),
  )
  expect(stages['llm']).toMatchObject({
    status: 'cancel',
    abandoned: true,
    endedAt: 2_000,
    reason: 'its code still ran',
  })
})

test('a stage knows what released it, if the log tells', () => {
  const { stages } = reportIn(
    logOf([
      ['pipeline.started'],
      ['stage.memory.started'],
      ['stage.memory.completed'],
      ['stage.llm.started', { readyAt: 2_000, releasedBy: 'memory' }],
      ['stage.save.started', { releasedBy: 'a stage whose events were lost' }],
    ]),
  )
  expect(stages['llm']).toMatchObject({ readyAt: 2_000, releasedBy: 'memory' })
  expect(stages['save']).toMatchObject({ releasedBy: undefined })
})

test('a run whose end the log lacks is in progress, up to its last event', () => {
  const report = reportIn(logOf([['pipeline.started'], ['stage.llm.started'], ['app.note']]))
  expect(report).toMatchObject({ status: 'running', now: 2_000 })
  expect(report.stages['llm']).toMatchObject({ status: undefined, endedAt: undefined })
})

test('a resumed run goes on', () => {
  const report = reportIn(
    logOf([
      ['pipeline.started'],
      ['stage.ask.started'],
      ['stage.ask.suspended'],
      ['pipeline.suspended'],
      ['pipeline.resumed'],
      ['stage.ask.started'],
      ['stage.ask.completed'],
      ['pipeline.completed'],
    ]),
  )
  expect(report.status).toBe('completed')
  expect(report.stages['ask']).toMatchObject({
    status: 'ok',
    startedAt: 5_000,
    attempts: [{ status: 'suspend' }, { status: 'ok', endedAt: 6_000 }],
  })
})

test('of a log with more runs than are kept, the newest stay, and the others are counted', () => {
  const log = logOf(Array.from({ length: MOST_RUNS + 2 }, (_, index) => ['pipeline.started', {}, `run-${index}`]))
  expect([log.runs.size, log.dropped]).toEqual([MOST_RUNS, 2])
  expect([...log.runs.keys()].at(-1)).toBe(`run-${MOST_RUNS + 1}`)
})

test('one run can be picked, and events of a run whose start is missing tell nothing', () => {
  const events = [['pipeline.started'], ['pipeline.started', {}, 'b'], ['stage.llm.started', {}, 'c']] as const
  expect([...logOf(events, 'b').runs.keys()]).toEqual(['b'])
  expect([...logOf(events).runs.keys()]).toEqual(['a', 'b'])
})

test.each([
  ['half a line', '{"type":"pipeline.star'],
  ['another value', '"pipeline.started"'],
  ['a time that is not a number', '{"type":"a","pipelineRunId":"b","timestamp":"now"}'],
  ['no id', '{"type":"a","timestamp":1}'],
])('%s is not an event', (_what, line) => {
  expect(eventOn(line)).toBeUndefined()
})

test('a stage called __proto__ is a stage like others', () => {
  const { stages } = reportIn(logOf([['pipeline.started'], ['stage.__proto__.started']]))
  expect(Object.keys(stages)).toEqual(['__proto__'])
})
