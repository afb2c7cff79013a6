import { exporters } from './exporter.mjs'
import { queues } from './queue.mjs'
import { streamingBuffers } from './streaming-buffer.mjs'
import { toolCalls } from './tool-calls.mjs'

/** What is measured: `run()` does its work once, `count` pieces of it; `facts()` measures itself. */
export const subjects = [...queues, ...streamingBuffers, ...exporters, ...toolCalls]
