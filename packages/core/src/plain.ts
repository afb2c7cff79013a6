const prototypeOf = Object.getPrototypeOf as (value: object) => object | null

/** A plain object: an object literal, one without a prototype, or one of another realm. */
export function isPlain(value: object): boolean {
  const prototype = prototypeOf(value)
  return prototype === Object.prototype || prototype === null || prototypeOf(prototype) === null
}

/**
 * Freezes plain objects and arrays all the way down, in place. What is frozen already is taken as frozen throughout:
 * that ends cycles, and makes passing on the data of another stage free. Class instances are left as they are.
 */
export function freezeDeep(value: object): object {
  Object.freeze(value)
  for (const key in value) {
    const inner = (value as Record<string, unknown>)[key]
    if (typeof inner === 'object' && inner !== null) {
      freezeInside(value)
      break
    }
  }
  return value
}

function freezeInside(value: object): void {
  const todo: object[] = [value]
  for (let at = todo.pop(); at !== undefined; at = todo.pop()) {
    const inner: readonly unknown[] = Array.isArray(at) ? at : Object.values(at)
    for (let i = 0; i < inner.length; i++) {
      const one = inner[i]
      if (typeof one !== 'object' || one === null || Object.isFrozen(one)) continue
      if (!Array.isArray(one) && !isPlain(one)) continue
      Object.freeze(one)
      todo.push(one)
    }
  }
}
