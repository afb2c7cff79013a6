import { manualClock } from '@stageflow/testing'
import { describe, expect, test } from 'vitest'

import { approvalStoreContract } from '../contract.ts'
import { memoryApprovalStore, type ApprovalStore } from '../index.ts'

const inMemory = (change: (store: ApprovalStore) => Partial<ApprovalStore> = () => ({})) => {
  const clock = manualClock()
  const store = memoryApprovalStore({ clock })
  return { store: { ...store, ...change(store) }, advance: (ms: number) => clock.advance(ms) }
}

describe('memoryApprovalStore', () => {
  for (const { name, run } of approvalStoreContract(() => inMemory())) test(name, run)
})

/** Each store breaks one rule. The cases that find it are named. */
const BROKEN: Readonly<
  Record<string, readonly [change: (store: ApprovalStore) => Partial<ApprovalStore>, rule: string]>
> = {
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
    (store) => ({ request: (owner, id, request) => store.request(owner, id, { ...request, keepMs: 1e12 }) }),
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
}

describe('a store that breaks a rule is found', () => {
  for (const [what, [change, rule]] of Object.entries(BROKEN))
    test(what, async () => {
      const broken: string[] = []
      for (const { name, run } of approvalStoreContract(() => inMemory(change))) {
        const error = await run().then(
          () => undefined,
          (thrown: unknown) => thrown,
        )
        if (error === undefined) continue
        broken.push(name)
        expect(error).toMatchObject({ code: 'tools/contract' })
        expect(String(error)).toContain(`The approval store breaks the rule "${name}"`)
      }
      expect(broken).toContain(rule)
    })

  test('a store that throws', async () => {
    const [first] = approvalStoreContract(() => inMemory(() => ({ request: () => { throw new Error('disk is full') } }))) // prettier-ignore
    await expect(first?.run()).rejects.toThrow(/the store, or the case, failed with: disk is full\. Insert/)
  })
})
