/** A sleep on a timer: resolves when the timer fires, or rejects with the signal's reason and takes the timer back. */
export function abortableSleep(
  setTimer: (callback: () => void) => () => void,
  signal: AbortSignal | undefined,
): Promise<void> {
  return new Promise((resolve, reject) => {
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
