import { StageflowError } from '@stageflow/core'
import type { EventSink, RunContext } from '@stageflow/core'
import { isThenable, onRejection, read } from '@stageflow/core/kit'
import { errorFacts } from './error-facts.ts'

type OnRun = NonNullable<EventSink['onRun']>
type SinkPart = NonNullable<ReturnType<OnRun>>

/** What a sink in front of another one passes on of it: its parts in runs, and whether it receives chunks. Nothing of it is buffered. */
export function followedRuns(sink: EventSink): { readonly chunks: boolean; readonly onRun?: OnRun } {
  return {
    chunks: takesChunks(sink),
    ...(followsRuns(sink) && { onRun: (run: RunContext) => sink.onRun?.(run) }),
  }
}

export const takesChunks = (sink: EventSink): boolean => read(sink, 'chunks') === true
const followsRuns = (sink: EventSink): boolean => read(sink, 'onRun') !== undefined

/** One of several sinks. */
interface NamedSink {
  readonly name: string
  readonly sink: EventSink
}

/** The part of one sink in one run. */
interface PartOfSink {
  readonly part: SinkPart
  readonly tell: Telling
}
/** Tells a sink something. What it throws is a problem of the run, and doesn't stop the others. Each sink is reported once a run. */
type Telling = <T>(what: string, call: () => T) => T | undefined

/** `onRun` of a sink in front of several ones: each of those has its own part. Undefined if none of them follows runs. */
export function followedByAll(sinks: readonly NamedSink[]): OnRun | undefined {
  const following = sinks.filter(({ sink }) => followsRuns(sink))
  if (following.length === 0) return undefined
  return (run) => {
    const parts = following.flatMap((one) => partOf(one, run))
    if (parts.length === 0) return undefined
    const isToldOfStages = parts.some(({ part }) => part.settled !== undefined)
    return {
      ...(isToldOfStages && {
        settled: (record, context) => {
          for (const { part, tell } of parts) tell(`stage "${record.stage}"`, () => part.settled?.(record, context))
        },
      }),
      ended: (outcome, context) => {
        for (const { part, tell } of parts) tell('the run', () => part.ended?.(outcome, context))
      },
    }
  }
}

function partOf({ name, sink }: NamedSink, run: RunContext): readonly PartOfSink[] {
  const tell = tellingOf(name, run)
  const part = tell('the run', () => {
    const given = sink.onRun?.(run)
    if (!isThenable(given)) return given
    onRejection(given, () => {}) // the problem of the run is that it is a promise
    throw new TypeError('onRun returned a promise; return a part, or undefined')
  })
  return part === undefined ? [] : [{ part, tell }]
}

function tellingOf(name: string, run: RunContext): Telling {
  let isReported = false
  const report = (what: string, cause: unknown): void => {
    if (isReported) return
    isReported = true
    const message = `Sink "${name}" threw when it was told of ${what}: ${errorFacts(cause).message}`
    run.problem(new StageflowError('sink-buffered/downstream', message, { cause }))
  }
  return (what, call) => {
    try {
      const answer = call()
      onRejection(answer, (cause) => report(what, cause))
      return answer
    } catch (cause) {
      report(what, cause)
      return undefined
    }
  }
}
