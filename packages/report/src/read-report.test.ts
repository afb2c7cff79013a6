import type { PipelineInfo, PipelineReport } from '@stageflow/core'
import { expect, test } from 'vitest'
import { infoOf, recordOf, simulate } from '../test/simulated-run.ts'
import { chromeTrace } from './chrome-trace.ts'
import { criticalPath } from './checked-path.ts'
import { mermaid, mermaidRun } from './mermaid.ts'
import { slack } from './checked-path.ts'
import { timeline } from './timeline.ts'
import { timelineSvg } from './timeline-svg.ts'

const stage = { name: 'only', dependencies: [] as readonly string[] }
const info = infoOf([stage])
const report = simulate({
  startedAt: 0,
  endingMs: 0,
  stages: [{ ...stage, join: 'all', durationMs: 5, queuedMs: 0, isOk: true, pausesMs: [] }],
})
const readers: readonly (readonly [string, (report: PipelineReport) => unknown])[] = [
  ['criticalPath', criticalPath],
  ['slack', (each) => slack(each, info)],
  ['timeline', timeline],
  ['timelineSvg', timelineSvg],
  ['mermaidRun', (each) => mermaidRun(each, info)],
  ['chromeTrace', chromeTrace],
]

/** Values that a caller without types may pass. */
const anything = (value: unknown): PipelineReport & PipelineInfo => value as PipelineReport & PipelineInfo
const messageOf = (act: () => unknown): string => {
  try {
    act()
    return 'nothing was thrown'
  } catch (error) {
    return String(error)
  }
}

test.each(readers)('%s refuses what is not a report, and takes one that went through JSON', (_name, read) => {
  for (const value of [undefined, null, 'report', 7, {}, [{}], { status: 'completed', data: {} }]) {
    expect(() => read(anything(value))).toThrow(expect.objectContaining({ code: 'report/not-a-report' }))
  }
  expect(read(JSON.parse(JSON.stringify(report)))).toEqual(read(report))
})

test.each([[7], [[{}]], [[{ startedAt: 0, stages: { only: {} } }]]])(
  'a report whose earlier legs are %j is refused',
  (legs) => {
    expect(messageOf(() => timeline(anything({ ...report, legs })))).toContain('legs is not what a report has there')
  },
)

test('everything that is missing or wrong is named', () => {
  const only = { ...report.stages['only'], startedAt: 'noon', attempts: undefined, error: 'broken' }
  const wrong = anything({ ...report, endedAt: null, pipeline: undefined, stages: { only } })
  for (const problem of [
    'pipeline is missing',
    'endedAt is not what',
    '["only"].error is not what',
    '["only"].startedAt is not what',
    '["only"].attempts is missing',
  ]) {
    expect(messageOf(() => criticalPath(wrong))).toContain(problem)
  }
  expect(messageOf(() => criticalPath(anything('x')))).toContain('it is "x"')
  const many = Object.fromEntries(Array.from({ length: 9 }, (_, index) => [`s${index}`, null]))
  expect(messageOf(() => criticalPath(anything({ ...report, stages: many })))).toContain(
    'stages["s4"] is not an object; and 4 more',
  )
})

test('a record under another name, a releaser that is not a stage, and an incomplete attempt are refused', () => {
  const record = recordOf(report, 'only')
  expect(messageOf(() => criticalPath({ ...report, stages: { other: record } }))).toContain('stages["other"].stage')
  expect(
    messageOf(() => criticalPath({ ...report, stages: { only: { ...record, releasedBy: 'constructor' } } })),
  ).toContain('stages["only"].releasedBy')
  expect(
    messageOf(() => criticalPath(anything({ ...report, stages: { only: { ...record, attempts: [{ attempt: 1 }] } } }))),
  ).toContain('stages["only"].attempts')
})

test('values that are not the description of a pipeline are refused, and the message recognizes a graph', () => {
  for (const value of [undefined, {}, { stages: [{ name: 'only' }] }]) {
    expect(() => mermaid(anything(value))).toThrow(expect.objectContaining({ code: 'report/not-a-pipeline' }))
    expect(() => slack(report, anything(value))).toThrow(expect.objectContaining({ code: 'report/not-a-pipeline' }))
  }
  expect(messageOf(() => mermaid(anything({ info })))).toContain('it looks like a graph. Pass graph.info.')
})

test('the report of another pipeline is refused, and the message names a stage that one of them lacks', () => {
  const other = infoOf([stage, { name: 'more', dependencies: [] }])
  for (const read of [
    () => slack(report, other),
    () => mermaidRun(report, other),
    () => timeline(report, { pipeline: other }),
  ]) {
    expect(read).toThrow(expect.objectContaining({ code: 'report/other-pipeline' }))
  }
  expect(messageOf(() => slack(report, other))).toContain(
    'the pipeline "simulated" has a stage "more", and the report doesn\'t',
  )
  expect(messageOf(() => slack(report, infoOf([])))).toContain(
    'the report has a stage "only", and the pipeline "simulated" doesn\'t',
  )
})
