/** What has gone through a queue; of a broadcast the counts of its readers are summed, and sizes are those of the reader furthest behind. */
export interface ChunkQueueStats {
  readonly size: number
  readonly maxSize: number
  readonly isClosed: boolean
  readonly isThrottled: boolean
  /** Puts that were taken, those that the policy then dropped or merged among them. */
  readonly totalItems: number
  /** By the policy, and of a broadcast what was put while nobody read. */
  readonly droppedItems: number
  /** `droppedItems` of `totalItems`, from 0; above 1 only where a broadcast drops for several readers. */
  readonly dropRate: number
  /** Merged into another by `coalesce`. */
  readonly coalescedItems: number
  /** Left unread by `cancel()`. */
  readonly discardedItems: number
  /** Puts that had to wait. */
  readonly blockedPuts: number
  /** Of those that are over; measured only where there is an `eventEmitter`, else 0. */
  readonly totalBlockedMs: number
  readonly waitingPuts: number
  readonly waitingGets: number
  readonly maxQueueSize: number
  readonly readers: number
  /** How often the event emitter threw or rejected. */
  readonly emitterErrors: number
  readonly lastEmitterError: unknown
}
