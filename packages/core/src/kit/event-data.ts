import type { StageflowEvent } from '../contract/events.ts'
import { eventFacts } from './event-facts.ts'
import { read } from '../base/foreign.ts'

/** What may be shown of an event's data, by name. */
export type ShownFields = Readonly<Record<string, unknown>>

/**
 * What may be shown of an event's data: everything with `isAll`, otherwise what holds no words of users. `clean` makes it safe to
 * show, such as `redactor.value`.
 */
export const shownFields = (event: StageflowEvent, isAll: boolean, clean: (data: unknown) => unknown): ShownFields =>
  fieldsOf(clean(isAll ? event.data : eventFacts(event)))

/** The `code` and `message` of the error that an event's data is about; no fields if there is no error. */
export function eventError(data: ShownFields): ShownFields {
  const { errorCode, errorMessage, error, errors } = data
  if (typeof errorMessage === 'string') return { code: errorCode, message: errorMessage }
  return fieldsOf(error ?? read(errors, '0'))
}

const fieldsOf = (value: unknown): ShownFields =>
  typeof value === 'object' && value !== null ? (value as ShownFields) : {}
