import type { WiredEdges, Wiring } from './random-graphs.ts'

/** How the code of a stage ends when nothing stops it. */
export type EdgeEnding = 'ok' | 'skip' | 'fail' | 'throw' | 'cancel'

/** One stage of a random run of a graph with edges. */
export interface EdgeStageCase extends Omit<Wiring, 'edges'>, WiredEdges {
  readonly form: 'function' | 'generator' | 'map' | 'child'
  /** How many chunks it yields of its own, or how many items a map without a stream has. */
  readonly chunks: number
  /** What each chunk, and each that it reads, takes. */
  readonly paceMs: number
  readonly ending: EdgeEnding
  /** Its first attempt fails before it reads or yields. */
  readonly failsFirst: boolean
  /** A generator yields its own chunks before it reads. Otherwise it yields them after. */
  readonly ownFirst: boolean
  /** A generator yields each chunk that it reads. */
  readonly passes: boolean
  /**
   * How it reads. `all`: every chunk. `ahead`: the same, with two calls of `next` at once. `leaves`: some, and then it leaves the loop.
   * `stops`: some, and then no more, without leaving. `throws`: some, and then it throws.
   */
  readonly reads: 'all' | 'ahead' | 'leaves' | 'stops' | 'throws'
  /** How many chunks it reads if not all. */
  readonly some: number
  /** It catches the error of its streams, and goes on. */
  readonly catches: boolean
  readonly maxWaiting: number
  readonly overflow: 'block' | 'drop-oldest' | 'drop-newest'
  /** How many chunks are kept while it is held. */
  readonly maxHeld: number
  readonly when: 'none' | 'true' | 'false' | 'throws'
  readonly onFailure: 'none' | 'skip' | 'fallback'
  /** Ignores its signal. */
  readonly stubborn: boolean
  /** What the interceptors do: nothing, a retry, a limit, an answer in its place, or a second call whatever the first gave. */
  readonly around: 'nothing' | 'retry' | 'timeout' | 'answer' | 'again'
  readonly timeoutMs: number
  /** It has toChunks. */
  readonly toChunks: boolean
  /** How a map goes on after a failed item, and which item fails. */
  readonly onItemFailure: 'fail' | 'skip' | 'collect'
  readonly badItem: number
  readonly concurrency: number
  /** What a child has beside the stage that yields. */
  readonly child: 'alone' | 'before and after' | 'beside' | 'twice'
}

export interface EdgeRunCase {
  readonly stages: readonly EdgeStageCase[]
  readonly maxConcurrency: number | undefined
  readonly onStageFailure: 'stop' | 'continue'
  readonly cancelAtMs: number | undefined
  readonly interruptAtMs: number | undefined
  readonly timeoutMs: number | undefined
}

/** All stages that a stage has an edge from. */
export const sourcesOf = ({ dependencies, soft, gates }: EdgeStageCase): readonly number[] => [
  ...dependencies,
  ...soft,
  ...gates,
]
