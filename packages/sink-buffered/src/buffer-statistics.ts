/** What became of the events that a buffer was given: `offered` is `delivered` and `dropped` and `queued` together. */
export interface BufferStatistics {
  readonly offered: number
  readonly delivered: number
  readonly dropped: number
  /** `dropped` by reason. */
  readonly droppedBy: { readonly full: number; readonly failed: number; readonly closed: number }
  /** How many it holds, with the one that is being delivered. */
  readonly queued: number
  /** The most it ever held. */
  readonly mostQueued: number
  /** How many calls of `emit` wait for a place. */
  readonly waiting: number
  /** How many times the sink behind threw, rejected, or took too long. */
  readonly failures: number
  /** The last of these. */
  readonly lastError: unknown
  /** How many times `onDrop` threw or rejected. */
  readonly onDropErrors: number
}
