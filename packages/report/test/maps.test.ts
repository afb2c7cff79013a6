import { StageOutput, Pipeline, type ItemRecord, type MapRecord, type PipelineReport } from '@stageflow/core'
import { resumeRun } from '@stageflow/core/durable'
import { columnsOf } from '@stageflow/core/kit'
import { manualClock } from '@stageflow/testing'
import fc from 'fast-check'
import { eastAsianWidth } from 'get-east-asian-width'
import { describe, expect, test } from 'vitest'
import { propertySettings } from '../../core/test/property-settings.ts'
import { chromeTrace, type CompleteEvent } from '../src/chrome-trace.ts'
import { criticalPath } from '../src/checked-path.ts'
import type { PathItem } from '../src/critical-path.ts'
import { mermaid, mermaidRun } from '../src/mermaid.ts'
import { slack } from '../src/checked-path.ts'
import { timeline } from '../src/timeline.ts'
import { timelineSvg } from '../src/timeline-svg.ts'
import { numberOf, readSvg, withClass, withTag, type SvgElement } from './read-svg.ts'
import { itemsOf, runMap, type PlannedItem, type PlannedMap } from './real-maps.ts'
import { reportOf, written } from './written-report.ts'

const reportFor = async (planned: PlannedMap): Promise<PipelineReport> => (await runMap(planned)).report
/** One of each kind, among many that took 10 ms. */
const ONE_OF_EACH = {
  7: { ends: 'fail' },
  300: { ends: 'skip' },
  500: { failures: 2, pauseMs: 20 },
  700: { ms: 55 },
  995: { ms: 300, failures: 1, pauseMs: 50 },
} as const
const letters = (): Promise<PipelineReport> => reportFor({ items: itemsOf(1_000, ONE_OF_EACH) })

const itemOfPath = (report: PipelineReport): PathItem | undefined =>
  criticalPath(report).segments.find(({ stage }) => stage === 'letters')?.item
const svgOf = (...of: Parameters<typeof timelineSvg>): SvgElement => readSvg(timelineSvg(...of))
const nameOf = (row: SvgElement): string => withClass(row, 'name')[0]?.text ?? ''
const slicesOf = (report: PipelineReport, cat: string): readonly CompleteEvent[] =>
  chromeTrace(report).traceEvents.filter((event): event is CompleteEvent => event.ph === 'X' && event.cat === cat)
const mapOf = ({ stages }: PipelineReport): MapRecord => stages['letters']?.items as MapRecord
/** The report with other records of the items. */
function withRecords(report: PipelineReport, records: readonly ItemRecord[], total: number): PipelineReport {
  const record = report.stages['letters']!
  return {
    ...report,
    stages: { ...report.stages, letters: { ...record, items: { ...record.items!, records, total } } },
  }
}

