import {
  ABORT_SIGNAL,
  CLOCK,
  objectWith,
  optionProblems,
  type OptionRule,
  read,
  refuseOptions,
  required,
} from '@stageflow/core/kit'

const ID: OptionRule = [(value) => typeof value === 'string', 'a string']
const CALLER: OptionRule = [
  (value) => CLOCK[0](read(value, 'clock')) && ABORT_SIGNAL[0](read(value, 'signal')),
  'the caller that an executor makes',
]
const TOOLS: OptionRule = objectWith('a registry', 'get')

/** Checks what `undo` gets. An app calls `undo` of its executor, and not the one of the log. */
export function checkUndo(callId: unknown, caller: unknown, question: unknown): void {
  const given = { callId, caller, tools: read(question, 'tools'), pipelineRunId: read(question, 'pipelineRunId') }
  const rules = { callId: required(ID), caller: required(CALLER), tools: required(TOOLS), pipelineRunId: ID }
  refuse('undo', optionProblems(given, rules), 'executor.undo(callId, { registry })')
}

/** Checks what `compensate` gets. An app calls `compensate` of its executor, and not the one of the log. */
export function checkCompensate(pipelineRunId: unknown, caller: unknown, tools: unknown): void {
  const rules = { pipelineRunId: required(ID), caller: required(CALLER), tools: required(TOOLS) }
  const problems = optionProblems({ pipelineRunId, caller, tools }, rules)
  refuse('compensate', problems, 'executor.compensate(pipelineRunId, { registry })')
}

function refuse(method: string, problems: readonly string[], call: string): void {
  if (problems.length === 0) return
  refuseOptions(`${method}() of undoLog()`, 'undo/illegal-option', [
    `${problems.join('; ')}. Pass the log to an executor, and call ${call}`,
  ])
}
