import { StageOutput, StageflowError, systemClock } from '@stageflow/core'
import type { Clock, Interceptor } from '@stageflow/core'
import { checkOptions, isThenable, required } from '@stageflow/core/kit'
import type { OptionRule, OptionRules } from '@stageflow/core/kit'
import { abortableSleep } from '../clock/abortable-sleep.ts'
import { eventLoopTurns } from '../clock/event-loop-turns.ts'
import { checkedDelay } from '../clock/manual-clock.ts'
import { SEEDED, seededRandom } from '../random/seeded-random.ts'
import type { SeedOptions } from '../random/seeded-random.ts'
import { createSteps } from './schedule-steps.ts'
import type { Choose, Steps, TakenStep } from './schedule-steps.ts'
import { placeOf } from '../events/place-of.ts'

/** How long a run may wait for something that isn't a step, such as real I/O, in ms of the machine's clock. */
const MOST_REAL_MS = 5_000
/** A run that takes more steps than this has a timer that sets itself again without end. */
const MOST_STEPS = 20_000

/** Decides the order of everything that may happen at the same instant. Use one schedule per run, or per group of runs. */
export interface Schedule {
  /** A clock that `drive` moves. Pass it to `build({ clock })`, and to fakes. */
  readonly clock: Clock
  /** Makes the start of each stage a step of the order. Put it first in the list of interceptors. */
  readonly interceptor: Interceptor
  /** The steps so far, one line each. */
  readonly steps: readonly string[]
  /** Makes each promise that a port's methods return a step of the order. A port may be a function too. */
  readonly interleave: <Port extends object>(port: Port) => Port
  /**
   * Takes step after step until the promise settles, and settles like it. Throws `testing/stuck` if the promise waits for
   * something that isn't a step for more than 5 s.
   */
  readonly drive: <Value>(promise: Promise<Value>) => Promise<Value>
}

const PROMISE: OptionRule = [isThenable, 'the promise of a run, such as graph.run({})']
const PORT: OptionRule = [
  (value) => (typeof value === 'object' && value !== null) || typeof value === 'function',
  'a function, or an object with methods',
]
const DRIVEN: OptionRules = { promise: required(PROMISE) }
const INTERLEAVED: OptionRules = { port: required(PORT) }

/** Makes a schedule that takes steps of the same instant in a random order. A seed always gives the same order. */
export function seededSchedule(options: SeedOptions = {}): Schedule {
  checkOptions('seededSchedule({ seed })', 'testing/illegal-option', options, SEEDED)
  const random = seededRandom(options)
  return createSchedule((options) => Math.floor(random() * options.length)).schedule
}

/** Makes a schedule. `choose` picks one of the steps of an instant. `realClock` limits the wait for what isn't a step. */
export function createSchedule(
  choose: Choose,
  realClock: Clock = systemClock,
): { readonly schedule: Schedule; readonly taken: readonly TakenStep[] } {
  const steps = createSteps(choose)
  const running = new Set<string>()
  const clock = clockOf(steps)
  const schedule: Schedule = {
    clock,
    interceptor: interceptorOf(steps, clock, running),
    get steps() {
      return steps.taken.map(stepText)
    },
    interleave: (port) => interleaved(port, steps),
    drive: (promise) => drive(promise, steps, running, realClock),
  }
  return { schedule, taken: steps.taken }
}

/** The clock of a schedule: a timer is a step of the stage that set it. */
function clockOf(steps: Steps): Clock {
  const clock: Clock = {
    now: () => steps.now(),
    setTimeout: (callback, ms) => {
      const wait = checkedDelay('timer', ms)
      return steps.add(`continues after ${wait} ms`, steps.owner(), wait, callback)
    },
    sleep: (ms, signal, ...more: readonly unknown[]) =>
      abortableSleep((wake) => clock.setTimeout(wake, ms), signal, more),
  }
  return clock
}

/** `running`: gets the names of the stages whose code may run. */
function interceptorOf(steps: Steps, clock: Clock, running: Set<string>): Interceptor {
  return {
    name: 'schedule',
    wrap: (next, stage) => async (context) => {
      if (context.clock !== clock) return StageOutput.fail(unused('runs on another clock than its schedule'))
      const name = placeOf(context.run, stage.name)
      running.add(name)
      await startOf(name, steps, context.signal)
      const output = await next(context)
      running.delete(name)
      return output
    },
    settled: ({ stage, status }, run) => {
      steps.tell(`${placeOf(run, stage)} ${status}`)
    },
  }
}

