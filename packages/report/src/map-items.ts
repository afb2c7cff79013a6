import type { AttemptRecord, ItemRecord, MapRecord, StageRecord } from '@stageflow/core'
import { plainLine } from '@stageflow/core/kit'
import { firstCallAt } from './stage-parts.ts'

/** The record of an item as that of a stage: it has the same times, attempts and endings. `stage` is its key. */
export function stageOfItem(item: ItemRecord): StageRecord {
  const { index: _index, key, notes = {}, ...ending } = item
  const record = { ...ending, stage: key, attempts: attemptsOfItem(item), releasedBy: undefined, chunks: 0, notes }
  return { ...record, readyAt: firstCallAt(record) }
}

/** A report leaves out the attempts of an item that made one. */
export function attemptsOfItem({ startedAt, endedAt, status, attempts }: ItemRecord): readonly AttemptRecord[] {
  if (attempts !== undefined || startedAt === undefined) return attempts ?? []
  return [{ attempt: 1, startedAt, endedAt, status }]
}

/** A map of a thousand items shows so few of them: those that explain how it ended and how long it took. */
const MOST_TROUBLED = 4
const MOST_SLOW = 2

/**
 * The items that a drawing shows, in the order that they started: `last` if it is given, those that failed, then those that were
 * retried, and the slowest. At most seven.
 */
export function tellingItems({ records }: MapRecord, last: number | undefined): readonly ItemRecord[] {
  const troubled = records.filter((item) => troubleOf(item) > 0).toSorted((a, b) => troubleOf(b) - troubleOf(a))
  const slow = records.filter(({ endedAt }) => endedAt !== undefined).toSorted((a, b) => elapsed(b) - elapsed(a))
  const kept = new Set([
    ...records.filter(({ index }) => index === last).slice(0, 1),
    ...troubled.slice(0, MOST_TROUBLED),
    ...slow.slice(0, MOST_SLOW),
  ])
  return [...kept].toSorted((a, b) => beganAt(a) - beganAt(b) || a.index - b.index)
}

/** Failures weigh most, then the number of attempts. Items that were aborted with their map tell nothing more than the map. */
function troubleOf({ status, abandoned, attempts = [] }: ItemRecord): number {
  if (status === 'fail' || abandoned === true) return Infinity
  return attempts.length > 1 ? attempts.length : 0
}

/** Items without times, such as those of an earlier leg, come first. */
const beganAt = (item: ItemRecord): number =>
  firstCallAt({ startedAt: item.startedAt, attempts: attemptsOfItem(item) }) ?? -Infinity

const elapsed = ({ startedAt = 0, endedAt = startedAt }: ItemRecord): number => endedAt - startedAt

/** `1,000 items: 990 ok, 4 failed, 6 skipped`. */
export function countsOfItems({ total, ok, fail, skip, unfinished }: MapRecord): string {
  const counts = [
    [ok, 'ok'],
    [fail, 'failed'],
    [skip, 'skipped'],
    [unfinished, 'unfinished'],
  ] as const
  const shown = counts.filter(([count]) => count > 0).map(([count, word]) => `${grouped(count)} ${word}`)
  const items = total === 1 ? '1 item' : `${grouped(total)} items`
  return shown.length === 0 ? items : `${items}: ${shown.join(', ')}`
}

/** The counts of a map, and how many of its items have no row. */
export function itemsLine(items: MapRecord, rows: number): string {
  const { total, records } = items
  const hidden = total - rows
  const unrecorded = total - records.length
  // The slowest items are the slowest of those that have a record.
  const note = unrecorded > 0 ? ` (${grouped(unrecorded)} not in the report)` : ''
  return hidden > 0 ? `${countsOfItems(items)} · ${grouped(hidden)} not shown${note}` : countsOfItems(items)
}

/** `letters#doc-42`, as in the path of an item's child runs. */
export const nameOfItem = (map: string, { key }: { readonly key: string }): string =>
  `${plainLine(map)}#${plainLine(key)}`

/** With a comma between thousands. */
export const grouped = (count: number): string => String(count).replaceAll(/\B(?=(?:\d{3})+$)/g, ',')
