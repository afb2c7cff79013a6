/**
 * Keeps approvals: one record per owner and id. Each operation is atomic, and returns the record as it is afterwards, or undefined if
 * no record has this owner and id.
 *
 * - A record is `pending` until its `ttlMs` are over, then `expired`. **Every operation treats a record past its `retentionMs` as
 *   missing**, whether or not it has been removed yet.
 * - **Every operation can be repeated with the same arguments**, so a client may send a command again after a lost connection.
 * - The caller passes durations. The store measures them on its own clock: the server's, not the client's.
 * - An operation throws or rejects only if the store can't be used.
 */
export interface ApprovalStore {
  /**
   * The versions of core that it works with, as in its `peerDependencies`, such as `'^1.2.0 || ^2.0.0'`. What it is passed to refuses it in
   * another version (`core/plugin-version`). Default: any version.
   */
  readonly core?: string
  /** Adds a pending approval, unless the id has a record: then it changes nothing. */
  request(owner: string, id: string, request: ApprovalRequest): StoredApproval | Promise<StoredApproval>
  /** Reads the record, and changes nothing. */
  find(owner: string, id: string): FoundApproval | Promise<FoundApproval>
  /** Turns a pending approval into `approved` or `denied`, with the decision. Leaves everything else. */
  decide(owner: string, id: string, decision: StoredDecision): FoundApproval | Promise<FoundApproval>
  /** Turns a pending or approved record into `cancelled`. Leaves everything else. */
  cancel(owner: string, id: string): FoundApproval | Promise<FoundApproval>
  /** Turns an approved record into `used`, with this token. Of several tokens at once, one is in the record. Leaves everything else. */
  use(owner: string, id: string, token: string): FoundApproval | Promise<FoundApproval>
  /** A page of pending approvals, the oldest first. Finds them by an index: there may be many others. */
  pending(query: PendingQuery): readonly ListedApproval[] | Promise<readonly ListedApproval[]>
}

/** `expired`: it wasn't decided in time. `used`: a call was made with it, and no second one will be. */
export type ApprovalStatus = 'pending' | 'approved' | 'denied' | 'expired' | 'cancelled' | 'used'

export type FoundApproval = StoredApproval | undefined

/** Which pending approvals to list: those of one owner, or those of all owners of a tenant. */
export type PendingQuery = ({ readonly owner: string } | { readonly tenant: string }) & {
  /** The maximum number of records: a whole number from 1. */
  readonly limit: number
  /** The place of the last record of the page before; 0 for the first page. */
  readonly after: number
}

/** A record as a list has it. */
export interface ListedApproval extends StoredApproval {
  /** Its place among the requests of the store: a whole number from 1, above that of every earlier request, also of removed ones. */
  readonly place: number
}

export interface ApprovalRequest {
  /** Whose list it is in beside that of its owner. An owner always has the same tenant. At most 256 characters, like an owner. */
  readonly tenant: string
  /** What is asked, as a string without unpaired surrogates and NUL. Only `Approvals` reads it. */
  readonly request: string
  /** How long it can be decided from now, in ms: a whole number from 1. */
  readonly ttlMs: number
  /** How long the record is kept after it was decided, cancelled, used or has expired, in ms: a whole number from 1. */
  readonly retentionMs: number
}

export interface StoredDecision {
  readonly approved: boolean
  /** The whole decision, as a string like that of the request. */
  readonly decision: string
}

export interface StoredApproval {
  readonly id: string
  readonly status: ApprovalStatus
  readonly request: string
  /** The decision of an approval that is or was `approved` or `denied`. */
  readonly decision: string | undefined
  /** Who used it, if it is `used`. */
  readonly token: string | undefined
  /** How long it can still be decided, in ms: above 0 if it is pending, otherwise 0. */
  readonly leftMs: number
}
