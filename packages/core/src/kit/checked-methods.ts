import { givenCount } from '../base/argument-count.ts'
import { isFunction, isObject, isText } from '../base/check.ts'
import { StageflowError } from '../base/errors.ts'

/** The names of the parameters of a method, for messages. */
type Parameters = readonly string[]
/** How a method is called. Of two ways, the one whose first parameter is `graph` counts if the first argument is an object. */
export type MethodCalls = readonly [Parameters, Parameters?]

/** How the methods of an object are called, and how a refusal reads. */
export interface MethodRules<Name extends string> {
  /** That of the error. */
  readonly code: string
  /** What stands before the name of a method in messages, such as `as().`. */
  readonly prefix?: string
  readonly calls: Readonly<Record<Name, MethodCalls>>
  /** The methods that don't return a promise: they throw. All others reject. */
  readonly synchronous?: readonly Name[]
}

/**
 * The same methods, which refuse arguments that they have no parameter for. JavaScript would ignore those, so a token that was passed in
 * the wrong place would look as if it had been checked. The error has `code`.
 */
export function checkedMethods<Methods extends object>(
  methods: Methods,
  { code, prefix = '', calls, synchronous = [] }: MethodRules<keyof Methods & string>,
): Methods {
  const checked = Object.entries(methods).map(([name, method]: [string, unknown]) => {
    const known = (calls as Readonly<Record<string, MethodCalls | undefined>>)[name]
    if (!isFunction(method) || known === undefined) return [name, method] as const
    const call = (...given: readonly unknown[]): unknown => {
      const problem = problemOf(prefix + name, given, known)
      if (problem === undefined) return method(...given) as unknown
      const error = new StageflowError(code, problem)
      if ((synchronous as readonly string[]).includes(name)) throw error
      return Promise.reject(error)
    }
    return [name, call] as const
  })
  return { ...methods, ...Object.fromEntries(checked) }
}

function problemOf(name: string, given: readonly unknown[], calls: MethodCalls): string | undefined {
  const withGraph = calls.find((one) => one?.[0] === 'graph')
  const without = calls.find((one) => one?.[0] !== 'graph')
  if (without === undefined && isText(given[0]))
    return `${name}() was given a string in the place of the graph; pass the graph first: ${usageOf(name, withGraph)}.`
  const meant = withGraph !== undefined && isObject(given[0]) ? withGraph : (without ?? withGraph)
  const most = meant?.length ?? 0
  if (given.length <= most) return undefined
  const usage = usageOf(name, meant)
  const start = givenCount(given.length, usage)
  if (withGraph === undefined || meant === withGraph) return `${start}; call ${usage}.`
  return `${start}, but ${usage} takes ${most} and checks no caller. ${passGraph(usageOf(name, withGraph))}`
}

const usageOf = (name: string, parameters: Parameters = []): string => `${name}(${parameters.join(', ')})`

/** What to do for a caller to be checked. `usage`: the call with the graph. */
export const passGraph = (usage: string): string =>
  `For the interceptors to check the caller, pass the graph first: ${usage}.`
