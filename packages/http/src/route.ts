import { StageflowError } from '@stageflow/core'
import { checkArgumentCount, checkOptions, functionLike, read, required, show } from '@stageflow/core/kit'
import type { OptionRules } from '@stageflow/core/kit'

import { statusOf } from './ending.ts'
import { STATUS_RULES } from './error-table.ts'
import type { StatusOptions } from './error-table.ts'
import { jsonResponse } from './json-response.ts'
import { logError } from './log-error.ts'

export interface RouteOptions extends StatusOptions {
  /** Gets what the handler threw if its status is 500 or more. With `nodeHandler`, also why a body failed. Log it. Default: `console.error`. */
  readonly onError?: (error: unknown, request: Request) => void
}

export const ROUTE_RULES: OptionRules<RouteOptions> = {
  ...STATUS_RULES,
  onError: functionLike('(error, request) => void'),
}

export const HANDLER_RULES: OptionRules<{ readonly handle: unknown }> = {
  handle: required(functionLike('(request) => response')),
}

/**
 * Makes a handler respond to what it throws: with the status and the code of the error, and never with its message. `Rest` is what a framework
 * passes after the request. Throws `http/illegal-option`.
 */
export function route<Rest extends readonly unknown[]>(
  handle: (request: Request, ...rest: Rest) => Response | Promise<Response>,
  options: RouteOptions = {},
): (request: Request, ...rest: Rest) => Promise<Response> {
  checkArgumentCount(arguments.length, 2, 'route(handle, options)', 'http/illegal-option')
  checkOptions('route()', 'http/illegal-option', { handle }, HANDLER_RULES)
  checkOptions('route()', 'http/illegal-option', options, ROUTE_RULES)
  return async (request, ...rest) => {
    try {
      return checkedResponse(await handle(request, ...rest))
    } catch (thrown) {
      return errorResponse(thrown, request, options)
    }
  }
}

/** Throws `http/no-response` for anything but a response that can be sent, such as what a handler without a `return` returns. */
export function checkedResponse(response: Response): Response {
  // Not by its class, because it may come from a package with its own.
  const status = read(response, 'status')
  // 0 is that of Response.error(), which no server can send.
  const isResponse = typeof status === 'number' && status > 0 && typeof read(response, 'headers') === 'object'
  if (isResponse) return response
  throw new StageflowError(
    'http/no-response',
    `The handler returned ${show(response)}, which isn't a Response that can be sent. Return one: return jsonResponse(result).`,
  )
}

export function errorResponse(thrown: unknown, request: Request, options: RouteOptions): Response {
  const { errors, stopping, onError } = options
  const table = { ...(errors && { errors }), ...(stopping && { stopping }) }
  // A client that left has no part in this: what was in progress for it has thrown. A context of Hono instead of a request has no signal.
  const hasLeft = read(read(request, 'signal'), 'aborted') === true
  if (statusOf(thrown, table) >= 500 && !hasLeft) report(thrown, request, onError)
  return jsonResponse(thrown, table)
}

/** Tells the app. What it throws meanwhile must not leave the client without a response. */
export function report(
  error: unknown,
  request: Request,
  onError: NonNullable<RouteOptions['onError']> = logError,
): void {
  try {
    onError(error, request)
  } catch (thrown) {
    logError(error)
    logError(thrown)
  }
}
