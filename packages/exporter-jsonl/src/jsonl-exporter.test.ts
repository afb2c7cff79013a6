import { readFileSync, renameSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

import { Pipeline, StageflowError } from '@stageflow/core'
import { BufferedExporter } from '@stageflow/exporter-buffered'
import { manualClock } from '@stageflow/testing'
import fc from 'fast-check'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'

import { propertySettings } from '../../core/test/property-settings.ts'
import { eventOf, eventWhoseData, eventsOf, linesOf, temporaryFolder } from '../test/event-of.ts'
import { JsonlExporter } from './index.ts'
import type { JsonlExporterOptions } from './index.ts'

// Files are slow on a busy machine.
vi.setConfig({ testTimeout: 120_000 })

let folder: ReturnType<typeof temporaryFolder>
beforeEach(() => void (folder = temporaryFolder()))
afterEach(() => folder.remove())

const made = (options: Partial<JsonlExporterOptions> = {}) => new JsonlExporter({ path: folder.file, ...options })

/** What is written of one event's data. */
async function dataOf(data: unknown, options: Partial<JsonlExporterOptions> = {}): Promise<unknown> {
  const exporter = made({ path: join(folder.path, `${crypto.randomUUID()}.jsonl`), ...options })
  await exporter.export([eventOf(1, data, { data })])
  await exporter.close()
  return linesOf(exporter.path)[0]?.data
}

test('each event of a run is a line, with its type, ids and data', async () => {
  const exporter = new BufferedExporter(made())
  await new Pipeline('chat')
    .withStage('llm', () => ({ text: 'Hello' }))
    .build({ clock: manualClock({ startAt: 5 }), eventSink: exporter })
    .run({ pipelineRunId: 'run-1', requestId: 'r1', userId: 'u1' })
  await exporter.close()
  const lines = linesOf(folder.file)
  expect(lines.map(({ seq, type }) => [seq, type])).toEqual([
    [0, 'pipeline.started'],
    [1, 'stage.llm.started'],
    [2, 'stage.llm.completed'],
    [3, 'pipeline.completed'],
  ])
  expect(lines[2]).toEqual({
    type: 'stage.llm.completed',
    seq: 2,
    timestamp: 5,
    pipelineRunId: 'run-1',
    stage: 'llm',
    requestId: 'r1',
    userId: 'u1',
    data: { durationMs: 0, attempts: 1 },
  })
})

test('each event of an item is a line with its place and key, without secrets', async () => {
  const exporter = new BufferedExporter(made())
  const graph = new Pipeline('mail')
    .withMap('letters', {
      over: () => ['doc-1', 'password=hunter2'],
      key: (name) => name,
      each: () => ({}),
    })
    .build({ clock: manualClock(), eventSink: exporter })
  await graph.run({ pipelineRunId: 'run-1' })
  await exporter.close()
  const items = linesOf(folder.file).filter(({ type }) => type.includes('.item_'))
  expect(items.map(({ type, data }) => [type, data])).toEqual([
    ['stage.letters.item_started', { kind: 'transform', readyAt: 0, index: 0, key: 'doc-1' }],
    ['stage.letters.item_completed', { durationMs: 0, attempts: 1, index: 0, key: 'doc-1' }],
    ['stage.letters.item_started', { kind: 'transform', readyAt: 0, index: 1, key: 'password=[redacted]' }],
    ['stage.letters.item_completed', { durationMs: 0, attempts: 1, index: 1, key: 'password=[redacted]' }],
  ])
})

test('folders are made, a relative path is resolved once, and an existing file is appended to', async () => {
  const path = join(folder.path, 'a/b/c.jsonl')
  const first = made({ path: pathToFileURL(path) })
  await first.export([eventOf(1)])
  await first.close()
  const again = made({ path })
  expect(again.path).toBe(path)
  await again.export([eventOf(2)])
  await again.close()
  expect(linesOf(path).map(({ seq }) => seq)).toEqual([1, 2])
  const before = process.cwd()
  const relative = new JsonlExporter({ path: 'events.jsonl' })
  expect(relative.path).toBe(join(before, 'events.jsonl'))
})

test('only this user may read the file, unless mode says otherwise', async () => {
  for (const mode of [undefined, 0o644]) {
    const exporter = made({ path: join(folder.path, `${mode}.jsonl`), mode } as Partial<JsonlExporterOptions>)
    await exporter.export([eventOf(1)])
    await exporter.close()
    expect((statSync(exporter.path).mode & 0o777).toString(8)).toBe(mode === undefined ? '600' : '644')
  }
})

test('nothing is made before the first event', async () => {
  const exporter = made()
  await exporter.export([])
  await exporter.flush()
  await exporter.close()
  expect(folder.names()).toEqual([])
})

test('data that JSON cannot write is written as well as possible', async () => {
  class Money {
    readonly amount = 5
  }
  const failing = Object.defineProperties(
    { kept: 1 },
    {
      bad: {
        enumerable: true,
        get: () => {
          throw new Error('no')
        },
      },
    },
  )
  const { proxy, revoke } = Proxy.revocable({}, {})
  revoke()
  const error = Object.assign(new TypeError('down', { cause: new Error('refused') }), { code: 'ECONN' })
  expect(
    await dataOf({
      big: 12n,
      nan: NaN,
      infinite: -Infinity,
      gone: undefined,
      list: [undefined, () => 1, Symbol('s')],
      error,
      errors: new AggregateError([new Error('one')], 'two'),
      date: new Date(0),
      map: new Map<unknown, unknown>([
        ['a', 1],
        [2, 'b'],
        [{}, 'c'],
      ]),
      set: new Set([1]),
      bytes: new Uint8Array(3),
      buffer: new ArrayBuffer(2),
      money: new Money(),
      json: { toJSON: () => ({ as: 'said' }) },
      badJson: {
        toJSON: () => {
          throw new Error('no')
        },
      },
      failing,
      proxy,
    }),
  ).toEqual({
    big: '12',
    nan: 'NaN',
    infinite: '-Infinity',
    list: [null, '[function]', '[symbol]'],
    error: { type: 'TypeError', message: 'down', cause: { type: 'Error', message: 'refused' }, code: 'ECONN' },
    errors: { type: 'AggregateError', message: 'two', errors: [{ type: 'Error', message: 'one' }] },
    date: '1970-01-01T00:00:00.000Z',
    map: { a: 1, 2: 'b', '[object]': 'c' },
    set: [1],
    bytes: '[Uint8Array of 3 bytes]',
    buffer: '[ArrayBuffer of 2 bytes]',
    money: { amount: 5 },
    json: { as: 'said' },
    badJson: '[cannot be read]',
    failing: { kept: 1, bad: '[cannot be read]' },
    proxy: '[cannot be read]',
  })
  const alone: readonly (readonly [unknown, unknown])[] = [
    [new Map([['a', 1]]), { a: 1 }],
    [new Set([1]), [1]],
    [new Error('down'), { type: 'Error', message: 'down' }],
    [new Uint8Array(2), '[Uint8Array of 2 bytes]'],
    [{ toJSON: () => new Error('down') }, { type: 'Error', message: 'down' }],
    [Object.assign([1], { toJSON: () => new Error('down') }), { type: 'Error', message: 'down' }],
    [() => 1, '[function]'],
    [NaN, 'NaN'],
  ]
  for (const redaction of [{}, false] as const)
    for (const [value, written] of alone) expect(await dataOf({ value }, { redaction })).toEqual({ value: written })
  for (const [data, written] of [
    [1n, '1'],
    ['text', 'text'],
    [null, null],
    [undefined, undefined],
    [[1], [1]],
  ] as const)
    expect(await dataOf(data)).toEqual(written)
})

test('circular data ends, and __proto__ is a key like any other', async () => {
  const circle: Record<string, unknown> = { name: 'circle' }
  circle['self'] = circle
  for (const redaction of [{}, false] as const) {
    const text = JSON.stringify(await dataOf(circle, { redaction }))
    expect(text).toBe('{"name":"circle","self":"[circular]"}')
    const own = JSON.parse('{"__proto__": {"polluted": 1}, "constructor": 2, "big": 3}') as Record<string, unknown>
    own['big'] = 3n
    expect(JSON.stringify(await dataOf(own, { redaction }))).toBe(
      '{"__proto__":{"polluted":1},"constructor":2,"big":"3"}',
    )
  }
})

test('an object in two places is not circular, and depth is bounded', async () => {
  const shared = { a: 1n }
  expect(await dataOf({ one: shared, two: shared })).toEqual({ one: { a: '1' }, two: { a: '1' } })
  let deep: unknown = 'the end'
  for (let level = 0; level < 1_000; level++) deep = { deep }
  expect(JSON.stringify(await dataOf(deep))).toMatch(/^(\{"deep":){20}"\[object\]"/)
  expect(JSON.stringify(await dataOf(deep, { redaction: false }))).toMatch(/^(\{"deep":){64}"\[object\]"/)
})

test('an event with unstable getters, or that cannot be written, keeps its type and ids', async () => {
  const list = Object.assign([1], { toJSON: () => 1n })
  let reads = 0
  const moody = Object.defineProperty({}, 'mood', { enumerable: true, get: () => (++reads > 1 ? 1n : 1) })
  const itself = { name: 'x', toJSON: () => itself }
  for (const [data, written] of [
    [{ list }, { list: '1' }],
    [moody, { mood: '1' }],
    [{ itself }, { itself: { name: 'x', toJSON: '[function]' } }],
  ] as const) {
    const exporter = made({ path: join(folder.path, `${crypto.randomUUID()}.jsonl`), redaction: false })
    await exporter.export([eventOf(7, data)])
    await exporter.close()
    expect(linesOf(exporter.path)).toMatchObject([{ type: 'app.said', seq: 7, pipelineRunId: 'run', data: written }])
  }
})

test('a value that is not an event does not affect the others', async () => {
  const exporter = made()
  const broken = Object.defineProperty({}, 'type', {
    get: () => {
      throw new Error('no')
    },
  })
  await exporter.export([eventOf(1), null, broken, eventOf(2, {}, { requestId: 7n }), eventOf(3)] as never)
  await exporter.close()
  expect(linesOf(folder.file).map(({ type, seq }) => [type, seq])).toEqual([
    ['app.said', 1],
    ['unreadable', undefined],
    ['unreadable', undefined],
    ['app.said', 2],
    ['app.said', 3],
  ])
  expect(linesOf(folder.file)[3]).toMatchObject({ requestId: '7', data: {} })
})

test('any event is one bounded line of JSON without secrets', async () => {
  const secret = 'QqSecretqQ'
  const data = fc.anything({
    withBigInt: true,
    withDate: true,
    withMap: true,
    withSet: true,
    withTypedArray: true,
    withNullPrototype: true,
  })
  let seq = 0
  const exporter = made({ maxLineBytes: 16_384 })
  const inside = fc.constantFrom({ password: secret }, `Bearer ${secret}`, new Error(`token=${secret}`))
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(data, inside), { maxLength: 5 }), async (values) => {
      await exporter.export(values.map(([value, hidden]) => eventOf(++seq, { value, hidden })))
    }),
    propertySettings(100),
  )
  await exporter.close()
  const text = readFileSync(folder.file, 'utf8')
  expect(text).not.toContain(secret)
  for (const line of text.split('\n')) expect(Buffer.byteLength(line)).toBeLessThan(16_384)
  expect(linesOf(folder.file).map((line) => line.seq)).toEqual(Array.from({ length: seq }, (_, index) => index + 1))
})

