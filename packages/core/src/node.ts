import type { CallLayer } from './call-parts.ts'
import type { InterceptorContext, StageInfo } from './context.ts'
import type { Body } from './spec.ts'

/** A stage of a built graph: shared by all runs, so it holds nothing of any. */
export interface StageNode {
  readonly index: number
  readonly name: string
  readonly info: StageInfo
  /** The dependencies' places in declared order. */
  readonly dependencies: readonly number[]
  /** The names that they are read under. */
  readonly aliases: readonly string[]
  /** Where each alias stands; only for stages with so many that a search would be slow. */
  readonly positions: ReadonlyMap<string, number> | undefined
  /** May start before all its dependencies have settled, so its inputs are fixed when it starts. */
  readonly eager: boolean
  /** May be aborted without the others, so it has a signal of its own. */
  readonly alone: boolean
  readonly when: ((inputs: unknown, snapshot: unknown) => unknown) | undefined
  readonly onFailure: 'skip' | { readonly fallback: object } | undefined
  /** The stage's own code. */
  readonly body: Body
  /** The code inside the interceptors that wrap it; undefined where none does. */
  readonly wrapped: ((context: InterceptorContext) => unknown) | undefined
  /** Those that take part in its calls, outermost first; none where it is wrapped: then they are layers among the others. */
  readonly layers: readonly CallLayer[]
  /** Where a run keeps what goes along with its call. */
  readonly firstCall: number
}
