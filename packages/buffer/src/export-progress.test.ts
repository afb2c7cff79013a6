import { manualClock } from '@stageflow/testing'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { ExportProgress } from './index.ts'

let clock = manualClock()
beforeEach(() => void (clock = manualClock()))
afterEach(() => expect(clock.timers).toEqual([]))

const begun = (): ExportProgress =>
  new ExportProgress({
    clock,
    closed: (events) => new Error(`closed to ${events} events`),
    late: (call, timeoutMs) => new Error(`${call}: ${timeoutMs} ms are over`),
  })

test('the progress of an exporter counts what was delivered, and what was in progress when it closed', async () => {
  const progress = begun()
  await progress.export(3, async () => {})
  await expect(progress.export(4, () => Promise.reject(new Error('down')))).rejects.toThrow('down')
  void progress.export(2, () => new Promise(() => {}))
  expect(progress.stats()).toEqual({ delivered: 3, inFlight: 2, failures: 1, lastError: new Error('down') })
  let ends = 0
  const end = async (): Promise<void> => {
    ends++
    await expect(progress.export(1, async () => {})).rejects.toThrow('closed to 1 events')
    void progress.close({}, end)
  }
  const closed = progress.close({ timeoutMs: undefined as never }, end)
  await clock.advance(5_000)
  expect(await closed).toEqual({ delivered: 3, lost: 2, error: new Error('close(): 5000 ms are over') })
  expect(await progress.close({}, end)).toBe(await closed)
  expect(ends).toBe(1)
})

test('an export that ends while the exporter closes is delivered', async () => {
  const progress = begun()
  const write = Promise.withResolvers<void>()
  const written = progress.export(2, () => write.promise)
  const closed = progress.close({})
  await clock.settle()
  write.resolve()
  expect(await closed).toEqual({ delivered: 2, lost: 0, error: undefined })
  await written
})

test('flush waits for the exports in progress, however they end, and then for what the exporter adds', async () => {
  const progress = begun()
  const write = Promise.withResolvers<void>()
  const written = progress.export(2, () => write.promise).catch(String)
  const log: string[] = []
  const flushed = progress.flush({}, () => void log.push('synced'))
  await clock.settle()
  expect(log).toEqual([])
  write.reject(new Error('down'))
  await flushed
  expect(log).toEqual(['synced'])
  expect(await written).toBe('Error: down')
  await expect(progress.flush({}, () => Promise.reject(new Error('no disk')))).rejects.toThrow('no disk')
})

test('flush keeps its limit and its signal while an export hangs', async () => {
  const progress = begun()
  void progress.export(2, () => new Promise(() => {}))
  const late = expect(progress.flush({ timeoutMs: 50 })).rejects.toThrow('flush(): 50 ms are over')
  await clock.advance(50)
  await late
  const controller = new AbortController()
  const aborted = expect(progress.flush({ signal: controller.signal })).rejects.toThrow('enough')
  controller.abort(new Error('enough'))
  await aborted
  await expect(progress.flush({ signal: controller.signal })).rejects.toThrow('enough')
})
