import type { Clock } from '@stageflow/core'
import type { LLMDelta } from '@stageflow/provider-types'
import type { Turn } from './history.ts'
import type { Passage } from './passages.ts'

export interface AnswerRequest {
  readonly question: string
  /** Best first. */
  readonly passages: readonly Passage[]
  /** Earlier turns of the session, oldest first, with what their answers cited. */
  readonly earlier: readonly EarlierTurn[]
}

export interface EarlierTurn extends Turn {
  readonly passages: readonly Passage[]
}

/** What `llm` needs of an answerer: the embedded one and a model's server both have it. */
export interface Answerer {
  /** Of the model. */
  readonly name: string
  /** Whose model it is, as OpenTelemetry names providers. */
  readonly provider: string
  /** Whether an answer made from passages must cite one: a model may greet, the embedded answerer only quotes. */
  readonly mustCite: boolean
  /** Yields the answer as it grows and returns the passages it numbered: `[1]` in the text is the first. */
  answer(request: AnswerRequest, run: { readonly signal: AbortSignal; readonly clock: Clock }): AnswerStream
}

export type AnswerStream = AsyncGenerator<LLMDelta, readonly Passage[], undefined>

/** The numbers that a text cites, in order; brackets inside code are code. */
export function citedNumbers(answer: string): readonly number[] {
  const prose = answer.replace(/(`{3,})[\s\S]*?(?:\1|$)/g, ' ').replace(/`[^`\n]*`/g, ' ')
  const numbers = [...prose.matchAll(/\[(\d{1,3}(?:\s*,\s*\d{1,3})*)\]/g)].flatMap(([, list = '']) => list.split(','))
  return [...new Set(numbers.map(Number))].sort((left, right) => left - right)
}
