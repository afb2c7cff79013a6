import type { JSX } from 'preact'

import type { EdgeLine } from '../layout/layout.ts'
import { isPathEdge } from '../run/path.ts'
import { graphStages, rowOf } from '../state/shown-run.ts'

/** The line from a stage to one that depends on it. */
export function Edge({ edge }: { readonly edge: EdgeLine }): JSX.Element | null {
  const [from, to] = [graphStages.value?.[edge.from], graphStages.value?.[edge.to]]
  if (from === undefined || to === undefined) return null
  const kind = to.dependencies.find(({ stage }) => stage === from.name)?.edge ?? 'value'
  const { status } = rowOf(from.name).value ?? {}
  const state = status === 'ok' ? 'is-done' : status === 'skip' ? 'is-skipped' : ''
  const onPath = isPathEdge(from.name, to.name) ? 'on-path' : ''
  return <path class={`edge edge-${kind} ${state} ${onPath}`} d={edge.path} />
}
