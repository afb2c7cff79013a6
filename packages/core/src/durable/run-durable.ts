import { checkArgumentCount } from '../base/argument-count.ts'
import { NoOpEventSink, sinkOf } from '../contract/event-sink.ts'
import type { RunOptions } from '../contract/run-context.ts'
import type { FailedResult, PipelineResult } from '../contract/results.ts'
import { inputFields } from '../contract/snapshot.ts'
import { KEPT, checkRunOptions } from '../graph/graph.ts'
import type { StageGraph } from '../pipeline/stage-graph.ts'
import { asResult } from '../report/outcome.ts'
import { withoutCaller } from './admission.ts'
import { builtGraph, checkRepeatable } from './check-leg.ts'
import { DurableRun } from './durable-run.ts'
import type { StageExecutor } from './executor.ts'
import { checkNeededCore } from '../base/needed-core.ts'
import { legSink } from './leg-sink.ts'
import { admittedRun } from './own-admission.ts'
import { Pump } from './pump.ts'

/** The options of one leg. What decides which stage runs when comes from the first leg: see `DurableStart`. */
export type LegOptions<Ports> = Omit<RunOptions, 'timeoutMs' | 'maxConcurrency' | 'onStageFailure'> &
  ({} extends Ports ? { readonly ports?: Ports } : { readonly ports: Ports })

type LegArguments<Ports> = {} extends Ports ? [options?: LegOptions<Ports>] : [options: LegOptions<Ports>]

/**
 * Carries one leg of a durable run: the stages that have facts are not called again. Resolves like `runSettled`. Rejects if the
 * run can't go on in this leg. The reason is `core/replay` if its facts don't fit the pipeline, `core/not-durable`, that of `lost`, or an
 * error of the executor. An interceptor that ends the leg before its first stage rejects it too. The run itself has not failed then. If
 * it was the first leg, there is no run. Rejects with `core/plugin-version` if the executor needs another core.
 */
export async function runDurable<Stages, Ports>(
  graph: StageGraph<Stages, Ports>,
  executor: StageExecutor,
  ...[options]: LegArguments<Ports>
): Promise<PipelineResult<Stages> | FailedResult<Stages>> {
  checkArgumentCount(arguments.length, 3, 'runDurable(graph, executor, options)')
  const built = builtGraph('runDurable()', graph)
  checkNeededCore('The executor', executor)
  checkRepeatable(built)
  const { runId, input, kept = {}, options: pinned } = executor.start
  const { eventSink, ...own } = checkRunOptions(built, {
    ...withoutCaller(built, checkRunOptions(built, options)),
    ...pinned,
  })
  const pump = new Pump(executor)
  const sink = sinkOf(eventSink, built.eventSink)
  const given = { ...own, [KEPT]: admittedRun(kept), eventSink: sink === NoOpEventSink ? sink : legSink(sink, pump) }
  const root = new DurableRun(pump, built, { ...inputFields(input), pipelineRunId: runId }, given, '')
  return asResult(await pump.carry(root)) as PipelineResult<Stages> | FailedResult<Stages>
}
