import type { LLMToolCall } from '@stageflow/provider-types'

/** The tokens of an agent's model calls. `estimated`: some were not counted by the provider. */
export interface AgentUsage {
  readonly inputTokens: number
  readonly outputTokens: number
  readonly estimated?: true
}

/** A call that the model has asked for. */
export interface AskedCall {
  /** Of no other call of the turn. */
  readonly id: string
  readonly name: string
  /** As the model wrote them: nothing has checked them yet. */
  readonly arguments: LLMToolCall['arguments']
}

/** What the model has said in a turn. */
export interface Asked {
  readonly text: string
  readonly calls: readonly AskedCall[]
  readonly finishReason: string
  /** The same as messages for the next request. */
  readonly messages: readonly object[]
  readonly usage: AgentUsage
  /** The limit of `modelBudget` was reached: the model was not asked, or its answer was ended. */
  readonly isOverBudget?: true
}
