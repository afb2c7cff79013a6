import { computed } from '@preact/signals'

import type { RunSummary } from '../../src/protocol.ts'
import { runs } from './run-list.ts'
import { run } from './shown-run.ts'

// A child may begin after the shown run was sent, so that the list is read too.
const byStage = computed(() => {
  const shown = run.value
  if (shown === undefined) return new Map<string, RunSummary[]>()
  const children = new Map(shown.children.map((child) => [child.id, child]))
  for (const each of runs.value.values()) if (each.parent?.id === shown.summary.id) children.set(each.id, each)
  const grouped = new Map<string, RunSummary[]>()
  for (const child of children.values()) {
    const stage = child.parent?.stage ?? ''
    const others = grouped.get(stage)
    if (others === undefined) grouped.set(stage, [child])
    else others.push(child)
  }
  return grouped
})

/** The runs that a stage of the shown run has started. */
export function childrenOf(stage: string): readonly RunSummary[] {
  return byStage.value.get(stage) ?? NONE
}

const NONE: readonly RunSummary[] = []
