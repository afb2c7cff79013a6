import { StageflowError } from '@stageflow/core'
import { manualClock } from '@stageflow/testing'
import { expect, test } from 'vitest'

import { eventOf, numbers, scriptedExporter } from '../test/scripted-exporter.ts'
import { BufferedExporter, fanOutExporter, filterExporter } from './index.ts'
import type { Exporter } from './index.ts'

const clock = manualClock()
const refusal = (text: string) => Object.assign(new Error(text), { retryable: false })

test('every exporter gets every batch, and one that fails gets it again alone', async () => {
  const [one, two, three] = [scriptedExporter(), scriptedExporter(), scriptedExporter()]
  const buffer = new BufferedExporter(fanOutExporter({ one, two, three }), { clock, batchSize: 2, random: () => 1 })
  two.failure = new Error('two is down')
  for (const seq of numbers(1, 4)) buffer.emit(eventOf(seq))
  await clock.advance(300)
  expect(one.batches).toEqual([[1, 2]])
  expect(two.batches).toEqual([])
  two.failure = undefined
  await clock.advance(400)
  for (const exporter of [one, two, three])
    expect(exporter.batches).toEqual([
      [1, 2],
      [3, 4],
    ])
  expect(two.calls).toHaveLength(5)
  expect(await buffer.close()).toMatchObject({ delivered: 4, lost: 0 })
})

test('one error has the errors of all exporters', async () => {
  const [one, two, three] = [scriptedExporter(), scriptedExporter(), scriptedExporter()]
  one.failure = new Error('one is down')
  three.failure = 'three is down'
  const error: unknown = await fanOutExporter({ one, two, three })
    .export([eventOf(1)])
    .catch((thrown: unknown) => thrown)
  expect(StageflowError.is(error, 'exporter-buffered/fan-out-failed')).toBe(true)
  expect((error as Error).message).toBe('2 of 3 exporters failed to export: one: one is down; three: three is down')
  expect(((error as Error).cause as AggregateError).errors).toEqual([one.failure, three.failure])
  expect((error as { retryable?: boolean }).retryable).toBe(true)
})

test('a batch that one exporter refuses for good is a dead letter once all others have written it', async () => {
  const letters: unknown[] = []
  const [one, two, three] = [scriptedExporter(), scriptedExporter(), scriptedExporter()]
  const fanOut = fanOutExporter({ one, two, three })
  const buffer = new BufferedExporter(fanOut, {
    clock,
    batchSize: 1,
    random: () => 1,
    onDeadLetter: ({ error, attempts }) => letters.push([String(error), attempts]),
  })
  one.failure = refusal('one wants none of it')
  two.failure = new Error('two is down')
  buffer.emit(eventOf(1))
  await clock.settle()
  two.failure = undefined
  expect(letters).toEqual([])
  await clock.advance(100)
  const text = 'StageflowError: 1 of 3 exporters failed to export: one: one wants none of it'
  expect(letters).toEqual([[text, 2]])
  expect([one.calls.length, two.batches, three.batches]).toEqual([1, [[1]], [[1]]])
  await buffer.close()
})

test('a batch that was refused late and written the second time is not a dead letter', async () => {
  const [one, two] = [scriptedExporter(), scriptedExporter()]
  const fanOut = fanOutExporter({ one, two })
  const batch = [eventOf(1)]
  one.isHeld = true
  const late = fanOut.export(batch).catch((error: unknown) => String(error))
  await clock.settle()
  two.failure = new Error('two is down')
  const again = fanOut.export(batch)
  one.answer(refusal('too late'))
  expect(await late).toContain('too late')
  one.answer()
  await again
  expect([one.batches, two.batches]).toEqual([[[1]], [[1]]])
})

