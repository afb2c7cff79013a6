import { setImmediate } from 'node:timers/promises'

import { median, microsOf } from '../figures.mjs'
import { repeat, threadMicros } from '../measure/loop.mjs'

const CANCELS = 5
/** Results are held until they are of so many items. What else a process allocates is then a small part. */
const HELD_ITEMS = 100_000

/** What one process measures of one map. `open(options)` makes the map. */
export const measures = { time, kept, waiting, cancel }

const itemsOf = (count) => Array.from({ length: count }, (_, index) => `d${index}`)

/** The work of an item: as good as none. */
const answer = async (item) => ({ value: item })

/** µs for a run of all items, one run after another. */
async function time(open, { items: count, concurrency, warmMs, measureMs }) {
  const map = await open({ each: answer, concurrency })
  if (map.missing !== undefined) return map
  const items = itemsOf(count)
  checkAll(map, await map.run(items), items)
  const last = count - 1
  const runs = { run: () => map.run(items), value: (result) => (map.valueAt(result, last) === items[last] ? 1 : 0) }
  const loop = { last, answer: 1 }
  await repeat(runs, { ...loop, ms: warmMs })
  globalThis.gc()
  // With the last object of a shape V8 drops the code that it had optimized for it.
  await repeat(runs, { ...loop, ms: warmMs / 2 })
  return { ...(await repeat(runs, { ...loop, ms: measureMs })), items: count }
}

/** Bytes that results keep, and how much more memory the process has than before its first large run. */
async function kept(open, { items: count, concurrency }) {
  const map = await open({ each: answer, concurrency })
  if (map.missing !== undefined) return map
  await warm(() => map.run(itemsOf(1_000)))
  const items = itemsOf(count)
  const { rss } = await memory()
  await discard(() => map.run(items))
  // Displaces what the process keeps of its last run.
  await warm(() => map.run(itemsOf(1_000)))
  const { held } = await memory()
  const results = []
  while (results.length * count < HELD_ITEMS) results.push(await map.run(items))
  const grown = since({ held, rss }, await memory(), results.length * count)
  for (const result of results) checkAll(map, result, items)
  return grown
}

/** Bytes of items that all wait, for something that isn't their signal. */
async function waiting(open, { items: count }) {
  let started = 0
  let gate = Promise.withResolvers()
  const each = async (item) => {
    started += 1
    await gate.promise
    return { value: item }
  }
  const map = await open({ each, concurrency: count })
  if (map.missing !== undefined) return map
  gate.resolve()
  await warm(() => map.run(itemsOf(1_000)))
  gate = Promise.withResolvers()
  started = 0
  const items = itemsOf(count)
  const before = await memory()
  const running = map.run(items)
  while (started < count) await setImmediate()
  const grown = since(before, await memory(), count)
  gate.resolve()
  checkAll(map, await running, items)
  return grown
}

/** Bytes of items that all listen to their signal, and the time from the abort of a run until it and all of its items have ended. */
async function cancel(open, { items: count }) {
  const counts = { started: 0, ended: 0 }
  const each = async (_, { signal }) => {
    counts.started += 1
    try {
      await untilAborted(signal)
    } finally {
      counts.ended += 1
    }
  }
  const map = await open({ each, concurrency: count, listens: true })
  if (map.missing !== undefined) return map
  await warm(() => cancelled(map, itemsOf(200), counts))
  const items = itemsOf(count)
  const before = await memory()
  let grown
  const times = [
    await cancelled(map, items, counts, async () => {
      grown = since(before, await memory(), count)
    }),
  ]
  while (times.length < CANCELS) times.push(await cancelled(map, items, counts))
  return { ...grown, cancelMicros: median(times) }
}

/** Starts a run, aborts it once all of its items have begun, and resolves with how long that took. */
async function cancelled(map, items, counts, inFlight = async () => {}) {
  counts.started = 0
  counts.ended = 0
  const controller = new AbortController()
  // Some maps reject with the reason of the signal; Stageflow resolves with a cancelled result.
  const ended = map.run(items, controller.signal).then(
    ({ status }) => status,
    () => 'cancelled',
  )
  while (counts.started < items.length) await setImmediate()
  await inFlight()
  const cpuBefore = threadMicros()
  const startedAt = performance.now()
  controller.abort(new Error('The benchmark has cancelled the run.'))
  const status = await ended
  while (counts.ended < items.length) await setImmediate()
  const microsPerRun = (performance.now() - startedAt) * 1_000
  if (status !== 'cancelled') throw new Error(`An aborted map ended as ${status}.`)
  return microsOf({ microsPerRun, busy: (threadMicros() - cpuBefore) / microsPerRun })
}

const untilAborted = (signal) =>
  new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason), { once: true }))

/** Loads and compiles what the runs need, so that it doesn't count as theirs. */
async function warm(run) {
  for (let runs = 0; runs < 30; runs += 1) await discard(run)
}

/** The result stays in a register of the function that awaits it, until that returns. */
async function discard(run) {
  await run()
}

/** What the process holds once nothing more can be collected. */
async function memory() {
  for (let collections = 0; collections < 3; collections += 1) {
    globalThis.gc()
    await setImmediate()
  }
  const { heapUsed, external, rss } = process.memoryUsage()
  return { held: heapUsed + external, rss }
}

const since = (before, after, count) => ({
  bytes: (after.held - before.held) / count,
  rssBytes: (after.rss - before.rss) / count,
})

/** Compares what every item returned with what it must return. */
function checkAll(map, result, items) {
  items.forEach((item, index) => {
    const value = map.valueAt(result, index)
    if (value !== item) throw new Error(`Item ${index} returned ${value}, not ${item}.`)
  })
}
