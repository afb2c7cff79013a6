const given = (name: string): string | undefined => (process.env[name] === '' ? undefined : process.env[name])

function numberGiven(name: string): number | undefined {
  const text = given(name)
  if (text === undefined) return undefined
  const value = Number(text)
  if (!Number.isSafeInteger(value)) throw new Error(`${name} is "${text}"; it takes a whole number.`)
  return value
}

/** STAGEFLOW_HEAVY=1, as in `npm run nightly -- random`: all cases, and the largest sizes. */
export const isHeavy = given('STAGEFLOW_HEAVY') !== undefined

const DEFAULT_SEED = 20_261_125

export interface PropertySettings {
  readonly seed: number
  readonly numRuns: number
  readonly path?: string
}

/**
 * By default a property is tried with this part of its runs, and with 25 at least. One whose runs take long gives a smaller part.
 * STAGEFLOW_HEAVY=1 tries all of them.
 */
const LIGHT_PART = 0.1
const FEWEST_RUNS = 25

/**
 * How a property is tried: STAGEFLOW_SEED for other cases than the usual ones, STAGEFLOW_RUNS for another number of them. A
 * failure prints its seed and path: STAGEFLOW_PATH beside the seed goes straight back to it (with `-t`, for the one test).
 */
export function propertySettings(runs: number, lightPart: number = LIGHT_PART): PropertySettings {
  return settings(isHeavy ? runs : Math.max(FEWEST_RUNS, runs * lightPart))
}

/** The same with exactly this number of runs, for a test of few runs that take long. */
export const wholeSettings = (runs: number): PropertySettings => settings(runs)

function settings(runs: number): PropertySettings {
  const path = given('STAGEFLOW_PATH')
  return {
    seed: numberGiven('STAGEFLOW_SEED') ?? DEFAULT_SEED,
    numRuns: numberGiven('STAGEFLOW_RUNS') ?? Math.ceil(runs),
    ...(path === undefined ? undefined : { path }),
  }
}

/** Enough for a search of a night: how long it takes is decided by the number of runs. */
export const PROPERTY_TIMEOUT_MS = 24 * 3_600_000
