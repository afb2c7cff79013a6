import {
  ABORT_SIGNAL,
  ANY,
  checkOptions,
  CLOCK,
  FLAG,
  functionLike,
  optionProblems,
  type OptionRule,
  type OptionRules,
  read,
  refuseOptions,
  required,
  show,
  TEXT,
  textOf,
  whole,
} from '@stageflow/core/kit'
import { parseArguments } from '@stageflow/tools/kit'

import type {
  ApprovalAnswer,
  ApprovalOwner,
  ApprovalQuestion,
  AskContext,
  AskerIds,
  DecideOptions,
  Decider,
  PendingPage,
} from './approval.ts'
import { isStorableId, tooLarge } from './approval-text.ts'

const LONGEST_REASON = 2_000
const MOST_LEVELS = 64

const textUpTo = (most: number): OptionRule => [
  (value) => typeof value === 'string' && value.length <= most,
  `a string of at most ${most} characters`,
]
const OWNER_ID: OptionRule = [(value) => typeof value === 'string', 'a string']
const OWNER: OptionRules<ApprovalOwner> = { orgId: OWNER_ID, userId: OWNER_ID }
const QUESTION: OptionRules<ApprovalQuestion> = {
  id: [(id) => typeof id === 'string' && isStorableId(id), 'a string of 1 to 256 printable characters of ASCII'],
  action: TEXT,
  arguments: ANY,
}
const CONTEXT: OptionRules<AskContext> = {
  ids: ANY, // checked by the rules of their own
  signal: ABORT_SIGNAL,
  clock: CLOCK,
  emit: functionLike('(type, data) => boolean'),
}
const DECIDER: OptionRules<Decider> = {
  ...OWNER,
  sessionId: OWNER_ID,
  roles: [(roles) => Array.isArray(roles) && roles.every((role) => typeof role === 'string'), 'an array of strings'],
}
const DECIDE: OptionRules<DecideOptions> = { of: ANY } // checked by the rules of its own
const ASKER: OptionRules<NonNullable<DecideOptions['of']>> = { userId: OWNER_ID }
const IDS: OptionRules<AskerIds> = { ...OWNER, pipelineRunId: OWNER_ID }
const ANSWER: OptionRules<ApprovalAnswer> = {
  approved: FLAG,
  arguments: [(value) => typeof value === 'string' || (typeof value === 'object' && value !== null), 'an object'],
  reason: textUpTo(LONGEST_REASON),
}
const MOST_LISTED = 10_000

/** Throws `approvals/illegal-option` for an id that no approval can have. */
export function checkId(method: string, id: unknown): void {
  if (typeof id === 'string' && isStorableId(id)) return
  refuseOptions(`${method}()`, 'approvals/illegal-option', [`the id must be that of an approval, not ${show(id)}`])
}

/** Throws `approvals/illegal-option` for an owner that isn't one, and for an id that is undefined. */
export function checkOwner(method: string, owner: unknown): void {
  checkOptions(`${method}()`, 'approvals/illegal-option', owner, OWNER)
  checkGiven(method, owner)
}

/** Throws `approvals/illegal-option` for a person who isn't one, and for an id that is undefined. */
export function checkDecider(by: unknown): void {
  checkOptions('decide()', 'approvals/illegal-option', by, DECIDER)
  checkGiven('decide', by)
}

/** Whose approval is decided: that of `of`, in the tenant of the person who decides. Throws `approvals/illegal-option`. */
export function checkedAsker(by: Decider, options: DecideOptions): ApprovalOwner {
  checkOptions('decide()', 'approvals/illegal-option', options, DECIDE)
  const { of } = options
  if (of === undefined) return by
  checkOptions('decide()', 'approvals/illegal-option', of, ASKER)
  checkGiven('decide', of)
  return { ...(by.orgId !== undefined && { orgId: by.orgId }), ...of }
}

/** Refuses an id that is there and undefined: a caller without a tenant must get neither the approvals of all, nor those of no tenant. */
function checkGiven(method: string, ids: unknown): void {
  const missing = (['orgId', 'userId'] as const).find(
    (name) => Object.hasOwn(ids as object, name) && read(ids, name) === undefined,
  )
  if (missing === undefined) return
  const problem = `${missing} is undefined: pass the id of a user or a tenant, or leave ${missing} out if your app has none`
  refuseOptions(`${method}()`, 'approvals/illegal-option', [problem])
}

