import { isDeepStrictEqual } from 'node:util'

import { LONG_MS, must, StoreBench } from '@stageflow/keyed-work/suite'
import type {
  ApprovalStatus,
  ApprovalStore,
  FoundApproval,
  ListedApproval,
  PendingQuery,
  StoredApproval,
} from '@stageflow/keyed-work'

type Place = { readonly owner?: string; readonly id?: string }
type RequestChanges = Place & {
  readonly tenant?: string
  readonly request?: string
  readonly ttlMs?: number
  readonly retentionMs?: number
}
type Page = Pick<PendingQuery, 'limit' | 'after'>
type Expected = Partial<StoredApproval> & { readonly status: ApprovalStatus }

/** Calls the store under test for a case, with an owner and an id that no other case uses. */
export class ApprovalBench extends StoreBench<ApprovalStore> {
  readonly owner: string = JSON.stringify(['contract', crypto.randomUUID()])
  readonly tenant: string = JSON.stringify(['contract', crypto.randomUUID()])
  readonly id: string = 'run/call'

  async request({ owner = this.owner, id = this.id, ...changes }: RequestChanges = {}): Promise<StoredApproval> {
    const asked = { tenant: this.tenant, request: 'asked', ttlMs: LONG_MS, retentionMs: LONG_MS }
    return this.store.request(owner, id, { ...asked, ...changes })
  }
  async find({ owner = this.owner, id = this.id }: Place = {}): Promise<FoundApproval> {
    return this.store.find(owner, id)
  }
  async decide(
    approved: boolean,
    decision: string,
    { owner = this.owner, id = this.id }: Place = {},
  ): Promise<FoundApproval> {
    return this.store.decide(owner, id, { approved, decision })
  }
  async cancel({ owner = this.owner, id = this.id }: Place = {}): Promise<FoundApproval> {
    return this.store.cancel(owner, id)
  }
  async use(token: string, { owner = this.owner, id = this.id }: Place = {}): Promise<FoundApproval> {
    return this.store.use(owner, id, token)
  }
  /** The pending records of the owner. */
  async pending(page: Partial<Page> & { readonly owner?: string } = {}): Promise<readonly ListedApproval[]> {
    return this.store.pending({ owner: this.owner, limit: 100, after: 0, ...page })
  }
  /** The pending records of the tenant. */
  async pendingOfTenant(page: Partial<Page> & { readonly tenant?: string } = {}): Promise<readonly ListedApproval[]> {
    return this.store.pending({ tenant: this.tenant, limit: 100, after: 0, ...page })
  }

  /** The record must have these fields, and nothing that its status does not have. */
  is(operation: string, seen: FoundApproval, expected: Expected): void {
    const { leftMs, ...rest } = seen ?? ({} as Partial<StoredApproval>)
    const whole = { id: this.id, request: 'asked', decision: undefined, token: undefined, ...expected }
    must(
      isDeepStrictEqual(rest, whole),
      `${operation} must return ${JSON.stringify(whole)}, not ${JSON.stringify(seen)}.`,
    )
    const isLeft = expected.status === 'pending' ? Number(leftMs) > 0 && Number(leftMs) <= LONG_MS : leftMs === 0
    must(isLeft, `${operation} returned leftMs ${leftMs} for a record that is ${expected.status}.`)
  }
  isMissing(operation: string, seen: FoundApproval): void {
    must(seen === undefined, `${operation} must return undefined, not ${JSON.stringify(seen)}.`)
  }
}
