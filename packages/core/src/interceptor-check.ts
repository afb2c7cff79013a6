import type { Problem } from './compose.ts'
import { quote } from './errors.ts'
import type { Interceptor } from './interceptor.ts'
import { didYouMean } from './nearest.ts'
import { isName, isArray, isFunction } from './rules.ts'

const HOOKS = ['settled', 'onCall', 'wrap', 'wrapRun', 'onRun'] as const
const LISTS = ['stageOptions', 'runOptions', 'mustBeInside', 'mustBeOutside'] as const

/** One of an interceptor's lists of names; empty where it has none, or none that is a list. */
export function namesIn(interceptor: Interceptor, list: (typeof LISTS)[number]): readonly string[] {
  const names: unknown = interceptor[list]
  return isArray(names) ? (names as readonly string[]) : []
}

/** The names of an object's functions, those of its class too; getters are not read. */
function functionsOf(object: object): readonly string[] {
  const names: string[] = []
  for (let at = object; at !== null && at !== Object.prototype; at = Object.getPrototypeOf(at) as object) {
    for (const [name, { value }] of Object.entries(Object.getOwnPropertyDescriptors(at)))
      if (isFunction(value)) names.push(name)
  }
  return names
}

function checkHooks(one: Interceptor, problem: Problem): void {
  const { name } = one
  let hasHook = false
  for (const hook of HOOKS) {
    if (one[hook] === undefined) continue
    hasHook = true
    if (!isFunction(one[hook]))
      problem('core/interceptor', `Interceptor "${name}" has a ${hook} that is not a function.`)
  }
  for (const key of functionsOf(one)) {
    const guess = HOOKS.includes(key as never) ? undefined : didYouMean(key, HOOKS, key.length > 6 ? 2 : 1)
    if (guess === undefined) continue
    hasHook = true
    problem(
      'core/interceptor',
      `Interceptor "${name}" has a function "${key}", which is not a hook: the engine would never call it.${guess}`,
    )
  }
  if (!hasHook)
    problem(
      'core/interceptor',
      `Interceptor "${name}" has no hook, so it would do nothing. Add at least one: settled, onCall, wrap, wrapRun or onRun.`,
    )
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
    checkHooks(one, problem)
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
