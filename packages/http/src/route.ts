import { checkArgumentCount, checkOptions, functionLike } from '@stageflow/core/kit'
import type { OptionRules } from '@stageflow/core/kit'

import { statusOf } from './ending.ts'
import { STATUS_RULES } from './error-table.ts'
import type { StatusOptions } from './error-table.ts'
import { jsonResponse } from './json-response.ts'

export interface RouteOptions extends StatusOptions {
  /** Gets what the handler threw if its status is 500 or more. Log it. Default: `console.error`. */
  readonly onError?: (error: unknown, request: Request) => void
}

export const ROUTE_RULES: OptionRules<RouteOptions> = {
  ...STATUS_RULES,
  onError: functionLike('(error, request) => void'),
}

/**
 * Makes a handler respond to what it throws: with the status and the code of the error, and never with its message. `Rest` is what a framework
 * passes after the request.
 */
export function route<Rest extends readonly unknown[]>(
  handle: (request: Request, ...rest: Rest) => Response | Promise<Response>,
  options: RouteOptions = {},
): (request: Request, ...rest: Rest) => Promise<Response> {
  checkArgumentCount(arguments.length, 2, 'route(handle, options)', 'http/illegal-option')
  checkOptions('route()', 'http/illegal-option', options, ROUTE_RULES)
  return async (request, ...rest) => {
    try {
      return await handle(request, ...rest)
    } catch (thrown) {
      return errorResponse(thrown, request, options)
    }
  }
}

export function errorResponse(thrown: unknown, request: Request, options: RouteOptions): Response {
  const { errors, stopping, onError = logError } = options
  const table = { ...(errors && { errors }), ...(stopping && { stopping }) }
  // A client that left has no part in this: what was in progress for it has thrown.
  if (statusOf(thrown, table) >= 500 && !request.signal.aborted) onError(thrown, request)
  return jsonResponse(thrown, table)
}

function logError(error: unknown): void {
  // oxlint-disable-next-line no-restricted-globals -- an app without onError still has to see why it responds with 500
  console.error(error)
}
