import type { LossReason } from '@stageflow/buffer'

/** Why an event was lost: as in a buffer, or `refused`: `tryEmit` of a sink of a fan-out returned false. */
export type DropReason = LossReason | 'refused'

/** What was dropped since the last notice. */
export interface UntoldDrops {
  readonly dropped: number
  readonly reasons: Readonly<Partial<Record<DropReason, number>>>
  readonly types: Readonly<Record<string, number>>
}

/** How many types are counted apart. A type contains the name of a stage, so there may be any number. */
const MOST_TYPES = 20
const OTHERS = '…'

/** Counts dropped events, in all and since the last notice. */
export class DropCount {
  total = 0
  lastError: { readonly error: unknown } | undefined
  /** Events that no notice has reported. */
  untold = 0
  /** Whether any of them is newer than the last notice. */
  hasNew = false
  readonly #byReason = new Map<DropReason, number>()
  #reasons = new Map<DropReason, number>()
  #types = new Map<string, number>()
  #taken: UntoldDrops | undefined

  add(type: string, reason: DropReason): void {
    this.total++
    this.untold++
    this.hasNew = true
    raise(this.#byReason, reason)
    raise(this.#reasons, reason)
    this.#addType(type, 1)
  }

  by(reason: DropReason): number {
    return this.#byReason.get(reason) ?? 0
  }

  /** Takes what is untold, for a notice. */
  take(): UntoldDrops {
    const dropped = this.untold
    const taken = { dropped, reasons: Object.fromEntries(this.#reasons), types: Object.fromEntries(this.#types) }
    this.untold = 0
    this.hasNew = false
    this.#reasons = new Map()
    this.#types = new Map()
    this.#taken = taken
    return taken
  }

  /** That notice was lost: the next one includes its counts. */
  putBack(): void {
    if (this.#taken === undefined) return
    const { dropped, reasons, types } = this.#taken
    this.#taken = undefined
    this.untold += dropped
    for (const [reason, count] of Object.entries(reasons)) raise(this.#reasons, reason as DropReason, count)
    for (const [type, count] of Object.entries(types)) this.#addType(type, count)
  }

  #addType(type: string, count: number): void {
    raise(this.#types, this.#types.has(type) || this.#types.size < MOST_TYPES ? type : OTHERS, count)
  }
}

function raise<Key>(counts: Map<Key, number>, key: Key, by = 1): void {
  counts.set(key, (counts.get(key) ?? 0) + by)
}
