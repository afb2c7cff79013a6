import { codeOf } from '@stageflow/core/kit'

type Asks = (...given: readonly unknown[]) => Promise<unknown>

/**
 * The same methods. If an app doesn't await what one of those with these names returns, as in `void runs.recover(graph)`, closing the journal
 * rejects that promise, and Node would end the process. So that rejection counts as handled. All others stay as they are.
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
