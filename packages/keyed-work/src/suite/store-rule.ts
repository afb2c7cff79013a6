import { StageflowError } from '@stageflow/core'
import { textOf } from '@stageflow/core/kit'

/** One rule of a contract of stores. */
export interface StoreRule<Bench> {
  /** What to do with a store that breaks it. */
  readonly fix: string
  /** Throws if the rule is broken. */
  readonly check: (bench: Bench) => Promise<void>
}

/** The rules of a contract by name, and what its error says of a broken one. */
export interface StoreRules<Bench> {
  readonly rules: Readonly<Record<string, StoreRule<Bench>>>
  /** The code of a broken rule, such as `keyed-work/contract`. */
  readonly broken: string
  /** What breaks it, as the message begins: `The store`. */
  readonly subject: string
}

interface SeenMore {
  readonly cause?: unknown
  /** The name of the rule that is broken, if it isn't the one that is checked. */
  readonly rule?: string | undefined
  /** What to do, if it isn't the fix of the rule. */
  readonly fix?: string | undefined
}

/** What a check has seen of a broken rule. */
export class Seen extends Error {
  readonly rule: string | undefined
  readonly fix: string | undefined

  constructor(seen: string, { cause, rule, fix }: SeenMore = {}) {
    super(seen, { cause })
    this.rule = rule
    this.fix = fix
  }
}

/** Fails the case with what was seen, unless `holds`. */
export function must(holds: boolean, seen: string): asserts holds {
  if (!holds) throw new Seen(seen)
}

/** Checks one rule. Rejects with the error of the contract if it is broken. */
export async function checkRule<Bench>(
  { rules, broken, subject }: StoreRules<Bench>,
  name: string,
  bench: Bench,
): Promise<void> {
  try {
    await rules[name]?.check(bench)
  } catch (error) {
    const isSeen = error instanceof Seen
    const seen = isSeen ? error.message : `the store, or the case, failed with: ${textOf(error)}.`
    const rule = isSeen && error.rule !== undefined && error.rule in rules ? error.rule : name
    const fix = (isSeen ? error.fix : undefined) ?? rules[rule]?.fix
    const message = `${subject} breaks the rule "${rule}": ${seen} ${fix}`
    throw new StageflowError(broken, message, { cause: isSeen ? error.cause : error })
  }
}

/** What `checkRule` fails with if something outside of a rule has gone wrong. */
export function breach({ broken, subject }: Pick<StoreRules<never>, 'broken' | 'subject'>, seen: Seen): StageflowError {
  return new StageflowError(broken, `${subject} cannot be tested: ${seen.message} ${seen.fix}`, { cause: seen.cause })
}

// What to do with a store, for rules that several contracts have.
export const ATOMIC =
  'Decide and write in one atomic operation: one statement with a condition, one script, or a transaction that locks the row.'
export const TEXTS = 'Store the texts as they are, in no type that trims, parses or cuts them.'
