import type { StageflowEvent } from '@stageflow/core'
import type { Redactor } from '@stageflow/core/redaction'

export type Fields = Readonly<Record<string, unknown>>

// Facts about a run, written by the engine and the packages of Stageflow. Everything else may hold what users said.
const FACTS = /^(?:pipeline|stage|guard_retry|circuit_breaker|idempotency|auth|tenant|sink|stream)\./
const OF_TOOLS = /^tools?\./
/** The rest of a tool call's event is what it was given and what it answered. */
const TOOL_FACTS = ['toolName', 'callId', 'durationMs', 'attempt', 'attempts', 'reason', 'errorCode', 'errorMessage']

/** The data of an event, redacted: all of it where everything is wanted, else what is no words of users. */
export function factsOf(event: StageflowEvent, redactor: Redactor, isAll: boolean): Fields {
  const { type, data } = event
  if (isAll || (FACTS.test(type) && !isChunk(event))) return fieldsOf(redactor.value(data))
  if (!OF_TOOLS.test(type)) return {}
  const facts = fieldsOf(redactor.value(data))
  return Object.fromEntries(TOOL_FACTS.filter((key) => Object.hasOwn(facts, key)).map((key) => [key, facts[key]]))
}

function isChunk({ stage, type }: StageflowEvent): boolean {
  return stage !== undefined && type === `stage.${stage}.chunk`
}

/** Code and message of the error that the facts are about. */
export function errorOf(facts: Fields): Fields {
  const { errorCode, errorMessage, error, errors } = facts
  if (typeof errorMessage === 'string') return { code: errorCode, message: errorMessage }
  return fieldsOf(error ?? (errors as readonly unknown[] | undefined)?.[0])
}

function fieldsOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null ? (value as Fields) : {}
}
