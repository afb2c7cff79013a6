import fc from 'fast-check'
import type { EdgeRunCase, EdgeStageCase } from './edge-case.ts'
import { MOST_DEPENDENCIES, draft, edgeKind, withKinds, wire } from './random-graphs.ts'
import type { RandomKind } from './random-graphs.ts'

const MOST_STAGES = 7

/** One of two, the second in one of `rarely` cases. */
const mostly = <First, Second>(first: First, second: Second, rarely: number): fc.Arbitrary<First | Second> =>
  fc.oneof({ weight: rarely - 1, arbitrary: fc.constant(first) }, { weight: 1, arbitrary: fc.constant(second) })

const rarely = (time: fc.Arbitrary<number>): fc.Arbitrary<number | undefined> =>
  fc.oneof({ weight: 7, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: time })

const stageDraft = fc
  .record({
    draft,
    kinds: fc.array(edgeKind, { minLength: MOST_DEPENDENCIES, maxLength: MOST_DEPENDENCIES }),
    waits: fc.array(fc.constantFrom(0, 3, 6, 20), { minLength: MOST_DEPENDENCIES, maxLength: MOST_DEPENDENCIES }),
    uninterruptible: mostly(false, true, 3),
    maxHeld: fc.integer({ min: 1, max: 3 }),
    form: fc.oneof(
      { weight: 6, arbitrary: fc.constant('generator' as const) },
      { weight: 4, arbitrary: fc.constant('function' as const) },
      { weight: 1, arbitrary: fc.constant('map' as const) },
      { weight: 1, arbitrary: fc.constant('child' as const) },
    ),
    chunks: fc.nat(5),
    paceMs: fc.nat(4),
    ending: fc.oneof(
      { weight: 30, arbitrary: fc.constant('ok' as const) },
      { weight: 3, arbitrary: fc.constant('skip' as const) },
      { weight: 4, arbitrary: fc.constantFrom('fail' as const, 'throw' as const) },
      { weight: 1, arbitrary: fc.constant('cancel' as const) },
    ),
    failsFirst: mostly(false, true, 4),
    ownFirst: fc.boolean(),
    passes: fc.boolean(),
    reads: fc.oneof(
      { weight: 5, arbitrary: fc.constant('all' as const) },
      {
        weight: 4,
        arbitrary: fc.constantFrom('ahead' as const, 'leaves' as const, 'stops' as const, 'throws' as const),
      },
    ),
    some: fc.nat(3),
    catches: fc.boolean(),
    maxWaiting: fc.integer({ min: 1, max: 3 }),
    overflow: fc.oneof(
      { weight: 6, arbitrary: fc.constant('block' as const) },
      { weight: 2, arbitrary: fc.constantFrom('drop-oldest' as const, 'drop-newest' as const) },
    ),
    when: fc.oneof(
      { weight: 24, arbitrary: fc.constant('none' as const) },
      { weight: 3, arbitrary: fc.constantFrom('true' as const, 'false' as const) },
      { weight: 1, arbitrary: fc.constant('throws' as const) },
    ),
    onFailure: fc.constantFrom('none' as const, 'skip' as const, 'fallback' as const),
    stubborn: mostly(false, true, 6),
    around: fc.oneof(
      { weight: 5, arbitrary: fc.constant('nothing' as const) },
      {
        weight: 4,
        arbitrary: fc.constantFrom('retry' as const, 'timeout' as const, 'answer' as const, 'again' as const),
      },
    ),
    timeoutMs: fc.integer({ min: 1, max: 12 }),
    toChunks: fc.boolean(),
    onItemFailure: fc.constantFrom('fail' as const, 'skip' as const, 'collect' as const),
    badItem: fc.integer({ min: -3, max: 3 }),
    concurrency: fc.integer({ min: 1, max: 2 }),
    child: fc.constantFrom('alone' as const, 'before and after' as const, 'beside' as const, 'twice' as const),
  })
  .map(({ draft: { picks, join, quorum, late, place }, ...rest }) => ({ picks, join, quorum, late, place, ...rest }))

/** Random runs of graphs with edges of all kinds. Much of a run happens at the same instant. */
export const edgeRun: fc.Arbitrary<EdgeRunCase> = fc
  .record({
    drafts: fc.array(stageDraft, { minLength: 2, maxLength: MOST_STAGES }),
    shuffled: fc.boolean(),
    maxConcurrency: fc.constantFrom(undefined, 1, 2),
    onStageFailure: mostly('continue' as const, 'stop' as const, 3),
    cancelAtMs: rarely(fc.nat(30)),
    interruptAtMs: rarely(fc.nat(30)),
    timeoutMs: rarely(fc.integer({ min: 1, max: 40 })),
  })
  .map(({ drafts, shuffled, ...rest }) => ({ ...rest, stages: withEdges(wire(drafts, shuffled)) }))

type DraftedStage = Omit<EdgeStageCase, 'streams' | 'soft' | 'gates'> & { readonly kinds: readonly RandomKind[] }

/** Whatever is read chunk by chunk must yield, and a gate must decide. */
function withEdges(drafted: readonly DraftedStage[]): readonly EdgeStageCase[] {
  const stages = drafted.map(({ kinds, ...stage }): EdgeStageCase => {
    const { edges, ...wired } = withKinds(stage, kinds, stage.waits)
    return { ...stage, ...wired, ...edges }
  })
  return stages.map((stage, place) => {
    const isRead = stages.some(({ streams }) => streams.includes(place))
    const isGate = stages.some(({ gates }) => gates.includes(place))
    return {
      ...stage,
      form: isRead && stage.form === 'function' ? 'generator' : stage.form,
      when: isGate ? 'none' : stage.when,
    }
  })
}
