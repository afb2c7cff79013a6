import { type Interceptor, Pipeline, type StageContext, StageOutput, StageflowError } from '@stageflow/core'
import { resumeRun, runDurable } from '@stageflow/core/durable'
import { columnsOf } from '@stageflow/core/kit'
import { manualClock } from '@stageflow/testing'
import { memoryExecutor } from '@stageflow/testing/durable'
import fc from 'fast-check'
import { eastAsianWidth } from 'get-east-asian-width'
import { expect, test } from 'vitest'
import { ArrayExecutor } from '../../core/test/array-executor.ts'
import { propertySettings } from '../../core/test/property-settings.ts'
import { infoOf, plannedRuns, simulate } from '../test/simulated-run.ts'
import { chatReport, reportOf, written } from '../test/written-report.ts'
import { timeline } from './timeline.ts'
import type { TimelineOptions } from './timeline.ts'

const SEQUENCES = new RegExp(`${String.fromCharCode(27)}\\[[0-9;]*m`, 'g')
const linesOf = (...of: Parameters<typeof timeline>): string[] => timeline(...of).split('\n')

test('each stage is a row with its bar, duration and status, and the critical path is marked', () => {
  expect(linesOf(chatReport, { width: 60 })).toEqual([
    'chat · completed · 1 s · 5 ok, 1 skip',
    '  input_guard  █                     50 ms  ok',
    '  profile      ██                   100 ms  ok',
    '● memory       ░░██                 100 ms  ok',
    '● llm              ████╌╌╌╌██████   700 ms  ok    2 attempts',
    '● output_guard                   ██ 100 ms  ok',
    '  persist      its condition was false      skip',
    '  ● critical path   ░ queued   ╌ backoff',
  ])
})

test('a suspended run shows what waits and what is still to come', async () => {
  const graph = new Pipeline('order')
    .withStage('price', () => ({}))
    .withStage('approve', ({ resumed }) => (resumed === undefined ? StageOutput.suspend('ok?') : StageOutput.ok()), {
      dependencies: ['price'],
    })
    .withStage('send', () => ({}), { dependencies: ['approve'] })
    .build()
  const first = await graph.run()
  const statuses = (lines: readonly string[]): readonly (string | undefined)[] =>
    ['price', 'approve', 'send'].map((name) =>
      lines
        .find((line) => line.includes(` ${name} `))
        ?.trim()
        .split(/\s+/)
        .at(-1),
    )
  expect(linesOf(first.report)[0]).toContain('suspended')
  expect(statuses(linesOf(first.report))).toEqual(['ok', 'suspend', 'pending'])
  if (first.status !== 'suspended') throw new Error('The run did not wait.')
  const last = await resumeRun(graph, first, { approve: 'yes' })
  expect(statuses(linesOf(last.report))).toEqual(['ok', 'ok', 'ok'])
})

test('a timeline says who has answered a stage, and which question had no answer in time', async () => {
  const clock = manualClock()
  const callers: Interceptor = { name: 'callers', admit: () => ({ who: { userId: 'bo\n', orgId: 'acme' } }) }
  const ask = ({ resumed }: StageContext) =>
    resumed === undefined ? StageOutput.suspend('ok?', { forMs: 50 }) : { answer: resumed.answer }
  const graph = new Pipeline('order')
    .withStage('boss', ask)
    .withStage('late', ask)
    .withPipeline('kid', new Pipeline('kid').withStage('check', ask))
    .build({ clock, interceptors: [callers] })
  const first = await graph.run()
  if (first.status !== 'suspended') throw new Error('The run did not wait.')
  const second = await resumeRun(graph, first, { boss: 'yes', kid: { check: 'yes' } })
  if (second.status !== 'suspended') throw new Error('The run did not wait.')
  await clock.advance(50)
  const last = await resumeRun(graph, second, {})
  const lines = linesOf(last.report, { width: 120 })
  const lineOf = (stage: string): string => lines.find((line) => line.includes(` ${stage} `)) ?? ''
  expect(lineOf('boss')).toMatch(/ok +answered by bo *$/)
  expect(lineOf('late')).toMatch(/ok +not answered in time$/)
  expect(lineOf('kid')).not.toContain('answered')
  expect(last.report.stages.boss).toMatchObject({ answeredBy: { orgId: 'acme' } })
  expect(last.report.stages.boss).not.toHaveProperty('expired')
  expect(last.report.stages.late).toMatchObject({ expired: true })
  expect(last.report.stages.kid).not.toHaveProperty('answeredBy')
  expect(last.children['kid']?.report.stages['check']).toMatchObject({ answeredBy: { userId: 'bo\n' } })

  const executor = memoryExecutor({ clock })
  const leg = () =>
    executor.run({ runId: 'r', startedAt: clock.now(), input: {}, kept: {} }, (one) => runDurable(graph, one))
  await leg()
  executor.answer('r', 'boss', 'yes', { system: 'month end' })
  await clock.advance(50)
  const { report } = await leg()
  expect(report.stages.boss).toMatchObject({ answeredBy: { system: 'month end' } })
  expect(report.stages.late).toMatchObject({ expired: true })
  expect(timeline(report, { width: 120 })).toContain('answered by month end')
})

