import type { ContextSnapshot, StageContext, StageOptions } from '@stageflow/core'
import {
  FLAG,
  MILLISECONDS,
  TEXT,
  checkOptions,
  functionLike,
  objectWith,
  oneOf,
  optionProblems,
  refuseOptions,
  required,
  whole,
} from '@stageflow/core/kit'
import type { OptionRule, OptionRules } from '@stageflow/core/kit'
import type { ModelOutput } from '@stageflow/models'
import type { ToolExecutor } from '@stageflow/tool-executor'
import type { ResolvedCall, ToolRegistry } from '@stageflow/tools'
import type { AddedMessage, AgentShape, GivenMessage, TurnRequests } from './transcript.ts'

/** Which calls a person must approve, and how long they are waited for. */
export interface AgentApproval {
  /** Whether a call needs an approval. Calls that the registry refuses are never asked about. */
  readonly when: (call: ResolvedCall) => boolean
  /** Who may answer: an option of `@stageflow/interceptor-auth`. Default: who may answer the run. */
  readonly answeredBy?: StageOptions extends { readonly answeredBy?: infer Roles } ? Roles : never
  /** How long the question waits, in ms. Default: no limit. */
  readonly forMs?: number
  /** Whether calls without an answer in time are approved. Default: false. */
  readonly otherwise?: boolean
}

/** A check in each turn before the model is asked. */
export interface AgentGuard<Message, Ports> {
  /** What a stage of kind GUARD returns: `StageOutput.fail` or `.cancel` ends the agent, and `.skip` is refused. `messages`: those of the coming request. */
  readonly check: (context: StageContext<{}, Ports>, messages: readonly Message[]) => unknown
  /** Whether the model is asked at once, and what it says is held until the check has passed. Not in a durable run. Default: false. */
  readonly overlap?: boolean
}

/** The tokens of all turns together. */
export interface AgentBudget {
  /** Input and output, as the providers count them. At the limit no model is asked any more. */
  readonly maxTokens: number
}

/** Options of interceptors, by the stages of an agent: `turns` is all turns together, and the items of `act` are calls. */
export type AgentStageOptions = { readonly [Name in (typeof STAGES)[number]]?: StageOptions }
const STAGES = ['turns', 'guard', 'ask', 'approve', 'act', 'turn'] as const

export interface AgentOptions<Shape extends AgentShape, Message extends GivenMessage, Ports> {
  /** Default: `agent`. */
  readonly name?: string
  /** Whose messages it keeps: those that `model` sends. */
  readonly shape: Shape
  /** Asks the model, in stage `ask` of each turn: `(context, request) => aiSdk(context, { model, ...request })`. */
  readonly model: (
    context: StageContext<{}, Ports>,
    request: TurnRequests<Message>[Shape],
  ) => AsyncGenerator<string, ModelOutput, unknown>
  /** What it may call. */
  readonly tools: ToolRegistry<Ports>
  /** Runs the calls: pass one for an approval list, for undo, or for keys. Default: one for this agent. */
  readonly executor?: ToolExecutor
  /** The messages that it begins with. Default: those of the snapshot, and its `inputText` as the user's. It must return the same for the same. */
  readonly messages?: (snapshot: ContextSnapshot) => readonly Message[]
  /** Maximum number of requests to the model. In the last one it may call no tool. Default: 8. */
  readonly maxTurns?: number
  /** Default: no limit. */
  readonly budget?: AgentBudget
  /** Default: no call needs an approval. */
  readonly approve?: AgentApproval
  /** Returns the messages that a request has: all of them, or fewer. Default: all. */
  readonly trim?: (messages: readonly (Message | AddedMessage<Shape>)[]) => readonly (Message | AddedMessage<Shape>)[]
  /** What happens at a limit of turns, tokens or repeated calls. `answer`: the model answers without tools. `fail`: the agent fails. Default: `answer`. */
  readonly onLimit?: 'answer' | 'fail'
  /** Options of its stages that interceptors of the build take: `{ turns: { timeoutMs: 120_000 }, ask: { retry: { attempts: 2 } } }`. Default: none. */
  readonly stages?: AgentStageOptions
  /** Default: no check. */
  readonly guard?: AgentGuard<Message | AddedMessage<Shape>, Ports>
}

export const CODE = 'agent/illegal-option'
const WHERE = 'agent(options)'
export const DEFAULT_MAX_TURNS = 8

export const SHAPE: OptionRule = oneOf('ai-sdk', 'openai-chat', 'openai-responses')
const OBJECT: OptionRule = [
  (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
  'an object',
]
const ANYTHING: OptionRule = [() => true, 'anything']
const RULES: OptionRules<AgentOptions<never, never, never>> = {
  name: TEXT,
  shape: required(SHAPE),
  model: required(functionLike('(context, request) => aiSdk(context, { model, ...request })')),
  tools: required(objectWith('a ToolRegistry', 'list', 'readToExecute')),
  executor: objectWith('a ToolExecutor', 'execute'),
  messages: functionLike('(snapshot) => [{ role, content }]'),
  maxTurns: whole(1),
  budget: OBJECT,
  approve: OBJECT,
  trim: functionLike('(messages) => messages'),
  onLimit: oneOf('answer', 'fail'),
  stages: OBJECT,
  guard: OBJECT,
}
const STAGE_RULES = Object.fromEntries(STAGES.map((name) => [name, OBJECT]))
const BUDGET: OptionRules<AgentBudget> = { maxTokens: required(whole(1)) }
const APPROVE: OptionRules<AgentApproval> = {
  when: required(functionLike('(call) => true or false')),
  answeredBy: ANYTHING, // its interceptor checks it
  forMs: MILLISECONDS,
  otherwise: FLAG,
}
const GUARD: OptionRules<AgentGuard<never, never>> = {
  check: required(functionLike('(context, messages) => StageOutput')),
  overlap: FLAG,
}

/** Throws `agent/illegal-option` with everything that is wrong. */
export function checkAgentOptions(
  options: Pick<AgentOptions<never, never, never>, 'budget' | 'approve' | 'guard' | 'stages'>,
): void {
  checkOptions(WHERE, CODE, options, RULES)
  const { budget, approve, guard, stages } = options
  refuseOptions(WHERE, CODE, [
    ...(budget === undefined ? [] : optionProblems(budget, BUDGET, 'budget.')),
    ...(approve === undefined ? [] : optionProblems(approve, APPROVE, 'approve.')),
    ...(guard === undefined ? [] : optionProblems(guard, GUARD, 'guard.')),
    ...(stages === undefined ? [] : optionProblems(stages, STAGE_RULES, 'stages.')),
    ...(approve?.otherwise !== undefined && approve.forMs === undefined
      ? ['approve.otherwise needs approve.forMs, because a question without a limit waits until it is answered']
      : []),
  ])
}
