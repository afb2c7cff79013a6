import type { RunProgress } from '@stageflow/core/durable'
import { pathOf } from './paths.ts'
import type { KeptFact } from './service-call.ts'

type Progress = { [stage: string]: 'settled' | 'started' | Progress }

/** How far the facts of a run have come. A stage in progress isn't listed, because it is called again. */
export function progressOfFacts(facts: readonly KeptFact[]): RunProgress {
  const progress: Progress = {}
  for (const fact of facts) {
    if (fact.kind !== 'call') continue
    const { key, facts: ended } = fact
    const path = [...pathOf(key.replace('#over', ''))]
    const isItem = /#[^/]*$/.test(key)
    const hasItemNumber = /#\d+(@\d+)?$/.test(key)
    if (hasItemNumber) path.pop()
    const stage = path.pop() as string
    // How many items a map has isn't known, so it may still be in progress.
    const mayGoOn = isItem || ended.status === 'suspend'
    path.reduce(progressInside, progress)[stage] = mayGoOn ? 'started' : 'settled'
  }
  return progress
}

/** How far the child run of a stage has come. */
function progressInside(around: Progress, stage: string): Progress {
  const known = around[stage]
  if (typeof known === 'object') return known
  const inside: Progress = {}
  around[stage] = inside
  return inside
}
