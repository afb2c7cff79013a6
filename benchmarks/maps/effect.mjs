import { Effect } from 'effect'

/** Effect makes a signal for an item only if its function takes one. */
export function open({ each, concurrency, listens }) {
  const call = listens
    ? (item) => Effect.promise((signal) => each(item, { signal }))
    : (item) => Effect.promise(() => each(item))
  return {
    run: (items, signal) => {
      // Once all of 10,000 items have begun under a limit, an interrupt overflows the stack. Without a limit it doesn't.
      const limit = items.length <= concurrency ? 'unbounded' : concurrency
      return Effect.runPromise(Effect.forEach(items, call, { concurrency: limit }), { signal })
    },
    valueAt: (results, index) => results[index].value,
  }
}
