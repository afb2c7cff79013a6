import type { ShownFields } from '@stageflow/core/kit'

export interface Severity {
  readonly severityNumber: number
  readonly severityText: string
}

const TRACE: Severity = { severityNumber: 1, severityText: 'TRACE' }
const DEBUG: Severity = { severityNumber: 5, severityText: 'DEBUG' }
const INFO: Severity = { severityNumber: 9, severityText: 'INFO' }
export const WARN: Severity = { severityNumber: 13, severityText: 'WARN' }
const ERROR: Severity = { severityNumber: 17, severityText: 'ERROR' }

const WARNS =
  /(?:^|_)(?:failure|cancelled|abandoned|retrying|exhausted|opened|denied|dropped|unresolved|overflow|underrun)$/

/** A map may have 10,000 items. Its own end has the severity of any stage. */
const ENDS_WELL_OFTEN: ReadonlySet<string> = new Set(['item_completed', 'item_skipped'])

/** The severity, by the last word of the event's type. A tolerated failure is a warning. */
export function severityOf(type: string, facts: ShownFields): Severity {
  const word = type.slice(type.lastIndexOf('.') + 1)
  if (word.endsWith('failed')) return facts['tolerated'] === true ? WARN : ERROR
  if (WARNS.test(word)) return WARN
  if (word === 'chunk') return TRACE
  return word.endsWith('started') || ENDS_WELL_OFTEN.has(word) ? DEBUG : INFO
}
