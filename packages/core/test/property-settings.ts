const given = (name: string): string | undefined => (process.env[name] === '' ? undefined : process.env[name])

function numberGiven(name: string): number | undefined {
  const text = given(name)
  if (text === undefined) return undefined
  const value = Number(text)
  if (!Number.isSafeInteger(value)) throw new Error(`${name} is "${text}"; it takes a whole number.`)
  return value
}

const DEFAULT_SEED = 20_261_125

export interface PropertySettings {
  readonly seed: number
  readonly numRuns: number
  readonly path?: string
}

/**
 * How a property is tried: STAGEFLOW_SEED for other cases than the usual ones, STAGEFLOW_RUNS for another number of them. A
 * failure prints its seed and path: STAGEFLOW_PATH beside the seed goes straight back to it (with `-t`, for the one test).
 */
export function propertySettings(runs: number): PropertySettings {
  const path = given('STAGEFLOW_PATH')
  return {
    seed: numberGiven('STAGEFLOW_SEED') ?? DEFAULT_SEED,
    numRuns: numberGiven('STAGEFLOW_RUNS') ?? runs,
    ...(path === undefined ? undefined : { path }),
  }
}

/** Enough for a search of a night: how long it takes is decided by the number of runs. */
export const PROPERTY_TIMEOUT_MS = 24 * 3_600_000
