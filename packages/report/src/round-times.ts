import { checkArgumentCount } from '@stageflow/core/kit'

/** The fewest steps of which one is always shorter than the length: with fewer, an axis may have only its 0. */
const FEWEST_STEPS = 3

/**
 * Round times for the labels of an axis, in ms: from 0 to `lengthMs`, in equal steps, of which `most` (at least 3) fit at most. A step is 1,
 * 2 or 5 with zeros, in milliseconds or, for long times, in minutes or hours.
 */
export function roundTimes(lengthMs: number, most: number): readonly number[] {
  checkArgumentCount(arguments.length, 2, 'roundTimes(lengthMs, most)', 'report/illegal-option')
  if (!(lengthMs > 0)) return [0]
  const step = roundUp(lengthMs / Math.max(FEWEST_STEPS, most))
  // A little more than the length: a multiple of 0.1 may be a rounding error above it.
  const count = Math.floor(lengthMs / step + 1e-9)
  return Array.from({ length: count + 1 }, (_, index) => index * step)
}

function roundUp(ms: number): number {
  const unit = unitOf(ms)
  const size = 10 ** Math.floor(Math.log10(ms / unit))
  const digit = [1, 2, 5, 10].find((each) => each * size * unit >= ms * (1 - 1e-9)) ?? 10
  return digit * size * unit
}

function unitOf(ms: number): number {
  if (ms > 1_200_000) return 3_600_000
  return ms > 20_000 ? 60_000 : 1
}
