import type { ApprovalStore } from '@stageflow/keyed-work'

import { type BrokenStores, testContract } from '../../../keyed-work/test/broken-stores.ts'
import { testWrongCalls } from '../../../keyed-work/test/wrong-calls.ts'
import { approvalStoreContract } from '../contract.ts'
import { memoryApprovalStore } from '../index.ts'

const broken: BrokenStores<ApprovalStore> = {
  'overwrites a request': [
    (store) => ({
      request: (owner, id, request) => {
        const { request: text, ...rest } = store.request(owner, id, request) as never as { request: string; id: string }
        return { ...rest, request: request.request === text ? text : request.request } as never
      },
    }),
    'an approval is requested once, and a second request returns the first',
  ],
  'takes the last decision': [
    (store) => {
      const decisions = new Map<string, { approved: boolean; decision: string }>()
      return {
        decide: (owner, id, decision) => {
          decisions.set(owner + id, decision)
          const found = store.decide(owner, id, decision) as Awaited<ReturnType<ApprovalStore['decide']>>
          return found && { ...found, status: decision.approved ? 'approved' : 'denied', decision: decision.decision }
        },
      }
    },
    'it is approved or denied once, and the first decision stays',
  ],
  'lets everyone use an approval': [
    (store) => ({
      use: (owner, id, token) => {
        const found = store.use(owner, id, token) as Awaited<ReturnType<ApprovalStore['use']>>
        return found?.status === 'used' ? { ...found, token } : found
      },
    }),
    'it is used once, and every other token gets the record of the first',
  ],
  'reads before it writes': [
    (store) => ({
      use: async (owner, id, token) => {
        const before = await store.find(owner, id)
        await Promise.resolve()
        const found = await store.use(owner, id, token)
        return found?.status === 'used' && before?.status === 'approved' ? { ...found, token } : found
      },
    }),
    'of fifty simultaneous uses one gets the approval',
  ],
  'takes ids without their owner': [
    (store) => ({
      request: (_, id, request) => store.request('all', id, request),
      find: (_, id) => store.find('all', id),
      decide: (_, id, decision) => store.decide('all', id, decision),
      use: (_, id, token) => store.use('all', id, token),
    }),
    'owners and ids are apart',
  ],
  'trims texts': [
    (store) => ({
      request: (owner, id, request) => store.request(owner, id, { ...request, request: request.request.trim() }),
    }),
    'owners and ids can have 256 characters, and texts a million',
  ],
  'forgets the limit of a list': [
    (store) => ({ pending: (owner) => store.pending(owner, Infinity) }),
    'pending approvals are listed, the oldest first, up to the limit',
  ],
  'keeps records for ever': [
    (store) => ({ request: (owner, id, request) => store.request(owner, id, { ...request, retentionMs: 1e12 }) }),
    'a record past its time is missing, and its id is free',
  ],
  'never expires': [
    (store) => ({ request: (owner, id, request) => store.request(owner, id, { ...request, ttlMs: 3_600_000 }) }),
    'a late decision changes nothing',
  ],
  'can not cancel': [
    (store) => ({ cancel: (owner, id) => store.find(owner, id) }),
    'a cancelled approval stays cancelled',
  ],
  'makes what it does not find': [
    (store) => ({
      decide: async (owner, id, decision) => {
        await store.request(owner, id, { request: 'asked', ttlMs: 1_000, retentionMs: 1_000 })
        return store.decide(owner, id, decision)
      },
    }),
    'an approval that does not exist can not be found, decided, cancelled or used',
  ],
  'lets a decision end with the time to decide': [
    (store, now) => {
      const ends = new Map<string, number>()
      return {
        request: (owner, id, request) => {
          ends.set(owner + id, now() + request.ttlMs)
          return store.request(owner, id, request)
        },
        use: (owner, id, token) =>
          (ends.get(owner + id) ?? Infinity) > now() ? store.use(owner, id, token) : store.find(owner, id),
      }
    },
    'an approval that was given in time outlives the time to decide',
  ],
  'keeps a record from its request on': [
    (store) => ({
      request: (owner, id, { request, ttlMs, retentionMs }) =>
        store.request(owner, id, { request, ttlMs, retentionMs: ttlMs + retentionMs }),
    }),
    'a record is kept for its retentionMs from its last change',
  ],
  'uses what nobody has approved': [
    (store) => ({
      use: async (owner, id, token) => {
        const found = await store.use(owner, id, token)
        return found?.status === 'pending' ? { ...found, status: 'used', token, leftMs: 0 } : found
      },
    }),
    'only an approved record can be used',
  ],
  'cancels only what is pending': [
    (store) => ({
      cancel: async (owner, id) => {
        const found = await store.find(owner, id)
        return found?.status === 'pending' ? store.cancel(owner, id) : found
      },
    }),
    'an approval can be cancelled until it is used',
  ],
  'looks before it requests': [
    (store) => ({
      request: async (owner, id, request) => {
        const there = await store.find(owner, id)
        await Promise.resolve()
        const made = await store.request(owner, id, request)
        return there ?? { ...made, request: request.request }
      },
    }),
    'of fifty simultaneous requests one is kept, and all get it',
  ],
  'looks before it decides': [
    (store) => ({
      decide: async (owner, id, { approved, decision }) => {
        const there = await store.find(owner, id)
        await Promise.resolve()
        const decided = await store.decide(owner, id, { approved, decision })
        if (there?.status !== 'pending' || decided === undefined) return decided
        return { ...decided, status: approved ? 'approved' : 'denied', decision }
      },
    }),
    'of fifty simultaneous decisions one counts',
  ],
  'looks before it cancels': [
    (store) => ({
      cancel: async (owner, id) => {
        const there = await store.find(owner, id)
        await Promise.resolve()
        const found = await store.cancel(owner, id)
        return there?.status === 'approved' && found !== undefined ? { ...found, status: 'cancelled' } : found
      },
    }),
    'of a use and a cancel at once one counts',
  ],
  'finds an approval every second time': [
    (store) => {
      let count = 0
      return { find: (owner, id) => (count++ % 2 === 0 ? store.find(owner, id) : undefined) }
    },
    'random sequences of operations keep every rule',
  ],
}

testContract({
  contract: approvalStoreContract,
  memoryStore: memoryApprovalStore,
  broken,
  code: 'approvals/contract',
  message: 'The approval store breaks the rule',
  first: ['request', 'Insert the record'],
})

testWrongCalls({
  name: 'approvalStoreContract',
  contract: approvalStoreContract,
  code: 'approvals/illegal-option',
  store: memoryApprovalStore(),
  kind: 'an approval store with request()',
})
