import { median } from '../figures.mjs'

/** A ratio beyond these, with its whole interval, counts. */
const SLOWER = 1.03
const FASTER = 0.97

/** Below this many pairs no interval of a median holds with 95%. */
export const LEAST_PAIRS = 6

/**
 * The 95% interval of the median, from the sign test: of n pairs, the k-th smallest to the k-th largest. It assumes nothing
 * about how the noise is distributed.
 */
export function medianInterval(values) {
  const sorted = values.toSorted((a, b) => a - b)
  const outside = cutOf(sorted.length)
  return outside < 0 ? undefined : [sorted[outside], sorted[sorted.length - 1 - outside]]
}

/** How many values may be cut off at each end of `count`: the chance that the median is among them stays within 5%. */
function cutOf(count) {
  let chance = 0.5 ** count // that all values lie on one side of the median
  let sum = 0
  let cut = 0
  for (; cut < count; cut += 1) {
    sum += chance
    if (2 * sum > 0.05) break
    chance *= (count - cut) / (cut + 1)
  }
  return cut - 1
}

/** What the pairs of one row say: medians, the median ratio now ÷ base with its interval, and the verdict. */
export function judgeRow(pairs) {
  const ratios = pairs.map(({ base, now }) => now / base)
  const interval = medianInterval(ratios)
  return {
    base: median(pairs.map(({ base }) => base)),
    now: median(pairs.map(({ now }) => now)),
    ratio: median(ratios),
    interval,
    verdict: interval[0] > SLOWER ? 'slower' : interval[1] < FASTER ? 'faster' : undefined,
  }
}