test('text of any kind stays on its line', async () => {
  const text = 'line\r\nline\u2028\u2029\0"\\ \ud800 😀 é'
  expect(await dataOf({ text }, { redaction: false })).toEqual({ text })
  expect(await dataOf({ text })).toEqual({ text })
})

test('secrets are redacted, unless redaction is false', async () => {
  const data = {
    apiKey: 'hunter2',
    header: 'Bearer hunter2hunter2',
    note: new Error('password=hunter2'),
    ssn: 'hunter2',
  }
  const clean = { apiKey: '[redacted]', header: 'Bearer [redacted]' }
  expect(await dataOf(data)).toMatchObject({ ...clean, note: { message: 'password=[redacted]' }, ssn: 'hunter2' })
  expect(await dataOf(data, { redaction: { keys: ['ssn'] } })).toMatchObject({ ...clean, ssn: '[redacted]' })
  expect(await dataOf({ apiKey: 'hunter2' }, { redaction: false })).toEqual({ apiKey: 'hunter2' })
  const exporter = made()
  await exporter.export([
    eventOf(1, { error: { message: 'token=hunter2' } }, { type: 'stage.llm.failed', stage: 'llm' }),
    eventOf(2, { chunk: 'Bearer hunter2hunter2' }, { type: 'stage.llm.chunk', stage: 'llm' }),
    eventOf(3, { secret: 'hunter2' }, { type: 'stage.llm.completed', stage: 'other' }),
    eventOf(4, { pipeline: 'tenant?token=hunter2' }, { type: 'pipeline.started' }),
  ])
  expect(readFileSync(folder.file, 'utf8')).not.toContain('hunter2')
  await exporter.close()
})

