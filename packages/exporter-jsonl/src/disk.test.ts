import { appendFileSync, mkdirSync, readFileSync, readdirSync, readlinkSync, rmSync, rmdirSync } from 'node:fs'
import { open } from 'node:fs/promises'
import type { FileHandle } from 'node:fs/promises'
import { dirname, join } from 'node:path'

import { systemClock } from '@stageflow/core'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'

import { eventOf, eventWhoseData, eventsOf, temporaryFolder } from '../test/event-of.ts'
import { JsonlExporter } from './index.ts'
import type { JsonlExporterOptions } from './index.ts'

// Files are slow on a busy machine.
vi.setConfig({ testTimeout: 120_000 })

let folder: ReturnType<typeof temporaryFolder>
beforeEach(() => void (folder = temporaryFolder()))
afterEach(() => {
  vi.restoreAllMocks()
  folder.remove()
})

const made = (options: Partial<JsonlExporterOptions> = {}) => new JsonlExporter({ path: folder.file, ...options })

async function prototypeOfHandles(): Promise<FileHandle> {
  const handle = await open(dirname(folder.path))
  await handle.close()
  return Object.getPrototypeOf(handle) as FileHandle
}

const full = (): Error => Object.assign(new Error('full'), { code: 'ENOSPC' })

/** What the system is asked to bring to the disk, in order; it does so. */
async function watchDisk(): Promise<string[]> {
  const prototype = await prototypeOfHandles()
  const asked: string[] = []
  for (const name of ['sync', 'datasync'] as const) {
    const real = prototype[name]
    vi.spyOn(prototype, name).mockImplementation(async function (this: FileHandle) {
      asked.push((await this.stat()).isDirectory() ? 'folder' : name)
      await real.call(this)
    })
  }
  return asked
}

test('with fsync, every batch is on the disk before it counts as delivered, and so is the name of a new file', async () => {
  const asked = await watchDisk()
  const exporter = made({ fsync: true, maxFileBytes: 200 })
  await exporter.export([eventOf(1)])
  expect(asked.splice(0)).toEqual(['datasync', 'folder'])
  await exporter.export([eventOf(2)])
  expect(asked.splice(0)).toEqual(['datasync'])
  await exporter.export(eventsOf(3, 4))
  // What is set aside, and the new file.
  expect(asked.splice(0)).toEqual(['sync', 'datasync', 'folder'])
  await exporter.close()
})

test('close takes no longer than its limit, and says which events may be lost (exporter-jsonl/timed-out)', async () => {
  // Its timers are due at once, before any file is written.
  const clock = { ...systemClock, setTimeout: (run: () => void) => (queueMicrotask(run), () => {}) }
  const exporter = made({ clock })
  const written = exporter.export([eventOf(1), eventOf(2)])
  const report = exporter.close({ timeoutMs: 100 })
  await expect(exporter.export([eventOf(3)])).rejects.toMatchObject({ code: 'exporter-jsonl/closed' })
  expect(await report).toMatchObject({
    delivered: 0,
    lost: 2,
    error: {
      code: 'exporter-jsonl/timed-out',
      message: expect.stringContaining(
        'close(): ' + JSON.stringify(exporter.path) + ' was not written within 100 ms',
      ) as unknown,
    },
  })
  await written
  await expect(exporter.close({ timeout: 5 } as object)).rejects.toThrow('unknown option "timeout"')
})

test('flush keeps its limit, and stats say what is delivered, in progress and failed', async () => {
  const clock = { ...systemClock, setTimeout: (run: () => void) => (queueMicrotask(run), () => {}) }
  const exporter = made({ clock })
  const written = exporter.export([eventOf(1), eventOf(2)])
  expect(exporter.stats()).toEqual({ delivered: 0, inFlight: 2, failures: 0, lastError: undefined })
  await expect(exporter.flush({ timeoutMs: 100 })).rejects.toMatchObject({ code: 'exporter-jsonl/timed-out' })
  await written
  await exporter.flush()
  expect(exporter.stats()).toMatchObject({ delivered: 2, inFlight: 0 })
  const signal = AbortSignal.abort(new Error('stop'))
  await expect(exporter.export([eventOf(3)], { signal })).rejects.toThrow('stop')
  await expect(exporter.flush({ signal })).rejects.toThrow('stop')
  await expect(exporter.flush({ timeout: 5 } as object)).rejects.toThrow('unknown option "timeout"')
  expect(exporter.stats()).toMatchObject({ delivered: 2, failures: 1, lastError: new Error('stop') })
  expect(Object.isFrozen(exporter.stats())).toBe(true)
  await exporter.close()
})

test('without fsync, only flush and close wait for the disk', async () => {
  const asked = await watchDisk()
  const exporter = made()
  await exporter.export([eventOf(1)])
  await exporter.export([eventOf(2)])
  expect(asked).toEqual([])
  await exporter.flush()
  expect(asked.splice(0)).toEqual(['sync', 'folder'])
  await exporter.export([eventOf(3)])
  await exporter.close()
  expect(asked.splice(0)).toEqual(['sync'])
})

