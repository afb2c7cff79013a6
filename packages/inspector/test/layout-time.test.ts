import { expect, test } from 'vitest'

import { layOut } from '../page/layout/layout.ts'
import { largeGraph } from './large-graph.ts'

test.each([
  [200, 15],
  [1_000, 100],
])('the layout of %i stages takes at most %i ms of processor time', (count, mostMs) => {
  const graph = largeGraph(count)
  const times = Array.from({ length: 12 }, () => workMs(() => void layOut(graph, 'right')))
  expect(Math.min(...times)).toBeLessThan(mostMs)
})

/** The processor time of this thread, in ms. */
function workMs(work: () => void): number {
  const before = process.threadCpuUsage()
  work()
  const { user, system } = process.threadCpuUsage(before)
  return (user + system) / 1_000
}
