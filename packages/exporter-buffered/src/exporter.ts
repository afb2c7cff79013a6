import type { StageflowEvent } from '@stageflow/core'
import { read } from '@stageflow/core/kit'
import type { OptionRule, WaitOptions } from '@stageflow/core/kit'

export interface ExportOptions {
  /** Aborts when the result of this call no longer counts: after `attemptTimeoutMs`, or when `close()` has given up. */
  readonly signal?: AbortSignal
}

/** Writes events somewhere, a batch at a time. `@stageflow/exporter-buffered/contract` tests what it must do. */
export interface Exporter {
  /**
   * The versions of core that it works with, as in its `peerDependencies`, such as `'^1.2.0 || ^2.0.0'`. What it is passed to refuses it in
   * another version (`core/plugin-version`). Default: any version.
   */
  readonly core?: string
  /**
   * Resolves once the batch is written. If it rejects, the same array comes again, whole. An error with `retryable: false`
   * refuses the batch for good.
   */
  export(events: readonly StageflowEvent[], options?: ExportOptions): Promise<void>
  /**
   * Resolves once all that was exported is where it will last, such as on the disk. Rejects when the limit has passed. Can be called
   * during an export.
   */
  flush?(options?: WaitOptions): Promise<void>
  /**
   * Ends the exporter within the limit. Resolves with a report, whose `error` says why events may be lost. Can be called more
   * than once.
   */
  close?(options?: WaitOptions): Promise<unknown>
}

export const EXPORTER: OptionRule = [
  (value) => typeof read(value, 'export') === 'function',
  'an object with export(events)',
]
