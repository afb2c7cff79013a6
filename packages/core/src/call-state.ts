import { UNREAD } from './limits.ts'
import type { Output } from './output.ts'

/** What a run knows of a call that begins, or is being answered. */
export abstract class CallState {
  /** The stage that starts, while its interceptors are called for the first time, right after its start was read; -1: none. */
  starting: number = -1
  /** Whether those who may take part in its call are still being asked; what one of them has ended it with meanwhile. */
  asking = false
  early: Output | undefined
  /** Whether one of them sets something around the call. */
  enters = false
  /** The stage whose call has its answer, while those who take part in it are told; -1: none. And the answer. */
  answering: number = -1
  answer: Output | undefined
  /** Lets the run go on in its own async context. */
  protected wake: (() => void) | undefined

  abstract drive(now: number): void

  /** As `drive`, for who may be in the async context of a stage or of another run, such as a timer that runs share. */
  protected driveSoon(now: number): void {
    if (this.wake === undefined) this.drive(now)
    else this.wake()
  }
  /** What the run is in now is where it will go on: a promise keeps the async context that it is waited for in. */
  protected keepContext(): void {
    if (this.wake !== undefined) return
    void new Promise<void>((resolve) => (this.wake = resolve)).then(() => {
      this.wake = undefined
      this.drive(UNREAD)
    })
  }
}
