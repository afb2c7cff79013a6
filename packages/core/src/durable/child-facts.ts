import type { ChildResult } from '../contract/results.ts'
import type { ChildRun } from '../report/child-runs.ts'
import type { ChildFacts } from './executor.ts'

/** The child runs that a call has made with `runChild`, and those inside them, as facts. */
export function childFactsOf(children: readonly ChildRun[]): readonly ChildFacts[] {
  return children.flatMap(({ path, result }) => [
    factsOf(path, result),
    ...Object.entries(result.children).map(([inner, one]) => factsOf(inner, one)),
  ])
}

const factsOf = (path: string, { status, reason, errors, data, outputs, report }: ChildResult): ChildFacts => ({
  path,
  status,
  ...(reason !== undefined && { reason }),
  ...(errors.length > 0 && { errors }),
  data,
  outputs,
  report,
})

/** A child run of an earlier leg: it has ended, and only its result is left. */
export const endedChild = ({ path, ...facts }: ChildFacts): ChildRun => ({
  path,
  isOver: true,
  endsSoon: false,
  result: { errors: [], ...facts, children: {} },
  cancel: () => {},
})
