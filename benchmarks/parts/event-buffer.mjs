import { BufferedExporter } from '../../packages/exporter-buffered/src/index.ts'
import { BufferedEventSink } from '../../packages/sink-buffered/src/index.ts'

// The buffer of `@stageflow/buffer`, as a sink and an exporter use it: what one event costs the run that sends it, and what its delivery
// costs afterwards. What is behind the buffer does nothing.

const EVENTS = 4_000
const event = { type: 'app.said', data: {}, seq: 1, timestamp: 0, pipelineRunId: 'run', parentRunId: undefined }

const nothing = { export: async () => {} }
const open = { emit() {}, tryEmit: () => true }
const stalled = { emit: () => new Promise(() => {}), tryEmit: () => false }

function send(target, events) {
  for (let sent = 0; sent < events; sent += 1) target.tryEmit(event)
}

async function delivered(target, counted) {
  const { lost } = await target.close()
  if (lost !== 0) throw new Error(`${lost} of ${EVENTS} events were lost ${counted}.`)
}

// Made when they are measured: a full buffer tries again for ever, which keeps its process.
const once = (make) => {
  let made
  return () => (made ??= make())
}
const full = (target) => {
  send(target, 20_000)
  return target
}
const through = once(() => new BufferedEventSink(open))
const fullSink = once(() => full(new BufferedEventSink(stalled, { overflow: 'drop-oldest' })))
const fullExporter = once(() => full(new BufferedExporter({ export: () => new Promise(() => {}) })))

export const eventBuffers = [
  {
    id: 'exporterDelivers',
    title: 'exporter: `tryEmit`, and delivery in batches',
    async run() {
      const exporter = new BufferedExporter(nothing)
      send(exporter, EVENTS)
      await delivered(exporter, 'by an exporter that takes all')
    },
  },
  {
    id: 'exporterFull',
    title: 'exporter, full: `tryEmit` drops the oldest',
    run: () => send(fullExporter(), EVENTS),
  },
  {
    id: 'sinkThrough',
    title: 'sink: `tryEmit`, passed straight through',
    run: () => send(through(), EVENTS),
  },
  {
    id: 'sinkFull',
    title: 'sink, full: `tryEmit` drops the oldest',
    run: () => send(fullSink(), EVENTS),
  },
].map((subject) => ({ ...subject, group: 'events', count: EVENTS }))
