import { plainCopy } from './plain-copy.ts'

/**
 * A copy that may be changed: plain objects, arrays, dates, maps, sets and bytes all the way down. Instances of other classes are kept
 * as they are, and so is a value that cannot be read. Never throws.
 */
export function ownCopy(value: unknown): unknown {
  return plainCopy(value, OWN)
}

const OWN = { freeze: false, other: builtInCopy } as const

/** A subclass may have fields that a copy would lose, so it is kept as it is. */
function builtInCopy(value: object): unknown {
  switch (Object.getPrototypeOf(value)) {
    // oxlint-disable-next-line no-restricted-globals -- copies a time, and reads no clock
    case Date.prototype:
      return structuredClone(value)
    case Map.prototype:
      return new Map(Array.from(value as Map<unknown, unknown>, ([key, held]) => [ownCopy(key), ownCopy(held)]))
    case Set.prototype:
      return new Set(Array.from(value as Set<unknown>, ownCopy))
  }
  // Also of a Buffer, whose own `slice` shares its memory.
  return ArrayBuffer.isView(value) && !(value instanceof DataView) ? Uint8Array.prototype.slice.call(value) : value
}
