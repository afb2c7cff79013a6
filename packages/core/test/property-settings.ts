const given = (name: string): number | undefined => {
  const text = process.env[name]
  if (text === undefined || text === '') return undefined
  const value = Number(text)
  if (!Number.isSafeInteger(value)) throw new Error(`${name} is "${text}"; it takes a whole number.`)
  return value
}

const DEFAULT_SEED = 20_261_125

/**
 * How a property is tried: `STAGEFLOW_SEED` for other cases than the usual ones, `STAGEFLOW_RUNS` for another number of them.
 * A failure prints the seed and the path that lead back to it.
 */
export function propertySettings(runs: number): { readonly seed: number; readonly numRuns: number } {
  return { seed: given('STAGEFLOW_SEED') ?? DEFAULT_SEED, numRuns: given('STAGEFLOW_RUNS') ?? runs }
}

/** Enough for a search of a night: how long it may take is decided by the number of runs. */
export const PROPERTY_TIMEOUT_MS = 24 * 3_600_000
