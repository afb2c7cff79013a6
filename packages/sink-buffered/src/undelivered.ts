import { StageflowError } from '@stageflow/core'
import type { DropCount } from './drop-count.ts'
import { errorFacts } from './error-facts.ts'

const MOST_LISTED = 5

/** What `close()` rejects with that could not deliver everything; `drops` has as untold what that was. */
export function undelivered(drops: DropCount, closeTimeoutMs: number, mayHaveArrived: boolean): StageflowError {
  const { lastError } = drops
  const { dropped, types } = drops.take()
  return new StageflowError(
    'sink-buffered/undelivered',
    `close() waited ${closeTimeoutMs} ms (closeTimeoutMs); ${counted(dropped)} not delivered and lost: ${listed(types)}.` +
      (mayHaveArrived ? ' The sink behind was busy with the first of them, and may have it.' : '') +
      (lastError === undefined ? '' : ` Its last failure: ${errorFacts(lastError.error).message}`),
    lastError === undefined ? undefined : { cause: lastError.error },
  )
}

export function flushTooSlow(queued: number, timeoutMs: number | undefined): StageflowError {
  return new StageflowError(
    'sink-buffered/flush-timeout',
    `flush() waited ${String(timeoutMs)} ms (timeoutMs); ${counted(queued)} not delivered yet, and not lost: the buffer still holds them.`,
  )
}

export function closeTooSlow(closeTimeoutMs: number): StageflowError {
  return new StageflowError(
    'sink-buffered/downstream',
    `close() of the sink behind took longer than what was left of ${closeTimeoutMs} ms (closeTimeoutMs); every event had been given to it.`,
  )
}

const counted = (events: number): string => (events === 1 ? '1 event was' : `${events} events were`)

function listed(types: Readonly<Record<string, number>>): string {
  const all = Object.entries(types)
  const shown = all.slice(0, MOST_LISTED).map(([type, count]) => `${count} ${type}`)
  return [...shown, ...(all.length > MOST_LISTED ? [`${all.length - MOST_LISTED} other types`] : [])].join(', ')
}
