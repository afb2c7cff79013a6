import type { ErrorRecord, StageRecord, StageflowEvent } from '@stageflow/core'

import type { Shown } from './shown.ts'
import type { StageState } from './stage-state.ts'

/** The data of all events of stages and items, as far as they have it. */
interface EventData {
  readonly readyAt?: number
  readonly releasedBy?: string
  readonly durationMs?: number
  readonly attempt?: number
  readonly error?: ErrorRecord
  readonly reason?: string
  readonly tolerated?: true
  readonly chunk?: unknown
  readonly index?: number
  readonly key?: string
}

/** How a stage or an item settled, by the end of the event's type. */
const STATUSES: Readonly<Record<string, StageRecord['status']>> = {
  completed: 'ok',
  failed: 'fail',
  skipped: 'skip',
  cancelled: 'cancel',
  abandoned: 'cancel',
  suspended: 'suspend',
}
const PREFIX = 'stage.'
const ITEM = 'item_'

/** Changes the state of a stage by an event of it. Returns whether it has changed. */
export function applyStageEvent(state: StageState, stage: string, event: StageflowEvent, shown: Shown): boolean {
  const { type, timestamp } = event
  // Only the engine emits events of this prefix, and then the name of the stage follows.
  if (!type.startsWith(PREFIX)) return false
  const kind = type.slice(PREFIX.length + stage.length + 1)
  const data = event.data as EventData
  if (kind.startsWith(ITEM)) return applyItemEvent(state, kind.slice(ITEM.length), timestamp, data)
  if (kind === 'chunk') {
    const chunks = state.addChunk(timestamp)
    if (shown.data) chunks.addText(data.chunk, shown.redactors)
    return true
  }
  if (kind === 'started') {
    state.start(timestamp, data.readyAt, data.releasedBy)
    return true
  }
  if (kind === 'retrying') {
    state.retry(timestamp, data.attempt ?? 2, data.error)
    return true
  }
  const status = STATUSES[kind]
  // Its record says more than the event, and came before it.
  if (status === undefined || state.record !== undefined) return false
  state.settleAt(timestamp, status, { ...data, isAbandoned: kind === 'abandoned' }, shown.redactors)
  return true
}

function applyItemEvent(state: StageState, kind: string, at: number, data: EventData): boolean {
  const { index, key, error, reason } = data
  if (index === undefined || key === undefined || state.record !== undefined) return false
  if (kind === 'started') state.items.start(index, key, at)
  else if (kind === 'retrying') state.items.retry()
  else {
    const status = STATUSES[kind]
    if (status === undefined) return false
    state.items.settle(index, status, at, { ...(error && { error }), ...(reason !== undefined && { reason }) })
  }
  return true
}
