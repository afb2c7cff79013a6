import { renameSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { afterEach, beforeEach, expect, test, vi } from 'vitest'

import { eventOf, eventWhoseData, eventsOf, linesOf, temporaryFolder } from '../test/event-of.ts'
import { JsonlExporter } from './index.ts'
import type { JsonlExporterOptions } from './index.ts'
import { setAside } from './rotation.ts'

// Files are slow on a busy machine.
vi.setConfig({ testTimeout: 120_000 })

let folder: ReturnType<typeof temporaryFolder>
beforeEach(() => void (folder = temporaryFolder()))
afterEach(() => folder.remove())

const made = (options: Partial<JsonlExporterOptions> = {}) => new JsonlExporter({ path: folder.file, ...options })
/** A line of these events has 88 bytes. */
const data = { x: 'xxxxx' }
const seqsIn = (name: string) => linesOf(join(folder.path, name)).map(({ seq }) => seq)

test('a file is set aside before it grows beyond its limit; higher numbers are newer', async () => {
  const exporter = made({ maxFileBytes: 264 })
  await exporter.export([eventOf(1, data)])
  expect(statSync(folder.file).size).toBe(88)
  await exporter.export(eventsOf(2, 9, data))
  expect(folder.names()).toEqual(['events.000001.jsonl', 'events.000002.jsonl', 'events.jsonl'])
  expect(seqsIn('events.000001.jsonl')).toEqual([1, 2, 3])
  expect(seqsIn('events.000002.jsonl')).toEqual([4, 5, 6])
  expect(seqsIn('events.jsonl')).toEqual([7, 8, 9])
  await exporter.close()
})

test('a batch of several writes keeps the limit too', async () => {
  const exporter = made({ maxFileBytes: 1_600_000, redaction: false })
  await exporter.export(eventsOf(1, 100, { text: 'x'.repeat(50_000) }))
  await exporter.close()
  expect(folder.names()).toHaveLength(4)
  for (const name of folder.names()) expect(statSync(join(folder.path, name)).size).toBeLessThanOrEqual(1_600_000)
  expect(folder.names().flatMap(seqsIn)).toHaveLength(100)
})

test('by default, no file is set aside or deleted', async () => {
  const exporter = made({ redaction: false })
  await exporter.export(eventsOf(1, 100, { text: 'x'.repeat(50_000) }))
  await exporter.close()
  expect(folder.names()).toEqual(['events.jsonl'])
  const turning = made({ maxFileBytes: 100_000, redaction: false })
  await turning.export(eventsOf(1, 60, { text: 'x'.repeat(50_000) }))
  await turning.close()
  expect(folder.names()).toHaveLength(61)
})

test('the oldest beyond maxFiles are deleted, including those of an earlier process', async () => {
  for (const first of [1, 2, 3, 4, 5]) {
    const exporter = made({ maxFileBytes: 100, maxFiles: 2, fsync: true })
    await exporter.export([eventOf(first, data)])
    await exporter.close()
  }
  expect(folder.names()).toEqual(['events.000003.jsonl', 'events.000004.jsonl', 'events.jsonl'])
  expect(seqsIn('events.jsonl')).toEqual([5])
  const none = made({ maxFileBytes: 100, maxFiles: 0 })
  await none.export([eventOf(6, data)])
  await none.close()
  expect(folder.names()).toEqual(['events.jsonl'])
})

test('a line longer than a file may be has a file of its own', async () => {
  const exporter = made({ maxFileBytes: 100 })
  await exporter.export([eventOf(1, data), eventOf(2, { text: 'x'.repeat(500) }), eventOf(3, data)])
  await exporter.close()
  expect(folder.names()).toEqual(['events.000001.jsonl', 'events.000002.jsonl', 'events.jsonl'])
  expect([1, 2].map((number) => seqsIn(`events.00000${number}.jsonl`))).toEqual([[1], [2]])
})

test('other files with similar names are left alone', async () => {
  const others = [
    'events.1.jsonl',
    'events.20261125.jsonl',
    'events.1790000000000.jsonl',
    'events.000007.json',
    'events.00000x.jsonl',
    'eventz.000001.jsonl',
    'events.000009',
  ]
  for (const name of others) writeFileSync(join(folder.path, name), 'mine')
  const exporter = made({ maxFileBytes: 100, maxFiles: 1 })
  await exporter.export(eventsOf(1, 3, data))
  await exporter.close()
  expect(folder.names()).toEqual(['events.000002.jsonl', 'events.jsonl', ...others].sort())
})

test('the oldest file has the lowest number, however many digits that has', async () => {
  for (const number of ['999999', '1000000']) writeFileSync(join(folder.path, `events.${number}.jsonl`), '')
  const exporter = made({ maxFileBytes: 100, maxFiles: 2 })
  await exporter.export(eventsOf(1, 2, data))
  await exporter.close()
  expect(folder.names()).toEqual(['events.1000000.jsonl', 'events.1000001.jsonl', 'events.jsonl'])
})

test('if another writer was faster, nothing is left of the claimed number', async () => {
  await setAside(folder.file, 5)
  expect(folder.names()).toEqual([])
})

test('a path without an extension, or with several, gets numbers too', async () => {
  for (const [name, numbered] of [
    ['events', 'events.000001'],
    ['a.b.jsonl', 'a.b.000001.jsonl'],
  ] as const) {
    const exporter = made({ path: join(folder.path, name), maxFileBytes: 100 })
    await exporter.export(eventsOf(1, 2, data))
    await exporter.close()
    expect(seqsIn(numbered)).toEqual([1])
  }
})

test('a file that was set aside keeps its permissions', async () => {
  const exporter = made({ maxFileBytes: 100, mode: 0o640 })
  await exporter.export(eventsOf(1, 3, data))
  await exporter.close()
  expect(folder.names()).toHaveLength(3)
  for (const name of folder.names()) expect(statSync(join(folder.path, name)).mode & 0o777).toBe(0o640)
})

test('a file that another writer has just begun is not set aside for the one before it', async () => {
  const exporter = made({ maxFileBytes: 264 })
  await exporter.export(eventsOf(1, 2, data))
  const line = JSON.stringify(eventOf(7))
  // Happens when its lines are made: after it has looked which file is there, and before it writes.
  const turned = eventWhoseData(() => {
    renameSync(folder.file, join(folder.path, 'events.000001.jsonl'))
    writeFileSync(folder.file, `${line}\n`)
    return data
  })
  await exporter.export([turned(3), eventOf(4, data)])
  await exporter.close()
  expect(folder.names()).toEqual(['events.000001.jsonl', 'events.jsonl'])
  expect(seqsIn('events.000001.jsonl')).toEqual([1, 2, 3])
  expect(seqsIn('events.jsonl')).toEqual([7, 4])
})

test('if two writers share and rotate a file, every line is complete, and there once', async () => {
  const writers = [1, 2].map(() => made({ maxFileBytes: 5_000 }))
  const each = 1_000
  await Promise.all(
    writers.map(async (exporter, index) => {
      for (let seq = 1; seq <= each; seq += 10)
        await exporter.export(eventsOf(index * each + seq, index * each + seq + 9, data))
      await exporter.close()
    }),
  )
  const seqs = folder.names().flatMap(seqsIn)
  expect(seqs).toHaveLength(2 * each)
  expect(new Set(seqs).size).toBe(2 * each)
})
