import { StageflowError } from '@stageflow/core'
import type { StageContext } from '@stageflow/core'
import { read } from '@stageflow/core/kit'
import type { ModelOutput } from '@stageflow/models'
import { callsFor } from '@stageflow/tools/messages'
import type { AgentOptions } from './options.ts'
import { checkedMessages, illegalReturn } from './returned.ts'
import { checkPairs, requestFor } from './transcript.ts'
import type { AgentShape, GivenMessage } from './transcript.ts'
import type { TurnState } from './turn-state.ts'
import type { Asked, AskedCall } from './asked.ts'

/** A part of the text of a turn, as it comes. */
export interface AgentChunk {
  /** From 1. The answer is the text of the last turn. */
  readonly turn: number
  readonly text: string
}

const MODEL_FIX = 'Return the generator of aiSdk(), openaiChat(), openaiResponses() or callModel(), without a schema.'
const NOTHING = { text: '', calls: [], messages: [], usage: { inputTokens: 0, outputTokens: 0 } }

/** The stage `ask`: one request to the model. */
export function askStage<Shape extends AgentShape, Message extends GivenMessage, Ports>(
  options: AgentOptions<Shape, Message, Ports>,
): (context: StageContext<{}, Ports>) => AsyncGenerator<AgentChunk, Asked> {
  const { shape, model, tools, trim, onLimit } = options
  return async function* ask(context) {
    const { turn, messages, ending } = stateIn(context)
    const kept = trim === undefined ? messages : checkedMessages('trim', trim(messages as never))
    if (trim !== undefined) checkPairs(shape, kept)
    const { executionMode } = context.snapshot
    const listed = tools.list(executionMode === undefined ? {} : { executionMode })
    const request = requestFor<Shape, Message>(shape, kept, listed, ending === undefined)
    try {
      const answer = model(context, request)
      if (typeof read(answer, 'next') !== 'function') throw illegalReturn('model', answer, MODEL_FIX)
      const output = yield* inTurn(turn, answer)
      if (!Array.isArray(read(output, 'toolCalls'))) throw illegalReturn('model', output, MODEL_FIX)
      return askedIn(output, shape, kept)
    } catch (error) {
      if (onLimit !== 'fail' && StageflowError.is(error, 'models/budget'))
        return { ...NOTHING, finishReason: 'budget', isOverBudget: true }
      // In the last turn the model has called a tool all the same, and its client has refused that.
      if (ending !== undefined && StageflowError.is(error, 'models/tool-choice'))
        return { ...NOTHING, finishReason: 'tool-choice' }
      throw error
    }
  }
}

/** The chunks of an answer with the number of their turn. */
async function* inTurn<Answer>(
  turn: number,
  answer: AsyncGenerator<string, Answer, unknown>,
): AsyncGenerator<AgentChunk, Answer> {
  let step = await answer.next()
  try {
    for (; step.done !== true; step = await answer.next()) yield { turn, text: step.value }
    return step.value
  } finally {
    // The reader may have stopped: then the request ends too.
    if (step.done !== true) await answer.return(undefined as never)
  }
}

/** What the agent knows at the beginning of the turn. */
export function stateIn({ snapshot }: Pick<StageContext, 'snapshot'>): TurnState {
  const state = snapshot.extensions.agentTurn
  if (state !== undefined) return state
  throw new StageflowError(
    'agent/illegal-option',
    'A turn of an agent was run alone. Run what agent() returns, or add it with withPipeline().',
  )
}

function askedIn(output: ModelOutput, shape: AgentShape, sent: readonly object[]): Asked {
  const { text, finishReason, response } = output
  const calls = output.toolCalls.map((call, index, all): AskedCall => {
    const isOwn = call.id !== undefined && all.findIndex(({ id }) => id === call.id) === index
    return { id: isOwn ? call.id : `made-${crypto.randomUUID()}`, name: call.name, arguments: call.arguments }
  })
  const hasOwnIds = calls.every(({ id }, index) => id === output.toolCalls[index]?.id)
  const messages =
    (hasOwnIds ? output.messages : undefined) ?? callsFor(shape, { role: 'assistant', content: text, toolCalls: calls })
  const isEmpty = text === '' && calls.length === 0
  const inputTokens = counted(response.inputTokens)
  const outputTokens = isEmpty ? response.outputTokens : counted(response.outputTokens)
  const usage =
    inputTokens !== undefined && outputTokens !== undefined
      ? { inputTokens, outputTokens }
      : {
          inputTokens: inputTokens ?? tokensOf(sent),
          outputTokens: outputTokens ?? tokensOf(messages),
          estimated: true as const,
        }
  return { text, calls, finishReason, messages, usage }
}

/** Gateways send 0 for what they don't know. */
const counted = (tokens: number | undefined): number | undefined => (tokens === 0 ? undefined : tokens)

const CHARACTERS_PER_TOKEN = 4
const tokensOf = (messages: readonly object[]): number =>
  Math.ceil(JSON.stringify(messages).length / CHARACTERS_PER_TOKEN)
