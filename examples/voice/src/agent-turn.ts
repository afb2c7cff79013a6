import { agent, type AgentChunk } from '@stageflow/agent'
import { Pipeline, type StageContext, StageKind } from '@stageflow/core'
import { stream } from '@stageflow/core/edges'
import { callModel, type Model } from '@stageflow/models'
import { type AgentRequest } from './agent-model.ts'
import { registry } from './agent-tools.ts'
import {
  moderation,
  playStream,
  recognizeQuestion,
  REMEMBER,
  remember,
  speakSentences,
  type TurnPorts,
} from './turn.ts'

export interface AgentPorts extends TurnPorts {
  readonly agentModel: Model<AgentRequest>
}

const assistant = agent({
  name: 'assistant',
  shape: 'openai-chat',
  model: (context: StageContext<{}, AgentPorts>, request) =>
    callModel(context, request, { models: [context.ports.agentModel] }),
  tools: registry,
  maxTurns: 4,
})

/**
 * An agent answers. It says what it does before it calls a tool, and that is spoken while the tool runs. An agent has effects, so it waits for
 * the check of the question: it can't be held by a gate.
 */
export const agentTurn = Pipeline.withPorts<AgentPorts>('agent')
  .withStage('recognize', recognizeQuestion, StageKind.TRANSFORM)
  .withStage('moderation', moderation, StageKind.GUARD, { dependencies: ['recognize'] })
  .withPipeline('assistant', assistant, {
    kind: StageKind.AGENT,
    dependencies: ['recognize', 'moderation'],
    join: 'every', // a check that refuses skips it
    chunks: 'turns',
    input: (inputs) => ({ inputText: inputs.from('recognize').text }),
  })
  .withStage('speech', speakTurns, StageKind.TRANSFORM, { dependencies: [stream('assistant')] })
  .withStage('play', playStream, StageKind.WORK, { dependencies: [stream('speech')], maxWaiting: 2 })
  .withStage('remember', remember, StageKind.WORK, REMEMBER)

function speakTurns({ inputs, signal }: StageContext<{}, AgentPorts, { readonly assistant: AgentChunk }>) {
  return speakSentences(textsOf(inputs.stream('assistant')), signal)
}

async function* textsOf(chunks: AsyncIterable<AgentChunk>): AsyncGenerator<string, void> {
  for await (const { text } of chunks) yield text
}
