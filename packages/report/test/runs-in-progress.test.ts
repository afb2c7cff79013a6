import { Pipeline } from '@stageflow/core'
import type { PipelineInfo, RunContext, StageContext, StageRecord } from '@stageflow/core'
import { manualClock } from '@stageflow/testing'
import { expect, test } from 'vitest'
import {
  chromeTrace,
  criticalPath,
  mermaidRun,
  slack,
  timeline,
  timelineSvg,
  type CriticalPath,
  type RunInProgress,
} from '../src/index.ts'
import { pathOf, slackOf } from '../src/unchecked.ts'
import { readSvg, withClass, type SvgElement } from './read-svg.ts'
import { chatReport, reportOf, written } from './written-report.ts'

const inWords = ({ segments }: CriticalPath): string[] =>
  segments.map(({ stage, from, to, parts }) => {
    const shown = parts.map(({ kind, durationMs }) => `${kind} ${durationMs}`).join(', ')
    return `${stage} ${from}-${to}: ${shown}`
  })

const running = (stage: string, facts: Partial<StageRecord>): StageRecord =>
  written(stage, {
    status: undefined,
    attempts: [{ attempt: 1, startedAt: facts.startedAt ?? 0, endedAt: undefined, status: undefined }],
    ...facts,
  })
const inProgress = (now: number, records: readonly StageRecord[]): RunInProgress => {
  const { endedAt: _, ...report } = reportOf(0, records)
  return { ...report, status: 'running', now }
}
const infoOf = (dependencies: Readonly<Record<string, readonly string[]>>): PipelineInfo => {
  const stages = Object.entries(dependencies).map(([name, names]) => ({
    name,
    dependencies: names.map((stage) => ({ stage, edge: 'value' })),
  }))
  return { name: 'chat', stages, interceptors: [] } as unknown as PipelineInfo
}

const library = written('library', { startedAt: 0, endedAt: 258 })
const llm = running('llm', { startedAt: 260, readyAt: 258, releasedBy: 'library' })
const guard = running('guard', { startedAt: 400, readyAt: 258, releasedBy: 'library' })
const later = written('later', { status: undefined })
const live = inProgress(540, [library, llm, guard, later])

test('the critical path of a run in progress leads to the stage that has run longest, and ends now', () => {
  expect(inWords(criticalPath(live))).toEqual(['library 0-258: running 258', 'llm 258-540: queued 2, running 280'])
  expect(criticalPath(live).durationMs).toBe(540)
  // The record of llm says now that it runs, and later that it has ended.
  const ended = reportOf(600, [library, written('llm', { ...llm, status: 'ok', endedAt: 600 })])
  expect(criticalPath(ended).segments.map(({ stage }) => stage)).toEqual(['library', 'llm'])
})

test('a stage that waits for its next attempt is in backoff, and one whose last attempt was ok is in its interceptors', () => {
  const attempt = { attempt: 1, startedAt: 0, endedAt: 10 } as const
  const failed = running('a', { startedAt: 0, attempts: [{ ...attempt, status: 'fail' }] })
  expect(inWords(criticalPath(inProgress(40, [failed])))).toEqual(['a 0-40: running 10, backoff 30'])
  const answered = running('a', { startedAt: 0, attempts: [{ ...attempt, status: 'ok' }] })
  expect(inWords(criticalPath(inProgress(40, [answered])))).toEqual(['a 0-40: running 10, interceptors 30'])
})

test('before a stage has started, and while none runs, the path covers the run until now', () => {
  expect(inWords(criticalPath(inProgress(5, [later])))).toEqual(['undefined 0-5: starting 5'])
  expect(inWords(criticalPath(inProgress(300, [library])))).toEqual(['library 0-300: running 258, ending 42'])
  // A clock that is read in another process may be behind.
  expect(criticalPath(inProgress(-5, [later])).durationMs).toBe(0)
})

test('slack tells how much later the settled stages could have ended, and says nothing of those that run or wait', () => {
  const info = infoOf({ library: [], llm: ['library'], guard: ['library'], later: ['llm'] })
  expect(slack(live, info)).toEqual({ library: 0 })
  const aside = inProgress(540, [library, written('aside', { startedAt: 0, endedAt: 100 }), llm, later])
  const wider = infoOf({ library: [], aside: [], llm: ['library'], later: ['llm', 'aside'] })
  // Nothing has waited for `aside` yet.
  expect(slack(aside, wider)).toEqual({ library: 0, aside: 440 })
})

test('the timelines show what runs, and what has not started', () => {
  expect(timeline(live, { width: 60 })).toBe(
    [
      'chat · running · 540 ms · 1 ok, 2 running, 1 pending',
      '● library ████████████████▎                  258 ms  ok',
      '● llm                     ██████████████████ 280 ms  running',
      '  guard                   ░░░░░░░░░█████████ 140 ms  running',
      '  later                                              pending',
      '  ● critical path   ░ queued',
    ].join('\n'),
  )
  const svg = timelineSvg(live)
  expect(svg).toContain('<title>chat · running · 540 ms</title>')
  expect(svg).toContain('llm: running, 260 ms to 540 ms, on the critical path.')
  expect(svg).toContain('later: pending.')
  const shown = readSvg(svg)
  expect(signsOf(shown, 'tone-running')).toHaveLength(3) // of the run, llm and guard
  expect(signsOf(shown, 'tone-unknown')).toHaveLength(1)
  expect(withClass(shown, 'legend')[0]?.text).toContain('running')
})

