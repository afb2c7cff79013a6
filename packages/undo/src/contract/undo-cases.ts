import { systemClock } from '@stageflow/core'
import type { UndoEntry } from '@stageflow/keyed-work'
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
  SIMILAR_ENDS,
  type StoreRule,
  TEXTS,
} from '@stageflow/keyed-work/suite'

import type { UndoBench } from './undo-bench.ts'
import { randomUndo } from './undo-sequences.ts'

const ORDER = 'Give each entry a number of your own sequence when it is added, and order by it.'
const IF_FREE =
  'Set the token only if the entry has none, the lease of the other one is over, or it is the same token, in one statement.'
const OWNER = 'Compare tokens before you write: DELETE … WHERE id = :id AND token = :token.'
const IN_TIME = 'Refuse a new claim once the ttlMs of the entry are over, by the clock of the store.'
const MISSING = 'Treat an entry past its retentionMs as missing, in every operation, by the clock of the store.'
const APART = 'Compare ids byte by byte: use a binary collation, and no patterns.'

/** The rules of the contract by name. */
export const UNDO_RULES: Readonly<Record<string, StoreRule<UndoBench>>> = {
  'entries are found by run and by call, the oldest first': {
    fix: ORDER,
    check: async (bench) => {
      const other = { run: bench.own('other') }
      const none = { run: undefined, callId: bench.own('call-d') }
      const names = ['e', 'b', 'd', 'a', 'c']
      for (const name of names) await bench.add(name)
      await bench.add('d2', { ...other, callId: bench.own('call-d') })
      await bench.add('d3', none)
      const [d, d2, d3] = [bench.entry('d'), bench.entry('d2', { ...other, callId: bench.own('call-d') }), bench.entry('d3', none)] // prettier-ignore
      bench.lists('find by run', await bench.find(), names.map((name) => bench.entry(name))) // prettier-ignore
      bench.lists('find by call', await bench.find({ callId: d.callId }), [d, d2, d3])
      bench.lists('find by both', await bench.find({ run: bench.own('run'), callId: d.callId }), [d])
      bench.lists('find', await bench.find({ run: bench.own('no run') }), [])
      bench.lists('find', await bench.find({ callId: bench.own('no call') }), [])
    },
  },
  'a claim keeps other tokens out, and its remaining lease is returned': {
    fix: IF_FREE,
    check: async (bench) => {
      await bench.add()
      bench.answers('claim', await bench.claim('t', { leaseMs: 60_000 }), 'claimed')
      bench.answers('claim by another token', await bench.claim('u'), 'taken', 60_000)
      bench.lists('find', await bench.find(), [bench.entry()])
    },
  },
  'an entry is added once, and a second add changes nothing': {
    fix: 'Insert the entry only if its id has none.',
    check: async (bench) => {
      await bench.add('a')
      await bench.add('b')
      await bench.claim('t')
      await bench.add('a', { call: 'other', run: bench.own('other'), ttlMs: 1 })
      bench.lists('find', await bench.find(), [bench.entry('a'), bench.entry('b')])
      bench.answers('claim', await bench.claim('u'), 'taken')
    },
  },
  'an entry that does not exist is missing': {
    fix: 'Return "missing" if there is no entry, and write none.',
    check: async (bench) => {
      bench.answers('claim', await bench.claim(), 'missing')
      await bench.release()
      await bench.remove()
      bench.lists('find', await bench.find(), [])
    },
  },
  'an entry and a claim last to the millisecond': {
    fix: 'Keep times in milliseconds, and round none to seconds.',
    check: async (bench) => {
      for (const ms of PARTS_OF_SECOND)
        await bench.inTime(ms, async (attempt) => {
          const [entry, claim, kept] = ['entry', 'claim', 'kept'].map((name) => `${name}-${ms}-${attempt}`) as [
            string,
            string,
            string,
          ]
          await bench.add(entry, { ttlMs: ms })
          await bench.add(claim)
          await bench.claim('t', { name: claim, leaseMs: ms })
          await bench.add(kept, { ttlMs: 0, retentionMs: ms })
          const statuses: string[] = []
          for (const name of [entry, claim, kept]) statuses.push((await bench.claim('u', { name })).status)
          if (statuses[0] === 'claimed' && statuses[1] === 'taken' && statuses[2] !== 'missing') return undefined
          return `ttlMs, leaseMs and retentionMs of three entries were ${ms}. Claimed at once, they were ${statuses.join(', ')}; they must be claimed, taken, and not missing.`
        })
    },
  },
  'the owner can claim again, which renews the lease': {
    fix: 'Set a new end of the lease if the token is the same.',
    check: async (bench) => {
      await bench.add()
      await bench.claim('t', { leaseMs: bench.shortMs })
      bench.answers('a repeated claim', await bench.claim('t'), 'claimed')
      await bench.expire()
      bench.answers('claim by another token', await bench.claim('u'), 'taken')
    },
  },
  'only the owner of a claim can remove the entry': {
    fix: OWNER,
    check: async (bench) => {
      await bench.add()
      await bench.remove('t')
      bench.lists('find', await bench.find(), [bench.entry()])
      await bench.claim('t')
      await bench.remove('u')
      bench.lists('find', await bench.find(), [bench.entry()])
      await bench.remove('t')
      await bench.remove('t')
      bench.lists('find', await bench.find(), [])
      bench.answers('claim', await bench.claim('u'), 'missing')
    },
  },
  'another token takes an entry over whose lease is over, and the old owner can change nothing': {
    fix: IF_FREE,
    check: async (bench) => {
      await bench.add()
      await bench.claim('t', { leaseMs: bench.shortMs })
      await bench.expire()
      bench.answers('claim by another token', await bench.claim('u'), 'claimed')
      bench.answers('claim by the old owner', await bench.claim('t'), 'taken')
      await bench.release('t')
      await bench.remove('t')
      bench.answers('claim by a third token', await bench.claim('v'), 'taken')
    },
  },
  'an owner that is late but not replaced can go on and remove': {
    fix: 'Keep the token when its lease is over, until another token claims the entry.',
    check: async (bench) => {
      for (const name of ['a', 'b']) {
        await bench.add(name)
        await bench.claim('t', { name, leaseMs: bench.shortMs })
      }
      await bench.expire()
      bench.answers('claim by the late owner', await bench.claim('t'), 'claimed')
      await bench.remove('t', 'b')
      bench.lists('find', await bench.find(), [bench.entry('a')])
    },
  },
  'a released entry can be claimed by another token': {
    fix: 'Remove the token and its lease.',
    check: async (bench) => {
      await bench.add()
      await bench.claim('t')
      await bench.release('t')
      await bench.release('t')
      bench.lists('find', await bench.find(), [bench.entry()])
      bench.answers('claim', await bench.claim('u'), 'claimed')
      await bench.release('t')
      bench.answers('claim', await bench.claim('v'), 'taken')
    },
  },
  'an expired entry is found, and cannot be claimed': {
    fix: IN_TIME,
    check: async (bench) => {
      await bench.add('a', { ttlMs: bench.shortMs })
      await bench.add('b')
      const [before] = await bench.find()
      const left = before?.leftMs ?? 0
      must(left > 0 && left <= bench.shortMs, `leftMs must be above 0 and at most ${bench.shortMs}, not ${left}.`)
      await bench.expire()
      const found = await bench.find()
      bench.lists('find', found, [bench.entry('a'), bench.entry('b')])
      const [expired, open] = found.map(({ leftMs }) => leftMs)
      must(expired === 0, `leftMs of an expired entry must be 0, not ${expired}.`)
      must(
        open !== undefined && open > 0 && open <= LONG_MS,
        `leftMs must be above 0 for an entry in time, not ${open}.`,
      )
      bench.answers('claim', await bench.claim(), 'expired')
    },
  },
  'a claim that was made in time holds after the entry has expired': {
    fix: 'Let the same token renew its claim, and other tokens wait for it, whether or not the ttlMs are over.',
    check: async (bench) => {
      await bench.add('a', { ttlMs: bench.shortMs })
      await bench.claim('t')
      await bench.expire()
      bench.answers('a renewal', await bench.claim('t'), 'claimed')
      bench.answers('claim by another token', await bench.claim('u'), 'taken')
      await bench.release('t')
      bench.answers('claim after the release', await bench.claim('u'), 'expired')
    },
  },
  'an entry past its retentionMs is missing, and its id is free': {
    fix: MISSING,
    check: async (bench) => {
      const short = { ttlMs: bench.shortMs, retentionMs: bench.shortMs }
      for (const name of ['a', 'b']) await bench.add(name, short)
      await bench.claim('t', { name: 'b' })
      await bench.expire(2 * bench.shortMs)
      bench.lists('find', await bench.find(), [])
      bench.lists('find by call', await bench.find({ callId: bench.entry('b').callId }), [])
      for (const name of ['a', 'b']) {
        bench.answers('claim', await bench.claim('t', { name }), 'missing')
        await bench.remove('t', name)
        await bench.add(name)
        bench.answers('claim of a new entry', await bench.claim('u', { name }), 'claimed')
      }
    },
  },
  'similar ids are different ids': {
    fix: APART,
    check: async (bench) => {
      const entries = SIMILAR_ENDS.map((end, place) =>
        bench.entry(`id${end}`, { run: bench.own(`run${end}`), callId: bench.own(`call${end}`), call: `${place}` }),
      )
      for (const entry of entries) await bench.store.add(entry)
      for (const [place, entry] of entries.entries()) {
        bench.lists('find by run', await bench.find({ run: entry.run as string }), [entry])
        bench.lists('find by call', await bench.find({ callId: entry.callId }), [entry])
        bench.answers('claim', await bench.claim(`t${place}`, { name: `id${SIMILAR_ENDS[place]}` }), 'claimed')
      }
      for (const [place, end] of SIMILAR_ENDS.entries()) if (place > 0) await bench.remove(`t${place}`, `id${end}`)
      bench.lists('find', await bench.find({ run: bench.own('run') }), entries.slice(0, 1))
    },
  },
  'ids can have 256 characters, and a call a million': {
    fix: TEXTS,
    check: async (bench) => {
      for (const letter of ['k', 'ß', '界']) {
        const long = bench.own('') + letter.repeat(255 - bench.own('').length)
        const entries = ['1', '2'].map((end) => bench.entry(`${letter}${end}`, { run: long + end, callId: long + end }))
        for (const entry of entries) await bench.store.add(entry)
        bench.lists('find', await bench.find({ run: `${long}1`, callId: `${long}1` }), entries.slice(0, 1))
      }
      const entries = ODD_TEXTS.map((call, place) => bench.entry(`text${place}`, { call }))
      for (const entry of entries) await bench.store.add(entry)
      bench.lists('find', await bench.find(), entries)
    },
  },
  'a call of any length is kept, or refused': {
    fix: 'Make the column of calls long enough. Reject a call that is too long with an error whose code ends in /too-large or /full: never cut it.',
    check: async (bench) => {
      const kept: UndoEntry[] = []
      for (const [name, call] of Object.entries(LARGE_TEXTS))
        if (await isKept(() => bench.add(name, { call }))) kept.push(bench.entry(name, { call }))
      const found = await bench.find()
      const isSame = found.length === kept.length && found.every(({ call }, place) => call === kept[place]?.call)
      const lengths = (all: readonly { readonly call: string }[]): string =>
        all.map(({ call }) => call.length).join(', ')
      must(
        isSame,
        `find must return calls of ${lengths(kept)} characters, as they are; what it returned has ${lengths(found)}.`,
      )
    },
  },
  'an entry and a claim last for months': {
    fix: 'Compute when they end as numbers of 64 bits, and compare them when you read: a timer of JavaScript holds 24 days at most.',
    check: async (bench) => {
      for (const ms of MONTHS_MS) await bench.add(`${ms}`, { ttlMs: ms, retentionMs: ms })
      // For a store with timers of the machine.
      await systemClock.sleep(5)
      await bench.expire()
      const found = await bench.find()
      for (const [place, ms] of MONTHS_MS.entries()) {
        const { leftMs = 0 } = found[place] ?? {}
        must(
          leftMs > 0 && leftMs <= ms,
          `leftMs of an entry of ${ms} ms must be above 0 and at most that, not ${leftMs}.`,
        )
        bench.answers('claim', await bench.claim('t', { name: `${ms}`, leaseMs: ms }), 'claimed')
      }
      await systemClock.sleep(5)
      await bench.expire()
      for (const ms of MONTHS_MS)
        bench.answers('claim by another token', await bench.claim('u', { name: `${ms}` }), 'taken', ms)
    },
  },
  'the times that are left shrink': {
    fix: 'Return how long something still lasts from now, and not how long it was given.',
    check: async (bench) => {
      await bench.add()
      await bench.claim('t')
      const times = async (): Promise<readonly [leftMs: number, leaseMs: number]> => {
        const [found] = await bench.find()
        const answer = await bench.claim('u')
        return [found?.leftMs ?? 0, answer.status === 'taken' ? answer.leaseMs : 0]
      }
      const before = await times()
      await bench.expire()
      const after = await times()
      must(
        before.every((ms, place) => ms - (after[place] ?? 0) >= bench.shortMs),
        `leftMs and leaseMs were ${before.join(' and ')} at first, and ${after.join(' and ')} when more than ${bench.shortMs} ms had passed.`,
      )
    },
  },
  'an entry is kept however many others there are': {
    fix: 'Evict no entry that can be undone. Reject a new one with an error whose code ends in /full.',
    check: async (bench) => {
      await bench.add()
      await bench.claim('t')
      await bench.crowd((store, place) => store.add(bench.entry(`other-${place}`, { run: bench.own('others') })))
      bench.lists('find', await bench.find(), [bench.entry()])
      bench.answers('claim by another token', await bench.claim('u'), 'taken')
    },
  },
  'fifty simultaneous adds are kept, each once': {
    fix: ATOMIC,
    check: async (bench) => {
      await Promise.all([...FIFTY, ...FIFTY].map((name) => bench.add(name)))
      const ids = (await bench.find()).map(({ id }) => id)
      must(new Set(ids).size === 50 && ids.length === 50, `find must return 50 entries, not ${ids.length}.`)
      await bench.add('last')
      must((await bench.find()).at(-1)?.id === bench.own('last'), 'an entry that was added last must be found last.')
    },
  },
  'one of fifty simultaneous claims gets the entry': {
    fix: ATOMIC,
    check: async (bench) => {
      await bench.add()
      await oneOfFifty(bench)
    },
  },
  'one of fifty simultaneous claims takes over after a lease': {
    fix: ATOMIC,
    check: async (bench) => {
      await bench.add()
      await bench.claim('t', { leaseMs: bench.shortMs })
      await bench.expire()
      await oneOfFifty(bench)
    },
  },
  'random sequences of operations keep every rule': {
    fix: 'Compare each step with the table of contracts in the documentation.',
    check: randomUndo,
  },
}

async function oneOfFifty(bench: UndoBench): Promise<void> {
  const all = await Promise.all(FIFTY.map((token) => bench.claim(token)))
  const claimed = all.filter(({ status }) => status === 'claimed').length
  const taken = all.filter(({ status }) => status === 'taken').length
  must(
    claimed === 1 && taken === 49,
    `of 50 simultaneous claims 1 must return "claimed" and 49 "taken", not ${claimed} and ${taken}.`,
  )
}
