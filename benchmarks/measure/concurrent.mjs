import { threadMicros } from './loop.mjs'

const AT_ONCE = 1000

/**
 * A thousand runs started before the first is awaited, again and again. In a process without runs one after another:
 * what survives here makes V8 place objects otherwise, which would slow those down.
 */
export async function measureConcurrent(graph, loop, { warmMs, measureMs }) {
  await thousands(graph, loop, warmMs)
  globalThis.gc()
  await thousands(graph, loop, warmMs / 2) // as for runs one after another
  const cpuBefore = threadMicros()
  const { runs, ms } = await thousands(graph, loop, measureMs)
  return { runs, microsPerRun: (ms * 1000) / runs, busy: (threadMicros() - cpuBefore) / (ms * 1000) }
}

async function thousands(graph, { last, answer }, ms) {
  let runs = 0
  let elapsed = 0
  const startedAt = performance.now()
  do {
    const started = []
    for (let each = 0; each < AT_ONCE; each += 1) started.push(graph.run())
    for (const result of await Promise.all(started)) {
      if (graph.value(result, last) !== answer) throw new Error('wrong result among concurrent runs')
    }
    runs += AT_ONCE
    elapsed = performance.now() - startedAt
  } while (elapsed < ms)
  return { runs, ms: elapsed }
}
