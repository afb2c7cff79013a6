import { StageflowError } from '@stageflow/core'
import { read } from '@stageflow/core/kit'
import { toolsFor } from '@stageflow/tools'
import type { AnyTool, ToolListShapes } from '@stageflow/tools'
import type { CallMessageShapes, ToolResultShapes } from '@stageflow/tools/messages'

/** Whose messages an agent keeps: those of the AI SDK, of OpenAI's chat completions, or of its Responses API. */
export type AgentShape = 'ai-sdk' | 'openai-chat' | 'openai-responses'

/** What every message of these shapes has. */
export interface GivenMessage {
  readonly role?: 'system' | 'developer' | 'user' | 'assistant' | 'tool'
}

/** A message of a snapshot, as each of these shapes takes it. */
export type TextMessage =
  | { readonly role: 'user'; readonly content: string }
  | { readonly role: 'assistant'; readonly content: string }
  | { readonly role: 'system'; readonly content: string }

/** A message that an agent adds: the answer of a model with its calls, or their results. */
export type AddedMessage<Shape extends AgentShape> = CallMessageShapes[Shape][number] | ToolResultShapes[Shape][number]

/** The part of a request that a turn decides, as the client takes it. Without tools, only the messages. */
export interface TurnRequests<Message> {
  'ai-sdk': {
    messages: (Message | AddedMessage<'ai-sdk'>)[]
    tools?: ToolListShapes['ai-sdk']
    toolChoice?: 'auto' | 'none'
  }
  'openai-chat': {
    messages: (Message | AddedMessage<'openai-chat'>)[]
    tools?: ToolListShapes['openai-chat']
    tool_choice?: 'auto' | 'none'
  }
  'openai-responses': {
    input: (Message | AddedMessage<'openai-responses'>)[]
    tools?: ToolListShapes['openai-responses']
    tool_choice?: 'auto' | 'none'
  }
}

/** The names that these parts have in each shape. */
const NAMES = {
  'ai-sdk': { messages: 'messages', choice: 'toolChoice' },
  'openai-chat': { messages: 'messages', choice: 'tool_choice' },
  'openai-responses': { messages: 'input', choice: 'tool_choice' },
} as const

/** The request of a turn. `mayCall`: whether the model may call tools; they are in the request all the same, because their calls are in the messages. */
export function requestFor<Shape extends AgentShape, Message>(
  shape: Shape,
  messages: readonly object[],
  tools: readonly AnyTool[],
  mayCall: boolean,
): TurnRequests<Message>[Shape] {
  const names = NAMES[shape]
  const ofTools = { tools: toolsFor(shape, tools), [names.choice]: mayCall ? 'auto' : 'none' }
  const request: object = { [names.messages]: [...messages], ...(tools.length > 0 && ofTools) }
  return request as TurnRequests<Message>[Shape]
}

/** The ids of the calls, or of the results, that a message has. */
type IdsIn = (message: object) => readonly string[]
const textAt = (object: object, name: string): string => String(read(object, name))
const partsOf = (message: object, type: string): readonly object[] => {
  const content = read(message, 'content')
  return Array.isArray(content) ? content.filter((part: unknown) => read(part, 'type') === type) : []
}
const IDS: { readonly [Shape in AgentShape]: { readonly calls: IdsIn; readonly results: IdsIn } } = {
  'ai-sdk': {
    calls: (message) => partsOf(message, 'tool-call').map((part) => textAt(part, 'toolCallId')),
    results: (message) => partsOf(message, 'tool-result').map((part) => textAt(part, 'toolCallId')),
  },
  'openai-chat': {
    calls: (message) => ((read(message, 'tool_calls') ?? []) as readonly object[]).map((call) => textAt(call, 'id')),
    results: (message) => (read(message, 'role') === 'tool' ? [textAt(message, 'tool_call_id')] : []),
  },
  'openai-responses': {
    calls: (item) => (read(item, 'type') === 'function_call' ? [textAt(item, 'call_id')] : []),
    results: (item) => (read(item, 'type') === 'function_call_output' ? [textAt(item, 'call_id')] : []),
  },
}

/** Throws `agent/cut-pair` if the messages have a call without its result, or a result without its call: providers refuse these. */
export function checkPairs(shape: AgentShape, messages: readonly object[]): void {
  const { calls, results } = IDS[shape]
  let open: readonly string[] = []
  for (const message of messages) {
    open = [...open, ...calls(message)]
    for (const id of results(message)) {
      const place = open.indexOf(id) // a provider may give the calls of several turns one id
      if (place < 0) throw cutPair('result', id, 'call')
      open = open.toSpliced(place, 1)
    }
  }
  const [left] = open
  if (left !== undefined) throw cutPair('call', left, 'result')
}

const cutPair = (has: string, id: string, lacks: string): StageflowError =>
  new StageflowError(
    'agent/cut-pair',
    `trim() left the ${has} "${id}" without its ${lacks}. Cut before a message of the user, so that calls and results stay together.`,
  )
