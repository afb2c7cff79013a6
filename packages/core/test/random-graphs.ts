import fc from 'fast-check'
import type { Join } from '../src/index.ts'

/** A stage as the random generators wire it. */
export interface Wiring {
  /** Places in declared order. */
  readonly dependencies: readonly number[]
  readonly join: Join
  readonly late: boolean
}

export interface Draft {
  /** Each picks one of the stages drafted before. */
  readonly picks: readonly number[]
  readonly join: 'all' | 'every' | 'any' | 'settled' | 'quorum'
  readonly quorum: number
  readonly late: boolean
  /** Where it is declared, among the others. */
  readonly place: number
}

const MOST_DEPENDENCIES = 4

export const draft: fc.Arbitrary<Draft> = fc.record({
  // Some lean to the first stages, so that stages come to share their dependencies.
  picks: fc.array(fc.oneof(fc.nat(1_000), fc.nat(2)), { maxLength: MOST_DEPENDENCIES }),
  join: fc.constantFrom('all', 'every', 'any', 'settled', 'quorum'),
  quorum: fc.nat(MOST_DEPENDENCIES - 1),
  late: fc.boolean(),
  place: fc.nat(1_000),
})

/** Wires drafts into a graph without cycles: each depends on some drafted before it, wherever they are declared. */
export function wire<D extends Draft>(drafts: readonly D[], shuffled: boolean): readonly (D & Wiring)[] {
  const declared = drafts.map((_, number) => number)
  if (shuffled) declared.sort((a, b) => (drafts[a] as D).place - (drafts[b] as D).place || a - b)
  const placeOf = drafts.map((_, number) => declared.indexOf(number))
  return declared.map((number) => {
    const each = drafts[number] as D
    const picked = number === 0 ? [] : each.picks.map((pick) => placeOf[pick % number] as number)
    const dependencies = [...new Set(picked)]
    const quorum = { quorum: 1 + (each.quorum % Math.max(1, dependencies.length)) }
    return {
      ...each,
      dependencies,
      join: each.join !== 'quorum' ? each.join : dependencies.length > 0 ? quorum : 'all',
    }
  })
}

/** Graphs of up to `most` stages, half of them declared in another order than they run in. */
export function randomGraph(most: number): fc.Arbitrary<readonly Wiring[]> {
  return fc
    .tuple(fc.array(draft, { minLength: 1, maxLength: most }), fc.boolean())
    .map(([drafts, shuffled]) =>
      wire(drafts, shuffled).map(({ dependencies, join, late }) => ({ dependencies, join, late })),
    )
}

export const joinName = (join: Join): string => (typeof join === 'object' ? 'quorum' : join)
