import fc from 'fast-check'
import { draft, wire } from './random-graphs.ts'
import type { Wiring } from './random-graphs.ts'

/** How code ends when nothing stops it; `hangs`: only its signal ends it. */
export type TreeEnding = 'ok' | 'skip' | 'fail' | 'throw' | 'cancel' | 'retry' | 'hangs'

/** The code of a stage, or of an item of a map. */
export interface TreeCode {
  readonly style: 'sync' | 'promise' | 'generator'
  readonly ms: number
  /** Of its first call, its second and so on, over and over. */
  readonly endings: readonly TreeEnding[]
  /** Ignores its signal. */
  readonly deaf: boolean
  /** How long the cleanup takes that each call asks for; `throws`: it does. */
  readonly cleanup: number | 'none' | 'throws'
  readonly emits: boolean
}

/** What a stage of a tree does: its own code, or child pipelines in one of the ways there are. */
export type TreeWork =
  | { readonly does: 'code'; readonly code: TreeCode }
  | { readonly does: 'child'; readonly child: TreePipeline }
  | {
      readonly does: 'repeat'
      readonly child: TreePipeline
      readonly guard: TreeCode
      readonly maxAttempts: number
    }
  | {
      readonly does: 'map'
      readonly each: TreeCode | TreePipeline
      readonly items: number
      readonly source: 'list' | 'slow' | 'throws'
      readonly concurrency: number | undefined
      readonly onItemFailure: 'fail' | 'skip' | 'collect'
      readonly maxFailures: number | undefined
      readonly keyed: boolean
      readonly streamed: boolean
      /** If each item runs a pipeline: it is the map's `each` itself, not started with `runChild`. */
      readonly direct: boolean
    }
  /** Code that starts child runs, after a pause in which it ignores its signal: one that it forgets, if so, and one whose end it awaits. */
  | {
      readonly does: 'runs'
      readonly child: TreePipeline
      readonly waitsMs: number
      readonly forgets: boolean
      readonly timeoutMs: number | undefined
    }

export interface TreeStage extends Wiring {
  readonly work: TreeWork
  readonly when: boolean | undefined
  readonly onFailure: 'none' | 'skip' | 'fallback'
}
export interface TreePipeline {
  readonly stages: readonly TreeStage[]
}

/** What an interceptor does around one run; each run of the tree is dealt the next. */
export type Deal =
  | 'passes'
  | 'waits before'
  | 'waits after'
  | 'fails'
  | 'cancels'
  | 'throws after'
  | 'answers early'
  | 'hangs after'
  | 'outstays'

/** An interceptor of all pipelines of a tree, or of those of one depth. `aroundMaps`: it is around maps, too, not only their items. */
export interface TreeLayer {
  readonly aroundMaps: boolean
  readonly kind: 'times out' | 'retries' | 'hedges' | 'answers' | 'around' | 'observes' | 'observes and throws'
  readonly depth: number | undefined
  readonly ms: number
  readonly deals: readonly Deal[]
}

export interface TreeCase {
  readonly root: TreePipeline
  readonly layers: readonly TreeLayer[]
  readonly seed: number
  readonly sink: 'none' | 'quick' | 'slow' | 'too slow' | 'refuses' | 'throws'
  readonly chunkEvents: boolean
  /** Who reads the events of the handle; `none`: there is no handle. */
  readonly reader: 'none' | 'nobody' | 'reads' | 'leaves' | 'slow'
  /** The report is read as soon as the run has settled, else when nothing happens any more. */
  readonly readsAtOnce: boolean
  /** When the caller's signal aborts; below 0: it has before the run starts. */
  readonly abortAtMs: number | undefined
  readonly timeoutMs: number | undefined
  readonly graceMs: number
  readonly cleanupMs: number
  readonly maxConcurrency: number | undefined
  readonly onStageFailure: 'stop' | 'continue'
}

/** How deep pipelines lie in one another: the root is at 0. */
const DEEPEST = 2
/** Stages of one pipeline, by depth. */
const MOST_STAGES = [4, 3, 2] as const

// Instants that often fall together: what happens at once is where runs go wrong.
const instant = fc.constantFrom(0, 1, 3, 10)

const sometimes = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.oneof({ weight: 2, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary })

const ending: fc.Arbitrary<TreeEnding> = fc.oneof(
  { weight: 16, arbitrary: fc.constant('ok' as const) },
  { weight: 5, arbitrary: fc.constantFrom('skip' as const, 'fail' as const, 'throw' as const, 'retry' as const) },
  { weight: 2, arbitrary: fc.constantFrom('cancel' as const, 'hangs' as const) },
)

