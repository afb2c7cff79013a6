import type { OneCopy } from '../base/check.ts'

/** How a stage depends on another: it reads its data, its data if that comes in time, its chunks, or it is held until the other ends ok. */
export type EdgeKind = 'value' | 'soft' | 'stream' | 'gate'

/** The key under which an edge has its code. The main entry doesn't import that code, so that apps without edges don't bundle it. */
export const EDGE: unique symbol = Symbol.for('@stageflow/edge')

/** An edge as the engine reads it. `stage`: a name, or a stage as a value. */
export interface GivenEdge {
  readonly edge: EdgeKind
  readonly stage: unknown
  readonly [EDGE]: object
}

/** A dependency that isn't a plain name. `Source`: the name of the stage, or the stage as a value. */
export interface Edge<out Source> {
  readonly [Symbol.species]: OneCopy
  readonly edge: EdgeKind
  readonly stage: Source
}
/** Made by `stream` of `@stageflow/core/edges`: the stage reads the chunks of another. */
export interface StreamEdge<out Source> extends Edge<Source> {
  readonly edge: 'stream'
}
/** Made by `soft` of `@stageflow/core/edges`: the stage waits only so long for the data of another. */
export interface SoftEdge<out Source> extends Edge<Source> {
  readonly edge: 'soft'
}
/** Made by `gate` of `@stageflow/core/edges`: what the stage does is held until another ended ok. */
export interface GateEdge<out Source> extends Edge<Source> {
  readonly edge: 'gate'
}

/** A chunk of one of the streams that a stage reads. */
export type StreamItem<Streams, Stage extends keyof Streams> = {
  [Each in Stage]: { readonly stage: Each; readonly chunk: Streams[Each] }
}[Stage]

/** The name of the one stream that a stage reads. Otherwise the compiler's message. `Names`: those of all its streams. */
export type OneStream<Names> = [Names] extends [never]
  ? "declare it: { dependencies: [stream('…')] }"
  : AreSeveral<Names> extends true
    ? 'read all streams in one loop: inputs.stream()'
    : Names

/** What `inputs.stream()` has. If the stage doesn't read several streams, it is the compiler's message. */
export type StreamItems<Streams, Names extends keyof Streams> =
  AreSeveral<Names> extends false
    ? { readonly 'name the stream': Names }
    : AsyncIterableIterator<StreamItem<Streams, Names>>

/** Whether a type is more than one name. `string`, of stages that the compiler doesn't know, may be both. */
type AreSeveral<Name, All = Name> = string extends Name
  ? boolean
  : Name extends unknown
    ? [All] extends [Name]
      ? false
      : true
    : never
