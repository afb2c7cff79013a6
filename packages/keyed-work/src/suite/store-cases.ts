import {
  checkOptions,
  functionLike,
  type OptionRule,
  optionProblems,
  type OptionRules,
  refuseOptions,
  required,
  TEXT,
  whole,
} from '@stageflow/core/kit'

import { settlesInTime } from './settles-in-time.ts'
import { OPERATION_MS, shapeProblems, type StoreUnderTest, subjectRules } from './store-bench.ts'
import { breach, checkRule, Seen, type StoreRules } from './store-rule.ts'

export interface StoreContractOptions {
  /** How long records live that expire in a case, in ms. Must be longer than twenty operations take. Default: 300. */
  readonly shortMs?: number
  /** Maximum time for one operation of the store, in ms. Default: 5,000. */
  readonly timeoutMs?: number
}

/** One case of a contract. `run` rejects with the error of the contract if the store breaks it. */
export interface StoreCase {
  readonly name: string
  readonly run: () => Promise<void>
}

/** The contract of one kind of store. */
export interface StoreContract<Store, Bench> extends StoreRules<Bench> {
  /** The function that it is exported as, such as `keyedStoreContract`. */
  readonly name: string
  /** The code of a wrong call of that function, such as `keyed-work/illegal-option`. */
  readonly illegal: string
  /** What a store of this kind must be. */
  readonly store: OptionRule
  readonly Bench: new (subject: StoreUnderTest<Store>, shortMs: number, limitMs: number) => Bench
}

const AN_OBJECT: OptionRule = [(value) => typeof value === 'object' && value !== null, 'an object']
const CONTRACT: OptionRules<StoreContract<unknown, unknown>> = {
  name: required(TEXT),
  illegal: required(TEXT),
  store: required([Array.isArray, 'a rule, such as objectWith(…)']),
  rules: required(AN_OBJECT),
  Bench: required(functionLike('that extends StoreBench')),
  broken: required(TEXT),
  subject: required(TEXT),
}

/**
 * One case for each rule, with a store and a bench of its own. Throws the code `illegal` of the contract for a wrong `open` or a wrong
 * option. A case rejects with that code if `open` returns something else.
 */
export function storeCases<Store, Bench>(
  contract: StoreContract<Store, Bench>,
  open: () => StoreUnderTest<Store> | Promise<StoreUnderTest<Store>>,
  options: StoreContractOptions,
): readonly StoreCase[] {
  checkOptions('storeCases()', 'keyed-work/illegal-option', contract, CONTRACT)
  const { name: caller, illegal, rules, Bench } = contract
  refuseOptions(`${caller}()`, illegal, [
    ...optionProblems({ open }, { open: required(functionLike('() => ({ store, advance })')) }),
    ...optionProblems(options, { shortMs: whole(1), timeoutMs: whole(1) }),
  ])
  const { shortMs = 300, timeoutMs = OPERATION_MS } = options
  return Object.keys(rules).map((name) => ({
    name,
    run: async () => {
      const opened = await inTime(contract, async () => open(), 'open()', timeoutMs)
      checkOpened(opened, contract)
      try {
        await checkRule(contract, name, new Bench(opened, shortMs, timeoutMs))
      } finally {
        await inTime(contract, async () => opened.close?.(), 'close()', timeoutMs)
      }
    },
  }))
}

/** A server may take longer to start or to stop than an operation does. */
const OPENING = 6

async function inTime<T>(
  contract: Pick<StoreContract<never, never>, 'broken' | 'subject'>,
  act: () => Promise<T>,
  what: string,
  limitMs: number,
): Promise<T> {
  try {
    return await settlesInTime(act(), what, OPENING * limitMs, `Resolve ${what}.`)
  } catch (error) {
    throw error instanceof Seen ? breach(contract, error) : error
  }
}

function checkOpened<Store, Bench>(opened: unknown, { name, illegal, store }: StoreContract<Store, Bench>): void {
  const problems = shapeProblems(opened, subjectRules(store), 'open().')
  if (problems.length === 0) return
  const fix = `Return both: ${name}(() => ({ store, advance: (ms) => clock.advance(ms) }))`
  refuseOptions(`${name}()`, illegal, [`${problems.join('; ')}. ${fix}`])
}
