import { RunAbort } from '../base/abort.ts'
import type { Clock } from '../base/clock.ts'

/** Resolves `graceMs` after `signal` has aborted. */
export function graceOver(
  signal: AbortSignal,
  clock: Pick<Clock, 'setTimeout'>,
  graceMs: number,
): { readonly over: Promise<undefined>; cancel(): void } {
  const over = Promise.withResolvers<undefined>()
  const abort = new RunAbort()
  let stop: (() => void) | undefined
  abort.listen(signal, () => {
    stop = clock.setTimeout(() => over.resolve(undefined), graceMs)
  })
  return {
    over: over.promise,
    cancel: () => {
      abort.unlisten()
      stop?.()
    },
  }
}
