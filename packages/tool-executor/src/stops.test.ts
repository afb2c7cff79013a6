import { StageflowError } from '@stageflow/core'
import { expect, test } from 'vitest'

import { Stop, Stops } from './stops.ts'

const stop = new Stop('cancelled', new StageflowError('tool-executor/cancelled', 'left'))

test('a race leaves no listener, however its work ends', async () => {
  const stops = new Stops()
  let listeners = 0
  const { onStop } = stops
  stops.onStop = (listener) => {
    listeners++
    const takeBack = onStop.call(stops, listener)
    return () => (listeners--, takeBack())
  }
  expect(await stops.race(Promise.resolve(1))).toBe(1)
  await expect(stops.race(Promise.reject(new Error('no')))).rejects.toThrow('no')
  expect(listeners).toBe(0)
})

test('the first reason counts, for listeners, for late listeners, and not for removed ones', async () => {
  const stops = new Stops()
  const told: unknown[] = []
  stops.onStop((reason) => told.push(reason))
  stops.onStop(() => told.push('taken back'))()
  const race = stops.race(new Promise(() => {}))
  stops.end(stop)
  stops.end(new Stop('timed-out', stop.error))
  stops.onStop((reason) => told.push(reason))
  expect(told).toEqual([stop, stop])
  expect(await race).toBe(stop)
  expect(await stops.race(Promise.reject(new Error('late')))).toBe(stop)
  expect(stops.signal.reason).toBe(stop.error)
})
