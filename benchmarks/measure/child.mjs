// One measurement, in a process of its own: node child.mjs '<json>', the figures go to the parent as one message.
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { peerOf } from '../peers/index.mjs'
import { folder } from '../places.mjs'
import { expectedValues, makeShape } from '../shapes.mjs'
import { check, repeat } from './loop.mjs'

const task = JSON.parse(process.argv[2])
const { build } = await import(pathToFileURL(join(folder, 'peers', `${peerOf(task.peer).file}.mjs`)).href)
const shape = makeShape(task.shape)
const expected = expectedValues(shape)
const last = shape.stages.length - 1
const loop = { last, answer: expected[last] }
const modes = { run, memory, concurrent, profile }

// process.send only queues: leaving at once would lose the message.
process.send({ stages: shape.stages.length, ...(await modes[task.mode]()) }, () => process.exit(0))

async function run() {
  const startedAt = performance.now()
  const graph = build(shape)
  const coldBuildMs = performance.now() - startedAt
  const firstMs = await check(graph, shape, expected)
  if (firstMs > task.coldMs) return { coldBuildMs, cold: true, runs: 1, microsPerRun: firstMs * 1000 }
  await repeat(graph, { ...loop, ms: task.warmMs })
  globalThis.gc()
  // With the last object of a shape V8 drops the code that it had optimised for it: warmed once more, for half as long.
  await repeat(graph, { ...loop, ms: task.warmMs / 2 })
  const measured = await repeat(graph, { ...loop, ms: task.measureMs })
  return { coldBuildMs, ...measured, buildMicros: task.builds ? buildWarm() : undefined }
}

function buildWarm() {
  let builds = 0
  const startedAt = performance.now()
  do {
    build(shape)
    builds += 1
  } while (performance.now() - startedAt < task.buildMs)
  return ((performance.now() - startedAt) * 1000) / builds
}

/** Bytes that runs allocate: heap growth with a young generation so large that nothing is collected meanwhile. */
async function memory() {
  const { measureAllocation } = await import('./allocation.mjs')
  const graph = build(shape)
  await check(graph, shape, expected)
  return measureAllocation(graph, shape)
}

async function concurrent() {
  const { measureConcurrent } = await import('./concurrent.mjs')
  const graph = build(shape, { concurrent: true })
  await check(graph, shape, expected)
  return measureConcurrent(graph, loop, task)
}

async function profile() {
  const { profileRuns } = await import('./profile.mjs')
  const graph = build(shape)
  await check(graph, shape, expected)
  await repeat(graph, { ...loop, ms: task.warmMs })
  return profileRuns(() => repeat(graph, { ...loop, ms: task.measureMs }))
}
