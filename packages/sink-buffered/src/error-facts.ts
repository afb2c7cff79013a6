import { codeOf, read, show } from '@stageflow/core/kit'
import { createRedactor } from '@stageflow/core/redaction'

/** The code and the message of an error, without what looks like a secret. */
export interface ErrorFacts {
  readonly code?: string
  readonly message: string
}

const redactor = createRedactor({ maxTextLength: 500 })

export function errorFacts(error: unknown): ErrorFacts {
  const code = codeOf(error)
  const message = typeof error === 'string' ? error : read(error, 'message')
  const text = typeof message === 'string' && message !== '' ? message : show(error)
  return { ...(code === undefined ? undefined : { code: redactor.text(code) }), message: redactor.text(text) }
}
