import { roughSize } from './rough-size.ts'

/** Notes, errors and records of a run, and about how many bytes they take. */
export interface KeptFacts<Facts> {
  readonly facts: Facts
  readonly bytes: number
}

/** Up to this size, in bytes, facts are kept as they are. */
const MOST_AS_IT_IS = 16_384

/** Keeps facts within bounds. Of large ones, and of those that aren't plain, only the copy that readers get is kept. */
export function keepFacts<Facts>(facts: Facts, copy: (facts: Facts) => Facts): KeptFacts<Facts> {
  const bytes = sizeOf(facts, MOST_AS_IT_IS)
  if (bytes <= MOST_AS_IT_IS) return { facts, bytes }
  const shown = copy(facts)
  return { facts: shown, bytes: Math.min(sizeOf(shown, Infinity), Number.MAX_SAFE_INTEGER) }
}

function sizeOf(facts: unknown, most: number): number {
  try {
    return roughSize(facts, most)
  } catch {
    return Infinity // a getter throws, or it is a revoked proxy
  }
}
