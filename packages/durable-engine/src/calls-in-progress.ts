import type { CallFacts } from '@stageflow/core/durable'

/**
 * The calls whose code runs in this process, over all legs: no key of a run may run twice at once. Runs go by their number, because the id of a
 * deleted run may be used again.
 */
export class CallsInProgress {
  readonly #runs = new Map<number, Map<string, Promise<CallFacts>>>()

  /**
   * Undefined if a call can begin. If code of an earlier leg still runs for the same key, resolves with true when it has left: then look again.
   * Resolves with false if it was abandoned.
   */
  earlierLeft(run: number, key: string): Promise<boolean> | undefined {
    return this.#runs
      .get(run)
      ?.get(key)
      ?.then(({ abandoned }) => abandoned !== true)
  }
  /** Begins a call whose key is free. */
  async begin(run: number, key: string, call: () => Promise<CallFacts>): Promise<CallFacts> {
    const begun = call()
    const calls = this.#runs.get(run) ?? new Map<string, Promise<CallFacts>>()
    this.#runs.set(run, calls.set(key, begun))
    const facts = await begun
    // Abandoned code may run forever, so its key stays.
    if (facts.abandoned === true) return facts
    calls.delete(key)
    if (calls.size === 0 && this.#runs.get(run) === calls) this.#runs.delete(run)
    return facts
  }

  /** Resolves when the code of each call of a run has left or was abandoned. Returns whether all has left. */
  async haveLeft(run: number): Promise<boolean> {
    const ended = await Promise.all([...(this.#runs.get(run)?.values() ?? [])])
    return ended.every(({ abandoned }) => abandoned !== true)
  }

  /** The run has ended, so none of its keys can run again. */
  forget(run: number): void {
    this.#runs.delete(run)
  }
}
