import { codeOf } from '@stageflow/core/kit'

type Asks = (...given: readonly unknown[]) => Promise<unknown>

/**
 * The same methods, of which those in `names` cause no unhandled rejection when `close()` ends them: an app may leave out the await, as in
 * `void runs.recover(graph)`. A caller who awaits one still gets `durable-engine/closed`. Other rejections and methods stay as they are.
 */
export function quietAtClose<Methods extends object>(
  methods: Methods,
  names: readonly (keyof Methods & string)[],
): Methods {
  const quiet = names.map((name) => [name, quieted(methods[name] as Asks)])
  return { ...methods, ...(Object.fromEntries(quiet) as Partial<Methods>) }
}

const quieted =
  (method: Asks): Asks =>
  (...given) => {
    const settled = Promise.withResolvers<unknown>()
    method(...given).then(settled.resolve, (error: unknown) => {
      if (codeOf(error) === 'durable-engine/closed') settled.promise.catch(() => {})
      settled.reject(error)
    })
    return settled.promise
  }
