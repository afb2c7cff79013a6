import type { Interceptor } from '../src/index.ts'

/** Passes every call of a stage on, with a promise of its own. */
export const passing = (name: string): Interceptor => ({
  name,
  wrap: (next) => async (context) => await next(context),
})

/** As `passing`, but answers at once where the stage does. */
export const passingOn = (name: string): Interceptor => ({ name, wrap: (next) => (context) => next(context) })

/**
 * Where the interceptors of a test stand: alone the engine makes their calls the quick way, beside one that wraps the stage
 * they are layers among others. Both must mean the same.
 */
export const WAYS: readonly (readonly [where: string, beside: (list: readonly Interceptor[]) => Interceptor[]])[] = [
  ['alone', (list) => [...list]],
  ['inside a wrap', (list) => [passing('outside'), ...list]],
  ['around a wrap', (list) => [...list, passing('inside')]],
  ['between wraps', (list) => [passingOn('outside'), ...list, passingOn('inside')]],
  ['with a wrap after each', (list) => list.flatMap((one) => [one, passing(`inside ${one.name}`)])],
]
