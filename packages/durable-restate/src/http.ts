import { StageflowError } from '@stageflow/core'
import type { WaitOptions } from '@stageflow/core/kit'
import { asClause, read, textOf } from '@stageflow/core/kit'

/** Sends a request to Restate and returns the parsed answer. */
export type Ask = (method: string, path: string, body?: unknown, wait?: WaitOptions) => Promise<unknown>

/** How long a request waits for its answer by default, in ms. */
const TIMEOUT_MS = 30_000

/** How many bytes of one message Restate takes, unless its option `message-size-limit` says otherwise. */
const MOST_BYTES = 32 * 1024 ** 2

/** Requests to the ingress or the admin API of Restate at `url`. */
export function restateAt(url: string, headers: Readonly<Record<string, string>> | undefined): Ask {
  const base = url.replace(/\/+$/, '')

  return async (method, path, body, { timeoutMs = TIMEOUT_MS, signal } = {}) => {
    const sent = body === undefined ? undefined : JSON.stringify(body)
    const late = timeoutMs === Infinity ? undefined : AbortSignal.timeout(timeoutMs)
    const signals = [late, signal].filter((one) => one !== undefined)
    const { status, text } = await send(method, path, sent, AbortSignal.any(signals)).catch((error: unknown) => {
      signal?.throwIfAborted()
      if (late?.aborted !== true) throw error
      throw withStatus(
        504,
        'durable-restate/timed-out',
        `Restate at ${base} did not answer ${method} ${path} within ${timeoutMs} ms. It repeats a request until a worker answers, so this one may still be carried out. Check that the workers of this workflow run, and that Restate reaches the address that they registered.`,
      )
    })
    if (status < 200 || status >= 300) throw refused(method, path, status, text)
    try {
      return text === '' ? undefined : (JSON.parse(text) as unknown)
    } catch {
      throw refused(method, path, status, `an answer that isn't JSON: ${cut(text)}. Check that ${base} is Restate`)
    }
  }

  async function send(
    method: string,
    path: string,
    body: string | undefined,
    signal: AbortSignal,
  ): Promise<{ readonly status: number; readonly text: string }> {
    try {
      const response = await fetch(base + path, {
        method,
        headers: {
          accept: 'application/json',
          ...headers,
          ...(body === undefined ? undefined : { 'content-type': 'application/json' }),
        },
        ...(body === undefined ? undefined : { body }),
        signal,
      })
      return { status: response.status, text: await response.text() }
    } catch (cause) {
      signal.throwIfAborted()
      // fetch() itself only says that it failed.
      const inner = read(cause, 'cause')
      const why = inner === undefined ? textOf(cause) : `${textOf(cause)}, ${textOf(inner)}`
      throw withStatus(
        503,
        'durable-restate/unavailable',
        `Restate at ${base} did not answer ${method} ${path}: ${asClause(why)}. ${(body?.length ?? 0) < MOST_BYTES ? 'Check the address, and that it runs.' : TOO_LARGE}`,
        { cause },
      )
    }
  }
}

const TOO_LARGE = `The request is larger than the ${MOST_BYTES} bytes that Restate takes by default; store large data elsewhere and send its key.`

/** An error that a handler has returned, or one of Restate itself. */
function refused(method: string, path: string, status: number, text: string): StageflowError {
  const message = messageIn(text)
  const [, code, ours = ''] = /^\[([a-z0-9-]+\/[a-z0-9-]+)\] (.*)$/s.exec(message) ?? []
  if (code !== undefined) return new StageflowError(code, ours)
  if (status === 404 && NO_SERVICE.test(message))
    return withStatus(
      503,
      'durable-restate/no-service',
      `Restate knows no workflow for ${path}: ${asClause(message)}. A server that has just started knows its workflows a moment later: try again. Otherwise register the deployment that serves this one.`,
    )
  if (status === 404)
    return withStatus(
      404,
      'durable-restate/unknown-run',
      `Restate knows nothing at ${path}: ${message === '' ? 'not found' : asClause(message)}. Start the run first, and register the deployment that serves its workflow.`,
    )
  return withStatus(status, 'durable-restate/refused', `Restate refused ${method} ${path} with ${status}: ${message}`)
}

/** An error of the server with its HTTP status, which tells whether the same request may succeed later. */
function withStatus(
  status: number,
  code: string,
  message: string,
  options?: { readonly cause?: unknown },
): StageflowError & { readonly status: number } {
  return Object.assign(new StageflowError(code, message, options), { status })
}

/** Whether the same request may succeed a moment later. */
export const mayPass = (error: unknown): boolean =>
  ['unavailable', 'no-service', 'timed-out'].some((code) => StageflowError.is(error, `durable-restate/${code}`))

/** Whether a server has refused a request because it has just started, or has no room. */
export const isOfServer = (error: unknown): boolean =>
  StageflowError.is(error, 'durable-restate/refused') && Number(read(error, 'status')) >= 500

/** What Restate says of a service that was not registered, and of every service until it has loaded which there are. */
const NO_SERVICE = /^(service|the service) '[^']*' (not found|exists, but the handler)/

const cut = (text: string): string => (text.length > 200 ? `${text.slice(0, 200)}…` : text)

function messageIn(text: string): string {
  try {
    const { message } = JSON.parse(text) as { readonly message?: unknown }
    return typeof message === 'string' ? message : text
  } catch {
    return text
  }
}
