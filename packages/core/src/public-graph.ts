import { branded } from './copies.ts'
import type { BuiltGraph, StageGraph } from './graph.ts'
import { EventFeed, openHandle } from './handle.ts'
import { failureOf } from './outcome.ts'
import type { Outcome } from './outcome.ts'
import type { Listener } from './run-events.ts'
import { checkRunOptions } from './run-options.ts'
import { Run } from './run.ts'
import { inputFields } from './snapshot.ts'

const graphs = new WeakMap<object, BuiltGraph>()

/** What is behind a built pipeline; undefined where `value` is none. */
export const builtGraphOf = (value: unknown): BuiltGraph | undefined => graphs.get(value as object)

/** A built pipeline as its users see it; its functions can be taken off it. */
export function asStageGraph(graph: BuiltGraph): StageGraph<unknown, unknown> {
  /** Throws what keeps the run from starting: a wrong input, a wrong option. */
  const runOf = (input: object | undefined, options: object | undefined, listener?: Listener): Run =>
    new Run(graph, inputFields(input), checkRunOptions(graph, options), undefined, listener)
  const made = branded({
    name: graph.name,
    info: graph.info,
    run: (input?: object, options?: object): Promise<Outcome> =>
      new Promise((resolve, reject) => {
        runOf(input, options).open((outcome) => {
          if (outcome.status === 'failed') reject(failureOf(outcome))
          else resolve(outcome)
        })
      }),
    runSettled: (input?: object, options?: object): Promise<Outcome> =>
      new Promise((resolve) => runOf(input, options).open(resolve)),
    start: (input?: object, options?: object): unknown => {
      const feed = new EventFeed()
      return openHandle(runOf(input, options, feed), feed)
    },
  })
  graphs.set(made, graph)
  return Object.freeze(made) as unknown as StageGraph<unknown, unknown>
}
