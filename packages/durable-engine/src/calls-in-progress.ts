import { StageflowError } from '@stageflow/core'
import type { CallFacts } from '@stageflow/core/durable'

/** The calls whose code runs in this process, over all legs: no key of a run may run twice at once. */
export class CallsInProgress {
  readonly #runs = new Map<string, Map<string, Promise<CallFacts>>>()

  /**
   * Undefined if a call can begin. If code of an earlier leg still runs for the same key, resolves when it has left: then look again. Rejects if it
   * was abandoned.
   */
  earlierLeft(runId: string, key: string): Promise<void> | undefined {
    const earlier = this.#runs.get(runId)?.get(key)
    return earlier && hasLeft(earlier, runId, key)
  }
  /** Begins a call whose key is free. */
  async begin(runId: string, key: string, call: () => Promise<CallFacts>): Promise<CallFacts> {
    const begun = call()
    const calls = this.#runs.get(runId) ?? new Map<string, Promise<CallFacts>>()
    this.#runs.set(runId, calls.set(key, begun))
    const facts = await begun
    // Abandoned code may run forever, so its key stays.
    if (facts.abandoned === true) return facts
    calls.delete(key)
    if (calls.size === 0 && this.#runs.get(runId) === calls) this.#runs.delete(runId)
    return facts
  }

  /** Resolves when the code of each call of a run has left or was abandoned. Returns whether all has left. */
  async haveLeft(runId: string): Promise<boolean> {
    const ended = await Promise.all([...(this.#runs.get(runId)?.values() ?? [])])
    return ended.every(({ abandoned }) => abandoned !== true)
  }

  /** The run has ended, so none of its keys can run again. */
  forget(runId: string): void {
    this.#runs.delete(runId)
  }
}

async function hasLeft(earlier: Promise<CallFacts>, runId: string, key: string): Promise<void> {
  if ((await earlier).abandoned !== true) return
  throw new StageflowError(
    'durable-engine/still-running',
    `"${key}" of run "${runId}" still runs in this process for a leg that is over, because its code ignores its signal. Let another process take over the run, or restart this one.`,
  )
}
