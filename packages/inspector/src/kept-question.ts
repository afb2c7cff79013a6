import type { OpenRequest } from '@stageflow/core/durable'
import type { Redactor } from '@stageflow/core/redaction'

import { keepData } from './kept-data.ts'
import type { KeptData } from './kept-data.ts'
import type { Question } from './protocol.ts'
import { samePath, shownPath } from './question-path.ts'
import type { Redactors } from './redactors.ts'
import { roughSize } from './rough-size.ts'
import { shownSchema } from './shown-schema.ts'
import type { Shown } from './shown.ts'

/** A question of a suspended run. */
export interface KeptQuestion extends Omit<OpenRequest, 'request' | 'answerSchema'> {
  /** Kept only if readers may see data. */
  readonly request: KeptData | undefined
  readonly answerSchema: KeptData | undefined
  /** In a journal: names this question. */
  readonly question: string | undefined
  /** About how many bytes it takes. */
  readonly bytes: number
}

export function keepQuestion(
  { path, until, question, request, answerSchema }: OpenRequest & { readonly question?: string },
  shown: Shown,
): KeptQuestion {
  const { redactors } = shown
  const data = shown.data ? keepData(request, redactors.data) : undefined
  const schema = answerSchema && keepData(answerSchema, schemaRedactor(redactors.data))
  const bytes = roughSize([path, question], Infinity) + (data?.bytes ?? 0) + (schema?.bytes ?? 0)
  return { path, until, question, request: data, answerSchema: schema, bytes }
}

/** A form needs the names of all properties, so that of a password stays. */
const schemaRedactor = (redactor: Redactor): Redactor => ({
  text: (text) => redactor.text(text),
  value: (schema) => shownSchema(schema, redactor),
})

/** A question as readers get it. The name of a question has the keys of its path, so it is left out if they have a secret. */
export function shownQuestion(
  { path, question, request, until, answerSchema }: KeptQuestion,
  { facts }: Redactors,
): Question {
  const shown = shownPath(path, facts)
  return {
    path: shown,
    question: samePath(shown, path) ? question : undefined,
    request: request?.shown(),
    until,
    answerSchema: answerSchema?.shown() as object | undefined,
  }
}
