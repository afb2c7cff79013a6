import { createHash } from 'node:crypto'

import { type RunAuthor, StageflowError } from '@stageflow/core'
import { fingerprint, isPlain, read, show, textOf } from '@stageflow/core/kit'
import type { ResolvedCall } from '@stageflow/tools'
import { parseArguments } from '@stageflow/tools/kit'
import type { ListedApproval, StoredApproval } from '@stageflow/keyed-work'

import type {
  Approval,
  ApprovalAnswer,
  DecidedAnswer,
  ApprovalQuestion,
  AskerIds,
  Decider,
  PendingApproval,
} from './approval.ts'

/** The version of the stored form. It changes when an older version of this package could not read it. */
const FORM = 2
const STATUSES: ReadonlySet<unknown> = new Set(['pending', 'approved', 'denied', 'expired', 'cancelled', 'used'])
const DECIDED: ReadonlySet<unknown> = new Set(['approved', 'denied', 'used'])
/** Every store can index ids and owners of this length. */
const LONGEST_KEY = 256
/** No request is nested deeper than what can be compared. */
const DEEPEST_RECORD = 500

/** Whether every store can keep the id. */
export const isStorableId = (id: string): boolean => id.length <= LONGEST_KEY && /^[\x20-\x7e]+$/.test(id)

/** The tenant and the user who ask. */
type Ids = Partial<Pick<AskerIds, 'orgId' | 'userId'>>

/** The name of an owner in a store. */
export const ownerText = ({ orgId, userId }: Ids): string => keyText(orgId, userId)

/** The name of a tenant in a store. */
export const tenantText = ({ orgId }: Ids): string => keyText(orgId)

/** JSON keeps the parts apart. */
function keyText(...parts: readonly (string | undefined)[]): string {
  const text = JSON.stringify(parts.map((part) => part ?? null))
  return text.length <= LONGEST_KEY ? text : `sha256:${sha256(text)}`
}

/** The id of the approval of a call: the same in every leg of its run. Ids of calls come from models, so they can be anything. */
export function approvalId(pipelineRunId: string | undefined, { callId }: ResolvedCall): string {
  const id = `${pipelineRunId ?? crypto.randomUUID()}/${callId}`
  return isStorableId(id) ? id : `sha256:${sha256(JSON.stringify(id))}`
}

/** What is asked, about which call of which run, and for whom. */
export interface RequestFields extends ApprovalQuestion {
  readonly callId: string | undefined
  readonly ids: Partial<AskerIds>
}

/**
 * The text of a request. `nonce` tells whether a record is that of this request. Throws `approvals/not-json` and
 * `approvals/too-large`.
 */
export function requestText(fields: RequestFields, nonce: string, maxLength: number): string {
  const { action, arguments: given, callId, ids } = fields
  const { orgId, userId, pipelineRunId } = ids
  const text = jsonOf({ form: FORM, action, callId, arguments: given, pipelineRunId, orgId, userId, nonce }, action)
  if (text.length > maxLength) throw tooLarge(`The request to approve ${show(action)} has`, text.length, maxLength)
  return text
}

/** `what`: what is too large, with its verb. */
export const tooLarge = (what: string, length: number, maxLength: number): StageflowError =>
  new StageflowError(
    'approvals/too-large',
    `${what} ${length} characters, and maxLength of new Approvals() is ${maxLength}. Raise maxLength, or let the arguments refer to large data.`,
  )

/** Only the arguments of the request can fail: the rest is text. */
function jsonOf(request: object, action: string): string {
  try {
    return JSON.stringify(request)
  } catch (cause) {
    throw new StageflowError(
      'approvals/not-json',
      `The arguments of ${show(action)} cannot be shown to a person: they are not JSON (${textOf(cause)}). Pass plain data.`,
      { cause },
    )
  }
}

/** The text of a decision that was checked. Equal decisions of one person have equal texts. */
export function decisionText({ approved, reason, arguments: edited }: ApprovalAnswer, by: Decider): string {
  return JSON.stringify({ form: FORM, approved, reason, decidedBy: authorOf(by), arguments: edited })
}

