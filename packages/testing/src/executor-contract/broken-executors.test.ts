import { StageflowError } from '@stageflow/core'
import type { CallFacts, DurableStart, Fact } from '@stageflow/core/durable'
import { describe, expect, test } from 'vitest'
import type { CarryLeg, ExecutorUnderTest, LegResult, RecordedFact } from '../durable-contract.ts'
import { MemoryLeg, MemoryRun, MemoryRuns } from '../durable-runs/memory-executor.ts'
import { withLastAnswer } from '../../test/last-answer.ts'
import { executorCases } from './executor-contract.ts'

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

const broken: readonly (readonly [fault: string, fails: readonly string[], open: () => ExecutorUnderTest])[] = [
  ['loses the notes of a stage', [REPLAY], without('notes')],
  [
    'records what ended ok only with the next fact',
    [RECORDED],
    unlike({
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
  ],
  [
    'gives facts in the order in which their calls began',
    [ORDER, RANDOM, DELAYED],
    unlike({
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
  ],
  [
    'loses the facts of the last items of maps',
    [RANDOM, DELAYED],
    unlike({
      Run: class extends MemoryRun {
        override has(kind: Fact['kind'], key: string): boolean {
          return !/^m.*#2$/.test(key) && super.has(kind, key)
        }
      },
    }),
  ],
  [
    'loses a fact that comes while none is asked for',
    [RANDOM, DELAYED],
    unlike({
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
  ],
  [
    'begins a call as it is registered, while recorded facts are given',
    [LAST, STOP, OTHER],
    unlike({
      Leg: class extends MemoryLeg {
        override execute(key: string, call: () => Promise<CallFacts>): void {
          super.execute(key, call)
          if (this.leg === 1) return
          for (const [held, begin] of this.held.splice(0)) void this.begin(held, begin)
        }
      },
    }),
  ],
  [
    'gives passed timers after it has begun calls',
    [PASSED],
    unlike({
      Leg: class extends MemoryLeg {
        protected override passTimers(): void {
          if (this.held.length === 0) super.passTimers()
        }
      },
    }),
  ],
  [
    'gives timers only when something else wakes it',
    [PASSES, OUTLIVES],
    unlike({
      Leg: class extends MemoryLeg {
        override timer(key: string, at: number): void {
          super.timer(key, at <= this.clock.now() ? at : at + 3_600_000)
        }
      },
    }),
  ],
  ['forgets that code was abandoned', [OUTLIVES], without('abandoned')],
  [
    'gives a stop without recording it',
    [STOP],
    unlike({
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
  ],
  [
    'gives a stop after it has begun calls',
    [STOP_FIRST],
    unlike({
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
  ],
  [
    'waits for its timers when only answers are missing',
    [SUSPENDS],
    unlike({
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
  ],
  [
    'gives an answer in one leg only',
    [ANSWER],
    unlike({
      Leg: class extends MemoryLeg {
        override ended(): void {
          const { facts } = this.run
          for (let place = 0; place < facts.length; place++)
            if (facts[place]?.includes('"kind":"answer"') === true) facts.splice(place--, 1)
        }
      },
    }),
  ],
  ['lets the last answer count', [SECOND], () => withLastAnswer(MemoryRuns)],
  [
    'gives what a call returned itself',
    [JSON_FACTS],
    unlike({
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
  ],
  ['says that no facts came before', [LOST], without('after', 0)],
  ['forgets what conditions answered', [OTHER], without('decided')],
  [
    'drops the facts of a run whose leg is refused',
    [LOST, CHANGED, OTHER],
    () =>
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
  ],
  [
    'compares keys without case',
    [KEYS],
    unlike({
      Run: class extends MemoryRun {
        override has(kind: Fact['kind'], key: string): boolean {
          return [...this.keys].some((one) => one.toLowerCase() === `${kind} ${key}`.toLowerCase())
        }
      },
    }),
  ],
  [
    'compares run ids without case',
    [RUNS],
    () =>
      new (class extends MemoryRuns {
        override run<Result extends LegResult>(start: DurableStart, carry: CarryLeg<Result>): Promise<Result> {
          return super.run({ ...start, runId: start.runId.toLowerCase() }, carry)
        }
      })(),
  ],
  [
    'says that every leg is the first one',
    [START],
    unlike({
      Leg: class extends MemoryLeg {
        override readonly leg = 1
      },
    }),
  ],
  [
    'begins a leg with the input that it was given',
    [START],
    () =>
      new (class extends MemoryRuns {
        override run<Result extends LegResult>(start: DurableStart, carry: CarryLeg<Result>): Promise<Result> {
          const run = this.runOf(start.runId)
          if (run !== undefined) Object.assign(run, { start })
          return super.run(start, carry)
        }
      })(),
  ],
  [
    'records what a crashed leg does later',
    [RANDOM, DELAYED, LATE, ONCE],
    unlike({
      Leg: class extends MemoryLeg {
        protected override keep(fact: RecordedFact): void {
          if (this.run.keep(fact)) this.wake()
        }
      },
    }),
  ],
  [
    'does not wait for the code of a crashed leg',
    [ONCE],
    unlike({
      Leg: class extends MemoryLeg {
        protected override begin(key: string, call: () => Promise<CallFacts>): Promise<void> {
          this.run.calls.delete(key)
          return super.begin(key, call)
        }
      },
    }),
  ],
  [
    'begins a second leg beside the first',
    [TWICE],
    () =>
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
  ],
  [
    'wakes only the leg that waits last',
    [RUNS, MANY],
    () => {
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
  ],
]

// One after the other: a leg that hangs is told by the turns that pass, which the others must not take.
describe('an executor that', () => {
  for (const [fault, fails, open] of broken)
    test(`${fault} fails ${fails.map((name) => `"${name}"`).join(' and ')} alone`, { timeout: 60_000 }, async () => {
      const failed: string[] = []
      for (const { name, run } of executorCases(open, { pipelines: 6 }, 0))
        await run().catch((error: unknown) => {
          expect(StageflowError.is(error, 'testing/contract')).toBe(true)
          failed.push(name)
        })
      expect(failed).toEqual(fails)
    })
})

test('every case is failed by a broken executor', () => {
  const names = executorCases(() => new MemoryRuns(), {}).map(({ name }) => name)
  expect(new Set(broken.flatMap(([, fails]) => fails))).toEqual(new Set(names))
})
