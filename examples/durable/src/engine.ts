import type { PipelineReport } from '@stageflow/core'
import type { Approval } from './order.ts'

/** How an order ended. */
export interface Ended {
  readonly status: string
  readonly reason?: string
  readonly errors?: readonly { readonly message: string }[]
  readonly data: { readonly ship?: { readonly parcel: string } | undefined }
  readonly report: PipelineReport
}

/** Where the runs of orders are kept. */
export interface Engine {
  /** Starts an order, or goes on with it, and waits for its end. */
  start(id: string, item: string): Promise<Ended>
  /** Answers for the person, and waits for the end of the order. */
  approve(id: string, approval: Approval): Promise<Ended>
  /** The process may end after this. Orders in progress go on when another process starts them. */
  close(): Promise<void>
}

/** Called when an order waits for a person. Returns the answer if it can be given here. */
export type Ask = (question: string) => Promise<Approval | undefined>
