import { StageflowError } from '@stageflow/core'
import { checkOptions, functionLike, isThenable, required, show, textOf, whole } from '@stageflow/core/kit'
import type { OptionRules } from '@stageflow/core/kit'
import { SEED, seededRandom } from '../random/seeded-random.ts'
import { createSchedule, stepText, unused } from './schedule.ts'
import type { Schedule } from './schedule.ts'

export interface ExploreOptions {
  /** Maximum number of orders to run. If there may be more, as many random ones run. Default: 1,000. */
  readonly maxOrders?: number
  /** Chooses the random orders. Default: 1. */
  readonly seed?: number
  /** Runs only this order, as the message of a failure names it. Default: all. */
  readonly order?: string
}

/** What `exploreInterleavings` ran. */
export interface ExploredOrders {
  /** The number of different orders that ran. */
  readonly orders: number
  /** Whether these were all. */
  readonly complete: boolean
}

/** How often a failing order is run again, to find a shorter one. */
const MOST_SHRINKS = 200

const ORDER = /^\d+(\.\d+)*$/
const RULES: OptionRules<ExploreOptions> = {
  maxOrders: whole(1),
  seed: SEED,
  order: [(value) => typeof value === 'string' && ORDER.test(value), "an order such as '1.0.2'"],
}

const CALL = 'exploreInterleavings(start, check, options)'
const ARGUMENTS: OptionRules = {
  start: required(functionLike('(schedule) => graph.run(input)')),
  check: required(functionLike('(value) => boolean')),
}

/** One run in one order. */
interface Trial {
  /** The place that was chosen wherever there was a choice. */
  readonly choices: readonly number[]
  /** The steps to choose from, at the same places. */
  readonly options: readonly (readonly string[])[]
  readonly steps: readonly string[]
  readonly failure: { readonly error: unknown } | undefined
}

/**
 * Runs `start` in every order in which steps of the same instant may happen, or in many random ones if there are too many. Throws
 * `testing/interleaving` with the shortest failing order that it finds, if `start` rejects, or `check` throws or returns false.
 */
export async function exploreInterleavings<Value>(
  start: (schedule: Schedule) => Promise<Value>,
  check: (value: Value) => unknown,
  options: ExploreOptions = {},
): Promise<ExploredOrders> {
  checkOptions(CALL, 'testing/illegal-option', { start, check }, ARGUMENTS)
  checkOptions(CALL, 'testing/illegal-option', options, RULES)
  const { maxOrders = 1_000, seed = 1, order } = options
  const run = (choose: Decide): Promise<Trial> => runOrder(start, check, choose)

  const first = await run(following(order === undefined ? [] : order.split('.').map(Number), order !== undefined))
  if (first.failure !== undefined) throw interleaving(first, 1)
  if (first.steps.length === 0) throw unused('took no step of its schedule')
  if (order !== undefined) return { orders: 1, complete: false }
  const estimate = first.options.reduce((product, { length }) => product * length, 1)
  return estimate > maxOrders ? runRandom(run, first, maxOrders, seed) : runAll(run, first, maxOrders)
}

type Decide = (options: readonly string[], at: number) => number
type RunOrder = (decide: Decide) => Promise<Trial>

/** Runs the orders that follow the first one, as numbers with a digit for each choice. */
async function runAll(run: RunOrder, first: Trial, maxOrders: number): Promise<ExploredOrders> {
  let last = first
  for (let orders = 1; ; orders++) {
    const at = last.choices.findLastIndex((choice, place) => choice + 1 < (last.options[place]?.length ?? 0))
    if (at < 0) return { orders, complete: true }
    if (orders >= maxOrders) return { orders, complete: false }
    const prefix = [...last.choices.slice(0, at), (last.choices[at] as number) + 1]
    const trial = await run(following(prefix))
    requireSame(last, trial, prefix.length)
    if (trial.failure !== undefined) throw interleaving(await shrunk(run, trial), orders + 1)
    last = trial
  }
}

/** Runs random orders. One that has run already isn't counted again. */
async function runRandom(run: RunOrder, first: Trial, maxOrders: number, seed: number): Promise<ExploredOrders> {
  const random = seededRandom({ seed })
  const seen = new Set([first.choices.join()])
  for (let count = 1; count < maxOrders; count++) {
    const trial = await run(({ length }) => Math.floor(random() * length))
    seen.add(trial.choices.join())
    if (trial.failure !== undefined) throw interleaving(await shrunk(run, trial), seen.size)
  }
  return { orders: seen.size, complete: false }
}

