import type { AttemptRecord, ErrorRecord, ItemRecord, StageRecord } from '@stageflow/core'

import { ChunkTail } from './chunk-tail.ts'
import type { KeptData } from './kept-data.ts'
import { keepFacts } from './kept-facts.ts'
import type { KeptFacts } from './kept-facts.ts'
import type { StageRow } from './protocol.ts'
import type { Redactors } from './redactors.ts'
import { shownRecord } from './shown.ts'

type Writable<T> = { -readonly [Key in keyof T]: T[Key] }

/** How many attempts of a stage in progress, and how many items of a map, are kept. */
const MOST_ATTEMPTS = 50
const MOST_ITEMS = 100
/** About how many bytes a stage takes without its texts and its data. */
const BYTES_PER_STAGE = 600
/** The same of an attempt or of an item. */
const BYTES_PER_ENTRY = 150

/** Shared by all stages that are not being retried. */
const NO_ATTEMPTS: readonly AttemptRecord[] = []

type Ending = Pick<StageRecord, 'error' | 'reason' | 'tolerated'>

/** What is known of one stage of one run: from events while it runs, then from its record. */
export class StageState {
  readonly name: string
  /** The revision of its last change. */
  revision = 0
  /** What its run has counted of `bytes` and `isDone`. */
  countedBytes = 0
  countedDone = false
  output: KeptData | undefined
  chunks: ChunkTail | undefined
  #record: StageRecord | undefined
  /** About how many bytes the texts, notes, attempts and items of its record take. */
  #recordBytes = 0
  #readyAt: number | undefined
  #startedAt: number | undefined
  #releasedBy: string | undefined
  #attempts = NO_ATTEMPTS
  #items: LiveItems | undefined

  constructor(name: string) {
    this.name = name
  }

  get status(): StageRecord['status'] {
    return this.#record?.status
  }
  /** Whether it has settled. One that was cancelled before it started has done nothing. */
  get isDone(): boolean {
    const record = this.#record
    if (record === undefined) return false
    const { status } = record
    return status === 'cancel' ? record.startedAt !== undefined : status !== undefined && status !== 'suspend'
  }
  get record(): StageRecord | undefined {
    return this.#record
  }

  /** It starts: in a later leg of a run perhaps again. */
  start(startedAt: number, readyAt: number | undefined, releasedBy: string | undefined): void {
    this.#record = undefined
    this.output = undefined
    this.#attempts = NO_ATTEMPTS
    this.#startedAt = startedAt
    this.#readyAt = readyAt
    this.#releasedBy = releasedBy
  }

  /** An attempt ended, and another one begins. The wait between them isn't known before the stage settles. */
  retry(at: number, attempt: number, error: ErrorRecord | undefined): void {
    const startedAt = this.#attempts.at(-1)?.startedAt ?? this.#startedAt ?? at
    const ended: AttemptRecord = {
      attempt: attempt - 1,
      startedAt,
      endedAt: at,
      status: 'retry',
      ...(error && { error }),
    }
    const next: AttemptRecord = { attempt, startedAt: at, endedAt: undefined, status: undefined }
    this.#attempts = [...this.#attempts.slice(0, -1), ended, next].slice(-MOST_ATTEMPTS)
  }

  /** It settled. Its chunks and items are in the record now, and the times of its chunks stay. */
  settle(record: StageRecord, redactors: Redactors): void {
    const { facts, bytes } = keepRecord(record, redactors)
    this.#record = facts
    this.#recordBytes = bytes
    this.#attempts = NO_ATTEMPTS
    this.#items = undefined
  }

  /** The same by its last event, if no record of it comes. */
  settleAt(
    at: number,
    status: StageRecord['status'],
    why: Ending & { readonly isAbandoned: boolean },
    redactors: Redactors,
  ): void {
    const { error, reason, tolerated, isAbandoned } = why
    const record = this.#unsettled()
    const attempts = record.attempts.map((one) => (one.endedAt === undefined ? { ...one, endedAt: at, status } : one))
    const settled = {
      ...record,
      status,
      endedAt: at,
      attempts,
      ...(error && { error }),
      ...(reason !== undefined && { reason }),
      ...(tolerated && { tolerated }),
      ...(isAbandoned && { abandoned: true as const }),
    }
    this.settle(settled, redactors)
  }

