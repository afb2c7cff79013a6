import type { ErrorRecord } from '@stageflow/core'
import { ABORT_SIGNAL, read } from '@stageflow/core/kit'
import type { OptionRule, OptionRules } from '@stageflow/core/kit'

import { STATUSES } from './statuses.ts'

/** What clients get for an error: its HTTP status, and a message that is meant for them. */
export interface ErrorReply {
  readonly status: number
  /** Default: a sentence that fits the status. */
  readonly message?: string
}

/** The replies to the error codes of an app, by code. A number is a status. */
export type ErrorTable = Readonly<Record<string, number | ErrorReply>>

/** The options of everything that turns an ending into a status. */
export interface StatusOptions {
  /** The statuses of your own error codes. They go before the table of Stageflow's codes. */
  readonly errors?: ErrorTable
  /** The signal with which your server cancels runs when it shuts down. A run that ends cancelled after it is 503. */
  readonly stopping?: AbortSignal
}

const isErrorStatus = (value: unknown): boolean =>
  Number.isInteger(value) && (value as number) >= 400 && (value as number) <= 599

function isReply(value: unknown): boolean {
  const message = read(value, 'message')
  return (
    isErrorStatus(value) || (isErrorStatus(read(value, 'status')) && ['string', 'undefined'].includes(typeof message))
  )
}

const ERRORS: OptionRule = [
  (value) => typeof value === 'object' && value !== null && Object.values(value).every(isReply),
  "an object of statuses from 400 to 599 by code, such as { 'shop/sold-out': 409, 'shop/closed': { status: 503, message: 'We open at 9.' } }",
]

export const STATUS_RULES: OptionRules<StatusOptions> = { errors: ERRORS, stopping: ABORT_SIGNAL }

/** Codes that say only that something failed. What they wrap says more. */
const WRAPPERS: ReadonlySet<string> = new Set(['core/stage-failed', 'core/pipeline-failed', 'retry/exhausted'])

/** What clients get for an error whose code no table has: the stage may have passed on the code of a database. */
const UNKNOWN_CODE = 'core/stage-failed'

export interface Reply extends Required<ErrorReply> {
  readonly code: string
}

/** The reply to an error: by the app's table, then by Stageflow's, of the error or the first of its causes that a table has. */
export function replyTo(error: ErrorRecord | undefined, errors: ErrorTable = {}): Reply {
  const codes: string[] = []
  for (let one = error; one !== undefined; one = one.cause) codes.push(one.code)
  const own = codes.find((code) => Object.hasOwn(errors, code))
  if (own !== undefined) return replyOf(own, { status: 500 }, errors)
  const known = codes.filter((code) => statusIn(code) !== undefined)
  const code = known.find((each) => !WRAPPERS.has(each)) ?? known[0] ?? UNKNOWN_CODE
  return replyOf(code, { status: statusIn(code) ?? 500 })
}

/** The status of a code in the tables of Stageflow. */
function statusIn(code: string): number | undefined {
  const [first = '', second = ''] = code.split('/')
  const ofPackage = Object.hasOwn(STATUSES, first) ? STATUSES[first] : undefined
  return ofPackage !== undefined && Object.hasOwn(ofPackage, second) ? ofPackage[second] : undefined
}

/** The reply to a code: as the app's table says, otherwise `known`. */
export function replyOf(code: string, known: ErrorReply, errors: ErrorTable = {}): Reply {
  const own = Object.hasOwn(errors, code) ? errors[code] : undefined
  const { status, message = known.message } = typeof own === 'number' ? { status: own } : (own ?? known)
  return { code, status, message: message ?? sentenceOf(status) }
}

const sentenceOf = (status: number): string =>
  MESSAGES[status] ?? (status < 500 ? 'The request was refused.' : 'The server could not answer.')

/** What clients are told. The messages of errors are for logs: they may name tables, hosts and users. */
const MESSAGES: Readonly<Record<number, string>> = {
  400: 'The request is malformed.',
  401: 'The token is missing, has expired or was not accepted.',
  403: 'You may not do that.',
  404: 'This does not exist.',
  409: 'The request conflicts with an earlier one.',
  413: 'The request is too large.',
  422: 'The request cannot be processed.',
  429: 'Too many requests. Try again later.',
  499: 'The request was cancelled.',
  500: 'The server failed.',
  502: 'A service behind the server failed.',
  503: 'The service is not available. Try again later.',
  504: 'The request took too long.',
}
