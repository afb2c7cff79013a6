import type { AgentAnswer, CallApprovals } from '../src/index.ts'

// What the processes of one agent and the test say to each other.

/** The seat whose booking needs an approval. */
export const ASKED_SEAT = '3-front'

/** The place in which a process is killed. */
export interface KillPlace {
  /**
   * `request`: before the model is asked in a turn. `answer`: after the first chunks of its answer. `call`: in the call for a seat, before its
   * effect. `effect`: behind it. `approval`: while it waits for the approval of a seat.
   */
  readonly at: 'request' | 'answer' | 'call' | 'effect' | 'approval'
  /** The number of the turn, or the seat. */
  readonly what: number | string
  /** Only when the journal has the result of this call. */
  readonly behind?: string
}

/** What one process does. */
export interface Life {
  readonly does: 'begins' | 'recovers' | 'answers'
  readonly answer?: CallApprovals
  /** How many days later it begins. */
  readonly days?: number
  /** Where it is killed; otherwise it goes on to the end. */
  readonly dies?: KillPlace
}

/** What a process gets, as JSON. */
export interface Worker {
  /** The module that opens the journal, and what it opens. */
  readonly opener: string
  readonly address: string
  /** Of the model server. */
  readonly url: string
  /** The file that gets a line when a call begins, and when it has had its effect. */
  readonly lines: string
  readonly forMs?: number
  readonly life: Life
}

/** A line of that file. */
export interface CallLine {
  readonly is: 'begun' | 'effect'
  readonly key: string
}

/** How the run has ended, as the last process prints it. */
export interface Ended {
  readonly status: string
  readonly turn: AgentAnswer | undefined
}
