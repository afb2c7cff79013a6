import { ProtocolError, SdkError, SdkErrorCode, SdkHttpError } from '@modelcontextprotocol/client'
import { StageflowError } from '@stageflow/core'
import { codeOf, read } from '@stageflow/core/kit'

import { errorChain } from './error-chain.ts'

/**
 * What an error says about the connection of a request.
 * - `none`: the server answered, so the connection works.
 * - `not-made`: the connection is lost, and the server never got the request.
 * - `unsure`: the connection is lost, and the server may have carried the request out.
 */
export type CallTrouble = 'none' | 'not-made' | 'unsure'

/** The data of errors that the transport makes. Compared as objects, so that a server can't send them. */
export const STREAM_ENDED: object = Object.freeze({})
export const TOO_LARGE: object = Object.freeze({})

/** Nothing was sent, because no connection could be opened. */
const NOT_SENT: ReadonlySet<unknown> = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
  SdkErrorCode.NotConnected,
])
/** The connection ended, or its state is unknown. Other errors of the SDK come from an answer. */
const LOST: ReadonlySet<unknown> = new Set([SdkErrorCode.ConnectionClosed, SdkErrorCode.SendFailed])

export function callTrouble(error: unknown): CallTrouble {
  if (error instanceof ProtocolError) return error.data === STREAM_ENDED ? 'unsure' : 'none'
  if (error instanceof SdkHttpError) return isLostSession(error) ? 'not-made' : 'none'
  if (StageflowError.is(error)) return 'none'
  if (errorChain(error).some((one) => NOT_SENT.has(codeOf(one)))) return 'not-made'
  if (error instanceof SdkError) return LOST.has(error.code) ? 'unsure' : 'none'
  // How the SDK says that its transport has closed.
  return read(error, 'message') === 'Not connected' ? 'not-made' : 'unsure'
}

/**
 * Whether the server has no such session, so that it refused the request without reading it. The protocol says 404. Servers that follow an old
 * example of the SDK say 400.
 */
function isLostSession({ status, data }: SdkHttpError): boolean {
  return status === 404 || (status === 400 && /session|not initialized/i.test(String(read(data, 'text'))))
}