const code: fc.Arbitrary<TreeCode> = fc.record({
  style: fc.constantFrom('sync' as const, 'promise' as const, 'promise' as const, 'generator' as const),
  ms: instant,
  endings: fc.array(ending, { minLength: 1, maxLength: 3 }),
  deaf: fc.oneof({ weight: 7, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) }),
  cleanup: fc.oneof(
    { weight: 8, arbitrary: fc.constant('none' as const) },
    { weight: 3, arbitrary: fc.constantFrom(0, 2, 50, 'throws' as const) },
  ),
  emits: fc.boolean(),
})

function workAt(depth: number): fc.Arbitrary<TreeWork> {
  const own = fc.record({ does: fc.constant('code' as const), code })
  if (depth === DEEPEST) return own
  const child = pipelineAt(depth + 1)
  return fc.oneof(
    { withCrossShrink: true },
    { weight: 3, arbitrary: own },
    { weight: 1, arbitrary: fc.record({ does: fc.constant('child' as const), child }) },
    {
      weight: 1,
      arbitrary: fc.record({
        does: fc.constant('repeat' as const),
        child,
        guard: code,
        maxAttempts: fc.integer({ min: 1, max: 3 }),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        does: fc.constant('map' as const),
        each: fc.oneof(code, child),
        items: fc.integer({ min: 0, max: 3 }),
        source: fc.constantFrom('list' as const, 'slow' as const, 'throws' as const),
        concurrency: sometimes(fc.integer({ min: 1, max: 2 })),
        onItemFailure: fc.constantFrom('fail' as const, 'skip' as const, 'collect' as const),
        maxFailures: sometimes(fc.integer({ min: 0, max: 1 })),
        keyed: fc.boolean(),
        streamed: fc.boolean(),
        direct: fc.boolean(),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        does: fc.constant('runs' as const),
        child,
        waitsMs: fc.constantFrom(0, 0, 3, 40),
        forgets: fc.boolean(),
        timeoutMs: sometimes(fc.constantFrom(0, 4)),
      }),
    },
  )
}

function pipelineAt(depth: number): fc.Arbitrary<TreePipeline> {
  const about = fc.record({
    work: workAt(depth),
    when: fc.oneof({ weight: 8, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: fc.boolean() }),
    onFailure: fc.oneof(
      { weight: 6, arbitrary: fc.constant('none' as const) },
      { weight: 1, arbitrary: fc.constantFrom('skip' as const, 'fallback' as const) },
    ),
  })
  const stage = fc.tuple(draft, about)
  return fc
    .tuple(fc.array(stage, { minLength: 1, maxLength: MOST_STAGES[depth] ?? 1 }), fc.boolean())
    .map(([stages, shuffled]) => ({
      stages: wire(
        stages.map(([wiring, rest]) => ({ ...wiring, ...rest })),
        shuffled,
      ),
    }))
}

const deal: fc.Arbitrary<Deal> = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom('passes' as const, 'waits before' as const, 'waits after' as const) },
  {
    weight: 2,
    arbitrary: fc.constantFrom('fails' as const, 'cancels' as const, 'throws after' as const, 'answers early' as const),
  },
  { weight: 1, arbitrary: fc.constantFrom('hangs after' as const, 'outstays' as const) },
)

const layer: fc.Arbitrary<TreeLayer> = fc.record({
  kind: fc.constantFrom(
    'observes' as const,
    'observes and throws' as const,
    'retries' as const,
    'times out' as const,
    'hedges' as const,
    'answers' as const,
    'around' as const,
    'around' as const,
  ),
  aroundMaps: fc.boolean(),
  depth: sometimes(fc.integer({ min: 0, max: DEEPEST })),
  ms: fc.constantFrom(1, 2, 5),
  deals: fc.array(deal, { minLength: 1, maxLength: 5 }),
})

/** Random trees of pipelines in one another, and what happens to a run of one. */
export const treeCase: fc.Arbitrary<TreeCase> = fc.record({
  root: pipelineAt(0),
  layers: fc.array(layer, { maxLength: 3 }),
  seed: fc.nat(1_000),
  sink: fc.constantFrom('quick' as const, 'none', 'slow', 'too slow', 'refuses', 'throws'),
  chunkEvents: fc.boolean(),
  reader: fc.constantFrom('none' as const, 'none', 'nobody', 'reads', 'leaves', 'slow'),
  readsAtOnce: fc.boolean(),
  abortAtMs: sometimes(fc.constantFrom(-1, 0, 1, 2, 3, 5, 8, 20)),
  timeoutMs: sometimes(fc.constantFrom(1, 3, 5, 20)),
  graceMs: fc.constantFrom(0, 5, 30),
  cleanupMs: fc.constantFrom(5, 100),
  maxConcurrency: sometimes(fc.integer({ min: 1, max: 2 })),
  onStageFailure: fc.constantFrom('stop' as const, 'continue' as const),
})
