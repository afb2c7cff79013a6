import type { StageflowEvent } from '@stageflow/core'
import { isThenable } from './delivery.ts'
import type { DropReason } from './drop-count.ts'

/** Calls `onDrop`, and counts what goes wrong there. */
export class DropHook {
  errors = 0
  readonly #onDrop: ((event: StageflowEvent, reason: DropReason) => unknown) | undefined
  #isCalled = false

  constructor(onDrop: ((event: StageflowEvent, reason: DropReason) => unknown) | undefined) {
    this.#onDrop = onDrop
  }

  call(event: StageflowEvent, reason: DropReason): void {
    // What it emits itself into a full buffer would call it for ever.
    if (this.#onDrop === undefined || this.#isCalled) return
    this.#isCalled = true
    try {
      const answer = this.#onDrop(event, reason)
      if (isThenable(answer)) Promise.resolve(answer).catch(() => void this.errors++)
    } catch {
      this.errors++
    }
    this.#isCalled = false
  }
}