test('flush and close reach all exporters, whatever one does', async () => {
  const ends: string[] = []
  const ending = (name: string, fails = false) => ({
    export: () => Promise.resolve(),
    flush: () => (ends.push(`flush ${name}`), fails ? Promise.reject(new Error(`${name} cannot`)) : Promise.resolve()),
    close: () => {
      ends.push(`close ${name}`)
      if (fails) throw new Error(`${name} cannot close`)
      return Promise.resolve()
    },
  })
  const fanOut = fanOutExporter({
    one: ending('one', true),
    plain: { export: () => Promise.resolve() },
    two: ending('two'),
  })
  await expect(fanOut.flush()).rejects.toThrow('flush() of exporter "one" failed: one cannot')
  expect(await fanOut.close()).toMatchObject({
    one: { error: { message: 'close() of exporter "one" failed: one cannot close' } },
    plain: { error: undefined },
    two: { error: undefined },
  })
  expect(ends).toEqual(['flush one', 'flush two', 'close one', 'close two'])
})

test('a fan-out and a filter close in time, pass on what is left of it, and resolve with the reports of those behind', async () => {
  const hangs = { ...scriptedExporter(), close: () => new Promise<void>(() => {}) }
  const limits: unknown[] = []
  const reports = { ...scriptedExporter(), close: async (wait: unknown) => (limits.push(wait), { lost: 2 }) }
  const broken = { ...scriptedExporter(), close: async () => ({ error: 'disk full' }) }
  const fanOut = fanOutExporter({ hangs, filtered: filterExporter(reports, { clock }), broken }, { clock })
  const closed = fanOut.close({ timeoutMs: 200 })
  await clock.advance(200)
  expect(await closed).toMatchObject({
    hangs: {
      error: {
        code: 'exporter-buffered/downstream',
        message: expect.stringContaining('close() of exporter "hangs" took longer than 200 ms') as unknown,
      },
    },
    filtered: { error: undefined, report: { error: undefined, report: { lost: 2 } } },
    broken: { error: 'disk full', report: { error: 'disk full' } },
  })
  expect(limits).toEqual([{ timeoutMs: 200 }])
  const filtered = filterExporter(hangs, { clock }).close({ timeoutMs: undefined as never })
  await clock.advance(5_000)
  expect(await filtered).toMatchObject({ error: { code: 'exporter-buffered/downstream' } })
  await expect(fanOut.close({ timeout: 5 } as object)).rejects.toThrow('unknown option "timeout"')
  await expect(filterExporter(hangs, {}).close(7 as never)).rejects.toMatchObject({
    code: 'exporter-buffered/illegal-option',
  })
  expect(() => fanOutExporter({ hangs }, { time: clock } as object)).toThrow('unknown option "time"')
  expect(clock.timers).toEqual([])
})

test('a buffer gives the exporter behind it the time that is left, and reports that it did not close', async () => {
  const exporter = scriptedExporter()
  const limits: unknown[] = []
  const closing = { ...exporter, close: async (wait: unknown) => void limits.push(wait) }
  const buffer = new BufferedExporter(closing, { clock, batchSize: 1, random: () => 1 })
  exporter.isHeld = true
  const slow = new BufferedExporter({ ...closing, export: exporter.export }, { clock })
  slow.emit(eventOf(1))
  const closed = slow.close({ timeoutMs: 300 })
  await clock.advance(100)
  exporter.answer()
  expect(await closed).toMatchObject({ delivered: 1, error: undefined })
  await buffer.close({ signal: new AbortController().signal })
  expect(limits).toMatchObject([{ timeoutMs: 200 }, { timeoutMs: 5_000, signal: { aborted: false } }])
  const broken = fanOutExporter({ file: { ...exporter, close: () => Promise.reject(new Error('disk full')) } })
  expect(await new BufferedExporter(broken, { clock }).close()).toMatchObject({
    error: { message: 'close() of exporter "file" failed: disk full' },
  })
})

