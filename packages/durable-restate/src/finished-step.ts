import { CancelledError } from '@restatedev/restate-sdk'
import type { RestatePromise } from '@restatedev/restate-sdk'

/** Waits for a step, also if Restate cancels the invocation meanwhile; then it calls `onCancel`. */
export async function finishedStep<T>(step: RestatePromise<T>, onCancel: () => void = () => {}): Promise<T> {
  try {
    return await step
  } catch (error) {
    if (!(error instanceof CancelledError)) throw error
    onCancel()
    // A promise that was cancelled stays so, but its step goes on.
    const again = step.map((value, failure) => {
      if (failure !== undefined) throw failure
      return value as T
    })
    return finishedStep(again, onCancel)
  }
}
