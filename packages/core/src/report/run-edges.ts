import type { Output } from '../contract/output.ts'
import type { StageRecord } from '../contract/results.ts'
import type { StageNode } from '../graph/graph.ts'
import type { Outlet } from './run-events.ts'

type ShownRecord = { -readonly [Key in keyof StageRecord]: StageRecord[Key] }

/** The edges of one run that aren't plain dependencies, as the engine uses them. Only a run of a graph with such edges has them. */
export interface RunEdges {
  /** An attempt of a stage has ended. */
  codeEnds(stage: number): void
  /** The code of a stage is a generator, or a map whose results are chunks. */
  yields(stage: number): void
  /** A stage has yielded a chunk. */
  put(stage: number, chunk: unknown): void
  /** Keeps a chunk back if a gate of its stage hasn't opened. `at`: when it was yielded. Returns false if nothing keeps it back. */
  keepChunk(stage: number, publish: (at: number) => void): boolean
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
  /** When a stage could have started, if that isn't when a dependency settled: its waits had passed, or its source began to yield. */
  readyAt(stage: number): number | undefined
  /** The record of a stage, with what its edges add, and without what is never shown. */
  shown(stage: number, record: ShownRecord): ShownRecord
  /** Resolves once the readers of a stage may have room for another chunk; undefined if they have room now. */
  room(stage: number): Promise<void> | undefined
  /** The inbox of a stage, for its code. `source`: the stage that its code names. */
  read(inputs: SeenInputs | undefined, reader: StageNode, source: string | undefined): AsyncIterableIterator<unknown>
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
}

/** The state of the dependencies of a stage when it started. How a source has ended is added when all its chunks were read. */
export interface SeenInputs {
  readonly data: (object | undefined)[]
  readonly states: number[]
}
