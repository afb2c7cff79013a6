import { checkArgumentCount, checkOptions, functionLike, whole } from '@stageflow/core/kit'
import type { OptionRule, OptionRules } from '@stageflow/core/kit'

import { checkEnded, endingOf, toJson } from './ending.ts'
import type { Ending } from './ending.ts'
import { STATUS_RULES } from './error-table.ts'
import type { StatusOptions } from './error-table.ts'
import { retryAfterOf } from './retry-after.ts'

/** The data of a completed result. */
export type CompletedData<Ended> = Ended extends { readonly status: 'completed'; readonly data: infer Data }
  ? Data
  : never

export interface JsonResponseOptions<Data = never> extends StatusOptions {
  /** What clients get of the data of a completed run. Default: its status and its id, and nothing of its data. */
  readonly body?: (data: Data) => unknown
  /** The status of a completed run. 204 and 205 have no body. Default: 200. */
  readonly status?: number
  /** Headers of every response. */
  readonly headers?: HeadersInit
}

export const HEADERS: OptionRule = [isHeaders, "headers, such as { 'x-frame-options': 'DENY' }"]

function isHeaders(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false
  try {
    void new Headers(value as HeadersInit)
    return true
  } catch {
    return false
  }
}

/** Responses of these statuses have no body. */
const WITHOUT_BODY: ReadonlySet<number> = new Set([204, 205])

const RULES: OptionRules<JsonResponseOptions> = {
  ...STATUS_RULES,
  body: functionLike('(data) => value'),
  status: whole(200, 299),
  headers: HEADERS,
}

/**
 * The response to the result of a run, or to an error that a run, a request or a handler rejected with. An error has its code and a message for
 * clients, and no more: never the message of the error. Throws `http/not-json` and `http/illegal-option`.
 */
export function jsonResponse<Ended>(ended: Ended, options: JsonResponseOptions<CompletedData<Ended>> = {}): Response {
  checkArgumentCount(arguments.length, 2, 'jsonResponse(result, options)', 'http/illegal-option')
  checkOptions('jsonResponse()', 'http/illegal-option', options, RULES)
  checkEnded('jsonResponse()', ended)
  const { body, status = 200, headers } = options
  const ending = endingOf(ended, options)
  const all = new Headers(headers)
  all.set('content-type', 'application/json')
  all.set('cache-control', 'no-store')
  if (!('result' in ending)) {
    addErrorHeaders(all, ending.status, ended)
    return new Response(toJson(errorBody(ending), 'The error'), { status: ending.status, headers: all })
  }
  const { result } = ending
  if (result.status === 'completed' && WITHOUT_BODY.has(status)) {
    all.delete('content-type')
    return new Response(null, { status, headers: all })
  }
  if (result.status === 'completed' && body !== undefined) {
    // The type of the result is that of the caller's.
    const shown = body(result.data as CompletedData<Ended>)
    return new Response(toJson(shown, 'What `body` returned'), { status, headers: all })
  }
  const text = toJson(endBody(ending), 'The result')
  return new Response(text, { status: result.status === 'completed' ? status : 202, headers: all })
}

function addErrorHeaders(headers: Headers, status: number, ended: unknown): void {
  if (status === 401) headers.set('www-authenticate', 'Bearer')
  const seconds = status === 429 || status === 503 ? retryAfterOf(ended) : undefined
  if (seconds !== undefined) headers.set('retry-after', String(seconds))
}

/** What clients get of an error. */
export function errorBody({ refusal, runId }: Exclude<Ending, { readonly result: unknown }>): object {
  const { code, message } = refusal
  return { error: { code, message }, ...(runId === undefined ? undefined : { runId }) }
}

/** What clients get of a run that didn't fail. */
export function endBody({ result }: Extract<Ending, { readonly result: unknown }>): object {
  const { status, report } = result
  const waitsFor = result.status === 'suspended' ? { waitsFor: Object.keys(result.requests) } : undefined
  return { status, runId: report.pipelineRunId, ...waitsFor }
}
