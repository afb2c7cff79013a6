import fc from 'fast-check'
import type { Join } from '../src/index.ts'

/** A stage as the random generators wire it. */
export interface Wiring {
  /** Places in declared order. */
  readonly dependencies: readonly number[]
  readonly join: Join
  readonly late: boolean
  /** Edges that aren't plain dependencies. Default: none. */
  readonly edges?: WiredEdges
}

export interface WiredEdges {
  /** Those of `dependencies` whose chunks it reads. */
  readonly streams: readonly number[]
  /** Stages that it waits for only so long, which count in no join. */
  readonly soft: readonly number[]
  /** For how long it waits for each of them, in ms. */
  readonly waits: readonly number[]
  /** Its gates, which count in no join. */
  readonly gates: readonly number[]
  /** An interrupt spares it. */
  readonly uninterruptible: boolean
}

export const NO_EDGES: WiredEdges = { streams: [], soft: [], waits: [], gates: [], uninterruptible: false }

/** All stages that a stage has an edge from. */
export const sourcesOf = ({ dependencies, edges = NO_EDGES }: Wiring): readonly number[] => [
  ...dependencies,
  ...edges.soft,
  ...edges.gates,
]

export interface Draft {
  /** Each picks one of the stages drafted before. */
  readonly picks: readonly number[]
  readonly join: 'all' | 'every' | 'any' | 'settled' | 'quorum'
  readonly quorum: number
  readonly late: boolean
  /** Where it is declared, among the others. */
  readonly place: number
}

export const MOST_DEPENDENCIES = 4

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

const KINDS = ['value', 'value', 'stream', 'stream', 'soft', 'gate'] as const
export type RandomKind = (typeof KINDS)[number]
/** The kind of an edge: mostly a value or a stream. */
export const edgeKind: fc.Arbitrary<RandomKind> = fc.constantFrom(...KINDS)

/** Gives each edge of a stage its kind. A join counts values and streams only. */
export function withKinds({ dependencies, join }: Wiring, kinds: readonly RandomKind[], waits: readonly number[]) {
  const of = (kind: RandomKind) => dependencies.filter((_, position) => kinds[position] === kind)
  const counted = dependencies.filter((_, position) => kinds[position] === 'value' || kinds[position] === 'stream')
  const [soft, streams, gates] = [of('soft'), of('stream'), of('gate')]
  return {
    dependencies: counted,
    join:
      typeof join !== 'object' ? join : counted.length > 0 ? { quorum: Math.min(join.quorum, counted.length) } : 'all',
    edges: { streams, soft, waits: soft.map((_, position) => waits[position] as number), gates },
  } as const
}

/** The same with edges of all kinds. */
export function randomEdgeGraph(most: number): fc.Arbitrary<readonly Wiring[]> {
  const each = fc.record({
    kinds: fc.array(edgeKind, { minLength: MOST_DEPENDENCIES, maxLength: MOST_DEPENDENCIES }),
    waits: fc.array(fc.nat(3), { minLength: MOST_DEPENDENCIES, maxLength: MOST_DEPENDENCIES }),
    uninterruptible: fc.boolean(),
  })
  return fc.tuple(randomGraph(most), fc.array(each, { minLength: most, maxLength: most })).map(([graph, chosen]) =>
    graph.map((wiring, place) => {
      const { kinds, waits, uninterruptible } = chosen[place] as (typeof chosen)[number]
      const { dependencies, join, edges } = withKinds(wiring, kinds, waits)
      return { dependencies, join, late: wiring.late, edges: { ...edges, uninterruptible } }
    }),
  )
}

export const joinName = (join: Join): string => (typeof join === 'object' ? 'quorum' : join)
