export function median(numbers) {
  if (numbers.length === 0) return undefined
  const sorted = numbers.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
}

// On a quiet machine the thread that measures has a processor for 90 to 100% of the time (collecting garbage, it waits
// for helpers). Other processes had what is missing beyond that.
const LEAST_BUSY = 0.9

/** µs a run took on the wall, but at most what the processor time of its thread can explain. */
export const microsOf = ({ microsPerRun, busy = 1 }) => microsPerRun * Math.min(1, busy / LEAST_BUSY)

export const isDisturbed = ({ busy = 1 }) => busy < LEAST_BUSY

/** Reads figures out of raw results: medians over the rounds, undefined where nothing was measured. */
export function createFigures({ results }) {
  const rounds = (section, peer, shape) => results[section]?.[peer]?.[shape] ?? []
  const good = (section, peer, shape) =>
    rounds(section, peer, shape).filter((each) => !each.timedOut && each.error === undefined)
  const middle = (section, peer, shape, read) =>
    median(
      good(section, peer, shape)
        .map(read)
        .filter((each) => each !== undefined),
    )
  const perStage = (each) => microsOf(each) / each.stages
  const perSecond = (section, peer) => {
    const perRun = middle(section, peer, 'chat', microsOf)
    return perRun === undefined ? undefined : 1_000_000 / perRun
  }
  return {
    rounds,
    micros: (peer, shape, section = 'run') => middle(section, peer, shape, perStage),
    spread: (peer, shape, section = 'run') => {
      const all = good(section, peer, shape).map(perStage)
      return all.length < 2 ? undefined : [Math.min(...all), Math.max(...all)]
    },
    cold: (peer, shape) => good('run', peer, shape).some((each) => each.cold),
    timedOut: (peer, shape) => rounds('run', peer, shape).some((each) => each.timedOut),
    skipped: (peer, shape) => results.skipped?.[peer]?.[shape],
    error: (peer, shape, section = 'run') =>
      rounds(section, peer, shape).find((each) => each.error !== undefined)?.error,
    buildMicros: (peer, shape) => middle('run', peer, shape, (each) => each.buildMicros),
    coldBuildMs: (peer, shape) => middle('run', peer, shape, (each) => each.coldBuildMs),
    bytes: (peer, shape) => good('memory', peer, shape)[0],
    sequential: (peer) => perSecond('run', peer),
    concurrent: (peer) => perSecond('concurrent', peer),
  }
}
