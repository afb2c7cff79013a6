import pLimit from 'p-limit'

/** p-limit cancels nothing itself: its items share the caller's signal. */
export function open({ each, concurrency }) {
  return {
    run: (items, signal) => {
      const limit = pLimit(concurrency)
      return Promise.all(items.map((item) => limit(() => each(item, { signal }))))
    },
    valueAt: (results, index) => results[index].value,
  }
}
