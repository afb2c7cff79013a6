import { StageflowError } from '@stageflow/core'
import type { AnswersOf, PipelineResult, RunArguments, StageGraph } from '@stageflow/core'
import { checkArgumentCount } from '@stageflow/core/kit'
import { incompatibilities, openRequests, progressOf, resumeRun } from '@stageflow/core/durable'
import type { OpenRequest, SuspendedRun } from '@stageflow/core/durable'
import { readStored } from './read-state.ts'

/** How many incompatibilities the message of an error lists. */
const MOST_SHOWN = 50

/**
 * Continues a stored run: checks the state, and that it fits the graph. `answers` has an answer for at least one suspended
 * stage. Settles like `graph.run`; rejects with the errors of `readState`, and with `core/resume` for wrong answers.
 */
export async function resume<Stages, Ports>(
  graph: StageGraph<Stages, Ports>,
  state: unknown,
  answers: AnswersOf<Stages>,
  ...options: RunArguments<Ports>
): Promise<PipelineResult<Stages>> {
  checkArgumentCount(arguments.length, 4, 'resume(graph, state, answers, options)')
  return resumeRun(graph, readState(graph, state), answers, ...options)
}

/**
 * Reads a state, or its JSON, for `resumeSettled` and `startResumed` of `@stageflow/core/durable`. Throws
 * `suspend/damaged`, `suspend/unknown-format`, `suspend/too-large`, or `suspend/changed-graph` with every difference between the
 * graph and the one that the run began with.
 */
export function readState<Stages, Ports>(graph: StageGraph<Stages, Ports>, state: unknown): SuspendedRun {
  checkArgumentCount(arguments.length, 2, 'readState(graph, state)')
  const { run, fingerprint } = readStored(state)
  const found = incompatibilities(graph, fingerprint, progressOf(run))
  if (found.length === 0) return run
  const shown = found.slice(0, MOST_SHOWN).map((each) => `\n- ${each}`)
  if (found.length > MOST_SHOWN) shown.push(`\n- … and ${found.length - MOST_SHOWN} more`)
  throw new StageflowError(
    'suspend/changed-graph',
    `The suspended run "${run.report.pipelineRunId}" doesn't fit the graph "${graph.name}"; resume it with the graph that it began with, or one that keeps these stages:${shown.join('')}`,
  )
}

/**
 * The requests that a state waits for, to show them to a person. Those of child runs and of the items of maps are listed one by
 * one, each with the keys of its answer. Throws like `readState`, without the check of a graph.
 */
export function pendingRequests(state: unknown): readonly OpenRequest[] {
  checkArgumentCount(arguments.length, 1, 'pendingRequests(state)')
  return openRequests(readStored(state).run)
}
