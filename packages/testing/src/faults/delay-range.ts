import type { OptionRule } from '@stageflow/core/kit'

/** A time in ms, or the least and the most of a random one. */
export type DelayRange = number | readonly [least: number, most: number]

const isDelay = (value: unknown): value is number => typeof value === 'number' && value >= 0 && value < Infinity

function isRange(value: unknown): boolean {
  if (!Array.isArray(value) || value.length !== 2) return false
  const [least, most] = value as readonly unknown[]
  return isDelay(least) && isDelay(most) && least <= most
}

export const DELAY_RANGE: OptionRule = [
  (value) => isDelay(value) || isRange(value),
  'a number of milliseconds from 0, or [least, most]',
]
/** A probability. */
export const SHARE: OptionRule = [
  (value) => typeof value === 'number' && value >= 0 && value <= 1,
  'a number from 0 to 1',
]

/** The delay at `place`, from 0 up to 1, within a range; whole milliseconds if its ends are. */
export function delayAt(range: DelayRange, place: number): number {
  if (typeof range === 'number') return range
  const [least, most] = range
  return least + Math.floor(place * (most - least + 1))
}
