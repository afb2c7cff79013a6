import { onRejection } from '@stageflow/core/kit'

/** Calls functions of the app, and counts what they throw or reject with. */
export class CallbackErrors {
  count = 0
  last: unknown = undefined

  add(error: unknown): void {
    this.count++
    this.last = error
  }

  call(callback: () => unknown): void {
    try {
      const answer = callback()
      onRejection(answer, (error) => this.add(error))
    } catch (error) {
      this.add(error)
    }
  }
}
