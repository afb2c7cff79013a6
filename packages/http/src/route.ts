import { StageflowError } from '@stageflow/core'
import { checkArgumentCount, checkOptions, functionLike, read, show } from '@stageflow/core/kit'
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
      return checkedResponse(await handle(request, ...rest))
    } catch (thrown) {
      return errorResponse(thrown, request, options)
    }
  }
}

/** Throws `http/no-response` for anything but a response, such as that of a handler without a `return`. */
export function checkedResponse(response: Response): Response {
  // Not by its class, because it may come from a package with its own.
  const isResponse = typeof read(response, 'status') === 'number' && typeof read(response, 'headers') === 'object'
  if (isResponse) return response
  throw new StageflowError(
    'http/no-response',
    `The handler returned ${show(response)}, which isn't a Response. Return one: return jsonResponse(result).`,
  )
}

export function errorResponse(thrown: unknown, request: Request, options: RouteOptions): Response {
  const { errors, stopping, onError } = options
  const table = { ...(errors && { errors }), ...(stopping && { stopping }) }
  // A client that left has no part in this: what was in progress for it has thrown.
  if (statusOf(thrown, table) >= 500 && !request.signal.aborted) report(thrown, request, onError)
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

function logError(error: unknown): void {
  // oxlint-disable-next-line no-restricted-globals -- an app without onError still has to see why it responds with 500
  console.error(error)
}
