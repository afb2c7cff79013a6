export interface Claim {
  /** Names one execution. */
  readonly token: string
  /** A hash of what the work is done with. */
  readonly parameters: string
  /** How long the claim holds from now, in ms. */
  readonly leaseMs: number
}

export interface Completion {
  readonly token: string
  readonly parameters: string
  /** The output of the work. */
  readonly value: string
  /** How long the output is kept from now, in ms. */
  readonly ttlMs: number
}

export type ClaimAnswer =
  | { readonly status: 'claimed' }
  | { readonly status: 'running'; readonly parameters: string; readonly leaseMs: number }
  | { readonly status: 'completed'; readonly parameters: string; readonly value: string }
