import type { ProviderUsage } from '@stageflow/provider-types'

/** How many tokens a text has. */
export type CountTokens = (text: string) => number

/** What a call has used. `estimated`: a part of it wasn't counted by the provider. */
export interface CallUsage extends ProviderUsage {
  readonly estimated?: true
}

/** Of English, for estimates. */
export const CHARACTERS_PER_TOKEN = 4
