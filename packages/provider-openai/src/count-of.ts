/** A number of tokens, as far as it can be one: gateways send negative numbers and fractions too, and an answer is whole without its counts. */
export const countOf = (value: unknown): number | undefined =>
  Number.isSafeInteger(value) && (value as number) >= 0 ? (value as number) : undefined
