import {
  checkOptions,
  FLAG,
  type OptionRule,
  type OptionRules,
  read,
  refuseOptions,
  show,
  textOf,
} from '@stageflow/core/kit'

import { parseArguments } from '../registry/parse-arguments.ts'
import { LONGEST_KEY, type ApprovalAnswer, type ApprovalOwner } from './approval-text.ts'

const LONGEST_REASON = 2_000
const LONGEST_NAME = 256
const MOST_LEVELS = 64

const textUpTo = (most: number): OptionRule => [
  (value) => typeof value === 'string' && value.length <= most,
  `a string of at most ${most} characters`,
]
const ID: OptionRule = [(value) => typeof value === 'string', 'a string']
const OWNER: OptionRules<ApprovalOwner> = { orgId: ID, userId: ID }
const ANSWER: OptionRules<ApprovalAnswer> = {
  approved: FLAG,
  arguments: [(value) => typeof value === 'string' || (typeof value === 'object' && value !== null), 'an object'],
  reason: textUpTo(LONGEST_REASON),
  decidedBy: textUpTo(LONGEST_NAME),
}

/** Throws `tools/illegal-option` for an id that no approval can have. */
export function checkId(method: string, id: unknown): void {
  // A store may refuse other characters.
  if (typeof id === 'string' && id.length <= LONGEST_KEY && /^[\x20-\x7e]+$/.test(id)) return
  refuseOptions(`${method}()`, 'tools/illegal-option', [`the id must be that of an approval, not ${show(id)}`])
}

export function checkOwner(method: string, owner: unknown): void {
  checkOptions(`${method}()`, 'tools/illegal-option', owner, OWNER)
}

/** The answer, with its arguments parsed. Throws `tools/illegal-option`. */
export function checkedAnswer(answer: unknown, maxLength: number): ApprovalAnswer {
  checkOptions('decide()', 'tools/illegal-option', answer, ANSWER)
  const { approved, arguments: edited, reason, decidedBy } = answer as ApprovalAnswer
  const problems: string[] = []
  if (approved === undefined) problems.push('approved is missing: it must be true or false')
  if (edited !== undefined && !approved) problems.push('arguments need approved: true')
  const parsed = parsedEdit(edited, maxLength)
  if (!('value' in parsed)) problems.push(`arguments cannot be used: ${parsed.message}`)
  refuseOptions('decide()', 'tools/illegal-option', problems)
  return {
    approved,
    ...(edited !== undefined && { arguments: read(parsed, 'value') }),
    ...(reason !== undefined && { reason }),
    ...(decidedBy !== undefined && { decidedBy }),
  }
}

/** Edited arguments as JSON reads them, so that every process gets the same. */
function parsedEdit(edited: unknown, maxLength: number): { readonly value: unknown } | { readonly message: string } {
  try {
    const text = typeof edited === 'object' ? JSON.stringify(edited) : edited
    return parseArguments(text, false, { maxArgumentsLength: maxLength, maxDepth: MOST_LEVELS })
  } catch (error) {
    return { message: `they have no JSON (${textOf(error)})` }
  }
}