test.each<[given: unknown, problem: string]>([
  [undefined, 'the exporters must be an object of names and exporters, such as { log, file }, not undefined'],
  [[scriptedExporter()], 'the exporters must be an object of names and exporters, such as { log, file }, not an array'],
  [{}, 'at least one exporter is needed'],
  [scriptedExporter(), 'an exporter without a name was given'],
  [{ file: scriptedExporter(), table: null }, 'exporter "table" must be an object with export(events), not null'],
])('a fan-out of %o is refused (exporter-buffered/illegal-option)', (given, problem) => {
  expect(() => fanOutExporter(given as never)).toThrow(`fanOutExporter(): ${problem}`)
})

test('a filter of what is not an exporter is refused', () => {
  const problem = 'filterExporter(): the exporter must be an object with export(events), not an object.'
  expect(() => filterExporter({} as never, {})).toThrow(problem)
})

test('a fan-out counts for each exporter what it has written, refused and failed to write, and reports it at the end', async () => {
  const [good, picky, down] = [scriptedExporter(), scriptedExporter(), scriptedExporter()]
  const fanOut = fanOutExporter({ good, picky, down })
  picky.failure = refusal('no')
  down.failure = new Error('down')
  await fanOut.export([eventOf(1), eventOf(2)]).catch(() => {})
  expect(fanOut.stats()).toEqual({
    good: { delivered: 2, refused: 0, failures: 0, lastError: undefined },
    picky: { delivered: 0, refused: 2, failures: 1, lastError: picky.failure },
    down: { delivered: 0, refused: 0, failures: 1, lastError: down.failure },
  })
  expect(Object.isFrozen(fanOut.stats())).toBe(true)
  const { good: written, picky: refused, down: failed } = await fanOut.close()
  expect(written).toEqual({ delivered: 2, lost: 0, error: undefined, report: undefined })
  for (const report of [refused, failed]) expect(report).toMatchObject({ delivered: 0, lost: 2 })
  const again = fanOut.close({ timeoutMs: 0 })
  expect((await again).good).toBe(written)
})

test('a batch that is tried again is counted once, whichever call of the exporter ends first', async () => {
  const [slow, other] = [scriptedExporter(), scriptedExporter()]
  const fanOut = fanOutExporter({ slow, other })
  const batch = [eventOf(1)]
  slow.isHeld = true
  const first = fanOut.export(batch)
  const second = fanOut.export(batch)
  slow.answer()
  slow.answer()
  await Promise.all([first, second])
  expect(fanOut.stats()).toMatchObject({ slow: { delivered: 1 }, other: { delivered: 1 } })
  expect(await fanOut.close()).toMatchObject({ slow: { lost: 0 }, other: { lost: 0 } })
})

test('flush of a fan-out and of a filter keeps its limit, and passes it on', async () => {
  const waits: unknown[] = []
  const hangs = { ...scriptedExporter(), flush: (wait: unknown) => (waits.push(wait), new Promise<void>(() => {})) }
  const flushes = [fanOutExporter({ hangs }, { clock }), filterExporter(hangs, { clock })].map((each) =>
    expect(each.flush({ timeoutMs: 70 })).rejects.toMatchObject({ code: 'exporter-buffered/downstream' }),
  )
  await clock.advance(70)
  await Promise.all(flushes)
  expect(waits).toEqual([{ timeoutMs: 70 }, { timeoutMs: 70 }])
  await expect(fanOutExporter({ hangs }).flush({ time: 1 } as object)).rejects.toThrow('unknown option "time"')
  await expect(filterExporter(hangs, {}).flush(7 as never)).rejects.toMatchObject({
    code: 'exporter-buffered/illegal-option',
  })
})

