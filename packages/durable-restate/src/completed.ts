import { CancelledError, TerminalError } from '@restatedev/restate-sdk'

/** Whether a promise was completed by this call, and not before. */
export async function completed(resolved: Promise<void>): Promise<boolean> {
  try {
    await resolved
    return true
  } catch (error) {
    if (error instanceof TerminalError && !(error instanceof CancelledError)) return false
    throw error
  }
}
