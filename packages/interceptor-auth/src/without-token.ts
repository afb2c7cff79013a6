import { StageflowError } from '@stageflow/core'
import { isError } from '@stageflow/core/kit'

/** A shorter part of a token reveals nothing by itself, and may be part of a word. The whole token is cut out however short it is. */
const SHORTEST_PART = 8
const LONGEST_TEXT = 1_000
const DEEPEST_CAUSE = 5
/** A signed JWT has three parts, an encrypted one five. The limit keeps a token of many parts from costing much time. */
const MOST_PARTS = 8

/**
 * Copies what the app's code threw for reports and logs: name, message, stack, code and causes, with the token and its parts cut out.
 * Drops all other fields: HTTP clients attach the whole request to their errors, with the `authorization` header.
 */
export function withoutToken(thrown: unknown, token: string): Error {
  return clean(thrown, secretsOf(token), 0)
}

function secretsOf(token: string): ReadonlySet<string> {
  if (token === '') return new Set()
  const parts = token.split('.', MOST_PARTS).filter((part) => part.length >= SHORTEST_PART)
  return new Set([token, encoded(token), ...parts])
}

function encoded(token: string): string {
  try {
    return encodeURIComponent(token)
  } catch {
    return token // a lone surrogate has no encoded form
  }
}

function cut(text: string, secrets: ReadonlySet<string>): string {
  let rest = text
  for (const secret of secrets) rest = rest.replaceAll(secret, '[token]')
  return rest.length > LONGEST_TEXT ? `${rest.slice(0, LONGEST_TEXT)}…` : rest
}

/** Apps compare codes, so a short token that is only a part of a code stays. */
function cutCode(code: string, secrets: ReadonlySet<string>): string {
  const cutOut = [...secrets].filter((secret) => secret === code || secret.length >= SHORTEST_PART)
  return cut(code, new Set(cutOut))
}

function clean(thrown: unknown, secrets: ReadonlySet<string>, depth: number): Error {
  const { name, message, stack, code, cause } = read(thrown)
  const hasCause = cause !== undefined && depth < DEEPEST_CAUSE
  const options = hasCause ? { cause: clean(cause, secrets, depth + 1) } : undefined
  const text = cut(message, secrets)
  const cleanCode = code === undefined ? undefined : cutCode(code, secrets)
  const copy = copyOf(thrown, text, cleanCode, options)
  if (!StageflowError.is(thrown)) Object.defineProperty(copy, 'name', { value: cut(name, secrets), configurable: true })
  const value = stack === undefined ? `${name}: ${text}` : cut(stack, secrets)
  Object.defineProperty(copy, 'stack', { value, configurable: true, writable: true })
  return copy
}

/** A `StageflowError` stays one: its readers look at its code. */
function copyOf(thrown: unknown, text: string, code: string | undefined, options: ErrorOptions | undefined): Error {
  if (code === undefined) return new Error(text, options)
  if (StageflowError.is(thrown)) return new StageflowError(code, text, options)
  return Object.assign(new Error(text, options), { code })
}

interface ThrownFields {
  readonly name: string
  readonly message: string
  readonly stack?: string | undefined
  readonly code?: string | undefined
  readonly cause?: unknown
}

/** Reads any thrown value, even one whose getters throw. */
function read(thrown: unknown): ThrownFields {
  try {
    if (!isError(thrown)) return { name: 'Error', message: typeof thrown === 'string' ? thrown : typeof thrown }
    const { code } = thrown as { readonly code?: unknown }
    return {
      name: String(thrown.name),
      message: String(thrown.message),
      stack: typeof thrown.stack === 'string' ? thrown.stack : undefined,
      code: typeof code === 'string' ? code : undefined,
      cause: thrown.cause,
    }
  } catch {
    return { name: 'Error', message: 'an error that cannot be read' }
  }
}
