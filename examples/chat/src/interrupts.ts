/** Who wants to know of Ctrl-C; the newest alone is called back. */
const listeners: (() => void)[] = []
const onSignal = (): void => listeners.at(-1)?.()

/**
 * Calls back at the first Ctrl-C, and quits at once at the second. The answer gives Ctrl-C the meaning back that it had before:
 * that of an earlier call, or the usual one.
 */
export function onInterrupt(callback: () => void): () => void {
  let asked = false
  const listener = (): void => {
    if (asked) process.exit(130)
    asked = true
    callback()
  }
  if (listeners.push(listener) === 1) process.on('SIGINT', onSignal)
  return () => {
    const index = listeners.indexOf(listener)
    if (index >= 0) listeners.splice(index, 1)
    if (listeners.length === 0) process.off('SIGINT', onSignal)
  }
}
