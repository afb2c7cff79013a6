import { systemClock } from '@stageflow/core'
import {
  ATOMIC,
  FIFTY,
  LONG_MS,
  MONTHS_MS,
  PARTS_OF_SECOND,
  SIMILAR_ENDS,
  TEXTS,
  must,
} from '@stageflow/keyed-work/suite'
import type { StoreRule } from '@stageflow/keyed-work/suite'
import type { BudgetBench } from './budget-bench.ts'
import { MOST } from './budget-bench.ts'
import { randomBudgets } from './budget-sequences.ts'

const LIMIT = 'Add the amount only if the sum is then at most `most`, in the same atomic operation that reads the sum.'
const BY_TOKEN = 'Keep what each token holds beside the sum, and replace it: sum = sum - held + amount.'
const ENDED = 'Treat a window past its end as missing, in every operation, by the clock of the store.'

/** The rules of the contract by name. */
export const BUDGET_RULES: Readonly<Record<string, StoreRule<BudgetBench>>> = {
  'amounts are reserved up to the limit, and not above it': {
    fix: LIMIT,
    check: async (bench) => {
      await bench.hasLeft(MOST)
      await bench.reserves(60, { token: 'a' })
      await bench.hasLeft(40)
      await bench.reserves(40, { token: 'b' })
      await bench.hasLeft(0)
      await bench.reserves(0, { token: 'c' })
    },
  },
  'a refused reservation changes nothing': {
    fix: 'Write nothing if the sum would be above `most`, neither an amount nor a window.',
    check: async (bench) => {
      await bench.hasLeft(MOST)
      await bench.hasLeft(MOST)
      await bench.reserves(60, { token: 'a' })
      await bench.hasLeft(40)
      await bench.settle(99, { token: 'one more' })
      await bench.hasLeft(40)
      await bench.hasLeft(40, { token: 'one more' })
      const answer = await bench.reserve(101, { token: 'a' })
      must(
        answer.status === 'refused' && answer.left === MOST,
        `reserve of 101 of ${MOST} by a token that holds 60 must be refused with ${MOST} left, not ${JSON.stringify(answer)}.`,
      )
      await bench.hasLeft(40)
    },
  },
  'a repeated reservation counts once': {
    fix: BY_TOKEN,
    check: async (bench) => {
      for (let time = 0; time < 3; time++) await bench.reserves(60)
      await bench.hasLeft(40)
    },
  },
  'a token can hold more, or less': {
    fix: BY_TOKEN,
    check: async (bench) => {
      await bench.reserves(20)
      await bench.reserves(90)
      await bench.hasLeft(10)
      await bench.reserves(30)
      await bench.hasLeft(70)
    },
  },
  'a settled amount takes the place of the reserved one': {
    fix: BY_TOKEN,
    check: async (bench) => {
      await bench.reserves(60, { token: 'a' })
      await bench.settle(10, { token: 'a' })
      await bench.hasLeft(90)
      await bench.reserves(90, { token: 'b' })
      await bench.settle(0, { token: 'b' })
      await bench.hasLeft(90)
    },
  },
  'an amount above the limit is settled all the same': {
    fix: 'Count what was used, whatever the limit is, and return 0 as `left` from then on.',
    check: async (bench) => {
      await bench.reserves(60, { token: 'a' })
      await bench.settle(150, { token: 'a' })
      await bench.hasLeft(0)
      await bench.hasLeft(50, { most: 200 })
    },
  },
  'a repeated settlement counts once': {
    fix: 'Remove what the token holds in the operation that settles it, and settle nothing for a token that holds nothing.',
    check: async (bench) => {
      await bench.reserves(60)
      for (let time = 0; time < 3; time++) await bench.settle(10)
      await bench.settle(0)
      await bench.hasLeft(90)
    },
  },
  'a token that holds nothing has nothing to settle': {
    fix: 'Settle nothing for a token that holds nothing in this window, and begin no window.',
    check: async (bench) => {
      await bench.settle(10)
      await bench.hasLeft(MOST)
      await bench.reserves(60)
      await bench.settle(10, { token: 'u' })
      await bench.settle(10, { key: 'other' })
      await bench.hasLeft(40)
    },
  },
  'a settled token can be reserved again': {
    fix: 'Forget the token when it is settled.',
    check: async (bench) => {
      await bench.reserves(60)
      await bench.settle(10)
      await bench.reserves(50)
      await bench.hasLeft(40)
    },
  },
  'a window past its end is missing, with everything in it': {
    fix: ENDED,
    check: async (bench) => {
      const short = { windowMs: bench.shortMs }
      await bench.reserves(60, { ...short, token: 'a' })
      await bench.reserves(30, { ...short, token: 'b' })
      await bench.settle(20, { token: 'a' })
      await bench.expire()
      await bench.hasLeft(MOST)
      await bench.settle(5, { token: 'b' })
      await bench.hasLeft(MOST)
      await bench.reserves(70, { token: 'c' })
      await bench.settle(5, { token: 'b' })
      await bench.hasLeft(30)
      await bench.reserves(10, { token: 'b' })
      await bench.hasLeft(20)
    },
  },
  'later reservations and settlements do not move the end of a window': {
    fix: 'Set the end when a window begins, and leave it.',
    check: async (bench) => {
      await bench.reserves(10, { token: 'a', windowMs: bench.shortMs })
      await bench.reserves(10, { token: 'b', windowMs: LONG_MS })
      await bench.settle(10, { token: 'a' })
      await bench.expire()
      await bench.hasLeft(MOST)
      await bench.reserves(10, { token: 'a', windowMs: LONG_MS })
      await bench.reserves(10, { token: 'b', windowMs: bench.shortMs })
      await bench.settle(10, { token: 'b' })
      await bench.expire()
      await bench.hasLeft(80)
    },
  },
  'a window lasts to the millisecond': {
    fix: 'Keep times in milliseconds, and round none to seconds.',
    check: async (bench) => {
      for (const ms of PARTS_OF_SECOND)
        await bench.inTime(ms, async (attempt) => {
          const key = `${ms}-${attempt}`
          await bench.reserve(MOST, { key, windowMs: ms })
          const { status } = await bench.reserve(1, { key, token: 'u' })
          if (status === 'refused') return undefined
          return `a window of ${ms} ms that was full let another token reserve at once.`
        })
    },
  },
  'a window lasts for months': {
    fix: 'Compute when it ends as a number of 64 bits, and compare it when you read: a timer of JavaScript holds 24 days at most.',
    check: async (bench) => {
      for (const ms of MONTHS_MS) await bench.reserves(60, { key: `${ms}`, windowMs: ms })
      // For a store with timers of the machine.
      await systemClock.sleep(5)
      await bench.expire()
      for (const ms of MONTHS_MS) await bench.hasLeft(40, { key: `${ms}`, windowMs: ms })
    },
  },
  'the time that is left of a window shrinks': {
    fix: 'Return how long the window still lasts from now, and not how long it was.',
    check: async (bench) => {
      await bench.reserves(60)
      const left = async (): Promise<number> => {
        const answer = await bench.reserve(MOST, { token: 'u' })
        return answer.status === 'refused' ? answer.resetsInMs : 0
      }
      const before = await left()
      await bench.expire()
      const later = await left()
      must(
        before - later >= bench.shortMs,
        `resetsInMs was ${before} at first, and ${later} when more than ${bench.shortMs} ms had passed.`,
      )
    },
  },
  'similar keys and tokens are different': {
    fix: 'Compare keys and tokens byte by byte: use a binary collation, and no patterns.',
    check: async (bench) => {
      for (const end of SIMILAR_ENDS) await bench.reserves(60, { key: `key${end}`, token: `of${end}` })
      for (const end of SIMILAR_ENDS) await bench.hasLeft(40, { key: `key${end}` })
      const key = 'tokens'
      for (const end of SIMILAR_ENDS) await bench.reserves(2, { key, token: `token${end}` })
      await bench.hasLeft(MOST - 2 * SIMILAR_ENDS.length, { key })
      for (const end of SIMILAR_ENDS) await bench.settle(1, { key, token: `token${end}` })
      await bench.hasLeft(MOST - SIMILAR_ENDS.length, { key })
    },
  },
  'keys and tokens can have 256 characters': {
    fix: TEXTS,
    check: async (bench) => {
      for (const letter of ['k', 'ß', '界']) {
        const longKey = letter.repeat(255 - bench.own('').length)
        const longToken = letter.repeat(255)
        for (const end of ['1', '2']) await bench.reserves(60, { key: longKey + end, token: end })
        for (const end of ['1', '2']) await bench.reserves(10, { key: longKey + 1, token: longToken + end })
        await bench.settle(0, { key: longKey + 1, token: `${longToken}2` })
        await bench.hasLeft(30, { key: longKey + 1 })
      }
    },
  },
  'large amounts are exact': {
    fix: 'Keep amounts as whole numbers of 64 bits, and compare them as such.',
    check: async (bench) => {
      const most = Number.MAX_SAFE_INTEGER
      await bench.reserves(most - 1, { token: 'a', most })
      await bench.reserves(1, { token: 'b', most })
      await bench.reserves(0, { token: 'c', most })
      await bench.settle(most - 2, { token: 'a' })
      await bench.hasLeft(1, { most })
    },
  },
  'a window is kept however many others there are': {
    fix: 'Evict no window that goes on. Reject a new one with an error whose code ends in /full.',
    check: async (bench) => {
      await bench.reserves(60)
      const other = { token: 't', amount: 1, most: MOST, windowMs: LONG_MS }
      await bench.crowd((store, place) => store.reserve(bench.own(`other-${place}`), other))
      await bench.hasLeft(40)
    },
  },
  'simultaneous reservations stay within the limit': {
    fix: ATOMIC,
    check: async (bench) => {
      const answers = await Promise.all(FIFTY.map((token) => bench.reserve(3, { token })))
      const reserved = answers.filter(({ status }) => status === 'reserved').length
      must(reserved === 33, `of 50 simultaneous reservations of 3, 33 fit into ${MOST}; ${reserved} were reserved.`)
      await bench.hasLeft(1)
    },
  },
  'simultaneous reservations of one token count once': {
    fix: ATOMIC,
    check: async (bench) => {
      await Promise.all(FIFTY.map(() => bench.reserve(30)))
      await bench.hasLeft(70)
      await Promise.all(FIFTY.map(() => bench.settle(20)))
      await bench.hasLeft(80)
    },
  },
  'simultaneous settlements all count': {
    fix: ATOMIC,
    check: async (bench) => {
      for (const token of FIFTY) await bench.reserves(2, { token })
      await Promise.all(FIFTY.map((token) => bench.settle(1, { token })))
      await bench.hasLeft(50)
    },
  },
  'random sequences of operations keep every rule': {
    fix: 'Compare each step with the table of contracts in the documentation.',
    check: randomBudgets,
  },
}
