import type { RunIdentity } from '@stageflow/core'

import {
  aFunction,
  anObject,
  BEHAVIOR,
  checkOptions,
  CLOCK,
  EMITTER,
  FROM_0,
  FROM_1,
  MILLISECONDS,
  rule,
  SIGNAL,
} from './option-rules.ts'
import type { Rules } from './option-rules.ts'
import type { CallerOptions, ExecuteOptions, ToolExecutorOptions, UndoOptions } from './tool-executor-options.ts'

const APPROVE = aFunction('a function of the call')

const EXECUTOR: Rules<ToolExecutorOptions> = {
  clock: CLOCK,
  maxConcurrency: FROM_1,
  maxWaiting: FROM_0,
  graceMs: MILLISECONDS,
  maxOutputLength: FROM_1,
  maxPartials: FROM_0,
  approve: APPROVE,
  undoTtlMs: MILLISECONDS,
  undoStore: anObject('a store, with add, find and remove', 'add', 'find', 'remove'),
  idempotencyTtlMs: MILLISECONDS,
  resultStore: anObject('a store, with get, set and delete', 'get', 'set', 'delete'),
  random: aFunction('a function that answers with numbers from 0 up to 1'),
}

const ID_NAMES: readonly (keyof RunIdentity)[] = [
  'pipelineRunId',
  'requestId',
  'sessionId',
  'userId',
  'orgId',
  'interactionId',
]
const isIds = (value: unknown): boolean =>
  typeof value === 'object' &&
  value !== null &&
  Object.entries(value).every(
    ([name, id]) => (ID_NAMES as readonly string[]).includes(name) && (id === undefined || typeof id === 'string'),
  )

const CALLER: Rules<CallerOptions> = {
  context: anObject('the context of a stage', 'tryEmitEvent'),
  signal: SIGNAL,
  timeoutMs: MILLISECONDS,
  clock: CLOCK,
  ports: anObject('an object of ports'),
  eventEmitter: EMITTER,
}

const EXECUTE: Rules<ExecuteOptions> = {
  ...CALLER,
  ids: rule(isIds, `an object of texts, of ${ID_NAMES.join(', ')}`),
  behavior: BEHAVIOR,
  approve: APPROVE,
  maxConcurrency: FROM_1,
  idempotencyKey: aFunction('a function that answers the key of a call'),
}

const UNDO: Rules<UndoOptions> = {
  ...CALLER,
  pipelineRunId: rule((value) => typeof value === 'string', 'the id of a run'),
}

export const checkExecutorOptions = (options: unknown): void =>
  checkOptions('new ToolExecutor()', options, EXECUTOR, '{ maxConcurrency: 4 }')

export const checkExecuteOptions = (options: unknown): void =>
  checkOptions('execute()', options, EXECUTE, '{ context }')

export const checkUndoOptions = (options: unknown): void => checkOptions('undo()', options, UNDO, '{ context }')

export const checkCompensateOptions = (options: unknown): void =>
  checkOptions('compensate()', options, CALLER, '{ context }')
