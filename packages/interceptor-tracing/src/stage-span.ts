import { SpanStatusCode } from '@opentelemetry/api'
import type { AttributeValue, Attributes, Span } from '@opentelemetry/api'
import type { ErrorRecord, StageNotes, StageRecord, StageStatus } from '@stageflow/core'
import type { Redactor } from '@stageflow/core/redaction'
import { spanTime } from './span-time.ts'

/** How one call of a stage ended. For the last call, also how the stage ended. */
export interface CallEnding {
  /** The status of the call itself. Undefined if it was abandoned or never made. */
  readonly status: StageStatus | 'retry' | undefined
  readonly error: ErrorRecord | undefined
  readonly endedAt: number
  /** The record of the stage. Undefined if another call followed. */
  readonly record: StageRecord | undefined
  /** The next call. */
  readonly retry: { readonly attempt: number; readonly delayMs: number } | undefined
}

/** A note of a stage or of another interceptor. Undefined if it is missing or isn't an object. */
function noteOf(notes: Readonly<StageNotes>, key: string): Readonly<Record<string, unknown>> | undefined {
  const note = (notes as Readonly<Record<string, unknown>>)[key]
  return typeof note === 'object' && note !== null ? (note as Readonly<Record<string, unknown>>) : undefined
}

/** Describes the end of a call on its span. */
export function describeEnding(span: Span, ending: CallEnding, redactor: Redactor): void {
  const { status, error, endedAt, record, retry } = ending
  if (record !== undefined) describeLastCall(span, ending, record, redactor)
  else if (status !== undefined) span.setAttribute('stageflow.stage.status', status)
  else describeGivenUp(span)
  const failure = record?.status === 'fail' ? record.error : error
  if (failure !== undefined) describeError(span, failure, endedAt, redactor)
  if (retry !== undefined) {
    const attributes = { 'stageflow.retry.attempt': retry.attempt, 'stageflow.retry.delay': retry.delayMs / 1_000 }
    span.addEvent('stageflow.retry.scheduled', attributes, spanTime(endedAt))
  }
  if (record !== undefined && noteOf(record.notes, 'retry')?.['exhausted'] === true)
    span.addEvent('stageflow.retry.exhausted', {}, spanTime(endedAt))
}

/** Describes the stage on the span of its last call. */
function describeLastCall(span: Span, { status, endedAt }: CallEnding, record: StageRecord, redactor: Redactor): void {
  const { notes } = record
  const hasNotes = !isEmpty(notes)
  if (hasNotes) describeNotes(span, notes, redactor)
  describeStage(span, record, redactor)
  if (status !== undefined && status !== record.status) span.setAttribute('stageflow.attempt.status', status)
  if (hasNotes) describeBreaker(span, notes, endedAt)
}

/** True for most stages: they have no note. */
function isEmpty(notes: Readonly<StageNotes>): boolean {
  for (const _ in notes) return false
  return true
}

/** Marks a call whose code still ran when the run ended, and that was followed by another call. */
function describeGivenUp(span: Span): void {
  span.setAttribute('stageflow.stage.abandoned', true)
  span.setStatus({ code: SpanStatusCode.ERROR, message: 'its code still ran when the run ended' })
}

/** Marks a span as failed: the code as `error.type`, the redacted message, and the exception as an event, without its stack. */
export function describeError(span: Span, error: ErrorRecord, at: number, redactor: Redactor): void {
  const { code, message } = error
  span.setAttribute('error.type', redactor.text(code))
  span.setStatus({ code: SpanStatusCode.ERROR, message: redactor.text(message) })
  span.recordException({ code: redactor.text(code), message: withCauses(error, redactor) }, spanTime(at))
}

/** The message and those of the causes, each redacted by itself: in `auth/missing-token: …` a code would look like a name. */
function withCauses({ message, cause }: ErrorRecord, redactor: Redactor): string {
  const text = redactor.text(message)
  return cause === undefined ? text : `${text} (caused by ${redactor.text(cause.code)}: ${withCauses(cause, redactor)})`
}

