import { expect, test } from 'vitest'
import { endWithin, reportError } from '../src/kit.ts'
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
