import type { StageflowEvent } from '@stageflow/core'
import { eventFacts, read } from '@stageflow/core/kit'
import type { Redactor } from '@stageflow/core/redaction'

export type Fields = Readonly<Record<string, unknown>>

/** What may be shown of an event's data, redacted: with `isAll` everything, otherwise what holds no words of users. */
export function shownData(event: StageflowEvent, redactor: Redactor, isAll: boolean): Fields {
  return fieldsOf(redactor.value(isAll ? event.data : eventFacts(event)))
}

/** Code and message of the error that the data is about. */
export function errorOf(data: Fields): Fields {
  const { errorCode, errorMessage, error, errors } = data
  if (typeof errorMessage === 'string') return { code: errorCode, message: errorMessage }
  return fieldsOf(error ?? read(errors, '0'))
}

function fieldsOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null ? (value as Fields) : {}
}
