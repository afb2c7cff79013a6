import fc from 'fast-check'
import { expect, test } from 'vitest'
import { propertySettings } from '../../core/test/property-settings.ts'
import { plannedRuns, simulate } from '../test/simulated-run.ts'
import { chatReport, reportOf, written } from '../test/written-report.ts'
import { chromeTrace, type ChromeTrace, type CompleteEvent, type FlowEvent } from './chrome-trace.ts'

const completeOf = ({ traceEvents }: ChromeTrace): CompleteEvent[] => traceEvents.filter((event) => event.ph === 'X')
const arrowsOf = ({ traceEvents }: ChromeTrace): FlowEvent[] =>
  traceEvents.filter((event): event is FlowEvent => event.ph === 's' || event.ph === 'f')
const inWords = ({ name, ts, dur, pid, tid }: CompleteEvent): string => `${pid}.${tid} ${name} ${ts}+${dur}`

test('the run, its stages, their queue waits and their attempts are stretches in microseconds', () => {
  expect(completeOf(chromeTrace(chatReport)).map(inWords)).toEqual([
    '1.0 chat 0+1000000',
    '1.1 input_guard 0+50000',
    '1.2 profile 0+100000',
    '1.3 memory (queued) 0+100000',
    '1.3 memory 100000+100000',
    '1.3 llm 200000+700000',
    '1.3 llm #1 200000+200000',
    '1.3 llm #2 600000+300000',
    '1.3 output_guard 900000+100000',
  ])
})

test('a stage that never ran is a mark on the lane of the run, with its reason', () => {
  const marks = chromeTrace(chatReport).traceEvents.filter((event) => event.ph === 'i')
  expect(marks).toEqual([
    {
      ph: 'i',
      s: 't',
      name: 'persist',
      cat: 'stage',
      ts: 900_000,
      pid: 1,
      tid: 0,
      args: { status: 'skip', reason: 'its condition was false', releasedBy: 'llm', chunks: 0, notes: {}, attempts: 0 },
    },
  ])
})

test('an arrow leads to each stage that ran, from just before the end of the stage that released it', () => {
  const arrows = arrowsOf(chromeTrace(chatReport))
  const ofTwo = arrows.map(({ ph, tid, ts, id }) => ({ ph, tid, ts, id }))
  expect(ofTwo).toEqual([
    { ph: 's', tid: 3, ts: 199_999.999, id: expect.any(Number) },
    { ph: 'f', tid: 3, ts: 200_000, id: ofTwo[0]?.id },
    { ph: 's', tid: 3, ts: 899_999.999, id: expect.any(Number) },
    { ph: 'f', tid: 3, ts: 900_000, id: ofTwo[2]?.id },
  ])
  expect(arrows[1]).toMatchObject({ name: 'released', cat: 'release', bp: 'e', pid: 1 })
  expect(new Set(ofTwo.map(({ id }) => id)).size).toBe(2)
})

test('an arrow from the source of a stream starts when its reader was ready, and runs of one trace share no arrow', () => {
  const source = written('source', { startedAt: 0, endedAt: 40 })
  const reader = written('reader', { startedAt: 15, readyAt: 10, endedAt: 60, releasedBy: 'source' })
  const report = reportOf(60, [source, reader])
  const arrows = arrowsOf(chromeTrace([report, report]))
  expect(arrows.map(({ ph, pid, ts }) => `${pid} ${ph} ${ts}`)).toEqual([
    '1 s 9999.999',
    '1 f 10000',
    '2 s 9999.999',
    '2 f 10000',
  ])
  expect(new Set(arrows.map(({ id }) => id)).size).toBe(2)
})

test('processes and lanes have names and an order', () => {
  const names = chromeTrace(chatReport)
    .traceEvents.filter((event) => event.ph === 'M')
    .map(({ name, tid, args }) => `${tid} ${name} ${Object.values(args).join()}`)
  expect(names).toContain('0 process_name chat run-1')
  expect(names).toContain('0 thread_name run')
  expect(names).toContain('3 thread_name lane 3')
  expect(names).toContain('3 thread_sort_index 3')
})

test('several runs are processes of one trace, on one time', () => {
  const parent = reportOf(60, [written('answer', { startedAt: 1_000, endedAt: 1_060 })], {
    startedAt: 1_000,
    endedAt: 1_060,
  })
  const child = reportOf(50, [written('draft', { startedAt: 1_010, endedAt: 1_050 })], {
    startedAt: 1_010,
    endedAt: 1_050,
    pipeline: 'child',
  })
  const trace = chromeTrace([parent, child])
  expect(completeOf(trace).map(inWords)).toEqual([
    '1.0 chat 0+60000',
    '1.1 answer 0+60000',
    '2.0 child 10000+40000',
    '2.1 draft 10000+40000',
  ])
  expect(trace.otherData).toEqual({ startedAtMs: 1_000 })
  expect(chromeTrace([])).toEqual({ traceEvents: [], displayTimeUnit: 'ms', otherData: {} })
})

