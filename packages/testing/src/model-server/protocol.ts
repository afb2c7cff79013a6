import type { LLMToolCall } from '@stageflow/provider-types'

/** Tokens that a served answer has used. */
export interface ServedUsage {
  readonly inputTokens: number
  readonly outputTokens: number
}

/** Why a served answer ends. */
export type ServedEnding = 'stop' | 'length' | 'tool-calls' | 'content-filter'

/** How a provider writes an answer: each method returns what goes over the wire. */
export interface Protocol {
  /** Whether requests with this path are its. */
  readonly path: RegExp
  begin(usage: ServedUsage): string
  text(chunk: string, index: number, usage: ServedUsage): string
  toolCall(call: LLMToolCall, index: number): string
  /** The last events. `text`: all of it. */
  end(ending: ServedEnding, usage: ServedUsage, text: string): string
  /** The provider is overloaded, and says so inside of the stream. */
  overloaded(): string
  /** The body of an answer with an HTTP error. */
  refused(status: number, code: string | undefined): object
}

export const sse = (data: object, event?: string): string =>
  `${event === undefined ? '' : `event: ${event}\n`}data: ${JSON.stringify(data)}\n\n`

/** The model that answers, in the words of the provider. */
export const MODEL = 'served'

/** What providers say in errors. */
export const ERROR_TEXT = 'The model server was told to fail.'

export const argumentsText = ({ arguments: given }: LLMToolCall): string =>
  typeof given === 'string' ? given : JSON.stringify(given)
