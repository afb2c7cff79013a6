import type { Output } from '../contract/output.ts'
import type { InboxRecord } from '../contract/results.ts'
import type { StageNode } from '../graph/graph.ts'

/** The key that an inbox has: while code waits for it, the engine keeps that code waiting. */
export const INBOX: unique symbol = Symbol('inbox')

/** The edges of one run that aren't plain dependencies, as the engine uses them. Only a run of a graph with such edges has them. */
export interface RunEdges {
  /** The code of a stage is a generator. */
  yields(stage: number): void
  /** A stage has yielded a chunk. */
  put(stage: number, chunk: unknown): void
  /** Resolves once the readers of a stage may have room for another chunk; undefined if they have room now. */
  room(stage: number): Promise<void> | undefined
  /** The inbox of a stage, for its code. `source`: the stage that its code names. */
  read(inputs: ReadInputs, reader: StageNode, source: string | undefined): AsyncIterableIterator<unknown>
  /** A stage has settled or was skipped. */
  settled(stage: number): void
  /** The failure of a stage that may not suspend; undefined for one that may. */
  refuseSuspend(stage: number): Output | undefined
  /** When the code of `source` was called, if `stage` reads its chunks. */
  beganFor(stage: number, source: number): number | undefined
  inboxRecord(stage: number): InboxRecord | undefined
}

/** The inputs of a reader. */
export interface ReadInputs {
  /** The reader has read all chunks of a stage, so it sees what that stage returned. */
  see(source: number): void
}
