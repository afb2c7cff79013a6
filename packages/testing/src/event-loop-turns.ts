/** Turns of the event loop, one at a time, until `close`. */
export interface EventLoopTurns {
  next(): Promise<void>
  close(): void
}

/**
 * A turn begins only when no promise job is left, however long their chain, so awaiting one lets everything that waits
 * for nothing but promises run out. Message ports, because Node, Deno, Bun, browsers and workers all have them, they
 * never wait the 4 ms that nested timers do, and tools that fake the global timers leave them alone.
 */
export function eventLoopTurns(): EventLoopTurns {
  const { port1, port2 } = new MessageChannel()
  let arrive = (): void => {}
  port1.onmessage = () => arrive()
  return {
    next: () =>
      new Promise((resolve) => {
        arrive = resolve
        port2.postMessage(null)
      }),
    // An open port would keep the process alive.
    close: () => port1.close(),
  }
}
