import { StageflowError } from '@stageflow/core'
import { textOf } from '@stageflow/core/kit'

/** One rule of a contract of stores. `check` throws if it is broken. */
export interface StoreRule<Tools> {
  /** What to do with a store that breaks it. */
  readonly mend: string
  readonly check: (tools: Tools) => Promise<void>
}

/** The error of a broken rule: which one, what was seen, and what to do. */
export function breach(rule: string, seen: string, mend: string, cause?: unknown): StageflowError {
  return new StageflowError('idempotency/contract', `The store breaks the rule "${rule}": ${seen} ${mend}`, { cause })
}

/** What a check has seen of a broken rule. The contract adds the rule, and what to do. */
export class Seen extends Error {}

/** Runs the check of a rule. */
export async function keepsRule<Tools>(name: string, rule: StoreRule<Tools>, tools: Tools): Promise<void> {
  try {
    await rule.check(tools)
  } catch (error) {
    if (StageflowError.is(error, 'idempotency/contract')) throw error
    if (error instanceof Seen) throw breach(name, error.message, rule.mend, error.cause)
    throw breach(name, `the store, or the case, failed with: ${textOf(error)}`, rule.mend, error)
  }
}

/** Fails the case with what was seen, unless `holds`. */
export function must(holds: boolean, seen: string): asserts holds {
  if (!holds) throw new Seen(seen)
}
