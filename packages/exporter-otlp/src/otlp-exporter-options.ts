import { StageflowError } from '@stageflow/core'
import type { StageflowEvent } from '@stageflow/core'
import type { RedactionOptions } from '@stageflow/core/redaction'

import type { LogExporter, LogResource, LogSpanContext } from './log-exporter.ts'
import type { PartialSuccess } from './partial-success.ts'

export interface OtlpExporterOptions {
  /** Sends the records; it is shut down with this exporter. Default: a new `OTLPLogExporter`: JSON over HTTP, set up by the OTEL_EXPORTER_OTLP_* variables. */
  readonly exporter?: LogExporter
  /** What the records come from. Default: OpenTelemetry's, with OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES. */
  readonly resource?: LogResource
  /** The span that an event belongs to. Default: none is told. */
  readonly spanContext?: (event: StageflowEvent) => LogSpanContext | undefined
  /** Also the data of chunks, of the app's own events and of tool calls, redacted and cut. Default: false. */
  readonly data?: boolean
  /** What is secret beside what always is, and how much of data is kept. Default: `maxLength` 2,048. */
  readonly redaction?: RedactionOptions
  /** Told when the receiver took a batch but not all of its records, or has something to say about it. Default: only counted. */
  readonly onPartialSuccess?: (partial: PartialSuccess) => unknown
}

type Fields = Readonly<Record<string, unknown>>

const OPTIONS = ['exporter', 'resource', 'spanContext', 'data', 'redaction', 'onPartialSuccess']
const REDACTION = ['keys', 'maxTextLength', 'maxEntries', 'maxDepth', 'maxLength']

/** Refuses options that cannot be used, all of them in one error. */
export function checkOptions(options: unknown): void {
  const problems = isFields(options) ? problemsOf(options) : ['the options must be an object']
  if (problems.length === 0) return
  throw new StageflowError(
    'exporter-otlp/illegal-option',
    `new OtlpExporter() was given options that it cannot use: ${problems.join('; ')}.`,
  )
}

function problemsOf(options: Fields): readonly string[] {
  const { exporter, resource, spanContext, data, redaction, onPartialSuccess } = options
  if (isLogExporter(options)) return ['an exporter of log records goes into an object: { exporter }']
  const problems: string[] = []
  const unknown = Object.keys(options).filter((key) => !OPTIONS.includes(key))
  if (unknown.length > 0) problems.push(`there ${noOptions(unknown)}; there are ${OPTIONS.join(', ')}`)
  if (exporter !== undefined && !isLogExporter(exporter))
    problems.push('exporter must be an exporter of log records, such as new OTLPLogExporter({ url })')
  if (resource !== undefined && !(isFields(resource) && isFields(resource['attributes'])))
    problems.push("resource must be a resource, such as resourceFromAttributes({ 'service.name': 'assistant' })")
  if (spanContext !== undefined && typeof spanContext !== 'function')
    problems.push('spanContext must be a function of the event')
  if (data !== undefined && typeof data !== 'boolean') problems.push('data must be true or false')
  if (onPartialSuccess !== undefined && typeof onPartialSuccess !== 'function')
    problems.push('onPartialSuccess must be a function')
  // A misspelt one would leave secrets in.
  if (isFields(redaction)) problems.push(...redactionProblems(redaction))
  else if (redaction !== undefined) problems.push('redaction must be an object, such as { keys: ["ssn"] }')
  return problems
}

function noOptions(unknown: readonly string[]): string {
  return `${unknown.length === 1 ? 'is no option' : 'are no options'} ${unknown.map((key) => JSON.stringify(key)).join(', ')}`
}

function redactionProblems(redaction: Fields): readonly string[] {
  return Object.entries(redaction).flatMap(([key, value]) => {
    if (!REDACTION.includes(key)) return [`there is no redaction.${key}; there are ${REDACTION.join(', ')}`]
    if (value === undefined) return []
    if (key === 'keys') return isNames(value) ? [] : ['redaction.keys must be a list of texts and regular expressions']
    return Number.isInteger(value) && (value as number) > 0 ? [] : [`redaction.${key} must be a whole number from 1`]
  })
}

function isNames(value: unknown): boolean {
  return Array.isArray(value) && value.every((name) => typeof name === 'string' || name instanceof RegExp)
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isLogExporter(value: unknown): boolean {
  return (
    isFields(value) &&
    ['export', 'forceFlush', 'shutdown'].every((method) => typeof Reflect.get(value, method) === 'function')
  )
}
