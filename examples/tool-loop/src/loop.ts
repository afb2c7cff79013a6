import { Pipeline, StageKind, StageflowError, StageOutput, type StageContext } from '@stageflow/core'
import { openaiChat } from '@stageflow/provider-openai'
import { toolsFor } from '@stageflow/tools'
import { callsFor, resultsFor } from '@stageflow/tools/messages'
import type { OpenAI } from 'openai'
import { executor, registry, type ToolPorts } from './tools.ts'

export interface LoopPorts extends ToolPorts {
  readonly client: OpenAI
  readonly model: string
  readonly limits: { readonly maxRounds: number; readonly maxTokens: number }
}

const SYSTEM = 'You book train seats. Use the tools, never guess a train or a price. Answer in one or two sentences.'

/** The model is asked, its calls are made, and it gets the results, until it answers without a call or a limit is reached. */
export const toolLoop = Pipeline.withPorts<LoopPorts>('tool-loop')
  .withStage('guard', checkQuestion, StageKind.GUARD)
  .withStage('agent', agent, StageKind.AGENT, { dependencies: ['guard'] })

function checkQuestion({ snapshot: { inputText: question = '' } }: StageContext) {
  if (question.trim() === '') return StageOutput.cancel('Nothing was asked.')
  return question.length > 2_000 ? StageOutput.cancel('The question is too long.') : StageOutput.ok({ question })
}

/** Yields the words of the model as they arrive. */
async function* agent(context: StageContext<{ guard: { question: string } }, LoopPorts>) {
  const { client, model, limits } = context.ports
  const tools = toolsFor('openai-chat', registry.list())
  let tokens = 0
  const messages: OpenAI.ChatCompletionMessageParam[] = [
    { role: 'system', content: SYSTEM },
    { role: 'user', content: context.inputs.from('guard').question },
  ]
  for (let round = 1; round <= limits.maxRounds; round++) {
    const answer = yield* openaiChat(context, { client, model, messages, tools })
    if (answer.toolCalls.length === 0) return StageOutput.ok({ message: answer.text, rounds: round })
    tokens += (answer.response.inputTokens ?? 0) + (answer.response.outputTokens ?? 0)
    if (tokens > limits.maxTokens)
      return StageOutput.fail(
        new StageflowError(
          'tool-loop/too-many-tokens',
          `The model used more than ${limits.maxTokens} tokens. Raise --tokens, or ask for less.`,
        ),
      )
    // Never throws for what the model sent: a wrong name or argument becomes a result that tells the model what was wrong.
    const results = await executor.execute(answer, { registry, context })
    messages.push(...callsFor('openai-chat', answer), ...resultsFor('openai-chat', results))
  }
  return StageOutput.fail(
    new StageflowError(
      'tool-loop/too-many-rounds',
      `The model still called tools after ${limits.maxRounds} rounds. Raise --rounds, or ask for less.`,
    ),
  )
}
