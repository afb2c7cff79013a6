import { createHash } from 'node:crypto'

import { type InterceptorContext, type StageContext, StageflowError } from '@stageflow/core'
import { show, onRejection } from '@stageflow/core/kit'

/** The callers that share a key: one user, all users of a tenant, or all callers. */
export type IdempotencyScope = 'user' | 'tenant' | 'global'

/** The name that core gives to every pipeline made without one. */
const UNNAMED = 'pipeline'
/** Longer keys are hashed: every store can index 256 characters of any alphabet. */
const LONGEST = 256

/** The key that the caller gave; undefined if the caller gave no key; an error if it can't be used. */
export function readKey(
  context: InterceptorContext,
  keyOf: (context: StageContext) => string | null | undefined,
): string | StageflowError | undefined {
  const where = placeOf(context)
  let key: unknown
  try {
    key = keyOf(context)
  } catch (cause) {
    return new StageflowError(
      'idempotency/illegal-key',
      `${where}: the function that finds the idempotency key threw. Let it return undefined if there is no key.`,
      { cause },
    )
  }
  if (key === undefined || key === null) return undefined
  if (typeof key !== 'string' || key === '') {
    ignoreRejection(key)
    return new StageflowError(
      'idempotency/illegal-key',
      `${where}: the idempotency key must be a string that is not empty, not ${show(key)}. Return undefined to run without a key.`,
    )
  }
  return unnamedPipeline(context) ?? key
}

/**
 * The name of the work in the store: who shares it, what does it, and its place in a tree of runs. Each item of a map is work of its own.
 * JSON keeps the parts apart, whatever characters they contain.
 */
export function storageKey(context: InterceptorContext, key: string, scope: IdempotencyScope): string {
  const { stage, item, orgId = null, userId = null, run } = context
  const { parent } = run
  const sharedBy = scope === 'user' ? [orgId, userId] : scope === 'tenant' ? [orgId] : []
  const place = parent === undefined ? null : [parent.rootPipeline, parent.path]
  // The name of a durable call is never the key of a caller, whatever that key is.
  const kind = isOfCall(context, key) ? ['call'] : []
  const name = item === undefined ? stage.name : [stage.name, item.key]
  const text = JSON.stringify([sharedBy, stage.pipeline.name, name, key, place, ...kind])
  return shortened(text)
}

/** The text itself, unless it is long: then its hash. */
export const shortened = (text: string): string => (text.length <= LONGEST ? text : `sha256:${sha256(text)}`)

/** Whether the key is the name of this call of a durable run, and not one that a caller gave. */
export const isOfCall = ({ callKey }: InterceptorContext, key: string): boolean => key === callKey

export const isUnnamed = (pipeline: string): boolean => pipeline === UNNAMED

/** Two pipelines without a name have the same name, so that one would get the output of the other. */
function unnamedPipeline(context: InterceptorContext): StageflowError | undefined {
  const { stage, run } = context
  const isOwn = isUnnamed(stage.pipeline.name)
  if (!isOwn && run.parent?.rootPipeline !== UNNAMED) return undefined
  const which = isOwn ? 'its pipeline' : 'the pipeline at the top of its run'
  return new StageflowError(
    'idempotency/unnamed-pipeline',
    `${placeOf(context)} has an idempotency key, but ${which} has no name of its own. All pipelines without one are called "${UNNAMED}" and would share keys and outputs. Name it: new Pipeline('shop').`,
  )
}

export function placeOf({ stage, item }: InterceptorContext): string {
  const about = `"${stage.name}" of pipeline "${stage.pipeline.name}"`
  return item === undefined ? `Stage ${about}` : `Item ${show(item.key)} of stage ${about}`
}

/** Keeps the rejection of a promise that is refused from ending the process. */
export function ignoreRejection(value: unknown): void {
  onRejection(value, () => {})
}

export function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}
