import type { ApprovalRequest, ApprovalStore } from '@stageflow/keyed-work'
import { LONG_MS } from '@stageflow/keyed-work/suite'

import type { Change, StoreMutant } from '../../keyed-work/test/broken-stores.ts'

const ONCE = 'an approval is requested once, and a second request returns the first'
const MISSING = 'an approval that does not exist can not be found, decided, cancelled or used'
const LISTED = 'pending approvals are listed, the oldest first, up to the limit'
const OF_TENANT = 'pending approvals of a tenant are those of all its owners'
const PAGES = 'a list goes on after a place, and leaves none out and lists none twice'
const LARGE = 'texts of any length are kept, or refused'
const MONTHS = 'an approval lasts for months'
const MILLISECONDS = 'an approval lasts to the millisecond'
const SHRINKS = 'the time left to decide shrinks'
const CROWD = 'an open approval is kept however many others there are'

const requesting =
  (change: (request: ApprovalRequest) => Partial<ApprovalRequest>): Change<ApprovalStore> =>
  (store) => ({ request: (owner, id, request) => store.request(owner, id, { ...request, ...change(request) }) })

export const mutants: readonly StoreMutant<ApprovalStore>[] = [
  {
    name: 'overwrites-a-request',
    does: 'overwrites a request',
    caughtBy: 'an approval is requested once, and a second request returns the first',
    change: (store) => ({
      request: (owner, id, request) => {
        const { request: text, ...rest } = store.request(owner, id, request) as never as { request: string; id: string }
        return { ...rest, request: request.request === text ? text : request.request } as never
      },
    }),
  },
  {
    name: 'takes-the-last-decision',
    does: 'takes the last decision',
    caughtBy: 'it is approved or denied once, and the first decision stays',
    change: (store) => {
      const decisions = new Map<string, { approved: boolean; decision: string }>()
      return {
        decide: (owner, id, decision) => {
          decisions.set(owner + id, decision)
          const found = store.decide(owner, id, decision) as Awaited<ReturnType<ApprovalStore['decide']>>
          return found && { ...found, status: decision.approved ? 'approved' : 'denied', decision: decision.decision }
        },
      }
    },
  },
  {
    name: 'lets-everyone-use-an-approval',
    does: 'lets everyone use an approval',
    caughtBy: 'it is used once, and every other token gets the record of the first',
    change: (store) => ({
      use: (owner, id, token) => {
        const found = store.use(owner, id, token) as Awaited<ReturnType<ApprovalStore['use']>>
        return found?.status === 'used' ? { ...found, token } : found
      },
    }),
  },
  {
    name: 'reads-before-it-writes',
    does: 'reads before it writes',
    caughtBy: 'of fifty simultaneous uses one gets the approval',
    change: (store) => ({
      use: async (owner, id, token) => {
        const before = await store.find(owner, id)
        await Promise.resolve()
        const found = await store.use(owner, id, token)
        return found?.status === 'used' && before?.status === 'approved' ? { ...found, token } : found
      },
    }),
  },
  {
    name: 'takes-ids-without-their-owner',
    does: 'takes ids without their owner',
    caughtBy: 'owners and ids are apart',
    change: (store) => ({
      request: (_, id, request) => store.request('all', id, request),
      find: (_, id) => store.find('all', id),
      decide: (_, id, decision) => store.decide('all', id, decision),
      cancel: (_, id) => store.cancel('all', id),
      pending: (query) => store.pending('owner' in query ? { ...query, owner: 'all' } : query),
      use: (_, id, token) => store.use('all', id, token),
    }),
  },
  {
    name: 'trims-texts',
    does: 'trims texts',
    caughtBy: 'owners and ids can have 256 characters, and texts a million',
    change: (store) => ({
      request: (owner, id, request) => store.request(owner, id, { ...request, request: request.request.trim() }),
    }),
  },
  {
    name: 'forgets-the-limit-of-a-list',
    does: 'forgets the limit of a list',
    caughtBy: 'pending approvals are listed, the oldest first, up to the limit',
    change: (store) => ({ pending: (query) => store.pending({ ...query, limit: Infinity }) }),
  },
  {
    name: 'lists-one-owner-of-a-tenant',
    does: 'lists one owner of a tenant',
    caughtBy: OF_TENANT,
    change: (store) => {
      const owners = new Map<string, string>()
      return {
        request: (owner, id, request) => {
          if (!owners.has(request.tenant)) owners.set(request.tenant, owner)
          return store.request(owner, id, request)
        },
        pending: (query) =>
          store.pending('tenant' in query ? { ...query, owner: owners.get(query.tenant) ?? '' } : query),
      }
    },
  },
  {
    name: 'takes-the-case-of-tenants-for-nothing',
    does: 'takes the upper case of a tenant for its lower case',
    caughtBy: OF_TENANT,
    change: (store) => ({
      request: (owner, id, request) => store.request(owner, id, { ...request, tenant: request.tenant.toLowerCase() }),
      pending: (query) => store.pending('tenant' in query ? { ...query, tenant: query.tenant.toLowerCase() } : query),
    }),
  },
  {
    name: 'lists-what-is-decided-in-a-tenant',
    does: 'lists an approval of a tenant that is decided',
    caughtBy: OF_TENANT,
    change: (store) => {
      const asked = new Map<string, [owner: string, id: string][]>()
      return {
        request: (owner, id, request) => {
          asked.set(request.tenant, [...(asked.get(request.tenant) ?? []), [owner, id]])
          return store.request(owner, id, request)
        },
        pending: async (query) => {
          const list = await store.pending(query)
          if (!('tenant' in query)) return list
          const records = await Promise.all((asked.get(query.tenant) ?? []).map((at) => store.find(...at)))
          const decided = records.filter((record) => record?.status === 'approved')
          return [...list, ...decided.flatMap((record) => (record === undefined ? [] : [{ ...record, place: 1 }]))]
        },
      }
    },
  },
  {
    name: 'lists-the-newest-of-a-tenant-first',
    does: 'lists the newest approval of a tenant first',
    caughtBy: OF_TENANT,
    alsoCaughtBy: [PAGES],
    change: (store) => ({
      pending: async (query) => {
        if (!('tenant' in query)) return store.pending(query)
        return (await store.pending({ ...query, limit: 1_000 })).toReversed().slice(0, query.limit)
      },
    }),
  },
  {
    name: 'begins-each-page-at-the-oldest',
    does: 'begins each page at the oldest approval',
    caughtBy: PAGES,
    change: (store) => ({ pending: (query) => store.pending({ ...query, after: 0 }) }),
  },
  {
    name: 'lists-the-last-of-a-page-again',
    does: 'lists the last approval of a page on the next one again',
    caughtBy: PAGES,
    change: (store) => ({ pending: (query) => store.pending({ ...query, after: Math.max(0, query.after - 1) }) }),
  },
  {
    name: 'counts-places-within-a-page',
    does: 'counts the places within each page',
    caughtBy: PAGES,
    change: (store) => ({
      pending: async (query) => (await store.pending(query)).map((one, index) => ({ ...one, place: index + 1 })),
    }),
  },
  {
    name: 'gives-a-place-again',
    does: 'gives the place of a removed approval to a later one',
    caughtBy: PAGES,
    change: (store) => {
      const ids = new Map<string, number>()
      return {
        request: (owner, id, request) => {
          ids.set(id, ids.get(id) ?? ids.size + 1)
          return store.request(owner, id, request)
        },
        pending: async (query) =>
          (await store.pending({ ...query, after: 0, limit: 1_000 }))
            .map((one) => ({ ...one, place: ids.get(one.id) ?? 0 }))
            .filter(({ place }) => place > query.after)
            .slice(0, query.limit),
      }
    },
  },
  {
    name: 'keeps-records-for-ever',
    does: 'keeps records for ever',
    caughtBy: 'a record is kept for its retentionMs from its last change',
    alsoCaughtBy: ['a record past its time is missing, and its id is free'],
    change: (store) => ({
      request: (owner, id, request) => store.request(owner, id, { ...request, retentionMs: 1e12 }),
    }),
  },
  {
    name: 'never-expires',
    does: 'never expires',
    caughtBy: 'a late decision changes nothing',
    change: (store) => ({
      request: (owner, id, request) => store.request(owner, id, { ...request, ttlMs: 3_600_000 }),
    }),
  },
  {
    name: 'can-not-cancel',
    does: 'can not cancel',
    caughtBy: 'a cancelled approval stays cancelled',
    change: (store) => ({ cancel: (owner, id) => store.find(owner, id) }),
  },
  {
    name: 'makes-what-it-does-not-find',
    does: 'makes what it does not find',
    caughtBy: 'an approval that does not exist can not be found, decided, cancelled or used',
    change: (store) => ({
      decide: async (owner, id, decision) => {
        await store.request(owner, id, { tenant: '', request: 'asked', ttlMs: 1_000, retentionMs: 1_000 })
        return store.decide(owner, id, decision)
      },
    }),
  },
  {
    name: 'lets-a-decision-end-with-the-time-to-decide',
    does: 'lets a decision end with the time to decide',
    caughtBy: 'an approval that was given in time outlives the time to decide',
    change: (store, now) => {
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
  },
  {
    name: 'keeps-a-record-from-its-request-on',
    does: 'keeps a record from its request on',
    caughtBy: 'a record is kept for its retentionMs from its last change',
    change: (store) => ({
      request: (owner, id, request) =>
        store.request(owner, id, { ...request, retentionMs: request.ttlMs + request.retentionMs }),
    }),
  },
  {
    name: 'uses-what-is-not-approved',
    does: 'uses an approval that was not given',
    caughtBy: 'only an approved record can be used',
    change: (store) => ({
      use: async (owner, id, token) => {
        const found = await store.use(owner, id, token)
        return found?.status === 'pending' ? { ...found, status: 'used', token, leftMs: 0 } : found
      },
    }),
  },
  {
    name: 'cancels-only-what-is-pending',
    does: 'cancels only what is pending',
    caughtBy: 'an approval can be cancelled until it is used',
    change: (store) => ({
      cancel: async (owner, id) => {
        const found = await store.find(owner, id)
        return found?.status === 'pending' ? store.cancel(owner, id) : found
      },
    }),
  },
  {
    name: 'looks-before-it-requests',
    does: 'looks before it requests',
    caughtBy: 'of fifty simultaneous requests one is kept, and all get it',
    change: (store) => ({
      request: async (owner, id, request) => {
        const there = await store.find(owner, id)
        await Promise.resolve()
        const made = await store.request(owner, id, request)
        return there ?? { ...made, request: request.request }
      },
    }),
  },
  {
    name: 'looks-before-it-decides',
    does: 'looks before it decides',
    caughtBy: 'of fifty simultaneous decisions one counts',
    change: (store) => ({
      decide: async (owner, id, { approved, decision }) => {
        const there = await store.find(owner, id)
        await Promise.resolve()
        const decided = await store.decide(owner, id, { approved, decision })
        if (there?.status !== 'pending' || decided === undefined) return decided
        return { ...decided, status: approved ? 'approved' : 'denied', decision }
      },
    }),
  },
  {
    name: 'looks-before-it-cancels',
    does: 'looks before it cancels',
    caughtBy: 'of a use and a cancel at once one counts',
    change: (store) => ({
      cancel: async (owner, id) => {
        const there = await store.find(owner, id)
        await Promise.resolve()
        const found = await store.cancel(owner, id)
        return there?.status === 'approved' && found !== undefined ? { ...found, status: 'cancelled' } : found
      },
    }),
  },
  {
    name: 'finds-an-approval-every-second-time',
    does: 'finds an approval every second time',
    caughtBy: 'it is approved or denied once, and the first decision stays',
    alsoCaughtBy: ['random sequences of operations keep every rule'],
    change: (store) => {
      let count = 0
      return { find: (owner, id) => (count++ % 2 === 0 ? store.find(owner, id) : undefined) }
    },
  },
  ...(['request', 'find', 'decide', 'cancel', 'use', 'pending'] as const).map((operation) => ({
    name: `${operation}-never-settles`,
    does: `returns a promise from ${operation}() that never settles`,
    caughtBy: { cancel: MISSING, use: MISSING, pending: LISTED, request: ONCE, find: ONCE, decide: ONCE }[operation],
    change: () => ({ [operation]: () => new Promise<never>(() => {}) }),
  })),
  {
    name: 'timer-of-32-bits',
    does: 'expires an approval by a timer, which fires at once for a time of more than 24 days',
    caughtBy: MONTHS,
    change: (store) => {
      const expired = new Set<string>()
      return {
        request: (owner, id, request) => {
          if (request.ttlMs > 2 ** 31 - 1) setTimeout(() => expired.add(owner + id), request.ttlMs).unref()
          return store.request(owner, id, request)
        },
        find: async (owner, id) => {
          const found = await store.find(owner, id)
          return expired.has(owner + id) && found?.status === 'pending'
            ? { ...found, status: 'expired', leftMs: 0 }
            : found
        },
      }
    },
  },
  {
    name: 'ttl-of-32-bits',
    does: 'keeps the time to decide in 32 bits',
    caughtBy: MONTHS,
    change: requesting(({ ttlMs }) => ({ ttlMs: ttlMs >>> 0 })),
  },
  {
    name: 'retention-of-32-bits',
    does: 'keeps the time of a record in 32 bits',
    caughtBy: MONTHS,
    change: requesting(({ retentionMs }) => ({ retentionMs: retentionMs | 0 })),
  },
  {
    name: 'ttl-of-whole-seconds',
    does: 'cuts the time to decide to whole seconds',
    caughtBy: MILLISECONDS,
    change: requesting(({ ttlMs }) => ({ ttlMs: Math.floor(ttlMs / 1_000) * 1_000 })),
  },
  {
    name: 'retention-of-rounded-seconds',
    does: 'rounds the time of a record to seconds',
    caughtBy: MILLISECONDS,
    change: requesting(({ retentionMs }) => ({ retentionMs: Math.round(retentionMs / 1_000) * 1_000 })),
  },
  {
    name: 'cuts-requests',
    does: 'cuts requests to a mebibyte',
    caughtBy: LARGE,
    change: requesting(({ request }) => ({ request: request.slice(0, 2 ** 20) })),
  },
  {
    name: 'cuts-decisions',
    does: 'cuts decisions to 4 MiB',
    caughtBy: LARGE,
    change: (store) => ({
      decide: (owner, id, { approved, decision }) =>
        store.decide(owner, id, { approved, decision: decision.slice(0, 4 * 2 ** 20) }),
    }),
  },
  {
    name: 'whole-time-left',
    does: 'returns the time to decide that was given as the one that is left',
    caughtBy: SHRINKS,
    change: (store) => ({
      find: async (owner, id) => {
        const found = await store.find(owner, id)
        return found?.status === 'pending' ? { ...found, leftMs: Math.max(found.leftMs, LONG_MS) } : found
      },
    }),
  },
  ...[1_000, 5_000].map((most) => ({
    name: `evicts-above-${most}`,
    does: `evicts the oldest approval once there are more than ${most}`,
    caughtBy: CROWD,
    change: (store: ApprovalStore): Partial<ApprovalStore> => {
      const places: (readonly [owner: string, id: string])[] = []
      return {
        request: async (owner, id, request) => {
          const [oldest] = places.push([owner, id]) > most ? places.splice(0, 1) : []
          if (oldest !== undefined) await store.cancel(...oldest)
          return store.request(owner, id, request)
        },
      }
    },
  })),
]
