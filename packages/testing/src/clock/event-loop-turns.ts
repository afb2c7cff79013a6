/** Turns of the event loop, one at a time, until `close`. */
export interface EventLoopTurns {
  next(): Promise<void>
  close(): void
}

/**
 * A turn begins when no promise job is left. So awaiting one runs everything that only waits for promises, however long the chain. It
 * uses message ports, which Node, Deno, Bun, browsers and workers have. They don't wait 4 ms like nested timers, and tools that fake
 * the global timers don't replace them. One port may take many turns before another port or a timer gets one: see `timerTurn`.
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

/** Waits for a timer of the machine. Until it fires, the ports, the earlier timers and the I/O that are ready have their turn. */
export const timerTurn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 1))

/** Waits for turns of the event loop. */
export async function passTurns(count: number): Promise<void> {
  const turns = eventLoopTurns()
  for (let left = count; left > 0; left--) await turns.next()
  turns.close()
}
