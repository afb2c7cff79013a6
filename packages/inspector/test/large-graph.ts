import type { LayoutStage } from '../page/layout/spots.ts'

/** Dependencies that don't exist are left out. */
export function stageAfter(dependencies: readonly number[]): LayoutStage {
  return { dependencies: [...new Set(dependencies.filter((dependency) => dependency >= 0))] }
}

/** A graph in which each stage reads up to three of the 30 before it. The same numbers in each run of the test. */
export function largeGraph(count: number): readonly LayoutStage[] {
  let state = 7
  const next = (below: number) => (state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32) % below
  return Array.from({ length: count }, (_, index) => {
    const reads = index < 12 ? 0 : 1 + (next(2 ** 20) % 3)
    return stageAfter(Array.from({ length: reads }, () => index - 1 - (next(2 ** 20) % Math.min(30, index))))
  })
}
