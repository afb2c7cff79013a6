import { expect, test } from 'vitest'
import { ExportProgress, endWithin, reportError, waitLeft } from '../src/kit.ts'
import type { WaitOptions } from '../src/kit.ts'
import { clock } from './fresh-clock.ts'

const late = (timeoutMs: number) => new Error(`${timeoutMs} ms are over`)

test('endWithin passes the limit on, so that a report that comes at the last moment counts', async () => {
  const inner = (wait: WaitOptions) => endWithin(() => new Promise(() => {}), { ...wait, clock, late })
  const ended = endWithin(inner, { timeoutMs: 100, clock, late })
  await clock.advance(100)
  const error = new Error('100 ms are over')
  expect(await ended).toEqual({ error, report: { error, report: undefined } })
})

test('endWithin does not reject, whatever the call does', async () => {
  const throwing = (): never => {
    throw new Error('down')
  }
  expect(await endWithin(throwing, { clock, late })).toEqual({ error: new Error('down'), report: undefined })
  expect(await endWithin(() => ({ lost: 1 }), { clock, late })).toEqual({ error: undefined, report: { lost: 1 } })
  const signal = AbortSignal.abort('stop')
  expect(await endWithin(async () => 1, { clock, signal, late })).toEqual({ error: 'stop', report: undefined })
})

test('reportError finds the error of one report, or of those of a fan-out', () => {
  expect(reportError({ error: 'a' })).toBe('a')
  expect(reportError({ file: { error: undefined }, log: { error: 'b' } })).toBe('b')
  expect(reportError([{ lost: 1 }, { error: 'c' }])).toBe('c')
  for (const none of [undefined, null, 7, 'text', {}, { error: undefined }]) expect(reportError(none)).toBe(undefined)
})

test('waitLeft measures from when it was made, and never goes below 0', async () => {
  const { signal } = new AbortController()
  const left = waitLeft(clock, { timeoutMs: 100, signal })
  await clock.advance(60)
  expect(left()).toEqual({ timeoutMs: 40, signal })
  await clock.advance(60)
  expect(left()).toEqual({ timeoutMs: 0, signal })
  expect(waitLeft(clock, {})()).toEqual({ timeoutMs: Infinity })
})

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
