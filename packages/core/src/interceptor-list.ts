import { StageflowError, quote } from './errors.ts'
import type { Interceptor } from './interceptor.ts'

/** A new list with `added` just outside the interceptor called `name`; a name that is not there is `core/no-interceptor`. */
export function insertBefore(list: readonly Interceptor[], name: string, added: Interceptor): readonly Interceptor[] {
  return list.toSpliced(indexOf(list, name), 0, added)
}

/** A new list with `added` just inside the interceptor called `name`. */
export function insertAfter(list: readonly Interceptor[], name: string, added: Interceptor): readonly Interceptor[] {
  return list.toSpliced(indexOf(list, name) + 1, 0, added)
}

/** A new list without the interceptor called `name`. */
export function without(list: readonly Interceptor[], name: string): readonly Interceptor[] {
  return list.toSpliced(indexOf(list, name), 1)
}

/** A new list with `by` in the place of the interceptor called `name`. */
export function replace(list: readonly Interceptor[], name: string, by: Interceptor): readonly Interceptor[] {
  return list.toSpliced(indexOf(list, name), 1, by)
}

function indexOf(list: readonly Interceptor[], name: string): number {
  const index = list.findIndex((one) => one.name === name)
  if (index >= 0) return index
  const names = list.map((one) => one.name).join(', ')
  throw new StageflowError(
    'core/no-interceptor',
    `The list has no interceptor named ${quote(name)}; it has ${names || 'none'}.`,
  )
}
