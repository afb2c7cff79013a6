import { type Clock, StageflowError, systemClock } from '@stageflow/core'
import { checkArgumentCount, checkOptions, CLOCK, type OptionRules } from '@stageflow/core/kit'
import {
  type ApprovalRequest,
  type ApprovalStatus,
  type ApprovalStore,
  BoundedMap,
  BOUNDS,
  type FoundApproval,
  type ListedApproval,
  type StoredApproval,
} from '@stageflow/keyed-work'

/** The options of `memoryApprovalStore()`. */
export interface MemoryApprovalStoreOptions {
  /** Maximum number of entries. Default: 10,000. */
  readonly maxEntries?: number
  /** Maximum size of all entries together, in characters. Default: 67,108,864 (64 Mi). */
  readonly maxLength?: number
  /** Measures how long approvals can be decided and are kept. Default: the system's. */
  readonly clock?: Clock
}

const OPTIONS: OptionRules<MemoryApprovalStoreOptions> = { ...BOUNDS, clock: CLOCK }

interface Entry {
  readonly owner: string
  readonly tenant: string
  readonly id: string
  readonly place: number
  readonly request: string
  /** When it can no longer be decided. */
  readonly expiresAt: number
  readonly retentionMs: number
  /** What was last done with it. A pending entry may have expired since. */
  status: Exclude<ApprovalStatus, 'expired'>
  decision: string | undefined
  token: string | undefined
  /** When it counts as missing. */
  goneAt: number
}

/**
 * A store in this process's memory. When it is full, it forgets approvals that are closed, the oldest first. If all are open, it
 * refuses new ones (`approvals/full`).
 */
export function memoryApprovalStore(options: MemoryApprovalStoreOptions = {}): ApprovalStore {
  checkArgumentCount(arguments.length, 1, 'memoryApprovalStore(options)', 'approvals/illegal-option')
  checkOptions('memoryApprovalStore()', 'approvals/illegal-option', options, OPTIONS)
  const { maxEntries = 10_000, maxLength = 2 ** 26, clock = systemClock } = options
  const ofOwners = new Lists()
  const ofTenants = new Lists()
  /** In the order of their requests. */
  const entries = new BoundedMap<Entry>({ maxEntries, maxLength }, leaveLists)
  let places = 0

  function leaveLists(entry: Entry): void {
    ofOwners.remove(entry.owner, entry)
    ofTenants.remove(entry.tenant, entry)
  }

  const isGone = ({ goneAt }: Entry): boolean => goneAt <= clock.now()
  const isPending = ({ status, expiresAt }: Entry): boolean => status === 'pending' && clock.now() < expiresAt
  /** Whether it can still be used. */
  const isOpen = (entry: Entry): boolean => isPending(entry) || entry.status === 'approved'

  /** Removes the entry first if it is past its time. */
  function entryOf(owner: string, id: string): Entry | undefined {
    const key = keyOf(owner, id)
    const entry = entries.get(key)
    if (entry !== undefined && isGone(entry)) entries.delete(key)
    return entries.get(key)
  }

  function recordOf(entry: Entry): StoredApproval {
    const { id, request, decision, token, expiresAt } = entry
    if (isPending(entry))
      return Object.freeze({ id, status: 'pending', request, decision, token, leftMs: expiresAt - clock.now() })
    const status = entry.status === 'pending' ? 'expired' : entry.status
    return Object.freeze({ id, status, request, decision, token, leftMs: 0 })
  }

  /** From a change on, an entry is kept for its `retentionMs`. */
  function changeTo(status: Entry['status'], entry: Entry): void {
    entry.status = status
    leaveLists(entry)
    entry.goneAt = clock.now() + entry.retentionMs
  }

  function add(owner: string, id: string, { tenant, request, ttlMs, retentionMs }: ApprovalRequest): Entry {
    const length = owner.length + tenant.length + id.length + request.length
    if (!entries.canHold(length))
      throw full(
        `The request is larger than memoryApprovalStore() may be altogether: ${maxLength} characters. Raise maxLength.`,
      )
    if (!entries.makeRoom(length, (entry) => isGone(entry) || !isOpen(entry)))
      throw full(
        `memoryApprovalStore() is full with ${entries.size} open approvals (maxEntries ${maxEntries}, maxLength ${maxLength} characters). Raise its bounds, or lower ttlMs of new Approvals().`,
      )
    const expiresAt = clock.now() + ttlMs
    const goneAt = expiresAt + retentionMs
    const place = ++places
    const entry: Entry = { owner, tenant, id, place, request, expiresAt, retentionMs, status: 'pending', decision: undefined, token: undefined, goneAt } // prettier-ignore
    entries.set(keyOf(owner, id), entry, length)
    ofOwners.add(owner, entry)
    ofTenants.add(tenant, entry)
    return entry
  }

  /** Changes the entry, if there is one, and returns it as it is then. */
  function withEntry(owner: string, id: string, change: (entry: Entry) => void): FoundApproval {
    const entry = entryOf(owner, id)
    if (entry === undefined) return undefined
    change(entry)
    return recordOf(entry)
  }

  return {
    request: (owner, id, request) => recordOf(entryOf(owner, id) ?? add(owner, id, request)),
    find: (owner, id) => withEntry(owner, id, () => {}),
    decide: (owner, id, { approved, decision }) =>
      withEntry(owner, id, (entry) => {
        if (!isPending(entry)) return
        changeTo(approved ? 'approved' : 'denied', entry)
        entry.decision = decision
        entries.lengthen(keyOf(owner, id), decision.length)
      }),
    cancel: (owner, id) =>
      withEntry(owner, id, (entry) => {
        if (isOpen(entry)) changeTo('cancelled', entry)
      }),
    use: (owner, id, token) =>
      withEntry(owner, id, (entry) => {
        if (entry.status !== 'approved') return
        changeTo('used', entry)
        entry.token = token
      }),
    pending: (query) => {
      const list = 'owner' in query ? ofOwners.of(query.owner) : ofTenants.of(query.tenant)
      const page: ListedApproval[] = []
      for (const entry of list) {
        if (page.length >= query.limit) break
        if (entry.place > query.after && isPending(entry))
          page.push(Object.freeze({ ...recordOf(entry), place: entry.place }))
      }
      return page
    },
  }
}

/** The undecided entries of each owner, or of each tenant, in the order of their requests. */
class Lists {
  readonly #lists = new Map<string, Set<Entry>>()

  of(name: string): Iterable<Entry> {
    return this.#lists.get(name) ?? []
  }

  add(name: string, entry: Entry): void {
    const list = this.#lists.get(name)
    if (list === undefined) this.#lists.set(name, new Set([entry]))
    else list.add(entry)
  }

  remove(name: string, entry: Entry): void {
    const list = this.#lists.get(name)
    if (list?.delete(entry) === true && list.size === 0) this.#lists.delete(name)
  }
}

const keyOf = (owner: string, id: string): string => JSON.stringify([owner, id])

const full = (message: string): StageflowError => new StageflowError('approvals/full', message)
