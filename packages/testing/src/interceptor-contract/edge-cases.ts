import { StageOutput, defineStage } from '@stageflow/core'
import type { AnyStage, StageContext, StageflowEvent } from '@stageflow/core'
import { gate, stream, type GateEdge, type StreamEdge } from '@stageflow/core/edges'
import { anyPipeline } from '../contract-base/any-pipeline.ts'
import { must } from '../contract-base/contract-case.ts'
import { WORDS } from './everything.ts'
import type { InterceptorBench } from './interceptor-bench.ts'

type RunCase = (bench: InterceptorBench) => Promise<void>

/** Rules for stages with streams and gates. */
export const edgeCases: Readonly<Record<string, RunCase>> = {
  'lets a stage read the stream of another': readsStream,
  'tells nothing of a stage that a gate refuses': refusedStage,
}

type Sources = Readonly<Record<string, AnyStage | StreamEdge<AnyStage> | GateEdge<AnyStage>>>

/** A stage with edges. A gate holds results, so it must not be WORK. */
const edgeStage = (bench: InterceptorBench, name: string, after: Sources, run: (context: StageContext) => unknown) =>
  defineStage({
    ...bench.ofStages,
    kind: 'transform',
    name,
    after,
    run: (run as () => object).bind(undefined),
  }) as AnyStage

async function readsStream(bench: InterceptorBench): Promise<void> {
  const source = defineStage({
    ...bench.ofStages,
    kind: 'transform',
    name: 'source',
    run: async function* () {
      for (const text of ['He', 'll', 'o']) {
        await Promise.resolve()
        yield text
      }
      return { text: 'Hello' }
    },
  })
  const reader = edgeStage(bench, 'reader', { source: stream(source) }, async ({ inputs }) => {
    const read: string[] = []
    for await (const text of inputs.stream('source')) read.push(String(text))
    return { read, text: inputs.from('source').text }
  })
  const graph = bench.buildUnlessRefused(anyPipeline('stream', [source, reader]))
  if (graph === undefined) return // it says at build that it cannot
  const { data, status } = await bench.run(graph, bench.nextRun())
  const seen = JSON.stringify(data['reader'])
  must(
    seen === JSON.stringify({ read: ['He', 'll', 'o'], text: 'Hello' }),
    `a stage read ${seen} from a stage that yields He, ll, o and returns Hello, and the run ended as ${status}. Leave the streams of a stage to its code: what you read from context.inputs.stream is gone, and a stage that you answer has no chunks.`,
  )
}

async function refusedStage(bench: InterceptorBench): Promise<void> {
  const held = Promise.withResolvers<void>()
  const check = edgeStage(bench, 'check', {}, async () => {
    await held.promise
    // By then the stage has ended, and what is told of its end has been told.
    for (let turn = 0; turn < 20; turn++) await Promise.resolve()
    return StageOutput.skip('not allowed')
  })
  const stage = edgeStage(bench, 'stage', { check: gate(check) }, async () => {
    held.resolve()
    throw Object.assign(new Error(WORDS), { retryable: false })
  })
  const graph = bench.buildUnlessRefused(anyPipeline('gated', [check, stage]))
  if (graph === undefined) return // it says at build that it cannot
  const told: StageflowEvent[] = []
  const run = graph.start(bench.nextRun(), bench.aborting())
  const reading = (async () => {
    for await (const event of run) told.push(event)
  })()
  await bench.reaches(held.promise, [run])
  const { report } = await bench.ends(run.settled)
  await reading
  const where = told.find((event) => JSON.stringify(event.data).includes(WORDS))?.type
  const inReport = JSON.stringify(report).includes(WORDS)
  must(
    where === undefined && !inReport,
    `${where === undefined ? 'its notes have' : `event "${where}" has`} the error of a stage that a gate refused. Emit with the context of the call, which the engine holds back. Tell errors and data in settled: the record of a refused stage has none.`,
  )
}