  get items(): LiveItems {
    return (this.#items ??= new LiveItems())
  }

  addChunk(at: number): ChunkTail {
    this.chunks ??= new ChunkTail()
    this.chunks.add(at)
    return this.chunks
  }

  /** About how many bytes it takes. */
  get bytes(): number {
    const own = this.#record === undefined ? this.#unsettledBytes() : this.#recordBytes
    return BYTES_PER_STAGE + own + (this.output?.bytes ?? 0) + (this.chunks?.bytes ?? 0)
  }

  #unsettledBytes(): number {
    return BYTES_PER_ENTRY * (this.#attempts.length + (this.#items?.kept ?? 0))
  }

  row({ facts }: Redactors): StageRow {
    const chunkTimes = this.chunks && { chunkTimes: this.chunks.times() }
    return { ...shownRecord(this.#record ?? this.#unsettled(), facts), ...chunkTimes }
  }

  #unsettled(): StageRecord {
    const items = this.#items?.record()
    return {
      stage: this.name,
      status: undefined,
      readyAt: this.#readyAt,
      startedAt: this.#startedAt,
      endedAt: undefined,
      releasedBy: this.#releasedBy,
      attempts: this.#attempts,
      chunks: this.chunks?.count ?? 0,
      notes: {},
      ...(items && { items }),
    }
  }
}

/** Keeps a record, with about how many bytes it takes beside what each has. */
function keepRecord(record: StageRecord, { facts }: Redactors): KeptFacts<StageRecord> {
  if (isShort(record)) return { facts: record, bytes: 0 }
  return keepFacts(record, (one) => shownRecord(one, facts))
}

/** Most records have nothing that must be measured. */
function isShort({ error, reason, attempts, items, notes }: StageRecord): boolean {
  const hasTexts = error !== undefined || reason !== undefined || items !== undefined || attempts.length > 1
  if (hasTexts) return false
  for (const _ in notes) return false
  return true
}

/** The items of a map that runs: all are counted, and the last ones are kept. */
class LiveItems {
  readonly #items = new Map<number, Writable<ItemRecord>>()
  #total = 0
  #ok = 0
  #skip = 0
  #fail = 0
  #attempts = 0

  get kept(): number {
    return this.#items.size
  }

  start(index: number, key: string, at: number): void {
    this.#total++
    this.#attempts++
    this.#items.set(index, { index, key, status: undefined, startedAt: at, endedAt: undefined })
    if (this.#items.size > MOST_ITEMS) this.#items.delete(this.#leastTelling())
  }

  retry(): void {
    this.#attempts++
  }

  settle(index: number, status: ItemRecord['status'], at: number, why: Pick<ItemRecord, 'error' | 'reason'>): void {
    if (status === 'ok') this.#ok++
    if (status === 'skip') this.#skip++
    if (status === 'fail') this.#fail++
    const item = this.#items.get(index)
    if (item !== undefined) this.#items.set(index, { ...item, status, endedAt: at, ...why })
  }

  record(): StageRecord['items'] {
    const settled = this.#ok + this.#skip + this.#fail
    return {
      total: this.#total,
      ok: this.#ok,
      skip: this.#skip,
      fail: this.#fail,
      unfinished: this.#total - settled,
      attempts: this.#attempts,
      records: [...this.#items.values()].toSorted((one, other) => one.index - other.index),
    }
  }

  /** The oldest item that ended well, or else the oldest. */
  #leastTelling(): number {
    for (const { index, status } of this.#items.values()) if (status === 'ok' || status === 'skip') return index
    return this.#items.keys().next().value as number
  }
}