test.each([
  ['a fan-out', (behind: Exporter) => fanOutExporter({ behind, other: scriptedExporter() }, { clock })],
  ['a filter', (behind: Exporter) => filterExporter(behind, { clock })],
])('flush of %s waits for the exports in progress, and then flushes with what is left of its limit', async (_, of) => {
  const scripted = scriptedExporter()
  scripted.isHeld = true
  const calls: unknown[] = []
  const wrapper = of({ ...scripted, flush: async (wait) => void calls.push(['flush', wait, scripted.written()]) })
  const exported = wrapper.export([eventOf(1)])
  const failed = wrapper.export([eventOf(2)])
  const flushed = wrapper.flush?.({ timeoutMs: 100 })
  await clock.advance(30)
  expect(calls).toEqual([])
  scripted.answer()
  await exported
  await clock.settle()
  expect(calls).toEqual([])
  scripted.answer(new Error('down'))
  await expect(failed).rejects.toThrow('down')
  await flushed
  expect(calls).toEqual([['flush', { timeoutMs: 70 }, [1]]])
  const held = wrapper.export([eventOf(3)])
  const late = expect(wrapper.flush?.({ timeoutMs: 50 })).rejects.toMatchObject({
    code: 'exporter-buffered/downstream',
  })
  await clock.advance(50)
  await late
  scripted.answer()
  await held
})

test('close of a fan-out and of a filter waits for the exports in progress, and counts them', async () => {
  const [one, two] = [scriptedExporter(), scriptedExporter()]
  one.isHeld = two.isHeld = true
  const closing = async (): Promise<void> => {}
  const fanOut = fanOutExporter({ one: { ...one, close: closing } }, { clock })
  const filter = filterExporter({ ...two, close: closing }, { clock })
  const exports = [fanOut.export([eventOf(1)]), filter.export([eventOf(1), eventOf(2)])]
  const closed = Promise.all([fanOut.close(), filter.close()])
  await clock.settle()
  one.answer()
  two.answer()
  await Promise.all(exports)
  expect(await closed).toMatchObject([{ one: { delivered: 1, lost: 0 } }, { delivered: 2, lost: 0 }])
})

test.each<[name: string, of: (behind: Exporter) => Exporter]>([
  ['fanOutExporter()', (behind) => fanOutExporter({ behind }, { clock })],
  ['filterExporter()', (behind) => filterExporter(behind, { clock, exclude: ({ seq }) => seq === 3 })],
])('%s refuses a batch after close, even if the exporter behind has no close', async (name, of) => {
  const behind = scriptedExporter()
  const wrapper = of({ export: behind.export })
  await wrapper.export([eventOf(1)])
  const closed = wrapper.close?.()
  for (const batch of [[eventOf(2)], [eventOf(3)]])
    await expect(wrapper.export(batch)).rejects.toMatchObject({
      code: 'exporter-buffered/closed',
      message: `${name} is closed, and did not export 1 event. Close it after the last export.`,
      retryable: false,
    })
  await closed
  expect(behind.written()).toEqual([1])
})

test('a filter reports what passed and was written, each event of a batch that came again once', async () => {
  const behind = scriptedExporter()
  const filter = filterExporter(behind, { clock, exclude: ({ seq }) => seq > 5 })
  const again = [eventOf(1), eventOf(2), eventOf(9)]
  await filter.export(again)
  await filter.export(again)
  behind.failure = new Error('down')
  await expect(filter.export([eventOf(3)])).rejects.toThrow('down')
  const report = await filter.close()
  expect(report).toEqual({ delivered: 2, lost: 1, error: undefined, report: undefined })
  expect(await filter.close()).toBe(report)
})

test('what an exporter behind has lost is lost for the buffer, the fan-out and the filter in front of it', async () => {
  const losing = { ...scriptedExporter(), close: async () => ({ delivered: 2, lost: 1, error: undefined }) }
  const buffer = new BufferedExporter(fanOutExporter({ file: filterExporter(losing, { clock }) }, { clock }), { clock })
  for (const seq of numbers(1, 3)) buffer.emit(eventOf(seq))
  expect(await buffer.close()).toEqual({ received: 3, delivered: 2, lost: 1, error: undefined })
})

const all = [
  'pipeline.started',
  'stage.llm.started',
  'stage.llm.failed',
  'stage.a.b.failed',
  'stage.failed',
  'app.said',
]
async function through(options: Parameters<typeof filterExporter>[1]): Promise<readonly string[]> {
  const exporter = scriptedExporter()
  await filterExporter(exporter, options).export(all.map((type, seq) => eventOf(seq, type)))
  return exporter.written().map((seq) => all[seq] as string)
}