/** The ids of a person; undefined if the person has no id. */
function authorOf({ orgId, userId }: Readonly<Record<string, unknown>> | Decider): RunAuthor | undefined {
  const ids = {
    ...(typeof orgId === 'string' && { orgId }),
    ...(typeof userId === 'string' && { userId }),
  }
  return Object.keys(ids).length === 0 ? undefined : Object.freeze(ids)
}

/** In what a request differs from the first one with its id. */
export type Difference = { readonly in: 'action'; readonly first: unknown } | { readonly in: 'arguments' }

/** Undefined if both ask for the same. */
export function differenceOf(text: string, first: string): Difference | undefined {
  if (text === first) return undefined
  const asked = readText(text)
  const there = readText(first)
  if (asked['action'] !== there['action']) return { in: 'action', first: there['action'] }
  return fingerprint([asked['arguments']]) === fingerprint([there['arguments']]) ? undefined : { in: 'arguments' }
}

/** Reads a record of a store. Throws `approvals/unreadable-entry` if it isn't one that this version wrote. */
export function approvalOf(stored: StoredApproval): Approval {
  const { id, status, leftMs } = checkedRecord(stored)
  const { action, arguments: given, callId, pipelineRunId, orgId, userId } = readText(stored.request)
  const decision = stored.decision === undefined ? undefined : readDecision(stored.decision)
  return Object.freeze({
    id,
    status,
    action: String(action),
    arguments: given,
    callId: textOr(callId),
    pipelineRunId: textOr(pipelineRunId),
    orgId: textOr(orgId),
    userId: textOr(userId),
    decision,
    leftMs,
  })
}

const textOr = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined)

/** Reads a record of a list. Throws `approvals/unreadable-entry` if it isn't one. */
export function pendingOf(stored: ListedApproval): PendingApproval {
  const place = read(stored, 'place')
  if (!Number.isSafeInteger(place)) throw unreadable(`${show(stored)} without a place`)
  return Object.freeze({ ...approvalOf(stored), place: String(place) })
}

/** What a store returned. Throws `approvals/unreadable-entry` if it isn't a record. */
export function checkedRecord(stored: unknown): StoredApproval {
  const isText = (name: string): boolean => typeof read(stored, name) === 'string'
  const status = read(stored, 'status')
  const needsDecision = DECIDED.has(status)
  const isRecord =
    STATUSES.has(status) &&
    isText('id') &&
    isText('request') &&
    typeof read(stored, 'leftMs') === 'number' &&
    (isText('decision') || !needsDecision)
  if (!isRecord) throw unreadable(show(stored))
  return stored as StoredApproval
}

/** What a store returned. Throws `approvals/unreadable-entry` if it isn't a list. */
export function checkedList(stored: unknown): readonly ListedApproval[] {
  if (!Array.isArray(stored)) throw unreadable(`${show(stored)} instead of a list`)
  return stored as readonly ListedApproval[]
}

function readDecision(text: string): DecidedAnswer {
  const { approved, reason, decidedBy, arguments: edited } = readText(text)
  return Object.freeze({
    approved: approved === true,
    ...(edited !== undefined && { arguments: edited }),
    ...(typeof reason === 'string' && { reason }),
    decidedBy: isPlain(decidedBy) ? authorOf(decidedBy) : undefined,
  })
}

function readText(text: string): Readonly<Record<string, unknown>> {
  const parsed = parseArguments(text, false, { maxArgumentsLength: Infinity, maxDepth: DEEPEST_RECORD })
  if (!('value' in parsed)) throw unreadable(parsed.message)
  if (read(parsed.value, 'form') !== FORM) throw unreadable(`its form is ${show(read(parsed.value, 'form'))}`)
  return parsed.value as Readonly<Record<string, unknown>>
}

const unreadable = (what: string): StageflowError =>
  new StageflowError(
    'approvals/unreadable-entry',
    `The approval store returned something other than an approval of this version (${what}). Check which version of @stageflow/approvals wrote it, and that no other program writes its records.`,
  )

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')
