import { StageflowError } from '@stageflow/core'
import type { CallFacts, DurableStart, Fact, Interrupt } from '@stageflow/core/durable'
import type { CarryLeg, ExecutorUnderTest, LegResult, RecordedFact } from '../src/durable-contract.ts'
import { MemoryLeg, MemoryRun, MemoryRuns } from '../src/durable-runs/memory-executor.ts'
import { withLastAnswer } from './last-answer.ts'

/** A broken executor, and the case that fails first for it, or why no case does. */
export type ExecutorMutant = {
  readonly name: string
  /** What it does wrong. */
  readonly does: string
  readonly open: () => ExecutorUnderTest
} & (
  | {
      readonly caughtBy: string
      /** The other cases that fail; `others`: any of them may. */
      readonly alsoCaughtBy?: readonly string[] | 'others'
      readonly notOurs?: undefined
    }
  | { readonly caughtBy?: undefined; readonly alsoCaughtBy?: undefined; readonly notOurs: string }
)

type LegClass = new (...given: ConstructorParameters<typeof MemoryLeg>) => MemoryLeg
type RunClass = new (start: DurableStart) => MemoryRun

/** An executor that differs in one thing from a correct one: in its legs, or in what it keeps of a run. */
function unlike({ Leg = MemoryLeg, Run = MemoryRun }: { Leg?: LegClass; Run?: RunClass }): () => ExecutorUnderTest {
  class Runs extends MemoryRuns {
    override makeLeg(run: MemoryRun): MemoryLeg {
      return new Leg(run, this.clock)
    }
    override makeRun(start: DurableStart): MemoryRun {
      return new Run(start)
    }
  }
  return () => new Runs()
}

/** Keeps facts of calls without a field, or with another value in it. */
const without = (field: keyof CallFacts, value?: unknown): (() => ExecutorUnderTest) =>
  unlike({
    Run: class extends MemoryRun {
      override keep(fact: RecordedFact): boolean {
        if (fact.kind !== 'call') return super.keep(fact)
        return super.keep({ ...fact, facts: { ...fact.facts, [field]: value } })
      }
    },
  })

class OrderedRun extends MemoryRun {
  readonly order: string[] = []
}
const keyOf = (text: string): string => (JSON.parse(text) as Fact).key

/** Gives other facts than the recorded ones. */
const taking = (change: (fact: Fact, now: number) => Fact): (() => ExecutorUnderTest) =>
  unlike({
    Leg: class extends MemoryLeg {
      protected override take(): Fact | undefined {
        const fact = super.take()
        return fact && change(fact, this.clock.now())
      }
    },
  })

const REPLAY = 'a run that has ended is given again from its facts alone'
const RECORDED = 'a fact is recorded before it is given'
const ORDER = 'facts have the same order in every leg'
const RANDOM = 'a run goes on after a crash at any fact'
const DELAYED = 'a run goes on while interceptors delay it'
const LAST = 'no call begins before all recorded facts are given'
const PASSED = 'a deadline that has passed is given before a call begins'
const PASSES = 'a deadline passes while a call is in progress'
const OUTLIVES = 'code that outlives a timeout is awaited for the grace time'
const STOP = 'a stop is recorded, and given in every leg'
const STOP_FIRST = 'a stop that comes first is given before a call begins'
const INTERRUPT = 'an interrupt is recorded with its data, and given in every leg'
const AFTER = 'a cancel after an interrupt is a stop of its own'
const WAIT = 'a wait for a soft dependency passes while a call is in progress'
const SUSPENDS = 'a leg in which only answers are missing ends, or waits in place'
const ANSWER = 'an answer is given once, and to every leg'
const SECOND = 'a second answer to one request is refused'
const JSON_FACTS = 'a live fact is given as its JSON'
const LOST = 'a run that lacks a fact is refused, and kept'
const CHANGED = 'a run of a changed pipeline is refused, and kept'
const OTHER = 'a condition that answers differently is refused, and the run kept'
const KEYS = 'similar keys are different keys'
const RUNS = 'similar run ids are different runs'
const START = 'legs are numbered, and have the start of the first one'
const LATE = 'what the code of a crashed leg does later is not recorded'
const ONCE = 'no call runs twice at once in one process'
const TWICE = 'a run that is started twice at once runs once'
const MANY = 'many runs at once end on their own'

