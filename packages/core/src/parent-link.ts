import type { RunParent } from './context.ts'
import type { RunState } from './run-state.ts'

/** What a child run has of the run above it. */
export interface ParentLink {
  readonly run: RunState & { outOfTime(): void }
  /** What interceptors are shown of it. */
  readonly shown: RunParent
  readonly signal: AbortSignal
  /** When the stage that started the child gives up, on the clock of the run above: later than it was, where a reader has held it up. */
  readonly deadline: number
  readonly openedAt: number
  /** Tells those that surround the stage that started the child. */
  readonly tell: (news: ForkNews) => void
}

/** What those that surround a stage are told of it: a sign of life; that the engine blocks it, or does so no longer. */
export type ForkNews = 'alive' | 'parked' | 'unparked'
