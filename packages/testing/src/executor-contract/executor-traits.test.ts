import type { DurableStart, Fact } from '@stageflow/core/durable'
import { describe, expect, test } from 'vitest'
import type { ExecutorTraits, ExecutorUnderTest, RecordedFact } from '../durable-contract.ts'
import { MemoryLeg, MemoryRun, MemoryRuns } from '../durable-runs/memory-executor.ts'
import { withLastAnswer } from '../../test/last-answer.ts'
import { executorCases } from './executor-contract.ts'

const STOP = 'a stop is recorded, and given in every leg'
const STOP_FIRST = 'a stop that comes first is given before a call begins'
const STOP_BETWEEN = 'a stop that comes between two legs is recorded, and given before a call begins'
const AFTER = 'a cancel after an interrupt is a stop of its own'
const TIMES = 'a fact is the same in every leg, with its time'
const WAITS = 'a leg in which only answers are missing ends, or waits in place'
const ANSWER = 'an answer is given once, and to every leg'
const SECOND = 'a second answer to one request is refused'
const OTHER = 'a condition that answers differently is refused, and the run kept'
const AUTHOR = 'an answer is given with who gave it'
const IN_TIME = 'an answer that comes before the time of its question counts'
const EARLY = 'an early answer waits for its question, over crashes'
const LATER = 'a stage that waits may get a dependency, and its answer counts'
const SCHEMA = 'a question is recorded with the schema of its answer'
const RETRY = 'a failed run that is tried again calls what had failed, and keeps the rest'
const START = 'legs are numbered, and have the start of the first one'

/** A leg that waits for answers in place. */
class WaitingLeg extends MemoryLeg {
  override async next(): Promise<Fact | undefined> {
    for (;;) {
      const fact = await super.next()
      if (fact !== undefined || this.run.waiting.size === 0) return fact
      await this.woken()
    }
  }
}

class WaitingRuns extends MemoryRuns {
  readonly traits: ExecutorTraits = { waitsInPlace: true }
  override makeLeg(run: MemoryRun): MemoryLeg {
    return new WaitingLeg(run, this.clock)
  }
}

/** Runs that are stopped by their store, also before they begin. */
class StoppedRuns extends MemoryRuns {
  readonly #early = new Map<string, string>()
  stop(runId: string, reason: string): void {
    const run = this.runOf(runId)
    if (run === undefined) this.#early.set(runId, reason)
    else this.#keep(run, reason)
  }
  override makeRun(start: DurableStart): MemoryRun {
    const run = super.makeRun(start)
    const reason = this.#early.get(start.runId)
    if (reason !== undefined) this.#keep(run, reason)
    return run
  }
  #keep(run: MemoryRun, reason: string): void {
    run.keep({ kind: 'stop', key: '', reason, at: this.clock.now() })
    run.current?.leg.wake()
  }
}

/** Legs of which each later one has the number 2, or all have the number 1. */
const numbered = (later: number): ExecutorUnderTest =>
  new (class extends MemoryRuns {
    readonly traits: ExecutorTraits = { countsTwoLegs: true }
    override makeLeg(run: MemoryRun): MemoryLeg {
      const leg = new MemoryLeg(run, this.clock)
      return Object.assign(leg, { leg: run.legs === 1 ? 1 : later })
    }
  })()

async function failed(open: () => ExecutorUnderTest): Promise<readonly string[]> {
  const names: string[] = []
  for (const { name, run } of executorCases(open, { pipelines: 2 }, 0)) await run().catch(() => void names.push(name))
  return names
}

describe('a correct executor keeps the contract, if it', () => {
  test.each<[trait: string, open: () => ExecutorUnderTest]>([
    ['waits in place', () => new WaitingRuns()],
    ['is stopped by its store', () => new StoppedRuns()],
    ['counts two legs', () => numbered(2)],
  ])('%s', async (_trait, open) => {
    expect(await failed(open)).toEqual([])
  })
})

describe('a broken executor is caught, if it', () => {
  test.each<[fault: string, fails: readonly string[], open: () => ExecutorUnderTest]>([
    [
      'says that it waits in place, and suspends',
      [WAITS, SECOND, AUTHOR, IN_TIME, EARLY, SCHEMA, RETRY],
      () => Object.assign(new MemoryRuns(), { traits: { waitsInPlace: true } as const }),
    ],
    [
      'waits in place, and gives an answer in one leg only',
      [ANSWER, LATER],
      () =>
        new (class extends WaitingRuns {
          override crash(runId: string): void {
            super.crash(runId)
            const { facts = [], keys } = this.runOf(runId) ?? {}
            for (let place = 0; place < facts.length; place++) {
              const { kind, key } = JSON.parse(facts[place] as string) as Fact
              if (kind === 'answer' && keys?.delete(`answer ${key}`)) facts.splice(place--, 1)
            }
          }
        })(),
    ],
    ['waits in place, and lets the last answer count', [SECOND], () => withLastAnswer(WaitingRuns)],
    [
      'is stopped by its store, which forgets it',
      [STOP, STOP_FIRST, STOP_BETWEEN, AFTER, TIMES],
      () => Object.assign(new MemoryRuns(), { stop: () => {} }),
    ],
    ['says that it counts two legs, and counts one', [START], () => numbered(1)],
    [
      'says that it refuses legs itself, and does not',
      [OTHER],
      () =>
        new (class extends MemoryRuns {
          readonly traits: ExecutorTraits = { refusesItself: true }
          override makeRun(start: DurableStart): MemoryRun {
            return new (class extends MemoryRun {
              override keep(fact: RecordedFact): boolean {
                return super.keep(fact.kind === 'call' ? { ...fact, facts: { ...fact.facts, decided: [] } } : fact)
              }
            })(start)
          }
        })(),
    ],
  ])('%s', { timeout: 60_000 }, async (_fault, fails, open) => {
    expect(await failed(open)).toEqual(fails)
  })
})
