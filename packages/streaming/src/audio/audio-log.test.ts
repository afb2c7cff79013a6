import { StageflowError } from '@stageflow/core'
import { expect, test } from 'vitest'

import { encodeAudioForLogging } from '../audio.ts'

test('up to 100 bytes are shown completely, more by their start', () => {
  expect(encodeAudioForLogging(Uint8Array.of(1, 2, 3))).toBe('<audio:3B,data:AQID>')
  expect(encodeAudioForLogging(new Uint8Array(0))).toBe('<audio:0B,data:>')
  expect(encodeAudioForLogging(new Uint8Array(100))).toBe(`<audio:100B,data:${'A'.repeat(134)}==>`)
  expect(encodeAudioForLogging(new Uint8Array(101))).toBe(`<audio:101B,sample:${'A'.repeat(134)}==...>`)
})

test('maxBytes limits how much is shown', () => {
  expect(encodeAudioForLogging(Int16Array.of(1, 2, 3), 3)).toBe('<audio:6B,sample:AQAC...>')
  expect(encodeAudioForLogging(Uint8Array.of(1), 0)).toBe('<audio:1B,sample:...>')
  expect(encodeAudioForLogging(new Uint8Array(70_000), 65_536)).toHaveLength(87_409)
})

test.each([-1, 1.5, Number.NaN, Infinity, 65_537, '9'])(
  'maxBytes %s is refused (streaming/illegal-option)',
  (maxBytes) => {
    let error: unknown
    try {
      encodeAudioForLogging(new Uint8Array(1), maxBytes as number)
    } catch (thrown) {
      error = thrown
    }
    expect(StageflowError.is(error, 'streaming/illegal-option')).toBe(true)
  },
)
