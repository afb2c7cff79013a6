import { setImmediate } from 'node:timers'

import type { AddedFact } from '@stageflow/durable-engine'

interface Waiting {
  readonly fact: AddedFact
  readonly resolve: (isOurs: boolean) => void
  readonly reject: (error: unknown) => void
}

/**
 * Writes facts, and returns which of them the journal has. `wait`: whether it waits for runs that another transaction has locked, or leaves
 * their facts out.
 */
export type AddFacts = (facts: readonly AddedFact[], wait: boolean) => Promise<ReadonlySet<AddedFact>>

/** How many facts one statement writes, and about how many characters. */
const MOST_FACTS = 500
const MOST_CHARACTERS = 16 * 1024 ** 2

/**
 * Writes the facts of all runs. While one statement is in progress, the facts that come wait for the next. What the statement leaves out, or
 * fails of, is tried again for each run alone, so that a run that is locked or refused doesn't hold up the others.
 */
export class FactWriter {
  readonly #add: AddFacts
  #waiting: Waiting[] = []
  #isWriting = false
  /** The facts of runs that are tried alone, in their order. */
  readonly #alone = new Map<number, Waiting[]>()

  constructor(add: AddFacts) {
    this.#add = add
  }

  add(fact: AddedFact): Promise<boolean> {
    return new Promise((resolve, reject) => {
      const waiting = { fact, resolve, reject }
      const alone = this.#alone.get(fact.run)
      if (alone !== undefined) return void alone.push(waiting)
      this.#waiting.push(waiting)
      if (this.#isWriting) return
      this.#isWriting = true
      setImmediate(() => void this.#writeAll())
    })
  }

  async #writeAll(): Promise<void> {
    while (this.#waiting.length > 0) await this.#write(this.#waiting.splice(0, this.#batchLength()))
    this.#isWriting = false
  }
  #batchLength(): number {
    let characters = 0
    const end = this.#waiting.findIndex(({ fact }, place) => {
      characters += fact.value.length
      return place === MOST_FACTS || (place > 0 && characters > MOST_CHARACTERS)
    })
    return end < 0 ? this.#waiting.length : end
  }

  async #write(batch: readonly Waiting[]): Promise<void> {
    let kept: ReadonlySet<AddedFact>
    try {
      kept = await this.#add(factsOf(batch), false)
    } catch {
      kept = new Set()
    }
    for (const { fact, resolve } of batch) if (kept.has(fact)) resolve(true)
    const left = batch.filter(({ fact }) => !kept.has(fact))
    for (const run of new Set(left.map(({ fact }) => fact.run))) void this.#writeAlone(run, left)
  }

  /** Writes the facts of one run that are left, and those that come meanwhile, in their order. */
  async #writeAlone(run: number, left: readonly Waiting[]): Promise<void> {
    const isOfRun = ({ fact }: Waiting): boolean => fact.run === run
    const queue = [...left.filter(isOfRun), ...this.#waiting.filter(isOfRun)]
    this.#waiting = this.#waiting.filter((waiting) => !isOfRun(waiting))
    this.#alone.set(run, queue)
    while (queue.length > 0) {
      const batch = queue.splice(0)
      try {
        const kept = await this.#add(factsOf(batch), true)
        for (const { fact, resolve } of batch) resolve(kept.has(fact))
      } catch (error) {
        // Those that follow would leave a gap.
        for (const { reject } of [...batch, ...queue.splice(0)]) reject(error)
      }
    }
    this.#alone.delete(run)
  }
}

const factsOf = (batch: readonly Waiting[]): readonly AddedFact[] => batch.map(({ fact }) => fact)
