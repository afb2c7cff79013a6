import { errorRecord } from '../base/errors.ts'
import type { ErrorRecord } from '../base/errors.ts'
import { defined } from '../base/objects.ts'
import type { Output } from '../contract/output.ts'
import type { AttemptRecord, ItemRecord, MapRecord, StageNotes, Usage } from '../contract/results.ts'
import { mostOf } from './most-of.ts'
import { addedUsage, sumOfUsage } from './usage.ts'

/** What a report says of an item beyond how it ended and when. Most items end ok after one attempt, without a note. */
interface Particulars {
  readonly attempts?: readonly AttemptRecord[]
  readonly notes?: Readonly<StageNotes>
  readonly error?: ErrorRecord
  readonly reason?: string
  /** Of an item that failed or was cancelled: the output of one that ended its map isn't kept. */
  readonly status?: ItemRecord['status']
  readonly abandoned?: true
}

/** What a map reads of the stage that an item runs. */
export interface StageOfItem {
  readonly attempts: readonly AttemptRecord[] | undefined
  readonly notes: Readonly<Record<string, unknown>> | undefined
  readonly abandoned: boolean
  /** Whether it waits, and needs no slot. */
  readonly isParked: boolean
  /** What it has used, with its child runs. */
  readonly used: Usage | undefined
}

/** How an item ended, and when. */
export interface EndedItem {
  readonly output: Output
  readonly startedAt: number
  readonly endedAt: number
  readonly stage: StageOfItem | undefined
}

/** An item whose code hasn't left. */
export interface RunningItem {
  /** The facts of its stage so far. */
  readonly stage: StageOfItem | undefined
  /** Whether it is ending within its own limits: its grace time runs, or its cleanups are in progress. */
  readonly endsSoon: boolean
  /** Its map has ended. */
  abort(reason: unknown): void
}

/** The items of one map: how each ended, and when. */
export class MapFacts {
  /** In the order of the source; undefined for an item that hasn't ended, or that was aborted with its map. */
  readonly outputs: (Output | undefined)[] = []
  /** Undefined if the map doesn't name its items. */
  declare readonly keys: string[] | undefined
  /** Two numbers per item: when it started, and when it settled. */
  readonly #times: number[] = []
  readonly #particulars = new Map<number, Particulars>()
  readonly #running = new Set<RunningItem>()
  /** How many of the running items wait, and need no slot. */
  parked = 0
  /** The usage of the items whose code has left. */
  #used: unknown

  readonly #collects: boolean
  /** The indexes of the items by their keys, if the map names them. */
  readonly #indexes = new Map<string, number>()

  /** `collects`: how each item ended is data of the map. */
  constructor(hasKeys: boolean, collects: boolean) {
    this.keys = hasKeys ? [] : undefined
    this.#collects = collects
  }

  keyOf(index: number): string {
    return this.keys?.[index] ?? `${index}`
  }
  indexOf(key: string): number | undefined {
    return this.keys === undefined ? Number(key) : this.#indexes.get(key)
  }