function describeStage(span: Span, record: StageRecord, redactor: Redactor): void {
  const { status, reason, tolerated, abandoned, chunks, items, inbox } = record
  span.setAttribute('stageflow.stage.status', status ?? 'cancel')
  if (reason !== undefined) span.setAttribute('stageflow.stage.reason', redactor.text(reason))
  if (tolerated === true) span.setAttribute('stageflow.stage.tolerated', true)
  if (abandoned === true) span.setAttribute('stageflow.stage.abandoned', true)
  if (chunks > 0) span.setAttribute('stageflow.stage.chunks', chunks)
  if (inbox !== undefined)
    span.setAttributes({
      'stageflow.inbox.chunks': inbox.chunks,
      'stageflow.inbox.most_waiting': inbox.mostWaiting,
      'stageflow.inbox.dropped': inbox.dropped,
      'stageflow.inbox.blocked': inbox.blockedMs / 1_000,
    })
  if (items !== undefined) {
    // Without their usage: it is on the spans of the items, and would count twice.
    const { total, ok, skip, fail, unfinished } = items
    span.setAttributes({
      'stageflow.items.total': total,
      'stageflow.items.ok': ok,
      'stageflow.items.skip': skip,
      'stageflow.items.fail': fail,
      'stageflow.items.unfinished': unfinished,
    })
  }
}

function describeNotes(span: Span, notes: Readonly<StageNotes>, redactor: Redactor): void {
  const usage = noteOf(notes, 'usage')
  if (usage !== undefined)
    span.setAttributes(
      plainValues({
        'gen_ai.usage.input_tokens': usage['inputTokens'],
        'gen_ai.usage.output_tokens': usage['outputTokens'],
        'stageflow.usage.cost_usd': usage['costUsd'],
      }),
    )
  const attributes = noteOf(notes, 'attributes')
  if (attributes !== undefined)
    span.setAttributes(plainValues(redactor.value(attributes) as Readonly<Record<string, unknown>>))
  const circuitBreaker = noteOf(notes, 'circuitBreaker')
  if (circuitBreaker !== undefined)
    span.setAttributes(
      plainValues({
        'stageflow.circuit_breaker.key': shortText(circuitBreaker['key'], redactor),
        'stageflow.circuit_breaker.state': circuitBreaker['state'],
      }),
    )
  const idempotency = noteOf(notes, 'idempotency')
  if (idempotency !== undefined)
    span.setAttributes(plainValues({ 'stageflow.idempotency.result': idempotency['result'] }))
  const timeout = noteOf(notes, 'timeout')
  if (timeout !== undefined)
    span.setAttributes(
      plainValues({
        'stageflow.timeout.kind': timeout['kind'],
        'stageflow.timeout.limit': typeof timeout['limitMs'] === 'number' ? timeout['limitMs'] / 1_000 : undefined,
      }),
    )
}

const shortText = (value: unknown, redactor: Redactor): unknown =>
  typeof value === 'string' ? redactor.text(value) : value

const TRANSITIONS: Readonly<Record<string, string>> = { open: 'opened', 'half-open': 'half_open', closed: 'closed' }

function describeBreaker(span: Span, notes: Readonly<StageNotes>, endedAt: number): void {
  const transitions = noteOf(notes, 'circuitBreaker')?.['transitions']
  if (!Array.isArray(transitions)) return
  for (const each of transitions as readonly unknown[]) {
    const { to, at } = (each ?? {}) as { readonly to?: unknown; readonly at?: unknown }
    if (typeof to !== 'string') continue
    const time = typeof at === 'number' ? at : endedAt
    span.addEvent(`stageflow.circuit_breaker.${TRANSITIONS[to] ?? to}`, {}, spanTime(time))
  }
}

/** The values that a span can hold: strings, finite numbers, booleans, and lists of one of these types. */
function plainValues(values: Readonly<Record<string, unknown>>): Attributes {
  const plain: Record<string, AttributeValue> = {}
  for (const [key, value] of Object.entries(values)) {
    if (isPlain(value) || isPlainList(value)) plain[key] = value
  }
  return plain
}

function isPlainList(value: unknown): value is string[] | number[] | boolean[] {
  if (!Array.isArray(value)) return false
  const type = typeof value[0]
  return value.every((one) => isPlain(one) && typeof one === type)
}

const isPlain = (value: unknown): value is string | number | boolean =>
  typeof value === 'string' || typeof value === 'boolean' || (typeof value === 'number' && Number.isFinite(value))
