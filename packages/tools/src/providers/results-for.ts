import {
  oneOf,
  type OptionRule,
  type OptionRules,
  optionProblems,
  read,
  refuseOptions,
  required,
  show,
} from '@stageflow/core/kit'

import { isMadeId } from './call-ids.ts'
import { isObject } from './call-kinds.ts'
import { isResolvedCall } from '../parsed-call.ts'
import type { ToolResult } from '../result-types.ts'
import { writerOf } from './tools-for.ts'

/** The results of calls, as the next request of each provider takes them. */
export interface ToolResultShapes {
  'openai-chat': { role: 'tool'; tool_call_id: string; content: string }[]
  'openai-responses': { type: 'function_call_output' | 'custom_tool_call_output'; call_id: string; output: string }[]
  anthropic: { type: 'tool_result'; tool_use_id: string; content: string; is_error?: true }[]
  google: { functionResponse: { id?: string; name: string; response: Record<string, unknown> } }[]
  'ai-sdk': {
    type: 'tool-result'
    toolCallId: string
    toolName: string
    output: { type: 'text' | 'error-text'; value: string }
  }[]
  mcp: { content: { type: 'text'; text: string }[]; isError?: true }[]
}

const WRITERS: { readonly [Shape in keyof ToolResultShapes]: (result: ToolResult) => ToolResultShapes[Shape][number] } =
  {
    'openai-chat': (result) => ({ role: 'tool', tool_call_id: result.callId, content: textFor(result).text }),
    'openai-responses': (result) => ({
      type: isCustomCall(result) ? 'custom_tool_call_output' : 'function_call_output',
      call_id: result.callId,
      output: textFor(result).text,
    }),
    anthropic: (result) => {
      const { text, isError } = textFor(result)
      const block = { type: 'tool_result' as const, tool_use_id: result.callId, content: text }
      return isError ? { ...block, is_error: true } : block
    },
    google: (result) => {
      const { text, isError } = textFor(result)
      const response = isError ? { error: text } : { output: json(result, text) }
      // The model has never seen a generated id.
      const id = isMadeId(result.callId) ? undefined : { id: result.callId }
      return { functionResponse: { ...id, name: result.name ?? '', response } }
    },
    'ai-sdk': (result) => {
      const { text, isError } = textFor(result)
      const output = { type: isError ? ('error-text' as const) : ('text' as const), value: text }
      return { type: 'tool-result', toolCallId: result.callId, toolName: result.name ?? '', output }
    },
    mcp: (result) => {
      const { text, isError } = textFor(result)
      const content = { content: [{ type: 'text' as const, text }] }
      return isError ? { ...content, isError: true } : content
    },
  }

/** The results of `execute`, or unresolved calls, as a provider's next request takes them. Failures become a message for the model. */
export function resultsFor<Shape extends keyof ToolResultShapes>(
  shape: Shape,
  results: readonly ToolResult[],
): ToolResultShapes[Shape] {
  const write = writerOf(WRITERS, 'resultsFor()', shape) as (result: ToolResult) => ToolResultShapes[Shape][number]
  refuseOptions('resultsFor()', 'tools/illegal-option', resultProblems(results))
  return results.map(write) as ToolResultShapes[Shape]
}

const STRING: OptionRule = [(value) => typeof value === 'string', 'a string', true]
const RESULT: OptionRules<Pick<ToolResult, 'callId' | 'status'>> = {
  callId: STRING,
  status: required(oneOf('completed', 'failed', 'denied', 'cancelled', 'unresolved')),
}
const ERROR: OptionRule = [
  (value) => typeof read(value, 'message') === 'string',
  'an error with a message for the model',
  true,
]

function resultProblems(results: unknown): readonly string[] {
  if (!Array.isArray(results)) return [`the results must be an array, such as execute() returns, not ${show(results)}`]
  return Array.from<unknown>(results).flatMap((result, index) => problemsOf(result, `results[${index}].`))
}

/** What is wrong with one result. */
function problemsOf(result: unknown, path: string): readonly string[] {
  if (isResolvedCall(result))
    return [`${path.slice(0, -1)} is a call that has not run; pass what executor.execute() returns for it`]
  const problems = optionProblems(result, RESULT, path, 'any')
  if (problems.length > 0) return problems
  const status = read(result, 'status')
  if (status === 'completed') return []
  return optionProblems(result, status === 'failed' ? { error: ERROR } : { message: STRING }, path, 'any')
}

/** OpenAI takes the output of a custom tool only in a type of its own. */
function isCustomCall(result: ToolResult): boolean {
  // A call that could not be read is not read again.
  const raw: unknown = result.status === 'unresolved' && result.reason === 'unsupported_call' ? result.raw : undefined
  return isObject(raw) && raw['type'] === 'custom_tool_call'
}

function textFor(result: ToolResult): { readonly text: string; readonly isError: boolean } {
  if (result.status === 'completed') return outputText(result.output)
  return { text: result.status === 'failed' ? result.error.message : result.message, isError: true }
}

/** As JSON has it: a Date has become a string. */
function json(result: ToolResult, text: string): unknown {
  if (result.status !== 'completed' || typeof result.output === 'string' || text === '') return text
  return JSON.parse(text)
}

function outputText(output: unknown): { readonly text: string; readonly isError: boolean } {
  if (typeof output === 'string') return { text: output, isError: false }
  try {
    return { text: JSON.stringify(output) ?? '', isError: false }
  } catch {
    return { text: 'The tool completed, but its output cannot be written as JSON.', isError: true }
  }
}
