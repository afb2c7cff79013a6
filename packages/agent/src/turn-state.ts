import type { ToolResult } from '@stageflow/tools'
import { resultsFor } from '@stageflow/tools/messages'
import type { AgentUsage, Asked, AskedCall } from './asked.ts'
import type { AgentShape } from './transcript.ts'

/**
 * Why an agent has ended. `answer`: the model has answered without a call. `max-turns`: it was asked `maxTurns` times. `budget`: the tokens of the
 * agent are used up, or those of the user. `denied`: every call of a turn was denied. `repeated-calls`: the model made the same call in three turns
 * in a row.
 */
export type AgentEnding = 'answer' | 'max-turns' | 'budget' | 'denied' | 'repeated-calls'

/** What an agent knows at the beginning of a turn. It is JSON. */
export interface TurnState {
  /** From 1. */
  readonly turn: number
  readonly messages: readonly object[]
  readonly usage: AgentUsage
  /** In how many turns in a row each call of the last turn was made, by its name and arguments. */
  readonly repeats: Readonly<Record<string, number>>
  /** Why this turn is the last one, in which the model may call no tool. */
  readonly ending?: Exclude<AgentEnding, 'answer'>
}

/** What a turn has done. */
export interface TurnDone {
  readonly asked: Asked
  readonly results: readonly ToolResult[]
}

/** The limits of an agent. */
export interface AgentLimits {
  readonly maxTurns: number
  readonly maxTokens: number
  /** Whether the model answers without tools in the last turn. Otherwise a limit is a failure. */
  readonly hasLastAnswer: boolean
}

/** In the turn in which a call is made for this many turns in a row, the model has to stop. */
const MOST_REPEATS = 3

/** What the first turn begins with. */
export const firstState = (limits: AgentLimits): TurnState => ({
  turn: 1,
  messages: [],
  usage: { inputTokens: 0, outputTokens: 0 },
  repeats: {},
  ...(isLastTurn(1, limits) && { ending: 'max-turns' as const }),
})

/** What the next turn begins with. The turn and the loop around it both call this: it must return the same for the same. */
export function nextState(state: TurnState, done: TurnDone, shape: AgentShape, limits: AgentLimits): TurnState {
  const { asked, results } = done
  const turn = state.turn + 1
  const repeats = Object.fromEntries(asked.calls.map(keyOf).map((key) => [key, (state.repeats[key] ?? 0) + 1]))
  const ending = endingOf(turn, limits, repeats, results)
  return {
    turn,
    messages: [...state.messages, ...addedBy(done, shape)],
    usage: sum(state.usage, asked.usage),
    repeats,
    ...(ending !== undefined && { ending }),
  }
}

/** Whether the calls of a turn are made. At a limit the model could not read their results. */
export const mayAct = ({ turn, ending, usage }: TurnState, asked: Asked, limits: AgentLimits): boolean =>
  asked.calls.length > 0 &&
  ending === undefined &&
  turn < limits.maxTurns &&
  tokensOf(sum(usage, asked.usage)) < limits.maxTokens

export const tokensOf = ({ inputTokens, outputTokens }: AgentUsage): number => inputTokens + outputTokens

const keyOf = ({ name, arguments: given }: AskedCall): string => JSON.stringify([name, given])

const isLastTurn = (turn: number, { maxTurns, hasLastAnswer }: AgentLimits): boolean =>
  hasLastAnswer ? turn >= maxTurns : turn > maxTurns

/** Why the coming turn has to be the last one. */
function endingOf(
  turn: number,
  limits: AgentLimits,
  repeats: TurnState['repeats'],
  results: readonly ToolResult[],
): TurnState['ending'] {
  const isDenied = ({ status }: ToolResult): boolean => status === 'denied'
  if (results.length > 0 && results.every(isDenied)) return 'denied'
  if (Object.values(repeats).some((times) => times >= MOST_REPEATS)) return 'repeated-calls'
  return isLastTurn(turn, limits) ? 'max-turns' : undefined
}

/** The messages that a turn adds. Each call has a result: providers refuse a conversation in which one is missing. */
export function addedBy({ asked, results }: TurnDone, shape: AgentShape): readonly object[] {
  const byId = new Map(results.map((result) => [result.callId, result]))
  const all = asked.calls.map((call) => byId.get(call.id) ?? notMade(call))
  return [...asked.messages, ...resultsFor(shape, all)]
}

const notMade = ({ id: callId, name }: AskedCall, index = 0): ToolResult => ({
  status: 'cancelled',
  callId,
  name,
  index,
  durationMs: 0,
  attempts: 0,
  partials: [],
  partialsDropped: 0,
  undoable: false,
  message: 'This call was not made, or was stopped before its result was known.',
})

const sum = (a: AgentUsage, b: AgentUsage): AgentUsage => ({
  inputTokens: a.inputTokens + b.inputTokens,
  outputTokens: a.outputTokens + b.outputTokens,
  ...((a.estimated ?? b.estimated) && { estimated: true as const }),
})
