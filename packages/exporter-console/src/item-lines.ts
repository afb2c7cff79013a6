import type { StageflowEvent } from '@stageflow/core'

/** The latest maps whose items are counted, because the end of a map may never arrive. */
const MOST_MAPS = 1_000

/** So many events of each kind have a line each: `item_started`, `item_completed` and so on of one map. */
const FIRST = 10
/** Troubles are what a reader looks for. Still, 10,000 items may fail or be retried for the same reason. */
const FIRST_TROUBLES = 100
const TROUBLES: ReadonlySet<string> = new Set(['failed', 'retrying', 'cancelled', 'abandoned'])

const ENDINGS = [
  ['completed', 'ok'],
  ['failed', 'failed'],
  ['skipped', 'skipped'],
  ['cancelled', 'cancelled'],
  ['suspended', 'suspended'],
] as const
const LAST_OF_STAGE: ReadonlySet<string> = new Set(ENDINGS.map(([kind]) => kind))

/** What happened to the item of a map that the event is about, such as `completed`; undefined for all other events. */
export function itemKind({ stage, type }: StageflowEvent): string | undefined {
  const start = `stage.${stage}.item_`
  return stage !== undefined && type.startsWith(start) ? type.slice(start.length) : undefined
}

/** Thins out the events of the items of maps, and counts them, so that the last line of a map says how its items ended. */
export class ItemLines {
  readonly #maps = new Map<string, Map<string, number>>()

  /** What the line of an event says beside the event, possibly nothing; undefined if the event has no line. */
  noteOf(event: StageflowEvent): string | undefined {
    const { pipelineRunId, stage, type } = event
    if (stage === undefined) return ''
    const map = JSON.stringify([pipelineRunId, stage])
    const kind = itemKind(event)
    if (kind !== undefined) return thinned(kind, this.#count(map, kind))
    const counts = this.#maps.get(map)
    if (counts === undefined || !LAST_OF_STAGE.has(type.slice(`stage.${stage}.`.length))) return ''
    this.#maps.delete(map)
    return summaryOf(counts)
  }

  #count(map: string, kind: string): number {
    const counts = this.#maps.get(map) ?? new Map<string, number>()
    const count = (counts.get(kind) ?? 0) + 1
    counts.set(kind, count)
    this.#maps.set(map, counts)
    if (this.#maps.size > MOST_MAPS) this.#maps.delete(this.#maps.keys().next().value as string)
    return count
  }
}

/** After the first ones every 10th has a line, from 100 every 100th, and so on: a map of 10,000 items has about 40 of each kind. */
function thinned(kind: string, count: number): string | undefined {
  if (count <= (TROUBLES.has(kind) ? FIRST_TROUBLES : FIRST)) return ''
  const step = 10 ** Math.floor(Math.log10(count))
  return count % step === 0 ? `${grouped(count)} so far` : undefined
}

/** `items: 990 ok, 4 failed, 6 skipped`. */
function summaryOf(counts: ReadonlyMap<string, number>): string {
  const ended = ENDINGS.flatMap(([kind, word]) => {
    const count = counts.get(kind)
    return count === undefined ? [] : [`${grouped(count)} ${word}`]
  })
  return ended.length === 0 ? '' : `items: ${ended.join(', ')}`
}

const grouped = (count: number): string => String(count).replaceAll(/\B(?=(?:\d{3})+$)/g, ',')
