import { createHash } from 'node:crypto'

import { type RunIdentity, StageflowError } from '@stageflow/core'
import { fingerprint, show, textOf } from '@stageflow/core/kit'
import type { ResolvedCall } from '@stageflow/tools'

/** Every store can index a key of this length. */
const LONGEST_KEY = 256

/** The key that the caller gives a call; undefined for none. Throws `tool-executor/illegal-key`. */
export function keyOf(call: ResolvedCall, answer: ((call: ResolvedCall) => unknown) | undefined): string | undefined {
  if (answer === undefined) return undefined
  const illegal = (what: string, cause?: unknown): StageflowError =>
    new StageflowError(
      'tool-executor/illegal-key',
      `Tool "${call.name}" was not called: idempotencyKey() ${what}. Return a string that is not empty, or undefined for no key.`,
      { cause },
    )
  let key: unknown
  try {
    key = answer(call)
  } catch (error) {
    throw illegal(`threw (${textOf(error)})`, error)
  }
  if (key === undefined || (typeof key === 'string' && key !== '')) return key
  throw illegal(`returned ${show(key)}`)
}

/** The name of one piece of work in a store: of one tenant, one user and one key. JSON keeps its parts apart. */
export function storageKey({ orgId, userId }: Partial<RunIdentity>, key: string): string {
  const text = JSON.stringify(['tool', orgId ?? null, userId ?? null, key])
  return text.length <= LONGEST_KEY ? text : `sha256:${sha256(text)}`
}

/**
 * The same for calls that ask for the same: one tool, and equal arguments. Not the input: a default such as the time differs in each
 * process that carries out a call.
 */
export function parametersOf({ name, arguments: given }: Pick<ResolvedCall, 'name' | 'arguments'>): string {
  try {
    return sha256(fingerprint([name, given]))
  } catch (error) {
    throw new StageflowError(
      'tool-executor/illegal-key',
      `Tool "${name}" was not called: it has an idempotency key, and its arguments cannot be compared with those of another call (${textOf(error)}). Leave out the key, or lower maxDepth of the registry.`,
      { cause: error },
    )
  }
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')
