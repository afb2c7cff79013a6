interface Copying {
  readonly freeze: boolean
  /** What becomes of an object that is neither plain nor an array. `made`: as of `exactCopy`. */
  readonly other: (value: object, made: Made) => unknown
}

/** The copies so far by their originals, so that a part that is shared, or inside itself, is copied once. */
export type Made = Map<object, object>

const FROZEN: Copying = { freeze: true, other: (held) => held }

/** The value, frozen: plain objects and arrays are copied all the way down, also if it is circular. What cannot be read is kept. Never throws. */
export function frozenInput(value: unknown): unknown {
  return plainCopy(value, FROZEN)
}

/** A copy of plain objects and arrays all the way down; the value itself if it cannot be read. Never throws. */
export function plainCopy(value: unknown, copying: Copying): unknown {
  try {
    return exactCopy(value, new Map(), copying)
  } catch {
    return value
  }
}

/** The copy of a value, or of a part of one. Throws if it cannot be read. */
export function exactCopy(value: unknown, made: Made, copying: Copying): unknown {
  if (typeof value !== 'object' || value === null) return value
  const known = made.get(value)
  if (known !== undefined) return known
  const prototype = Object.getPrototypeOf(value) as object | null
  if (prototype !== null && prototype !== Object.prototype && prototype !== Array.prototype)
    return copying.other(value, made)
  const own = (Array.isArray(value) ? [] : Object.create(prototype)) as Record<PropertyKey, unknown>
  made.set(value, own)
  for (const key of Reflect.ownKeys(value)) {
    const property = Object.getOwnPropertyDescriptor(value, key) as PropertyDescriptor
    if ('value' in property) {
      const held = exactCopy(property.value, made, copying)
      // Assigned where that is the same as defining and a third of its cost (`parseAndResolve` in the benchmarks).
      if (property.enumerable === true && key !== '__proto__') {
        own[key] = held
        continue
      }
      Object.assign(property, { value: held, writable: true })
    }
    // Getters stay what they are.
    Object.defineProperty(own, key, { ...property, configurable: key !== 'length' || !Array.isArray(own) })
  }
  return copying.freeze ? Object.freeze(own) : own
}
