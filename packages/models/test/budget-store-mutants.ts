import type { BudgetReservation, BudgetStore } from '@stageflow/keyed-work'
import type { Change, StoreMutant } from '../../keyed-work/test/broken-stores.ts'

const LIMIT = 'amounts are reserved up to the limit, and not above it'
const CHANGES_NOTHING = 'a refused reservation changes nothing'
const REPEATED = 'a repeated reservation counts once'
const MORE_OR_LESS = 'a token can hold more, or less'
const SETTLED = 'a settled amount takes the place of the reserved one'
const ABOVE = 'an amount above the limit is settled all the same'
const SETTLED_ONCE = 'a repeated settlement counts once'
const NOTHING_HELD = 'a token that holds nothing has nothing to settle'
const AGAIN = 'a settled token can be reserved again'
const ENDED = 'a window past its end is missing, with everything in it'
const END_STAYS = 'later reservations and settlements do not move the end of a window'
const MILLISECOND = 'a window lasts to the millisecond'
const MONTHS = 'a window lasts for months'
const SHRINKS = 'the time that is left of a window shrinks'
const SIMILAR = 'similar keys and tokens are different'
const LONG = 'keys and tokens can have 256 characters'
const LARGE = 'large amounts are exact'
const CROWD = 'a window is kept however many others there are'
const ATOMIC_LIMIT = 'simultaneous reservations stay within the limit'
const ATOMIC_TOKEN = 'simultaneous reservations of one token count once'
const ATOMIC_SETTLE = 'simultaneous settlements all count'
const RANDOM = 'random sequences of operations keep every rule'

/** A store that passes on other reservations than it was given. */
const reserving =
  (change: (reservation: BudgetReservation) => Partial<BudgetReservation>): Change<BudgetStore> =>
  (store) => ({ reserve: (key, given) => store.reserve(key, { ...given, ...change(given) }) })

/** A store that takes some keys, or some tokens, for the same. */
const naming =
  (keyOf: (key: string) => string, tokenOf: (token: string) => string = (token) => token): Change<BudgetStore> =>
  (store) => ({
    reserve: (key, given) => store.reserve(keyOf(key), { ...given, token: tokenOf(given.token) }),
    settle: (key, given) => store.settle(keyOf(key), { ...given, token: tokenOf(given.token) }),
  })

