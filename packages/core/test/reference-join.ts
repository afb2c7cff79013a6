import type { Join } from '../src/index.ts'

/** How a settled dependency counts for those that wait for it. One that was skipped because of a failure counts as failed. */
export type Counts = 'ok' | 'skip' | 'fail'

/** What a join says, given its dependencies as they are now; undefined: not settled. */
export function verdictOf(join: Join, dependencies: readonly (Counts | undefined)[]): 'wait' | 'start' | 'skip' {
  if (dependencies.length === 0) return 'start'
  const ok = dependencies.filter((one) => one === 'ok').length
  const pending = dependencies.filter((one) => one === undefined).length
  if (join === 'all' && dependencies.includes('fail')) return 'skip'
  if (ok + pending < neededOk(join, dependencies.length)) return 'skip'
  if (pending === 0) return 'start'
  const waitsForAll = join === 'all' || join === 'every' || join === 'settled'
  return !waitsForAll && ok >= neededOk(join, dependencies.length) ? 'start' : 'wait'
}

/** Whether a stage that is skipped may be skipped before all its dependencies have settled, although none of them failed. */
export const skipsEarly = (join: Join): boolean => join === 'every' || typeof join === 'object'

function neededOk(join: Join, count: number): number {
  if (typeof join === 'object') return join.quorum
  return { all: 1, every: count, any: 1, settled: 0 }[join]
}

/** For each stage, the stages that depend on it. */
export function dependentsOf(
  stages: readonly { readonly dependencies: readonly number[] }[],
): readonly (readonly number[])[] {
  return stages.map((_, source) =>
    stages.flatMap(({ dependencies }, stage) => (dependencies.includes(source) ? [stage] : [])),
  )
}

/** For each stage, how many stages the longest path from it has. */
export function longestPaths(stages: readonly { readonly dependencies: readonly number[] }[]): readonly number[] {
  const dependents = dependentsOf(stages)
  const known = new Map<number, number>()
  const lengthOf = (stage: number): number => {
    const length = known.get(stage) ?? 1 + Math.max(0, ...(dependents[stage] ?? []).map(lengthOf))
    known.set(stage, length)
    return length
  }
  return stages.map((_, stage) => lengthOf(stage))
}
