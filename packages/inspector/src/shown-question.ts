import type { Redactor } from '@stageflow/core/redaction'

import { samePath, shownPath } from './question-path.ts'
import type { Question } from './protocol.ts'
import type { Redactors } from './redactors.ts'
import type { KeptQuestion } from './run-state.ts'

/** A question as readers get it. The name of a question has the keys of its path, so it is left out if they have a secret. */
export function shownQuestion(
  { path, question, request, until, answerSchema }: KeptQuestion,
  redactors: Redactors,
): Question {
  const shown = shownPath(path, redactors.facts)
  return {
    path: shown,
    question: samePath(shown, path) ? question : undefined,
    request: request?.shown(),
    until,
    answerSchema: answerSchema && (shownSchema(answerSchema, redactors.data) as object),
  }
}

/** The parts of a JSON Schema that have values. All else is texts and structure, which a form needs. */
const VALUES: ReadonlySet<string> = new Set(['default', 'const', 'enum', 'examples'])

/** A schema without secrets. `name`: that of the property which it describes, because the value of a password has no mark of its own. */
function shownSchema(schema: unknown, redactor: Redactor, name = ''): unknown {
  if (typeof schema === 'string') return redactor.text(schema)
  if (typeof schema !== 'object' || schema === null) return schema
  if (Array.isArray(schema)) return schema.map((part) => shownSchema(part, redactor, name))
  return Object.fromEntries(
    Object.entries(schema).map(([key, part]) => [
      key,
      VALUES.has(key) ? shownValue(part, redactor, name) : shownSchema(part, redactor, key),
    ]),
  )
}

function shownValue(value: unknown, redactor: Redactor, name: string): unknown {
  if (Array.isArray(value)) return value.map((one) => shownValue(one, redactor, name))
  return Object.values(redactor.value({ [name]: value }) as object)[0]
}
