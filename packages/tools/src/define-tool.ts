import type { StandardSchemaV1 } from '@standard-schema/spec'

import {
  aFunction,
  isMilliseconds,
  isRecord,
  isWhole,
  optionsOf,
  problemsOf,
  refuse,
  required,
  rule,
  show,
  WHOLE,
} from './option-rules.ts'
import type { Rule, Rules } from './option-rules.ts'
import { isSchema } from './schema.ts'
import type { AnyTool, Tool, ToolDefinition, ToolRateLimit, ToolRetry, ToolRetryRule } from './tool-types.ts'

const DEFAULT_TIMEOUT_MS = 30_000
const DEFAULT_RETRY = { attempts: 3, baseMs: 1_000, capMs: 30_000, when: () => true } as const
/** What every provider takes. */
const LEGAL_NAME = /^[\w-]{1,64}$/
const TOOL: unique symbol = Symbol.for('@stageflow/tool')
const SCHEMA = 'a Standard Schema, such as z.object({ … })'
const PAUSE: Rule = rule(isMilliseconds, 'a number of milliseconds above 0')
const DEFINITION: Rules<ToolDefinition<string, StandardSchemaV1, StandardSchemaV1, {}>> = {
  name: required(
    (name) => typeof name === 'string' && LEGAL_NAME.test(name),
    'a name that every provider takes: 1 to 64 letters, digits, "_" or "-"',
  ),
  description: required(
    (text) => typeof text === 'string' && text.trim() !== '',
    'a text that tells the model what the tool does',
  ),
  input: required(isSchema, SCHEMA),
  output: rule(isSchema, SCHEMA),
  execute: required((execute) => typeof execute === 'function', 'a function (input, context) => output'),
  undo: aFunction('a function (call, context)'),
  timeoutMs: rule(
    (value) => value === false || isMilliseconds(value),
    'a number of milliseconds above 0, or false for no limit',
  ),
  concurrency: rule((value) => value === Infinity || isWhole(value), 'a whole number from 1'),
  rateLimit: rule(isRecord, 'an object such as { calls: 10, perMs: 60_000 }'),
  retry: rule(isRecord, 'an object such as { attempts: 3 }'),
  behaviors: rule(isTexts, 'a list of names of execution modes, or left out for all of them'),
  redact: rule((value) => value === 'all' || isKeys(value), "a list of names of keys or patterns, or 'all'"),
  inputJsonSchema: rule(isRecord, 'a JSON Schema, an object'),
}
const RATE_LIMIT: Rules<ToolRateLimit> = {
  calls: required((calls) => isWhole(calls), 'a whole number from 1'),
  perMs: required(isMilliseconds, 'a number of milliseconds above 0'),
}
const RETRY: Rules<ToolRetry> = {
  attempts: WHOLE,
  baseMs: PAUSE,
  capMs: PAUSE,
  when: aFunction('a function (error) => boolean'),
}

/** Describes a tool: its handler's input and output have the types of its schemas. Throws `tools/illegal-option` with everything that is wrong. */
export function defineTool<
  const Name extends string,
  Input extends StandardSchemaV1,
  Output extends StandardSchemaV1 = StandardSchemaV1,
  Ports = {},
>(
  definition: ToolDefinition<Name, Input, Output, Ports>,
): Tool<Name, StandardSchemaV1.InferOutput<Input>, StandardSchemaV1.InferOutput<Output>, Ports> {
  const given = optionsOf('defineTool()', definition, 'an object such as { name, description, input, execute }')
  refuse(
    typeof given['name'] === 'string' ? `defineTool(${show(given['name'])})` : 'defineTool()',
    definitionProblems(given),
  )
  const { output, undo, timeoutMs = DEFAULT_TIMEOUT_MS, concurrency = Infinity } = definition
  const { rateLimit, retry, behaviors, redact = [], inputJsonSchema } = definition
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
    behaviors: behaviors && Object.freeze([...behaviors]),
    redact: redact === 'all' ? redact : Object.freeze([...redact]),
    inputJsonSchema,
  })
}

/** Whether `defineTool` made it, so that its options have been checked. */
export function isTool(value: unknown): value is AnyTool {
  return typeof value === 'object' && value !== null && TOOL in value
}

function retryRule(retry: ToolRetry): ToolRetryRule {
  const { attempts, baseMs, capMs, when } = DEFAULT_RETRY
  return Object.freeze({
    attempts: retry.attempts ?? attempts,
    baseMs: retry.baseMs ?? baseMs,
    capMs: retry.capMs ?? capMs,
    when: retry.when ?? when,
  })
}

function definitionProblems(given: Readonly<Record<string, unknown>>): readonly string[] {
  const { rateLimit, retry } = given
  return [
    ...problemsOf(given, DEFINITION),
    ...(isRecord(rateLimit) ? problemsOf(rateLimit, RATE_LIMIT, 'rateLimit') : []),
    ...(isRecord(retry) ? problemsOf(retry, RETRY, 'retry') : []),
  ]
}

function isTexts(value: unknown): boolean {
  return Array.isArray(value) && value.length > 0 && value.every((one) => typeof one === 'string' && one !== '')
}

function isKeys(value: unknown): boolean {
  return Array.isArray(value) && value.every((one) => typeof one === 'string' || one instanceof RegExp)
}