/** Resolves when the schedule starts the stage, or at once when the stage is aborted, because then its code doesn't run. */
function startOf(name: string, steps: Steps, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve()
    const takeBack = steps.add('starts', name, 0, go)
    signal.addEventListener('abort', giveUp)
    function go(): void {
      signal.removeEventListener('abort', giveUp)
      resolve()
    }
    function giveUp(): void {
      takeBack()
      go()
    }
  })
}

/** The port, with a step before each promise that its calls return settles. */
function interleaved<Port extends object>(port: Port, steps: Steps): Port {
  checkOptions('interleave()', 'testing/illegal-option', { port }, INTERLEAVED)
  const call = (target: Function, self: unknown, given: unknown[], name: string): unknown => {
    const answer: unknown = Reflect.apply(target, self, given)
    return isThenable(answer) ? held(answer, `gets the answer of ${name}`, steps) : answer
  }
  // The methods of a frozen object may be replaced only in an object that inherits from it.
  return new Proxy(typeof port === 'function' ? port : (Object.create(port) as Port), {
    apply: (target, self, given) => call(target as Function, self, given, nameOf(target as Function)),
    get(_, key) {
      const value: unknown = Reflect.get(port, key)
      if (typeof value !== 'function' || key === 'constructor') return value
      return (...given: unknown[]) => call(value, port, given, `${String(key)}()`)
    },
    set: (_, key, value) => Reflect.set(port, key, value),
  })
}

/** Settles like the promise, when the schedule takes the step. */
async function held<Value>(promise: PromiseLike<Value>, what: string, steps: Steps): Promise<Value> {
  const owner = steps.owner()
  try {
    return await promise
  } finally {
    await new Promise<void>((resolve) => steps.add(what, owner, 0, resolve))
  }
}

/** Takes a step whenever nothing else goes on, until the promise settles. */
async function drive<Value>(
  promise: Promise<Value>,
  steps: Steps,
  running: ReadonlySet<string>,
  realClock: Clock,
): Promise<Value> {
  checkOptions('drive()', 'testing/illegal-option', { promise }, DRIVEN)
  let isOver = false
  const settled = promise.then(
    () => void (isOver = true),
    () => void (isOver = true),
  )
  const turns = eventLoopTurns()
  try {
    for (let count = 0; ;) {
      await turns.next()
      if (isOver) return await promise
      if (!steps.take()) await nextStepOr(settled, steps, running, realClock)
      else if (++count > MOST_STEPS) throw endless(steps.now())
    }
  } finally {
    turns.close()
  }
}

/** Waits until a step is added, or the promise has settled. Throws `testing/stuck` if neither happens. */
async function nextStepOr(
  settled: Promise<void>,
  steps: Steps,
  running: ReadonlySet<string>,
  realClock: Clock,
): Promise<void> {
  const { promise: tooLate, reject } = Promise.withResolvers<never>()
  const cancel = realClock.setTimeout(() => reject(stuck(running)), MOST_REAL_MS)
  const added = new Promise<void>((resolve) => steps.onAdd(resolve))
  await Promise.race([added, settled, tooLate]).finally(cancel)
}

const nameOf = ({ name }: Function): string => (name === '' ? 'the port' : `${name}()`)

/** One line for a step: what it is, when, what could have come before it, and which stages settled in it. */
export function stepText({ name, at, others, news }: TakenStep): string {
  const time = at === 0 ? '' : `${at} ms: `
  const before = others.length === 0 ? '' : `, before ${others.join(' and ')}`
  return `${time}${name}${before}${news.length === 0 ? '' : ` (${news.join(', ')})`}`
}

/** A graph that isn't on the schedule would run in one order only, and pass. */
export const unused = (why: string): StageflowError =>
  new StageflowError(
    'testing/unused-schedule',
    `The graph ${why}. Build it with those of its schedule: build({ clock: schedule.clock, interceptors: [schedule.interceptor] }).`,
  )

function stuck(stages: ReadonlySet<string>): StageflowError {
  const running = stages.size === 0 ? 'No stage is running' : `Running: ${[...stages].join(', ')}`
  return new StageflowError(
    'testing/stuck',
    `The schedule has no step left, and the promise has not settled within ${MOST_REAL_MS} ms. ${running}. A stage waits for a promise that nothing resolves, or for real I/O: replace it by a fake on schedule.clock.`,
  )
}

function endless(time: number): StageflowError {
  return new StageflowError(
    'testing/endless-timers',
    `${MOST_STEPS} steps were taken and the promise has not settled; it is ${time} ms on the clock. Some code sets a timer each time one fires. Stop it when the run ends.`,
  )
}