/** Throws `approvals/illegal-option` unless it is a page. `place`: what `after` must be. */
export function checkPage(page: unknown, place: OptionRule): void {
  const rules: OptionRules<PendingPage> = { limit: whole(1, MOST_LISTED), after: place }
  checkOptions('pending()', 'approvals/illegal-option', page, rules)
}

/** A place in a store. */
export const STORED_PLACE: OptionRule = [
  (place) => typeof place === 'string' && /^\d{1,15}$/.test(place),
  'the place of the last approval of the page before',
]

export function checkQuestion(question: unknown): void {
  checkOptions('ask()', 'approvals/illegal-option', question, QUESTION)
  const missing = (['id', 'action'] as const).filter((name) => read(question, name) === undefined)
  const problems = missing.map((name) => `${name} is missing: it must be ${QUESTION[name][1]}`)
  refuseOptions('ask()', 'approvals/illegal-option', problems)
}

export function checkContext(context: unknown): void {
  const ofContext = optionProblems(context, CONTEXT, 'context.')
  const problems = ofContext.length === 0 ? idsProblems(read(context, 'ids')) : ofContext
  if (problems.length === 0) return
  const fix =
    'Pass ask(question, { ids: { orgId, userId } }), or { ids: context, signal: context.signal } in a stage. In an app without users, pass ids: { userId: undefined }'
  refuseOptions('ask()', 'approvals/illegal-option', [`${problems.join('; ')}. ${fix}`])
}

function idsProblems(ids: unknown): readonly string[] {
  const hasOwner = typeof ids !== 'object' || ids === null || 'orgId' in ids || 'userId' in ids
  // The ids may be a whole context of a stage, so other names beside an owner are fine.
  if (hasOwner) return optionProblems(ids, IDS, 'context.ids.', 'any')
  return ['context.ids has neither orgId nor userId', ...optionProblems(ids, IDS, 'context.ids.')]
}

const CALL: OptionRule = [
  (call) => typeof read(call, 'name') === 'string' && typeof read(call, 'callId') === 'string',
  'a resolved call',
]
const HOOK_CONTEXT: OptionRule = [
  (context) =>
    typeof read(context, 'ids') === 'object' &&
    ABORT_SIGNAL[0](read(context, 'signal')) &&
    CLOCK[0](read(context, 'clock')),
  'the context of the hook, with ids, signal and clock',
]

/** Checks what a hook of an app passes on. */
export function checkApprove(call: unknown, context: unknown): void {
  const problems = optionProblems({ call, context }, { call: required(CALL), context: required(HOOK_CONTEXT) })
  if (problems.length === 0) return
  const fix = 'Pass on what the executor passes: (call, context) => approvals.approve(call, context)'
  refuseOptions('approve()', 'approvals/illegal-option', [`${problems.join('; ')}. ${fix}`])
}

/** The answer, with its arguments parsed. Throws `approvals/illegal-option` and `approvals/too-large`. */
export function checkedAnswer(answer: unknown, maxLength: number): ApprovalAnswer {
  checkOptions('decide()', 'approvals/illegal-option', answer, ANSWER)
  const { approved, arguments: edited, reason } = answer as ApprovalAnswer
  const problems: string[] = []
  if (approved === undefined) problems.push('approved is missing: it must be true or false')
  if (edited !== undefined && !approved) problems.push('arguments need approved: true')
  const parsed = parsedEdit(edited, maxLength)
  if (!('value' in parsed)) problems.push(`arguments cannot be used: ${parsed.message}`)
  refuseOptions('decide()', 'approvals/illegal-option', problems)
  return {
    approved,
    ...(edited !== undefined && { arguments: read(parsed, 'value') }),
    ...(reason !== undefined && { reason }),
  }
}

/** Edited arguments as JSON reads them, so that every process gets the same. */
function parsedEdit(edited: unknown, maxLength: number): { readonly value: unknown } | { readonly message: string } {
  let text: unknown
  try {
    text = typeof edited === 'object' ? JSON.stringify(edited) : edited
  } catch (error) {
    return { message: `they have no JSON (${textOf(error)})` }
  }
  if (typeof text === 'string' && text.length > maxLength)
    throw tooLarge('decide(): the edited arguments have', text.length, maxLength)
  return parseArguments(text, false, { maxArgumentsLength: maxLength, maxDepth: MOST_LEVELS })
}