test('an item that runs is shown as running, and so is its map', () => {
  const items = { total: 2, ok: 0, skip: 0, fail: 1, unfinished: 1, attempts: 2 }
  const records = [
    { index: 0, key: 'a', status: 'fail', startedAt: 0, endedAt: 10 },
    { index: 1, key: 'b', status: undefined, startedAt: 0, endedAt: undefined, attempts: TWO_ATTEMPTS },
  ] as const
  const drawn = timeline(inProgress(20, [running('letters', { startedAt: 0, items: { ...items, records } })]))
  expect(drawn).toMatch(/letters .* running$/m)
  expect(drawn).toMatch(/ b .* running/)
})

const TWO_ATTEMPTS = [
  { attempt: 1, startedAt: 0, endedAt: 5, status: 'retry' },
  { attempt: 2, startedAt: 5, endedAt: undefined, status: undefined },
] as const

const signsOf = (svg: SvgElement, tone: string): readonly SvgElement[] =>
  withClass(svg, 'sign').filter(({ attributes }) => attributes['class']?.includes(tone))

test('a Mermaid drawing shows what runs, and gives no color to what the run has not come to', () => {
  const info = infoOf({ library: [], llm: ['library'], guard: ['library'], later: ['llm'] })
  const lines = mermaidRun(live, info).split('\n')
  expect(lines).toContain('  s1["llm<br/>running · 280 ms"]')
  expect(lines).toContain('  s3["later<br/>not started"]')
  expect(lines).toContain('  class s1,s2 running')
  expect(lines.filter((line) => /class .*\bs3\b/.test(line))).toEqual([])
})

test('a trace of a run in progress ends now what runs, and has no event of what has not started', () => {
  const { traceEvents } = chromeTrace(live)
  const slices = traceEvents.flatMap((event) => (event.ph === 'X' ? [[event.name, event.ts, event.dur]] : []))
  expect(slices).toContainEqual(['chat', 0, 540_000])
  expect(slices).toContainEqual(['llm', 260_000, 280_000])
  expect(traceEvents.filter(({ name }) => name === 'later')).toEqual([])
})

test('a report in progress that lacks something is refused (report/not-a-report), and so is one without now', () => {
  const { now: _, ...without } = live
  const problem = 'This is not the report of a run in progress: now is missing'
  const info = infoOf({ a: [] })
  const ofPipeline = [slack, mermaidRun].map((read) => (given: RunInProgress) => read(given, info))
  for (const read of [criticalPath, timeline, timelineSvg, chromeTrace, ...ofPipeline])
    expect(() => read(without as RunInProgress)).toThrow(
      expect.objectContaining({ code: 'report/not-a-report', message: expect.stringContaining(problem) }),
    )
  expect(() => criticalPath({ ...live, endedAt: 5 } as unknown as RunInProgress)).toThrow('endedAt is not what')
  expect(() => slack(live, infoOf({ a: [] }))).toThrow('The report is of another pipeline')
})

test('the functions without checks find the same, and take the run as it is', () => {
  expect(pathOf(live)).toEqual(criticalPath(live))
  expect(pathOf(chatReport)).toEqual(criticalPath(chatReport))
  const info = infoOf({ library: [], llm: ['library'], guard: ['library'], later: ['llm'] })
  expect(slackOf(live, info)).toEqual(slack(live, info))
})

test('a run that is followed by a sink is read while it goes on', async () => {
  const clock = manualClock()
  const records = new Map<string, StageRecord>()
  let followed: RunContext | undefined
  const eventSink = {
    emit: () => {},
    tryEmit: () => {},
    onRun: (run: RunContext) => {
      followed = run
      return { settled: (record: StageRecord) => void records.set(record.stage, record) }
    },
  }
  const takes =
    (ms: number) =>
    ({ clock: time }: StageContext<{}>) =>
      time.sleep(ms)
  const graph = new Pipeline('chat')
    .withStage('library', takes(258))
    .withStage('llm', takes(500), { dependencies: ['library'] })
    .build({ clock, eventSink })
  const result = graph.run()
  await clock.advance(300)
  const now = clock.now()
  const startedAt = followed?.startedAt ?? NaN
  const { library: settled } = Object.fromEntries(records)
  const open = running('llm', { startedAt: settled?.endedAt, readyAt: settled?.endedAt, releasedBy: 'library' })
  const path = criticalPath({ ...inProgress(now, [settled as StageRecord, open]), startedAt }, graph.info)
  expect(path.segments.map(({ stage, durationMs }) => [stage, durationMs])).toEqual([
    ['library', 258],
    ['llm', 42],
  ])
  await clock.runAll()
  await result
})
