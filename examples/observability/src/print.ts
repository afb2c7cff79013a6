import { formatDuration } from '@stageflow/core/kit'
import { attributeOf, type LogRecord, type Metric, type Span } from './receiver.ts'

const NAME = 30
const RESULT = 18

/** The spans of each trace as a tree with a bar each, `width` columns wide. */
export function traceLines(spans: readonly Span[], width: number): string[] {
  const roots = spans.filter(({ parentSpanId }) => !parentSpanId)
  return roots.flatMap((root) => [`trace ${root.traceId}`, ...spanLines(root, spans, { root, width, indent: '  ' })])
}

interface Drawing {
  readonly root: Span
  readonly width: number
  readonly indent: string
}

function spanLines(span: Span, spans: readonly Span[], drawing: Drawing): string[] {
  const { root, width, indent } = drawing
  const columns = Math.max(10, width - NAME - RESULT)
  const [start, end, from, to] = [
    msOf(span.startTimeUnixNano),
    msOf(span.endTimeUnixNano),
    msOf(root.startTimeUnixNano),
    msOf(root.endTimeUnixNano),
  ]
  const column = (ms: number): number => Math.round(((ms - from) / (to - from)) * columns)
  const bar = ' '.repeat(column(start)) + '█'.repeat(Math.max(1, column(end) - column(start)))
  const status = attributeOf(span, 'stageflow.run.status') || attributeOf(span, 'stageflow.stage.status')
  const line = `${(indent + span.name).padEnd(NAME)}${bar.slice(0, columns).padEnd(columns)} ${formatDuration(end - start).padStart(6)} ${status}`
  const children = spans
    .filter(({ parentSpanId }) => parentSpanId === span.spanId)
    .sort((one, other) => msOf(one.startTimeUnixNano) - msOf(other.startTimeUnixNano))
  return [
    line.trimEnd(),
    ...children.flatMap((child) => spanLines(child, spans, { ...drawing, indent: `${indent}  ` })),
  ]
}

/** From the last digits: a number of nanoseconds since 1970 has more digits than a double. */
const msOf = (nanoseconds: string): number => Number(BigInt(nanoseconds) % 10n ** 15n) / 1e6

/** The records without those that say that something started, each with the beginning of its trace's id. */
export function logLines(logs: readonly LogRecord[]): string[] {
  return logs
    .filter(({ severityText }) => severityText !== 'DEBUG')
    .map(
      ({ severityText, body, traceId = '' }) =>
        `  ${traceId.slice(0, 8).padEnd(8)} ${severityText.padEnd(5)} ${body.stringValue}`,
    )
}

/** The counters of runs, attempts and errors that are above zero, in the format of Prometheus. */
export function metricLines(metrics: readonly Metric[]): string[] {
  return metrics
    .flatMap(({ name, sum }) =>
      (sum?.dataPoints ?? []).map(({ attributes, asDouble = 0 }) => ({ name, attributes, asDouble })),
    )
    .filter(({ asDouble }) => asDouble > 0)
    .map(({ name, attributes, asDouble }) => {
      const labels = attributes.map(({ key, value }) => `${key}="${value.stringValue}"`).join(',')
      return `${name}{${labels}} ${asDouble}`
    })
}
