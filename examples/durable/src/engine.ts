import type { PipelineReport } from '@stageflow/core'

/** How an order ended. */
export interface Ended {
  readonly status: string
  readonly reason?: string
  readonly errors?: readonly { readonly message: string }[]
  readonly data: { readonly ship?: { readonly parcel: string } | undefined }
  readonly report: PipelineReport
}

/** Where the runs of orders are kept. It acts for the person whose token it was opened with. */
export interface Engine {
  /** Starts an order, or goes on with it, and waits for its end. */
  start(id: string, item: string): Promise<Ended>
  /** Answers the question of an order, and waits for its end. */
  answer(id: string, isApproved: boolean): Promise<Ended>
  /** Goes on with a failed order from its failure, and waits for its end. */
  retry(id: string): Promise<Ended>
  /** The process may end after this. Orders in progress go on when another process starts them. */
  close(): Promise<void>
}

/** Called with each question that an order waits for. */
export type Ask = (question: string) => void
