import type { PipelineReport } from '@stageflow/core'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { numberOf, readSvg, withClass, withTag, type SvgElement } from '../test/read-svg.ts'
import { infoOf, plannedRuns, simulate } from '../test/simulated-run.ts'
import { chatReport, reportOf, written } from '../test/written-report.ts'
import { timelineSvg } from './timeline-svg.ts'
import type { TimelineSvgOptions } from './timeline-svg.ts'

const draw = (...of: Parameters<typeof timelineSvg>): SvgElement => readSvg(timelineSvg(...of))
const rowsOf = (svg: SvgElement): readonly SvgElement[] => withClass(svg, 'row')
const nameOf = (row: SvgElement): string => withClass(row, 'name')[0]?.text ?? ''
const rowOf = (svg: SvgElement, name: string): SvgElement => {
  const row = rowsOf(svg).find((each) => nameOf(each) === name)
  if (row === undefined) throw new Error(`No row "${name}" among ${rowsOf(svg).map(nameOf).join(', ')}.`)
  return row
}
const partOf = (svg: SvgElement, name: string, part: string): SvgElement => {
  const [only] = withClass(rowOf(svg, name), part)
  if (only === undefined) throw new Error(`The row of "${name}" has no part "${part}".`)
  return only
}
const centreOf = (element: SvgElement): number => numberOf(element, 'y') + numberOf(element, 'height') / 2
/** Where the bars of a run begin, and how many px a ms is. */
const scaleOf = (svg: SvgElement, name: string, from: number, to: number): { x: number; perMs: number } => {
  const bar = partOf(svg, name, 'running')
  const perMs = numberOf(bar, 'width') / (to - from)
  return { x: numberOf(bar, 'x') - from * perMs, perMs }
}

test('each stage is a row, in order of time, with its duration and status', () => {
  const svg = draw(chatReport)
  expect(rowsOf(svg).map(nameOf)).toEqual(['input_guard', 'profile', 'memory', 'llm', 'output_guard', 'persist'])
  expect(withClass(rowOf(svg, 'llm'), 'duration')[0]?.text).toBe('700 ms')
  expect(rowsOf(svg).map((row) => withClass(row, 'status')[0]?.text)).toEqual(['ok', 'ok', 'ok', 'ok', 'ok', 'skip'])
  const tops = rowsOf(svg).map((row) => numberOf(withClass(row, 'name')[0] as SvgElement, 'y'))
  expect(tops).toEqual(tops.toSorted((a, b) => a - b))
  expect(new Set(tops).size).toBe(6)
})

test('the wait for an answer is a part of the stage that asked, and no attempt', () => {
  const attempts = [
    { attempt: 1, startedAt: 0, endedAt: 100, status: 'suspend' as const },
    { attempt: 1, startedAt: 900, endedAt: 1_000, status: 'ok' as const },
  ]
  const svg = draw(reportOf(1_000, [written('approve', { readyAt: 0, startedAt: 900, endedAt: 1_000, attempts })]))
  const bars = withClass(rowOf(svg, 'approve'), 'running')
  const waiting = partOf(svg, 'approve', 'waiting')
  const [asked, answered] = bars.map((bar) => numberOf(bar, 'x'))
  expect(bars).toHaveLength(2)
  expect(numberOf(waiting, 'x1')).toBeCloseTo(Number(asked) + numberOf(bars[0] as SvgElement, 'width'), 0)
  expect(numberOf(waiting, 'x2')).toBeCloseTo(Number(answered), 0)
  expect(withClass(rowOf(svg, 'approve'), 'queued')).toEqual([])
  expect(
    timelineSvg(reportOf(1_000, [written('approve', { startedAt: 900, endedAt: 1_000, attempts })])),
  ).not.toContain('attempts')
})

