import { systemClock } from '@stageflow/core'

import {
  FIFTY,
  isKept,
  LARGE_TEXTS,
  LONG_MS,
  MONTHS_MS,
  ODD_TEXTS,
  PARTS_OF_SECOND,
  SIMILAR_ENDS,
} from '../suite/store-bench.ts'
import { ATOMIC, must, type StoreRule } from '../suite/store-rule.ts'
import { type KeyedBench, P1, P2 } from './keyed-bench.ts'
import { randomOperations } from './keyed-sequences.ts'

const OWNER = 'Compare the token of the record with the token of the caller before you write.'
const PAST_END = 'Treat a record past its end as missing, in every operation, by the clock of the store.'
const RENEW = 'If the record is a claim with the token of the caller, set a new end, also if the old one has passed.'
const KEPT = 'If a record is a completion, claim returns it and changes nothing, whichever token asks.'
const OWN_TTL = 'When a claim becomes a completion, replace the end of its lease by its time to live.'
const REPEAT =
  'Return true as well if the record already is the completion of this token: a client repeats a command after a lost connection.'
const MISSING = 'Insert the completion if the key has no record: the claim may have ended.'
const RELEASE =
  'Remove the record only if it is a claim with the token of the caller. Otherwise do nothing, and do not throw.'
const KEYS =
  'Compare keys byte by byte, as a column with a binary collation does, and escape what has a meaning in a pattern.'
const LENGTH = 'Make the column of keys long enough, or store a hash of the whole key.'
const VALUES = 'Store the value as it is: as text or bytes, in no type that trims, parses or cuts it.'

