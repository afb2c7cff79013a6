import { type Clock, StageflowError, systemClock } from '@stageflow/core'
import {
  checkArgumentCount,
  checkNeededCore,
  checkOptions,
  codeOf,
  DELAY,
  functionLike,
  MILLISECONDS,
  or,
  type OptionRules,
  show,
  textOf,
  whole,
} from '@stageflow/core/kit'
import {
  APPROVAL_STORE,
  type ApprovalStore,
  askStore,
  type FoundApproval,
  poll,
  type StoredApproval,
} from '@stageflow/keyed-work'
import type { Approve } from '@stageflow/tool-executor'
import type { AnyTool, Denial } from '@stageflow/tools'
import { payloadSummary } from '@stageflow/tools/kit'

import type {
  Approval,
  ApprovalAnswer,
  ApprovalOutcome,
  ApprovalOwner,
  ApprovalQuestion,
  AskContext,
  AskerIds,
  DecideOptions,
  Decider,
  AllowsDecision,
  PendingApproval,
  PendingPage,
} from './approval.ts'
import {
  checkApprove,
  checkContext,
  checkedAnswer,
  checkDecider,
  checkedAsker,
  checkId,
  checkOwner,
  checkPage,
  checkQuestion,
  STORED_PLACE,
} from './approval-checks.ts'
import {
  approvalId,
  approvalOf,
  checkedList,
  checkedRecord,
  decisionText,
  type Difference,
  differenceOf,
  ownerText,
  pendingOf,
  requestText,
  tenantText,
} from './approval-text.ts'
import type { ApprovalEvent } from './events.ts'
import { requireAllowed, sameUser } from './allows.ts'
import { memoryApprovalStore } from './memory-approval-store.ts'

/** The options of `new Approvals()`. */
export interface ApprovalsOptions {
  /** Keeps the approvals. Default: `memoryApprovalStore()`. */
  readonly store?: ApprovalStore
  /** Says who may decide what. Asked before a decision counts. Default: the user who asks. */
  readonly allows?: AllowsDecision
  /** Maximum time for `allows`, in ms. Default: 5,000. */
  readonly allowsTimeoutMs?: number
  /** How long an approval can be decided, in ms. Default: 86,400,000 (24 hours). */
  readonly ttlMs?: number
  /** How long an approval is kept after it was decided, used or cancelled, or has expired, in ms. An approved one can be used that long. Default: 604,800,000 (7 days). */
  readonly retentionMs?: number
  /** How long `ask` and a call wait in place for the decision, in ms. With 0 they don't wait, so that their stage can suspend. Default: until the approval expires. */
  readonly waitMs?: number
  /** Maximum time for each operation of the store, in ms. Default: 5,000. */
  readonly storeTimeoutMs?: number
  /** Maximum length of a request, and of a decision, as JSON, in characters. Default: 65,536. */
  readonly maxLength?: number
}

const RULES: OptionRules<ApprovalsOptions> = {
  store: APPROVAL_STORE,
  allows: functionLike('({ request, answer, by }) => boolean'),
  allowsTimeoutMs: MILLISECONDS,
  ttlMs: whole(1),
  retentionMs: whole(1),
  waitMs: or(DELAY, Infinity),
  storeTimeoutMs: MILLISECONDS,
  maxLength: whole(1),
}

/** A context whose defaults are filled in. The ids of a tool call are those of its executor, which may have none. */
interface Asker extends Omit<AskContext, 'ids'> {
  readonly ids: Partial<AskerIds>
  readonly signal: AbortSignal
  readonly clock: Clock
}

/** A question with what its events need. */
interface Subject extends Required<ApprovalQuestion> {
  readonly callId: string | undefined
  readonly tool: AnyTool | undefined
}

/** How long to wait before the store is asked for a decision for the first time, in ms: no person is faster. */
const FIRST_PAUSE_MS = 50

/**
 * Asks people before something is done. `approve` is the hook of a tool executor, and `ask` asks about anything else. `decide`,
 * `cancel`, `get` and `pending` are for your routes, in any process that shares the store. Throws `approvals/illegal-option`.
 */
