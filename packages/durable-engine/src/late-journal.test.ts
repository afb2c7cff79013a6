import { Pipeline, StageflowError } from '@stageflow/core'
import { expect, onTestFinished, test, vi } from 'vitest'

import { afterBeats, openRuns, stoppedMachineClock, until } from '../test/open-runs.ts'
import { slowStage } from '../test/slow-stage.ts'
import { durableRuns } from './durable-runs.ts'
import { questionOf } from './journal.ts'
import type { Act, Question } from './journal.ts'

// What a journal that answers late, or again, must not change. Each test holds back the answers that it is about.

const { newPath, newJournal, open, change, codes } = openRuns()
/** How long a lease takes that ends only when a test says so. */
const LONG_MS = 3_600_000
const locked = (): StageflowError => new StageflowError(codes.unavailable, 'The journal is locked.')
const gate = () => Promise.withResolvers<void>()

type Around = (asked: Question | undefined, answer: () => Promise<unknown>) => Promise<unknown>
const pass: Around = async (_asked, answer) => answer()

/** A handle of a journal whose answers to reads and writes the test may hold back, by what they ask first. */
function openHeld(path: string) {
  const journal = newJournal(path)
  const around = { read: pass, write: pass, fact: async () => {} }
  const [read, write, addFact] = [
    journal.read.bind(journal),
    journal.write.bind(journal),
    journal.addFact.bind(journal),
  ]
  vi.spyOn(journal, 'read').mockImplementation(async (act) => {
    const { first, watched } = watch(act)
    return around.read(first(), async () => read(watched)) as never
  })
  vi.spyOn(journal, 'write').mockImplementation(async (act, repetition) => {
    // An act does nothing before its first question is answered.
    const { value, done } = act().next()
    const asked = done === true ? undefined : questionOf(value)
    return around.write(asked, async () => write(act, repetition)) as never
  })
  vi.spyOn(journal, 'addFact').mockImplementation(async (fact) => {
    await around.fact()
    return addFact(fact)
  })
  const tellers: ((run: number) => void)[] = []
  journal.listen = (changed) => void tellers.push(changed)
  const runs = durableRuns(journal, { leaseMs: LONG_MS })
  onTestFinished(async () => {
    await runs.close({ timeoutMs: 0 })
  })
  /** As a journal tells that a run has changed. */
  const tell = (run: number): void => tellers.forEach((changed) => changed(run))
  return { runs, around, tell }
}
/** The same act, and what it asks first. It has asked that already, so the answer to it comes first. */
function watch<T>(act: Act<T>): { readonly first: () => Question | undefined; readonly watched: Act<T> } {
  const begun = act.next()
  function* rest(): Act<T> {
    let step = begun
    while (step.done !== true) step = act.next(yield step.value)
    return step.value
  }
  return { first: () => (begun.done === true ? undefined : questionOf(begun.value)), watched: rest() }
}
const fenceOf = (asked: Question | undefined): number => Number((asked as readonly unknown[])[2])
const isRelease = (asked: Question | undefined): boolean => asked?.[0] === 'releaseRun'
async function someBeats(): Promise<void> {
  let beats = 0
  afterBeats(() => beats++)
  await until(() => beats >= 5)
}
/** Whether each run is free, in their order. */
const free = async (path: string): Promise<readonly boolean[]> =>
  (await change(path, 'SELECT owner FROM runs ORDER BY n')).map(({ owner }) => owner === null)
const legs = async (path: string): Promise<readonly unknown[]> =>
  (await change(path, 'SELECT leg FROM runs ORDER BY n')).map(({ leg }) => Number(leg))

test('a leg that is claimed while its process reads which runs it has is not taken for lost', async () => {
  const path = newPath()
  const letPass = stoppedMachineClock()
  const { runs, around } = openHeld(path)
  const { graph, ends } = slowStage()
  const first = runs.run(graph, {}, { runId: 'a' })
  await until(() => ends.length === 1)
  const [reads, answered] = [gate(), gate()]
  around.read = async (asked, answer) => {
    const value = await answer()
    if (asked?.[0] !== 'ownedRuns') return value
    reads.resolve()
    await answered.promise
    return value
  }
  letPass(LONG_MS / 2)
  await reads.promise
  const second = runs.run(graph, {}, { runId: 'b' })
  await until(() => ends.length === 2)
  answered.resolve()
  await someBeats()
  for (const end of ends) end()
  await Promise.all([first, second])
  expect([ends.length, await legs(path)]).toEqual([2, [1, 1]])
})

test.each([
  ['is written', 'written'],
  ['fails', 'failed'],
] as const)(
  'the end of a later leg is written again, although that of an earlier leg %s meanwhile',
  async (_what, earlier) => {
    const path = newPath()
    stoppedMachineClock()
    const { runs, around } = openHeld(path)
    const { graph, ends } = slowStage()
    let mayWrite = false
    let tries = 0
    const [laterFails, earlierEnds] = [gate(), gate()]
    around.fact = async () => {
      if (!mayWrite) throw locked()
    }
    around.write = async (asked, answer) => {
      if (!isRelease(asked) || mayWrite) return answer()
      if (fenceOf(asked) > 1) {
        laterFails.resolve()
        await earlierEnds.promise
        mayWrite = true
        throw locked()
      }
      if (tries++ === 0) throw locked()
      await laterFails.promise
      // The later leg hears of its failure after this.
      setTimeout(earlierEnds.resolve, 5)
      if (earlier === 'failed') throw locked()
      return answer()
    }
    const first = runs.run(graph, {}, { runId: 'a' })
    await until(() => ends.length === 1)
    ends[0]?.()
    await expect(first).rejects.toMatchObject({ code: codes.unavailable })
    await until(() => tries > 1)
    const second = runs.run(graph, {}, { runId: 'a' })
    await until(() => ends.length === 2)
    ends[1]?.()
    await expect(second).rejects.toMatchObject({ code: codes.unavailable })
    await until(async () => (await free(path))[0] === true)
  },
)

