import type { StageflowError } from '../base/errors.ts'
import type { RunOptions } from '../contract/run-context.ts'
import type { NamedGraph } from '../pipeline/stage-graph.ts'
import { admitRequest, isGivenUp, tellRefusedRequest } from './admission.ts'
import type { Admitted, GivenRequest } from './admission.ts'

/** Has the interceptors of graphs admit requests to runs, and counts the refused ones. An executor has one for each handle. */
export class Admissions {
  #refused = 0

  /** How many requests were refused. */
  get refused(): number {
    return this.#refused
  }

  /** Asks the interceptors, like `admitRequest`. A caller that gives up isn't refused. */
  async admit(graph: NamedGraph, request: GivenRequest): Promise<Admitted> {
    try {
      return await admitRequest(graph, request)
    } catch (error) {
      if (!isGivenUp(request.options as RunOptions | undefined, error)) this.#refused++
      throw error
    }
  }

  /**
   * Refuses a request without asking, such as one with a graph that lacks the interceptors of the run. Throws `error`, after `run.refused` has gone
   * to the sink of the graph, if there is one.
   */
  refuse(graph: NamedGraph | undefined, request: GivenRequest, error: StageflowError): never {
    this.#refused++
    if (graph !== undefined) tellRefusedRequest(graph, request, error)
    throw error
  }
}
