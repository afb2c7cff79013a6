import { StageflowError } from '@stageflow/core'
import type { Kept, RunAction, RunInput } from '@stageflow/core'
import { Admissions, isGuarded, missingKeepers } from '@stageflow/core/durable'
import type { Admitted, GivenRequest, NamedGraph } from '@stageflow/core/durable'

import type { RunRow } from './rows.ts'
import { inputOf, keptOf } from './run-row.ts'

/** Has the interceptors of a graph admit each request to the runs of a journal. */
export class RunAdmissions extends Admissions {
  /** Admits the start of a run. `system`: the part of the app that starts it by its name, and who the run is for. */
  async start(
    graph: NamedGraph,
    runId: string,
    input: RunInput,
    options: unknown,
    system?: GivenRequest['system'],
  ): Promise<Admitted> {
    return this.admit(graph, { action: 'start', runId, input, options, ...(system && { system }) })
  }

  /** Admits a request to a run that exists. `answers`: the keys of each answer. */
  async later(
    graph: NamedGraph,
    action: Exclude<RunAction, 'start'>,
    row: RunRow,
    options: unknown,
    answers: readonly (readonly string[])[] = [],
  ): Promise<Admitted | undefined> {
    const request = { action, runId: row.id, input: inputOf(row), options, kept: keptOf(row) ?? {}, answers }
    const missing = missingKeepers(graph, keptOf(row))
    if (missing.length > 0) this.refuse(graph, request, unguarded(row, missing))
    if (!isGuarded(graph)) return undefined
    // The rules of another pipeline say nothing about this run.
    if (graph.name !== row.pipeline) this.refuse(graph, request, otherPipeline(graph, row))
    return this.admit(graph, request)
  }
}

/** Throws if a run began with interceptors that the graph lacks: they would not check who asks for it. */
export function checkGuarded(graph: NamedGraph, row: RunRow): void {
  const missing = missingKeepers(graph, keptOf(row))
  if (missing.length > 0) throw unguarded(row, missing)
}

const unguarded = ({ id, pipeline }: RunRow, missing: readonly string[]): StageflowError =>
  new StageflowError(
    'durable-engine/unguarded',
    `Run "${id}" of "${pipeline}" began behind the interceptors ${missing.join(', ')}, and this graph was built without them, so nothing would check who asks for the run. Build the graph with them.`,
  )

/** It may be read by who has no right to know more about the run. */
const otherPipeline = ({ name }: NamedGraph, { id }: RunRow): StageflowError =>
  new StageflowError(
    'durable-engine/changed-graph',
    `Run "${id}" is not a run of pipeline "${name}", so the interceptors of that cannot check who asks for it. Pass the graph of the pipeline that the run began with.`,
  )

/** Kept with a run that began behind interceptors: what they keep, by their names. */
export const keptText = (kept: Kept | undefined): string | null => (kept === undefined ? null : JSON.stringify(kept))
