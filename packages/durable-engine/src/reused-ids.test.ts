import { Pipeline, StageOutput } from '@stageflow/core'
import type { Interceptor, StageContext } from '@stageflow/core'
import type { DurableRuns } from '@stageflow/durable-engine'
import { expect, onTestFinished, test, vi } from 'vitest'

import { afterBeats, openRuns, stoppedMachineClock, until } from '../test/open-runs.ts'
import { durableRuns } from './durable-runs.ts'

// The id of a run that was deleted may be used again, by another user. Each caller gets the run that it was admitted to, or none.

const { newPath, newJournal, open, change } = openRuns()
const UNKNOWN = 'durable-engine/unknown-run'
const leaseMs = 60_000
const codeOf = ({ code }: { readonly code: string }): string => code

/** A stage whose first call hangs until its signal aborts. Later calls return the text that their run was started with. */
function firstHangs() {
  let calls = 0
  const graph = new Pipeline('order')
    .withStage('pay', ({ signal, snapshot }: StageContext) => {
      calls++
      if (calls > 1) return { of: snapshot.inputText }
      return new Promise<{ of: string }>((_, reject) =>
        signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true }),
      )
    })
    .build()
  return { graph, calls: () => calls }
}

/** Ada's run, whose process is stopped for longer than its lease: another one ends it, and it is deleted. */
async function deleted(path: string) {
  const pass = stoppedMachineClock()
  const [here, there] = [open(path, { leaseMs }), open(path, { leaseMs })]
  const { graph, calls } = firstHangs()
  const started = here.run(graph, { inputText: 'of ada' }, { runId: 'r' }).catch(codeOf)
  await until(() => calls() === 1)
  await change(path, 'UPDATE owners SET until = 0')
  expect((await there.as('console').attach(graph, 'r')).status).toBe('completed')
  await change(path, 'DELETE FROM runs')
  await change(path, 'DELETE FROM facts')
  /** Lets the first process notice that it has lost the run. */
  const notice = (): void => pass(leaseMs / 3)
  return { here, there, graph, calls, started, notice }
}

test('a starter whose run was deleted does not get the result of the run that has its id by now', async () => {
  const { there, graph, started, notice } = await deleted(newPath())
  expect((await there.run(graph, { inputText: 'of eve' }, { runId: 'r' })).data).toEqual({ pay: { of: 'of eve' } })
  notice()
  expect(await started).toBe(UNKNOWN)
})

test('a starter whose run was deleted does not carry the run that has its id by now', async () => {
  const path = newPath()
  const { there, graph, calls, started, notice } = await deleted(path)
  const asks = new Pipeline('order').withStage('pay', () => StageOutput.suspend('?')).build()
  await there.run(asks, { inputText: 'of eve' }, { runId: 'r' })
  await change(path, "UPDATE runs SET status = 'running', owner = NULL")
  const before = await there.get('r')
  notice()
  expect(await started).toBe(UNKNOWN)
  expect(await there.get('r')).toMatchObject({ status: 'running', leg: before?.leg })
  expect(calls()).toBe(2)
  expect((await there.as('console').resume(graph, 'r', { pay: 1 })).data).toEqual({ pay: { of: 'of eve' } })
})

/** A handle whose looks into the journal are counted. `hold` makes later ones wait until it is called again. */
function openHeld(path: string) {
  const journal = newJournal(path)
  const read = journal.read.bind(journal)
  let looks = 0
  let held: PromiseWithResolvers<void> | undefined
  vi.spyOn(journal, 'read').mockImplementation(async (act) => {
    await held?.promise
    const answer = await read(act)
    looks++
    return answer
  })
  const runs = durableRuns(journal, { leaseMs })
  onTestFinished(async () => {
    await runs.close({ timeoutMs: 0 })
  })
  const hold = (): void => {
    held?.resolve()
    held = held === undefined ? Promise.withResolvers() : undefined
  }
  return { runs, hold, looks: () => looks }
}

type Waits = (durable: DurableRuns, graph: ReturnType<typeof firstHangs>['graph']) => Promise<unknown>
/** Callers who wait while another process carries the run, with what they get once another run has its id. */
const WAITERS: readonly (readonly [who: string, wait: Waits, code: string])[] = [
  [
    'a caller who was admitted',
    (durable, graph) => durable.run(graph, { inputText: 'of ada' }, { runId: 'r' }),
    'durable-engine/other-input',
  ],
  ['a part of the app', (durable, graph) => durable.as('console').attach(graph, 'r'), UNKNOWN],
]
for (const [who, wait, code] of WAITERS)
  test(`${who} waits for a run that is deleted, and does not carry the run that has its id by then`, async () => {
    const path = newPath()
    const [here, there] = [openHeld(path), open(path, { leaseMs })]
    const { graph, calls } = firstHangs()
    void there.run(graph, { inputText: 'of ada' }, { runId: 'r' }).catch(() => {})
    await until(() => calls() === 1)
    const waited = wait(here.runs, graph).catch(codeOf)
    // A beat lies between its looks, so it has looked at the run by then.
    await until(() => here.looks() >= 3)
    here.hold()
    await change(path, 'DELETE FROM runs')
    await change(path, 'DELETE FROM facts')
    const asks = new Pipeline('order').withStage('pay', () => StageOutput.suspend('?')).build()
    await open(path, { leaseMs }).run(asks, { inputText: 'of eve' }, { runId: 'r' })
    await change(path, "UPDATE runs SET status = 'running', owner = NULL")
    here.hold()
    expect(await waited).toBe(code)
    expect(await change(path, 'SELECT leg, owner FROM runs')).toEqual([{ leg: 1, owner: null }])
    expect(calls()).toBe(1)
  })

