import type { InspectorAct } from './protocol.ts'

/** What a reader may do. */
export type InspectorRight = 'read' | InspectorAct

/** Who sends a request to the page, as the app knows them. */
export interface InspectorAccess {
  /** Who it is. Acts without a token are recorded as `inspector: <by>`. */
  readonly by: string
  /** The organization whose runs alone are shown and acted on. Leave it out for someone who may see the runs of all. */
  readonly orgId?: string
  readonly may: readonly InspectorRight[]
  /** Passed as the run option `token` to the interceptors of the run's graph, so that they admit each act. */
  readonly token?: string
}

/** Who reads: by the key of `listen()` or by `authorize`. */
export type Reader = Omit<InspectorAccess, 'may'> & {
  readonly may: ReadonlySet<InspectorRight>
  /** Whether the key of `listen()` let them in: `by` is then the user of the operating system. */
  readonly isLocal: boolean
}

export const mayRead = (reader: Reader): boolean => reader.may.has('read')

/** Whether a run of this organization is shown to a reader. */
export const sees = (reader: Reader, orgId: string | undefined): boolean =>
  reader.orgId === undefined || reader.orgId === orgId
