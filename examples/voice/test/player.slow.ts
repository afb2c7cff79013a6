import { manualClock } from '@stageflow/testing'
import { expect, test } from 'vitest'
import { bytesOf } from '../src/audio.ts'
import { openPlayer } from '../src/player.ts'

const TEXT = 'one two three four'
const { signal } = new AbortController()
/** A sentence of so many ms, in which every byte is the same. */
const sentence = (text: string, ms: number, byte: number) => ({ text, audio: new Uint8Array(bytesOf(ms)).fill(byte) })

test('a sentence takes as long as its audio, and is heard at its end', async () => {
  const clock = manualClock()
  const player = openPlayer(clock, 1)
  let isOver = false
  await clock.advance(300)
  const playing = player.play(sentence(TEXT, 1_000, 1), signal).then(() => (isOver = true))
  expect(player.firstAudioAt).toBe(clock.now())
  await clock.advance(999)
  expect([isOver, player.heard]).toEqual([false, ''])
  await clock.advance(1)
  await playing
  expect(player.heard).toBe(TEXT)
})

test('with a speed of 4, a sentence takes a quarter of its time', async () => {
  const clock = manualClock()
  const player = openPlayer(clock, 4)
  const playing = player.play(sentence(TEXT, 1_000, 1), signal)
  await clock.advance(250)
  await playing
  expect(player.heard).toBe(TEXT)
})

test.each([
  [0, ''],
  [499, 'one two'],
  [500, 'one two'],
  [999, 'one two three'],
])('what is heard until %i ms of 1,000 are whole words: "%s"', async (ms, heard) => {
  const clock = manualClock()
  const player = openPlayer(clock, 1)
  const stop = new AbortController()
  const playing = player.play(sentence(TEXT, 1_000, 1), stop.signal)
  await clock.advance(ms)
  stop.abort('the person speaks')
  await expect(playing).rejects.toBe('the person speaks')
  expect(player.heard).toBe(heard)
  expect(player.recording.length).toBe(bytesOf(ms))
  expect(clock.timers).toEqual([])
})

test('after an abort, nothing more is played', async () => {
  const player = openPlayer(manualClock(), 1)
  await expect(player.play(sentence(TEXT, 1_000, 1), AbortSignal.abort('stopped'))).rejects.toBe('stopped')
  expect([player.firstAudioAt, player.heard, player.recording.length]).toEqual([undefined, '', 0])
})

test('the recording has the silence before and between the sentences, and each is announced', async () => {
  const clock = manualClock()
  const begun: number[] = []
  const player = openPlayer(clock, 2, (number) => begun.push(number))
  for (const byte of [1, 2]) {
    await clock.advance(50)
    const playing = player.play(sentence(TEXT, 200, byte), signal)
    await clock.advance(100)
    await playing
  }
  const expected = [0, 1, 0, 2].flatMap((byte) => [...new Uint8Array(bytesOf(byte === 0 ? 100 : 200)).fill(byte)])
  expect(Buffer.compare(player.recording, Buffer.from(expected))).toBe(0)
  expect([begun, player.heard]).toEqual([[1, 2], `${TEXT} ${TEXT}`])
})
