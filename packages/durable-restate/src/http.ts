import { StageflowError } from '@stageflow/core'
import type { OptionRule, WaitOptions } from '@stageflow/core/kit'
import { isPlain, textOf } from '@stageflow/core/kit'

/** Sends a request to Restate and returns the parsed answer. */
export type Ask = (method: string, path: string, body?: unknown, wait?: WaitOptions) => Promise<unknown>

/** How long a request waits for its answer by default, in ms. */
const TIMEOUT_MS = 30_000

export const ADDRESS: OptionRule = [
  (value) => URL.canParse(value as string),
  'an address such as "http://localhost:8080"',
]
export const HEADERS: OptionRule = [isPlain, 'an object of headers']

/** Requests to the ingress or the admin API of Restate at `url`. */
export function restateAt(url: string, headers: Readonly<Record<string, string>> | undefined): Ask {
  const base = url.replace(/\/+$/, '')

  return async (method, path, body, { timeoutMs = TIMEOUT_MS, signal } = {}) => {
    const late = timeoutMs === Infinity ? undefined : AbortSignal.timeout(timeoutMs)
    const signals = [late, signal].filter((one) => one !== undefined)
    const { status, text } = await send(method, path, body, AbortSignal.any(signals)).catch((error: unknown) => {
      signal?.throwIfAborted()
      if (late?.aborted !== true) throw error
      throw new StageflowError(
        'durable-restate/no-answer',
        `Restate at ${base} did not answer ${method} ${path} within ${timeoutMs} ms. It repeats a request until a worker answers, so this one may still be carried out. Check that the workers of this workflow run, and that Restate reaches the address that they registered.`,
      )
    })
    if (status >= 200 && status < 300) return text === '' ? undefined : (JSON.parse(text) as unknown)
    throw refused(method, path, status, text)
  }

  async function send(
    method: string,
    path: string,
    body: unknown,
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
        ...(body === undefined ? undefined : { body: JSON.stringify(body) }),
        signal,
      })
      return { status: response.status, text: await response.text() }
    } catch (cause) {
      signal.throwIfAborted()
      throw new StageflowError(
        'durable-restate/unreachable',
        `Restate at ${base} did not answer ${method} ${path}: ${textOf(cause)}. Check the address of its ingress, and that it runs.`,
        { cause },
      )
    }
  }
}

/** An error that a handler has returned, or one of Restate itself. */
function refused(method: string, path: string, status: number, text: string): StageflowError {
  const message = messageIn(text)
  const [, code, ours = ''] = /^\[(durable-restate\/[a-z-]+)\] (.*)$/s.exec(message) ?? []
  if (code !== undefined) return new StageflowError(code, ours)
  if (status === 404)
    return new StageflowError(
      'durable-restate/unknown-run',
      `Restate knows nothing at ${path}: ${message}. Start the run first, and register the deployment that serves its workflow.`,
    )
  return new StageflowError('durable-restate/refused', `Restate refused ${method} ${path} with ${status}: ${message}`)
}

function messageIn(text: string): string {
  try {
    const { message } = JSON.parse(text) as { readonly message?: unknown }
    return typeof message === 'string' ? message : text
  } catch {
    return text
  }
}
