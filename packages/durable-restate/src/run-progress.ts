import type { RunProgress } from '@stageflow/core/durable'
import { pathOf } from './answers.ts'
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
    if (/#\d+(@\d+)?$/.test(key)) path.pop()
    const last = path.pop() as string
    let at = progress
    for (const name of path) {
      const inner = at[name]
      if (typeof inner === 'object') at = inner
      else at[name] = at = {}
    }
    // How many items a map has isn't known, so it may still be in progress.
    at[last] = isItem || ended.status === 'suspend' ? 'started' : 'settled'
  }
  return progress
}
