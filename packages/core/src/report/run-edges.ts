import type { Output } from '../contract/output.ts'
import type { InboxRecord, StageRecord } from '../contract/results.ts'
import type { StageNode } from '../graph/graph.ts'
import type { Outlet } from './run-events.ts'

type ShownRecord = { -readonly [Key in keyof StageRecord]: StageRecord[Key] }

/** The key that an inbox has: while code waits for it, the engine keeps that code waiting. */
export const INBOX: unique symbol = Symbol('inbox')

/** The edges of one run that aren't plain dependencies, as the engine uses them. Only a run of a graph with such edges has them. */
export interface RunEdges {
  /** A stage has yielded a chunk. */
  put(stage: number, chunk: unknown): void
  /** Whether what a stage does is kept back, because a gate of it hasn't opened. */
  isHeld(stage: number): boolean
  keepChunk(stage: number, publish: () => void): void
  /** Where the events of a stage that has been held go. */
  outletOf(stage: string | undefined): Outlet | undefined
  /** The call of a stage has its answer. Returns what to publish now; undefined if that is kept back. */
  answered(stage: number, answer: Output | object): Output | object | undefined
  /** A stage settles in another way than by its own answer. */
  discard(stage: number): void
  /** Why a stage was skipped, if a gate refused it. */
  refusal(stage: number): string | undefined
  /** Whether what a stage has done is never shown: a gate refused it, or the run ended before its gates opened. */
  hides(stage: number): boolean
  /** The record of such a stage. */
  withoutWork(record: ShownRecord): ShownRecord
  /** Resolves once the readers of a stage may have room for another chunk; undefined if they have room now. */
  room(stage: number): Promise<void> | undefined
  /** The inbox of a stage, for its code. `source`: the stage that its code names. */
  read(inputs: ReadInputs, reader: StageNode, source: string | undefined): AsyncIterableIterator<unknown>
  /** A stage has settled or was skipped. */
  settled(stage: number): void
  /** The failure of a stage that may not suspend; undefined for one that may. */
  refuseSuspend(stage: number): Output | undefined
  /** Carries out a command of the schedule that only a graph with such edges has. */
  carryOut(operation: number, stage: number, now: number): void
  /** The run was stopped: nothing is waited for or held any more. */
  stopped(): void
  /** The stages have ended. */
  close(): void
  /** When a stage that `why` released could have started, if that isn't when `why` settled. */
  readyAt(stage: number, why: number): number | undefined
  inboxRecord(stage: number): InboxRecord | undefined
}

/** The inputs of a reader. */
export interface ReadInputs {
  /** The reader has read all chunks of a stage, so it sees what that stage returned. */
  see(source: number): void
}
