/** A call as far as it has come, for `parseAndResolve`. */
export interface StreamedCall {
  readonly id: string | undefined
  readonly name: string | undefined
  readonly arguments: unknown
  /** Its end has not come. Then only arguments that are complete JSON count as complete. */
  readonly status?: 'incomplete'
  /** The type of a call that is not a function call. */
  readonly type?: string
}

/**
 * A call that still streams. `parseAndResolve` recognizes it by this class, because its `arguments` may be incomplete. What puts it
 * together is in another file, so that an app without streams doesn't load it.
 */
export abstract class StreamingCall {
  /** The call as far as it has come. */
  abstract finished(): StreamedCall
}
