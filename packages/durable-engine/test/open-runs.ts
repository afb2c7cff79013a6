import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { Pipeline, StageOutput } from '@stageflow/core'
import type { StageContext } from '@stageflow/core'
import type { DurableRuns, EngineOptions } from '@stageflow/durable-engine'
import type { ManualClock } from '@stageflow/testing'
import { afterAll, onTestFinished, vi } from 'vitest'

import { durableLocal } from '../../durable-local/src/index.ts'
import type { DurableLocal, DurableLocalOptions } from '../../durable-local/src/index.ts'
import { Pulse } from '../src/pulse.ts'
import { newPlace } from './place.ts'

export { inFile } from './place.ts'

/** The runs of one test file. What a test opens is closed after it. */
export function openRuns(defaults: Partial<EngineOptions> = {}) {
  const place = newPlace()
  const { newPath, newJournal, change, text, answersAtOnce, codes } = place
  afterAll(() => place.close())
  const open = (path = newPath(), options: Partial<EngineOptions> = {}): DurableRuns => {
    const durable = place.open(path, { ...defaults, ...options })
    onTestFinished(async () => {
      await durable.close({ timeoutMs: 0 })
    })
    return durable
  }
  return { newPath, newJournal, open, change, text, answersAtOnce, codes }
}

/** A path of a file in a folder of its own, until the test ends. */
export function newPath(): string {
  const folder = mkdtempSync(join(tmpdir(), 'durable-local-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  return join(folder, 'runs.db')
}
/** Opens a journal in a file until the test ends. */
export function open(path = newPath(), options: Partial<DurableLocalOptions> = {}): DurableLocal {
  const durable = durableLocal({ path, synchronous: 'normal', ...options })
  onTestFinished(async () => {
    await durable.close({ timeoutMs: 0 })
  })
  return durable
}
export const gate = () => Promise.withResolvers<void>()
/** Looks again and again, until something is as expected. */
export async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await isSo())) await new Promise((resolve) => setTimeout(resolve, 5))
}
/**
 * Stops the clock by which this process renews its leases, until the test ends. Returns what lets time pass on it, so that a lease is renewed
 * when the test says so, however busy the machine is.
 */
export function stoppedMachineClock(): (ms: number) => void {
  let now = performance.now()
  const stopped = vi.spyOn(performance, 'now').mockImplementation(() => now)
  onTestFinished(() => stopped.mockRestore())
  return (ms) => void (now += ms)
}
/** Calls `act` after each beat of the open handles of this process, until the test ends. */
export function afterBeats(act: (pulse: Pulse) => void): void {
  const beat = Reflect.get(Pulse.prototype, 'beat')
  const spied = vi.spyOn(Pulse.prototype, 'beat').mockImplementation(function (this: Pulse) {
    beat.call(this)
    if (!this.isOver) act(this)
  })
  onTestFinished(() => spied.mockRestore())
}
/** Waits for a timer that is due at this time. */
export const untilTimer = (clock: ManualClock, ms: number): Promise<void> =>
  until(() => clock.timers.some(({ dueAt }) => dueAt === ms))
export const aborted = ({ signal }: StageContext): Promise<never> =>
  new Promise((_, reject) => {
    const stop = (): void => reject(signal.reason as Error)
    if (signal.aborted) stop()
    else signal.addEventListener('abort', stop, { once: true })
  })
export const ask = ({ resumed, stage }: StageContext) =>
  resumed === undefined ? StageOutput.suspend({ question: `${stage.name}?` }) : { answer: resumed.answer }

export function order(calls: string[] = []) {
  return new Pipeline('order')
    .withStage('price', ({ snapshot, stage }) => {
      calls.push(stage.name)
      return { total: Number(snapshot.inputText) }
    })
    .withStage(
      'approve',
      (context) => {
        calls.push(context.stage.name)
        return ask(context)
      },
      { dependencies: ['price'] },
    )
    .withStage(
      'pay',
      ({ inputs, stage }) => {
        calls.push(stage.name)
        return { paid: inputs.from('price').total, by: inputs.from('approve') }
      },
      { dependencies: ['price', 'approve'] },
    )
    .build()
}
export const FIVE = { inputText: '5' }
