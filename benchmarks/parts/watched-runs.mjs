import { Pipeline } from '../../packages/core/src/index.ts'
import { inspector } from '../../packages/inspector/src/index.ts'

// What it costs a stage to be watched, in a chain of 100 synchronous stages: without a sink, with a sink that does nothing, and with the
// inspector. Its page is full, so that each run drops an older one.

const STAGES = 100
const FULL_AFTER_RUNS = 1_500

function chain(options) {
  let pipeline = new Pipeline('chain').withStage('stage-0', () => ({ n: 0 }))
  for (let place = 1; place < STAGES; place += 1)
    pipeline = pipeline.withStage(`stage-${place}`, () => ({ n: place }), { dependencies: [`stage-${place - 1}`] })
  return pipeline.build(options)
}

const once = (make) => {
  let made
  return () => (made ??= make())
}
const nothing = { emit() {}, tryEmit: () => true }

async function fullPage(options) {
  const page = inspector(options)
  const graph = chain({ eventSink: page })
  for (let run = 0; run < FULL_AFTER_RUNS; run += 1) await graph.run({})
  if (page.stats().droppedRuns === 0) throw new Error('the page of the inspector is not full')
  return graph
}

const unwatched = once(() => chain({}))
const withSink = once(() => chain({ eventSink: nothing }))
const withPage = once(() => fullPage({}))
const withData = once(() => fullPage({ data: true }))

export const watchedRuns = [
  { id: 'unwatched', title: 'without a sink', run: () => unwatched().run({}) },
  { id: 'emptySink', title: 'a sink that does nothing', run: () => withSink().run({}) },
  { id: 'inspector', title: '`inspector()`', run: async () => (await withPage()).run({}) },
  { id: 'inspectorData', title: '`inspector({ data: true })`', run: async () => (await withData()).run({}) },
].map((subject) => ({ ...subject, group: 'watched', count: STAGES }))
