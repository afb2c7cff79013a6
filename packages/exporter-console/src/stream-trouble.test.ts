import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { Writable } from 'node:stream'

import { StageflowError } from '@stageflow/core'
import { BufferedExporter } from '@stageflow/exporter-buffered'
import { manualClock } from '@stageflow/testing'
import { expect, test } from 'vitest'

import { anEvent } from '../test/events.ts'
import { TextStream } from '../test/text-stream.ts'
import { ConsoleExporter } from './index.ts'

const failure = (written: Promise<void>): Promise<unknown> =>
  written.then(
    () => undefined,
    (error: unknown) => error,
  )
const listeners = (stream: Writable) => [stream.listenerCount('error'), stream.listenerCount('close')]
const turn = () => new Promise((resolve) => setImmediate(resolve))

test('export, flush and close wait for a slow stream', async () => {
  const stream = new TextStream({ slow: true })
  const exporter = new ConsoleExporter({ stream })
  const done: string[] = []
  const all = [
    exporter.export([anEvent({ type: 'a.first' })]).then(() => done.push('first')),
    exporter.export([anEvent({ type: 'a.second' })]).then(() => done.push('second')),
    exporter.flush().then(() => done.push('flush')),
    exporter.close().then(() => done.push('close')),
  ]
  await turn()
  expect(done).toEqual([])
  stream.pass()
  await turn()
  expect(done).toEqual(['first'])
  stream.pass()
  await Promise.all(all)
  expect(done).toEqual(['first', 'second', 'flush', 'close'])
  expect(stream.lines.map((line) => line.slice(-8).trim())).toEqual(['a.first', 'a.second'])
  expect(listeners(stream)).toEqual(listeners(new TextStream()))
  expect(stream.writable).toBe(true)
})

test('a batch that is retried while the stream stalls is written once', async () => {
  const stream = new TextStream({ slow: true })
  const exporter = new ConsoleExporter({ stream })
  const batch = Object.freeze([anEvent({ type: 'a.first' })])
  const sent = [exporter.export(batch), exporter.export(batch), exporter.export(batch)]
  expect(stream.writableLength).toBeLessThan(100)
  stream.pass()
  await Promise.all(sent)
  expect(stream.lines).toHaveLength(1)
  const again = exporter.export(batch)
  stream.pass()
  await again
  expect(stream.lines).toHaveLength(2)
  // A list that may have changed meanwhile is another batch.
  const list = [anEvent({ type: 'a.one' })]
  const first = exporter.export(list)
  list.push(anEvent({ type: 'a.two' }))
  const second = exporter.export(list)
  stream.pass()
  await first
  stream.pass()
  await second
  expect(stream.lines).toHaveLength(5)
})

test('behind a BufferedExporter a stalled terminal gets no event twice, and takes no more memory', async () => {
  const clock = manualClock({ seed: 1 })
  const stream = new TextStream({ slow: true })
  const buffered = new BufferedExporter(new ConsoleExporter({ stream, color: false }), { clock, batchSize: 2 })
  for (const type of ['a.one', 'a.two', 'a.three', 'a.four']) buffered.tryEmit(anEvent({ type }))
  await clock.advance(600_000)
  expect(buffered.stats().failures).toBeGreaterThan(10)
  expect(stream.writableLength).toBeLessThan(200)
  stream.pass()
  await clock.advance(10_000)
  const closed = buffered.close()
  await turn()
  stream.pass()
  await clock.advance(1_000)
  expect(await closed).toMatchObject({ delivered: 4, lost: 0 })
  expect(stream.lines.map((line) => line.slice(47))).toEqual(['a.one', 'a.two', 'a.three', 'a.four'])
  expect(clock.timers).toEqual([])
})

test('a batch is one write, and an empty batch writes nothing', async () => {
  let writes = 0
  const stream = new Writable({ write: (_, __, done) => (writes++, done()) })
  const exporter = new ConsoleExporter({ stream })
  await exporter.export([anEvent({}), anEvent({}), anEvent({})])
  await exporter.export([])
  await exporter.flush()
  expect(writes).toBe(1)
})

test('a stream that fails rejects the export, and the process goes on (exporter-console/write-failed)', async () => {
  const broken = new Writable({ write: (_, __, done) => done(new Error('disk full')) })
  const exporter = new ConsoleExporter({ stream: broken })
  const error = await failure(exporter.export([anEvent({}), anEvent({})]))
  expect(StageflowError.is(error, 'exporter-console/write-failed')).toBe(true)
  expect((error as Error).message).toBe(
    'ConsoleExporter could not write 2 events: disk full. The stream is closed: create an exporter for another one.',
  )
  expect(error).toMatchObject({ retryable: false, cause: { message: 'disk full' } })
  await turn()
  const again = await failure(exporter.export([anEvent({})]))
  expect(StageflowError.is(again, 'exporter-console/write-failed')).toBe(true)
  await exporter.flush()
  await exporter.close()
})

