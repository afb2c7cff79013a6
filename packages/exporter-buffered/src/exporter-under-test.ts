import type { StageflowEvent } from '@stageflow/core'

import type { Exporter } from './exporter.ts'

/** An event as it was written. A field that is missing isn't compared, except for these and the data. */
export interface WrittenEvent extends Partial<Pick<StageflowEvent, 'seq' | 'pipelineRunId'>> {
  readonly type: string
  readonly data?: unknown
}

/** An exporter for the cases of the contract, and a way to read what it has written. */
export interface ExporterUnderTest {
  readonly exporter: Exporter
  /** Reads what has arrived behind the exporter, in order. */
  written(): readonly WrittenEvent[] | Promise<readonly WrittenEvent[]>
  /**
   * What is written of an event's data: all of it as JSON holds it, only its facts (`eventFacts` of `@stageflow/core/kit`), or none.
   * Default: `all`.
   */
  readonly data?: 'all' | 'facts' | 'none'
  /** False for lines that people read, without `seq` and the whole `pipelineRunId`. Default: true. */
  readonly ids?: boolean
  /** What its errors must not show, such as the API key that it was made with. Default: none. */
  readonly secrets?: readonly string[]
  /** Makes what is behind the exporter fail, until `repairDownstream`. Called before the first export. */
  breakDownstream?(): void | Promise<void>
  repairDownstream?(): void | Promise<void>
  /** Makes what is behind the exporter hang until `end`. Without it, no case tests that `close` keeps its limit then. */
  hangDownstream?(): void | Promise<void>
  /** Called after each case. */
  end?(): void | Promise<void>
}
