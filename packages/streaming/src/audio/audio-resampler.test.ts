import { StageflowError } from '@stageflow/core'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'

import { propertySettings } from '../../../core/test/property-settings.ts'
import { createResampler, resample } from '../audio.ts'
import type { ResamplerOptions } from '../audio.ts'

const tone = (rate: number, hertz: number, frames = rate): Float32Array =>
  Float32Array.from({ length: frames }, (_, index) => Math.sin((2 * Math.PI * hertz * index) / rate))

/** How the middle of `samples` fits a tone: its level, how late it is, and what is left beside it. */
function fit(samples: Float32Array, rate: number, hertz: number) {
  const from = Math.floor(samples.length * 0.2)
  const to = Math.floor(samples.length * 0.8)
  let [ss, cc, sc, sy, cy] = [0, 0, 0, 0, 0]
  for (let at = from; at < to; at++) {
    const [s, c, y] = [
      Math.sin((2 * Math.PI * hertz * at) / rate),
      Math.cos((2 * Math.PI * hertz * at) / rate),
      samples[at]!,
    ]
    ss += s * s
    cc += c * c
    sc += s * c
    sy += s * y
    cy += c * y
  }
  const sine = (sy * cc - cy * sc) / (ss * cc - sc * sc)
  const cosine = (cy * ss - sy * sc) / (ss * cc - sc * sc)
  let rest = 0
  for (let at = from; at < to; at++) {
    const angle = (2 * Math.PI * hertz * at) / rate
    rest += (samples[at]! - sine * Math.sin(angle) - cosine * Math.cos(angle)) ** 2
  }
  const decibels = (power: number): number => 10 * Math.log10(power)
  return {
    levelDb: decibels(sine ** 2 + cosine ** 2),
    lateBy: Math.atan2(cosine, sine),
    restDb: decibels(rest / (to - from) / 0.5),
  }
}

const RATES = [[44_100, 16_000], [48_000, 16_000], [22_050, 16_000], [24_000, 16_000], [8_000, 16_000], [16_000, 24_000], [16_000, 48_000]] as const // prettier-ignore

test.each(RATES)(
  'from %i to %i Hz tones keep their level and place, with 90 dB of quiet beside them',
  (fromRate, toRate) => {
    for (const share of [0.05, 0.4, 0.8]) {
      const hertz = (share * Math.min(fromRate, toRate)) / 2
      const resampled = resample(tone(fromRate, hertz), { fromRate, toRate })
      expect(resampled).toHaveLength(toRate)
      const { levelDb, lateBy, restDb } = fit(resampled, toRate, hertz)
      expect(Math.abs(levelDb)).toBeLessThan(0.01)
      expect(Math.abs(lateBy)).toBeLessThan(1e-6)
      expect(restDb).toBeLessThan(-90)
    }
  },
)

test.each(RATES.filter(([from, to]) => from > to))(
  'from %i to %i Hz nothing folds back: 90 dB down',
  (fromRate, toRate) => {
    for (const share of [1.001, 1.1, 1.3]) {
      const hertz = (share * toRate) / 2
      if (hertz >= fromRate / 2) continue
      const resampled = resample(tone(fromRate, hertz), { fromRate, toRate })
      const middle = resampled.subarray(toRate * 0.2, toRate * 0.8)
      const power = middle.reduce((sum, sample) => sum + sample ** 2, 0) / middle.length
      expect(10 * Math.log10(power / 0.5)).toBeLessThan(-90)
    }
  },
)

