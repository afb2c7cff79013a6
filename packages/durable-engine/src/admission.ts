import { StageflowError } from '@stageflow/core'
import type { Kept, RunInput, RunOptions, StageGraph } from '@stageflow/core'
import { admitRequest, isGivenUp, isGuarded, missingKeepers, tellRefusedRequest } from '@stageflow/core/durable'
import type { Admitted, GivenRequest } from '@stageflow/core/durable'

import type { RunRow } from './rows.ts'
import { inputOf, keptOf } from './run-row.ts'

type AnyGraph = Pick<StageGraph<unknown, unknown>, 'name' | 'info'>
/** What is asked of a run that exists. */
export type LaterAction = Exclude<GivenRequest['action'], 'start'>

/** Has the interceptors of a graph admit each request to its runs, and counts the refused ones. */
export class Admissions {
  /** How many requests were refused. */
  refused = 0

  /** Admits the start of a run. `system`: the part of the app that starts it by its name, and who the run is for. */
  async start(
    graph: AnyGraph,
    runId: string,
    input: RunInput,
    options: unknown,
    system?: GivenRequest['system'],
  ): Promise<Admitted> {
    return this.#ask(graph, { action: 'start', runId, input, options, ...(system && { system }) })
  }

  /** Admits a request to a run that exists. `answers`: the keys of each answer. */
  async later(
    graph: AnyGraph,
    action: LaterAction,
    row: RunRow,
    options: unknown,
    answers: readonly (readonly string[])[] = [],
  ): Promise<Admitted | undefined> {
    const request = { action, runId: row.id, input: inputOf(row), options, kept: keptOf(row) ?? {}, answers }
    try {
      checkGuarded(graph, row)
      // The rules of another pipeline say nothing about this run.
      if (isGuarded(graph) && graph.name !== row.pipeline) throw otherPipeline(graph, row)
    } catch (error) {
      this.refused++
      tellRefusedRequest(graph, request, error as StageflowError)
      throw error
    }
    return isGuarded(graph) ? this.#ask(graph, request) : undefined
  }

  async #ask(graph: AnyGraph, request: GivenRequest): Promise<Admitted> {
    try {
      return await admitRequest(graph, request)
    } catch (error) {
      if (!isGivenUp(request.options as RunOptions | undefined, error)) this.refused++
      throw error
    }
  }
}

/** Throws if a run began with interceptors that the graph lacks: they would not check who asks for it. */
export function checkGuarded(graph: AnyGraph, row: RunRow): void {
  const missing = missingKeepers(graph, keptOf(row))
  if (missing.length > 0) throw unguarded(row, missing)
}

const unguarded = ({ id, pipeline }: RunRow, missing: readonly string[]): StageflowError =>
  new StageflowError(
    'durable-engine/unguarded',
    `Run "${id}" of "${pipeline}" began behind the interceptors ${missing.join(', ')}, and this graph was built without them, so nothing would check who asks for the run. Build the graph with them.`,
  )

/** It may be read by who has no right to know more about the run. */
const otherPipeline = ({ name }: AnyGraph, { id }: RunRow): StageflowError =>
  new StageflowError(
    'durable-engine/changed-graph',
    `Run "${id}" is not a run of pipeline "${name}", so the interceptors of that cannot check who asks for it. Pass the graph of the pipeline that the run began with.`,
  )

/** Kept with a run that began behind interceptors: what they keep, by their names. */
export const keptText = (kept: Kept | undefined): string | null => (kept === undefined ? null : JSON.stringify(kept))
