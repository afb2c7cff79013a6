import type { ProviderUsage } from '@stageflow/provider-types'
import { read } from '@stageflow/core/kit'

/**
 * What a chunk of a provider says of its usage before the end: Anthropic counts the input in `message_start`, and Google has running totals in
 * its chunks. Undefined if it says nothing.
 */
export function usageInRaw(chunk: unknown): ProviderUsage | undefined {
  return read(chunk, 'type') === 'message_start'
    ? anthropicInput(read(read(chunk, 'message'), 'usage'))
    : googleTotals(read(chunk, 'usageMetadata'))
}

/** `output_tokens` is 1 there, whatever follows. */
function anthropicInput(usage: unknown): ProviderUsage | undefined {
  const input = countIn(usage, 'input_tokens')
  if (input === undefined) return undefined
  const cachedTokens = countIn(usage, 'cache_read_input_tokens')
  const cacheWriteTokens = countIn(usage, 'cache_creation_input_tokens')
  return {
    inputTokens: input + (cachedTokens ?? 0) + (cacheWriteTokens ?? 0),
    ...(cachedTokens !== undefined && { cachedTokens }),
    ...(cacheWriteTokens !== undefined && { cacheWriteTokens }),
  }
}

function googleTotals(usage: unknown): ProviderUsage | undefined {
  const inputTokens = countIn(usage, 'promptTokenCount')
  const candidates = countIn(usage, 'candidatesTokenCount')
  const thoughts = countIn(usage, 'thoughtsTokenCount')
  if (inputTokens === undefined && candidates === undefined) return undefined
  return {
    ...(inputTokens !== undefined && { inputTokens }),
    ...(candidates !== undefined && { outputTokens: candidates + (thoughts ?? 0) }),
  }
}

const countIn = (usage: unknown, name: string): number | undefined => countOf(read(usage, name))

/** A number of tokens, as far as it can be one: gateways send negative numbers and fractions too, and an answer is whole without its counts. */
export const countOf = (value: unknown): number | undefined =>
  Number.isSafeInteger(value) && (value as number) >= 0 ? (value as number) : undefined
