import type { ChildResult } from '../contract/results.ts'
import type { ChildRun } from '../report/child-runs.ts'
import type { StageFacts } from '../report/stage-facts.ts'
import type { CallFacts, ChildFacts } from './executor.ts'

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

/** Adds the child runs in the fact of a call to those of its stage. */
export function restoreChildren(stage: StageFacts, { children = [], childrenLeftOut = 0 }: Partial<CallFacts>): void {
  if (children.length === 0) return
  const { childRuns } = stage
  for (const [child, inside] of withThoseInside(children)) childRuns.add(endedChild(child, inside))(child.status)
  childRuns.leftOut += childrenLeftOut
}

/** The child runs that a call has made, each with those inside it. */
function withThoseInside(children: readonly ChildFacts[]): ReadonlyMap<ChildFacts, readonly ChildFacts[]> {
  const all = new Map(children.map((child) => [child.path, child]))
  // Each attempt of a stage can make a child run with the same path: the ones inside it follow it, unless failed ones were put first.
  const before = new Map<string, ChildFacts>()
  const made = new Map<ChildFacts, ChildFacts[]>()
  for (const child of children) {
    const around = outermostAround(child.path, before) ?? outermostAround(child.path, all)
    if (around !== undefined) made.set(around, [...(made.get(around) ?? []), child])
    else {
      before.set(child.path, child)
      made.set(child, made.get(child) ?? [])
    }
  }
  return made
}

/** The outermost child run around a path, if the call made it and it was kept. */
function outermostAround(path: string, byPath: ReadonlyMap<string, ChildFacts>): ChildFacts | undefined {
  for (let end = path.indexOf('/'); end >= 0; end = path.indexOf('/', end + 1)) {
    const around = byPath.get(path.slice(0, end))
    if (around !== undefined) return around
  }
  return undefined
}

function resultOf(child: ChildFacts, children: ChildResult['children']): ChildResult {
  const { path: _, ...facts } = child
  return { errors: [], ...facts, children }
}

/** A child run of an earlier leg: it has ended, and only its result is left. */
const endedChild = (child: ChildFacts, inside: readonly ChildFacts[]): ChildRun => ({
  path: child.path,
  isOver: true,
  endsSoon: false,
  result: resultOf(child, Object.fromEntries(inside.map((one) => [one.path, resultOf(one, {})]))),
  used: child.report.usage,
  cancel: () => {},
})