test('a failed stream that was not destroyed also rejects the next export, and has no listeners left', async () => {
  const stream = new Writable({ autoDestroy: false, write: (_, __, done) => done(new Error('busy')) })
  const exporter = new ConsoleExporter({ stream })
  const before = listeners(stream)
  expect(await failure(exporter.export([anEvent({})]))).toBeInstanceOf(StageflowError)
  await turn()
  expect(listeners(stream)).toEqual(before)
  expect(((await failure(exporter.export([anEvent({})]))) as Error).message).toContain('1 event: busy.')
  expect(listeners(stream)).toEqual(before)
})

test('a stream that is destroyed, or ended, before it has written rejects the export', async () => {
  const stream = new TextStream({ slow: true })
  const exporter = new ConsoleExporter({ stream })
  const first = failure(exporter.export([anEvent({})]))
  const second = failure(exporter.export([anEvent({})]))
  stream.destroy()
  for (const error of [await first, await second])
    expect(StageflowError.is(error, 'exporter-console/write-failed')).toBe(true)
  expect(StageflowError.is(await failure(exporter.export([anEvent({})])), 'exporter-console/write-failed')).toBe(true)
  const ended = new TextStream()
  ended.end()
  await once(ended, 'finish')
  const late = await failure(new ConsoleExporter({ stream: ended }).export([anEvent({})]))
  expect(StageflowError.is(late, 'exporter-console/write-failed')).toBe(true)
  await turn()
})

test('a stream that is destroyed with an error after the first of two batches rejects the second, and the process goes on', async () => {
  const stream = new TextStream({ slow: true })
  const exporter = new ConsoleExporter({ stream })
  const first = exporter.export([anEvent({})])
  const second = failure(exporter.export([anEvent({})]))
  stream.pass()
  await first
  stream.destroy(new Error('the cable is out'))
  expect(await second).toMatchObject({ retryable: false, cause: { message: 'the cable is out' } })
  await turn()
  expect(listeners(stream)).toEqual(listeners(new TextStream()))
})

test('a stream that throws rejects the export', async () => {
  const stream = new TextStream()
  stream.write = () => {
    throw new TypeError('no')
  }
  const error = await failure(new ConsoleExporter({ stream }).export([anEvent({})]))
  expect(error).toMatchObject({
    retryable: true,
    message: 'ConsoleExporter could not write 1 event: no. They can be written again.',
  })
  expect(listeners(stream)).toEqual(listeners(new TextStream()))
})

test('a pipe without a reader rejects the export with EPIPE, and does not end the process', async () => {
  const script = fileURLToPath(new URL('../test/print-until-broken.ts', import.meta.url))
  const child = spawn(process.execPath, [script], { stdio: ['ignore', 'pipe', 'pipe'], timeout: 100_000 })
  child.stdout.once('data', () => child.stdout.destroy())
  const [said, [code]] = await Promise.all([text(child.stderr), once(child, 'exit')])
  expect(said).toBe(
    '{"code":"exporter-console/write-failed","retryable":false,"cause":"EPIPE","again":"exporter-console/write-failed","some":true}',
  )
  expect(code).toBe(0)
})

test('close takes no longer than its limit, and says which events may be lost (exporter-console/timed-out)', async () => {
  const stream = new TextStream({ slow: true })
  const exporter = new ConsoleExporter({ stream })
  const written = exporter.export([anEvent(), anEvent()])
  expect(await exporter.close({ timeoutMs: 0 })).toMatchObject({
    delivered: 0,
    lost: 2,
    error: {
      code: 'exporter-console/timed-out',
      message: expect.stringContaining('did not take all lines within 0 ms') as unknown,
    },
  })
  stream.pass()
  await written
  await expect(new ConsoleExporter({ stream }).close({ timeout: 5 } as object)).rejects.toThrow(
    'unknown option "timeout"',
  )
})

test('flush takes no longer than its limit, and stats say what is delivered and in progress', async () => {
  const stream = new TextStream({ slow: true })
  const exporter = new ConsoleExporter({ stream })
  const written = exporter.export([anEvent(), anEvent()])
  await expect(exporter.flush({ timeoutMs: 0 })).rejects.toMatchObject({
    code: 'exporter-console/timed-out',
    message: expect.stringContaining('flush(): the stream did not take all lines within 0 ms') as unknown,
  })
  expect(exporter.stats()).toEqual({ delivered: 0, inFlight: 2, failures: 0, lastError: undefined })
  stream.pass()
  await written
  await exporter.flush()
  expect(exporter.stats()).toMatchObject({ delivered: 2, inFlight: 0 })
  await expect(exporter.flush({ timeout: 5 } as object)).rejects.toThrow('unknown option "timeout"')
})

test('after close nothing is written, and the stream stays open (exporter-console/closed)', async () => {
  const stream = new TextStream()
  const exporter = new ConsoleExporter({ stream })
  await exporter.close()
  const error = await failure(exporter.export([anEvent({}), anEvent({})]))
  expect(StageflowError.is(error, 'exporter-console/closed')).toBe(true)
  expect(error).toMatchObject({
    retryable: false,
    message: 'ConsoleExporter is closed, and did not write 2 events. Close it after the last export.',
  })
  expect(stream.text).toBe('')
  expect(stream.writable).toBe(true)
})
