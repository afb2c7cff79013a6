import { durableBytes, durableRequests, durableRuns } from './durable.mjs'
import { edges } from './edges.mjs'
import { eventBuffers } from './event-buffer.mjs'
import { exporters } from './exporter.mjs'
import { queues } from './queue.mjs'
import { redactions } from './redaction.mjs'
import { streamingBuffers } from './streaming-buffer.mjs'
import { toolCalls } from './tool-calls.mjs'
import { watchedRuns } from './watched-runs.mjs'

/** What is measured: `run()` does its work once, `count` pieces of it; `facts()` measures itself. */
export const subjects = [
  ...queues,
  ...edges,
  ...streamingBuffers,
  ...exporters,
  ...eventBuffers,
  ...redactions,
  ...toolCalls,
  ...durableRuns,
  ...durableRequests,
  durableBytes,
  ...watchedRuns,
]
