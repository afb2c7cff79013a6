/** What a queue has counted. In a broadcast, counts are sums over its readers, and sizes those of the reader furthest behind. */
export interface ChunkQueueStats {
  readonly size: number
  readonly maxSize: number
  readonly isClosed: boolean
  readonly isThrottled: boolean
  /** Items that were put, including those that the policy then dropped or merged. */
  readonly totalItems: number
  /** Items dropped by the policy, or put into a broadcast without readers. */
  readonly droppedItems: number
  /** `droppedItems` divided by `totalItems`. Above 1 only if a broadcast drops for several readers. */
  readonly dropRate: number
  /** Items merged into another by `coalesce`. */
  readonly coalescedItems: number
  /** Items left unread by `cancel()`. */
  readonly discardedItems: number
  /** Puts that had to wait. */
  readonly blockedPuts: number
  /** Total time of those waits that are over. Measured only with an `eventEmitter`; otherwise 0. */
  readonly totalBlockedMs: number
  readonly waitingPuts: number
  readonly waitingGets: number
  readonly maxQueueSize: number
  readonly readers: number
  /** How often the event emitter threw or rejected. */
  readonly emitterErrors: number
  readonly lastEmitterError: unknown
}
