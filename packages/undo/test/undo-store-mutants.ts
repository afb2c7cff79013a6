import type { UndoEntry, UndoStore } from '@stageflow/keyed-work'

import type { Change, StoreMutant } from '../../keyed-work/test/broken-stores.ts'

const ORDER = 'entries are found by run and by call, the oldest first'
const KEEPS_OUT = 'a claim keeps other tokens out, and its remaining lease is returned'
const MISSING = 'an entry that does not exist is missing'
const LARGE = 'a call of any length is kept, or refused'
const MONTHS = 'an entry and a claim last for months'
const MILLISECONDS = 'an entry and a claim last to the millisecond'
const SHRINKS = 'the times that are left shrink'
const CROWD = 'an entry is kept however many others there are'

const leasing =
  (change: (leaseMs: number) => number): Change<UndoStore> =>
  (store) => ({ claim: (id, { token, leaseMs }) => store.claim(id, { token, leaseMs: change(leaseMs) }) })

const adding =
  (change: (entry: UndoEntry) => Partial<UndoEntry>): Change<UndoStore> =>
  (store) => ({ add: (entry) => store.add({ ...entry, ...change(entry) }) })

export const mutants: readonly StoreMutant<UndoStore>[] = [
  {
    name: 'lists-the-newest-first',
    does: 'lists the newest first',
    caughtBy: 'entries are found by run and by call, the oldest first',
    change: (store) => ({ find: async (query) => (await store.find(query)).toReversed() }),
  },
  {
    name: 'forgets-the-run-of-a-query',
    does: 'forgets the run of a query',
    caughtBy: 'entries are found by run and by call, the oldest first',
    change: (store) => ({ find: ({ callId, run = '' }) => store.find(callId === undefined ? { run } : { callId }) }),
  },
  {
    name: 'overwrites-an-entry',
    does: 'overwrites an entry',
    caughtBy: 'an entry is added once, and a second add changes nothing',
    change: (store) => ({
      add: async (entry) => {
        await store.claim(entry.id, { token: 'any', leaseMs: 1 })
        await store.remove(entry.id, 'any')
        await store.remove(entry.id, 't')
        await store.add(entry)
      },
    }),
  },
  {
    name: 'claims-what-it-does-not-have',
    does: 'claims what it does not have',
    caughtBy: 'an entry that does not exist is missing',
    change: (store) => ({
      claim: async (id, claim) => {
        const there = await store.claim(id, claim)
        return there.status === 'missing' ? { status: 'claimed' } : there
      },
    }),
  },
  {
    name: 'lets-everyone-claim',
    does: 'lets everyone claim',
    caughtBy: 'a claim keeps other tokens out, and its remaining lease is returned',
    change: () => ({ claim: () => ({ status: 'claimed' }) }),
  },
  {
    name: 'returns-no-lease',
    does: 'returns no lease',
    caughtBy: 'a claim keeps other tokens out, and its remaining lease is returned',
    change: (store) => ({
      claim: async (id, claim) => {
        const there = await store.claim(id, claim)
        return there.status === 'taken' ? { status: 'taken', leaseMs: 0 } : there
      },
    }),
  },
  {
    name: 'does-not-renew',
    does: 'does not renew',
    caughtBy: 'the owner can claim again, which renews the lease',
    change: (store) => {
      const claimed = new Set<string>()
      return {
        claim: (id, { token, leaseMs }) => {
          const isAgain = claimed.has(id + token)
          claimed.add(id + token)
          return isAgain ? { status: 'claimed' } : store.claim(id, { token, leaseMs })
        },
      }
    },
  },
  {
    name: 'lets-no-lease-end',
    does: 'lets no lease end',
    caughtBy: 'a claim keeps other tokens out, and its remaining lease is returned',
    alsoCaughtBy: ['another token takes an entry over whose lease is over, and the old owner can change nothing'],
    change: (store) => ({ claim: (id, { token }) => store.claim(id, { token, leaseMs: 1e12 }) }),
  },
  {
    name: 'forgets-an-owner-whose-lease-is-over',
    does: 'forgets an owner whose lease is over',
    caughtBy: 'an owner that is late but not replaced can go on and remove',
    change: (store, now) => {
      const ends = new Map<string, number>()
      return {
        claim: (id, claim) => {
          ends.set(id, now() + claim.leaseMs)
          return store.claim(id, claim)
        },
        remove: (id, token) => ((ends.get(id) ?? 0) > now() ? store.remove(id, token) : undefined),
      }
    },
  },
  {
    name: 'does-not-release',
    does: 'does not release',
    caughtBy: 'a released entry can be claimed by another token',
    change: () => ({ release: () => {} }),
  },
  {
    name: 'removes-for-everyone',
    does: 'removes for everyone',
    caughtBy: 'only the owner of a claim can remove the entry',
    change: (store) => {
      const owners = new Map<string, string>()
      return {
        claim: (id, claim) => {
          const there = store.claim(id, claim) as { status: 'claimed' }
          if (there.status === 'claimed') owners.set(id, claim.token)
          return there
        },
        remove: (id) => store.remove(id, owners.get(id) ?? ''),
      }
    },
  },
  {
    name: 'never-expires',
    does: 'never expires',
    caughtBy: 'an expired entry is found, and cannot be claimed',
    change: adding(() => ({ ttlMs: 3_600_000 })),
  },
  {
    name: 'hides-what-has-expired',
    does: 'hides what has expired',
    caughtBy: 'an expired entry is found, and cannot be claimed',
    change: (store) => ({ find: async (query) => (await store.find(query)).filter(({ leftMs }) => leftMs > 0) }),
  },
  {
    name: 'ends-a-claim-when-its-entry-expires',
    does: 'ends a claim when its entry expires',
    caughtBy: 'a claim that was made in time holds after the entry has expired',
    change: (store, now) => {
      const ends = new Map<string, number>()
      return {
        add: (entry) => {
          ends.set(entry.id, now() + entry.ttlMs)
          return store.add(entry)
        },
        claim: (id, claim) => ((ends.get(id) ?? Infinity) > now() ? store.claim(id, claim) : { status: 'expired' }),
      }
    },
  },
  {
    name: 'keeps-entries-for-ever',
    does: 'keeps entries for ever',
    caughtBy: 'an entry past its retentionMs is missing, and its id is free',
    change: adding(() => ({ retentionMs: 1e12 })),
  },
  {
    name: 'ignores-case-and-spaces',
    does: 'ignores case and spaces',
    caughtBy: 'similar ids are different ids',
    change: (store) => ({
      add: (entry) => store.add({ ...entry, callId: entry.callId.trim().toLowerCase() }),
      find: ({ callId, ...query }) =>
        store.find({ ...query, ...(callId !== undefined && { callId: callId.trim().toLowerCase() }) }),
    }),
  },
  {
    name: 'trims-texts',
    does: 'trims texts',
    caughtBy: 'ids can have 256 characters, and a call a million',
    change: adding(({ call }) => ({ call: call.trim() })),
  },
  {
    name: 'cuts-ids',
    does: 'cuts ids',
    caughtBy: 'ids can have 256 characters, and a call a million',
    change: adding(({ callId }) => ({ callId: callId.slice(0, 255) })),
  },
  {
    name: 'looks-before-it-adds',
    does: 'looks before it adds',
    caughtBy: 'entries are found by run and by call, the oldest first',
    alsoCaughtBy: ['fifty simultaneous adds are kept, each once'],
    change: (store) => {
      const ids = new Set<string>()
      let copies = 0
      return {
        add: async (entry) => {
          const isThere = ids.has(entry.id)
          await Promise.resolve()
          ids.add(entry.id)
          // Without a unique id, the second insert succeeds too.
          if (!isThere) await store.add({ ...entry, id: `${entry.id}${copies++ === 0 ? '' : copies}` })
        },
      }
    },
  },
  {
    name: 'reads-before-it-claims',
    does: 'reads before it claims',
    caughtBy: 'one of fifty simultaneous claims gets the entry',
    change: (store) => ({
      claim: async (id, claim) => {
        const probe = await store.claim(id, { token: 'probe', leaseMs: 1 })
        if (probe.status === 'claimed') await store.release(id, 'probe')
        await Promise.resolve()
        if (probe.status !== 'claimed') return store.claim(id, claim)
        await store.claim(id, claim)
        return { status: 'claimed' }
      },
    }),
  },
  {
    name: 'gives-a-lease-that-is-over-to-everyone',
    does: 'gives a lease that is over to everyone',
    caughtBy: 'one of fifty simultaneous claims takes over after a lease',
    change: (store, now) => {
      const ends = new Map<string, number>()
      return {
        claim: async (id, claim) => {
          const isOver = (ends.get(id) ?? Infinity) <= now()
          await Promise.resolve()
          const there = await store.claim(id, claim)
          if (there.status === 'claimed') ends.set(id, now() + claim.leaseMs)
          return isOver ? { status: 'claimed' } : there
        },
      }
    },
  },
  {
    name: 'releases-every-second-time',
    does: 'releases every second time',
    caughtBy: 'random sequences of operations keep every rule',
    change: (store) => {
      let count = 0
      return { release: (id, token) => (count++ % 2 === 0 ? store.release(id, token) : undefined) }
    },
  },
  ...(['add', 'find', 'claim', 'release', 'remove'] as const).map((operation) => ({
    name: `${operation}-never-settles`,
    does: `returns a promise from ${operation}() that never settles`,
    caughtBy: { add: ORDER, find: ORDER, claim: KEEPS_OUT, release: MISSING, remove: MISSING }[operation],
    change: () => ({ [operation]: () => new Promise<never>(() => {}) }),
  })),
  {
    name: 'timer-of-32-bits',
    does: 'expires an entry by a timer, which fires at once for a time of more than 24 days',
    caughtBy: MONTHS,
    change: (store) => {
      const expired = new Set<string>()
      return {
        add: (entry) => {
          if (entry.ttlMs > 2 ** 31 - 1) setTimeout(() => expired.add(entry.id), entry.ttlMs).unref()
          return store.add(entry)
        },
        find: async (query) =>
          (await store.find(query)).map((found) => (expired.has(found.id) ? { ...found, leftMs: 0 } : found)),
      }
    },
  },
  {
    name: 'ttl-of-32-bits',
    does: 'keeps the time to undo in 32 bits',
    caughtBy: MONTHS,
    change: adding(({ ttlMs }) => ({ ttlMs: ttlMs | 0 })),
  },
  { name: 'lease-of-32-bits', does: 'keeps leases in 32 bits', caughtBy: MONTHS, change: leasing((ms) => ms >>> 0) },
  {
    name: 'ttl-of-whole-seconds',
    does: 'cuts the time to undo to whole seconds',
    caughtBy: MILLISECONDS,
    change: adding(({ ttlMs }) => ({ ttlMs: Math.floor(ttlMs / 1_000) * 1_000 })),
  },
  {
    name: 'lease-of-whole-seconds',
    does: 'cuts leases to whole seconds',
    caughtBy: MILLISECONDS,
    change: leasing((ms) => Math.floor(ms / 1_000) * 1_000),
  },
  {
    name: 'retention-of-whole-seconds',
    does: 'cuts the time of an entry to whole seconds',
    caughtBy: MILLISECONDS,
    change: adding(({ retentionMs }) => ({ retentionMs: Math.floor(retentionMs / 1_000) * 1_000 })),
  },
  {
    name: 'cuts-calls',
    does: 'cuts calls to a mebibyte',
    caughtBy: LARGE,
    change: adding(({ call }) => ({ call: call.slice(0, 2 ** 20) })),
  },
  {
    name: 'whole-lease',
    does: 'returns the lease that was given as the one that is left',
    caughtBy: SHRINKS,
    change: (store) => {
      const leases = new Map<string, number>()
      return {
        claim: async (id, claim) => {
          const answer = await store.claim(id, claim)
          if (answer.status === 'claimed') leases.set(id, claim.leaseMs)
          return answer.status === 'taken' ? { ...answer, leaseMs: leases.get(id) ?? 1 } : answer
        },
      }
    },
  },
  ...[1_000, 5_000].map((most) => ({
    name: `evicts-above-${most}`,
    does: `evicts the oldest entry once there are more than ${most}`,
    caughtBy: CROWD,
    change: (store: UndoStore): Partial<UndoStore> => {
      const ids: string[] = []
      const gone = new Set<string>()
      return {
        add: (entry) => {
          const [oldest] = ids.push(entry.id) > most ? ids.splice(0, 1) : []
          if (oldest !== undefined) gone.add(oldest)
          return store.add(entry)
        },
        find: async (query) => (await store.find(query)).filter(({ id }) => !gone.has(id)),
      }
    },
  })),
]