export class Approvals {
  readonly #store: ApprovalStore
  readonly #allows: AllowsDecision
  readonly #allowsTimeoutMs: number
  readonly #ttlMs: number
  readonly #retentionMs: number
  readonly #waitMs: number
  readonly #storeTimeoutMs: number
  readonly #maxLength: number

  constructor(options: ApprovalsOptions = {}) {
    checkArgumentCount(arguments.length, 1, 'new Approvals(options)', 'approvals/illegal-option')
    checkOptions('new Approvals()', 'approvals/illegal-option', options, RULES)
    checkNeededCore('The approval store', options.store)
    this.#store = options.store ?? memoryApprovalStore()
    this.#allows = options.allows ?? sameUser
    this.#allowsTimeoutMs = options.allowsTimeoutMs ?? 5_000
    this.#ttlMs = options.ttlMs ?? 86_400_000
    this.#retentionMs = options.retentionMs ?? 604_800_000
    this.#waitMs = options.waitMs ?? Infinity
    this.#storeTimeoutMs = options.storeTimeoutMs ?? 5_000
    this.#maxLength = options.maxLength ?? 65_536
  }

  /**
   * Asks for an approval of a tool call, waits for the decision, and uses it. The same call of the same run asks once: when it is made
   * again, after its run was resumed for example, it finds its approval. Of several processes, one gets to use it.
   */
  readonly approve: Approve = async (call, context) => {
    checkApprove(call, context)
    const { name: action, callId, arguments: given, tool } = call
    const id = approvalId(context.ids.pipelineRunId, call)
    return this.#ask({ id, action, arguments: given, callId, tool }, context)
  }

  /** Asks about something other than a tool call, in the same way as `approve`. Rejects with `approvals/unavailable` if the store fails. */
  async ask(question: ApprovalQuestion, context: AskContext): Promise<ApprovalOutcome> {
    checkArgumentCount(arguments.length, 2, 'ask(question, context)', 'approvals/illegal-option')
    checkQuestion(question)
    checkContext(context)
    const { id, action, arguments: given } = question
    const { ids, signal = new AbortController().signal, clock = systemClock, emit } = context
    return this.#ask({ id, action, arguments: given, callId: undefined, tool: undefined }, { ids, signal, clock, emit })
  }

