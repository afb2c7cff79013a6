import { StageflowError } from '@stageflow/core'
import type { LLMResponse, ProviderUsage } from '@stageflow/provider-types'
import { countBy, sizeOf } from './app-counts.ts'
import { CHARACTERS_PER_TOKEN } from './call-usage.ts'
import type { CallUsage, CountTokens } from './call-usage.ts'
import type { ModelCall } from './model-call.ts'

/** For English. Other languages have more tokens, and hidden reasoning, images and what a provider adds aren't in it. */
const roughly: CountTokens = (text) => Math.ceil(text.length / CHARACTERS_PER_TOKEN)

/**
 * What a call has used, as far as its provider said, and estimated otherwise. Undefined if nothing is known: a provider bills no request that
 * it has refused.
 */
export function usageOf<Request>(call: ModelCall<Request>, countTokens?: CountTokens): CallUsage | undefined {
  const { response } = call
  const counted = withoutZeros(response)
  if (!wasTaken(call) || (counted.inputTokens !== undefined && counted.outputTokens !== undefined))
    return Object.keys(counted).length === 0 ? undefined : counted
  const inputTokens = counted.inputTokens ?? sizeOf(call.model, call.request).inputTokens
  const outputTokens = counted.outputTokens ?? (call.hasResponded ? estimateOf(response, countTokens) : undefined)
  const usage = {
    ...counted,
    ...(inputTokens !== undefined && { inputTokens }),
    ...(outputTokens !== undefined && { outputTokens }),
  }
  return Object.keys(usage).length === 0 ? undefined : { ...usage, estimated: true }
}

/** Whether the request was made, and its provider hasn't refused it. */
export const wasTaken = <Request>({ wasSent, hasResponded, ending }: ModelCall<Request>): boolean =>
  wasSent && (ending?.status !== 'fail' || hasResponded || StageflowError.is(ending.error, 'models/stalled'))

/** What a provider counted. Gateways send 0 for what they don't know. */
function withoutZeros({ usage = {}, content, toolCalls }: LLMResponse): ProviderUsage {
  const { inputTokens, outputTokens, ...others } = usage
  const isEmpty = content === '' && toolCalls.length === 0
  return {
    ...(inputTokens !== undefined && inputTokens > 0 && { inputTokens }),
    ...(outputTokens !== undefined && (outputTokens > 0 || isEmpty) && { outputTokens }),
    ...others,
  }
}

/** The default counts if the function of the app doesn't. */
function estimateOf(response: LLMResponse, countTokens: CountTokens = roughly): number {
  const text = writtenIn(response)
  return countBy(countTokens, text) ?? roughly(text)
}

const writtenIn = ({ content, reasoning = '', toolCalls }: LLMResponse): string =>
  content + reasoning + toolCalls.map(({ name, arguments: given }) => name + JSON.stringify(given)).join('')

/** The sum of what several calls have used. A number that one of them lacks is the sum of the others. */
export function sumOf(all: readonly CallUsage[]): CallUsage | undefined {
  if (all.length === 0) return undefined
  const sum: Record<string, number | true> = {}
  for (const [name, value] of all.flatMap((usage) => Object.entries(usage) as [string, number | true][])) {
    const before = sum[name]
    sum[name] = typeof before === 'number' && typeof value === 'number' ? before + value : value
  }
  return sum
}
