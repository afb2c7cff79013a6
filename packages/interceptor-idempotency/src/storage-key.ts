import { createHash } from 'node:crypto'

import type { InterceptorContext } from '@stageflow/core'

/** Longer ones are hashed: every store can index 256 characters of any alphabet. */
const LONGEST = 256

/**
 * The name of one piece of work: who it is for, what does it, and where in a tree of runs. JSON keeps its parts apart,
 * whatever characters they hold.
 */
export function storageKey(context: InterceptorContext, key: string): string {
  const { stage, orgId, run } = context
  const { parent } = run
  const place = parent === undefined ? null : [parent.rootPipeline, parent.path]
  const text = JSON.stringify([orgId ?? null, stage.pipeline.name, stage.name, key, place])
  return text.length <= LONGEST ? text : `sha256:${sha256(text)}`
}

export function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}
