import { execFileSync } from 'node:child_process'
import { mkdirSync, rmdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

import { StageflowError } from '@stageflow/core'
import { BufferedExporter } from '@stageflow/exporter-buffered'
import { manualClock } from '@stageflow/testing'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'

import { eventOf, eventsOf, linesOf, temporaryFolder } from '../test/event-of.ts'
import { fileError } from './file-errors.ts'
import { JsonlExporter } from './index.ts'

// Files are slow on a busy machine.
vi.setConfig({ testTimeout: 120_000 })

let folder: ReturnType<typeof temporaryFolder>
beforeEach(() => void (folder = temporaryFolder()))
afterEach(() => folder.remove())

async function failureOf(path: string): Promise<{ readonly code: string; readonly message: string }> {
  const error: unknown = await new JsonlExporter({ path }).export([eventOf(1)]).catch((thrown: unknown) => thrown)
  expect(StageflowError.is(error)).toBe(true)
  expect((error as { retryable?: boolean }).retryable).toBe(undefined)
  return error as StageflowError
}

test('a folder, a file in the place of a folder, and a device are refused (exporter-jsonl/not-a-file)', async () => {
  const file = join(folder.path, 'file')
  writeFileSync(file, '')
  for (const path of [folder.path, join(file, 'events.jsonl'), join(file, 'a/b'), '/dev/null']) {
    const { code, message } = await failureOf(path)
    expect(code, path).toBe('exporter-jsonl/not-a-file')
    expect(message).toContain(`Events cannot be written to ${JSON.stringify(path)}: it`)
  }
})

test('a buffer in front of it reports why nothing could be written', async () => {
  const clock = manualClock()
  const buffer = new BufferedExporter(new JsonlExporter({ path: folder.path }), { clock, batchSize: 1 })
  buffer.emit(eventOf(1))
  await expect.poll(() => buffer.stats().failures).toBe(1)
  const closed = buffer.close({ timeoutMs: 10 })
  await clock.advance(10)
  expect(await closed).toMatchObject({ delivered: 0, lost: 1, error: { cause: { code: 'exporter-jsonl/not-a-file' } } })
})

test('a missing permission has its own error (exporter-jsonl/no-permission)', async () => {
  const { code, message } = await failureOf('/sys/stageflow.jsonl')
  expect(code).toBe('exporter-jsonl/no-permission')
  expect(message).toMatch(
    /"\/sys\/stageflow.jsonl": this process has no permission \((EACCES|EPERM|EROFS)\)\. Give it write access/,
  )
})

test('an exporter goes on once the problem is fixed', async () => {
  mkdirSync(folder.file)
  const exporter = new JsonlExporter({ path: folder.file })
  await expect(exporter.export([eventOf(1)])).rejects.toThrow('it is not a regular file')
  rmdirSync(folder.file)
  await exporter.export(eventsOf(1, 2))
  await exporter.close()
  expect(linesOf(folder.file)).toHaveLength(2)
})

test('a batch that does not fit on the disk is removed completely (exporter-jsonl/full)', () => {
  const script = fileURLToPath(new URL('../test/small-disk.ts', import.meta.url))
  // Files of at most 64 KiB: the second batch is cut off in the middle by the system.
  const limited = 'ulimit -f 64 && exec "$0" "$@"'
  const said = execFileSync('/bin/bash', ['-c', limited, process.execPath, script, folder.file], { encoding: 'utf8' })
  expect(JSON.parse(said)).toEqual(['written', 'exporter-jsonl/full', 'written'])
  expect(linesOf(folder.file).map(({ seq }) => seq)).toEqual([
    ...eventsOf(1, 10).map(({ seq }) => seq),
    ...eventsOf(2_001, 2_010).map(({ seq }) => seq),
  ])
})

test('a parent that takes no folders is an error, and the exporter does not try without end', () => {
  const script = fileURLToPath(new URL('../test/small-disk.ts', import.meta.url))
  // In a process of its own: the system's own way to make folders in folders never ends there.
  const said = execFileSync(process.execPath, [script, '/proc/nope/deeper/events.jsonl'], {
    encoding: 'utf8',
    timeout: 30_000,
    killSignal: 'SIGKILL',
  })
  expect(JSON.parse(said)).toEqual(Array(3).fill('exporter-jsonl/write-failed'))
})

test('every other failure has a code and its cause too (exporter-jsonl/write-failed)', () => {
  const failing = (code: unknown) => fileError('/x', Object.assign(new Error('raw'), { code }))
  expect(failing('ENOSPC').code).toBe('exporter-jsonl/full')
  expect(failing('EDQUOT').code).toBe('exporter-jsonl/full')
  expect(failing('EACCES').code).toBe('exporter-jsonl/no-permission')
  expect(failing('EIO')).toMatchObject({
    code: 'exporter-jsonl/write-failed',
    message: 'Events cannot be written to "/x": the system refused (EIO). Read error.cause.',
    cause: { message: 'raw' },
  })
  expect(failing(7).message).toContain('the system refused. Read error.cause.')
  expect(fileError('/x', null).code).toBe('exporter-jsonl/write-failed')
  const own = new StageflowError('a/b', 'own')
  expect(fileError('/x', own)).toBe(own)
})
