import { amount, type Checks, count, known } from './fields.ts'

/** What a call used, as its provider counted it: what was not counted is not there. Fits the note `usage` of a stage. */
export interface ProviderUsage {
  /** All input tokens, those from a cache included. */
  readonly inputTokens?: number
  /** All output tokens, those of reasoning included. */
  readonly outputTokens?: number
  /** Of the input, what was read from the provider's cache. */
  readonly cachedTokens?: number
  /** Of the input, what was written to the provider's cache. */
  readonly cacheWriteTokens?: number
  /** Of the output, what the model thought and did not say. */
  readonly reasoningTokens?: number
  /** What the call cost, in US dollars. */
  readonly costUsd?: number
}

export const USAGE_CHECKS: Checks<ProviderUsage> = {
  inputTokens: count,
  outputTokens: count,
  cachedTokens: count,
  cacheWriteTokens: count,
  reasoningTokens: count,
  costUsd: amount,
}

type Counted = { readonly [Name in keyof ProviderUsage]?: ProviderUsage[Name] | undefined }

/** Undefined where nothing was counted. */
export function usageOf({
  inputTokens,
  outputTokens,
  cachedTokens,
  cacheWriteTokens,
  reasoningTokens,
  costUsd,
}: Counted): ProviderUsage | undefined {
  const usage = known({ inputTokens, outputTokens, cachedTokens, cacheWriteTokens, reasoningTokens, costUsd })
  return Object.keys(usage).length === 0 ? undefined : (usage as ProviderUsage)
}

/** The sum, where both are known. */
export const totalOf = (input: number | undefined, output: number | undefined): number | undefined =>
  input === undefined || output === undefined ? undefined : input + output