const KEPT = 'every leg runs under what was kept at the start'
const REFUSED = 'a leg that is refused before its first stage leaves nothing behind'
const AUTHOR = 'an answer is given with who gave it'
const EXPIRES = 'a question goes on without an answer once its time has passed'
const IN_TIME = 'an answer that comes before the time of its question counts'
const EARLY = 'an early answer waits for its question, over crashes'
const LATER = 'a stage that waits may get a dependency, and its answer counts'
const SKIPS = 'a stage that waits may be skipped, and its answer is not used'
const SCHEMA = 'a question is recorded with the schema of its answer'
const RETRY = 'a failed run that is tried again calls what had failed, and keeps the rest'
const CHILDREN = 'a later leg has the child runs that code has made'

const CRASH = 'a crash ends the leg, and nothing of it is recorded afterwards'
const ABORTS = 'the code of a crashed leg sees its signal abort'
const TIMES = 'a fact is the same in every leg, with its time'
const BETWEEN = 'a stop that comes between two legs is recorded, and given before a call begins'

export const mutants: readonly ExecutorMutant[] = [
  {
    name: 'loses-the-notes-of-a-stage',
    does: 'loses the notes of a stage',
    caughtBy: REPLAY,
    open: without('notes'),
  },
  {
    name: 'loses-the-attempts-of-a-stage',
    does: 'loses the attempts of a stage, with their notes',
    caughtBy: REPLAY,
    alsoCaughtBy: [RANDOM, DELAYED],
    open: without('attempts'),
  },
  {
    name: 'records-what-ended-ok-only-with-the-next-fact',
    does: 'records what ended ok only with the next fact',
    caughtBy: RECORDED,
    open: unlike({
      Leg: class extends MemoryLeg {
        override lose(): void {
          super.lose()
          const { facts, keys } = this.run
          const last = facts.at(-1)
          if (last?.includes('"status":"ok"') !== true) return
          facts.pop()
          keys.delete(`call ${keyOf(last)}`)
        }
      },
    }),
  },
  {
    name: 'gives-facts-in-the-order-in-which-their-calls-began',
    does: 'gives facts in the order in which their calls began',
    caughtBy: ORDER,
    alsoCaughtBy: [RANDOM, DELAYED, BETWEEN],
    open: unlike({
      Run: OrderedRun,
      Leg: class extends MemoryLeg {
        constructor(...given: ConstructorParameters<typeof MemoryLeg>) {
          super(...given)
          const { facts, order } = this.run as OrderedRun
          facts.sort((one, other) => order.indexOf(keyOf(one)) - order.indexOf(keyOf(other)))
        }
        override execute(key: string, call: () => Promise<CallFacts>): void {
          ;(this.run as OrderedRun).order.push(key)
          super.execute(key, call)
        }
      },
    }),
  },
  {
    name: 'loses-the-facts-of-the-last-items-of-maps',
    does: 'loses the facts of the last items of maps',
    caughtBy: RANDOM,
    alsoCaughtBy: [DELAYED],
    open: unlike({
      Run: class extends MemoryRun {
        override has(kind: Fact['kind'], key: string): boolean {
          return !/^m.*#2$/.test(key) && super.has(kind, key)
        }
      },
    }),
  },
  {
    name: 'loses-a-fact-that-comes-while-none-is-asked-for',
    does: 'loses a fact that comes while none is asked for',
    caughtBy: RANDOM,
    alsoCaughtBy: [DELAYED],
    open: unlike({
      Leg: class extends MemoryLeg {
        isAsked = false
        override async next(): Promise<Fact | undefined> {
          this.isAsked = true
          const fact = await super.next()
          this.isAsked = false
          return fact
        }
        protected override keep(fact: RecordedFact): void {
          if (this.isAsked || fact.kind !== 'call' || !fact.key.includes('/')) super.keep(fact)
        }
      },
    }),
  },
  {
    name: 'begins-a-call-as-it-is-registered-while-recorded-facts-are-given',
    does: 'begins a call as it is registered, while recorded facts are given',
    caughtBy: LAST,
    alsoCaughtBy: [STOP, BETWEEN, OTHER],
    open: unlike({
      Leg: class extends MemoryLeg {
        override execute(key: string, call: () => Promise<CallFacts>): void {
          super.execute(key, call)
          if (this.leg === 1) return
          for (const [held, begin] of this.held.splice(0)) void this.begin(held, begin)
        }
      },
    }),
  },
  {
    name: 'gives-passed-timers-after-it-has-begun-calls',
    does: 'gives passed timers after it has begun calls',
    caughtBy: PASSED,
    open: unlike({
      Leg: class extends MemoryLeg {
        protected override passTimers(): void {
          if (this.held.length === 0) super.passTimers()
        }
      },
    }),
  },
  {
    name: 'gives-timers-only-when-something-else-wakes-it',
    does: 'gives timers only when something else wakes it',
    caughtBy: PASSES,
    alsoCaughtBy: [OUTLIVES, WAIT],
    open: unlike({
      Leg: class extends MemoryLeg {
        override timer(key: string, at: number): void {
          super.timer(key, at <= this.clock.now() ? at : at + 3_600_000)
        }
      },
    }),
  },
  {
    name: 'forgets-that-code-was-abandoned',
    does: 'forgets that code was abandoned',
    caughtBy: OUTLIVES,
    open: without('abandoned'),
  },
  {
    name: 'gives-a-stop-without-recording-it',
    does: 'gives a stop without recording it',
    caughtBy: STOP,
    alsoCaughtBy: [BETWEEN, INTERRUPT],
    open: unlike({
      Leg: class extends MemoryLeg {
        readonly stops: Fact[] = []
        override stop(key: string, reason: string): void {
          this.stops.push({ kind: 'stop', key, reason, at: this.clock.now(), replayed: false })
          this.wake()
        }
        override async next(): Promise<Fact | undefined> {
          return this.stops.shift() ?? super.next()
        }
        protected override take(): Fact | undefined {
          return super.take() ?? this.stops.shift()
        }
      },
    }),
  },
  {
    name: 'gives-a-stop-after-it-has-begun-calls',
    does: 'gives a stop after it has begun calls',
    caughtBy: STOP_FIRST,
    alsoCaughtBy: [BETWEEN, INTERRUPT],
    open: unlike({
      Leg: class extends MemoryLeg {
        readonly stops: [key: string, reason: string][] = []
        override stop(key: string, reason: string): void {
          if (this.held.length === 0 && this.inProgress > 0) super.stop(key, reason)
          else this.stops.push([key, reason])
        }
        protected override begin(key: string, call: () => Promise<CallFacts>): Promise<void> {
          const begun = super.begin(key, call)
          for (const stop of this.stops.splice(0)) super.stop(...stop)
          return begun
        }
      },
    }),
  },
  {
    name: 'waits-for-its-timers-when-only-answers-are-missing',
    does: 'waits for its timers when only answers are missing',
    caughtBy: SUSPENDS,
    alsoCaughtBy: [IN_TIME],
    open: unlike({
      Leg: class extends MemoryLeg {
        hasTimer = false
        override timer(key: string, at: number): void {
          this.hasTimer = true
          super.timer(key, at)
        }
        override async next(): Promise<Fact | undefined> {
          return (
            (await super.next()) ??
            (this.hasTimer && this.run.waiting.size > 0 ? this.woken().then(() => undefined) : undefined)
          )
        }
      },
    }),
  },
  {
    name: 'gives-an-answer-in-one-leg-only',
    does: 'gives an answer in one leg only',
    caughtBy: ANSWER,
    alsoCaughtBy: [AUTHOR, EARLY, LATER, SKIPS, RETRY],
    open: unlike({
      Leg: class extends MemoryLeg {
        override ended(): void {
          const { facts } = this.run
          for (let place = 0; place < facts.length; place++)
            if (facts[place]?.includes('"kind":"answer"') === true) facts.splice(place--, 1)
        }
      },
    }),
  },
  {
    name: 'lets-the-last-answer-count',
    does: 'lets the last answer count',
    caughtBy: SECOND,
    open: () => withLastAnswer(MemoryRuns),
  },
  {
    name: 'gives-what-a-call-returned-itself',
    does: 'gives what a call returned itself',
    caughtBy: JSON_FACTS,
    open: unlike({
      Leg: class extends MemoryLeg {
        readonly own: Map<string, CallFacts> = new Map()
        protected override keep(fact: RecordedFact): void {
          if (fact.kind === 'call') this.own.set(fact.key, fact.facts)
          super.keep(fact)
        }
        protected override take(): Fact | undefined {
          const fact = super.take()
          const facts = fact && this.own.get(fact.key)
          return fact?.kind === 'call' && facts !== undefined ? { ...fact, facts } : fact
        }
      },
    }),
  },
  {
    name: 'says-that-no-facts-came-before',
    does: 'says that no facts came before',
    caughtBy: LOST,
    open: without('after', 0),
  },
  {
    name: 'forgets-what-conditions-answered',
    does: 'forgets what conditions answered',
    caughtBy: OTHER,
    open: without('decided'),
  },
  {
    name: 'drops-the-facts-of-a-run-whose-leg-is-refused',
    does: 'drops the facts of a run whose leg is refused',
    caughtBy: LOST,
    alsoCaughtBy: [CHANGED, OTHER],
    open: () =>
      new (class extends MemoryRuns {
        override async run<Result extends LegResult>(start: DurableStart, carry: CarryLeg<Result>): Promise<Result> {
          try {
            return await super.run(start, carry)
          } catch (error) {
            if (StageflowError.is(error, 'core/replay')) this.runOf(start.runId)?.facts.splice(0)
            throw error
          }
        }
      })(),
  },
  {
    name: 'compares-keys-without-case',
    does: 'compares keys without case',
    caughtBy: KEYS,
    open: unlike({
      Run: class extends MemoryRun {
        override has(kind: Fact['kind'], key: string): boolean {
          return [...this.keys].some((one) => one.toLowerCase() === `${kind} ${key}`.toLowerCase())
        }
      },
    }),
  },
  {
    name: 'compares-run-ids-without-case',
    does: 'compares run ids without case',
    caughtBy: RUNS,
    open: () =>
      new (class extends MemoryRuns {
        override run<Result extends LegResult>(start: DurableStart, carry: CarryLeg<Result>): Promise<Result> {
          return super.run({ ...start, runId: start.runId.toLowerCase() }, carry)
        }
      })(),
  },
  {
    name: 'says-that-every-leg-is-the-first-one',
    does: 'says that every leg is the first one',
    caughtBy: START,
    open: unlike({
      Leg: class extends MemoryLeg {
        override readonly leg = 1
      },
    }),
  },
  {
    name: 'begins-a-leg-with-the-input-that-it-was-given',
    does: 'begins a leg with the input that it was given',
    caughtBy: START,
    alsoCaughtBy: [KEPT, RETRY],
    open: () =>
      new (class extends MemoryRuns {
        override run<Result extends LegResult>(start: DurableStart, carry: CarryLeg<Result>): Promise<Result> {
          const run = this.runOf(start.runId)
          if (run !== undefined) Object.assign(run, { start })
          return super.run(start, carry)
        }
      })(),
  },
  {
    name: 'records-what-a-crashed-leg-does-later',
    does: 'records what a crashed leg does later',
    caughtBy: RANDOM,
    alsoCaughtBy: [DELAYED, CHANGED, LATE, ONCE],
    open: unlike({
      Leg: class extends MemoryLeg {
        protected override keep(fact: RecordedFact): void {
          if (this.run.keep(fact)) this.wake()
        }
      },
    }),
  },
  {
    name: 'does-not-wait-for-the-code-of-a-crashed-leg',
    does: 'does not wait for the code of a crashed leg',
    caughtBy: ONCE,
    open: unlike({
      Leg: class extends MemoryLeg {
        protected override begin(key: string, call: () => Promise<CallFacts>): Promise<void> {
          this.run.calls.delete(key)
          return super.begin(key, call)
        }
      },
    }),
  },
  {
    name: 'begins-a-second-leg-beside-the-first',
    does: 'begins a second leg beside the first',
    caughtBy: TWICE,
    open: () =>
      new (class extends MemoryRuns {
        override run<Result extends LegResult>(start: DurableStart, carry: CarryLeg<Result>): Promise<Result> {
          const run = this.runOf(start.runId)
          if (run?.current !== undefined) {
            run.current = undefined
            run.calls.clear()
          }
          return super.run(start, carry)
        }
      })(),
  },
  {
    name: 'wakes-only-the-leg-that-waits-last',
    does: 'wakes only the leg that waits last',
    caughtBy: RUNS,
    alsoCaughtBy: [MANY],
    open: () => {
      let last: AbortSignal | undefined
      return unlike({
        Leg: class extends MemoryLeg {
          protected override woken(): Promise<void> {
            last = this.lost
            return super.woken()
          }
          override wake(): void {
            if (last === this.lost) super.wake()
          }
        },
      })()
    },
  },
  {
    name: 'crash-does-nothing',
    does: 'does nothing in crash()',
    caughtBy: CRASH,
    alsoCaughtBy: 'others',
    open: () =>
      new (class extends MemoryRuns {
        override crash(): void {}
      })(),
  },
  {
    name: 'crash-forgets-the-leg',
    does: 'lets another leg begin after crash(), and the old one go on',
    caughtBy: CRASH,
    alsoCaughtBy: 'others',
    open: () =>
      new (class extends MemoryRuns {
        override crash(runId: string): void {
          const run = this.runOf(runId)
          if (run !== undefined) run.current = undefined
        }
      })(),
  },
  {
    name: 'crash-comes-later',
    does: 'resolves crash() before the leg is over',
    caughtBy: CRASH,
    alsoCaughtBy: 'others',
    open: () =>
      new (class extends MemoryRuns {
        override crash(runId: string): void {
          setTimeout(() => super.crash(runId), 1)
        }
      })(),
  },
  {
    name: 'crash-without-lost',
    does: 'records nothing after crash(), but never aborts the signal lost, so that the leg does not end',
    caughtBy: CRASH,
    alsoCaughtBy: 'others',
    open: unlike({
      Leg: class extends MemoryLeg {
        override readonly lost: AbortSignal = new AbortController().signal
        isDead = false
        override lose(): void {
          this.isDead = true
          this.wake()
        }
        override async next(): Promise<Fact | undefined> {
          return this.isDead ? new Promise(() => {}) : super.next()
        }
        protected override keep(fact: RecordedFact): void {
          if (!this.isDead) super.keep(fact)
        }
      },
    }),
  },
  {
    name: 'crash-rejects-next',
    does: 'rejects next() after crash(), and leaves the signal of the code alone until then',
    caughtBy: ABORTS,
    alsoCaughtBy: 'others',
    open: unlike({
      Leg: class extends MemoryLeg {
        override readonly lost: AbortSignal = new AbortController().signal
        isDead = false
        override lose(): void {
          this.isDead = true
        }
        override async next(): Promise<Fact | undefined> {
          if (!this.isDead) return super.next()
          // Until all code has left.
          while (this.inProgress > 0) await new Promise((resolve) => setTimeout(resolve, 1))
          throw new Error('crashed')
        }
        protected override keep(fact: RecordedFact): void {
          if (!this.isDead) super.keep(fact)
        }
      },
    }),
  },
  {
    name: 'time-of-reading',
    does: 'gives a replayed fact with the time at which it is read',
    caughtBy: TIMES,
    open: taking((fact, now) => (fact.replayed ? { ...fact, at: now } : fact)),
  },
  {
    name: 'time-of-reading-a-live-fact',
    does: 'gives a live fact with the time at which it is read, and not the recorded one',
    caughtBy: TIMES,
    open: taking((fact, now) => (fact.replayed ? fact : { ...fact, at: now + 1 })),
  },
  {
    name: 'times-in-seconds',
    does: 'gives replayed facts with times in whole seconds',
    caughtBy: TIMES,
    open: taking((fact) => (fact.replayed ? { ...fact, at: Math.floor(fact.at / 1_000) * 1_000 + 0.5 } : fact)),
  },
  {
    name: 'time-of-the-leg-for-timers',
    does: 'gives a replayed timer with the time at which its leg began',
    caughtBy: TIMES,
    open: taking((fact, now) => (fact.replayed && fact.kind === 'timer' ? { ...fact, at: now } : fact)),
  },
  {
    name: 'time-of-the-leg-for-stops',
    does: 'gives a replayed stop with the time at which it is read',
    caughtBy: TIMES,
    open: taking((fact, now) => (fact.replayed && fact.kind === 'stop' ? { ...fact, at: now } : fact)),
  },
  {
    name: 'other-reason-of-a-stop',
    does: 'gives a replayed stop without its reason',
    caughtBy: TIMES,
    open: taking((fact) => (fact.replayed && fact.kind === 'stop' ? { ...fact, reason: 'stopped' } : fact)),
  },
  {
    name: 'ignores-aborts',
    does: 'ignores a stop: an aborted signal of the caller',
    caughtBy: STOP,
    alsoCaughtBy: 'others',
    open: unlike({
      Leg: class extends MemoryLeg {
        override stop(): void {}
      },
    }),
  },
  {
    name: 'ignores-aborts-of-later-legs',
    does: 'ignores a stop in a leg that is not the first',
    caughtBy: BETWEEN,
    alsoCaughtBy: [INTERRUPT],
    open: unlike({
      Leg: class extends MemoryLeg {
        override stop(key: string, reason: string): void {
          if (this.leg === 1) super.stop(key, reason)
        }
      },
    }),
  },
  {
    name: 'loses-the-data-of-an-interrupt',
    does: 'loses the data of an interrupt',
    caughtBy: INTERRUPT,
    open: unlike({
      Leg: class extends MemoryLeg {
        override stop(key: string, reason: string, interrupt?: Interrupt): void {
          super.stop(key, reason, interrupt && {})
        }
      },
    }),
  },
  {
    name: 'takes-an-interrupt-for-a-cancel',
    does: 'takes an interrupt for a cancel',
    caughtBy: INTERRUPT,
    open: unlike({
      Leg: class extends MemoryLeg {
        override stop(key: string, reason: string): void {
          super.stop(key, reason)
        }
      },
    }),
  },
  {
    name: 'keeps-no-cancel-after-an-interrupt',
    does: 'keeps no cancel after an interrupt',
    caughtBy: AFTER,
    open: unlike({
      Leg: class extends MemoryLeg {
        override stop(key: string, reason: string, interrupt?: Interrupt): void {
          if (!this.run.facts.some((fact) => fact.includes('"interrupt":'))) super.stop(key, reason, interrupt)
        }
      },
    }),
  },
  {
    name: 'knows-no-timers-of-waits',
    does: 'knows no timers of waits for soft dependencies',
    caughtBy: WAIT,
    open: unlike({
      Leg: class extends MemoryLeg {
        override timer(key: string, at: number): void {
          if (!key.startsWith('//')) super.timer(key, at)
        }
      },
    }),
  },
  {
    name: 'ignores-isWanted',
    does: 'calls a stage although isWanted() is false',
    notOurs:
      'The function that the executor is given looks at isWanted() itself, and does not begin the code of the stage.',
    open: unlike({}),
  },
  {
    name: 'gives-only-the-first-leg-what-was-kept',
    does: 'gives only the first leg what was kept',
    caughtBy: KEPT,
    open: unlike({
      Leg: class extends MemoryLeg {
        constructor(...given: ConstructorParameters<typeof MemoryLeg>) {
          super(...given)
          const { kept: _, ...start } = this.start
          if (this.leg > 1) Object.assign(this, { start })
        }
      },
    }),
  },
  {
    name: 'takes-what-was-kept-from-who-carries-the-leg',
    does: 'takes what was kept from who carries the leg',
    caughtBy: KEPT,
    open: () =>
      new (class extends MemoryRuns {
        override run<Result extends LegResult>(start: DurableStart, carry: CarryLeg<Result>): Promise<Result> {
          const run = this.runOf(start.runId)
          if (run !== undefined) run.start = { ...run.start, kept: start.kept }
          return super.run(start, carry)
        }
      })(),
  },
  {
    name: 'never-carries-a-run-again-whose-leg-was-refused',
    does: 'never carries a run again whose leg was refused',
    caughtBy: REFUSED,
    open: () =>
      new (class extends MemoryRuns {
        readonly refused = new Map<string, unknown>()
        override async run<Result extends LegResult>(start: DurableStart, carry: CarryLeg<Result>): Promise<Result> {
          if (this.refused.has(start.runId)) throw this.refused.get(start.runId)
          try {
            return await super.run(start, carry)
          } catch (error) {
            if (StageflowError.is(error, 'contract/closed')) this.refused.set(start.runId, error)
            throw error
          }
        }
      })(),
  },
  {
    name: 'stops-a-run-whose-leg-was-refused',
    does: 'stops a run whose leg was refused',
    caughtBy: REFUSED,
    open: () =>
      new (class extends MemoryRuns {
        override async run<Result extends LegResult>(start: DurableStart, carry: CarryLeg<Result>): Promise<Result> {
          try {
            return await super.run(start, carry)
          } catch (error) {
            if (StageflowError.is(error, 'contract/closed'))
              this.runOf(start.runId)?.keep({ kind: 'stop', key: '', reason: 'refused', at: this.clock.now() })
            throw error
          }
        }
      })(),
  },
  {
    name: 'loses-who-has-answered',
    does: 'loses who has answered',
    caughtBy: AUTHOR,
    open: () =>
      new (class extends MemoryRuns {
        override answer(runId: string, key: string, answer: unknown): boolean {
          return super.answer(runId, key, answer)
        }
      })(),
  },
  {
    name: 'knows-only-the-timers-of-limits',
    does: 'knows only the timers of limits',
    caughtBy: EXPIRES,
    open: unlike({
      Leg: class extends MemoryLeg {
        override timer(key: string, at: number): void {
          if (key.startsWith('/')) super.timer(key, at)
        }
      },
    }),
  },
  {
    name: 'loses-the-answer-to-a-question-with-a-time',
    does: 'loses the answer to a question with a time',
    caughtBy: IN_TIME,
    open: unlike({
      Run: class extends MemoryRun {
        override keep(fact: RecordedFact): boolean {
          return (fact.kind === 'answer' && this.times.has(fact.key)) || super.keep(fact)
        }
      },
    }),
  },
  {
    name: 'loses-early-answers-at-a-crash',
    does: 'loses early answers at a crash',
    caughtBy: EARLY,
    open: unlike({
      Leg: class extends MemoryLeg {
        override lose(): void {
          super.lose()
          this.run.early.clear()
        }
      },
    }),
  },
  {
    name: 'lets-the-last-early-answer-count',
    does: 'lets the last early answer count',
    caughtBy: EARLY,
    open: () =>
      new (class extends MemoryRuns {
        override answerEarly(runId: string, key: string, answer: unknown): boolean {
          this.runOf(runId)?.early.delete(key)
          return super.answerEarly(runId, key, answer)
        }
      })(),
  },
  {
    name: 'keeps-early-answers-to-stages-that-have-ended',
    does: 'keeps early answers to stages that have ended',
    caughtBy: EARLY,
    open: unlike({
      Run: class extends MemoryRun {
        override hasEnded(): boolean {
          return false
        }
      },
    }),
  },
  {
    name: 'gives-only-facts-that-the-leg-has-asked-for',
    does: 'gives only facts that the leg has asked for',
    caughtBy: LATER,
    open: unlike({
      Leg: class extends MemoryLeg {
        readonly asked: Set<string> = new Set()
        override execute(key: string, call: () => Promise<CallFacts>): void {
          this.asked.add(key)
          super.execute(key, call)
        }
        protected override take(): Fact | undefined {
          const fact = super.take()
          return fact?.kind === 'call' && !this.asked.has(fact.key) ? this.take() : fact
        }
      },
    }),
  },
  {
    name: 'rejects-a-leg-that-does-not-wait-for-a-recorded-answer',
    does: 'rejects a leg that does not wait for a recorded answer',
    caughtBy: SKIPS,
    open: unlike({
      Leg: class extends MemoryLeg {
        readonly waited: Set<string> = new Set()
        override wait(key: string, request: unknown): void {
          this.waited.add(key)
          super.wait(key, request)
        }
        override ended(): void {
          const facts = this.run.facts.map((text) => JSON.parse(text) as Fact)
          const unused = facts.find(({ kind, key }) => kind === 'answer' && !this.waited.has(key))
          if (unused !== undefined) throw new Error(`No stage waits for the answer of "${unused.key}".`)
        }
      },
    }),
  },
  {
    name: 'loses-the-schema-of-an-answer',
    does: 'loses the schema of an answer',
    caughtBy: SCHEMA,
    open: without('answerSchema'),
  },
  {
    name: 'keeps-the-failure-of-a-run-that-is-tried-again',
    does: 'keeps the failure of a run that is tried again',
    caughtBy: RETRY,
    open: () =>
      new (class extends MemoryRuns {
        override retryFailed(): boolean {
          return true
        }
      })(),
  },
  {
    name: 'keeps-nothing-of-a-run-that-is-tried-again',
    does: 'keeps nothing of a run that is tried again',
    caughtBy: RETRY,
    open: unlike({
      Run: class extends MemoryRun {
        override reopen(_facts: readonly RecordedFact[], now: number): void {
          super.reopen([], now)
        }
      },
    }),
  },
  {
    name: 'does-not-say-that-a-run-is-tried-again',
    does: 'does not say that a run is tried again',
    caughtBy: RETRY,
    open: unlike({
      Run: class extends MemoryRun {
        override reopen(facts: readonly RecordedFact[], now: number): void {
          super.reopen(facts, now)
          const { isRetried: _, ...start } = this.start
          this.start = start
        }
      },
    }),
  },
  {
    name: 'loses-the-child-runs-of-code',
    does: 'loses the child runs of code',
    caughtBy: CHILDREN,
    open: without('children'),
  },
]
