import { checkOptions } from '@stageflow/core/kit'
import type { OptionRule, OptionRules } from '@stageflow/core/kit'

/** The rule of a seed. */
export const SEED: OptionRule = [Number.isSafeInteger, 'a whole number, such as 42']

export interface SeedOptions {
  /** Decides what is random. A seed always gives the same. Default: 1. */
  readonly seed?: number
}

export const SEEDED: OptionRules<SeedOptions> = { seed: SEED }

/** Makes a source of numbers from 0 up to 1 that are the same for the same seed, on every machine. */
export function seededRandom(options: SeedOptions = {}): () => number {
  checkOptions('seededRandom({ seed })', 'testing/illegal-option', options, SEEDED)
  let state = stateOf(options.seed ?? 1)
  return () => {
    state = (state + GOLDEN) >>> 0
    return mix(state) / 2 ** 32
  }
}

/** Like `seededRandom`, but each number belongs to a string, whatever was asked before. The caller has checked the seed. */
export function seededNumbers(seed: number): (text: string) => number {
  const start = stateOf(seed)
  return (text) => {
    let hash = start
    for (let at = 0; at < text.length; at++) hash = mix(hash ^ text.charCodeAt(at))
    return mix(hash) / 2 ** 32
  }
}

const GOLDEN = 0x9e37_79b9

/** Both halves of a seed count: two that differ only above bit 31 must not give one sequence. */
function stateOf(seed: number): number {
  return mix(mix(seed >>> 0) ^ Math.floor(seed / 2 ** 32))
}

/** A 32-bit finalizer: every bit of the input changes every bit of the result. */
function mix(value: number): number {
  let bits = (value + GOLDEN) >>> 0
  bits = Math.imul(bits ^ (bits >>> 16), 0x21f0_aaad)
  bits = Math.imul(bits ^ (bits >>> 15), 0x735a_2d97)
  return (bits ^ (bits >>> 15)) >>> 0
}
