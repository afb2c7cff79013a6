import type { StageflowEvent } from '@stageflow/core'

export interface ExportOptions {
  /** Aborts when nobody waits for this call any more: past `exportTimeoutMs`, or past the limit of `close()`. */
  readonly signal?: AbortSignal
}

/** Writes events somewhere, a batch at a time. What it owes is in `@stageflow/exporter-buffered/contract`. */
export interface Exporter {
  /**
   * Resolves once the batch is written. Rejects where it may not be: then it comes again, the same array, whole.
   * An error with `retryable: false` refuses the batch for good.
   */
  export(events: readonly StageflowEvent[], options?: ExportOptions): Promise<void>
  /** Resolves once all that was exported is where it will last, such as on the disk. May come while an export is under way. */
  flush?(): Promise<void>
  /** Ends it; may be called more than once. */
  close?(): Promise<void>
}

export function isExporter(value: unknown): value is Exporter {
  return typeof value === 'object' && value !== null && typeof (value as Partial<Exporter>).export === 'function'
}

/** Whether a batch that failed with `error` may be tried again: unless the error says `retryable: false`. */
export function mayRetry(error: unknown): boolean {
  return typeof error !== 'object' || error === null || (error as { readonly retryable?: unknown }).retryable !== false
}
