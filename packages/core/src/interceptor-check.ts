import type { Problem } from './compose.ts'
import { quote } from './errors.ts'
import type { Interceptor } from './interceptor.ts'
import { isName, isArray, isFunction } from './rules.ts'

const LISTS = ['stageOptions', 'runOptions', 'mustBeInside', 'mustBeOutside'] as const

/** One of an interceptor's lists of names; empty where it has none, or none that is a list. */
export function namesIn(interceptor: Interceptor, list: (typeof LISTS)[number]): readonly string[] {
  const names: unknown = interceptor[list]
  return isArray(names) ? (names as readonly string[]) : []
}

/** Checks a list of interceptors as a whole: names, hooks, and the orders that their authors forbid. */
export function checkInterceptors(interceptors: readonly Interceptor[], problem: Problem): void {
  const places = new Map<string, number>()
  interceptors.forEach((one, place) => {
    const { name } = one
    if (!isName(name))
      return problem('core/interceptor', `Interceptor ${place + 1} of the list has no name: ${quote(one)}.`)
    if (places.has(name))
      problem(
        'core/interceptor',
        `Two interceptors are named "${name}"; leave one out, or rename it: { ...it, name: '…' }.`,
      )
    places.set(name, place)
    for (const hook of ['wrap', 'onCall', 'wrapRun', 'onRun', 'settled'] as const) {
      if (one[hook] !== undefined && !isFunction(one[hook]))
        problem('core/interceptor', `Interceptor "${name}" has a ${hook} that is not a function.`)
    }
    for (const list of LISTS) {
      if (one[list] !== undefined && !isArray(one[list]))
        problem('core/interceptor', `Interceptor "${name}" has a ${list} that is not an array of names.`)
    }
  })
  interceptors.forEach((one, place) => {
    const { name } = one
    for (const other of namesIn(one, 'mustBeInside'))
      if ((places.get(other) ?? place) > place)
        problem(
          'core/interceptor-order',
          `Interceptor "${name}" must stand inside "${other}": put it after "${other}" in the list.`,
        )
    for (const other of namesIn(one, 'mustBeOutside'))
      if ((places.get(other) ?? place) < place)
        problem(
          'core/interceptor-order',
          `Interceptor "${name}" must stand outside "${other}": put it before "${other}" in the list.`,
        )
  })
}
