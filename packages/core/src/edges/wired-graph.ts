import type { StageNode } from '../graph/graph.ts'
import type { EdgesByKind } from '../schedule/edge-plan.ts'

/** A graph whose edges are wired. */
export interface WiredGraph {
  readonly names: readonly string[]
  readonly nodes: readonly StageNode[]
  readonly edges: EdgesByKind
  /** The `toChunks` of each stage. */
  readonly toChunks: readonly unknown[]
}