  /**
   * Decides an approval, and returns it. `by`: who decides, as your app has verified it; `allows` must allow it. `of`: the user who
   * asks, of the same tenant. Rejects with `approvals/not-waiting` if it can't be decided any more, `approvals/not-allowed`,
   * `approvals/unknown`, `approvals/illegal-option`, `approvals/too-large`, and `approvals/unavailable` if the store fails. If the rule
   * fails, it rejects with `approvals/allows-failed`, `approvals/timed-out`, or the `StageflowError` that was thrown.
   */
  async decide(id: string, answer: ApprovalAnswer, by: Decider = {}, options: DecideOptions = {}): Promise<Approval> {
    checkArgumentCount(arguments.length, 4, 'decide(id, answer, by, options)', 'approvals/illegal-option')
    checkId('decide', id)
    checkDecider(by)
    const owner = ownerText(checkedAsker(by, options))
    const checked = checkedAnswer(answer, this.#maxLength)
    const decision = decisionText(checked, by)
    const found = await this.#askStore(() => this.#store.find(owner, id))
    const asked = known(id, found, 'decide(id, answer, by, { of: { userId } })')
    const request = approvalOf(asked)
    await requireAllowed(this.#allows, { request, answer: checked, by }, this.#allowsTimeoutMs)
    // What isn't pending now is not decided: it may have made room for another request by then.
    const stored = asked.status === 'pending' ? await this.#decide(owner, id, checked.approved, decision) : asked
    const approval = approvalOf(stored)
    // A client may repeat a decision after a lost connection.
    if (stored.decision !== decision) throw notWaiting(id, stored, 'decided')
    return approval
  }

  async #decide(owner: string, id: string, approved: boolean, decision: string): Promise<StoredApproval> {
    const decided = await this.#askStore(() => this.#store.decide(owner, id, { approved, decision }))
    return known(id, decided, 'decide(id, answer, by, { of: { userId } })')
  }

  /** Withdraws an approval that has not been used. Rejects like `decide`. */
  async cancel(id: string, owner: ApprovalOwner = {}): Promise<Approval> {
    checkArgumentCount(arguments.length, 2, 'cancel(id, owner)', 'approvals/illegal-option')
    checkId('cancel', id)
    checkOwner('cancel', owner)
    const cancelled = await this.#askStore(() => this.#store.cancel(ownerText(owner), id))
    const stored = known(id, cancelled, 'cancel(id, { orgId, userId })')
    const approval = approvalOf(stored)
    if (stored.status !== 'cancelled') throw notWaiting(id, stored, 'cancelled')
    return approval
  }

  /** The approval; undefined if this owner has none with this id. */
  async get(id: string, owner: ApprovalOwner = {}): Promise<Approval | undefined> {
    checkArgumentCount(arguments.length, 2, 'get(id, owner)', 'approvals/illegal-option')
    checkId('get', id)
    checkOwner('get', owner)
    const stored = await this.#askStore(() => this.#store.find(ownerText(owner), id))
    return stored === undefined ? undefined : approvalOf(stored)
  }

  /**
   * The approvals that wait for a decision, the oldest first. `of`: one user of a tenant, or all of a tenant if you pass only its
   * `orgId`. Without ids: those of runs that have neither. It checks no rights.
   */
  async pending(of: ApprovalOwner = {}, page: PendingPage = {}): Promise<readonly PendingApproval[]> {
    checkArgumentCount(arguments.length, 2, 'pending(of, page)', 'approvals/illegal-option')
    checkOwner('pending', of)
    checkPage(page, STORED_PLACE)
    const { limit = 100, after = '0' } = page
    const isTenant = of.orgId !== undefined && of.userId === undefined
    const whose = isTenant ? { tenant: tenantText(of) } : { owner: ownerText(of) }
    const list = await this.#askStore(() => this.#store.pending({ ...whose, limit, after: Number(after) }))
    return checkedList(list).map(pendingOf)
  }

  async #ask(subject: Subject, context: Asker): Promise<ApprovalOutcome> {
    const { id } = subject
    const { ids } = context
    const owner = ownerText(ids)
    const request = requestText({ ...subject, ids }, crypto.randomUUID(), this.#maxLength)
    const timed = { tenant: tenantText(ids), request, ttlMs: this.#ttlMs, retentionMs: this.#retentionMs }
    let asked: unknown
    try {
      const first = checkedRecord(await this.#askStore(() => (asked = this.#store.request(owner, id, timed)), context))
      const difference = differenceOf(request, first.request)
      if (difference !== undefined) throw otherRequest(subject, difference)
      if (first.request === request)
        context.emit?.('approval.requested', {
          ...about(subject),
          payloadSummary: payloadSummary(subject.tool, subject.arguments),
          expiresInMs: first.leftMs,
        })
      const decided = await this.#untilDecided(owner, first, context)
      return await this.#useDecision(subject, owner, decided, context)
    } catch (error) {
      if (context.signal.aborted) this.#withdraw(asked, owner, id)
      throw error
    }
  }

  /** Cancels a request that the store may still take. If the store fails now, the request expires by itself. */
  #withdraw(asked: unknown, owner: string, id: string): void {
    void Promise.resolve(asked)
      .then(() => this.#store.cancel(owner, id))
      .catch(() => {})
  }

  /** Waits until it isn't pending any more, or `waitMs` are over. */
  #untilDecided(owner: string, first: StoredApproval, context: Asker): Promise<FoundApproval> {
    const { clock, signal } = context
    return poll<FoundApproval>(first, () => this.#found(() => this.#store.find(owner, first.id), context), {
      clock,
      signal: () => signal,
      until: clock.now() + this.#waitMs,
      firstPauseMs: FIRST_PAUSE_MS,
      changesInMs: (there) => (there?.status === 'pending' ? there.leftMs : undefined),
    })
  }

  /** The outcome of an approval that is decided, or will not be waited for. An approval that was given is used. */
  async #useDecision(
    subject: Subject,
    owner: string,
    decided: FoundApproval,
    context: Asker,
  ): Promise<ApprovalOutcome> {
    const { id: approvalId } = subject
    const token = crypto.randomUUID()
    const isApproved = decided?.status === 'approved'
    const stored = isApproved ? await this.#found(() => this.#store.use(owner, approvalId, token), context) : decided
    const verdict = verdictOf(approvalId, stored, token)
    if ('denied' in verdict) return { approved: false, approvalId, ...verdict, decidedBy: undefined }
    const { status, decision } = approvalOf(verdict.decided)
    const approved = status === 'used'
    const decidedBy = decision?.decidedBy
    context.emit?.('approval.decided', {
      ...about(subject),
      decision: approved ? 'approved' : 'denied',
      edited: decision?.arguments !== undefined,
      decidedBy,
    })
    return approved
      ? { approved, approvalId, arguments: decision?.arguments, decidedBy }
      : { approved, approvalId, denied: 'not_approved', reason: decision?.reason ?? '', decidedBy }
  }

