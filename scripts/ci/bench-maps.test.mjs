import { createRequire } from 'node:module'

import { expect, test } from 'vitest'

import { listCases } from '../../benchmarks/maps/cases.mjs'
import { openMap } from '../../benchmarks/maps/open-map.mjs'
import { readOptions } from '../../benchmarks/maps/options.mjs'
import { subjectIds } from '../../benchmarks/maps/subjects.mjs'
import { judgeBars, mapProblems, mapTables, renderMaps } from '../../benchmarks/report/maps.mjs'
import * as core from '../../packages/core/src/index.ts'
import { getDefaultInterceptors } from '../../packages/defaults/src/index.ts'

const ITEMS = Array.from({ length: 40 }, (_, index) => `d${index}`)

const opened = (as, interceptors, each) => openMap(core, { each, concurrency: 3, interceptors, as })

const pino = createRequire(new URL('../../packages/interceptor-logging/package.json', import.meta.url))('pino')
const silentDefaults = () => getDefaultInterceptors({ logging: { logger: pino({ level: 'silent' }) } })

const WAYS = ['function', 'runChild', 'pipeline'].flatMap((as) => [
  [as, 'bare', () => []],
  [as, 'with the defaults', silentDefaults],
])

test.each(WAYS)(
  'a map with %s, %s, returns each item, at most 3 at once, also when it runs again',
  async (as, _, made) => {
    let running = 0
    let most = 0
    const map = opened(as, made(), async (item) => {
      running += 1
      most = Math.max(most, running)
      await Promise.resolve()
      running -= 1
      return { value: item }
    })
    if (as === 'pipeline' && map.missing !== undefined) return expect(map.missing).toMatch(/\beach\b/)
    for (const items of [ITEMS, ITEMS.slice(0, 5)]) {
      const result = await map.run(items)
      expect(items.map((item, index) => map.valueAt(result, index))).toEqual(items)
    }
    expect(most).toBe(3)
  },
)

test.each(WAYS)('a map with %s, %s, aborts the signals of its items when its run is aborted', async (as, _, made) => {
  const controller = new AbortController()
  const waiting = []
  const aborted = []
  const map = opened(as, made(), async (item, { signal }) => {
    const { promise, reject } = Promise.withResolvers()
    signal.addEventListener('abort', () => {
      aborted.push(item)
      reject(signal.reason)
    })
    waiting.push(item)
    if (waiting.length === 3) controller.abort(new Error('Not needed.'))
    return await promise
  })
  if (as === 'pipeline' && map.missing !== undefined) return
  const result = await map.run(ITEMS, controller.signal)
  expect([result.status, aborted]).toEqual(['cancelled', ['d0', 'd1', 'd2']])
  expect(() => map.valueAt(result, 0)).toThrow('The map ended as cancelled.')
})

test('a map whose item fails rejects', async () => {
  const map = opened('function', [], async () => {
    throw new Error('The disk is full.')
  })
  await expect(map.run(ITEMS)).rejects.toThrow('The disk is full.')
})

test('without arguments, every subject is measured in five rounds, and the page is written', () => {
  expect(readOptions([])).toEqual({
    rounds: 5,
    subjects: subjectIds,
    sizes: [10_000, 100_000],
    page: true,
    json: false,
    help: false,
  })
})

test.each([['--quick'], ['--only', 'pMap'], ['--json']])('with %s, no page is written', (...args) => {
  expect(readOptions(args).page).toBe(false)
})

test('fewer rounds and some subjects can be chosen', () => {
  expect(readOptions(['--rounds', '2', '--only', 'bare,pMap'])).toMatchObject({ rounds: 2, subjects: ['pMap', 'bare'] })
  expect(readOptions(['--quick'])).toMatchObject({ rounds: 1, sizes: [10_000] })
})

test.each([
  [['--rounds', '0'], '--rounds takes a whole number of 1 or more, not "0".'],
  [['--only', 'pMap,all'], '--only does not know "all"; it takes pMap, pLimit,'],
  [['--fast'], "Unknown option '--fast'"],
])('%j is refused, with what to pass instead', (args, message) => {
  expect(() => readOptions(args)).toThrow(message)
})