describe('a timeline', () => {
  test('shows a map of 1,000 items as one row with its counts, and below it the items that tell most', async () => {
    expect(timeline(await letters()).split('\n')).toEqual([
      'mail · completed · 1.28 s · 3 ok',
      '● prepare   ▏                                             5 ms  ok',
      '● letters   ██████████████████████████████████████████▉ 1.27 s  ok',
      '            ↳ 1,000 items: 998 ok, 1 failed, 1 skipped · 997 not shown',
      '    doc-7   ▍                                            10 ms  fail',
      '            ↳ no letter for 7',
      '    doc-500           ▍▍▍                                70 ms  ok    3 attempts',
      '●   doc-995                     ▐██████████╌╌█████████▉ 650 ms  ok    2 attempts',
      '● save                                                ▐   5 ms  ok',
      '  ● critical path   ╌ backoff',
    ])
  })

  test('of many failures it shows four, those before others, and still the slowest items', async () => {
    const failing = Object.fromEntries([1, 2, 3, 4, 5, 6].map((index) => [index, { ends: 'fail' as const }]))
    const report = await reportFor({ items: itemsOf(40, { ...failing, 20: { ms: 80 }, 21: { failures: 1 } }) })
    const keys = [...timeline(report).matchAll(/doc-\d+/g)].map(([key]) => key)
    expect(keys).toEqual(['doc-1', 'doc-2', 'doc-3', 'doc-4', 'doc-20', 'doc-21'])
    expect(timeline(report)).toContain('↳ 40 items: 34 ok, 6 failed · 34 not shown')
  })

  test('of a map whose items all end well it shows the two slowest', async () => {
    const report = await reportFor({ items: itemsOf(6, { 2: { ms: 30 }, 4: { ms: 20 } }), concurrency: 6 })
    expect(timeline(report).match(/doc-\d+/g)).toEqual(['doc-2', 'doc-4'])
    expect(timeline(report)).toContain('↳ 6 items: 6 ok · 4 not shown')
  })

  test('a small map and a map without items say their counts', async () => {
    expect(timeline(await reportFor({ items: itemsOf(1) }))).toContain('↳ 1 item: 1 ok\n')
    expect(timeline(await reportFor({ items: [] }))).toContain('↳ 0 items\n')
  })

  test('an item and its map that failed with the same error show it once, and aborted items are counted', async () => {
    const report = await reportFor({ items: itemsOf(30, { 3: { ms: 4, ends: 'fail' } }), onItemFailure: 'fail' })
    const text = timeline(report)
    expect(text.match(/no letter for 3/g)).toHaveLength(1)
    expect(text).toContain('↳ 16 items: 1 failed, 15 unfinished · ')
    expect(text).toMatch(/● +doc-3 .* fail\n/)
  })

  test('rows of items use what the rows of stages leave of maxRows', async () => {
    const report = await letters()
    const rowsWith = (maxRows: number): string[] => timeline(report, { maxRows }).match(/^. {3}doc-\d+/gm) ?? []
    expect([3, 4, 5, 6, 7].map((maxRows) => rowsWith(maxRows).length)).toEqual([0, 1, 2, 3, 3])
    expect(timeline(report, { maxRows: 3 })).toContain('1 skipped · 1,000 not shown')
    expect(timeline(report, { maxRows: 2 })).toContain('… 1 more: 1 ok')
  })

  test('says how many items have no record', async () => {
    const report = await reportFor({ items: itemsOf(1_200, { 1_100: { ends: 'fail' } }) })
    expect(mapOf(report).records).toHaveLength(1_000)
    expect(timeline(report)).toContain('1,200 items: 1,199 ok, 1 failed · 1,197 not shown (200 not in the report)')
  })

  test('colors a failed item red, and color adds only escape sequences', async () => {
    const report = await letters()
    const colored = timeline(report, { color: true })
    const escape = String.fromCharCode(27)
    expect(colored).toContain(`${escape}[31mfail${escape}[0m`)
    expect(colored.replaceAll(new RegExp(`${escape}\\[[0-9;]*m`, 'g'), '')).toBe(timeline(report))
  })

  test('draws the items of a resumed map where they ran, with the wait for an answer', async () => {
    const clock = manualClock()
    const graph = new Pipeline('mail')
      .withMap('letters', {
        over: () => [20, 40, 60, 80],
        key: (ms) => `doc-${ms}`,
        onItemFailure: 'collect',
        each: async (ms, { resumed }) => {
          await clock.sleep(ms)
          if (ms === 60 && resumed === undefined) return StageOutput.suspend('ok?')
          return ms === 40 ? StageOutput.fail('no letter') : StageOutput.ok()
        },
      })
      .build({ clock })
    const settled = async <T>(running: Promise<T>): Promise<T> => {
      await clock.runAll()
      return running
    }
    const first = await settled(graph.run())
    if (first.status !== 'suspended') throw new Error('The run did not wait.')
    await clock.advance(120)
    const last = await settled(resumeRun(graph, first, { letters: { 'doc-60': 'yes' } }))
    expect(timeline(last.report, { width: 60 }).split('\n').slice(1)).toEqual([
      '● letters  ███████████┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈█████████ 60 ms  ok',
      '           ↳ 4 items: 3 ok, 1 failed · 1 not shown',
      '    doc-40 █████▊                                40 ms  fail',
      '           ↳ no letter',
      '●   doc-60 ████████▌┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈█████████ 60 ms  ok',
      '    doc-80 ███████████▍                          80 ms  ok',
      '  ● critical path   ┈ waiting for an answer',
    ])
    expect(timeline(JSON.parse(JSON.stringify(last.report)), { width: 60 })).toBe(timeline(last.report, { width: 60 }))
  })

  test('says how many child runs a report left out', () => {
    const child = reportOf(1, [written('a', { startedAt: 0, endedAt: 1 })])
    const facts = { startedAt: 0, endedAt: 1, children: [child], childrenLeftOut: 1_200 }
    expect(timeline(reportOf(1, [written('calls', facts)]), { width: 120 })).toContain(
      '1,201 child runs (1,200 not in the report)',
    )
  })
})