test('with data: false, the data of chunks and of events of the app is left out, and facts of the engine stay', async () => {
  const exporter = made({ data: false })
  await exporter.export([
    eventOf(1, { durationMs: 5 }, { type: 'stage.llm.completed', stage: 'llm' }),
    eventOf(2, { chunk: 'what a user said' }, { type: 'stage.llm.chunk', stage: 'llm' }),
    eventOf(3, { words: 'what a user said' }, { type: 'stream.transcript' }),
  ])
  await exporter.close()
  expect(linesOf(folder.file).map(({ type, data }) => [type, data])).toEqual([
    ['stage.llm.completed', { durationMs: 5 }],
    ['stage.llm.chunk', undefined],
    ['stream.transcript', undefined],
  ])
})

test('more of a string is kept than in a log, and redaction can keep less', async () => {
  expect(await dataOf({ text: 'x'.repeat(16_384) })).toEqual({ text: 'x'.repeat(16_384) })
  const long = (await dataOf({ text: 'x'.repeat(16_385) })) as { text: string }
  expect(long.text).toContain('… (16385 characters)')
  expect(await dataOf({ text: 'x'.repeat(90) }, { redaction: { maxTextLength: 5 } })).toEqual({
    text: 'xxxxx… (90 characters)',
  })
  expect(await dataOf(Array(1_001).fill(1))).toHaveLength(1_001)
  expect(((await dataOf(Array(1_001).fill(1))) as unknown[]).at(-1)).toBe('… 1 more')
})