test('the legs of a resumed run are drawn as one, with the wait for the answer, and as a durable run draws it', async () => {
  const clock = manualClock()
  const graph = new Pipeline('order')
    .withStage('price', () => clock.sleep(100))
    .withStage(
      'approve',
      async ({ resumed }) => {
        await clock.sleep(100)
        return resumed === undefined ? StageOutput.suspend('ok?') : StageOutput.ok()
      },
      { dependencies: ['price'] },
    )
    .withStage('send', () => clock.sleep(200), { dependencies: ['approve'] })
    .build({ clock })
  const settled = async <T>(running: Promise<T>): Promise<T> => {
    await clock.runAll()
    return running
  }
  const expected = [
    'order · completed · 1 s · 3 ok',
    '● price   ████                                     100 ms  ok',
    '● approve     ████┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈████         100 ms  ok',
    '● send                                    ████████ 200 ms  ok',
    '  ● critical path   ┈ waiting for an answer',
  ]

  const first = await settled(graph.run())
  if (first.status !== 'suspended') throw new Error('The run did not wait.')
  await clock.advance(500)
  const last = await settled(resumeRun(graph, first, { approve: 'yes' }))
  expect(linesOf(last.report, { width: 61 })).toEqual(expected)
  expect(linesOf(JSON.parse(JSON.stringify(last.report)), { width: 61 })).toEqual(expected)

  const at = { start: { startedAt: clock.now() }, now: () => clock.now() }
  const asked = new ArrayExecutor([], at)
  await settled(runDurable(graph, asked))
  await clock.advance(500)
  const answered = new ArrayExecutor(asked.facts, at)
  answered.answer('approve', 'yes')
  const durable = await settled(runDurable(graph, answered))
  expect(linesOf(durable.report, { width: 61 })).toEqual(expected)
})

test('an answer for one of two questions leaves the other where it was asked', async () => {
  const clock = manualClock()
  const ask = async ({ resumed }: StageContext) => {
    await clock.sleep(100)
    return resumed === undefined ? StageOutput.suspend('ok?') : StageOutput.ok()
  }
  const graph = new Pipeline('two').withStage('a', ask).withStage('b', ask).build({ clock })
  const leg = async <T extends { readonly status: string }>(running: Promise<T>) => {
    await clock.runAll()
    const result = await running
    await clock.advance(100)
    return result as Extract<T, { readonly status: 'suspended' }>
  }
  const first = await leg(graph.run())
  const second = await leg(resumeRun(graph, first, { a: 1 }))
  expect(linesOf(second.report, { width: 50 }).slice(1, 3)).toEqual([
    expect.stringMatching(/a █+┈+█+ +100 ms {2}ok$/),
    expect.stringMatching(/b █+ +100 ms {2}suspend$/),
  ])
  const third = await leg(resumeRun(graph, second, { b: 1 }))
  expect(linesOf(third.report, { width: 50 }).slice(1, 3)).toEqual([
    expect.stringMatching(/a █+┈+█+ +100 ms {2}ok$/),
    expect.stringMatching(/b █+┈+█+ +100 ms {2}ok$/),
  ])
})

test('color adds only escape sequences, and is off by default', () => {
  const colored = timeline(chatReport, { color: true })
  expect(colored).not.toBe(timeline(chatReport))
  expect(colored.replaceAll(SEQUENCES, '')).toBe(timeline(chatReport))
  expect(timeline(chatReport)).toBe(timeline(chatReport, { color: false, width: 80 }))
})