/** The rules of the contract by name. */
export const KEYED_RULES: Readonly<Record<string, StoreRule<KeyedBench>>> = {
  'a free key is claimed, and so is one whose record has been released or has ended': {
    fix: PAST_END,
    check: async (bench) => {
      await bench.claims('a')
      await bench.release('a')
      await bench.claimsUntilOver('b')
      await bench.claims('c')
    },
  },
  'a claim keeps other tokens out, and its parameters and remaining lease are returned': {
    fix: 'Store the parameters of the claim. Return them with status running, and the ms until the lease ends, to every other token.',
    check: async (bench) => {
      await bench.claim('a', { leaseMs: 60_000 })
      await bench.isRunningWith('b', P1, 60_000, { parameters: P2 })
      await bench.isRunningWith('c', P1, 60_000)
    },
  },
  'the owner can claim again': {
    fix: RENEW,
    check: async (bench) => {
      await bench.claim('a')
      await bench.claims('a')
      await bench.isRunning('b')
    },
  },
  'claiming again renews the lease': {
    fix: RENEW,
    check: async (bench) => {
      await bench.claim('a', { leaseMs: bench.shortMs })
      await bench.claim('a')
      await bench.expire()
      await bench.isRunning('b')
    },
  },
  'another token takes over a claim whose lease has ended, and the old owner can change nothing': {
    fix: `${PAST_END} ${OWNER}`,
    check: async (bench) => {
      await bench.claimsUntilOver('a')
      await bench.claims('b')
      await bench.isRunning('a')
      await bench.cannotComplete('a')
      await bench.release('a')
      await bench.isRunning('c')
    },
  },
  'an owner that is late but not replaced gets its claim back': {
    fix: RENEW,
    check: async (bench) => {
      await bench.claimsUntilOver('a')
      await bench.claims('a')
      await bench.isRunning('b')
    },
  },
  'an owner that is late but not replaced can complete': {
    fix: MISSING,
    check: async (bench) => {
      await bench.claimsUntilOver('a')
      await bench.completes('a')
      await bench.isCompleted('b', 'a', P1)
    },
  },
  'every token gets the completion, its owner too': {
    fix: KEPT,
    check: async (bench) => {
      await bench.claim('a')
      await bench.completes('a', { value: 'done' })
      for (const token of ['a', 'b', 'c']) await bench.isCompleted(token, 'done', P1, { parameters: P2 })
    },
  },
  'complete may be repeated with the same token, and then returns the same': {
    fix: REPEAT,
    check: async (bench) => {
      await bench.claim('a')
      await bench.completes('a')
      await bench.completes('a')
      await bench.isCompleted('b', 'a', P1)
    },
  },
  'another token overwrites neither a claim nor a completion': {
    fix: OWNER,
    check: async (bench) => {
      await bench.claim('a')
      await bench.cannotComplete('b')
      await bench.isRunning('c')
      await bench.complete('a')
      await bench.cannotComplete('b', { parameters: P2 })
      await bench.isCompleted('c', 'a', P1)
    },
  },
  'a completion of a key without a record is kept': {
    fix: MISSING,
    check: async (bench) => {
      await bench.completes('a')
      await bench.isCompleted('b', 'a', P1)
    },
  },
  'a completion outlives the lease of its claim': {
    fix: OWN_TTL,
    check: async (bench) => {
      await bench.claim('a', { leaseMs: bench.shortMs })
      await bench.complete('a')
      await bench.expire()
      await bench.isCompleted('b', 'a', P1)
    },
  },
  'a completion ends with its time to live, however long the lease was': {
    fix: OWN_TTL,
    check: async (bench) => {
      await bench.claim('a')
      await bench.complete('a', { ttlMs: bench.shortMs })
      await bench.expire()
      await bench.claims('b', { parameters: P2 })
      await bench.isRunning('a')
    },
  },
  'only the owner can release, only a claim, and any number of times': {
    fix: RELEASE,
    check: async (bench) => {
      await bench.release('a')
      await bench.claim('a')
      await bench.release('b')
      await bench.isRunning('b')
      await bench.complete('a')
      await bench.release('a')
      await bench.release('a')
      await bench.isCompleted('b', 'a', P1)
    },
  },
  'a key has one record, whatever owner it counts for': {
    fix: 'Find records by their key alone. The third argument decides only whether a store with bounds of its own has room.',
    check: async (bench) => {
      await bench.claims('a', { account: { owner: 'ada' } })
      await bench.isRunning('b', { account: { owner: 'eve' } })
      await bench.completes('a', { account: { owner: 'ada' } })
      await bench.isCompleted('c', 'a', P1, { account: { owner: 'eve', uncounted: true } })
    },
  },
  'similar keys are different keys': {
    fix: KEYS,
    check: async (bench) => {
      const all = SIMILAR_ENDS.map((end) => `${bench.key}${end}`)
      for (const key of all) await bench.claims('a', { key })
      for (const [index, key] of all.entries()) await bench.completes('a', { key, value: `${index}` })
      for (const [index, key] of all.entries()) await bench.isCompleted('b', `${index}`, P1, { key })
    },
  },
  'a key can have 256 characters of any alphabet': {
    fix: LENGTH,
    check: async (bench) => {
      for (const letter of ['k', 'ß', '界']) {
        const long = bench.key + letter.repeat(255 - bench.key.length)
        await bench.claims('a', { key: `${long}1` })
        await bench.claims('b', { key: `${long}2` })
        await bench.isRunning('b', { key: `${long}1` })
      }
    },
  },
  'a value is returned unchanged': {
    fix: VALUES,
    check: async (bench) => {
      for (const [index, value] of ODD_TEXTS.entries()) {
        const key = `${bench.key}${index}`
        await bench.claim('a', { key })
        await bench.complete('a', { key, value })
        await bench.isCompleted('b', value, P1, { key })
      }
    },
  },
  'a value of any length is returned unchanged, or refused': {
    fix: 'Make the column long enough. Reject a value that is too long with an error whose code ends in /too-large: never cut it.',
    check: async (bench) => {
      for (const [what, value] of Object.entries(LARGE_TEXTS)) {
        const key = `${bench.key}${what}`
        await bench.claims('a', { key })
        if (await isKept(() => bench.completes('a', { key, value }))) await bench.isCompleted('b', value, P1, { key })
        else await bench.isRunning('b', { key })
      }
    },
  },
  'a record lasts for months': {
    fix: 'Compute when a record ends as a number of 64 bits, and compare it when you read: a timer of JavaScript holds 24 days at most.',
    check: async (bench) => {
      const keys = MONTHS_MS.map((ms) => [`${bench.key}${ms}`, ms] as const)
      for (const [key, ms] of keys) await bench.claims('a', { key, leaseMs: ms })
      await bench.expire()
      for (const [key, ms] of keys) await bench.isRunningWith('b', P1, ms, { key })
      for (const [key, ms] of keys) await bench.completes('a', { key, ttlMs: ms })
      // For a store with timers of the machine.
      await systemClock.sleep(5)
      await bench.expire()
      for (const [key] of keys) await bench.isCompleted('b', 'a', P1, { key })
    },
  },
  'a record lasts to the millisecond': {
    fix: 'Keep times in milliseconds, and round none to seconds.',
    check: async (bench) => {
      for (const ms of PARTS_OF_SECOND)
        await bench.inTime(ms, async (attempt) => {
          const [held, kept] = [`${bench.key}held${ms}${attempt}`, `${bench.key}kept${ms}${attempt}`]
          await bench.claim('a', { key: held, leaseMs: ms })
          await bench.complete('a', { key: kept, ttlMs: ms })
          const answers = [await bench.claim('b', { key: held }), await bench.claim('b', { key: kept })]
          const [lease, completion] = answers.map(({ status }) => status)
          if (lease === 'running' && completion === 'completed') return undefined
          return `A claim and a completion were to last ${ms} ms. Asked at once, they were ${lease} and ${completion}; they must be running and completed.`
        })
    },
  },
  'the remaining lease shrinks': {
    fix: 'Return how long the lease still lasts from now, and not how long it was given.',
    check: async (bench) => {
      await bench.claim('a')
      const before = await bench.leaseLeft('b')
      await bench.expire()
      const after = await bench.leaseLeft('b')
      must(
        before - after >= bench.shortMs,
        `leaseMs was ${before} at first and ${after} when more than ${bench.shortMs} ms had passed.`,
      )
    },
  },
  'a record is kept however many others there are': {
    fix: 'Evict no record that has not ended: its work would be done twice. Reject a new one with an error whose code ends in /full.',
    check: async (bench) => {
      const [kept, others] = [`${bench.key}kept`, `${bench.key}other`]
      await bench.claims('a')
      await bench.claims('a', { key: kept })
      await bench.completes('a', { key: kept })
      await bench.crowd((store, place) => {
        const key = `${others}${place}`
        if (place % 2 === 0) return store.claim(key, { token: 'o', parameters: P1, leaseMs: LONG_MS })
        return store.complete(key, { token: 'o', parameters: P1, value: 'o', ttlMs: LONG_MS })
      })
      await bench.isRunning('b')
      await bench.isCompleted('b', 'a', P1, { key: kept })
    },
  },
  'one of fifty simultaneous claims gets the key': {
    fix: ATOMIC,
    check: async (bench) => {
      const { claimed, running } = await fiftyClaims(bench)
      must(
        claimed === 1 && running === 49,
        `of 50 simultaneous claims 1 must be claimed and 49 running, not ${claimed} and ${running}.`,
      )
    },
  },
  'one of fifty simultaneous claims takes over after a lease': {
    fix: ATOMIC,
    check: async (bench) => {
      await bench.claimsUntilOver('gone')
      const { claimed } = await fiftyClaims(bench)
      must(claimed === 1, `of 50 simultaneous claims after a lease 1 must be claimed, not ${claimed}.`)
    },
  },
  'one of fifty simultaneous completions of a key without a record is kept': {
    fix: ATOMIC,
    check: async (bench) => {
      const answers = await Promise.all(FIFTY.map((token) => bench.complete(token)))
      const [winner, ...others] = FIFTY.filter((_, index) => answers[index])
      must(
        winner !== undefined && others.length === 0,
        `of 50 simultaneous completions 1 must return true, not ${others.length + (winner === undefined ? 0 : 1)}.`,
      )
      await bench.isCompleted('b', winner, P1)
    },
  },
  'random sequences of operations keep every rule': {
    fix: OWNER,
    check: randomOperations,
  },
}

async function fiftyClaims(bench: KeyedBench): Promise<{ readonly claimed: number; readonly running: number }> {
  const answers = await Promise.all(FIFTY.map((token) => bench.claim(token)))
  const count = (wanted: string): number => answers.filter(({ status }) => status === wanted).length
  return { claimed: count('claimed'), running: count('running') }
}