test('a filter takes types, stars, regular expressions and functions, alone or in a list; exclude wins', async () => {
  expect(await through({})).toEqual(all)
  expect(await through({ include: 'app.said', exclude: [] })).toEqual(['app.said'])
  expect(await through({ include: /^app/, exclude: ({ seq }) => seq < 1 })).toEqual(['app.said'])
  expect(await through({ include: ['stage.*.failed'] })).toEqual(['stage.llm.failed', 'stage.a.b.failed'])
  expect(await through({ include: ['stage.*', /^app/g] })).toEqual(all.slice(1))
  expect(await through({ include: ['*l*m*'] })).toEqual(['stage.llm.started', 'stage.llm.failed'])
  expect(await through({ include: ['*'], exclude: ['*.failed'] })).toEqual([all[0], all[1], 'app.said'])
  expect(await through({ exclude: [({ seq }) => seq > 0] })).toEqual(['pipeline.started'])
  expect(await through({ include: ['STAGE.*', 'stage', '.'] })).toEqual([])
  expect(await through({ include: ['stage.failed*stage.failed'] })).toEqual([])
})

test('an empty selection is not exported; a batch that comes again is the same array behind the filter', async () => {
  const exporter = scriptedExporter()
  const filter = filterExporter(exporter, { include: ['b'] })
  await filter.export([eventOf(1, 'a')])
  expect(exporter.calls).toEqual([])
  const batch = [eventOf(1, 'a'), eventOf(2, 'b')]
  await filter.export(batch)
  await filter.export(batch)
  expect(exporter.calls[0]).toBe(exporter.calls[1])
  expect(exporter.calls[0]).toEqual([eventOf(2, 'b')])
})

test('an event that a function throws for is held back and counted; its neighbors pass', async () => {
  const exporter = scriptedExporter()
  const cause = new Error('no such field')
  const filter = filterExporter(exporter, {
    exclude: ({ seq }) => {
      if (seq === 2) throw cause
      return false
    },
  })
  await filter.export([1, 2, 3].map((seq) => eventOf(seq)))
  expect(exporter.written()).toEqual([1, 3])
  expect(filter.stats()).toEqual({ passed: 2, heldBack: 1, errors: 1, lastError: cause })
})

test('a batch that is tried again is judged once', async () => {
  const exporter = scriptedExporter()
  exporter.failure = new Error('down')
  const filter = filterExporter(exporter, { include: '*.failed', keepLast: true })
  const buffer = new BufferedExporter(filter, { clock, batchSize: 3, random: () => 1 })
  for (const [seq, type] of ['app.said', 'stage.a.failed', 'pipeline.completed'].entries())
    buffer.emit(eventOf(seq, type))
  await clock.advance(300)
  exporter.failure = undefined
  await buffer.close()
  expect(exporter.written()).toEqual([1, 2])
  expect(filter.stats()).toMatchObject({ passed: 2, heldBack: 1 })
})

test('illegal options of a filter are refused', () => {
  const options: unknown = { include: [], exclude: [7], only: [] }
  expect(() => filterExporter(scriptedExporter(), options as object)).toThrow(
    /include must be a type.*not an array; exclude must be a type.*not an array; unknown option "only"/,
  )
  expect(() => filterExporter(scriptedExporter(), undefined as never)).toThrow('the options must be an object')
})

test.each([
  ['fan-out', fanOutExporter({ file: scriptedExporter() })],
  ['filter', filterExporter(scriptedExporter(), {})],
])('an export of something else than an array is refused by a %s', async (_, exporter) => {
  for (const events of [undefined, 7, { nope: 1 }])
    await expect(exporter.export(events as never)).rejects.toMatchObject({
      code: 'exporter-buffered/illegal-option',
      message: expect.stringContaining('export(): events must be an array of events'),
    })
})