test('a failed run shows its reason once, and the stages that did not start', () => {
  const report = reportOf(
    100,
    [
      written('llm', {
        startedAt: 0,
        endedAt: 60,
        status: 'fail',
        error: { code: 'core/stage-failed', message: '503 from the model' },
      }),
      written('web', {
        startedAt: 0,
        endedAt: 40,
        status: 'fail',
        tolerated: true,
        error: { code: 'timeout/timed-out', message: 'took longer than 40 ms' },
      }),
      written('slow', { startedAt: 0, endedAt: 100, status: 'cancel', abandoned: true, reason: 'stage "llm" failed' }),
      written('guard', { status: 'cancel', reason: 'stage "llm" failed' }),
      written('store', { status: 'cancel', reason: 'no port' }),
    ],
    { status: 'failed', droppedEvents: 3 },
  )
  expect(linesOf(report, { width: 70 })).toEqual([
    'chat · failed · 100 ms · 2 fail, 3 cancel · 3 events dropped',
    '  llm   █████████████████████▋                60 ms  fail',
    '        ↳ 503 from the model',
    '  web   ██████████████▍                       40 ms  fail    tolerated',
    '        ↳ timeout/timed-out: took longer than 40 ms',
    '● slow  ████████████████████████████████████ 100 ms  cancel  abandoned',
    '        ↳ stage "llm" failed',
    '  guard not started                                  cancel',
    '  store not started: no port                         cancel',
    '  ● critical path',
  ])
})

test('a stage with child runs shows their number', () => {
  const child = reportOf(5, [])
  const report = reportOf(10, [
    written('one', { startedAt: 0, endedAt: 10, children: [child] }),
    written('two', { startedAt: 0, endedAt: 10, children: [child, child] }),
  ])
  expect(linesOf(report)[1]).toMatch(/ok {2}1 child run$/)
  expect(linesOf(report)[2]).toMatch(/ok {2}2 child runs$/)
})

test('a bar ends within an eighth of a column, and a very short one is still drawn', () => {
  const report = reportOf(80, [
    written('a', { startedAt: 0, endedAt: 13 }),
    written('b', { startedAt: 14, endedAt: 14 }),
    written('c', { startedAt: 15, endedAt: 35 }),
    written('d', { startedAt: 80, endedAt: 80 }),
  ])
  const bars = linesOf(report, { width: 30 })
    .slice(1, 5)
    .map((line) => line.slice(4))
  expect(bars).toEqual([
    '██▋              13 ms  ok',
    '  ▏               0 ms  ok',
    '   ████          20 ms  ok',
    '               ▕  0 ms  ok',
  ])
})

test('a run without duration, a run without stages and a refused run are drawn', () => {
  expect(linesOf(reportOf(0, [written('a', { startedAt: 0, endedAt: 0 })]), { width: 40 })).toEqual([
    'chat · completed · 0 ms · 1 ok',
    '● a ▏                           0 ms  ok',
    '  ● critical path',
  ])
  expect(timeline(reportOf(5, []))).toBe('chat · completed · 5 ms')
  expect(linesOf(reportOf(5, [written('a', { status: 'cancel' })], { status: 'failed' }))).toEqual([
    'chat · failed · 5 ms · 1 cancel',
    `  a not started${' '.repeat(59)}cancel`,
  ])
})

test('stages stand in the order that they began, then as the pipeline declares them', () => {
  const report = reportOf(10, [
    written('1', { startedAt: 0, endedAt: 1 }),
    written('late', { startedAt: 5, endedAt: 10 }),
    written('2', { startedAt: 0, endedAt: 1 }),
    written('never', { status: 'cancel' }),
  ])
  const pipeline = infoOf(['2', 'never', 'late', '1'].map((name) => ({ name, dependencies: [] })))
  const namesOf = (lines: readonly string[]): string[] =>
    lines.slice(1, 5).map((line) => line.slice(2).replace(/ .*/, ''))
  expect(namesOf(linesOf(report))).toEqual(['1', '2', 'late', 'never'])
  expect(namesOf(linesOf(report, { pipeline }))).toEqual(['2', '1', 'late', 'never'])
})

