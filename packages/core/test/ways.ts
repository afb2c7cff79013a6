import type { Interceptor } from '../src/index.ts'

/** Passes every call on with a promise of its own. */
export const passing = (name: string): Interceptor => ({
  name,
  wrap: (next) => async (context) => await next(context),
})

/** Passes every call on, and answers at once if the stage does. */
export const passingOn = (name: string): Interceptor => ({ name, wrap: (next) => (context) => next(context) })

/**
 * Where the interceptors of a test stand in the list. Each way is a mechanism of its own:
 * - alone: no `wrap` is around the stage, so the stage itself waits for the one call with all the parts;
 * - inside a wrap: the call is a layer right around the stage's code, and its answer goes through the promise of a wrap;
 * - between wraps: the call is a layer around another one, and every promise is passed on unchanged;
 * - with a wrap after each: each part has a call of its own, and the calls are nested.
 */
export const WAYS: readonly (readonly [where: string, beside: (list: readonly Interceptor[]) => Interceptor[]])[] = [
  ['alone', (list) => [...list]],
  ['inside a wrap', (list) => [passing('outside'), ...list]],
  ['between wraps', (list) => [passingOn('outside'), ...list, passingOn('inside')]],
  ['with a wrap after each', (list) => list.flatMap((one) => [one, passing(`inside ${one.name}`)])],
]