test('however a stream is cut, the samples and their number are the same', () => {
  const rates = fc.constantFrom(...RATES, [16_000, 16_000] as const, [7, 5] as const)
  const cuts = fc.array(fc.integer({ min: 0, max: 700 }), { maxLength: 12 })
  fc.assert(
    fc.property(rates, fc.integer({ min: 1, max: 3 }), cuts, ([fromRate, toRate], channels, sizes) => {
      const frames = sizes.reduce((sum, size) => sum + size, 0)
      const samples = Float32Array.from({ length: frames * channels }, (_, index) => Math.sin(index * index))
      const whole = resample(samples, { fromRate, toRate, channels })
      const resampler = createResampler({ fromRate, toRate, channels })
      // A second stream through the same resampler is as the first.
      for (let stream = 0; stream < 2; stream++) {
        const parts: number[] = []
        let at = 0
        for (const size of sizes) {
          parts.push(...resampler.push(samples.subarray(at * channels, (at + size) * channels)))
          at += size
        }
        parts.push(...resampler.flush())
        expect(parts).toEqual([...whole])
        expect(parts).toHaveLength(Math.ceil((frames * toRate) / fromRate) * channels)
      }
    }),
    propertySettings(60),
  )
})

test('channels do not mix', () => {
  const left = tone(44_100, 440, 2_000)
  const both = Float32Array.from({ length: 4_000 }, (_, index) => (index % 2 === 0 ? left[index / 2]! : 0))
  const resampled = resample(both, { fromRate: 44_100, toRate: 16_000, channels: 2 })
  expect(resampled.filter((_, index) => index % 2 === 1).every((sample) => sample === 0)).toBe(true)
  expect(resampled.filter((_, index) => index % 2 === 0)).toEqual(resample(left, { fromRate: 44_100, toRate: 16_000 }))
})

test('with equal rates the samples are copied', () => {
  const samples = tone(16_000, 440, 100)
  const same = resample(samples, { fromRate: 16_000, toRate: 16_000 })
  expect(same).toEqual(samples)
  expect(same.buffer).not.toBe(samples.buffer)
  const pushed = createResampler({ fromRate: 8_000, toRate: 8_000 }).push(samples)
  expect(pushed).toEqual(samples)
  expect(pushed.buffer).not.toBe(samples.buffer)
})

test('illegal options and samples are refused (streaming/illegal-option, streaming/illegal-option)', () => {
  const bad: readonly (readonly [unknown, string])[] = [
    [undefined, 'the options must be an object, not undefined'],
    [{}, 'fromRate must be a whole number from 1, not undefined; toRate must be a whole number from 1, not undefined'],
    [
      { fromRate: 0, toRate: 1.5, quality: 9 },
      'fromRate must be a whole number from 1, not 0; toRate must be a whole number from 1, not 1.5',
    ],
    [{ fromRate: 44_101, toRate: 96_000 }, 'fromRate 44101 and toRate 96000 have too small a common divisor'],
    [{ fromRate: 1_000_000_000, toRate: 1 }, 'too small a common divisor'],
    [
      { fromRate: 1, toRate: 2, channels: 2 ** 40 },
      'channels must be a whole number from 1 to 65535, not 1099511627776',
    ],
    [{ fromRate: 65_535, toRate: 1, channels: 65_535 }, 'channels must be fewer than 65535 to convert 65535 to 1 Hz'],
  ]
  for (const [options, message] of bad) {
    let error: unknown
    try {
      createResampler(options as ResamplerOptions)
    } catch (thrown) {
      error = thrown
    }
    expect(StageflowError.is(error, 'streaming/illegal-option')).toBe(true)
    expect(String(error)).toContain(message)
  }
  const resampler = createResampler({ fromRate: 8_000, toRate: 16_000, channels: 2 })
  for (const samples of [new Float32Array(3), [0, 0], null]) {
    let error: unknown
    try {
      resampler.push(samples as Float32Array)
    } catch (thrown) {
      error = thrown
    }
    expect(StageflowError.is(error, 'streaming/illegal-option')).toBe(true)
  }
})

test('resample() refuses what it is given by its own name', () => {
  expect(() => resample(new Float32Array(2), undefined as never)).toThrow('resample(): the options must be an object')
  expect(() => resample([0, 0] as never, { fromRate: 8_000, toRate: 16_000 })).toThrow(
    'resample() takes samples as a Float32Array, not an array',
  )
})
