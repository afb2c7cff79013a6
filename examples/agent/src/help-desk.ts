import { agent } from '@stageflow/agent'
import type { StageContext } from '@stageflow/core'
import { openaiChat } from '@stageflow/provider-openai'
import type { ToolExecutor } from '@stageflow/tool-executor'
import type { OpenAI } from 'openai'
import { CHANGES, registry, type ToolPorts } from './tools.ts'

export interface Ports extends ToolPorts {
  readonly client: OpenAI
  readonly model: string
}

const INSTRUCTIONS =
  'You work at the help desk of Stageflow. Search the documentation, never guess, and name the page that you used. ' +
  'Write a reply as a draft, then close the ticket with it. At the end say in one or two sentences what you did.'

export interface Limits {
  readonly maxTurns: number
  readonly maxTokens: number
}

/** The whole agent. `executor` makes its calls, and keeps what undo needs. */
export function helpDesk(executor: ToolExecutor, { maxTurns, maxTokens }: Limits) {
  return agent({
    name: 'help-desk',
    shape: 'openai-chat',
    model: (context: StageContext<{}, Ports>, request) => {
      const { client, model } = context.ports
      return openaiChat(context, { client, model, ...request })
    },
    messages: ({ inputText = '' }) => [
      { role: 'system', content: INSTRUCTIONS },
      { role: 'user', content: inputText },
    ],
    tools: registry,
    executor,
    maxTurns,
    budget: { maxTokens },
    approve: { when: ({ name }) => CHANGES.has(name) },
  })
}