  /** What the map has so far, in the order of the source. */
  data(): readonly unknown[] {
    return this.outputs.map((output, index) => {
      if (!this.#collects) return output?.status === 'ok' ? output.data : undefined
      return output === undefined || output.status === 'suspend' ? undefined : this.result(index)
    })
  }
  /** How an item ended, as data. */
  result(index: number): object {
    const { status, data, reason, error } = this.outputs[index] as Output
    const about = { status, index, key: this.keyOf(index) }
    if (status === 'ok') return { ...about, data }
    return status === 'fail' ? { ...about, error: errorRecord(error) } : { ...about, reason }
  }

  /** Whether code of any item runs. */
  get isRunning(): boolean {
    return this.#running.size > 0
  }

  /** Whether no code of an item runs: all that have begun wait or have left. */
  get isIdle(): boolean {
    return this.parked === this.#running.size
  }

  /** Whether any item is ending within its own limits. */
  get endsSoon(): boolean {
    return [...this.#running].some((item) => item.endsSoon)
  }

  /** What the items and their child runs have used so far. */
  get used(): Usage | undefined {
    return sumOfUsage([this.#used, ...[...this.#running].map(({ stage }) => stage?.used)])
  }

  began(item: RunningItem): void {
    this.#running.add(item)
  }
  /** The map has ended. */
  abort(reason: unknown): void {
    for (const item of [...this.#running]) item.abort(reason)
  }
  /** The code of an item has left. */
  left(item: RunningItem): void {
    this.#running.delete(item)
    if (item.stage?.isParked) this.parked--
    this.#used = addedUsage(this.#used, item.stage?.used)
  }

  settled(index: number, { output, startedAt, endedAt, stage }: EndedItem): void {
    this.#times[2 * index] = startedAt
    this.#times[2 * index + 1] = endedAt
    this.describe(index, output, stage)
  }
  /** Keeps what the record of an item says beside its times. */
  describe(index: number, output: Output, stage: StageOfItem | undefined): void {
    const particulars = particularsOf(output, stage)
    if (particulars !== undefined) this.#particulars.set(index, particulars)
  }

  /** The code of an item that has settled ignored its signal past the grace time. */
  abandoned(index: number): void {
    this.#particulars.set(index, { ...this.#particulars.get(index), abandoned: true })
  }

  isAbandoned(index: number): boolean {
    return this.#particulars.get(index)?.abandoned === true
  }

  /** Item `from` of an earlier call is item `to` of this one: keeps what its record says. */
  take(earlier: MapFacts, from: number, to: number): void {
    this.#times[2 * to] = earlier.#times[2 * from] as number
    this.#times[2 * to + 1] = earlier.#times[2 * from + 1] as number
    const particulars = earlier.#particulars.get(from)
    if (particulars !== undefined) this.#particulars.set(to, particulars)
  }
  /** The map ended early: keeps the items of the earlier call that this one hasn't come to. */
  takeRest(earlier: MapFacts): void {
    const known = new Set(this.outputs.map((_, index) => this.keyOf(index)))
    earlier.outputs.forEach((output, index) => {
      const key = earlier.keyOf(index)
      if (!known.has(key)) this.take(earlier, index, this.add(key, output))
    })
  }
  /** Adds an item, and returns its index. */
  add(key: string, output: Output | undefined): number {
    const index = this.outputs.push(output) - 1
    if (this.keys !== undefined) {
      this.keys.push(key)
      this.#indexes.set(key, index)
    }
    return index
  }
  /** Adds what the items of an earlier call of the map have used, also those that run again. */
  addUsed(earlier: MapFacts): void {
    this.#used = addedUsage(this.#used, earlier.used)
  }

  /** The outputs of the items that wait for answers, by their keys; undefined if none does. */
  get asking(): Readonly<Record<string, Output>> | undefined {
    if (!this.outputs.some((output) => output?.status === 'suspend')) return undefined
    return Object.fromEntries(this.outputs.map((output, index) => [this.keyOf(index), output as Output]))
  }

  /** The counts, and the records of the items in the order of the source. */
  record(): MapRecord {
    const counts = { total: this.outputs.length, ok: 0, skip: 0, fail: 0, unfinished: 0, attempts: 0 }
    const shown = this.outputs.map(
      (output, index) => (this.#particulars.get(index)?.status ?? output?.status) as ItemRecord['status'],
    )
    shown.forEach((status, index) => {
      if (status === 'ok' || status === 'skip' || status === 'fail') counts[status]++
      else counts.unfinished++
      counts.attempts += this.#particulars.get(index)?.attempts?.length ?? (status === undefined ? 0 : 1)
    })
    return {
      ...counts,
      ...defined({ usage: this.used }),
      records: this.#listed(shown).map((index) => ({
        index,
        key: this.keyOf(index),
        status: shown[index],
        startedAt: this.#times[2 * index],
        endedAt: this.#times[2 * index + 1],
        ...this.#particulars.get(index),
      })),
    }
  }

  /** The indexes of the items that have a record: those that failed or were abandoned come first, then those that were retried. */
  #listed(shown: readonly unknown[]): readonly number[] {
    const rankOf = (index: number): number => {
      const { abandoned, attempts = [] } = this.#particulars.get(index) ?? {}
      if (shown[index] === 'fail' || abandoned) return 0
      return attempts.length > 1 ? 1 : 2
    }
    return mostOf([...shown.keys()], rankOf).toSorted((one, other) => one - other)
  }
}

function particularsOf({ status, error, reason }: Output, stage: StageOfItem | undefined): Particulars | undefined {
  const { attempts, notes } = stage ?? {}
  const isOne = attempts === undefined || attempts.length === 1
  if (status === 'ok' && isOne && notes === undefined) return undefined
  return defined({
    attempts: isOne ? undefined : attempts,
    notes,
    error: error === undefined ? undefined : errorRecord(error),
    reason,
    status: status === 'fail' || status === 'cancel' ? status : undefined,
  })
}
