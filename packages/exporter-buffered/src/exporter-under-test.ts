import type { Exporter } from './exporter.ts'

/** An exporter for the cases of the contract, and a way to read what it has written. */
export interface ExporterUnderTest {
  readonly exporter: Exporter
  /** Reads what has arrived behind the exporter, in order; of each event at least its type. */
  written(): readonly { readonly type: string }[] | Promise<readonly { readonly type: string }[]>
  /** Makes what is behind the exporter fail, until `repairDownstream`. Called before the first export. */
  breakDownstream?(): void | Promise<void>
  repairDownstream?(): void | Promise<void>
  /** Makes what is behind the exporter hang until `end`. Without it, no case tests that `close` keeps its limit then. */
  hangDownstream?(): void | Promise<void>
  /** Called after each case. */
  end?(): void | Promise<void>
}
