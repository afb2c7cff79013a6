export type Fields = Readonly<Record<string, unknown>>

export const isObject = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** What a block with a type is: a call for a tool, another kind of call, or nothing that we have to make. */
export type BlockKind = 'function' | 'unsupported' | 'none'

const FUNCTIONS = new Set(['function', 'function_call', 'tool_use', 'tool-call', 'tool_call', 'invalid_tool_call'])

/** Calls that the provider makes itself. A request for approval stands beside its call. */
const MADE_ELSEWHERE = new Set([
  'server_tool_use',
  'mcp_tool_use',
  'mcp_call',
  'web_search_call',
  'file_search_call',
  'code_interpreter_call',
  'image_generation_call',
  'tool-approval-request',
])
const CALL_TYPE = /(?:^|[-_])(?:call|use|request)$/
const ANSWER_TYPE = /(?:result|output|error|response)$|^tool-output-/

/** Providers add types with every release: what looks like a call counts as one, so that no call is lost silently. */
export function kindOf(block: Fields, type: string): BlockKind {
  if (block['providerExecuted'] === true) return 'none'
  if (FUNCTIONS.has(type)) return toolsetOf(block) === undefined ? 'function' : 'unsupported'
  if (MADE_ELSEWHERE.has(type) || isAnswered(block, type) || isHosted(block)) return 'none'
  const hasArguments = 'arguments' in block || 'args' in block || 'input' in block
  const looksLikeCall = CALL_TYPE.test(type) || 'toolCallId' in block || ('name' in block && hasArguments)
  return looksLikeCall || isCustom(block, type) ? 'unsupported' : 'none'
}

/** The tools of a toolset are Anthropic's own, and may have the same names as yours. */
export function toolsetOf(block: Fields): string | undefined {
  const name = block['toolset_name']
  return typeof name === 'string' && name !== '' ? name : undefined
}

/** OpenAI's custom tools take free text. */
export const isCustom = (block: Fields, type: unknown = block['type']): boolean =>
  type === 'custom' && isObject(block['custom'])

const isAnswered = (block: Fields, type: string): boolean =>
  ANSWER_TYPE.test(type) || (typeof block['state'] === 'string' && block['state'].startsWith('output'))

function isHosted({ execution, environment }: Fields): boolean {
  return execution === 'server' || (isObject(environment) && environment['type'] === 'container_reference')
}

/** Reasons of a model that stopped before the end of its response. */
const CUT_REASONS = new Set<unknown>(['max_tokens', 'model_context_window_exceeded', 'length', 'MAX_TOKENS'])
export const isCutReason = (reason: unknown): boolean => CUT_REASONS.has(reason)