test('a line is bounded, a quarter of a megabyte by default, whatever is in it', async () => {
  const fill = (count: number, text: string): object => Array.from({ length: count }, () => text)
  const data: readonly unknown[] = [
    { text: 'x'.repeat(1_000_000) },
    fill(100_000, 'xxxxxxxxxx'),
    { text: '\0'.repeat(200_000) },
    { text: '😀'.repeat(120_000) },
    { big: 1n, list: fill(100_000, 'x') },
    Object.fromEntries(Array.from({ length: 50_000 }, (_, index) => [`key${index}`, index])),
  ]
  for (const redaction of [undefined, false] as const)
    for (const maxLineBytes of [undefined, 16_384]) {
      rmSync(folder.file, { force: true })
      const exporter = made({ maxLineBytes, redaction } as JsonlExporterOptions)
      await exporter.export([...data.map((each, seq) => eventOf(seq, each)), eventOf(data.length, { ok: true })])
      await exporter.close()
      const lines = readFileSync(folder.file).toString('latin1').trimEnd().split('\n')
      for (const line of lines) expect(line.length).toBeLessThan(maxLineBytes ?? 262_144)
      expect(linesOf(folder.file).map(({ seq }) => seq)).toEqual([0, 1, 2, 3, 4, 5, 6])
    }
  const cut = await dataOf({ text: '\0'.repeat(200_000) }, { redaction: false })
  expect(cut).toEqual({ '…': 'cut: the line would be 1200086 bytes long' })
})

