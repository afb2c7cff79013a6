/** Calls back at the first Ctrl-C, and quits at once at the second. The answer gives Ctrl-C its usual meaning back. */
export function onInterrupt(callback: () => void): () => void {
  let asked = false
  const onSignal = (): void => {
    if (asked) process.exit(130)
    asked = true
    callback()
  }
  process.on('SIGINT', onSignal)
  return () => void process.off('SIGINT', onSignal)
}
