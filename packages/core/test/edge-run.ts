import { manualClock, recordingSink } from '@stageflow/testing'
import { PipelineBuildError, StageOutput, after } from '../src/index.ts'
import type { Clock, Interceptor, RunOptions, StageContext, StageflowEvent } from '../src/index.ts'
import { gate, soft, stream } from '../src/edges.ts'
import { retry } from '../../interceptor-retry/src/index.ts'
import { timeout } from '../../interceptor-timeout/src/index.ts'
import { countedClock } from './counted-clock.ts'
import type { EdgeRunCase, EdgeStageCase } from './edge-case.ts'
import { EdgeCode, FALLBACK, nameOf, placeOf, secretOf, wordsOf } from './edge-code.ts'
import { EdgeLog } from './edge-log.ts'
import { untypedPipeline } from './untyped-pipeline.ts'
import type { UntypedGraph, UntypedPipeline, UntypedResult } from './untyped-pipeline.ts'

/** What was seen of a run. */
export interface EdgeTrace {
  readonly result: UntypedResult
  /** What `run.result` rejected with. */
  readonly failure: unknown
  readonly log: EdgeLog
  readonly events: readonly StageflowEvent[]
  readonly followed: readonly StageflowEvent[]
  /** The chunks that came from the handle, by stage. */
  readonly chunks: ReadonlyMap<number, readonly string[]>
  readonly timersLeft: number
  readonly eventsLater: number
}

/** The graph of a case, or the problems for which it was refused. */
function graphOf(run: EdgeRunCase, code: EdgeCode, clock: Clock, engine: Clock): UntypedGraph | PipelineBuildError {
  let pipeline = untypedPipeline('random')
  run.stages.forEach((stage, place) => {
    pipeline = withStage(pipeline, stage, place, code, clock)
  })
  try {
    return pipeline.build({
      clock: engine,
      interceptors: [retry({ attempts: 1 }), ownInterceptor(run, code), timeout()],
    })
  } catch (error) {
    if (error instanceof PipelineBuildError) return error
    throw error
  }
}

function withStage(
  pipeline: UntypedPipeline,
  stage: EdgeStageCase,
  place: number,
  code: EdgeCode,
  clock: Clock,
): UntypedPipeline {
  const { form, streams, dependencies, join, late, onFailure, when, around, maxWaiting, overflow } = stage
  const shared = {
    dependencies: [
      ...dependencies.map((source) => (streams.includes(source) ? stream(nameOf(source)) : nameOf(source))),
      ...stage.soft.map((source, position) => soft(nameOf(source), { waitMs: stage.waits[position] as number })),
      ...stage.gates.map((source) => gate(nameOf(source))),
    ],
    uninterruptible: stage.uninterruptible,
    join,
    late: late ? 'abort' : 'finish',
    onFailure: onFailure === 'fallback' ? { fallback: FALLBACK } : onFailure === 'skip' ? 'skip' : undefined,
    when:
      when === 'none'
        ? undefined
        : () => {
            code.log.asked.set(place, code.log.now())
            if (when === 'throws') throw new Error(wordsOf(place))
            return when === 'true'
          },
    ...(streams.length > 0 ? { maxWaiting, overflow } : undefined),
    ...(stage.gates.length > 0 ? { maxHeld: stage.maxHeld } : undefined),
  }
  const limits = {
    ...(around === 'timeout' ? { timeoutMs: stage.timeoutMs } : undefined),
    ...(around === 'retry' ? { retry: { attempts: 2, baseMs: 1, jitter: 'none' } } : undefined),
  }
  if (form === 'map')
    return pipeline.withMap(nameOf(place), {
      ...shared,
      over: (inputs: StageContext['inputs']) => {
        code.log.begin(place, new AbortController().signal).ends()
        return streams.length > 0
          ? code.streamOf(stage, { inputs })
          : Array.from({ length: stage.chunks }, (_, index) => index)
      },
      each: code.each(place),
      concurrency: stage.concurrency,
      onItemFailure: stage.onItemFailure,
      stream: true,
    })
  if (form === 'child')
    return pipeline.withPipeline(nameOf(place), childOf(stage, place, code, clock), { ...shared, chunks: 'ask' })
  const toChunks = stage.toChunks && form === 'generator' ? { toChunks: () => toChunksOf(place) } : undefined
  return pipeline.withStage(nameOf(place), code.of(place), { ...shared, ...limits, ...toChunks })
}

