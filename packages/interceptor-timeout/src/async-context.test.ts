import { AsyncLocalStorage } from 'node:async_hooks'
import { setTimeout as wait } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { Pipeline } from '@stageflow/core'
import type { Clock, EventSink, Interceptor, StageContext } from '@stageflow/core'
import { manualClock } from '@stageflow/testing'
import { beforeEach, expect, test } from 'vitest'
import { timeout } from './index.ts'

const tenant = new AsyncLocalStorage<string>()
let seen: string[] = []
beforeEach(() => (seen = []))

const see = (who: string) => void seen.push(`${who}: ${tenant.getStore()}`)

async function hangs({ clock, signal, stage }: StageContext): Promise<void> {
  signal.addEventListener('abort', () => see(`${stage.name} aborts`), { once: true })
  await clock.sleep(60_000, signal)
}

test('with one timer for two runs, each expired stage sees the async context of its own run', async () => {
  const manual = manualClock()
  // Like a timer of Node, it calls back in the async context in which it was set.
  const clock: Clock = { ...manual, setTimeout: (run, ms) => manual.setTimeout(AsyncLocalStorage.bind(run), ms) }
  const graph = new Pipeline('chat')
    .withStage('llm', hangs, { onFailure: 'skip' })
    .withStage('next', () => see('next'), { dependencies: ['llm'], join: 'settled' })
    .build({ clock, interceptors: [timeout({ timeoutMs: 30 })] })
  const first = tenant.run('A', () => graph.run())
  await manual.advance(10) // the timer is set for the first, and is set again for the second as it fires
  const second = tenant.run('B', () => graph.run())
  await manual.advance(30)
  await Promise.all([first, second])
  expect(seen).toEqual(['llm aborts: A', 'next: A', 'llm aborts: B', 'next: B'])
})

test('sinks, observers and parts of the call see it too, for either limit and with two timeouts in one list', async () => {
  const clock = manualClock()
  const eventSink: EventSink = {
    emit: () => {},
    tryEmit: ({ type }) => {
      if (type.endsWith('.failed')) see(type)
      return true
    },
  }
  const observer: Interceptor = {
    name: 'observer',
    onCall: () => () => ({ ended: (_, { stage }) => see(`${stage.name} ended`) }),
    settled: ({ stage }) => see(`${stage} settled`),
  }
  const other: Interceptor = { ...timeout({ timeoutMs: 20 }), name: 'other', stageOptions: [] }
  const graph = new Pipeline('chat')
    .withStage('total', hangs, { onFailure: 'skip', timeoutMs: 10 })
    .withStage('idle', hangs, { onFailure: 'skip', timeoutMs: false, idleTimeoutMs: 15 })
    .withStage('other', hangs, { onFailure: 'skip' })
    .build({ clock, eventSink, interceptors: [timeout(), other, observer] })
  const running = tenant.run('A', () => graph.run())
  await tenant.run('foreign', () => clock.advance(20))
  await running
  expect(seen).toEqual(
    ['total', 'idle', 'other'].flatMap((stage) => [
      `${stage} aborts: A`,
      `${stage} ended: A`,
      `${stage} settled: A`,
      `stage.${stage}.failed: A`,
    ]),
  )
  expect(clock.timers).toEqual([])
})

test('a child run sees the async context that it was started in', async () => {
  const clock = manualClock()
  const child = new Pipeline('child').withStage('inner', hangs, { timeoutMs: 10 })
  const graph = new Pipeline('chat')
    .withStage(
      'outer',
      async (context) => {
        const { status } = await tenant.run('inside', () => context.runChild(child))
        see(`child ${status}`)
        await hangs(context)
      },
      { timeoutMs: 20 },
    )
    .build({ clock, interceptors: [timeout()] })
  const running = tenant.run('A', () => graph.runSettled())
  await tenant.run('foreign', () => clock.advance(20))
  await running
  expect(seen).toEqual(['inner aborts: inside', 'child failed: A', 'outer aborts: A'])
  expect(clock.timers).toEqual([])
})

test('keeping the result of a run does not keep the async context of its caller alive', async () => {
  setFlagsFromString('--expose-gc')
  const collectGarbage = runInNewContext('gc') as () => void
  const request = new AsyncLocalStorage<object>()
  const graph = new Pipeline('chat').withStage('llm', () => ({})).build({ interceptors: [timeout()] })
  const call = async () => {
    const of = { body: 'large' }
    return { of: new WeakRef(of), result: await request.run(of, () => graph.run()) }
  }
  const { of, result } = await call()
  await wait(1) // for what the event loop still holds
  collectGarbage()
  expect([of.deref(), result.status]).toEqual([undefined, 'completed'])
})
