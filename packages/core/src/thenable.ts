import { isFunction, isObject } from './rules.ts'

/** Whether `value` is a promise of any kind: of this realm or another, or an object that only has `then`. */
export function isThenable(value: unknown): value is PromiseLike<unknown> {
  return isObject(value) && isFunction(value['then'])
}
