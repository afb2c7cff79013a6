/** Defines a getter on the prototype of a class: for those that have many that are alike. */
export function getter<T extends object>(prototype: T, name: PropertyKey, read: (value: T) => unknown): void {
  Object.defineProperty(prototype, name, {
    get(this: T) {
      return read(this)
    },
  })
}
