/**
 * Runs one after another for at least `ms`. Every run's last value is read, as a caller would, and checked.
 * `busy` is the share of the time in which this thread had a processor. In the rest it waited, or another process had it.
 */
export async function repeat(graph, { last, answer, ms }) {
  let runs = 0
  let sum = 0
  let batch = 1
  let elapsed = 0
  const cpuBefore = threadMicros()
  const startedAt = performance.now()
  do {
    for (let each = 0; each < batch; each += 1) sum += graph.value(await graph.run(), last)
    runs += batch
    elapsed = performance.now() - startedAt
    // Batches of about 2 ms keep the clock out of the figure.
    batch = Math.max(1, Math.min(10_000, Math.round((2 * runs) / elapsed)))
  } while (elapsed < ms)
  if (sum !== answer * runs) throw new Error(`wrong results: the last values sum to ${sum}, not ${answer * runs}`)
  return { runs, microsPerRun: (elapsed * 1000) / runs, busy: (threadMicros() - cpuBefore) / (elapsed * 1000) }
}

export function threadMicros() {
  const { user, system } = process.threadCpuUsage()
  return user + system
}

/** Runs once and compares what every stage returned with the computed answers. */
export async function check(graph, shape, expected) {
  const startedAt = performance.now()
  const result = await graph.run()
  const elapsedMs = performance.now() - startedAt
  shape.stages.forEach(({ name }, index) => {
    const value = graph.value(result, index)
    if (value !== expected[index])
      throw new Error(`wrong result: stage "${name}" gave ${value}, not ${expected[index]}`)
  })
  return elapsedMs
}
