import type { UndoEntry, UndoStore } from '@stageflow/keyed-work'

import { type BrokenStores, type Change, testContract } from '../../../keyed-work/test/broken-stores.ts'
import { testWrongCalls } from '../../../keyed-work/test/wrong-calls.ts'
import { undoStoreContract } from '../contract.ts'
import { memoryUndoStore } from '../index.ts'

const adding =
  (change: (entry: UndoEntry) => Partial<UndoEntry>): Change<UndoStore> =>
  (store) => ({ add: (entry) => store.add({ ...entry, ...change(entry) }) })

const broken: BrokenStores<UndoStore> = {
  'lists the newest first': [
    (store) => ({ find: async (query) => (await store.find(query)).toReversed() }),
    'entries are found by run and by call, the oldest first',
  ],
  'forgets the run of a query': [
    (store) => ({ find: ({ callId, run = '' }) => store.find(callId === undefined ? { run } : { callId }) }),
    'entries are found by run and by call, the oldest first',
  ],
  'overwrites an entry': [
    (store) => ({
      add: async (entry) => {
        await store.claim(entry.id, { token: 'any', leaseMs: 1 })
        await store.remove(entry.id, 'any')
        await store.remove(entry.id, 't')
        await store.add(entry)
      },
    }),
    'an entry is added once, and a second add changes nothing',
  ],
  'claims what it does not have': [
    (store) => ({
      claim: async (id, claim) => {
        const there = await store.claim(id, claim)
        return there.status === 'missing' ? { status: 'claimed' } : there
      },
    }),
    'an entry that does not exist is missing',
  ],
  'lets everyone claim': [
    () => ({ claim: () => ({ status: 'claimed' }) }),
    'a claim keeps other tokens out, and its remaining lease is returned',
  ],
  'returns no lease': [
    (store) => ({
      claim: async (id, claim) => {
        const there = await store.claim(id, claim)
        return there.status === 'taken' ? { status: 'taken', leaseMs: 0 } : there
      },
    }),
    'a claim keeps other tokens out, and its remaining lease is returned',
  ],
  'does not renew': [
    (store) => {
      const claimed = new Set<string>()
      return {
        claim: (id, { token, leaseMs }) => {
          const isAgain = claimed.has(id + token)
          claimed.add(id + token)
          return isAgain ? { status: 'claimed' } : store.claim(id, { token, leaseMs })
        },
      }
    },
    'the owner can claim again, which renews the lease',
  ],
  'lets no lease end': [
    (store) => ({ claim: (id, { token }) => store.claim(id, { token, leaseMs: 1e12 }) }),
    'another token takes an entry over whose lease is over, and the old owner can change nothing',
  ],
  'forgets an owner whose lease is over': [
    (store, now) => {
      const ends = new Map<string, number>()
      return {
        claim: (id, claim) => {
          ends.set(id, now() + claim.leaseMs)
          return store.claim(id, claim)
        },
        remove: (id, token) => ((ends.get(id) ?? 0) > now() ? store.remove(id, token) : undefined),
      }
    },
    'an owner that is late but not replaced can go on and remove',
  ],
  'does not release': [() => ({ release: () => {} }), 'a released entry can be claimed by another token'],
  'removes for everyone': [
    (store) => {
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
    'only the owner of a claim can remove the entry',
  ],
  'never expires': [adding(() => ({ ttlMs: 3_600_000 })), 'an expired entry is found, and cannot be claimed'],
  'hides what has expired': [
    (store) => ({ find: async (query) => (await store.find(query)).filter(({ leftMs }) => leftMs > 0) }),
    'an expired entry is found, and cannot be claimed',
  ],
  'ends a claim when its entry expires': [
    (store, now) => {
      const ends = new Map<string, number>()
      return {
        add: (entry) => {
          ends.set(entry.id, now() + entry.ttlMs)
          return store.add(entry)
        },
        claim: (id, claim) => ((ends.get(id) ?? Infinity) > now() ? store.claim(id, claim) : { status: 'expired' }),
      }
    },
    'a claim that was made in time holds after the entry has expired',
  ],
  'keeps entries for ever': [
    adding(() => ({ retentionMs: 1e12 })),
    'an entry past its retentionMs is missing, and its id is free',
  ],
  'ignores case and spaces': [
    (store) => ({
      add: (entry) => store.add({ ...entry, callId: entry.callId.trim().toLowerCase() }),
      find: ({ callId, ...query }) =>
        store.find({ ...query, ...(callId !== undefined && { callId: callId.trim().toLowerCase() }) }),
    }),
    'similar ids are different ids',
  ],
  'trims texts': [adding(({ call }) => ({ call: call.trim() })), 'ids can have 256 characters, and a call a million'],
  'cuts ids': [
    adding(({ callId }) => ({ callId: callId.slice(0, 255) })),
    'ids can have 256 characters, and a call a million',
  ],
  'looks before it adds': [
    (store) => {
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
    'fifty simultaneous adds are kept, each once',
  ],
  'reads before it claims': [
    (store) => ({
      claim: async (id, claim) => {
        const probe = await store.claim(id, { token: 'probe', leaseMs: 1 })
        if (probe.status === 'claimed') await store.release(id, 'probe')
        await Promise.resolve()
        if (probe.status !== 'claimed') return store.claim(id, claim)
        await store.claim(id, claim)
        return { status: 'claimed' }
      },
    }),
    'one of fifty simultaneous claims gets the entry',
  ],
  'gives a lease that is over to everyone': [
    (store, now) => {
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
    'one of fifty simultaneous claims takes over after a lease',
  ],
  'releases every second time': [
    (store) => {
      let count = 0
      return { release: (id, token) => (count++ % 2 === 0 ? store.release(id, token) : undefined) }
    },
    'random sequences of operations keep every rule',
  ],
}

testContract({
  contract: undoStoreContract,
  memoryStore: memoryUndoStore,
  broken,
  code: 'undo/contract',
  message: 'The undo store breaks the rule',
  first: ['add', 'Give each entry'],
})

testWrongCalls({
  name: 'undoStoreContract',
  contract: undoStoreContract,
  code: 'undo/illegal-option',
  store: memoryUndoStore(),
  kind: 'an undo store with add()',
})