  async #found(act: () => FoundApproval | Promise<FoundApproval>, context: Asker): Promise<FoundApproval> {
    const stored = await this.#askStore(act, context)
    return stored === undefined ? undefined : checkedRecord(stored)
  }

  /** The answer of the store, within `storeTimeoutMs`. Rejects with the reason of the signal, or with what is wrong with the store. */
  async #askStore<Answer>(
    act: () => Answer | Promise<Answer>,
    { clock = systemClock, signal }: Pick<AskContext, 'clock' | 'signal'> = {},
  ): Promise<Answer> {
    const limit = { name: 'the approval store', clock, limitMs: this.#storeTimeoutMs, signal: () => signal }
    try {
      return await askStore(act, limit)
    } catch (error) {
      // A full store works: what it says is what to do about it.
      if (signal?.aborted || codeOf(error) === 'approvals/full') throw error
      throw unavailable(error)
    }
  }
}

function about({ id: approvalId, action, tool, callId }: Subject): ApprovalEvent {
  return { approvalId, action, toolName: tool?.name, callId }
}

type Verdict = { readonly decided: StoredApproval } | { readonly denied: Denial; readonly reason: string }

/** The record whose decision counts, or why there is none. `token`: the one that this call has asked to use the approval with. */
function verdictOf(id: string, stored: FoundApproval, token: string): Verdict {
  if (stored === undefined || stored.status === 'expired')
    return { denied: 'approval_expired', reason: 'it was not decided in time.' }
  if (stored.status === 'pending')
    return { denied: 'approval_pending', reason: `approval "${id}" waits for a decision.` }
  if (stored.status === 'cancelled') return { denied: 'approval_cancelled', reason: 'the request was withdrawn.' }
  if (stored.status === 'used' && stored.token !== token)
    return { denied: 'approval_used', reason: 'its approval was used before, and is good for one call.' }
  return { decided: stored }
}

/** `call`: what to call, with the owner. */
function known(id: string, stored: FoundApproval, call: string): StoredApproval {
  if (stored !== undefined) return checkedRecord(stored)
  throw new StageflowError(
    'approvals/unknown',
    `There is no approval ${show(id)} of this user and tenant. Check the id, and pass the orgId and userId of the run that asks: ${call}.`,
  )
}

const unavailable = (cause: unknown): StageflowError =>
  new StageflowError(
    'approvals/unavailable',
    `The approval store failed (${textOf(cause)}). Check the store, then try again.`,
    { cause },
  )

const notWaiting = (id: string, { status }: StoredApproval, act: string): StageflowError =>
  new StageflowError(
    'approvals/not-waiting',
    `Approval ${show(id)} can't be ${act} any more: it is ${status}. Show the person what became of it: get(id, { orgId, userId }).`,
  )

function otherRequest({ id, action, callId }: Subject, difference: Difference): StageflowError {
  const fix =
    callId === undefined
      ? 'Give each question its own id.'
      : `Give the calls of one run different ids, instead of ${show(callId)} twice.`
  if (difference.in === 'action')
    return new StageflowError(
      'approvals/other-work',
      `Approval ${show(id)} was requested for ${show(difference.first)}, and not for ${show(action)}. ${fix}`,
    )
  return new StageflowError(
    'approvals/other-input',
    `Approval ${show(id)} was requested for ${show(action)} with other arguments. ${fix}`,
  )
}
