import type { Clock } from '@stageflow/core'
import type { WaitOptions } from '@stageflow/core/kit'
import type { DurableRuns, SystemRuns } from '@stageflow/durable-engine'

import type { Version } from './orders.ts'

// What differs between the places where a storm can rage: a file, a server, or several.

/** What people do with runs in a storm. */
export interface OrderRuns extends Pick<
  DurableRuns,
  'run' | 'resume' | 'answer' | 'recover' | 'retryFailed' | 'cancel' | 'get'
> {
  as(name: string): Pick<SystemRuns, 'answer' | 'resume'>
  /** Resolves with why the last write failed, if the place tells. */
  close(options?: WaitOptions): Promise<{ readonly error?: unknown } | undefined>
}

/** The runs of a place, as one process of the app opens them. */
export interface StormRuns {
  readonly runs: OrderRuns
  /** The codes of errors that the trouble of this place may cause. The caller tries again. */
  readonly troubles: readonly string[]
}

/** How one process opens the runs. `isWeak`: with as little room as the place can give it, so that its writes fail. */
export interface OpenOptions {
  readonly clock: Clock
  readonly leaseMs: number
  readonly isWeak: boolean
  /** Of the graph that the process has. */
  readonly version: Version
}

/** What the module of an opener exports as `openRuns`. `address` is that of its place. */
export type OpenRuns = (address: string, options: OpenOptions) => StormRuns

/** Trouble of a place, other than what happens to the processes. Resolves when it is over. */
export interface Trouble {
  readonly name: string
  readonly happen: (random: () => number) => Promise<void>
}

export interface StormPlace {
  readonly name: string
  /** What a process needs to find the place, as text. */
  readonly address: string
  /** The module that exports `openRuns`. */
  readonly opener: URL
  readonly troubles: readonly Trouble[]
  /** Whether processes can be opened with too little room. */
  readonly hasWeak: boolean
  /** The version that a rolling deploy brings. */
  readonly newVersion: Version
  /** Whether runs can be read only while a process serves their graph. */
  readonly needsWorker: boolean
  /** The calls that have settled by now, and need not run again, as `run key`. */
  readonly settledCalls: () => Promise<ReadonlySet<string>>
  /** What the place itself says of the runs that have not ended: a storm that hangs reports it. */
  readonly openRuns?: () => Promise<readonly string[]>
  /** How many requests no leg has taken. Asked once all runs have ended. */
  readonly untakenRequests: () => Promise<number>
  /** Where one finds what is left of a storm that failed. */
  readonly whereabouts: string
}
