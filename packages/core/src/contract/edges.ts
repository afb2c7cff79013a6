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

/** Exists only for the text of a compiler error. */
export type Unstreamed<Streams> = [keyof Streams] extends [never]
  ? "declare it: { dependencies: [stream('…')] }"
  : never