describe('a picture', () => {
  test('has the same rows, indented below the map, in the color of its kind, and a description', async () => {
    const { report, info } = await runMap({ items: itemsOf(1_000, ONE_OF_EACH) })
    const svg = svgOf(report, { pipeline: info })
    const rows = withClass(svg, 'row')
    expect(rows.map(nameOf)).toEqual(['prepare', 'letters', 'doc-7', 'doc-500', 'doc-995', 'save'])
    const xOf = (index: number): number => numberOf(withClass(rows[index]!, 'name')[0]!, 'x')
    expect(xOf(2)).toBeGreaterThan(xOf(1))
    expect(rows.map((row) => withClass(row, 'shape').length)).toEqual([1, 1, 0, 0, 0, 1])
    expect(withClass(rows[2]!, 'running')[0]?.attributes['class']).toBe('running tone-fail')
    expect(withClass(rows[4]!, 'running').map(({ attributes }) => attributes['class'])).toEqual([
      'running tone-fail',
      'running kind-transform',
    ])
    expect(withClass(rows[1]!, 'note')[0]?.text).toBe('1,000 items: 998 ok, 1 failed, 1 skipped · 997 not shown')
    const description = withTag(svg, 'desc')[0]?.text ?? ''
    expect(description).toContain('Item doc-7 of letters: fail, 5 ms to 15 ms, no letter for 7.')
    expect(description).toContain('Item doc-995 of letters: ok, 625 ms to 1.27 s, 2 attempts, on the critical path.')
    expect(svg.text).toContain('critical path prepare → letters#doc-995 → save')
  })

  test('puts the bars of items on the time scale of the run', async () => {
    const report = await reportFor({ items: itemsOf(2, { 0: { ms: 45 }, 1: { ms: 90 } }) })
    const bar = (name: string): SvgElement => {
      const row = withClass(svgOf(report), 'row').find((each) => nameOf(each) === name)!
      return withClass(row, 'running')[0]!
    }
    expect(numberOf(bar('doc-0'), 'x')).toBe(numberOf(bar('letters'), 'x'))
    expect(numberOf(bar('doc-0'), 'width') * 2).toBeCloseTo(numberOf(bar('letters'), 'width'), 1)
  })

  test('shows the items of a map of a child run, and at most maxRows rows', async () => {
    const clock = manualClock()
    const child = new Pipeline('child').withMap('pages', {
      over: () => [1, 2],
      each: (ms) => clock.sleep(ms),
      key: (ms) => `page-${ms}`,
    })
    const run = new Pipeline('parent').withPipeline('answer', child).build({ clock }).run()
    await clock.runAll()
    const { report } = await run
    expect(withClass(svgOf(report), 'row').map(nameOf)).toEqual(['answer', 'child', 'pages', 'page-1', 'page-2'])
    for (const maxRows of [1, 2, 3, 4]) expect(withClass(svgOf(report, { maxRows }), 'row')).toHaveLength(maxRows)
  })
})

