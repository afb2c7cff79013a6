import { formatDuration, plainLine } from '@stageflow/core/kit'
import type { ReportToNow } from './run-in-progress.ts'
import { isStageRow, type SvgRow, type SvgRows } from './svg-rows.ts'
import { countsOf } from './timeline-rows.ts'

export const titleOf = ({ pipeline, status, startedAt, endedAt }: ReportToNow): string =>
  `${plainLine(pipeline)} · ${plainLine(status)} · ${formatDuration(endedAt - startedAt)}`

/** Everything that the picture shows, in sentences, for a screen reader. */
export function describe(report: ReportToNow, { own, shown, hidden }: SvgRows): string {
  const sentences = [
    `Timeline of a run: ${countsOf(own) || 'no stages'}.`,
    ...shown.map((row) => sentenceOf(row, report.startedAt)),
    ...(hidden.length > 0 ? [`${hidden.length} more stages: ${countsOf(hidden)}.`] : []),
  ]
  return sentences.join('\n')
}

export function sentenceOf(row: SvgRow, origin: number): string {
  if (!isStageRow(row)) {
    const { pipeline, status } = row.run
    return `Child run ${plainLine(pipeline)}: ${plainLine(status)}, ${timesOf(row.run, origin)}.`
  }
  const { name, status, facts, items, why, record, itemOf } = row.row
  const { startedAt, endedAt } = record
  const facets = [
    status,
    startedAt === undefined || endedAt === undefined ? '' : timesOf({ startedAt, endedAt }, origin),
    facts,
    row.isCritical ? 'on the critical path' : '',
    items,
    why,
  ]
  const subject = itemOf === undefined ? name : `Item ${name} of ${itemOf}`
  return `${subject}: ${facets.filter((facet) => facet !== '').join(', ')}.`
}

function timesOf(times: { readonly startedAt: number; readonly endedAt: number }, origin: number): string {
  return `${formatDuration(times.startedAt - origin)} to ${formatDuration(times.endedAt - origin)}`
}
