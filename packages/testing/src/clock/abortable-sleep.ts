import { checkSleep } from '@stageflow/core/kit'

/**
 * A sleep on a timer: resolves when the timer fires, or rejects with the signal's reason and takes the timer back. `more`: the arguments
 * after the signal.
 */
export function abortableSleep(
  setTimer: (callback: () => void) => () => void,
  signal: AbortSignal | undefined,
  more: readonly unknown[],
): Promise<void> {
  return new Promise((resolve, reject) => {
    checkSleep(signal, more, 'testing/illegal-option')
    if (signal?.aborted === true) return reject(signal.reason)
    const takeBack = setTimer(wake)
    signal?.addEventListener('abort', giveUp)
    function wake(): void {
      signal?.removeEventListener('abort', giveUp)
      resolve()
    }
    function giveUp(): void {
      signal?.removeEventListener('abort', giveUp)
      takeBack()
      reject(signal?.reason)
    }
  })
}
