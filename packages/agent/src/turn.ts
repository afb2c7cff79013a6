import { StageflowError, StageOutput } from '@stageflow/core'
import type { FailOutput, MapData, OkOutput, StageContext } from '@stageflow/core'
import type { ToolResult } from '@stageflow/tools'
import { stateIn } from './ask.ts'
import type { AgentUsage, Asked } from './asked.ts'
import type { AgentShape } from './transcript.ts'
import { nextState, tokensOf } from './turn-state.ts'
import type { AgentEnding, AgentLimits, TurnState } from './turn-state.ts'

/** What an agent ends with: the data of stage `turn`, at `data.turns.turn`. */
export interface AgentAnswer<Message = object> {
  /** What the model has said last. */
  readonly text: string
  readonly ended: AgentEnding
  /** The number of turns: requests to the model, and one that `modelBudget` refused. */
  readonly turns: number
  readonly usage: AgentUsage
  /** The whole conversation, in the shape of the agent. Every call has its result. */
  readonly messages: readonly Message[]
}

type Context = StageContext<{ ask: Asked; act: MapData<ToolResult> | undefined }, unknown>

/** What to do when an agent has failed at a limit. */
const FIXES: Readonly<Record<Exclude<AgentEnding, 'answer' | 'denied'>, string>> = {
  'max-turns': 'Raise maxTurns, or ask for less.',
  budget: 'Raise budget.maxTokens, or ask for less.',
  'repeated-calls': 'Say in the result of the tool what the model should do instead.',
}

/** The stage `turn`, the guard of the loop: ok with the answer, or `fail` for another turn. */
export function turnStage<Message>(
  shape: AgentShape,
  limits: AgentLimits,
): (context: Context) => OkOutput<AgentAnswer<Message>> | FailOutput {
  return (context) => {
    const state = stateIn(context)
    const asked = context.inputs.from('ask')
    const results = context.inputs.from('act')?.items ?? []
    const next = nextState(state, { asked, results }, shape, limits)
    const { usage, messages } = next
    const isSpent = tokensOf(usage) >= limits.maxTokens
    const ended = endedBy(state, asked, isSpent)
    const limit = ended ?? next.ending
    if (!limits.hasLastAnswer && limit !== undefined && limit !== 'answer' && limit !== 'denied')
      throw limitReached(limit, state.turn)
    if (ended === undefined) return StageOutput.fail('The model has called tools.')
    return StageOutput.ok({
      text: asked.text,
      ended,
      turns: state.turn,
      usage,
      messages: messages as readonly Message[], // those that `messages` gave, and what turns have added
    })
  }
}

/** Why the agent ends with this turn; undefined if it goes on. */
function endedBy({ ending }: TurnState, { calls, isOverBudget }: Asked, isSpent: boolean): AgentEnding | undefined {
  if (isOverBudget === true) return 'budget'
  if (calls.length === 0) return ending ?? 'answer'
  return isSpent ? 'budget' : ending
}

const limitReached = (limit: keyof typeof FIXES, turn: number): StageflowError =>
  new StageflowError('agent/limit', `The agent has reached a limit after ${turn} turns (${limit}). ${FIXES[limit]}`)
