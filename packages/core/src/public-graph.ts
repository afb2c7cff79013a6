import type { PipelineInfo } from './context.ts'
import type { BuiltGraph, StageGraph } from './graph.ts'
import { EventFeed, openHandle } from './handle.ts'
import { failureOf } from './outcome.ts'
import type { Outcome } from './outcome.ts'
import { Run } from './run.ts'
import { checkRunOptions } from './run-options.ts'
import type { Listener } from './run-events.ts'
import { inputFields } from './snapshot.ts'

/** Set by the class below, which alone can read its private fields. */
export let builtGraphOf: (value: unknown) => BuiltGraph | undefined

/** A built pipeline as its users see it; its methods can be taken off it. */
class PublicGraph {
  readonly #graph: BuiltGraph
  readonly name: string
  readonly info: PipelineInfo

  constructor(graph: BuiltGraph) {
    this.#graph = graph
    this.name = graph.name
    this.info = graph.info
    Object.freeze(this)
  }

  static {
    builtGraphOf = (value) =>
      typeof value === 'object' && value !== null && #graph in value ? value.#graph : undefined
  }

  readonly run = (input?: object, options?: object): Promise<Outcome> =>
    new Promise((resolve, reject) => {
      createRun(this.#graph, input, options).open((outcome) => {
        if (outcome.status === 'failed') reject(failureOf(outcome))
        else resolve(outcome)
      })
    })

  readonly runSettled = (input?: object, options?: object): Promise<Outcome> =>
    new Promise((resolve) => createRun(this.#graph, input, options).open(resolve))

  readonly start = (input?: object, options?: object): unknown => {
    const feed = new EventFeed()
    return openHandle(createRun(this.#graph, input, options, feed), feed)
  }
}

/** Throws what keeps the run from starting: a wrong input, a wrong option. */
function createRun(
  graph: BuiltGraph,
  input: object | undefined,
  options: object | undefined,
  listener?: Listener,
): Run {
  return new Run(graph, inputFields(input), checkRunOptions(graph, options), undefined, listener)
}

export const asStageGraph = (graph: BuiltGraph): StageGraph<unknown, unknown> =>
  new PublicGraph(graph) as unknown as StageGraph<unknown, unknown>