test('bars lie where their time is, and every attempt, pause and wait is a part of its own', () => {
  const svg = draw(chatReport)
  const { x, perMs } = scaleOf(svg, 'profile', 0, 100)
  const spanOf = (bar: SvgElement): number[] => [
    Math.round((numberOf(bar, 'x') - x) / perMs),
    Math.round(numberOf(bar, 'width') / perMs),
  ]
  expect(withClass(rowOf(svg, 'llm'), 'running').map(spanOf)).toEqual([
    [200, 200],
    [600, 300],
  ])
  expect(spanOf(partOf(svg, 'memory', 'queued'))).toEqual([0, 100])
  const backoff = partOf(svg, 'llm', 'backoff')
  expect(Math.round((numberOf(backoff, 'x1') - x) / perMs)).toBe(400)
  expect(Math.round((numberOf(backoff, 'x2') - x) / perMs)).toBe(600)
  const waiting = partOf(svg, 'output_guard', 'waiting')
  expect((numberOf(waiting, 'x2') - x) / perMs).toBeLessThanOrEqual(900)
  expect((numberOf(waiting, 'x2') - x) / perMs).toBeGreaterThan(890)
})

test('a failed attempt has the color and the pattern of a failure, and attempts have numbers', () => {
  const llm = rowOf(draw(chatReport), 'llm')
  expect(withClass(llm, 'running').map(({ attributes }) => attributes['class'])).toEqual([
    'running tone-fail',
    'running kind-none',
  ])
  expect(withClass(llm, 'pattern').map(({ attributes }) => attributes['fill'])).toEqual(['url(#stageflow-fail)'])
  expect(withClass(llm, 'number').map(({ text }) => text)).toEqual(['1', '2'])
})

test('the attempts of a hedge, which overlap, share the height of the row', () => {
  const attempts = [
    { attempt: 1, startedAt: 0, endedAt: 80, status: 'cancel' as const },
    { attempt: 2, startedAt: 50, endedAt: 80, status: 'ok' as const },
  ]
  const bars = withClass(
    rowOf(draw(reportOf(80, [written('a', { startedAt: 0, endedAt: 80, attempts })])), 'a'),
    'running',
  )
  const [first, second] = bars.map((bar) => ({ from: numberOf(bar, 'y'), height: numberOf(bar, 'height') }))
  expect(first!.from + first!.height).toBeLessThanOrEqual(second!.from)
})

test('the critical path is marked at its rows and connected from end to start', () => {
  const svg = draw(chatReport)
  const critical = rowsOf(svg).filter((row) => withClass(row, 'mark').length > 0)
  expect(critical.map(nameOf)).toEqual(['memory', 'llm', 'output_guard'])
  const steps = withClass(svg, 'step')
  expect(steps).toHaveLength(2)
  const memory = partOf(svg, 'memory', 'running')
  expect(numberOf(steps[0] as SvgElement, 'x1')).toBeCloseTo(numberOf(memory, 'x') + numberOf(memory, 'width'), 1)
  expect(numberOf(steps[0] as SvgElement, 'y1')).toBeGreaterThan(centreOf(memory))
})

test('a kind has a shape and a color if the pipeline is given, and another pipeline is refused', () => {
  const stages = Object.keys(chatReport.stages).map((name) => ({ name, dependencies: [] }))
  const info = infoOf(stages)
  const kinds = ['guard', 'enrich', 'work', 'agent', 'route', 'transform'] as const
  const pipeline = { ...info, stages: info.stages.map((stage, index) => ({ ...stage, kind: kinds[index % 6]! })) }
  const svg = draw(chatReport, { pipeline })
  const shapes = rowsOf(svg).map((row) => withClass(row, 'shape')[0]!.attributes['class'])
  expect(shapes).toEqual(kinds.map((kind) => `shape kind-${kind}`))
  expect(partOf(svg, 'profile', 'running').attributes['class']).toBe('running kind-enrich')
  expect(withClass(svg, 'legend')[0]?.text).toContain('enrich')
  expect(withClass(draw(chatReport), 'shape')).toEqual([])
  expect(() => timelineSvg(chatReport, { pipeline: infoOf([]) })).toThrow(
    expect.objectContaining({ code: 'report/other-pipeline' }),
  )
})

const search = reportOf(
  900,
  [
    written('query', { startedAt: 200, endedAt: 500 }),
    written('rank', { startedAt: 500, endedAt: 900, releasedBy: 'query' }),
  ],
  {
    pipeline: 'search',
    startedAt: 200,
    endedAt: 900,
  },
)
const withChild = reportOf(1_000, [
  written('guard', { startedAt: 0, endedAt: 200 }),
  written('memory', { startedAt: 200, endedAt: 1_000, releasedBy: 'guard', children: [search] }),
])

