import { manualClock } from '@stageflow/testing'
import { expect, test } from 'vitest'
import { openMicrophone } from '../src/microphone.ts'

const FRAME_BYTES = 1_024

test('it records a frame every 32 ms: what is said, one after the other, then silence', async () => {
  const clock = manualClock()
  const microphone = openMicrophone(clock, 1)
  const stop = new AbortController()
  const frames: number[][] = []
  const recording = (async () => {
    for await (const frame of microphone.record(stop.signal))
      frames.push([clock.now(), frame.length, frame[0]!, frame.at(-1)!])
  })()
  const startedAt = clock.now()
  const said = [
    microphone.say(new Uint8Array(FRAME_BYTES).fill(1)),
    microphone.say(new Uint8Array(FRAME_BYTES / 2).fill(2)),
  ]
  await clock.advance(96)
  await Promise.all(said)
  stop.abort()
  await recording
  expect(frames).toEqual([
    [startedAt + 32, FRAME_BYTES, 1, 1],
    [startedAt + 64, FRAME_BYTES, 2, 0],
    [startedAt + 96, FRAME_BYTES, 0, 0],
  ])
  expect(clock.timers).toEqual([])
})

test('with a speed of 4, a frame takes 8 ms', async () => {
  const clock = manualClock()
  const recording = openMicrophone(clock, 4).record(new AbortController().signal)
  const first = recording.next()
  const startedAt = clock.now()
  await clock.advance(8)
  await first
  expect(clock.now() - startedAt).toBe(8)
})

test('a reader that comes late gets the frames that it missed at once', async () => {
  const clock = manualClock()
  const recording = openMicrophone(clock, 1).record(new AbortController().signal)
  const first = recording.next()
  await clock.advance(320)
  await first
  for (let frame = 2; frame <= 10; frame++) await recording.next()
  expect(clock.timers).toEqual([])
})

test('a person who still speaks when the recording ends is not waited for', async () => {
  const microphone = openMicrophone(manualClock(), 1)
  const stop = new AbortController()
  const saying = microphone.say(new Uint8Array(FRAME_BYTES))
  const recording = microphone.record(stop.signal).next()
  stop.abort()
  expect(await recording).toEqual({ done: true, value: undefined })
  await saying
  await microphone.say(new Uint8Array(FRAME_BYTES))
})
