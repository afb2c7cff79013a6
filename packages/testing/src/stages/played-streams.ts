import { StageflowError } from '@stageflow/core'
import type { StageContext, StageOutput } from '@stageflow/core'
import { isPlain, show } from '@stageflow/core/kit'
import type { OptionRule } from '@stageflow/core/kit'

/**
 * A stream that a test plays: its chunks, an async generator that yields them, or an output such as `StageOutput.skip('no')` or
 * `StageOutput.fail(error)` for one without chunks.
 */
export type PlayedStream<Chunk> =
  | readonly Chunk[]
  | StageOutput
  | ((context: StageContext) => AsyncGenerator<Chunk, object | void, undefined>)

/** The streams that a stage reads, by the names of their stages. */
export type PlayedStreams<Streams> = { readonly [Name in keyof Streams]: PlayedStream<Streams[Name]> }

export const STREAMS: OptionRule = [isPlain, "an object with the chunks of each stage, such as { llm: ['Hi', '!'] }"]

const OUTPUT = Symbol.for('@stageflow/output')
const isOutput = (value: unknown): boolean => typeof value === 'object' && value !== null && OUTPUT in value

/** What is wrong with the streams that a test gives. */
export function streamProblems(streams: unknown): readonly string[] {
  if (!isPlain(streams)) return []
  return Object.entries(streams).flatMap(([source, played]) =>
    Array.isArray(played) || typeof played === 'function' || isOutput(played)
      ? []
      : `streams.${source} must be an array of chunks, an async generator function, or an output such as StageOutput.skip('no'), not ${show(played)}`,
  )
}

/** The code of the stage that plays a stream, and returns `data`. */
export function playedBy(played: unknown, data: unknown): (context: StageContext) => unknown {
  if (isOutput(played)) return () => played
  return async function* (context) {
    if (typeof played !== 'function') {
      yield* played as readonly unknown[]
      return data ?? {}
    }
    const ended: unknown = yield* (played as (context: StageContext) => AsyncGenerator<unknown>)(context)
    return ended ?? data ?? {}
  }
}

/** An edge of a stage that knows its dependencies. Undefined: a plain one. */
interface DescribedEdge {
  readonly stage: string
  readonly edge?: { readonly edge: string }
}

/** Throws `testing/missing-input` unless a test plays each stream that the stage reads. `stage` knows its edges. */
export function mustHaveStreams(stage: object, name: string, streams: object): void {
  const { edges } = stage as { readonly edges?: readonly DescribedEdge[] }
  const sources = (edges ?? []).filter(({ edge }) => edge?.edge === 'stream').map((one) => one.stage)
  const missing = sources.filter((source) => !Object.hasOwn(streams, source))
  if (missing.length === 0) return
  const quoted = missing.map((source) => `"${source}"`).join(' and ')
  const example = missing.map((source) => `${JSON.stringify(source)}: ['a chunk']`).join(', ')
  throw new StageflowError(
    'testing/missing-input',
    `runStage(): stage "${name}" reads the stream of ${quoted}. Pass the chunks: { streams: { ${example} } }; StageOutput.skip('no') stands for a skipped stage.`,
  )
}
