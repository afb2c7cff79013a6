import type { Need } from '../schedule/plan.ts'
import type { StageEdges } from './edges.ts'
import type { GraphEdges, StageNode } from './graph.ts'
import type { Problem, StageSpec } from './stage.ts'

/** The code of edges, which each edge carries. `src/edges/` has it. */
export interface EdgeCode {
  /** The stage options that edges claim. */
  readonly options: readonly string[]
  /** Reports what is wrong with the edges of a graph. */
  readonly check: (wiring: Wiring, problem: Problem) => void
  /** Makes the edges of a graph without problems. */
  readonly wire: (wiring: Wiring) => GraphEdges
}

/** A graph with edges that aren't wired yet. */
export interface Wiring {
  readonly specs: readonly StageSpec[]
  readonly edges: readonly StageEdges[]
  readonly nodes: readonly StageNode[]
  readonly needs: readonly Need[]
}
