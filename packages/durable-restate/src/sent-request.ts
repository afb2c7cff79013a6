import { StageflowError } from '@stageflow/core'
import type { Kept, RunAuthor } from '@stageflow/core'
import type { AnswerDemands } from '@stageflow/core/durable'
import { isPlain } from '@stageflow/core/kit'
import { hasSigned, sign } from './secret.ts'
import type { Keys } from './secret.ts'

/** What a handler of the workflow is asked for. */
export type Action = 'start' | 'move' | 'read' | 'answer' | 'cancel' | 'interrupt' | 'claim'

/** A request of a client, all of which is signed. */
export interface ClientRequest {
  readonly workflow: string
  readonly runId: string
  readonly action: Action
  /** When it was made, in ms since 1970. */
  readonly at: number
  /** Its own random id. What it changes, it changes once. */
  readonly id: string
  /** The id of the request that started the run, so that it counts for no later run with the same id. Undefined before the start. */
  readonly run?: string | undefined
  /** Whether interceptors were asked, or a part of the app acts by its name. */
  readonly isAdmitted: boolean
  /** What interceptors keep with the run. Only at the start. */
  readonly kept?: Kept | undefined
  /** Who asks, as interceptors verified it. */
  readonly by?: RunAuthor | undefined
  /** The name of the question that answers are to. */
  readonly question?: unknown
  /** What was demanded of who gives each answer, by the path of its stage. Undefined for a part of the app, which is trusted. */
  readonly demanded?: DemandsByPath | undefined
  readonly body: unknown
}

/** The body of a request that interrupts a run. */
export interface InterruptBody {
  readonly reason: string
  readonly data?: unknown
}

/** What a graph demands of who answers its stages, by their paths. */
export type DemandsByPath = Readonly<Record<string, AnswerDemands>>

/**
 * A request as it crosses Restate: the JSON of a `ClientRequest` with its signature, or the body alone for a workflow with
 * `secret: false`.
 */
export type SentRequest =
  | { readonly signed: string; readonly mac: string }
  | { readonly body?: unknown; readonly question?: unknown }

/** Signs a request, so that everything in it counts as the client sent it. */
export function sealed(keys: Keys, request: ClientRequest): SentRequest {
  const { body, question } = request
  if (keys.length === 0) return { body, ...(question !== undefined && { question }) }
  const signed = JSON.stringify(request)
  return { signed, mac: sign(keys, signed) }
}

/** What a handler expects of a request. */
export interface Expected extends Pick<ClientRequest, 'workflow' | 'runId' | 'action'> {
  /** The time of the worker. */
  readonly now: number
  /** How old a request may be, in ms. */
  readonly validMs: number
}

/** How much the clocks of clients and workers may differ, in ms. */
const CLOCKS_DIFFER_MS = 300_000

/**
 * The request in what was sent. Throws `durable-restate/not-admitted` unless a client with the secret made it for this handler and this
 * run, not long ago. Without keys nothing but the body counts.
 */
export function opened(keys: Keys, sent: unknown, expected: Expected): ClientRequest {
  const { workflow, runId, action, now, validMs } = expected
  if (keys.length === 0)
    return { workflow, runId, action, at: now, id: '', isAdmitted: true, demanded: {}, ...unsigned(sent, expected) }
  const { signed, mac } = (isPlain(sent) ? sent : {}) as { readonly signed?: unknown; readonly mac?: unknown }
  if (typeof signed !== 'string' || typeof mac !== 'string')
    throw notAdmitted(expected, "it isn't signed. Send it with durableClient({ secret })")
  if (!hasSigned(keys, signed, mac))
    throw notAdmitted(expected, 'its signature is wrong. Give clients and workers the same secret')
  const request = JSON.parse(signed) as ClientRequest
  if (request.workflow !== workflow || request.runId !== runId || request.action !== action)
    throw notAdmitted(
      expected,
      `it was signed for "${request.action}" of the run "${request.runId}" of "${request.workflow}". Sign each request by itself`,
    )
  if (request.at < now - validMs || request.at > now + CLOCKS_DIFFER_MS)
    throw notAdmitted(
      expected,
      `it was signed ${request.at} ms after 1970, and a worker took it ${now - request.at} ms later. Set the clocks of both, and send it again`,
    )
  return request
}

/** What a request to a workflow without a secret has. */
function unsigned(sent: unknown, { action, runId }: Expected): Pick<ClientRequest, 'body' | 'question'> {
  if (sent === undefined || sent === null) return { body: undefined }
  const hasMore = !isPlain(sent) || Object.keys(sent).some((name) => name !== 'body' && name !== 'question')
  if (!hasMore) return { body: sent['body'], question: sent['question'] }
  throw new StageflowError(
    'durable-restate/illegal-request',
    `The request to ${action} the run "${runId}" must be { "body": … }, because the workflow was made with secret: false. If the client has a secret, give it to durableWorkflow() too.`,
  )
}

export const NOT_ADMITTED = 'durable-restate/not-admitted'
export const notAdmitted = ({ action, runId }: Pick<Expected, 'action' | 'runId'>, why: string): StageflowError =>
  new StageflowError(NOT_ADMITTED, `The request to ${action} the run "${runId}" doesn't count: ${why}.`)
