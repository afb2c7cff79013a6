import type { AttemptRecord, ItemRecord, MapRecord, StageRecord } from '@stageflow/core'
import { attemptsOfItem } from './map-items.ts'
import type { ReportToNow } from './run-in-progress.ts'

/**
 * The report of a resumed run as one run, from the start of its first leg. A stage or an item that was answered gets the attempts that
 * asked, and is ready since the first of them was.
 */
export function joinLegs<Report extends ReportToNow>(report: Report): Report {
  const { legs = [], stages: records } = report
  const first = legs[0]
  if (first === undefined) return report
  const stages = Object.entries(records).map(([name, record]): [string, StageRecord] => {
    const earlier = legs.flatMap(({ stages: asked }) => asked[name] ?? [])
    const [asked] = earlier
    // A stage that still waits has the record of the leg in which it asked.
    if (asked === undefined || record.startedAt === undefined || asked.startedAt === record.startedAt)
      return [name, record]
    const attempts = distinct([...earlier, record].flatMap((each) => each.attempts))
    const joined = { ...record, readyAt: asked.readyAt, attempts }
    return [name, record.items === undefined ? joined : { ...joined, items: joinItems(record.items, earlier) }]
  })
  return { ...report, legs: undefined, startedAt: first.startedAt, stages: Object.fromEntries(stages) }
}

/** An item that was done before the last call of its map has the record of the leg in which it ended. */
function joinItems(last: MapRecord, earlier: readonly StageRecord[]): MapRecord {
  const before = new Map<string, ItemRecord>()
  for (const item of earlier.flatMap(({ items }) => items?.records ?? [])) {
    before.set(item.key, joinItem(item, before.get(item.key)))
  }
  return { ...last, records: last.records.map((item) => joinItem(item, before.get(item.key))) }
}

/** The source may have another order than in the earlier leg, so the index of an item is that of the last call. */
function joinItem(item: ItemRecord, asked: ItemRecord | undefined): ItemRecord {
  if (asked === undefined) return item
  if (item.startedAt === undefined) return { ...asked, index: item.index, status: item.status }
  return { ...item, attempts: distinct([asked, item].flatMap(attemptsOfItem)) }
}

/** A stage or an item that stayed suspended over a leg has the same attempts in both. */
function distinct(attempts: readonly AttemptRecord[]): readonly AttemptRecord[] {
  return [...new Map(attempts.map((attempt) => [attempt.startedAt, attempt])).values()]
}
