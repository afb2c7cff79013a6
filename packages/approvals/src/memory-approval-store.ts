import { type Clock, StageflowError, systemClock } from '@stageflow/core'
import { checkOptions, CLOCK, type OptionRules, or, whole } from '@stageflow/core/kit'
import type { ApprovalStatus, ApprovalStore, FoundApproval, StoredApproval } from '@stageflow/keyed-work'

/** The options of `memoryApprovalStore()`. */
export interface MemoryApprovalStoreOptions {
  /** Maximum number of entries. Default: 10,000. */
  readonly maxEntries?: number
  /** Maximum size of all entries together, in characters. Default: 67,108,864 (64 Mi). */
  readonly maxLength?: number
  /** Measures how long approvals can be decided and are kept. Default: the system's. */
  readonly clock?: Clock
}

interface Entry {
  readonly owner: string
  readonly id: string
  status: ApprovalStatus
  readonly request: string
  decision: string | undefined
  token: string | undefined
  readonly expiresAt: number
  readonly retentionMs: number
  /** From then on it is missing. */
  goneAt: number
  length: number
}

const OPTIONS: OptionRules<MemoryApprovalStoreOptions> = {
  maxEntries: or(whole(1), Infinity),
  maxLength: or(whole(1), Infinity),
  clock: CLOCK,
}

/** What an entry takes besides its texts. */
const ENTRY_LENGTH = 128

/**
 * A store in this process's memory. When it is full, it forgets approvals that are closed, the oldest first. If all are open, it
 * refuses new ones (`approvals/full`).
 */
export function memoryApprovalStore(options: MemoryApprovalStoreOptions = {}): ApprovalStore {
  checkOptions('memoryApprovalStore()', 'approvals/illegal-option', options, OPTIONS)
  const { maxEntries = 10_000, maxLength = 2 ** 26, clock = systemClock } = options
  /** In the order of their requests. */
  const entries = new Map<string, Entry>()
  let total = 0

  const keyOf = (owner: string, id: string): string => JSON.stringify([owner, id])
  const statusOf = ({ status, expiresAt }: Entry): ApprovalStatus =>
    status === 'pending' && expiresAt <= clock.now() ? 'expired' : status
  const isGone = ({ goneAt }: Entry): boolean => goneAt <= clock.now()
  const isClosed = (entry: Entry): boolean => isGone(entry) || !['pending', 'approved'].includes(statusOf(entry))

  function remove(key: string, entry: Entry): void {
    entries.delete(key)
    total -= entry.length
  }
  function entryOf(owner: string, id: string): Entry | undefined {
    const key = keyOf(owner, id)
    const entry = entries.get(key)
    if (entry === undefined || !isGone(entry)) return entry
    remove(key, entry)
    return undefined
  }
  function copyOf(entry: Entry): StoredApproval {
    const { id, request, decision, token, expiresAt } = entry
    const status = statusOf(entry)
    return Object.freeze({
      id,
      status,
      request,
      decision,
      token,
      leftMs: status === 'pending' ? expiresAt - clock.now() : 0,
    })
  }
  /** Changes the record if it has one of these statuses. */
  function change(
    owner: string,
    id: string,
    from: readonly ApprovalStatus[],
    to: Partial<Pick<Entry, 'status' | 'decision' | 'token'>>,
  ): FoundApproval {
    const entry = entryOf(owner, id)
    if (entry === undefined) return undefined
    if (from.includes(statusOf(entry))) {
      Object.assign(entry, to, { goneAt: clock.now() + entry.retentionMs })
      const more = to.decision?.length ?? 0
      entry.length += more
      total += more
    }
    return copyOf(entry)
  }
  function makeRoom(length: number): void {
    const isFull = (): boolean => entries.size >= maxEntries || total + length > maxLength
    if (!isFull()) return
    if (length > maxLength)
      throw full(
        `The request is larger than memoryApprovalStore() may be altogether: ${maxLength} characters. Raise maxLength.`,
      )
    for (const [key, entry] of entries) {
      if (isClosed(entry)) remove(key, entry)
      if (!isFull()) return
    }
    throw full(
      `memoryApprovalStore() is full with ${entries.size} open approvals (maxEntries ${maxEntries}, maxLength ${maxLength} characters). Raise its bounds, or lower ttlMs of new Approvals().`,
    )
  }

  return {
    request(owner, id, { request, ttlMs, retentionMs }) {
      const there = entryOf(owner, id)
      if (there !== undefined) return copyOf(there)
      const length = owner.length + id.length + request.length + ENTRY_LENGTH
      makeRoom(length)
      const expiresAt = clock.now() + ttlMs
      const entry: Entry = {
        owner,
        id,
        status: 'pending',
        request,
        decision: undefined,
        token: undefined,
        expiresAt,
        retentionMs,
        goneAt: expiresAt + retentionMs,
        length,
      }
      entries.set(keyOf(owner, id), entry)
      total += length
      return copyOf(entry)
    },
    find(owner, id) {
      const entry = entryOf(owner, id)
      return entry && copyOf(entry)
    },
    decide: (owner, id, { approved, decision }) =>
      change(owner, id, ['pending'], { status: approved ? 'approved' : 'denied', decision }),
    cancel: (owner, id) => change(owner, id, ['pending', 'approved'], { status: 'cancelled' }),
    use: (owner, id, token) => change(owner, id, ['approved'], { status: 'used', token }),
    pending: (owner, limit) =>
      [...entries.values()]
        .filter((entry) => entry.owner === owner && statusOf(entry) === 'pending')
        .slice(0, limit)
        .map(copyOf),
  }
}

function full(message: string): StageflowError {
  return new StageflowError('approvals/full', message)
}
