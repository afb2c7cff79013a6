import type { StageflowEvent } from '@stageflow/core'
import { eventError, shownFields } from '@stageflow/core/kit'
import type { ShownFields } from '@stageflow/core/kit'
import type { Redactor } from '@stageflow/core/redaction'

import { attributeText, attributeValue, wellFormed } from './attribute-values.ts'
import type { AttributeValue } from './attribute-values.ts'
import { WARN, severityOf } from './event-severity.ts'
import type { LogRecord, LogResource, LogSpanContext } from './log-exporter.ts'

export interface RecordStyle {
  readonly resource: LogResource
  readonly redactor: Redactor
  /** Whether to send what may be words of users. */
  readonly data: boolean
}

/** One object for all records: exporters group by its identity. */
const SCOPE = Object.freeze({ name: '@stageflow/exporter-otlp' })

type Content = Pick<LogRecord, 'hrTime' | 'severityNumber' | 'severityText' | 'eventName' | 'body' | 'attributes'>

/** Stands for a value that isn't an event, so that the rest of its batch is sent. */
const UNREADABLE = {
  hrTime: [0, 0],
  ...WARN,
  eventName: 'unreadable',
  body: 'an event that cannot be read',
  attributes: { 'stageflow.event.type': 'unreadable' },
} as Content

/** The log record of an event, with the names of OpenTelemetry. */
export function logRecord(event: StageflowEvent, span: LogSpanContext | undefined, style: RecordStyle): LogRecord {
  const content = readableContent(event, style)
  return {
    ...content,
    hrTimeObserved: content.hrTime,
    droppedAttributesCount: 0,
    resource: style.resource,
    instrumentationScope: SCOPE,
    ...(span === undefined ? undefined : { spanContext: span }),
  }
}

function readableContent(event: StageflowEvent, style: RecordStyle): Content {
  try {
    return contentOf(event, style)
  } catch {
    return UNREADABLE
  }
}

function contentOf(event: StageflowEvent, { redactor, data }: RecordStyle): Content {
  const facts = shownFields(event, data, redactor.value)
  return {
    hrTime: hrTime(event.timestamp),
    ...severityOf(event.type, facts),
    eventName: nameOf(event),
    body: bodyOf(event.type, facts),
    attributes: attributesOf(event, facts, redactor),
  } as Content
}

/** The event name is the kind of event, so it leaves out the name of the stage. */
function nameOf(event: StageflowEvent): string {
  const key = keyOf(event)
  const { type } = event
  const name = key === undefined ? type : `stage.${key}`
  return attributeText(key !== undefined || type.startsWith('pipeline.') ? `stageflow.${name}` : name) as string
}

/** What happened to the stage; undefined if the event isn't the engine's about a stage. */
function keyOf({ stage, type }: StageflowEvent): string | undefined {
  return stage !== undefined && type.startsWith(`stage.${stage}.`) ? type.slice(stage.length + 7) : undefined
}

function bodyOf(type: string, facts: ShownFields): string {
  const why = eventError(facts)['message'] ?? facts['reason']
  return attributeText(typeof why === 'string' ? `${type}: ${why}` : type) as string
}

function attributesOf(event: StageflowEvent, facts: ShownFields, redactor: Redactor): Record<string, AttributeValue> {
  const error = eventError(facts)
  const id = (given: unknown): string | undefined =>
    attributeText(typeof given === 'string' ? redactor.text(given) : undefined)
  const named: readonly (readonly [string, AttributeValue | undefined])[] = [
    ['stageflow.event.type', attributeText(event.type)],
    ['stageflow.event.seq', attributeValue(event.seq)],
    ['stageflow.run.id', id(event.pipelineRunId)],
    ['stageflow.run.parent_id', id(event.parentRunId)],
    ['stageflow.stage.name', attributeText(event.stage)],
    ['stageflow.request.id', id(event.requestId)],
    ['stageflow.org.id', id(event.orgId)],
    ['stageflow.interaction.id', id(event.interactionId)],
    ['gen_ai.conversation.id', id(event.sessionId)],
    ['gen_ai.workflow.name', attributeText(facts['pipeline'])],
    ['gen_ai.tool.name', attributeText(facts['toolName'])],
    ['gen_ai.tool.call.id', attributeText(facts['callId'])],
    ['user.id', id(event.userId)],
    ['error.type', attributeText(error['code'])],
    ['exception.message', attributeText(error['message'])],
    ...Object.entries(facts).map(
      ([key, value]) => [`stageflow.data.${wellFormed(key)}`, attributeValue(value)] as const,
    ),
  ]
  return Object.fromEntries(named.filter((entry): entry is [string, AttributeValue] => entry[1] !== undefined))
}

/** The last time whose nanoseconds fit into a signed 64-bit integer: in the year 2262. */
const LAST_MS = 9_223_372_036_854

/** Seconds and nanoseconds. 0 means unknown, and stands for anything that isn't a time. */
function hrTime(timestamp: number): [number, number] {
  if (!(typeof timestamp === 'number' && timestamp >= 0 && timestamp <= LAST_MS)) return [0, 0]
  const ms = Math.floor(timestamp)
  return [Math.floor(ms / 1_000), (ms % 1_000) * 1e6 + Math.floor((timestamp - ms) * 1e6)]
}
