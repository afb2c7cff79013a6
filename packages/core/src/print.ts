import { getter } from './getter.ts'

const INSPECT = Symbol.for('nodejs.util.inspect.custom')

/** Makes Node print the objects of a class as what `show` gives, instead of as empty: their fields are private. */
export function printAs<T extends object>(prototype: T, show: (value: T) => object): void {
  getter(prototype, INSPECT, (value) => () => show(value))
}