test('new folders are on the disk too', async () => {
  const asked = await watchDisk()
  const exporter = made({ path: join(folder.path, 'a/b/events.jsonl'), fsync: true })
  await exporter.export([eventOf(1)])
  expect(asked).toEqual(['datasync', 'folder', 'folder', 'folder'])
  await exporter.close()
})

test('a file is synced before the exporter leaves it because it was moved or a write failed', async () => {
  const asked = await watchDisk()
  const exporter = made()
  await exporter.export([eventOf(1)])
  vi.spyOn(await prototypeOfHandles(), 'write').mockRejectedValueOnce(full())
  await expect(exporter.export([eventOf(2)])).rejects.toMatchObject({ code: 'exporter-jsonl/full' })
  expect(asked.splice(0)).toEqual(['sync', 'folder'])
  await exporter.flush()
  await exporter.export([eventOf(2)])
  rmSync(folder.file)
  await exporter.export([eventOf(3)])
  expect(asked.splice(0)).toEqual(['sync'])
  await exporter.close()
})

test('several exporters can make the same folders at once', async () => {
  const exporters = Array.from({ length: 8 }, () => made({ path: join(folder.path, 'a/b/c/d/events.jsonl') }))
  await Promise.all(exporters.map((exporter, seq) => exporter.export([eventOf(seq)])))
  await Promise.all(exporters.map((exporter) => exporter.close()))
  expect(readFileSync(join(folder.path, 'a/b/c/d/events.jsonl'), 'utf8').trimEnd().split('\n')).toHaveLength(8)
})

test('if a folder replaces the file, the export fails, and the batch can come again', async () => {
  const exporter = made()
  await exporter.export([eventOf(1)])
  const replaced = eventWhoseData(() => {
    rmSync(folder.file)
    mkdirSync(folder.file)
  })
  const batch = [replaced(2)]
  await expect(exporter.export(batch)).rejects.toMatchObject({ code: 'exporter-jsonl/not-a-file' })
  rmdirSync(folder.file)
  await exporter.export(batch)
  await exporter.close()
})

test('a batch is one write, and one of many megabytes is several', async () => {
  const write = vi.spyOn(await prototypeOfHandles(), 'write')
  const exporter = made({ redaction: false })
  await exporter.export(eventsOf(1, 100))
  expect(write).toHaveBeenCalledTimes(1)
  await exporter.export(eventsOf(101, 200, { text: 'x'.repeat(50_000) }))
  const lengths = write.mock.calls.map(([bytes]) => (bytes as unknown as Uint8Array).length)
  expect(lengths).toHaveLength(1 + 5)
  expect(Math.max(...lengths)).toBeLessThan(2 ** 20 + 2 * 50_200)
  await exporter.close()
})

test('a write that fails in the middle is removed, but not what another writer has added', async () => {
  const prototype = await prototypeOfHandles()
  const exporter = made()
  await exporter.export([eventOf(1)])
  const before = readFileSync(folder.file, 'utf8')
  const write = prototype.write as (this: FileHandle, bytes: Uint8Array) => Promise<unknown>
  const half = async function (this: FileHandle, bytes: Uint8Array): Promise<unknown> {
    return write.call(this, bytes.subarray(0, 20))
  }
  vi.spyOn(prototype, 'write')
    .mockImplementationOnce(half as never)
    .mockRejectedValueOnce(full())
  await expect(exporter.export([eventOf(2)])).rejects.toMatchObject({ code: 'exporter-jsonl/full' })
  expect(readFileSync(folder.file, 'utf8')).toBe(before)
  const disturbed = async function (this: FileHandle, bytes: Uint8Array): Promise<unknown> {
    const done: unknown = await half.call(this, bytes)
    appendFileSync(folder.file, 'of another\n')
    return done
  }
  await exporter.export([eventOf(2)])
  const then = readFileSync(folder.file, 'utf8')
  vi.spyOn(prototype, 'write')
    .mockImplementationOnce(disturbed as never)
    .mockRejectedValueOnce(full())
  await expect(exporter.export([eventOf(3)])).rejects.toMatchObject({ code: 'exporter-jsonl/full' })
  expect(readFileSync(folder.file, 'utf8')).toBe(`${then}{"type":"app.said","of another\n`)
  await exporter.close()
})

test('a file whose end cannot be read is not left open', async () => {
  await using opened = await open(folder.file, 'w')
  const prototype = Object.getPrototypeOf(opened) as FileHandle
  vi.spyOn(prototype, 'read').mockRejectedValueOnce(new Error('cannot be read'))
  const openFiles = (): readonly string[] =>
    readdirSync('/proc/self/fd').flatMap((name) => {
      try {
        return [readlinkSync(`/proc/self/fd/${name}`)]
      } catch {
        return []
      }
    })
  await opened.write('no end')
  const exporter = made()
  await expect(exporter.export([eventOf(1)])).rejects.toMatchObject({ code: 'exporter-jsonl/write-failed' })
  expect(openFiles().filter((path) => path === folder.file)).toHaveLength(1)
})