test('the stages of a child run stand below their stage, indented, on the same axis', () => {
  const svg = draw(withChild)
  expect(rowsOf(svg).map(nameOf)).toEqual(['guard', 'memory', 'search', 'query', 'rank'])
  const lefts = rowsOf(svg).map((row) => numberOf(withClass(row, 'name')[0] as SvgElement, 'x'))
  expect(lefts[1]).toBe(lefts[0])
  expect(lefts[2]).toBeGreaterThan(lefts[1] as number)
  expect(lefts[3]).toBeGreaterThan(lefts[2] as number)
  const { x, perMs } = scaleOf(svg, 'guard', 0, 200)
  expect((numberOf(partOf(svg, 'query', 'running'), 'x') - x) / perMs).toBeCloseTo(200, 0)
  expect(rowsOf(svg).filter((row) => withClass(row, 'mark').length > 0)).toHaveLength(4)
})

test('skipped, cancelled and failed stages show their reason, and a status has a sign of its own', () => {
  const error = { code: 'core/stage-failed', message: '503 from the model' }
  const report = reportOf(
    100,
    [
      written('llm', { startedAt: 0, endedAt: 60, status: 'fail', error }),
      written('slow', { startedAt: 0, endedAt: 100, status: 'cancel', abandoned: true, reason: 'stage "llm" failed' }),
      written('store', { status: 'cancel', reason: 'no port' }),
      written('mail', { status: 'skip', readyAt: 50, endedAt: 50, reason: 'its condition was false' }),
    ],
    { status: 'failed', droppedEvents: 3 },
  )
  const svg = draw(report)
  expect(rowOf(svg, 'llm').text).toContain('503 from the model')
  expect(rowOf(svg, 'slow').text).toContain('abandoned')
  expect(rowOf(svg, 'store').text).toContain('not started: no port')
  expect(rowOf(svg, 'mail').text).toContain('its condition was false')
  expect(withClass(rowOf(svg, 'mail'), 'running')).toEqual([])
  expect(svg.text).toContain('3 events dropped')
  const signs = ['llm', 'slow', 'mail'].map((name) => withTag(withClass(rowOf(svg, name), 'sign')[0]!, 'path')[0])
  expect(new Set(signs.map((sign) => sign?.attributes['d'])).size).toBe(3)
})

test('a screen reader gets a title, and a description with every stage', () => {
  const svg = draw(chatReport)
  expect(svg.attributes['role']).toBe('img')
  const [title, description] = svg.children
  expect(title?.name).toBe('title')
  expect(title?.text).toBe('chat · completed · 1 s')
  expect(description?.name).toBe('desc')
  expect(description?.text).toContain('llm: ok, 200 ms to 900 ms, 2 attempts, on the critical path.')
  expect(description?.text).toContain('persist: skip, its condition was false.')
})

test.each([0.42, 4.4, 44, 4_400, 440_000, 9_000_000])('the axis of %d ms has two times, however narrow it is', (ms) => {
  const name = 'a_stage_whose_name_takes_room'
  const svg = draw(reportOf(ms, [written(name, { startedAt: 0, endedAt: ms })]), { width: 480 })
  expect(withClass(svg, 'tick').length).toBeGreaterThanOrEqual(2)
})

test('the axis begins at 0 and has round times within the plot', () => {
  const ticks = withClass(draw(reportOf(1_225, [written('a', { startedAt: 0, endedAt: 1_225 })])), 'tick')
  expect(ticks.map(({ text }) => text)).toEqual(['0 ms', '200 ms', '400 ms', '600 ms', '800 ms', '1 s', '1.2 s'])
  expect(withClass(draw(reportOf(0, [])), 'tick')).toHaveLength(1)
})

test('light and dark colors are in the picture, and the same report gives the same text', () => {
  const text = timelineSvg(chatReport)
  expect(text).toContain('@media (prefers-color-scheme: dark)')
  expect(timelineSvg(JSON.parse(JSON.stringify({ ...chatReport, pipelineRunId: 'another' })))).toBe(text)
  expect(text).not.toMatch(/<script|href=|NaN|undefined/)
})