describe('a critical path', () => {
  test('names the item that ended last, with its attempts and the backoff between them', async () => {
    expect(itemOfPath(await letters())).toEqual({
      index: 995,
      key: 'doc-995',
      certain: true,
      from: 625,
      to: 1_275,
      durationMs: 650,
      parts: [
        { kind: 'running', from: 625, to: 925, durationMs: 300 },
        { kind: 'backoff', from: 925, to: 975, durationMs: 50 },
        { kind: 'running', from: 975, to: 1_275, durationMs: 300 },
      ],
    })
  })

  test('names the item whose failure ended the map, not one that was aborted with it', async () => {
    const report = await reportFor({ items: itemsOf(5, { 1: { ms: 4, ends: 'fail' } }), onItemFailure: 'fail' })
    expect(itemOfPath(report)).toMatchObject({ key: 'doc-1', to: 9, certain: true })
  })

  test('names no item that ended after its map, such as one whose code ran on', async () => {
    const report = await reportFor({ items: itemsOf(1) })
    const [first] = mapOf(report).records
    const late: ItemRecord = { ...first!, index: 1, key: 'late', status: 'cancel', endedAt: 9_000 }
    expect(itemOfPath(withRecords(report, [first!, late], 2))).toMatchObject({ key: 'doc-0', to: 15 })
  })

  test('says that the item is not certain if one without a record may have ended later', async () => {
    const report = await reportFor({ items: itemsOf(1_600, { 1_599: { ms: 500 } }) })
    expect(itemOfPath(report)).toMatchObject({ key: 'doc-999', certain: false })
    expect(timeline(report)).not.toMatch(/● +doc-/)
    expect(svgOf(report).text).toContain('critical path prepare → letters → save')
    // A retried item has a record, and the map ended with it.
    const retried = await reportFor({ items: itemsOf(1_600, { 1_599: { ms: 500, failures: 1 } }) })
    expect(itemOfPath(retried)).toMatchObject({ key: 'doc-1599', certain: true })
  })

  test('has no item for other stages, a map without items, and items without times', async () => {
    const report = await reportFor({ items: [] })
    expect(criticalPath(report).segments.some((segment) => 'item' in segment)).toBe(false)
    const restored: ItemRecord = { index: 0, key: 'a', status: 'ok', startedAt: undefined, endedAt: undefined }
    expect(itemOfPath(withRecords(report, [restored], 1))).toBeUndefined()
  })
})

describe('a Mermaid diagram', () => {
  test('has one node for a map, with its counts and at most three failed items', async () => {
    const failing = Object.fromEntries([1, 2, 3, 4, 5].map((index) => [index, { ends: 'fail' as const }]))
    const { report, info } = await runMap({ items: itemsOf(1_000, failing) })
    expect(mermaid(info)).toContain('s1["letters<br/>for each item"]')
    const nodes = mermaidRun(report, info).split('\n').slice(1, 4)
    expect(nodes[1]).toBe(
      '  s1["letters<br/>630 ms<br/>1,000 items: 995 ok, 5 failed<br/>failed: doc-1, doc-2, doc-3, 2 more"]',
    )
  })

  test('escapes and cuts keys, which come from outside', async () => {
    const key = `"]; click s0 <b>\n${'x'.repeat(150)}`
    const { report, info } = await runMap({ items: itemsOf(1, { 0: { ends: 'fail' } }), keyOf: () => key })
    const line = mermaidRun(report, info).split('\n')[2] ?? ''
    expect(line).toMatch(
      /^ {2}s1\["letters<br\/>[^"<\]]*<br\/>[^"<\]]*<br\/>failed: #34;#93;#59; click s0 #60;b#62;[^"<\]]*"\]$/,
    )
    expect(line.length).toBeLessThan(160)
  })
})