test('every other round measures the subjects in reverse order', () => {
  const cases = listCases({ subjects: ['pMap', 'bare'], sizes: [10_000], rounds: 2 })
  expect(cases.filter(({ mode }) => mode === 'time').map(({ round, subject }) => [round, subject])).toEqual([
    [0, 'pMap'],
    [0, 'bare'],
    [1, 'bare'],
    [1, 'pMap'],
  ])
  expect(new Set(cases.map(({ mode }) => mode))).toEqual(new Set(['time', 'kept', 'waiting', 'cancel']))
})

const timed = (...micros) => micros.map((value) => ({ microsPerRun: value * 10_000, busy: 1, items: 10_000 }))
const RUN = {
  subjects: ['pMap', 'effect', 'bare', 'defaults', 'pipeline'],
  sizes: [10_000],
  rounds: 3,
  machine: { cores: 2, cpu: 'a CPU', memoryGb: 8, platform: 'linux', node: 'v24.0.0' },
  versions: { 'p-map': '7.1.1' },
  load: [0.5, 1.25],
  results: {
    pMap: {
      'time 10000': timed(2, 1, 9),
      'kept 10000': [{ bytes: 40.4, rssBytes: 90 }],
      'waiting 10000': [{ bytes: 1_234.4, rssBytes: 0 }],
      'cancel 10000': [{ bytes: 2_000, rssBytes: 0, cancelMicros: 12_340 }],
    },
    effect: { 'time 10000': [{ timedOut: true }], 'kept 10000': [{ error: 'trace:\nError: no memory\n  at x' }] },
    bare: { 'time 10000': timed(4, 3, 5), 'kept 10000': [{ bytes: 151, rssBytes: 300 }] },
    defaults: { 'time 10000': timed(12.1) },
    pipeline: { 'time 10000': [{ missing: 'no such each' }], 'kept 10000': [{ missing: 'no such each' }] },
  },
}

test('the tables have medians, the spread and the ratio to p-map, and say what is missing', () => {
  const [costs, flight] = mapTables(RUN)
  expect(costs.rows).toEqual([
    ['p-map', '2.00', '1.00–9.00', '1.00×', '40', '90'],
    ['`Effect.forEach`', 'too slow', 'too slow', 'too slow', 'error', 'error'],
    ['`withMap`, bare', '4.00', '3.00–5.00', '2.00×', '151', '300'],
    ['`withMap`, the 7 defaults', '12.1', '12.1–12.1', '6.05×', '–', '–'],
    ['`each: pipeline`, bare', 'n/a', 'n/a', 'n/a', 'n/a', 'n/a'],
  ])
  expect(flight.rows.slice(0, 2)).toEqual([
    ['p-map', '1,234', '2,000', '12.3'],
    ['`Effect.forEach`', '–', '–', '–'],
  ])
  expect(mapProblems(RUN)).toEqual([
    '`Effect.forEach`, time 10000: stopped, because it took too long.',
    '`Effect.forEach`, kept 10000: Error: no memory',
    "`each: pipeline`, bare: n/a, because this core can't build it.",
  ])
})

test('a bar is met up to its limit, and one that was not measured is left out', () => {
  expect(judgeBars(RUN)).toEqual([
    { name: '`withMap`, bare: time an item, 10,000 items', limit: '≤ 5.00 µs', measured: '4.00 µs', met: true },
    { name: '`withMap`, bare: kept an item, 10,000 items', limit: '≤ 150 B', measured: '151 B', met: false },
    {
      name: '`withMap`, the 7 defaults: time an item, 10,000 items',
      limit: '≤ 12.0 µs',
      measured: '12.1 µs',
      met: false,
    },
  ])
})

test('the page states the load of the machine and how many timings were disturbed', () => {
  const [first, ...others] = RUN.results.pMap['time 10000']
  const pMap = { ...RUN.results.pMap, 'time 10000': [{ ...first, busy: 0.5 }, ...others] }
  const page = renderMaps({ ...RUN, results: { ...RUN.results, pMap } })
  expect(page).toContain('0.5 at the start, 1.3 at the end. Other processes disturbed 1 of 7 timings.')
  expect(page).toContain('| `withMap`, bare: kept an item, 10,000 items | ≤ 150 B | 151 B | ✗ **missed** |')
})