test('names are escaped, made safe, and cut to their column', () => {
  const evil = '</text><script>alert("1")</script>&\u0000\ufffe\u202e'
  const report = reportOf(10, [written(evil.repeat(9), { startedAt: 0, endedAt: 10 })], { pipeline: evil })
  const svg = draw(report)
  expect(withTag(svg, 'script')).toEqual([])
  expect(nameOf(rowsOf(svg)[0]!)).toMatch(/^<\/text><script>.*…$/)
  expect(svg.text).not.toMatch(/[\u202e\ufffe]/)
})

test('of very many stages the most important are drawn, and the others counted', () => {
  const records = Array.from({ length: 1_000 }, (_, index) => written(`s${index}`, { startedAt: 0, endedAt: index }))
  const report = reportOf(1_000, [...records, written('bad', { startedAt: 0, endedAt: 1, status: 'fail' })])
  expect(rowsOf(draw(report))).toHaveLength(40)
  const few = draw(report, { maxRows: 2 })
  expect(rowsOf(few).map(nameOf)).toEqual(['s999', 'bad'])
  expect(few.text).toContain('… 999 more: 999 ok')
  const parent = draw(withChild, { maxRows: 3 })
  expect(rowsOf(parent).map(nameOf)).toEqual(['guard', 'memory', 'search'])
  expect(parent.text).toContain('… 2 more: 2 ok')
})

type Box = [number, number, number, number]

test('nothing of any run is drawn outside of the picture, and all of it is well-formed', () => {
  const text = fc.string({ unit: 'binary', maxLength: 60 })
  fc.assert(
    fc.property(
      plannedRuns({ joins: true, queues: true }),
      fc.integer({ min: 480, max: 2_000 }),
      text,
      text,
      (run, width, name, reason) => {
        const report = simulate(run)
        const error = { code: 'core/stage-failed', message: reason }
        const more = [
          written(`名${'前'.repeat(40)}`, { startedAt: 0, endedAt: report.endedAt, status: 'fail', error }),
          written(`s${name}`, { status: 'skip', reason }),
        ]
        const stages = { ...report.stages, ...Object.fromEntries(more.map((record) => [record.stage, record])) }
        const svg = draw({ ...report, pipeline: name, stages } as PipelineReport, { width })
        expect(numberOf(svg, 'width')).toBe(width)
        const outside = withTag(svg, 'rect').filter((rect) => {
          if (rect.attributes['x'] === undefined) return false
          const [x, y, wide, high] = ['x', 'y', 'width', 'height'].map((name) => numberOf(rect, name)) as Box
          return x < 0 || !(wide > 0) || x + wide > width || y + high > numberOf(svg, 'height')
        })
        expect(outside).toEqual([])
      },
    ),
    { numRuns: 100 },
  )
})

test('with redaction no reason, error or child shows a secret; without it they stay', () => {
  const failed = (stage: string): Parameters<typeof reportOf>[1][number] =>
    written(stage, {
      startedAt: 0,
      endedAt: 5,
      status: 'fail',
      error: { code: 'core/stage-failed', message: 'password=hunter2' },
    })
  const report = reportOf(10, [{ ...failed('a'), children: [reportOf(5, [failed('b')])] }])
  expect(timelineSvg(report).match(/hunter2/g)?.length).toBeGreaterThan(2)
  expect(timelineSvg(report, { redaction: {} })).not.toContain('hunter2')
  expect(timelineSvg(report, { redaction: {} })).toContain('[redacted]')
})

test('illegal options are refused, all of them at once (report/illegal-option)', () => {
  const options = { width: '80', color: true, redaction: true } as unknown as TimelineSvgOptions
  expect(() => timelineSvg(chatReport, options)).toThrow(
    expect.objectContaining({
      code: 'report/illegal-option',
      message: expect.stringMatching(/redaction must be.*width must be a number.*unknown option "color"/),
    }),
  )
})

test.each([0, -1, NaN, undefined])('a width of %s is taken as 860', (width) => {
  expect(timelineSvg(chatReport, width === undefined ? {} : { width })).toBe(timelineSvg(chatReport, { width: 860 }))
})
