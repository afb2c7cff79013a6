import { errorRecord } from '../base/errors.ts'
import type { ErrorRecord } from '../base/errors.ts'
import { defined } from '../base/objects.ts'
import type { Output } from '../contract/output.ts'
import type { AttemptRecord, ItemRecord, MapRecord, StageNotes, Usage } from '../contract/results.ts'
import { addedUsage } from './usage.ts'

/** At most so many items of a map have a record in a report: those that failed or were retried before others. */
const MOST_RECORDS = 1_000

/** What a report says of an item beyond how it ended and when. Most items end ok after one attempt, without a note. */
interface Particulars {
  readonly attempts?: readonly AttemptRecord[]
  readonly notes?: Readonly<StageNotes>
  readonly error?: ErrorRecord
  readonly reason?: string
  readonly status?: ItemRecord['status']
  readonly abandoned?: true
}

/** The stage that an item runs, as far as its map keeps it. */
export interface StageOfItem {
  readonly attempts: readonly AttemptRecord[] | undefined
  readonly notes: Readonly<Record<string, unknown>> | undefined
  readonly abandoned: boolean
  /** What it has used, with its child runs. */
  readonly used: unknown
}

interface HasStage {
  readonly stage: StageOfItem | undefined
  readonly endsSoon: boolean
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
  /** The items whose code hasn't left. */
  readonly #running = new Set<HasStage>()
  /** What the others have used. */
  #used: unknown

  readonly #collects: boolean
  /** The places of the items by their keys, once they are asked for. */
  #places: Map<string, number> | undefined

  /** `collects`: how each item ended is data of the map. */
  constructor(hasKeys: boolean, collects: boolean) {
    this.keys = hasKeys ? [] : undefined
    this.#collects = collects
  }

  keyOf(index: number): string {
    return this.keys?.[index] ?? `${index}`
  }
  placeOf(key: string): number | undefined {
    if (this.keys === undefined) return Number(key)
    return (this.#places ??= new Map(this.keys.map((one, index) => [one, index]))).get(key)
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

  /** Whether code of an item runs. */
  get isRunning(): boolean {
    return this.#running.size > 0
  }

  /** Whether an item is ending within its own limits. */
  get endsSoon(): boolean {
    return [...this.#running].some((item) => item.endsSoon)
  }

  /** What the items and their child runs have used so far. */
  get used(): unknown {
    let sum = this.#used
    for (const { stage } of this.#running) sum = addedUsage(sum, stage?.used)
    return sum
  }

  began(item: HasStage): void {
    this.#running.add(item)
  }
  /** The code of an item has left. */
  left(item: HasStage): void {
    this.#running.delete(item)
    this.#used = addedUsage(this.#used, item.stage?.used)
  }

  /** An item has settled. */
  settled(index: number, startedAt: number, endedAt: number, output: Output, stage: StageOfItem | undefined): void {
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

  /** An item ended in an earlier call of the map. */
  take(before: MapFacts, index: number, place: number): void {
    this.#times[2 * place] = before.#times[2 * index] as number
    this.#times[2 * place + 1] = before.#times[2 * index + 1] as number
    const particulars = before.#particulars.get(index)
    if (particulars !== undefined) this.#particulars.set(place, particulars)
  }
  /** The map ended early: the items of the earlier call that it has not come to are as they were. */
  takeRest(before: MapFacts): void {
    before.outputs.forEach((output, index) => {
      const key = before.keyOf(index)
      if (this.keys === undefined ? index < this.outputs.length : this.placeOf(key) !== undefined) return
      this.keys?.push(key)
      this.take(before, index, this.outputs.push(output) - 1)
    })
  }
  /** What the items of an earlier call of the map have used counts, also of those that run again. */
  addUsed(before: MapFacts): void {
    this.#used = addedUsage(this.#used, before.used)
  }

  /** The outputs of the items that wait for answers, by their keys; undefined if none does. */
  get asking(): Readonly<Record<string, Output>> | undefined {
    if (!this.outputs.some((output) => output?.status === 'suspend')) return undefined
    return Object.fromEntries(this.outputs.map((output, index) => [this.keyOf(index), output as Output]))
  }

  /** The counts, and the records of the items in the order of the source. */
  record(): MapRecord {
    const counts = { total: this.outputs.length, ok: 0, skip: 0, fail: 0, unfinished: 0, attempts: 0 }
    const shown = this.outputs.map((output, index) => this.#status(index, output))
    shown.forEach((status, index) => {
      if (status === 'ok' || status === 'skip' || status === 'fail') counts[status]++
      else counts.unfinished++
      counts.attempts += this.#particulars.get(index)?.attempts?.length ?? (status === undefined ? 0 : 1)
    })
    return {
      ...counts,
      ...defined({ usage: this.used as Usage | undefined }),
      records: this.#listed(shown).map((index) => this.#record(index, shown[index])),
    }
  }

  #status(index: number, output: Output | undefined): ItemRecord['status'] {
    return (this.#particulars.get(index)?.status ?? output?.status) as ItemRecord['status']
  }

  /** The places of the items that have a record. */
  #listed(shown: readonly unknown[]): readonly number[] {
    const places = [...shown.keys()]
    if (places.length <= MOST_RECORDS) return places
    const isFirst = (index: number): boolean =>
      shown[index] === 'fail' || this.#particulars.get(index)?.attempts !== undefined
    const first = places.filter(isFirst).slice(0, MOST_RECORDS)
    const others = places.filter((index) => !isFirst(index)).slice(0, MOST_RECORDS - first.length)
    return [...first, ...others].sort((one, other) => one - other)
  }

  #record(index: number, status: ItemRecord['status']): ItemRecord {
    return {
      index,
      key: this.keyOf(index),
      status,
      startedAt: this.#times[2 * index],
      endedAt: this.#times[2 * index + 1],
      ...this.#particulars.get(index),
    }
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