describe('a Chrome trace', () => {
  test('has a slice for each item with a record, on lanes below those of the stages, with its attempts inside', async () => {
    const report = await reportFor({ items: itemsOf(20, { 3: { failures: 1, pauseMs: 5 }, 4: { ends: 'fail' } }) })
    const items = slicesOf(report, 'item')
    expect(items).toHaveLength(20)
    const lowest = Math.max(...slicesOf(report, 'stage').map(({ tid }) => tid))
    expect(Math.min(...items.map(({ tid }) => tid))).toBe(lowest + 1)
    expect(new Set(items.map(({ tid }) => tid)).size).toBe(16)
    const retried = items.find(({ name }) => name === 'letters#doc-3')!
    expect(retried).toMatchObject({
      ts: 5_000,
      dur: 25_000,
      args: { index: 3, key: 'doc-3', status: 'ok', attempts: 2 },
    })
    const attempts = slicesOf(report, 'attempt').filter(({ name }) => name.startsWith('letters#doc-3 '))
    expect(attempts.map(({ tid, ts, dur }) => [tid, ts, dur])).toEqual([
      [retried.tid, 5_000, 10_000],
      [retried.tid, 20_000, 10_000],
    ])
    expect(items.find(({ name }) => name === 'letters#doc-4')?.args).toMatchObject({
      status: 'fail',
      error: { message: 'no letter for 4' },
    })
  })

  test('has the counts of a map on its slice, and no slice for an item without a record or a start', async () => {
    const report = await reportFor({ items: itemsOf(1_200) })
    expect(slicesOf(report, 'item')).toHaveLength(1_000)
    const map = slicesOf(report, 'stage').find(({ name }) => name === 'letters')
    expect(map?.args['items']).toEqual({ total: 1_200, ok: 1_200, skip: 0, fail: 0, unfinished: 0, attempts: 1_200 })
    const restored: ItemRecord = { index: 0, key: 'a', status: 'ok', startedAt: undefined, endedAt: undefined }
    expect(slicesOf(withRecords(report, [restored], 1), 'item')).toEqual([])
  })
})

test('with redaction no key, reason, error or note of an item shows a secret; without it they stay', async () => {
  const clock = manualClock()
  const graph = new Pipeline('mail')
    .withMap('letters', {
      over: () => ['fail', 'skip'] as const,
      key: (ends) => `password=hunter2-${ends}`,
      onItemFailure: 'collect',
      each: (ends, context) => {
        context.note('attributes', { note: 'password=hunter2' })
        context.note('usage', { inputTokens: 3, note: 'password=hunter2' } as object)
        return ends === 'skip' ? StageOutput.skip('password=hunter2') : StageOutput.fail('password=hunter2')
      },
    })
    .build({ clock })
  const { report } = await graph.run()
  const drawings: readonly (readonly [string, (redaction?: object) => string])[] = [
    ['timeline', (redaction) => timeline(report, { ...redaction, width: 200 })],
    ['timelineSvg', (redaction) => timelineSvg(report, { ...redaction })],
    ['mermaidRun', (redaction) => mermaidRun(report, graph.info, { ...redaction })],
    ['chromeTrace', (redaction) => JSON.stringify(chromeTrace(report, { ...redaction }))],
  ]
  for (const [name, draw] of drawings) {
    expect(draw(), name).toContain('hunter2')
    expect(draw({ redaction: {} }), name).not.toContain('hunter2')
    expect(draw({ redaction: {} }), name).toContain('redacted')
  }
})

test('nothing in a key can move the cursor or forge a line', async () => {
  const key = `a${String.fromCharCode(27)}[2J\nletters ok\u202E`
  const report = await reportFor({ items: itemsOf(1), keyOf: () => key })
  const count = (text: string): number => text.split('\n').length
  expect(count(timeline(report))).toBe(count(timeline(await reportFor({ items: itemsOf(1) }))))
  expect(timeline(report)).not.toMatch(/[\u001b\u202e]/)
  expect(timelineSvg(report)).not.toMatch(/[\u001b\u202e]/)
  expect(slicesOf(report, 'item')[0]?.name).not.toContain('\n')
})