export const mutants: readonly StoreMutant<BudgetStore>[] = [
  {
    name: 'has-no-limit',
    does: 'reserves above the limit',
    caughtBy: LIMIT,
    change: reserving(() => ({ most: Number.MAX_SAFE_INTEGER })),
  },
  {
    name: 'refuses-at-the-limit',
    does: 'refuses the last unit below the limit',
    caughtBy: LIMIT,
    change: reserving(({ most }) => ({ most: most - 1 })),
  },
  {
    name: 'returns-no-time',
    does: 'does not say when the window ends',
    caughtBy: LIMIT,
    change: (store) => ({
      reserve: async (key, given) => {
        const answer = await store.reserve(key, given)
        return answer.status === 'refused' ? { ...answer, resetsInMs: 0 } : answer
      },
    }),
  },
  {
    name: 'counts-what-it-refuses',
    does: 'counts what it refuses',
    caughtBy: LIMIT,
    alsoCaughtBy: [CHANGES_NOTHING],
    change: (store) => ({
      reserve: async (key, given) => {
        const answer = await store.reserve(key, given)
        if (answer.status === 'refused' && answer.left < 100) await store.reserve(key, { ...given, most: 1e9 })
        return answer
      },
    }),
  },
  {
    name: 'drops-what-a-refused-token-holds',
    does: 'gives back what a token holds if more is refused',
    caughtBy: CHANGES_NOTHING,
    change: (store) => ({
      reserve: async (key, given) => {
        const answer = await store.reserve(key, given)
        if (answer.status === 'refused') await store.settle(key, { token: given.token, amount: 0 })
        return answer
      },
    }),
  },
  {
    name: 'counts-every-repeat',
    does: 'counts a repeated reservation again',
    caughtBy: CHANGES_NOTHING,
    alsoCaughtBy: [REPEATED, ATOMIC_TOKEN],
    change: (store) => {
      let count = 0
      return { reserve: (key, given) => store.reserve(key, { ...given, token: `${given.token}${count++}` }) }
    },
  },
  {
    name: 'keeps-the-first-amount',
    does: 'keeps the first amount of a token',
    caughtBy: CHANGES_NOTHING,
    alsoCaughtBy: [MORE_OR_LESS],
    change: (store) => {
      const seen = new Set<string>()
      return {
        reserve: async (key, given) => {
          const name = JSON.stringify([key, given.token])
          if (seen.has(name)) return { status: 'reserved' }
          const answer = await store.reserve(key, given)
          if (answer.status === 'reserved') seen.add(name)
          return answer
        },
      }
    },
  },
  {
    name: 'never-settles-an-amount',
    does: 'leaves the reserved amount when it is settled',
    caughtBy: SETTLED,
    change: () => ({ settle: () => {} }),
  },
  {
    name: 'settles-up-to-what-was-held',
    does: 'settles no more than was held',
    caughtBy: ABOVE,
    change: (store) => {
      const held = new Map<string, number>()
      return {
        reserve: (key, given) => {
          held.set(key + given.token, given.amount)
          return store.reserve(key, given)
        },
        settle: (key, { token, amount }) =>
          store.settle(key, { token, amount: Math.min(amount, held.get(key + token) ?? 0) }),
      }
    },
  },
  {
    name: 'settles-every-repeat',
    does: 'subtracts the reserved amount again when a settlement is repeated',
    caughtBy: SETTLED_ONCE,
    change: (store) => {
      const settled = new Map<string, number>()
      return {
        settle: async (key, { token, amount }) => {
          const name = JSON.stringify([key, token])
          const times = (settled.get(name) ?? 0) + 1
          settled.set(name, times)
          if (times > 1) await store.reserve(key, { token, amount: 5, most: 1e9, windowMs: 1e6 })
          await store.settle(key, { token, amount })
        },
      }
    },
  },
  {
    name: 'settles-what-was-not-held',
    does: 'settles for a token that holds nothing',
    caughtBy: CHANGES_NOTHING,
    alsoCaughtBy: [NOTHING_HELD],
    change: (store) => {
      const held = new Set<string>()
      return {
        reserve: async (key, given) => {
          const answer = await store.reserve(key, given)
          if (answer.status === 'reserved') held.add(key + given.token)
          return answer
        },
        settle: async (key, { token, amount }) => {
          if (!held.has(key + token)) await store.reserve(key, { token, amount, most: 1e9, windowMs: 1e6 })
          await store.settle(key, { token, amount })
        },
      }
    },
  },
  {
    name: 'remembers-settled-tokens',
    does: 'refuses a token that was settled',
    caughtBy: CHANGES_NOTHING,
    alsoCaughtBy: [AGAIN],
    change: (store) => {
      const settled = new Set<string>()
      return {
        reserve: (key, given) =>
          settled.has(JSON.stringify([key, given.token]))
            ? { status: 'refused', left: 0, resetsInMs: 1 }
            : store.reserve(key, given),
        settle: async (key, given) => {
          settled.add(JSON.stringify([key, given.token]))
          await store.settle(key, given)
        },
      }
    },
  },
  {
    name: 'never-ends-a-window',
    does: 'never ends a window',
    caughtBy: ENDED,
    change: reserving(() => ({ windowMs: 3_600_000 })),
  },
  {
    name: 'renews-the-window',
    does: 'lets each reservation move the end of the window',
    caughtBy: END_STAYS,
    change: (_, now) => {
      const windows = new Map<string, { total: number; endsAt: number; readonly held: Map<string, number> }>()
      const windowOf = (key: string) => {
        const window = windows.get(key)
        return window !== undefined && window.endsAt > now() ? window : undefined
      }
      return {
        reserve: (key, { token, amount, most, windowMs }) => {
          const window = windowOf(key) ?? { total: 0, endsAt: now(), held: new Map<string, number>() }
          const others = window.total - (window.held.get(token) ?? 0)
          if (others + amount > most)
            return { status: 'refused', left: Math.max(0, most - others), resetsInMs: window.endsAt - now() }
          window.total = others + amount
          window.endsAt = now() + windowMs
          window.held.set(token, amount)
          windows.set(key, window)
          return { status: 'reserved' }
        },
        settle: (key, { token, amount }) => {
          const window = windowOf(key)
          const held = window?.held.get(token)
          if (window === undefined || held === undefined) return
          window.total += amount - held
          window.held.delete(token)
        },
      }
    },
  },
  {
    name: 'window-of-whole-seconds',
    does: 'cuts windows to whole seconds',
    caughtBy: END_STAYS,
    alsoCaughtBy: [MILLISECOND],
    change: reserving(({ windowMs }) => ({ windowMs: Math.floor(windowMs / 1_000) * 1_000 })),
  },
  {
    name: 'window-of-32-bits',
    does: 'keeps windows in 32 bits',
    caughtBy: MONTHS,
    change: reserving(({ windowMs }) => ({ windowMs: windowMs >>> 0 || 1 })),
  },
  {
    name: 'whole-window',
    does: 'returns the length of the window as the time that is left of it',
    caughtBy: SHRINKS,
    change: (store) => ({
      reserve: async (key, given) => {
        const answer = await store.reserve(key, given)
        return answer.status === 'refused' && answer.resetsInMs > 0 ? { ...answer, resetsInMs: given.windowMs } : answer
      },
    }),
  },
  {
    name: 'ignores-case-and-spaces-of-keys',
    does: 'ignores case and spaces of keys',
    caughtBy: SIMILAR,
    change: naming((key) => key.trim().toLowerCase()),
  },
  {
    name: 'ignores-case-and-spaces-of-tokens',
    does: 'ignores case and spaces of tokens',
    caughtBy: SIMILAR,
    change: naming(
      (key) => key,
      (token) => token.trim().toLowerCase(),
    ),
  },
  {
    name: 'cuts-keys',
    does: 'cuts keys to 255 characters',
    caughtBy: LONG,
    change: naming((key) => key.slice(0, 255)),
  },
  {
    name: 'cuts-tokens',
    does: 'cuts tokens to 255 characters',
    caughtBy: LONG,
    change: naming(
      (key) => key,
      (token) => token.slice(0, 255),
    ),
  },
  {
    name: 'amounts-of-24-bits',
    does: 'keeps amounts as numbers of single precision',
    caughtBy: LARGE,
    change: (store) => ({
      reserve: (key, given) => store.reserve(key, { ...given, amount: Math.fround(given.amount) }),
      settle: (key, given) => store.settle(key, { ...given, amount: Math.fround(given.amount) }),
    }),
  },
  ...[1_000, 5_000].map((most) => ({
    name: `evicts-above-${most}`,
    does: `evicts the oldest window once there are more than ${most}`,
    caughtBy: CROWD,
    change: (store: BudgetStore): Partial<BudgetStore> => {
      const evicted = new Map<string, number>()
      const keys = new Set<string>()
      const now = (key: string): string => `${key}${evicted.get(key) ?? 0}`
      return {
        reserve: (key, given) => {
          keys.add(key)
          const [oldest] = keys
          if (keys.size > most && oldest !== undefined) {
            keys.delete(oldest)
            evicted.set(oldest, (evicted.get(oldest) ?? 0) + 1)
          }
          return store.reserve(now(key), given)
        },
        settle: (key, given) => store.settle(now(key), given),
      }
    },
  })),
  {
    name: 'reads-before-it-reserves',
    does: 'reads the sum, and adds to it later',
    caughtBy: ATOMIC_LIMIT,
    change: (store) => ({
      reserve: async (key, given) => {
        const probe = await store.reserve(key, { ...given, token: `${given.token} probe` })
        if (probe.status === 'refused') {
          // A token that holds something may still get more.
          return store.reserve(key, given)
        }
        await store.settle(key, { token: `${given.token} probe`, amount: 0 })
        await Promise.resolve()
        return store.reserve(key, { ...given, most: Number.MAX_SAFE_INTEGER })
      },
    }),
  },
  {
    name: 'reads-before-it-settles',
    does: 'reads the sum, and writes a new one later',
    caughtBy: ATOMIC_SETTLE,
    change: (store) => {
      let writing = 0
      return {
        settle: async (key, given) => {
          const isAlone = writing === 0
          writing++
          await Promise.resolve()
          writing--
          // Of those at once, the sum of one is kept.
          if (isAlone) await store.settle(key, given)
        },
      }
    },
  },
  {
    name: 'loses-large-settlements',
    does: 'loses settlements of more than 20 of one token',
    caughtBy: RANDOM,
    change: (store) => ({
      settle: (key, given) => (given.token === 'u' && given.amount > 20 ? undefined : store.settle(key, given)),
    }),
  },
  ...(['reserve', 'settle'] as const).map((operation) => ({
    name: `${operation}-never-settles`,
    does: `returns a promise from ${operation}() that never settles`,
    caughtBy: { reserve: LIMIT, settle: CHANGES_NOTHING }[operation],
    change: () => ({ [operation]: () => new Promise<never>(() => {}) }),
  })),
]
