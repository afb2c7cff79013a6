import { manualClock } from '@stageflow/testing'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { ExportProgress } from './index.ts'

const late = (timeoutMs: number) => new Error(`${timeoutMs} ms are over`)
let clock = manualClock()
beforeEach(() => void (clock = manualClock()))
afterEach(() => expect(clock.timers).toEqual([]))

test('the progress of an exporter counts what was delivered, and what was in progress when it closed', async () => {
  const progress = new ExportProgress()
  await progress.during(3, Promise.resolve())
  await expect(progress.during(4, Promise.reject(new Error('down')))).rejects.toThrow('down')
  void progress.during(2, new Promise(() => {}))
  expect(progress.isOpen).toBe(true)
  let ends = 0
  const end = async (): Promise<void> => {
    ends++
    expect(progress.isOpen).toBe(false)
    void progress.close(end, { clock, late })
  }
  const closed = progress.close(end, { clock, late })
  await clock.advance(5_000)
  expect(await closed).toEqual({ delivered: 3, lost: 2, error: new Error('5000 ms are over') })
  expect(await progress.close(end, { clock, late })).toBe(await closed)
  expect(ends).toBe(1)
})

test('an export that ends while the exporter closes is delivered', async () => {
  const progress = new ExportProgress()
  const write = Promise.withResolvers<void>()
  const written = progress.during(2, write.promise)
  const closed = progress.close(async () => {}, { clock, late })
  await clock.settle()
  write.resolve()
  expect(await closed).toEqual({ delivered: 2, lost: 0, error: undefined })
  await written
})
