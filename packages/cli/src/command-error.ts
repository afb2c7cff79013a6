/** The command can't do what its words ask for. The message says why, and what to type instead. */
export class CommandError extends Error {
  override readonly name = 'CommandError'
}
