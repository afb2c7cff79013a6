import {
  DELAY,
  FLAG,
  checkArgumentCount,
  functionLike,
  MILLISECONDS,
  oneOf,
  optionProblems,
  type OptionRule,
  type OptionRules,
  or,
  plainOptions,
  read,
  REDACTION,
  refuseOptions,
  required,
  show,
  whole,
} from '@stageflow/core/kit'
import type { RedactionOptions } from '@stageflow/core/redaction'
import type { StandardSchemaV1 } from '@standard-schema/spec'

import { redactorFor } from './redact.ts'
import { isSchema } from './schema.ts'
import type { AnyTool, Tool, ToolDefinition, ToolRateLimit, ToolRetry, ToolRetryRule } from './tool-types.ts'

const DEFAULT_TIMEOUT_MS = 30_000
const DEFAULT_RETRY = {
  attempts: 3,
  baseMs: 1_000,
  capMs: 30_000,
  backoff: 'exponential',
  jitter: 'full',
  maxRetryAfterMs: 60_000,
  isRetryable: undefined,
} as const satisfies ToolRetryRule
/** What every provider accepts. */
const LEGAL_NAME = /^[\w-]{1,64}$/
const TOOL: unique symbol = Symbol.for('@stageflow/tool')

const SCHEMA: OptionRule = [isSchema, 'a Standard Schema, such as z.object({ … })']
const OBJECT: OptionRule = [() => true, 'an object'] // `optionProblems` checks it with what is inside
const DEFINITION: OptionRules<ToolDefinition<string, StandardSchemaV1, StandardSchemaV1, {}>> = {
  name: [
    (name) => typeof name === 'string' && LEGAL_NAME.test(name),
    'a name that every provider accepts: 1 to 64 letters, digits, "_" or "-"',
    true,
  ],
  description: [
    (text) => typeof text === 'string' && text.trim() !== '',
    'a string that tells the model what the tool does',
    true,
  ],
  input: required(SCHEMA),
  output: SCHEMA,
  execute: required(functionLike('(input, context) => output')),
  undo: functionLike('(call, context) => void'),
  timeoutMs: or(MILLISECONDS, false, 'false for no limit'),
  concurrency: or(whole(1), Infinity),
  rateLimit: OBJECT,
  retry: OBJECT,
  executionModes: [isNames, 'an array of names of execution modes, at least one'],
  data: FLAG,
  redaction: REDACTION,
  inputJsonSchema: [isSchemaObject, 'a JSON Schema, as an object'],
}
const RATE_LIMIT: OptionRules<ToolRateLimit> = { calls: required(whole(1)), perMs: required(MILLISECONDS) }
const RETRY: OptionRules<ToolRetry> = {
  attempts: whole(1),
  baseMs: MILLISECONDS,
  capMs: MILLISECONDS,
  backoff: oneOf('exponential', 'linear', 'constant'),
  jitter: oneOf('none', 'full', 'equal', 'decorrelated'),
  maxRetryAfterMs: DELAY,
  isRetryable: functionLike('(error, context) => boolean, { afterMs } or undefined'),
}

/**
 * Defines a tool. The types of its handler's input and output come from its schemas. Throws `tools/illegal-option` with every
 * problem.
 */
export function defineTool<
  const Name extends string,
  Input extends StandardSchemaV1,
  Output extends StandardSchemaV1 = StandardSchemaV1,
  Ports = {},
>(
  definition: ToolDefinition<Name, Input, Output, Ports>,
): Tool<Name, StandardSchemaV1.InferOutput<Input>, StandardSchemaV1.InferOutput<Output>, Ports> {
  checkArgumentCount(arguments.length, 1, 'defineTool(definition)', 'tools/illegal-option')
  const given = read(definition, 'name')
  refuseOptions(
    typeof given === 'string' ? `defineTool(${show(given)})` : 'defineTool()',
    'tools/illegal-option',
    definitionProblems(definition),
  )
  const { output, undo, timeoutMs = DEFAULT_TIMEOUT_MS, concurrency = Infinity } = definition
  const { rateLimit, retry, executionModes, data = true, redaction, inputJsonSchema } = definition
  const own = redaction && frozenRedaction(redaction)
  redactorFor(own)
  return Object.freeze({
    [TOOL]: true,
    name: definition.name,
    description: definition.description,
    input: definition.input,
    output,
    execute: definition.execute,
    undo,
    timeoutMs,
    concurrency,
    rateLimit: rateLimit && Object.freeze({ calls: rateLimit.calls, perMs: rateLimit.perMs }),
    retry: retry && retryRule(retry),
    executionModes: executionModes && Object.freeze([...executionModes]),
    data,
    redaction: own,
    inputJsonSchema,
  })
}

/** Whether `defineTool` made it, so that its options have been checked. A copy, `{ ...tool }`, isn't frozen: it could be changed. */
export function isTool(value: unknown): value is AnyTool {
  return typeof value === 'object' && value !== null && TOOL in value && Object.isFrozen(value)
}

/** Whether calls in this execution mode may use the tool. Without a mode, only tools that every mode may use. */
export function mayUse({ executionModes }: AnyTool, executionMode: string | undefined): boolean {
  return executionModes === undefined || (executionMode !== undefined && executionModes.includes(executionMode))
}

function retryRule(retry: ToolRetry): ToolRetryRule {
  const given = Object.entries(plainOptions(retry)).filter(([, value]) => value !== undefined)
  return Object.freeze({ ...DEFAULT_RETRY, ...Object.fromEntries(given) })
}

/** A copy, so that later changes don't matter. */
function frozenRedaction(redaction: RedactionOptions): RedactionOptions {
  const { keys, ...bounds } = plainOptions(redaction)
  return Object.freeze({ ...bounds, ...(Array.isArray(keys) && { keys: Object.freeze([...keys]) }) })
}

function definitionProblems(definition: unknown): readonly string[] {
  const problems = [...optionProblems(definition, DEFINITION)]
  const rateLimit = read(definition, 'rateLimit')
  if (rateLimit !== undefined) problems.push(...optionProblems(rateLimit, RATE_LIMIT, 'rateLimit.'))
  const retry = read(definition, 'retry')
  if (retry !== undefined) problems.push(...optionProblems(retry, RETRY, 'retry.'))
  return problems
}

function isNames(value: unknown): boolean {
  return Array.isArray(value) && value.length > 0 && value.every((one) => typeof one === 'string' && one !== '')
}

function isSchemaObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