test('ids that are too long are cut', async () => {
  const exporter = made({ maxLineBytes: 16_384 })
  await exporter.export([eventOf(1, {}, { requestId: '\0'.repeat(1e6), userId: 'u'.repeat(1e6), orgId: 'o' })])
  await exporter.close()
  const [line] = linesOf(folder.file)
  expect(line).toMatchObject({ seq: 1, orgId: 'o' })
  expect(line?.['userId']).toBe(`${'u'.repeat(255)}… (1000000 characters)`)
  expect(line?.['requestId']).toBe(`${'\0'.repeat(255)}… (1000000 characters)`)
})

test('ids that are not strings do not exceed the limit of a line', async () => {
  const exporter = made({ maxLineBytes: 16_384 })
  const id = Array.from({ length: 10_000 }, () => 1 / 3)
  const ids = { requestId: id, userId: id, sessionId: id, orgId: id, interactionId: id, parentRunId: id, stage: id }
  await exporter.export([eventOf(1, {}, ids), eventOf(2, {}, { userId: 7, orgId: null })])
  await exporter.close()
  for (const line of readFileSync(folder.file, 'utf8').split('\n')) expect(line.length).toBeLessThan(16_384)
  expect(linesOf(folder.file)).toMatchObject([{ seq: 1 }, { seq: 2, userId: 7, orgId: null }])
})

test('exports are written in the order of the calls, and close waits for them', async () => {
  const exporter = made({ redaction: false })
  // The first takes several writes.
  const batches = [eventsOf(1, 60, { text: 'x'.repeat(50_000) }), eventsOf(61, 61), eventsOf(62, 70)]
  const exports = batches.map((events) => exporter.export(events))
  await exporter.close()
  await Promise.all(exports)
  expect(linesOf(folder.file).map(({ seq }) => seq)).toEqual(Array.from({ length: 70 }, (_, index) => index + 1))
})

test('after close an export is refused for good (exporter-jsonl/closed)', async () => {
  const exporter = made()
  await exporter.export([eventOf(1)])
  await exporter.close()
  await exporter.close()
  const error: unknown = await exporter.export([eventOf(2)]).catch((thrown: unknown) => thrown)
  expect(StageflowError.is(error, 'exporter-jsonl/closed')).toBe(true)
  expect(error).toMatchObject({ retryable: false })
  await exporter.flush()
  expect(linesOf(folder.file)).toHaveLength(1)
})

test('an export that was aborted before its turn is not written', async () => {
  const exporter = made()
  const controller = new AbortController()
  const { signal } = controller
  const first = exporter.export([eventOf(1)])
  const second = exporter.export([eventOf(2)], { signal }).catch((error: unknown) => error)
  const third = exporter.export([eventOf(3)])
  const reason = new Error('no longer')
  controller.abort(reason)
  await first
  expect(await second).toBe(reason)
  await third
  await exporter.close()
  expect(linesOf(folder.file).map(({ seq }) => seq)).toEqual([1, 3])
})

