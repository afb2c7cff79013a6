import type { Usage } from '@stageflow/core'

/** What a stage or a run has used of models: `1,200 tokens in, 340 out, $0.0042`. */
export function usageWords({ inputTokens, outputTokens, cachedTokens, costUsd }: Usage): string {
  const words = []
  if (inputTokens !== undefined) words.push(`${inputTokens.toLocaleString('en')} tokens in`)
  if (cachedTokens !== undefined && cachedTokens > 0) words.push(`${cachedTokens.toLocaleString('en')} cached`)
  if (outputTokens !== undefined) words.push(`${outputTokens.toLocaleString('en')} tokens out`)
  if (costUsd !== undefined) words.push(`$${Number(costUsd.toPrecision(3))}`)
  return words.join(', ')
}
