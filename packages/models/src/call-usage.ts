import type { ProviderUsage } from '@stageflow/provider-types'

/** How many tokens a text has. */
export type CountTokens = (text: string) => number

/** What a call has used. `estimated`: a part of it wasn't counted by the provider. */
export interface CallUsage extends ProviderUsage {
  readonly estimated?: true
}

/** Of English, for estimates. */
export const CHARACTERS_PER_TOKEN = 4

/** Whether it is a number from 0: functions of the app count tokens and money. */
export const isCount = (value: unknown): value is number => typeof value === 'number' && value >= 0 && value < Infinity

/** What a function of the app counts. Undefined if it throws or returns no count: an estimate doesn't change how a call ends. */
export function countOf(count: () => unknown): number | undefined {
  try {
    const value = count()
    return isCount(value) ? value : undefined
  } catch {
    return undefined
  }
}
