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

/** An object without members, frozen. All of the process share it. */
export const EMPTY: Readonly<Record<never, never>> = Object.freeze({})

/** An empty record without a prototype, so that every name is free. */
export const bareRecord = <T>(): Record<string, T> => Object.create(null) as Record<string, T>

/** Sets an own property under any name. Assigning to `__proto__` would set the prototype instead. */
export function define(object: object, key: string, value: unknown): void {
  if (key !== '__proto__') (object as Record<string, unknown>)[key] = value
  else Object.defineProperty(object, key, { value, enumerable: true, configurable: true, writable: true })
}

/** What `defined` returns: members that may be undefined are optional. */
export type Defined<T> = { [Key in keyof T as undefined extends T[Key] ? never : Key]: T[Key] } & {
  [Key in keyof T as undefined extends T[Key] ? Key : never]?: Exclude<T[Key], undefined>
}
/** A copy without the members that are undefined. Not for paths that every stage of every run takes. */
export const defined = <T extends object>(members: T): Defined<T> =>
  Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as Defined<T>

/** Freezes an output's data at the stage's boundary. */
export type Freeze = (data: object) => object
export const freezers: { readonly deep: Freeze; readonly shallow: Freeze } = {
  deep: freezeDeep,
  shallow: Object.freeze,
}

/** Whether a value is certainly JSON, at most `depth` levels deep. Serializing it costs five times as much. */
export function isPlainJson(value: unknown, depth: number): boolean {
  if (typeof value !== 'object' || value === null)
    return typeof value !== 'bigint' && typeof value !== 'function' && typeof value !== 'symbol'
  if (depth === 0) return false
  if (Array.isArray(value)) return value.every((one) => isPlainJson(one, depth - 1))
  if (Object.getPrototypeOf(value) !== Object.prototype) return false
  for (const key in value) {
    if (!isPlainJson((value as Record<string, unknown>)[key], depth - 1)) return false
  }
  return true
}

/** A field of an array that isn't one of its items, such as `groups` of what `match()` found. JSON leaves it out. */
export function fieldOfArray(array: readonly unknown[]): string | undefined {
  // Items come first.
  const last = Object.keys(array).at(-1)
  return last === undefined || /^\d+$/.test(last) ? undefined : last
}
