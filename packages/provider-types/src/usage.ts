import { amount, type Checks, count, known } from './fields.ts'

/** What a call used, as its provider counted it; absent if it wasn't counted. Fits the note `usage` of a stage. */
export interface ProviderUsage {
  /** All input tokens, cached ones included. */
  readonly inputTokens?: number
  /** All output tokens, reasoning included. */
  readonly outputTokens?: number
  /** Input tokens that were read from the provider's cache. */
  readonly cachedTokens?: number
  /** Input tokens that were written to the provider's cache. */
  readonly cacheWriteTokens?: number
  /** Output tokens of reasoning. */
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

/** Undefined if nothing was counted. */
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

/** The sum, if both are known. */
export const totalOf = (input: number | undefined, output: number | undefined): number | undefined =>
  input === undefined || output === undefined ? undefined : input + output
