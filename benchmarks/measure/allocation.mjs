import { PerformanceObserver } from 'node:perf_hooks'
import { setImmediate, setTimeout } from 'node:timers/promises'
import { getHeapStatistics } from 'node:v8'

const SAMPLES = 7

export async function measureAllocation(graph, shape) {
  const collections = []
  new PerformanceObserver((list) => collections.push(...list.getEntries())).observe({ entryTypes: ['gc'] })
  const perSample = Math.max(1, Math.round(1000 / shape.stages.length))
  // Optimised code allocates less than the interpreter does: measure what a warm process pays.
  const warmUntil = performance.now() + 400
  while (performance.now() < warmUntil) await graph.run()
  const samples = []
  const spans = []
  for (let sample = 0; sample < SAMPLES; sample += 1) {
    globalThis.gc()
    await setImmediate()
    const startedAt = performance.now()
    const before = getHeapStatistics().used_heap_size
    for (let each = 0; each < perSample; each += 1) graph.value(await graph.run(), shape.stages.length - 1)
    const grown = getHeapStatistics().used_heap_size - before
    spans.push([startedAt, performance.now()])
    samples.push(grown / perSample / shape.stages.length)
  }
  // The observer hears of a collection some turns of the event loop later.
  await setTimeout(50)
  const collected = collections.filter(({ startTime }) =>
    spans.some(([from, to]) => startTime >= from && startTime <= to),
  ).length
  samples.sort((a, b) => a - b)
  return { bytesPerStage: samples[SAMPLES >> 1], collected }
}