test('an end of an earlier leg that is written again late leaves the unwritten end of a later one alone', async () => {
  const path = newPath()
  stoppedMachineClock()
  const { runs, around } = openHeld(path)
  const { graph, ends } = slowStage()
  let areFactsLost = true
  let phase: 'both fail' | 'the first is written' | 'the later leg fails' | 'over' = 'both fail'
  const [isWriting, mayGoOn] = [gate(), gate()]
  around.fact = async () => {
    if (areFactsLost) throw locked()
  }
  around.write = async (asked, answer) => {
    if (!isRelease(asked)) return answer()
    if (phase === 'both fail') throw locked()
    if (phase === 'the first is written' && asked?.[1] === 1) {
      phase = 'the later leg fails'
      isWriting.resolve()
      await mayGoOn.promise
    } else if (phase === 'the later leg fails' && fenceOf(asked) === 2) {
      phase = 'over'
      throw locked()
    }
    return answer()
  }
  const first = runs.run(graph, {}, { runId: 'x' })
  await until(() => ends.length === 1)
  const second = runs.run(graph, {}, { runId: 'a' })
  await until(() => ends.length === 2)
  for (const end of ends) end()
  await Promise.allSettled([first, second])
  phase = 'the first is written'
  await isWriting.promise
  const again = runs.run(graph, {}, { runId: 'a' })
  await until(() => ends.length === 3)
  ends[2]?.()
  await expect(again).rejects.toMatchObject({ code: codes.unavailable })
  areFactsLost = false
  mayGoOn.resolve()
  await until(async () => (await free(path)).every(Boolean))
})

test('a claim that was slow does not make a lease count that had ended meanwhile', async () => {
  const path = newPath()
  const letPass = stoppedMachineClock()
  const abandoned = new Pipeline('q').withStage('a', () => new Promise<{}>(() => {})).build()
  const before = open(path)
  void before.run(abandoned, {}, { runId: 'b' }).catch(() => {})
  await until(async () => (await legs(path)).length === 1)
  await before.close({ timeoutMs: 0 })
  await change(path, 'UPDATE owners SET until = 0')

  const { runs, around, tell } = openHeld(path)
  const began: string[] = []
  const ends: (() => void)[] = []
  const graphAt = (place: string) =>
    new Pipeline('p')
      .withStage('slow', () => new Promise<{}>((resolve) => ends.push(() => resolve({}))))
      .withStage('next', () => (began.push(place), new Promise<{}>(() => {})), { dependencies: ['slow'] })
      .build()
  void runs.run(graphAt('here'), {}, { runId: 'a' }).catch(() => {})
  await until(() => ends.length === 1)
  const [claims, claimed, renewed] = [gate(), gate(), gate()]
  around.write = async (asked, answer) => {
    if (asked?.[0] === 'renewLease') await renewed.promise
    if (asked?.[0] === 'findRun' && asked[1] === 'b') {
      claims.resolve()
      await claimed.promise
    }
    return answer()
  }
  letPass(LONG_MS * 0.6)
  // An attach claims without a look at its input, and so without another write before.
  void runs
    .as('test')
    .attach(new Pipeline('q').withStage('a', () => ({})).build(), 'b')
    .catch(() => {})
  await claims.promise
  // The lease ends while the claim is being written, and another process takes the run beside it.
  letPass(LONG_MS * 0.5)
  ends[0]?.()
  await until(async () => (await change(path, "SELECT * FROM facts WHERE key = 'slow'")).length === 1)
  await change(path, 'UPDATE owners SET until = 0')
  void open(path, { leaseMs: LONG_MS })
    .run(graphAt('there'), {}, { runId: 'a' })
    .catch(() => {})
  await until(() => began.length === 1)
  claimed.resolve()
  await until(async () => (await legs(path))[0] === 2)
  const [row] = await change(path, "SELECT n FROM runs WHERE id = 'a'")
  tell(Number(row?.['n']))
  await someBeats()
  expect(began).toEqual(['there'])
  renewed.resolve()
})

test.each([['the read that follows fails'], ['its caller has left']])(
  'a run whose start the journal has repeated does not stay with its process if %s',
  async (why) => {
    const path = newPath()
    const letPass = stoppedMachineClock()
    const { runs, around } = openHeld(path)
    const { graph, ends } = slowStage()
    void runs.run(graph, {}, { runId: 'beside' }).catch(() => {})
    await until(() => ends.length === 1)
    const left = new AbortController()
    around.write = async (asked, answer) => {
      const written = await answer()
      if (asked?.[0] !== 'addRun') return written
      // The connection was lost during the commit, which happened: a journal carries out a repeatable act again.
      around.write = pass
      const again = await answer()
      if (why === 'its caller has left') left.abort(new Error('left'))
      else
        around.read = async (_asked, read) => {
          around.read = pass
          await read()
          throw locked()
        }
      return again
    }
    const quick = new Pipeline('quick').withStage('q', () => ({})).build()
    await expect(runs.run(quick, {}, { runId: 'a', signal: left.signal })).rejects.toThrow(/left|locked/)
    await until(async () => {
      letPass(LONG_MS / 2)
      return (await free(path))[1] === true
    })
  },
)
