import { TransformStream } from 'node:stream/web'

import { stream } from '../../packages/core/src/edges.ts'
import { Pipeline } from '../../packages/core/src/index.ts'

// One stage yields numbers and another sums them up while it runs, beside the same two generators without a pipeline; nanoseconds a
// chunk, both sides together. The sum is checked.

const CHUNKS = 200_000
const SUM = (CHUNKS * (CHUNKS - 1)) / 2

async function* numbers() {
  for (let chunk = 0; chunk < CHUNKS; chunk += 1) yield chunk
}

async function* through(chunks) {
  for await (const chunk of chunks) yield chunk
}

async function sumOf(chunks) {
  let sum = 0
  for await (const chunk of chunks) sum += chunk
  return sum
}

function webStream() {
  const { writable, readable } = new TransformStream()
  const produce = async () => {
    const writer = writable.getWriter()
    for await (const chunk of numbers()) {
      await writer.ready
      void writer.write(chunk)
    }
    await writer.close()
  }
  return Promise.all([sumOf(readable), produce()]).then(([sum]) => sum)
}

const alone = new Pipeline('alone').withStage('llm', () => numbers()).build()

/** Nothing of it leaves the stage: the chunks are counted by the engine. */
async function stageAlone() {
  const { report } = await alone.run({})
  if (report.stages.llm.chunks !== CHUNKS) throw new Error('A stage alone has lost chunks.')
  return SUM
}

function overEdge(maxWaiting, options) {
  const graph = new Pipeline('edge')
    .withStage('llm', () => numbers())
    .withStage('tts', async ({ inputs }) => ({ sum: await sumOf(inputs.stream('llm')) }), {
      dependencies: [stream('llm')],
      maxWaiting,
    })
    .build()
  return async () => (await graph.run({}, options)).data.tts.sum
}

const subject = (id, title, pass) => ({
  id,
  group: 'edges',
  title,
  count: CHUNKS,
  async run() {
    const sum = await pass()
    if (sum !== SUM) throw new Error(`${title} handed over ${sum} instead of ${SUM}.`)
  },
})

export const edges = [
  subject('generator', 'a generator', () => sumOf(numbers())),
  subject('generatorThrough', 'a generator through a generator', () => sumOf(through(numbers()))),
  subject('transformStream', 'a generator into a `TransformStream` of the web', webStream),
  subject('stageAlone', 'a stage without readers', stageAlone),
  subject('edge', 'stage to stage, 16 may wait (the default)', overEdge(16)),
  subject('edgeOfOne', 'stage to stage, 1 may wait', overEdge(1)),
  subject('edgeOf256', 'stage to stage, 256 may wait', overEdge(256)),
  subject('edgeOneSlot', 'stage to stage, 16 may wait, `maxConcurrency: 1`', overEdge(16, { maxConcurrency: 1 })),
]
