import {
  checkArgumentCount,
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
import { sentName } from './sent-name.ts'
import { isResolvedCall } from '../parsed-call.ts'
import type { ToolResult } from '../result-types.ts'
import { writerOf } from './tools-for.ts'

/** The results of calls, as the messages with which each provider's conversation goes on. */
export interface ToolResultShapes {
  'openai-chat': { role: 'tool'; tool_call_id: string; content: string }[]
  /** Items of its `input`. */
  'openai-responses': { type: 'function_call_output' | 'custom_tool_call_output'; call_id: string; output: string }[]
  anthropic: { role: 'user'; content: AnthropicResult[] }[]
  google: { role: 'user'; parts: GoogleResult[] }[]
  'ai-sdk': { role: 'tool'; content: AiSdkResult[] }[]
  /** Without a conversation: what a server answers to each request. */
  mcp: { content: { type: 'text'; text: string }[]; isError?: true }[]
}

interface AnthropicResult {
  type: 'tool_result'
  tool_use_id: string
  content: string
  is_error?: true
}
interface GoogleResult {
  functionResponse: { id?: string; name: string; response: Record<string, unknown> }
}
interface AiSdkResult {
  type: 'tool-result'
  toolCallId: string
  toolName: string
  output: { type: 'text' | 'error-text'; value: string }
}

/** No message without results: providers refuse an empty one. */
type Results = readonly [ToolResult, ...ToolResult[]]

const WRITERS: { readonly [Shape in keyof ToolResultShapes]: (results: Results) => ToolResultShapes[Shape] } = {
  'openai-chat': (results) =>
    results.map((result) => ({ role: 'tool', tool_call_id: result.callId, content: textFor(result).text })),
  'openai-responses': (results) =>
    results.map((result) => ({
      type: isCustomCall(result) ? 'custom_tool_call_output' : 'function_call_output',
      call_id: result.callId,
      output: textFor(result).text,
    })),
  // All results in one message: Anthropic refuses a call whose result isn't in the next message.
  anthropic: (results) => [{ role: 'user', content: results.map(anthropicResult) }],
  google: (results) => [{ role: 'user', parts: results.map(googleResult) }],
  'ai-sdk': (results) => [{ role: 'tool', content: results.map(aiSdkResult) }],
  mcp: (results) =>
    results.map((result) => {
      const { text, isError } = textFor(result)
      const content = { content: [{ type: 'text' as const, text }] }
      return isError ? { ...content, isError: true } : content
    }),
}

/**
 * The results of `execute`, or unresolved calls, as the messages that follow those of `callsFor`. Failures become a message for the
 * model. No results make no message.
 */
export function resultsFor<Shape extends keyof ToolResultShapes>(
  shape: Shape,
  results: readonly ToolResult[],
): ToolResultShapes[Shape] {
  checkArgumentCount(arguments.length, 2, 'resultsFor(shape, results)', 'tools/illegal-option')
  const write = writerOf(WRITERS, 'resultsFor(shape, results)', shape)
  refuseOptions('resultsFor()', 'tools/illegal-option', resultProblems(results))
  const [first, ...others] = results
  return first === undefined ? [] : write([first, ...others])
}

function anthropicResult(result: ToolResult): AnthropicResult {
  const { text, isError } = textFor(result)
  const block = { type: 'tool_result' as const, tool_use_id: result.callId, content: text }
  return isError ? { ...block, is_error: true } : block
}

function googleResult(result: ToolResult): GoogleResult {
  const { text, isError } = textFor(result)
  const response = isError ? { error: text } : { output: json(result, text) }
  // The model has never seen a generated id.
  const id = isMadeId(result.callId) ? undefined : { id: result.callId }
  return { functionResponse: { ...id, name: sentName(result.name), response } }
}

function aiSdkResult(result: ToolResult): AiSdkResult {
  const { text, isError } = textFor(result)
  const output = { type: isError ? ('error-text' as const) : ('text' as const), value: text }
  return { type: 'tool-result', toolCallId: result.callId, toolName: sentName(result.name), output }
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
