import { DELAY, TEXT, oneOf, read, show, whole } from '@stageflow/core/kit'
import type { OptionRule } from '@stageflow/core/kit'

/** `closed`: calls pass. `open`: calls are refused. `half-open`: one call passes, as a probe. */
export type CircuitState = 'closed' | 'open' | 'half-open'

/** What a breaker has counted, as JSON. */
export type SavedBreaker =
  | { readonly type: 'consecutive'; readonly failures: number }
  /** Whether each of the last calls failed, the newest last. */
  | { readonly type: 'count'; readonly failed: readonly boolean[] }
  | { readonly type: 'sampling'; readonly buckets: readonly SavedBucket[] }

/** The calls of a tenth of a window. */
export interface SavedBucket {
  /** In ms since 1970. */
  readonly startedAt: number
  readonly successes: number
  readonly failures: number
}

/** One circuit as JSON. */
export interface SavedCircuit {
  readonly key: string
  readonly state: CircuitState
  /** When it opened, in ms since 1970. Missing if it is closed. */
  readonly openedAt?: number
  /** What its breaker has counted. Missing unless it is closed: a circuit that closes counts from the start. */
  readonly breaker?: SavedBreaker
}

/** What `export()` returns and `restore` takes: plain JSON. */
export interface CircuitBreakerState {
  readonly version: 1
  readonly circuits: readonly SavedCircuit[]
}

const STATE = oneOf('closed', 'open', 'half-open')
const [isCount] = whole(0)
const [isTime] = DELAY
const TIME: OptionRule = [isTime, 'a time in ms since 1970']
const COUNTS: OptionRule = [isSavedBreaker, 'what a breaker has counted']

/** What is wrong with a value of `restore`; undefined if it can be restored. */
export function restoreProblem(saved: unknown): string | undefined {
  const circuits = read(saved, 'circuits')
  if (read(saved, 'version') !== 1 || !Array.isArray(circuits))
    return `restore must be the return value of export(), { version: 1, circuits: […] }, not ${show(saved)}`
  for (const [index, circuit] of circuits.entries()) {
    const [wrong] = fieldsOf(circuit).filter(([, value, [isLegal]]) => !isLegal(value))
    if (wrong !== undefined) {
      const [name, value, [, must]] = wrong
      return `restore.circuits[${index}].${name} must be ${must}, not ${show(value)}`
    }
  }
  return undefined
}

function fieldsOf(circuit: unknown): readonly (readonly [name: string, value: unknown, rule: OptionRule])[] {
  const state = read(circuit, 'state')
  return [
    ['key', read(circuit, 'key'), TEXT],
    ['state', state, STATE],
    state === 'closed' ? ['breaker', read(circuit, 'breaker'), COUNTS] : ['openedAt', read(circuit, 'openedAt'), TIME],
  ]
}

function isSavedBreaker(value: unknown): boolean {
  switch (read(value, 'type')) {
    case 'consecutive':
      return isCount(read(value, 'failures'))
    case 'count':
      return isListOf(read(value, 'failed'), (failed) => typeof failed === 'boolean')
    case 'sampling':
      return isListOf(read(value, 'buckets'), isSavedBucket)
    default:
      return false
  }
}

const isListOf = (value: unknown, isItem: (item: unknown) => boolean): boolean =>
  Array.isArray(value) && value.every(isItem)

const isSavedBucket = (value: unknown): boolean =>
  isTime(read(value, 'startedAt')) && isCount(read(value, 'successes')) && isCount(read(value, 'failures'))
