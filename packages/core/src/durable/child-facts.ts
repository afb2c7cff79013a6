import type { ChildResult } from '../contract/results.ts'
import type { ChildRun } from '../report/stage-facts.ts'
import type { ChildFacts } from './executor.ts'

/** At most so many child runs are kept with a call, the failed ones first. */
const MOST_CHILDREN = 1_000

/** The child runs that a call has made with `runChild`, and those inside them, as facts. Undefined if the call has made no child run. */
export function childFactsOf(children: readonly ChildRun[] | undefined): readonly ChildFacts[] | undefined {
  if (children === undefined || children.length === 0) return undefined
  const all = children.flatMap(({ path, result }) => [
    factsOf(path, result),
    ...Object.entries(result.children).map(([inner, one]) => factsOf(inner, one)),
  ])
  if (all.length <= MOST_CHILDREN) return all
  const isFailed = ({ status }: ChildFacts): number => (status === 'failed' ? 0 : 1)
  return all.toSorted((one, other) => isFailed(one) - isFailed(other)).slice(0, MOST_CHILDREN)
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
