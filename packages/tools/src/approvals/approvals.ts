import { StageflowError } from '@stageflow/core'
import {
  checkOptions,
  DELAY,
  isThenable,
  objectWith,
  or,
  type OptionRules,
  show,
  whole,
  withinLimit,
} from '@stageflow/core/kit'

import type { ResolvedCall } from '../parsed-call.ts'
import { payloadSummary } from '../redact.ts'
import type { ApprovalDecision, Approve, ApproveContext, Denial } from '../result-types.ts'
import { checkedAnswer, checkId, checkOwner } from './approval-checks.ts'
import type { ApprovalStore, FoundApproval, StoredApproval } from './approval-store.ts'
import {
  approvalId,
  approvalOf,
  checkedRecord,
  decisionText,
  isSameCall,
  ownerText,
  requestText,
  type Approval,
  type ApprovalAnswer,
  type ApprovalOwner,
} from './approval-text.ts'
import { memoryApprovalStore } from './memory-approval-store.ts'

/** The options of `new Approvals()`. */
export interface ApprovalsOptions {
  /** Keeps the approvals. Default: `memoryApprovalStore()`. */
  readonly store?: ApprovalStore
  /** How long an approval can be decided, in ms. Default: 86,400,000 (24 hours). */
  readonly ttlMs?: number
  /** How long an approval is kept after it was decided, used or cancelled, or has expired, in ms. An approved one can be used that long. Default: 604,800,000 (7 days). */
  readonly keepMs?: number
  /** How long a call waits in place for the decision, in ms. With 0 it doesn't wait, so that its stage can suspend. Default: until the approval expires. */
  readonly waitMs?: number
  /** Maximum length of a request, and of a decision, as JSON, in characters. Default: 65,536. */
  readonly maxLength?: number
}

const RULES: OptionRules<ApprovalsOptions> = {
  store: objectWith('an approval store', 'request', 'find', 'decide', 'cancel', 'use', 'pending'),
  ttlMs: whole(1),
  keepMs: whole(1),
  waitMs: or(DELAY, Infinity),
  maxLength: whole(1),
}

/** How long an operation of the store may take, in ms. */
const STORE_LIMIT_MS = 5_000
const FIRST_POLL_MS = 50
const LONGEST_POLL_MS = 1_000

/**
 * Asks people before tool calls. `approve` is the hook of an executor; `decide`, `cancel`, `get` and `pending` are for your routes, in
 * any process that shares the store. Throws `tools/illegal-option`.
 */
export class Approvals {
  readonly #store: ApprovalStore
  readonly #ttlMs: number
  readonly #keepMs: number
  readonly #waitMs: number
  readonly #maxLength: number

  constructor(options: ApprovalsOptions = {}) {
    checkOptions('new Approvals()', 'tools/illegal-option', options, RULES)
    this.#store = options.store ?? memoryApprovalStore()
    this.#ttlMs = options.ttlMs ?? 86_400_000
    this.#keepMs = options.keepMs ?? 604_800_000
    this.#waitMs = options.waitMs ?? Infinity
    this.#maxLength = options.maxLength ?? 65_536
  }

