import type { Exporter } from './exporter.ts'

/** What the contract's cases run against: an exporter, and a way to read what it has written. */
export interface ExporterUnderTest {
  readonly exporter: Exporter
  /** What has arrived behind the exporter, read there, in order: of each event its type at least. */
  written(): readonly { readonly type: string }[] | Promise<readonly { readonly type: string }[]>
  /** Makes what is behind the exporter fail, until it is mended. Called before the first export. */
  breakDownstream?(): void | Promise<void>
  mendDownstream?(): void | Promise<void>
  /** Called after each case. */
  end?(): void | Promise<void>
}