test('who is admitted to the new run of an id does not wait for the old one, which its process still carries', async () => {
  const path = newPath()
  const { here, there, graph, calls, started, notice } = await deleted(path)
  const asks = new Pipeline('order')
    .withStage('pay', ({ resumed }: StageContext) => (resumed === undefined ? StageOutput.suspend('?') : { of: 'eve' }))
    .build()
  await there.run(asks, { inputText: 'of eve' }, { runId: 'r' })
  expect((await here.resume(asks, 'r', { pay: 1 })).data).toEqual({ pay: { of: 'eve' } })
  expect((await here.run(asks, { inputText: 'of eve' }, { runId: 'r' })).data).toEqual({ pay: { of: 'eve' } })
  expect(calls()).toBe(2)
  notice()
  expect(await started).toBe(UNKNOWN)
  expect((await here.run(graph, { inputText: 'of eve' }, { runId: 'r' })).status).toBe('completed')
})

test('who starts a run under the id of a deleted one, which its process still carries, waits until that is noticed', async () => {
  const path = newPath()
  const { here, graph, started, notice } = await deleted(path)
  const run = here.run(graph, { inputText: 'of eve' }, { runId: 'r' })
  let beats = 0
  afterBeats(() => beats++)
  await until(() => beats > 3)
  expect(await change(path, 'SELECT * FROM runs')).toEqual([])
  notice()
  expect(await started).toBe(UNKNOWN)
  expect((await run).data).toEqual({ pay: { of: 'of eve' } })
})

test('a run does not wait for code of a deleted one that had its id, which ignores its signal', async () => {
  const path = newPath()
  const pass = stoppedMachineClock()
  const here = open(path, { leaseMs })
  const ends: (() => void)[] = []
  const graph = new Pipeline('order')
    .withStage('pay', async ({ snapshot }: StageContext) => {
      if (snapshot.inputText === 'of ada') await new Promise<void>((resolve) => ends.push(resolve))
      return { of: snapshot.inputText }
    })
    .build()
  const started = here.run(graph, { inputText: 'of ada' }, { runId: 'r', graceMs: 0 }).catch(codeOf)
  await until(() => ends.length === 1)
  await change(path, 'DELETE FROM runs')
  await change(path, 'DELETE FROM facts')
  pass(leaseMs / 3)
  expect(await started).toBe(UNKNOWN)
  expect((await here.run(graph, { inputText: 'of eve' }, { runId: 'r' })).data).toEqual({ pay: { of: 'of eve' } })
  ends[0]?.()
})

test('recover tells nothing of a run that has the id of a deleted one by now', async () => {
  const path = newPath()
  const before = open(path, { leaseMs })
  const hanging = { r: firstHangs(), slow: firstHangs() }
  for (const [runId, { graph: hangs }] of Object.entries(hanging))
    void before.run(hangs, { inputText: 'of ada' }, { runId }).catch(() => {})
  await until(() => Object.values(hanging).every(({ calls }) => calls() === 1))
  await before.close()
  const gate = Promise.withResolvers<void>()
  const graph = new Pipeline('order')
    .withStage('pay', async ({ pipelineRunId, snapshot }: StageContext) => {
      if (pipelineRunId === 'slow') await gate.promise
      if (snapshot.inputText === 'of eve') throw new Error('the card of eve was declined')
      return {}
    })
    .build()
  const runs = open(path, { leaseMs })
  const recovered = runs.recover(graph)
  await until(async () => (await runs.get('r'))?.status === 'completed')
  await change(path, "DELETE FROM facts WHERE run IN (SELECT n FROM runs WHERE id = 'r')")
  await change(path, "DELETE FROM runs WHERE id = 'r'")
  expect(await runs.run(graph, { inputText: 'of eve' }, { runId: 'r' }).catch(codeOf)).toBe('core/pipeline-failed')
  gate.resolve()
  expect(await recovered).toMatchObject([{ runId: 'slow', status: 'completed' }])
})

test('a retry of a run that goes while its caller is checked says that there is no such run', async () => {
  const path = newPath()
  const checked = Promise.withResolvers<void>()
  let isAsked = false
  const slow: Interceptor = {
    name: 'slow',
    admit: async ({ action }) => {
      if (action !== 'retry') return
      isAsked = true
      await checked.promise
    },
  }
  const graph = new Pipeline('order')
    .withStage('pay', () => {
      throw new Error('declined')
    })
    .build({ interceptors: [slow] })
  const runs = open(path)
  expect(await runs.run(graph, {}, { runId: 'r' }).catch(codeOf)).toBe('core/pipeline-failed')
  const retried = runs.retryFailed(graph, 'r').catch(codeOf)
  await until(() => isAsked)
  await change(path, 'DELETE FROM facts')
  await change(path, 'DELETE FROM runs')
  checked.resolve()
  expect(await retried).toBe(UNKNOWN)
})
