import type { Output } from './output.ts'

/** What a run knows of a call that begins, or is being answered. */
export class CallState {
  /** The stage that starts, while its interceptors are called for the first time, right after its start was read; -1: none. */
  starting: number = -1
  /** Whether those who may take part in its call are still being asked; what one of them has ended it with meanwhile. */
  asking = false
  early: Output | undefined
  /** The stage whose call has its answer, while those who take part in it are told; -1: none. And the answer. */
  answering: number = -1
  answer: Output | undefined
}
