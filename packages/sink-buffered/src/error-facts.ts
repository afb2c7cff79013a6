import { createRedactor } from '@stageflow/core/redaction'

/** What is told of an error, without what looks like a secret. */
export interface ErrorFacts {
  readonly code?: string
  readonly message: string
}

const redactor = createRedactor({ maxTextLength: 500 })

/** The code and the message of whatever was thrown. */
export function errorFacts(error: unknown): ErrorFacts {
  const code = read(error, 'code')
  const message = read(error, 'message')
  const text =
    typeof message === 'string' && message !== '' ? message : typeof error === 'string' ? error : 'it has no message'
  return { ...(typeof code === 'string' ? { code: redactor.text(code) } : undefined), message: redactor.text(text) }
}

/** A property of whatever was thrown; undefined where it cannot be read. */
function read(value: unknown, key: string): unknown {
  try {
    return typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined
  } catch {
    return undefined
  }
}
