/** The arguments are wrong. Its message says which, and what to pass. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}