export const toChunksOf = (place: number): readonly string[] => [
  `${secretOf(place)} copy 0`,
  `${secretOf(place)} copy 1`,
]

/** A child pipeline whose stage `ask` yields. */
function childOf(stage: EdgeStageCase, place: number, code: EdgeCode, clock: Clock): UntypedPipeline {
  const rest = ({ signal }: StageContext): Promise<void> => clock.sleep(3 * stage.paceMs, signal)
  const ask = { dependencies: stage.child === 'before and after' ? ['plan'] : [] }
  let child = untypedPipeline('child')
  if (stage.child === 'before and after') child = child.withStage('plan', rest as never)
  child = child.withStage('ask', code.inner(place), ask)
  if (stage.child === 'before and after') child = child.withStage('note', rest as never, { dependencies: ['ask'] })
  if (stage.child === 'beside') child = child.withStage('other', rest as never)
  if (stage.child !== 'twice') return child
  return untypedPipeline('outer').withPipeline('ask', child, { chunks: 'ask' })
}

function ownInterceptor({ stages }: EdgeRunCase, { log }: EdgeCode): Interceptor {
  return {
    name: 'own',
    wrap: (next, { name, pipeline }) => {
      const place = placeOf(name)
      const around = pipeline.name === 'random' ? stages[place]?.around : 'nothing'
      if (stages[place]?.form === 'map' || stages[place]?.form === 'child') return next
      if (around === 'answer')
        return () => {
          log.answered.add(place)
          return StageOutput.ok({ from: secretOf(place) })
        }
      if (around === 'again') return (context) => after(next(context), () => next(context))
      return next
    },
  }
}

const HEARD = { heardMs: 40 }

/** Runs a case to its end, and on until nothing is left that could still happen. Undefined: the build refused it. */
export async function runEdges(run: EdgeRunCase): Promise<EdgeTrace | PipelineBuildError> {
  const clock = manualClock()
  const engine = countedClock(clock)
  const log = new EdgeLog(clock)
  const graph = graphOf(run, new EdgeCode(run, clock, log), clock, engine)
  if (graph instanceof PipelineBuildError) return graph
  const sink = recordingSink()
  const { events } = sink
  const options: RunOptions = {
    chunkEvents: true,
    onStageFailure: run.onStageFailure,
    eventSink: sink,
    ...(run.maxConcurrency === undefined ? undefined : { maxConcurrency: run.maxConcurrency }),
    ...(run.timeoutMs === undefined ? undefined : { timeoutMs: run.timeoutMs }),
  }
  const handle = graph.start({}, options)
  const chunks = new Map<number, string[]>()
  const followed: StageflowEvent[] = []
  const reading = [
    (async () => {
      for await (const event of handle) followed.push(event)
    })(),
    ...run.stages.map(async ({ form }, place) => {
      if (form !== 'generator' || place % 2 === 0) return
      const read: string[] = []
      chunks.set(place, read)
      try {
        for await (const chunk of handle.chunks(nameOf(place) as never)) read.push(chunk as string)
      } catch {
        // It ends with the error of the run.
      }
    }),
  ]
  let failure: unknown
  handle.result.catch((error: unknown) => (failure = error))
  if (run.cancelAtMs !== undefined) clock.setTimeout(() => handle.cancel('enough'), run.cancelAtMs)
  if (run.interruptAtMs !== undefined) clock.setTimeout(() => handle.interrupt('barge-in', HEARD), run.interruptAtMs)
  let seen: Omit<EdgeTrace, 'eventsLater'> | undefined
  let eventsAtEnd = 0
  const ending = (async () => {
    const result = await handle.settled
    await Promise.all(reading)
    eventsAtEnd = events.length
    seen = { result, failure, log, events, followed, chunks, timersLeft: engine.pending }
  })()
  await clock.runAll()
  if (seen === undefined) throw new Error(`the run hangs: ${stateOf(log)}`)
  await ending
  return { ...seen, eventsLater: events.length - eventsAtEnd }
}

function stateOf({ attempts }: EdgeLog): string {
  return attempts
    .map(({ place, endedAt, made, read, loopEnd = 'reading' }) =>
      endedAt === undefined
        ? `${nameOf(place)} made ${made.length}, read ${[...read.values()].flat().length}, ${loopEnd}`
        : `${nameOf(place)} ended`,
    )
    .join('; ')
}