test('of very many stages the most important are shown, and the others counted', () => {
  const records = Array.from({ length: 1_000 }, (_, index) =>
    written(`s${index}`, { startedAt: 0, endedAt: index % 100 }),
  )
  const report = reportOf(200, [
    ...records,
    written('last', { startedAt: 0, endedAt: 200 }),
    written('broken', { startedAt: 0, endedAt: 1, status: 'fail' }),
    written('skipped', { status: 'skip', endedAt: 3 }),
  ])
  expect(linesOf(report)).toHaveLength(1 + 40 + 2)
  const few = linesOf(report, { maxRows: 3 })
  expect(few.slice(1, 4).map((line) => line.slice(0, 9))).toEqual(['  s99    ', '● last   ', '  broken '])
  expect(few[4]).toBe('  … 1000 more: 999 ok, 1 skip')
  expect(linesOf(report, { maxRows: 0 })).toHaveLength(2)
  expect(linesOf(report, { maxRows: Infinity })).toHaveLength(1_003 + 2)
})

test('nothing in a name, reason or error can move the cursor or forge a line', () => {
  const evil = 'x\u001b[2J\u001b]0;title\u0007\r\n● forged 1 ms  ok\u202e'
  const report = reportOf(
    10,
    [
      written('日本語', { startedAt: 0, endedAt: 10 }),
      written('fails', {
        startedAt: 0,
        endedAt: 5,
        status: 'fail',
        error: { code: 'core/stage-failed', message: evil },
      }),
      written('skips', { status: 'skip', endedAt: 5, reason: evil }),
    ],
    { pipeline: evil },
  )
  const lines = linesOf(report, { width: 80 })
  expect(lines).toHaveLength(6)
  expect(lines.join('')).not.toMatch(/[\p{Cc}\u202e]/u)
  expect(lines[0]).toMatch(/^x ● forged 1 ms ok · completed/)
})

test('no line of any run is wider than the option width', () => {
  const text = fc.string({ unit: 'grapheme', maxLength: 60 })
  fc.assert(
    fc.property(
      plannedRuns({ joins: true, queues: true }),
      fc.integer({ min: 30, max: 200 }),
      text,
      text,
      (run, width, name, reason) => {
        const report = simulate(run)
        const wide = [
          written(`名${'前'.repeat(9)}`, {
            startedAt: 0,
            endedAt: report.endedAt,
            status: 'fail',
            tolerated: true,
            abandoned: true,
            error: { code: 'core/stage-failed', message: reason },
          }),
          written('skips', { status: 'skip', reason }),
        ]
        const given = {
          ...report,
          pipeline: name,
          stages: { ...report.stages, ...Object.fromEntries(wide.map((record) => [record.stage, record])) },
        }
        for (const line of linesOf(given, { width })) expect(columnsOf(line, eastAsianWidth)).toBeLessThanOrEqual(width)
      },
    ),
    propertySettings(300),
  )
})

test('with redaction no reason and no error shows a secret; without it they stay', () => {
  const report = reportOf(10, [
    written('fails', {
      startedAt: 0,
      endedAt: 5,
      status: 'fail',
      error: { code: 'core/stage-failed', message: 'password=hunter2' },
    }),
    written('skips', { status: 'skip', endedAt: 5, reason: 'ssn: 123' }),
  ])
  expect(timeline(report)).toContain('password=hunter2')
  const clean = timeline(report, { redaction: { keys: ['ssn'] } })
  expect(clean).toContain('password=[redacted]')
  expect(clean).toContain('ssn: [redacted]')
  expect(clean).not.toMatch(/hunter2|123/)
})

test('illegal options are refused, all of them at once (report/illegal-option)', () => {
  let error: unknown
  try {
    timeline(chatReport, { color: 1, width: '80', redaction: true, rows: 5 } as unknown as TimelineOptions)
  } catch (thrown) {
    error = thrown
  }
  expect(StageflowError.is(error, 'report/illegal-option')).toBe(true)
  expect((error as Error).message).toBe(
    "timeline(): redaction must be an object such as { keys: ['ssn'] }, or false, not true; " +
      'width must be a number, not "80"; color must be true or false, not 1; unknown option "rows" ' +
      '(known: redaction, width, color, maxRows, pipeline).',
  )
})

test.each([0, -1, NaN, undefined])('a width of %s, as a pipe has, is taken as 80', (width) => {
  expect(timeline(chatReport, width === undefined ? {} : { width })).toBe(timeline(chatReport, { width: 80 }))
})
