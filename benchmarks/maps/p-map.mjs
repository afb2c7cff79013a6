import pMap from 'p-map'

export function open({ each, concurrency }) {
  return {
    run: (items, signal) => pMap(items, (item) => each(item, { signal }), { concurrency, signal }),
    valueAt: (results, index) => results[index].value,
  }
}
