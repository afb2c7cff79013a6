import { exactCopy, type Made, plainCopy } from './plain-copy.ts'

/**
 * A copy that may be changed: plain objects, arrays, dates, maps, sets and bytes all the way down. Instances of other classes are kept
 * as they are, and so is a value that cannot be read. Never throws.
 */
export function ownCopy(value: unknown): unknown {
  return plainCopy(value, OWN)
}

const OWN = { freeze: false, other: builtInCopy } as const

/** A subclass may have fields that a copy would lose, so it is kept as it is. */
function builtInCopy(value: object, made: Made): unknown {
  const copyOf = (part: unknown): unknown => exactCopy(part, made, OWN)
  switch (Object.getPrototypeOf(value)) {
    // oxlint-disable-next-line no-restricted-globals -- copies a time, and reads no clock
    case Date.prototype:
      return structuredClone(value)
    case Map.prototype: {
      const own = new Map<unknown, unknown>()
      made.set(value, own)
      for (const [key, held] of value as Map<unknown, unknown>) own.set(copyOf(key), copyOf(held))
      return own
    }
    case Set.prototype: {
      const own = new Set<unknown>()
      made.set(value, own)
      for (const held of value as Set<unknown>) own.add(copyOf(held))
      return own
    }
  }
  // Also of a Buffer, whose own `slice` shares its memory.
  return ArrayBuffer.isView(value) && !(value instanceof DataView) ? Uint8Array.prototype.slice.call(value) : value
}
