import type { CallFacts } from '@stageflow/core/durable'

/**
 * The calls that this process carries out. If Restate lost the connection to an attempt, its code may still run when the next
 * attempt begins here. So a call waits for the one before it with the same name.
 */
export class RunningCalls {
  readonly #running = new Map<string, Promise<CallFacts>>()

  async carryOut(name: string, call: () => Promise<CallFacts>): Promise<CallFacts> {
    for (let before = this.#running.get(name); before !== undefined; before = this.#running.get(name)) await before
    const running = call()
    this.#running.set(name, running)
    try {
      return await running
    } finally {
      this.#running.delete(name)
    }
  }
}