test('child runs are processes of the same trace', () => {
  const grandchild = reportOf(30, [written('words', { startedAt: 20, endedAt: 30 })], {
    startedAt: 20,
    endedAt: 30,
    pipeline: 'grandchild',
  })
  const child = reportOf(40, [written('draft', { startedAt: 10, endedAt: 40, children: [grandchild] })], {
    startedAt: 10,
    endedAt: 40,
    pipeline: 'child',
  })
  const trace = chromeTrace(reportOf(60, [written('answer', { startedAt: 0, endedAt: 60, children: [child, child] })]))
  expect(
    completeOf(trace)
      .filter(({ cat }) => cat === 'run')
      .map(inWords),
  ).toEqual([
    '1.0 chat 0+60000',
    '2.0 child 10000+30000',
    '3.0 grandchild 20000+10000',
    '4.0 child 10000+30000',
    '5.0 grandchild 20000+10000',
  ])
  expect(JSON.stringify(trace)).not.toContain('children')
})

test('with redaction errors, reasons and notes of runs and child runs show no secret', () => {
  const secret = { code: 'core/stage-failed', message: 'password=hunter2' }
  const child = reportOf(5, [written('inner', { startedAt: 0, endedAt: 5, status: 'fail', error: secret })])
  const report = reportOf(
    10,
    [
      written('answer', {
        startedAt: 0,
        endedAt: 10,
        status: 'fail',
        error: secret,
        notes: { token: 'hunter2' } as object,
        attempts: [
          { attempt: 1, startedAt: 0, endedAt: 4, status: 'fail', error: secret },
          { attempt: 2, startedAt: 5, endedAt: 10, status: 'fail', error: secret },
        ],
        children: [child],
      }),
      written('skips', { status: 'skip', reason: 'token=hunter2' }),
    ],
    { notes: { apiKey: 'hunter2' } as object },
  )
  expect(JSON.stringify(chromeTrace(report)).match(/hunter2/g)).toHaveLength(7)
  expect(JSON.stringify(chromeTrace(report, { redaction: {} }))).not.toContain('hunter2')
  expect(() => chromeTrace(report, { redact: true } as object)).toThrow('chromeTrace(): unknown option "redact"')
})

test('the second attempt of a hedge, which overlaps the first, has a lane of its own', () => {
  const attempts = [
    { attempt: 1, startedAt: 0, endedAt: 45, status: 'cancel' as const },
    { attempt: 2, startedAt: 20, endedAt: 40, status: 'ok' as const },
  ]
  expect(
    completeOf(chromeTrace(reportOf(45, [written('llm', { startedAt: 0, endedAt: 40, attempts })]))).map(inWords),
  ).toEqual(['1.0 chat 0+45000', '1.1 llm 0+40000', '1.1 llm #2 20000+20000', '1.2 llm #1 0+45000'])
})

test('attempts that overlap within their stage are not drawn over each other', () => {
  const attempts = [
    { attempt: 1, startedAt: 0, endedAt: 30, status: 'cancel' as const },
    { attempt: 2, startedAt: 20, endedAt: 40, status: 'ok' as const },
  ]
  const trace = chromeTrace(reportOf(40, [written('llm', { startedAt: 0, endedAt: 40, attempts })]))
  expect(completeOf(trace).map(inWords)).toEqual([
    '1.0 chat 0+40000',
    '1.1 llm 0+40000',
    '1.1 llm #1 0+30000',
    '1.2 llm #2 20000+20000',
  ])
})

test('every event of any run has the fields of the trace event format, and stretches of a lane nest', () => {
  fc.assert(
    fc.property(plannedRuns({ joins: true, queues: true }), (run) => {
      const trace: ChromeTrace = JSON.parse(JSON.stringify(chromeTrace(simulate(run))))
      for (const event of trace.traceEvents) {
        expect(Number.isInteger(event.pid) && Number.isInteger(event.tid) && event.name !== '').toBe(true)
        if ('args' in event) expect(typeof event.args).toBe('object')
        else expect(Number.isInteger(event.id)).toBe(true)
        if (event.ph !== 'M') expect(event.ts >= 0 && event.cat !== '').toBe(true)
        if (event.ph === 'X') expect(event.dur).toBeGreaterThanOrEqual(0)
      }
      const ends = arrowsOf(trace).filter(({ ph }) => ph === 'f')
      for (const start of arrowsOf(trace).filter(({ ph }) => ph === 's'))
        expect(ends.filter(({ id, ts }) => id === start.id && ts >= start.ts)).toHaveLength(1)
      const stretches = completeOf(trace)
      for (const a of stretches) {
        for (const b of stretches) {
          if (a.tid !== b.tid || a.ts > b.ts) continue
          expect(b.ts >= a.ts + a.dur || b.ts + b.dur <= a.ts + a.dur || a.ts === b.ts).toBe(true)
        }
      }
    }),
    propertySettings(200),
  )
})

test('a stage that took less than a microsecond keeps its time', () => {
  const report = reportOf(
    1_700_000_000_001,
    [written('a', { startedAt: 1_700_000_000_000.25, endedAt: 1_700_000_000_000.5 })],
    { startedAt: 1_700_000_000_000 },
  )
  expect(completeOf(chromeTrace(report)).map(inWords)).toEqual(['1.0 chat 0+1000', '1.1 a 250+250'])
})
