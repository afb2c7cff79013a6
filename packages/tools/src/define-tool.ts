import {
  functionLike,
  DELAY,
  MILLISECONDS,
  oneOf,
  optionProblems,
  type OptionRule,
  type OptionRules,
  or,
  read,
  refuseOptions,
  show,
  whole,
} from '@stageflow/core/kit'
import type { StandardSchemaV1 } from '@standard-schema/spec'

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
  ],
  description: [
    (text) => typeof text === 'string' && text.trim() !== '',
    'a string that tells the model what the tool does',
  ],
  input: SCHEMA,
  output: SCHEMA,
  execute: functionLike('(input, context) => output'),
  undo: functionLike('(call, context) => void'),
  timeoutMs: or(MILLISECONDS, false, 'false for no limit'),
  concurrency: or(whole(1), Infinity),
  rateLimit: OBJECT,
  retry: OBJECT,
  executionModes: [isNames, 'an array of names of execution modes, at least one'],
  redact: [(value) => value === 'all' || isKeys(value), "an array of key names or patterns, or 'all'"],
  inputJsonSchema: [isSchemaObject, 'a JSON Schema, as an object'],
}
const RATE_LIMIT: OptionRules<ToolRateLimit> = { calls: whole(1), perMs: MILLISECONDS }
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
  const given = read(definition, 'name')
  refuseOptions(
    typeof given === 'string' ? `defineTool(${show(given)})` : 'defineTool()',
    'tools/illegal-option',
    definitionProblems(definition),
  )
  const { output, undo, timeoutMs = DEFAULT_TIMEOUT_MS, concurrency = Infinity } = definition
  const { rateLimit, retry, executionModes, redact = [], inputJsonSchema } = definition
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
    redact: redact === 'all' ? redact : Object.freeze([...redact]),
    inputJsonSchema,
  })
}

/** Whether `defineTool` made it, so that its options have been checked. */
export function isTool(value: unknown): value is AnyTool {
  return typeof value === 'object' && value !== null && TOOL in value
}

/** Whether calls in this execution mode may use the tool. Without a mode, only tools that every mode may use. */
export function mayUse({ executionModes }: AnyTool, executionMode: string | undefined): boolean {
  return executionModes === undefined || (executionMode !== undefined && executionModes.includes(executionMode))
}

function retryRule(retry: ToolRetry): ToolRetryRule {
  const given = Object.entries(retry).filter(([, value]) => value !== undefined)
  return Object.freeze({ ...DEFAULT_RETRY, ...Object.fromEntries(given) })
}

function definitionProblems(definition: unknown): readonly string[] {
  const problems = [...optionProblems(definition, DEFINITION)]
  if (typeof definition !== 'object' || definition === null) return problems
  const { rateLimit, retry } = definition as { readonly rateLimit?: unknown; readonly retry?: unknown }
  problems.push(...missing(definition, DEFINITION, ['name', 'description', 'input', 'execute']))
  if (rateLimit !== undefined)
    problems.push(
      ...optionProblems(rateLimit, RATE_LIMIT, 'rateLimit.'),
      ...missing(rateLimit, RATE_LIMIT, ['calls', 'perMs'], 'rateLimit.'),
    )
  if (retry !== undefined) problems.push(...optionProblems(retry, RETRY, 'retry.'))
  return problems
}

function missing(given: unknown, rules: OptionRules, names: readonly string[], path = ''): readonly string[] {
  if (typeof given !== 'object' || given === null) return []
  return names
    .filter((name) => (given as Readonly<Record<string, unknown>>)[name] === undefined)
    .map((name) => `${path}${name} is missing: it must be ${rules[name]?.[1]}`)
}

function isNames(value: unknown): boolean {
  return Array.isArray(value) && value.length > 0 && value.every((one) => typeof one === 'string' && one !== '')
}

function isKeys(value: unknown): boolean {
  return Array.isArray(value) && value.every((one) => typeof one === 'string' || one instanceof RegExp)
}

function isSchemaObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