describe('a report from JSON', () => {
  const item: ItemRecord = { index: 0, key: 'a', status: 'ok', startedAt: 0, endedAt: 1 }
  const items: MapRecord = { total: 1, ok: 1, skip: 0, fail: 0, unfinished: 0, attempts: 1, records: [item] }
  const withItems = (value: unknown): PipelineReport =>
    reportOf(1, [written('letters', { startedAt: 0, endedAt: 1, items: value as MapRecord })])

  test('may have items, or none as those of older versions', () => {
    expect(timeline(withItems(items))).toContain('1 item: 1 ok')
    expect(timeline(withItems(undefined))).not.toContain('item')
  })

  test.each([
    ['a list', [items]],
    ['no records', { ...items, records: undefined }],
    ['a count that is not a number', { ...items, ok: '1' }],
    ['a negative count', { ...items, skip: -1 }],
    ['a missing count', { ...items, total: undefined }],
    ['more records than items', { ...items, records: [item, item] }],
    ['more than 1,000 records', { ...items, total: 1_001, records: Array.from({ length: 1_001 }, () => item) }],
    ['an item without a key', { ...items, records: [{ ...item, key: 7 }] }],
    ['an item without a place', { ...items, records: [{ ...item, index: undefined }] }],
    ['an item whose time is text', { ...items, records: [{ ...item, endedAt: 'noon' }] }],
    ['an item whose attempt has no start', { ...items, records: [{ ...item, attempts: [{}] }] }],
    ['an item whose error is text', { ...items, records: [{ ...item, error: 'broken' }] }],
    ['a record that is null', { ...items, records: [null] }],
  ])('is refused if its items have %s', (_what, value) => {
    expect(() => timeline(withItems(value))).toThrow(
      expect.objectContaining({ code: 'report/not-a-report', message: expect.stringContaining('["letters"].items') }),
    )
  })

  test('is refused if the number of child runs that are left out is not a count', () => {
    const record = written('letters', { startedAt: 0, endedAt: 1, childrenLeftOut: -1 })
    expect(() => criticalPath(reportOf(1, [record]))).toThrow('childrenLeftOut is not what a report has there')
  })
})

const plannedItem: fc.Arbitrary<PlannedItem> = fc.record({
  ms: fc.nat(30),
  failures: fc.constantFrom(0, 0, 0, 1, 2),
  pauseMs: fc.nat(20),
  ends: fc.constantFrom('ok', 'ok', 'ok', 'skip', 'fail'),
})

test('whatever items do, every function draws the run within its bounds, and from JSON as from the result', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(plannedItem, { maxLength: 20 }),
      fc.integer({ min: 1, max: 6 }),
      fc.constantFrom('fail' as const, 'skip' as const, 'collect' as const),
      fc.string({ unit: 'binary', maxLength: 12 }),
      fc.integer({ min: 30, max: 100 }),
      async (items, concurrency, onItemFailure, text, width) => {
        const { report, info } = await runMap({
          items,
          concurrency,
          onItemFailure,
          keyOf: (index) => `${text}${index}`,
        })
        const json = JSON.parse(JSON.stringify(report)) as PipelineReport
        const lines = timeline(report, { width }).split('\n')
        expect(lines.filter((line) => columnsOf(line, eastAsianWidth) > width)).toEqual([])
        expect(lines.length).toBeLessThan(30)
        expect(timeline(json, { width, pipeline: info })).toBe(timeline(report, { width, pipeline: info }))
        expect(withClass(svgOf(report), 'row').length).toBeLessThanOrEqual(10)
        expect(slack(report, info)['letters']).toBe(0)
        expect(mermaidRun(report, info).split('\n')[2]).toMatch(/^ {2}s1\["letters<br\/>[^"]*"\]$/)

        const { segments, durationMs } = criticalPath(report)
        expect(segments.reduce((sum, segment) => sum + segment.durationMs, 0)).toBe(durationMs)
        const last = itemOfPath(report)
        const map = report.stages['letters']!
        if (items.length > 0) expect(last).toMatchObject({ certain: true, to: map.endedAt })
        expect(last?.parts.reduce((sum, part) => sum + part.durationMs, 0)).toBe(last?.durationMs)

        const slices = [...slicesOf(report, 'item'), ...slicesOf(report, 'stage')]
        expect(slicesOf(report, 'item')).toHaveLength(mapOf(report).records.length)
        for (const a of slices) {
          const overlapping = slices.filter((b) => b !== a && b.tid === a.tid && b.ts > a.ts && b.ts < a.ts + a.dur)
          expect(overlapping).toEqual([])
        }
      },
    ),
    propertySettings(40),
  )
})
