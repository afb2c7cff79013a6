import { systemClock } from '@stageflow/core'
import type { ApprovalStatus, FoundApproval, ListedApproval } from '@stageflow/keyed-work'
import {
  ATOMIC,
  FIFTY,
  isKept,
  LARGE_TEXTS,
  LONG_MS,
  MONTHS_MS,
  must,
  ODD_TEXTS,
  PARTS_OF_SECOND,
  shown,
  SIMILAR_ENDS,
  type StoreRule,
  TEXTS,
} from '@stageflow/keyed-work/suite'

import type { ApprovalBench } from './approval-bench.ts'
import { randomApprovals } from './approval-sequences.ts'

const ONCE = 'Insert the record only if no record has its owner and id, and return the one that is there.'
const IF_PENDING = 'Change the record only if it is pending and its ttlMs are not over, by the clock of the store.'
const IF_APPROVED =
  'Set the token only if the record is approved, in the same statement. Otherwise return the record as it is.'
const MISSING = 'Treat a record past its retentionMs as missing, in every operation, by the clock of the store.'
const KEEP = 'When the status changes, keep the record for its retentionMs from then on.'
const APART = 'Make owner and id two columns of the key, and compare both byte by byte.'

/** The rules of the contract by name. */
export const APPROVAL_RULES: Readonly<Record<string, StoreRule<ApprovalBench>>> = {
  'an approval is requested once, and a second request returns the first': {
    fix: ONCE,
    check: async (bench) => {
      bench.is('request', await bench.request(), { status: 'pending' })
      bench.is('a second request', await bench.request({ request: 'other', ttlMs: 1 }), { status: 'pending' })
      bench.is('find', await bench.find(), { status: 'pending' })
      await bench.decide(true, 'yes')
      bench.is('request', await bench.request({ request: 'other' }), { status: 'approved', decision: 'yes' })
    },
  },
  'an approval that does not exist can not be found, decided, cancelled or used': {
    fix: 'Return undefined if there is no record, and write none.',
    check: async (bench) => {
      bench.isMissing('find', await bench.find())
      bench.isMissing('decide', await bench.decide(true, 'yes'))
      bench.isMissing('cancel', await bench.cancel())
      bench.isMissing('use', await bench.use('a'))
      bench.isMissing('find', await bench.find())
    },
  },
  'it is approved or denied once, and the first decision stays': {
    fix: IF_PENDING,
    check: async (bench) => {
      for (const [id, approved, status] of [
        ['y', true, 'approved'],
        ['n', false, 'denied'],
      ] as const) {
        await bench.request({ id })
        const decided = { id, status, decision: 'first' }
        bench.is('decide', await bench.decide(approved, 'first', { id }), decided)
        bench.is('a repeated decision', await bench.decide(approved, 'first', { id }), decided)
        bench.is('a later decision', await bench.decide(!approved, 'second', { id }), decided)
        bench.is('find', await bench.find({ id }), decided)
      }
    },
  },
  'an approval lasts to the millisecond': {
    fix: 'Keep times in milliseconds, and round none to seconds.',
    check: async (bench) => {
      for (const ms of PARTS_OF_SECOND)
        await bench.inTime(ms, async (attempt) => {
          const [open, closed] = [`open-${ms}-${attempt}`, `closed-${ms}-${attempt}`]
          await bench.request({ id: open, ttlMs: ms })
          await bench.request({ id: closed, retentionMs: ms })
          await bench.decide(true, 'yes', { id: closed })
          const found = [(await bench.find({ id: open }))?.status, (await bench.find({ id: closed }))?.status]
          if (found.join() === 'pending,approved') return undefined
          return `ttlMs of one record and retentionMs of another, approved one were ${ms}. Asked at once, they were ${found.join(' and ')}; they must be pending and approved.`
        })
    },
  },
  'a late decision changes nothing': {
    fix: IF_PENDING,
    check: async (bench) => {
      await bench.request({ ttlMs: bench.shortMs })
      await bench.expire()
      bench.is('find', await bench.find(), { status: 'expired' })
      bench.is('decide', await bench.decide(true, 'late'), { status: 'expired' })
      bench.is('use', await bench.use('a'), { status: 'expired' })
      bench.is('cancel', await bench.cancel(), { status: 'expired' })
    },
  },
  'an approval that was given in time outlives the time to decide': {
    fix: KEEP,
    check: async (bench) => {
      await bench.request({ ttlMs: bench.shortMs })
      await bench.decide(true, 'yes')
      await bench.expire()
      bench.is('use', await bench.use('a'), { status: 'used', decision: 'yes', token: 'a' })
    },
  },
  'only an approved record can be used': {
    fix: IF_APPROVED,
    check: async (bench) => {
      await bench.request()
      bench.is('use', await bench.use('a'), { status: 'pending' })
      await bench.decide(false, 'no')
      bench.is('use', await bench.use('a'), { status: 'denied', decision: 'no' })
    },
  },
  'it is used once, and every other token gets the record of the first': {
    fix: IF_APPROVED,
    check: async (bench) => {
      await bench.request()
      await bench.decide(true, 'yes')
      const used = { status: 'used', decision: 'yes', token: 'a' } as const
      bench.is('use', await bench.use('a'), used)
      bench.is('a repeated use', await bench.use('a'), used)
      bench.is('use by another token', await bench.use('b'), used)
      bench.is('decide', await bench.decide(false, 'no'), used)
      bench.is('cancel', await bench.cancel(), used)
    },
  },
  'a cancelled approval stays cancelled': {
    fix: 'Cancel a record that is pending or approved, and leave every other one.',
    check: async (bench) => {
      await bench.request()
      bench.is('cancel', await bench.cancel(), { status: 'cancelled' })
      bench.is('a repeated cancel', await bench.cancel(), { status: 'cancelled' })
      bench.is('decide', await bench.decide(true, 'yes'), { status: 'cancelled' })
      bench.is('use', await bench.use('a'), { status: 'cancelled' })
    },
  },
  'an approval can be cancelled until it is used': {
    fix: 'Cancel a record that is pending or approved, and leave every other one.',
    check: async (bench) => {
      await bench.request()
      await bench.decide(true, 'yes')
      const cancelled = { status: 'cancelled', decision: 'yes' } as const
      bench.is('cancel', await bench.cancel(), cancelled)
      bench.is('use', await bench.use('a'), cancelled)
    },
  },
  'a record is kept for its retentionMs from its last change': {
    fix: KEEP,
    check: async (bench) => {
      for (const id of ['approved', 'denied', 'cancelled', 'used'])
        await bench.request({ id, retentionMs: bench.shortMs })
      for (const id of ['approved', 'used']) await bench.decide(true, 'yes', { id })
      await bench.decide(false, 'no', { id: 'denied' })
      await bench.cancel({ id: 'cancelled' })
      await bench.use('a', { id: 'used' })
      await bench.expire()
      for (const id of ['approved', 'denied', 'cancelled', 'used']) bench.isMissing('find', await bench.find({ id }))
    },
  },
  'a record past its time is missing, and its id is free': {
    fix: MISSING,
    check: async (bench) => {
      const short = { ttlMs: bench.shortMs, retentionMs: bench.shortMs }
      for (const id of ['expired', 'approved', 'cancelled', 'used']) await bench.request({ id, ...short })
      for (const id of ['approved', 'used']) await bench.decide(true, 'yes', { id })
      await bench.cancel({ id: 'cancelled' })
      await bench.use('a', { id: 'used' })
      await bench.expire(2 * bench.shortMs)
      for (const id of ['expired', 'approved', 'cancelled', 'used']) {
        bench.isMissing('find', await bench.find({ id }))
        bench.isMissing('decide', await bench.decide(true, 'yes', { id }))
        bench.isMissing('cancel', await bench.cancel({ id }))
        bench.isMissing('use', await bench.use('b', { id }))
        bench.is('request', await bench.request({ id, request: 'again' }), { id, request: 'again', status: 'pending' })
      }
    },
  },
  'pending approvals are listed, the oldest first, up to the limit': {
    fix: 'List the records of this owner that are pending and whose ttlMs are not over, in the order of their requests.',
    check: async (bench) => {
      const ids = ['e', 'd', 'c', 'b', 'a']
      await bench.request({ id: 'short', ttlMs: bench.shortMs })
      for (const id of ids) await bench.request({ id })
      await bench.expire()
      await bench.decide(true, 'yes', { id: 'd' })
      await bench.cancel({ id: 'b' })
      const list = await bench.pending()
      for (const [place, id] of ['e', 'c', 'a'].entries())
        bench.is('pending', withoutPlace(list[place]), { id, status: 'pending' })
      mustList('pending', list, 'e,c,a')
      mustList('pending with a limit of 2', await bench.pending({ limit: 2 }), 'e,c')
    },
  },
  'owners and ids are apart': {
    fix: APART,
    check: async (bench) => {
      const places = SIMILAR_ENDS.flatMap((end) => [
        { owner: `${bench.owner}${end}`, id: bench.id },
        { owner: bench.owner, id: `${bench.id}${end}` },
      ]).slice(1)
      for (const [place, at] of places.entries()) await bench.request({ ...at, request: `${place}` })
      for (const [place, at] of places.entries()) {
        const expected = { id: at.id, request: `${place}` }
        bench.is('find', await bench.find(at), { ...expected, status: 'pending' })
        await bench.decide(true, `${place}`, at)
        bench.is('use', await bench.use('a', at), { ...expected, status: 'used', decision: `${place}`, token: 'a' })
      }
      bench.isMissing('find', await bench.find({ owner: `${bench.owner}none` }))
      mustList('pending of an owner without approvals', await bench.pending({ owner: `${bench.owner}none` }), '')
    },
  },
  'pending approvals of a tenant are those of all its owners': {
    fix: 'Keep the tenant of each request, and list the pending records of all owners that have it, in the order of their requests.',
    check: async (bench) => {
      const owners = ['1', '2', '3'].map((end) => bench.owner + end)
      const request = (id: string, place: number): Promise<unknown> =>
        bench.request({ id, owner: owners[place % 3] as string })
      await bench.request({ id: 'short', ttlMs: bench.shortMs })
      for (const [place, id] of ['e', 'd', 'c', 'b', 'a'].entries()) await request(id, place)
      // The same ids of other tenants.
      for (const end of SIMILAR_ENDS.slice(1))
        await bench.request({ id: 'e', owner: `${bench.owner}/${end}`, tenant: `${bench.tenant}${end}` })
      await bench.expire()
      await bench.decide(true, 'yes', { id: 'd', owner: owners[1] as string })
      await bench.cancel({ id: 'b', owner: owners[0] as string })
      const list = await bench.pendingOfTenant()
      for (const [place, id] of ['e', 'c', 'a'].entries())
        bench.is('pending', withoutPlace(list[place]), { id, status: 'pending' })
      mustList('pending of the tenant', list, 'e,c,a')
      mustList('pending of the tenant with a limit of 2', await bench.pendingOfTenant({ limit: 2 }), 'e,c')
      mustList('pending of one of its owners', await bench.pending({ owner: owners[1] as string }), 'a')
      for (const end of SIMILAR_ENDS.slice(1))
        mustList('pending of another tenant', await bench.pendingOfTenant({ tenant: `${bench.tenant}${end}` }), 'e')
      const none = await bench.pendingOfTenant({ tenant: `${bench.tenant}none` })
      mustList('pending of a tenant without approvals', none, '')
      mustList('pending of a tenant with the name of an owner', await bench.pendingOfTenant({ tenant: owners[0] as string }), '') // prettier-ignore
    },
  },
  'a list goes on after a place, and leaves none out and lists none twice': {
    fix: 'Give each request a higher place than every request before it, and list only records above the place.',
    check: async (bench) => {
      const short = { ttlMs: bench.shortMs, retentionMs: bench.shortMs }
      await bench.request({ id: 'g' })
      await bench.request({ id: 'f', ...short })
      const [first, last] = (await bench.pending()).map(({ place }) => place)
      await bench.expire(2 * bench.shortMs)
      // Its record is past its time, and was the last one.
      await bench.request({ id: 'f' })
      for (const id of ['e', 'd', 'c', 'b', 'a']) await bench.request({ id })
      const pages = async (list: (page: { limit: number; after: number }) => Promise<readonly ListedApproval[]>) => {
        const all: ListedApproval[] = []
        for (let page = await list({ limit: 2, after: 0 }); page.length > 0 && all.length < 20;) {
          all.push(...page)
          page = await list({ limit: 2, after: page.at(-1)?.place ?? 0 })
        }
        return all
      }
      const ofOwner = await pages((page) => bench.pending(page))
      mustList('pages of an owner', ofOwner, 'g,f,e,d,c,b,a')
      mustList('pages of a tenant', await pages((page) => bench.pendingOfTenant(page)), 'g,f,e,d,c,b,a')
      const places = ofOwner.map(({ place }) => place)
      must(
        places.every((place, index) => Number.isSafeInteger(place) && place > (places[index - 1] ?? 0)),
        `the places must be whole numbers that grow, not ${places.join()}.`,
      )
      must(
        places[0] === first && (places[1] ?? 0) > (last ?? 0),
        `a record keeps its place, and no later one gets that of a removed one: ${[first, last].join()}, then ${places.join()}.`,
      )
    },
  },
  'owners and ids can have 256 characters, and texts a million': {
    fix: TEXTS,
    check: async (bench) => {
      for (const letter of ['k', 'ß', '界']) {
        const id = letter.repeat(255)
        const owner = bench.owner + letter.repeat(256 - bench.owner.length)
        const tenant = bench.tenant + letter.repeat(256 - bench.tenant.length)
        for (const end of ['1', '2']) await bench.request({ owner, tenant, id: `${id}${end}`, request: end })
        mustList('pending of a long tenant', await bench.pendingOfTenant({ tenant }), `${id}1,${id}2`)
        bench.is('find', await bench.find({ owner, id: `${id}1` }), { id: `${id}1`, request: '1', status: 'pending' })
      }
      for (const text of ODD_TEXTS) {
        const id = `${text.length}-${text.slice(0, 3).codePointAt(0)}`
        await bench.request({ id, request: text })
        bench.is('decide', await bench.decide(false, text, { id }), {
          id,
          request: text,
          status: 'denied',
          decision: text,
        })
      }
    },
  },
  'texts of any length are kept, or refused': {
    fix: 'Make the columns of texts long enough. Reject a text that is too long with an error whose code ends in /too-large or /full: never cut it.',
    check: async (bench) => {
      for (const [id, text] of Object.entries(LARGE_TEXTS)) {
        if (!(await isKept(() => bench.request({ id, request: text })))) continue
        const isDecided = await isKept(() => bench.decide(false, text, { id }))
        const expected = isDecided ? ({ status: 'denied', decision: text } as const) : ({ status: 'pending' } as const)
        bench.is('find', await bench.find({ id }), { id, request: text, ...expected })
      }
    },
  },
  'an approval lasts for months': {
    fix: 'Compute when a record ends as a number of 64 bits, and compare it when you read: a timer of JavaScript holds 24 days at most.',
    check: async (bench) => {
      const all = MONTHS_MS.map((ms) => ({ id: `${ms}`, ttlMs: ms, retentionMs: ms }))
      const mustBe = async (status: ApprovalStatus): Promise<void> => {
        // For a store with timers of the machine.
        await systemClock.sleep(5)
        await bench.expire()
        for (const { id, ttlMs } of all) {
          const found = await bench.find({ id })
          const isLeft = status !== 'pending' || ((found?.leftMs ?? 0) > 0 && (found?.leftMs ?? 0) <= ttlMs)
          must(found?.status === status && isLeft, `a record of ${ttlMs} ms must be ${status}; it is ${shown(found)}.`)
        }
      }
      for (const each of all) await bench.request(each)
      await mustBe('pending')
      for (const { id } of all) await bench.decide(true, 'yes', { id })
      await mustBe('approved')
    },
  },
  'the time left to decide shrinks': {
    fix: 'Return how long the record can still be decided from now, and not how long that was at first.',
    check: async (bench) => {
      await bench.request()
      const before = (await bench.find())?.leftMs ?? 0
      await bench.expire()
      const after = (await bench.find())?.leftMs ?? 0
      must(
        before - after >= bench.shortMs,
        `leftMs was ${before} at first and ${after} when more than ${bench.shortMs} ms had passed.`,
      )
    },
  },
  'an open approval is kept however many others there are': {
    fix: 'Evict no record that is pending or approved. Reject a new one with an error whose code ends in /full.',
    check: async (bench) => {
      await bench.request()
      await bench.request({ id: 'approved' })
      await bench.decide(true, 'yes', { id: 'approved' })
      const asked = { tenant: bench.tenant, request: 'asked', ttlMs: LONG_MS, retentionMs: LONG_MS }
      await bench.crowd((store, place) => store.request(`${bench.owner}/others`, `${place}`, asked))
      bench.is('find', await bench.find(), { status: 'pending' })
      bench.is('find', await bench.find({ id: 'approved' }), { id: 'approved', status: 'approved', decision: 'yes' })
    },
  },
  'of fifty simultaneous requests one is kept, and all get it': {
    fix: ATOMIC,
    check: async (bench) => {
      const all = await Promise.all(FIFTY.map((request) => bench.request({ request })))
      const kept = new Set(all.map(({ request }) => request))
      must(kept.size === 1, `50 simultaneous requests must return one record, not ${kept.size}.`)
    },
  },
  'of fifty simultaneous decisions one counts': {
    fix: ATOMIC,
    check: async (bench) => {
      await bench.request()
      const all = await Promise.all(FIFTY.map((decision, place) => bench.decide(place % 2 === 0, decision)))
      const kept = new Set(all.map((each) => JSON.stringify(each)))
      must(kept.size === 1, `50 simultaneous decisions must return one record, not ${kept.size}.`)
    },
  },
  'of fifty simultaneous uses one gets the approval': {
    fix: ATOMIC,
    check: async (bench) => {
      await bench.request()
      await bench.decide(true, 'yes')
      const all = await Promise.all(FIFTY.map((token) => bench.use(token)))
      const own = all.filter((each: FoundApproval, place) => each?.status === 'used' && each.token === FIFTY[place])
      must(own.length === 1, `of 50 simultaneous uses 1 must get the approval, not ${own.length}.`)
    },
  },
  'of a use and a cancel at once one counts': {
    fix: ATOMIC,
    check: async (bench) => {
      for (const [place, id] of FIFTY.entries()) {
        await bench.request({ id })
        await bench.decide(true, 'yes', { id })
        // Each begins first in half of the races.
        const early = place % 2 === 0 ? bench.cancel({ id }) : undefined
        const [used, cancelled] = await Promise.all([bench.use('a', { id }), early ?? bench.cancel({ id })])
        const is = await bench.find({ id })
        must(
          used?.status === is?.status || cancelled?.status === is?.status,
          `use returned ${used?.status} and cancel ${cancelled?.status}, but the record is ${is?.status}.`,
        )
        must(
          !(used?.status === 'used' && cancelled?.status === 'cancelled'),
          'a use and a cancel at once both succeeded.',
        )
      }
    },
  },
  'random sequences of operations keep every rule': {
    fix: 'Compare each step with the table of contracts in the documentation.',
    check: randomApprovals,
  },
}

function withoutPlace(listed: ListedApproval | undefined): FoundApproval {
  if (listed === undefined) return undefined
  const { place: _, ...record } = listed
  return record
}

/** `expected`: the ids of the list, joined. */
function mustList(operation: string, list: readonly ListedApproval[], expected: string): void {
  const ids = list.map(({ id }) => id).join()
  must(ids === expected, `${operation} must list ${shown(expected)}, not ${shown(ids)}.`)
}