/** Follows a list of choices, and then takes each first step. `strict`: a choice that doesn't exist is an error. */
function following(choices: readonly number[], strict = false): Decide {
  return ({ length }, at) => {
    const choice = choices[at] ?? 0
    if (choice < length) return choice
    if (!strict) return length - 1
    throw new StageflowError(
      'testing/order-changed',
      `The order "${choices.join('.')}" takes step ${choice} of an instant that has ${length}: the code has changed since. Leave out the option order, and explore again.`,
    )
  }
}

/** Errors that say that the test itself is wrong. No order of its steps failed. */
const MISTAKES = ['testing/order-changed', 'testing/illegal-option']

function mustBePromise<Value>(started: Promise<Value>): Promise<Value> {
  if (isThenable(started)) return started
  throw new StageflowError(
    'testing/illegal-option',
    `${CALL}: start must return a promise, not ${show(started)}. Return that of the run: (schedule) => graph.run(input).`,
  )
}

/** Runs once, in the order that `decide` chooses, and checks the result. */
async function runOrder<Value>(
  start: (schedule: Schedule) => Promise<Value>,
  check: (value: Value) => unknown,
  decide: Decide,
): Promise<Trial> {
  const choices: number[] = []
  const options: (readonly string[])[] = []
  const { schedule, taken } = createSchedule((names) => {
    const choice = decide(names, choices.length)
    choices.push(choice)
    options.push(names)
    return choice
  })
  let failure: Trial['failure']
  try {
    const verdict = await check(await schedule.drive(mustBePromise(start(schedule))))
    if (verdict === false) failure = { error: new Error('the check returned false') }
  } catch (error) {
    if (MISTAKES.some((code) => StageflowError.is(error, code))) throw error
    failure = { error }
  }
  return { choices, options, steps: taken.map(stepText), failure }
}

/** Looks for a failing order whose choices differ less from the first steps, until it finds no simpler one. */
async function shrunk(run: RunOrder, failing: Trial): Promise<Trial> {
  const search = new Search(run, failing)
  await cutEnd(search)
  let before: Trial
  do {
    before = search.best
    await lowerChoices(search)
  } while (search.best !== before)
  return search.best
}

/** The simplest failing order so far. */
class Search {
  best: Trial
  readonly #run: RunOrder
  #left = MOST_SHRINKS

  constructor(run: RunOrder, failing: Trial) {
    this.best = failing
    this.#run = run
  }

  /** Runs an order. Returns whether it is the best one now: it fails, and is no less simple than the best before. */
  async improves(choices: readonly number[]): Promise<boolean> {
    if (this.#left === 0) return false
    this.#left--
    const trial = await this.#run(following(choices))
    if (trial.failure === undefined || weightOf(trial) > weightOf(this.best)) return false
    this.best = trial
    return true
  }
}

/** Tries the beginnings of the order, the shortest first. Its end is replaced by first steps. */
async function cutEnd(search: Search): Promise<void> {
  const { choices } = search.best
  for (let length = 0; length < choices.length; length++) if (await search.improves(choices.slice(0, length))) return
}

/** Tries a lower choice in each place, the last place first. */
async function lowerChoices(search: Search): Promise<void> {
  for (let at = search.best.choices.length - 1; at >= 0; at--)
    for (let choice = 0; choice < (search.best.choices[at] ?? 0); choice++)
      if (await search.improves(search.best.choices.with(at, choice))) break
}

/** How far an order is from that of first steps only. */
const weightOf = ({ choices }: Trial): number => choices.reduce((sum, choice) => sum + choice, 0)

/** The same choices must lead to the same steps, otherwise the orders cannot be counted or repeated. */
function requireSame(one: Trial, other: Trial, places: number): void {
  for (let at = 0; at < places; at++) {
    const [before, now] = [one.options[at]?.join(', '), other.options[at]?.join(', ')]
    if (before === now) continue
    throw new StageflowError(
      'testing/not-repeatable',
      `The same choices led to other steps: first "${before}", then "${now}". Make all state inside the function that starts the run, and take time from schedule.clock and random numbers from seededRandom({ seed }).`,
    )
  }
}

/** The error for the simplest failing order. The first steps at its end need not be named. */
function interleaving({ choices, steps, failure }: Trial, orders: number): StageflowError {
  const order = choices.slice(0, choices.findLastIndex((choice) => choice > 0) + 1).join('.') || '0'
  const lines = steps.map((step, at) => `\n  ${at + 1}. ${step}`)
  return new StageflowError(
    'testing/interleaving',
    `Order ${orders} failed: ${textOf(failure?.error)}\nThe shortest failing order found:${lines.join('')}\nTo run only this order, pass { order: '${order}' }.`,
    { cause: failure?.error },
  )
}
