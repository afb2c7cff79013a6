import { createHash } from 'node:crypto'

import { StageflowError, type RunIdentity } from '@stageflow/core'
import { fingerprint, read, show, textOf } from '@stageflow/core/kit'

import type { ResolvedCall } from '../parsed-call.ts'
import { parseArguments } from '../registry/parse-arguments.ts'
import type { ApprovalStatus, StoredApproval } from './approval-store.ts'

/** Whose approval it is: the user and the tenant of the run that asks. */
export type ApprovalOwner = Pick<Partial<RunIdentity>, 'orgId' | 'userId'>

/** What a person decided. */
export interface ApprovalAnswer {
  readonly approved: boolean
  /** For an approval: other arguments for the call. The schema of the tool checks them before the call is made. */
  readonly arguments?: unknown
  /** Why, for the model: at most 2,000 characters. */
  readonly reason?: string
  /** Who decided, for events: at most 256 characters. */
  readonly decidedBy?: string
}

/** A tool call that a person decides about. Frozen at its top level. */
export interface Approval {
  readonly id: string
  readonly status: ApprovalStatus
  readonly toolName: string
  readonly callId: string
  /** What the model wants to call the tool with, as it is in JSON. */
  readonly arguments: unknown
  /** The run of the call, if it has one. */
  readonly pipelineRunId: string | undefined
  /** The decision, if there is one. */
  readonly decision: ApprovalAnswer | undefined
  /** How long it can still be decided, in ms: 0 unless it is pending. */
  readonly leftMs: number
}

/** The version of the stored form. It changes when an older version of this package could not read it. */
const FORM = 1
const STATUSES: ReadonlySet<unknown> = new Set(['pending', 'approved', 'denied', 'expired', 'cancelled', 'used'])
/** Every store can index ids and owners of this length. */
export const LONGEST_KEY = 256
/** No request is nested deeper than what can be compared. */
const DEEPEST_RECORD = 500

/** The name of an owner in a store. JSON keeps its parts apart. */
export function ownerText({ orgId, userId }: ApprovalOwner): string {
  const text = JSON.stringify([orgId ?? null, userId ?? null])
  return text.length <= LONGEST_KEY ? text : `sha256:${sha256(text)}`
}

/** The id of the approval of a call: the same in every leg of its run. Ids of calls come from models, so they can be anything. */
export function approvalId(pipelineRunId: string | undefined, { callId }: ResolvedCall): string {
  const id = `${pipelineRunId ?? crypto.randomUUID()}/${callId}`
  return id.length <= LONGEST_KEY && /^[\x20-\x7e]+$/.test(id) ? id : `sha256:${sha256(JSON.stringify(id))}`
}

/** The text of a request. `nonce` tells whether a record is that of this request. Throws `tools/approval-too-large`. */
export function requestText(
  { name, callId, arguments: given }: ResolvedCall,
  pipelineRunId: string | undefined,
  nonce: string,
  maxLength: number,
): string {
  const text = JSON.stringify({ form: FORM, toolName: name, callId, arguments: given, pipelineRunId, nonce })
  if (text.length > maxLength)
    throw new StageflowError(
      'tools/approval-too-large',
      `The request to approve a call to tool "${name}" has ${text.length} characters, and maxLength of new Approvals() is ${maxLength}. Raise maxLength, or let the tool take a reference to large data.`,
    )
  return text
}

/** The text of a decision that was checked. Equal decisions have equal texts. */
export function decisionText({ approved, reason, decidedBy, arguments: edited }: ApprovalAnswer): string {
  return JSON.stringify({ form: FORM, approved, reason, decidedBy, arguments: edited })
}

/** Whether two requests ask for the same call. */
export const isSameCall = (text: string, other: string): boolean => text === other || partsOf(text) === partsOf(other)

function partsOf(text: string): string {
  const { toolName, arguments: given } = readText(text)
  return fingerprint([toolName, given])
}

/** Reads a record of a store. Throws `tools/store-unavailable` if it isn't one that this version wrote. */
export function approvalOf(stored: StoredApproval): Approval {
  const { id, status, leftMs } = checkedRecord(stored)
  const { toolName, callId, arguments: given, pipelineRunId } = readText(stored.request)
  const decision = stored.decision === undefined ? undefined : readDecision(stored.decision)
  return Object.freeze({
    id,
    status,
    toolName: String(toolName),
    callId: String(callId),
    arguments: given,
    pipelineRunId: typeof pipelineRunId === 'string' ? pipelineRunId : undefined,
    decision,
    leftMs,
  })
}

/** What a store returned, if it is a record. */
export function checkedRecord(stored: unknown): StoredApproval {
  const isText = (name: string): boolean => typeof read(stored, name) === 'string'
  const isRecord =
    STATUSES.has(read(stored, 'status')) &&
    isText('id') &&
    isText('request') &&
    typeof read(stored, 'leftMs') === 'number' &&
    (isText('decision') || !['approved', 'denied', 'used'].includes(read(stored, 'status') as string))
  if (!isRecord) throw unreadable(show(stored))
  return stored as StoredApproval
}

function readDecision(text: string): ApprovalAnswer {
  const { approved, reason, decidedBy, arguments: edited } = readText(text)
  return Object.freeze({
    approved: approved === true,
    ...(edited !== undefined && { arguments: edited }),
    ...(typeof reason === 'string' && { reason }),
    ...(typeof decidedBy === 'string' && { decidedBy }),
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
    'tools/store-unavailable',
    `The approval store returned something other than an approval of this version (${textOf(what)}). Check which version of @stageflow/tools wrote it, and that no other program writes its records.`,
  )

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')