test('a file that was moved or deleted is started again', async () => {
  const exporter = made({ fsync: true })
  await exporter.export([eventOf(1)])
  const moved = join(folder.path, 'moved')
  renameSync(folder.file, moved)
  await exporter.export([eventOf(2)])
  rmSync(folder.file)
  await exporter.export([eventOf(3)])
  await exporter.flush()
  await exporter.close()
  expect(linesOf(moved).map(({ seq }) => seq)).toEqual([1])
  expect(linesOf(folder.file).map(({ seq }) => seq)).toEqual([3])
  expect(statSync(folder.file).isFile()).toBe(true)
})

test('no event is lost if the file is deleted during a write', async () => {
  const exporter = made()
  await exporter.export([eventOf(1)])
  // Happens when its line is made: after it has looked which file is there, and before it writes.
  const deleted = eventWhoseData(() => rmSync(folder.file))
  await exporter.export([deleted(2), eventOf(3)])
  await exporter.export([eventOf(4)])
  await exporter.close()
  expect(linesOf(folder.file).map(({ seq }) => seq)).toEqual([2, 3, 4])
})

test('a batch of many megabytes is written completely, in pieces', async () => {
  const exporter = made({ redaction: false })
  await exporter.export(eventsOf(1, 200, { text: 'x'.repeat(50_000) }))
  await exporter.close()
  expect(linesOf(folder.file).map(({ seq }) => seq)).toEqual(Array.from({ length: 200 }, (_, index) => index + 1))
})

test('illegal options are refused, all of them in one error (exporter-jsonl/illegal-option)', () => {
  const refusal = (options: unknown): string => {
    try {
      new JsonlExporter(options as JsonlExporterOptions)
    } catch (error) {
      expect(StageflowError.is(error, 'exporter-jsonl/illegal-option')).toBe(true)
      return (error as Error).message
    }
    return 'it was accepted'
  }
  const options = {
    path: '',
    maxFileBytes: 0,
    maxFiles: -1,
    fsync: 1,
    mode: 0o1000,
    maxLineBytes: 100,
    data: 'all',
    clock: {},
    append: true,
  }
  expect(refusal(options)).toBe(
    'new JsonlExporter(): path must be the path of a file, or a file: URL, not ""; ' +
      'maxFileBytes must be a whole number from 1, or Infinity, not 0; ' +
      'maxFiles must be a whole number from 0, or Infinity, not -1; fsync must be true or false, not 1; ' +
      'mode must be a whole number from 0 to 0o777, not 512; ' +
      'maxLineBytes must be a whole number from 16384, not 100; data must be true or false, not "all"; ' +
      'clock must be a clock with now(), sleep(), setTimeout(), not an object; ' +
      'unknown option "append" (known: path, maxFileBytes, maxFiles, fsync, mode, maxLineBytes, data, redaction, clock).',
  )
  expect(refusal(undefined)).toContain('the options must be an object, not undefined')
  expect(refusal({})).toContain('path is missing')
  expect(refusal({ path: new URL('https://example.org/x') })).toContain('path must be')
  expect(refusal({ path: 'a\0b' })).toContain('path must be the path of a file')
  for (const redaction of [true, null, []]) expect(refusal({ path: 'x', redaction })).toContain('redaction must be')
  for (const redaction of [{ key: [] }, { keys: 'ssn' }, { keys: [7] }, { maxDepth: 0 }])
    expect(() => new JsonlExporter({ path: 'x', redaction } as unknown as JsonlExporterOptions)).toThrow('redaction: ')
  expect(refusal({ path: 'x', redaction: { keys: undefined }, fsync: undefined })).toBe('it was accepted')
})

test('an export of something else than an array, or with other options than an object, is refused', async () => {
  const exporter = made()
  await expect(exporter.export(7 as never)).rejects.toMatchObject({
    code: 'exporter-jsonl/illegal-option',
    message: 'export(): events must be an array of events, such as [event], not 7.',
  })
  for (const options of [7, null, { signal: 'stop' }])
    await expect(exporter.export([], options as never)).rejects.toThrow('options must be an object with an AbortSignal')
  await exporter.close()
})
