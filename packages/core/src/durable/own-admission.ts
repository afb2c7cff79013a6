import { StageflowError } from '../base/errors.ts'
import type { Kept } from '../contract/snapshot-fields.ts'
import type { AdmittedRun, BuiltGraph } from '../graph/graph.ts'

/**
 * Throws `core/not-durable` if a child graph has interceptors that admit callers and that the graph of the outermost run doesn't have.
 * In a run that outlives its caller they would have no caller to check: its legs have no token, and only the outermost graph keeps who began it.
 */
export function refuseOwnAdmission(stage: string, child: BuiltGraph, root: BuiltGraph): void {
  const own = child.admitting.filter((one) => !root.admitting.includes(one)).map(({ name }) => `"${name}"`)
  if (own.length === 0) return
  throw new StageflowError(
    'core/not-durable',
    `Stage "${stage}" runs the graph "${child.name}", whose own ${own.join(' and ')} would check a caller whom no leg of the run has. Pass the child as a pipeline, so that it is built with the interceptors of "${root.name}", or build both graphs with the same object.`,
  )
}

/** A run with what interceptors kept at its start. Its child graphs are checked as they start too: an app may make them while it runs. */
export const admittedRun = (kept: Kept): AdmittedRun => ({ kept, checkChild: refuseOwnAdmission })
