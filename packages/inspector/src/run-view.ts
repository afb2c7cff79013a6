import type { RunReport, RunView, StageInput, StageRow, StageView } from './protocol.ts'
import type { Redactors } from './redactors.ts'
import type { RunState } from './run-state.ts'
import { shownQuestion } from './kept-question.ts'
import { shownLeg, withoutSecrets } from './shown.ts'
import type { Shown } from './shown.ts'
import { StageState } from './stage-state.ts'

/** A run of which everything but its time, its children and the acts of the reader is filled in. */
export type RunViewParts = Omit<RunView, 'now' | 'children' | 'acts'>

export function runView(run: RunState, shown: Shown): RunViewParts {
  const { redactors, data } = shown
  return {
    summary: run.summary(redactors),
    graph: run.graph,
    report: runReport(run, shown),
    data,
    input: run.input?.shown(),
    questions: run.questions.map((question) => shownQuestion(question, redactors)),
  }
}

export function runReport(run: RunState, { redactors }: Shown): RunReport {
  const { status, pipeline, id, startedAt, endedAt, droppedEvents, notes, usage, legs } = run
  const { facts } = redactors
  const rows = stagesOf(run).map((stage) => [stage.name, stage.row(redactors)] as const)
  return {
    status,
    pipeline,
    pipelineRunId: id,
    startedAt,
    endedAt,
    stages: Object.fromEntries(rows),
    droppedEvents,
    notes: withoutSecrets(notes, facts),
    usage: usage && withoutSecrets(usage, facts),
    legs: legs?.map((leg) => shownLeg(leg, facts)),
  }
}

/** The stages of a run in declared order. Those of which nothing is known wait. */
function stagesOf(run: RunState): readonly StageState[] {
  if (run.graph === undefined) return [...run.stages.values()]
  return run.graph.stages.map(({ name }) => run.stages.get(name) ?? new StageState(name))
}

export function changedRows(run: RunState, since: number, redactors: Redactors): readonly StageRow[] {
  return [...run.stages.values()].filter(({ revision }) => revision > since).map((stage) => stage.row(redactors))
}

/** Undefined if the run has no such stage. */
export function stageView(run: RunState, name: string, { data, redactors }: Shown): StageView | undefined {
  const info = run.graph?.stages.find((stage) => stage.name === name)
  const stage = run.stages.get(name) ?? (info && new StageState(name))
  if (stage === undefined) return undefined
  const chunkText = stage.chunks?.text(redactors)
  return {
    run: run.id,
    row: stage.row(redactors),
    data,
    inputs: info === undefined ? [] : info.dependencies.map((dependency) => inputOf(run, dependency.stage)),
    chunkText: chunkText?.end,
    chunkTextCut: chunkText?.cut,
    output: stage.output?.shown(),
    questions: run.questions
      .filter(({ path }) => path[0] === name)
      .map((question) => shownQuestion(question, redactors)),
  }
}

function inputOf(run: RunState, name: string): StageInput {
  const stage = run.stages.get(name)
  return { stage: name, status: stage?.status, data: stage?.output?.shown() }
}