  /**
   * Asks for an approval of the call, waits for the decision, and uses it. The same call of the same run asks once: when it is made
   * again, after its run was resumed for example, it finds its approval. Of several processes, one gets to use it.
   */
  readonly approve: Approve = async (call, context) => {
    const { ids, emit } = context
    const owner = ownerText(ids)
    const id = approvalId(ids.pipelineRunId, call)
    const request = requestText(call, ids.pipelineRunId, crypto.randomUUID(), this.#maxLength)
    const asked = this.#store.request(owner, id, { request, ttlMs: this.#ttlMs, keepMs: this.#keepMs })
    const withdraw = (): void =>
      // It expires by itself if the store fails now.
      void Promise.resolve(asked)
        .then(() => this.#store.cancel(owner, id))
        .catch(() => {})
    try {
      const first = checkedRecord(await limited(asked, context))
      if (!isSameCall(first.request, request)) throw reused(call, id)
      if (first.request === request)
        emit?.('approval.requested', {
          approvalId: id,
          toolName: call.name,
          callId: call.callId,
          payloadSummary: payloadSummary(call.tool, call.input),
          expiresInMs: first.leftMs,
        })
      const decided = await this.#decided(owner, first, context)
      return await this.#outcome(call, owner, id, decided, context)
    } catch (error) {
      if (context.signal.aborted) withdraw()
      throw error
    }
  }

  /**
   * Decides an approval, and returns it. `owner`: the user and the tenant of the run that asks. Rejects with `tools/approval-closed`
   * if it can't be decided any more, `tools/approval-unknown` and `tools/illegal-option`.
   */
  async decide(id: string, answer: ApprovalAnswer, owner: ApprovalOwner = {}): Promise<Approval> {
    checkId('decide', id)
    checkOwner('decide', owner)
    const decision = decisionText(checkedAnswer(answer, this.#maxLength))
    const { approved } = answer
    const stored = known(id, await this.#store.decide(ownerText(owner), id, { approved, decision }))
    // A client may repeat a decision after a lost connection.
    if (stored.decision !== decision) throw closed(id, stored, 'decided')
    return approvalOf(stored)
  }

  /** Withdraws an approval that has not been used. Rejects like `decide`. */
  async cancel(id: string, owner: ApprovalOwner = {}): Promise<Approval> {
    checkId('cancel', id)
    checkOwner('cancel', owner)
    const stored = known(id, await this.#store.cancel(ownerText(owner), id))
    if (stored.status !== 'cancelled') throw closed(id, stored, 'cancelled')
    return approvalOf(stored)
  }

  /** The approval; undefined if this owner has none with this id. */
  async get(id: string, owner: ApprovalOwner = {}): Promise<Approval | undefined> {
    checkId('get', id)
    checkOwner('get', owner)
    const stored = await this.#store.find(ownerText(owner), id)
    return stored && approvalOf(stored)
  }

  /** The owner's approvals that wait for a decision, the oldest first. Default of `limit`: 100. */
  async pending(owner: ApprovalOwner = {}, options: { readonly limit?: number } = {}): Promise<readonly Approval[]> {
    checkOwner('pending', owner)
    checkOptions('pending()', 'tools/illegal-option', options, { limit: whole(1) })
    return (await this.#store.pending(ownerText(owner), options.limit ?? 100)).map(approvalOf)
  }

  /** Waits until it isn't pending any more, or `waitMs` are over. */
  async #decided(owner: string, first: StoredApproval, context: ApproveContext): Promise<FoundApproval> {
    const { clock, signal } = context
    const until = clock.now() + this.#waitMs
    let there: FoundApproval = first
    for (let polls = 0; there?.status === 'pending'; polls++) {
      const leftMs = until - clock.now()
      if (leftMs <= 0) break
      // At least 1 ms: the clock of the store may be behind by a part of one.
      const expiresMs = Math.max(1, there.leftMs)
      await clock.sleep(Math.min(FIRST_POLL_MS * 2 ** Math.min(polls, 10), LONGEST_POLL_MS, leftMs, expiresMs), signal)
      there = await found(this.#store.find(owner, first.id), context)
    }
    return there
  }

  /** What the hook returns for an approval that is decided, or will not be waited for. */
  async #outcome(
    { name: toolName, callId }: ResolvedCall,
    owner: string,
    id: string,
    decided: FoundApproval,
    context: ApproveContext,
  ): Promise<ApprovalDecision> {
    const denial = (denied: Denial, reason: string): ApprovalDecision => ({
      approved: false,
      denied,
      reason,
      approvalId: id,
    })
    const token = crypto.randomUUID()
    const stored = decided?.status === 'approved' ? await found(this.#store.use(owner, id, token), context) : decided
    if (stored === undefined || stored.status === 'expired')
      return denial('approval_expired', 'it was not decided in time.')
    if (stored.status === 'pending') return denial('approval_pending', `approval "${id}" waits for a decision.`)
    if (stored.status === 'cancelled') return denial('approval_cancelled', 'the request was withdrawn.')
    if (stored.status === 'used' && stored.token !== token)
      return denial('approval_used', 'its approval was used before, and is good for one call.')
    const { decision } = approvalOf(stored)
    context.emit?.('approval.decided', {
      approvalId: id,
      toolName,
      callId,
      decision: stored.status === 'used' ? 'approved' : 'denied',
      edited: decision?.arguments !== undefined,
      decidedBy: decision?.decidedBy,
    })
    if (stored.status !== 'used') return denial('not_approved', decision?.reason ?? '')
    return { approved: true, arguments: decision?.arguments }
  }
}

/** The answer of a store, within its limit of time. Ends with the call. */
function limited<T>(answer: T | Promise<T>, { clock, signal }: ApproveContext): T | Promise<T> {
  if (!isThenable(answer)) return answer
  const late = (): Error => new Error(`the approval store did not respond within ${STORE_LIMIT_MS} ms`)
  return withinLimit(answer, { clock, limitMs: STORE_LIMIT_MS, signal, late })
}

async function found(answer: FoundApproval | Promise<FoundApproval>, context: ApproveContext): Promise<FoundApproval> {
  const stored = await limited(answer, context)
  return stored === undefined ? undefined : checkedRecord(stored)
}

function known(id: string, stored: FoundApproval): StoredApproval {
  if (stored !== undefined) return checkedRecord(stored)
  throw new StageflowError(
    'tools/approval-unknown',
    `There is no approval ${show(id)} of this user and tenant. Check the id, and pass the orgId and userId of the run that asks: decide(id, answer, { orgId, userId }).`,
  )
}

const closed = (id: string, { status }: StoredApproval, act: string): StageflowError =>
  new StageflowError(
    'tools/approval-closed',
    `Approval ${show(id)} can't be ${act} any more: it is ${status}. Show the person what became of it: get(id, { orgId, userId }).`,
  )

const reused = ({ name, callId }: ResolvedCall, id: string): StageflowError =>
  new StageflowError(
    'tools/approval-reused',
    `Approval ${show(id)} was requested for other arguments or another tool than this call to "${name}". Give the calls of one run different ids, instead of ${show(callId)} twice.`,
  )
