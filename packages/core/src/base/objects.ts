const prototypeOf = Object.getPrototypeOf as (value: object) => object | null

/** A plain object: an object literal, one without a prototype, or one of another realm. */
export function isPlain(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null) return false
  const prototype = prototypeOf(value)
  return prototype === Object.prototype || prototype === null || prototypeOf(prototype) === null
}

/**
 * Freezes plain objects and arrays deeply, in place. A frozen object counts as frozen throughout: this ends cycles, and passing
 * on the data of another stage costs nothing. Class instances aren't frozen.
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

/** Defines a getter on a prototype. Shorter than many similar getters in a class body. */
export function getter<T extends object>(prototype: T, name: PropertyKey, read: (value: T) => unknown): void {
  Object.defineProperty(prototype, name, {
    get(this: T) {
      return read(this)
    },
  })
}

const INSPECT = Symbol.for('nodejs.util.inspect.custom')

/** Makes Node print an object as the result of `show`. Otherwise an object with private fields looks empty. */
export function printAs<T extends object>(prototype: T, show: (value: T) => object): void {
  getter(prototype, INSPECT, (value) => () => show(value))
}

/** Sets an own property under any name. Assigning to `__proto__` would set the prototype instead. */
export function define(object: object, key: string, value: unknown): void {
  if (key !== '__proto__') (object as Record<string, unknown>)[key] = value
  else Object.defineProperty(object, key, { value, enumerable: true, configurable: true, writable: true })
}

/** Freezes an output's data at the stage's boundary. */
export type Freeze = (data: object) => object
export const freezers: { readonly deep: Freeze; readonly shallow: Freeze } = {
  deep: freezeDeep,
  shallow: Object.freeze,
}

/** The key that marks the objects of every copy of this package; the value is the copy. */
const MADE_BY: unique symbol = Symbol.for('@stageflow/made-by')
const THIS_COPY = Symbol('this copy')

export const FIND_COPIES = 'To find the copies, run "npm ls @stageflow/core"; then keep one.'

/** Marks an object, or all that have it as their prototype, as made by this copy. */
export function branded<T extends object>(object: T): T {
  return Object.defineProperty(object, MADE_BY, { value: THIS_COPY })
}

/**
 * A sentence for an error message if another copy of core made `value`: a pipeline, a graph, a stage of `defineStage` or a
 * slot. Otherwise undefined. npm installs a second copy if a package has core among its `dependencies` instead of its
 * `peerDependencies`.
 */
export function fromOtherCopy(value: unknown): string | undefined {
  let copy: unknown
  try {
    copy = (value as { readonly [MADE_BY]?: unknown } | null | undefined)?.[MADE_BY]
  } catch {
    // a revoked proxy
  }
  if (copy === undefined || copy === THIS_COPY) return undefined
  return `It was made by another copy of @stageflow/core. ${FIND_COPIES}`
}
