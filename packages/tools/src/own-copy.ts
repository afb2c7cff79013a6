/**
 * A copy for one who may change it: plain objects and arrays all the way down; class instances, maps and dates are kept
 * as they are, and so is all of a value that cannot be read. Never throws.
 */
export function ownCopy(value: unknown): unknown {
  try {
    return copy(value, new Map())
  } catch {
    return value
  }
}

function copy(value: unknown, made: Map<object, object>): unknown {
  if (typeof value !== 'object' || value === null) return value
  const known = made.get(value)
  if (known !== undefined) return known
  const prototype = Object.getPrototypeOf(value) as object | null
  if (prototype !== null && prototype !== Object.prototype && prototype !== Array.prototype) return value
  const own: object = Array.isArray(value) ? [] : (Object.create(prototype) as object)
  made.set(value, own)
  for (const key of Reflect.ownKeys(value)) {
    const property = Object.getOwnPropertyDescriptor(value, key) as PropertyDescriptor
    // Defined, not assigned: a key may be called `__proto__`. Getters stay what they are.
    if ('value' in property) Object.assign(property, { value: copy(property.value, made), writable: true })
    Object.defineProperty(own, key, { ...property, configurable: key !== 'length' || !Array.isArray(own) })
  }
  return own
}
