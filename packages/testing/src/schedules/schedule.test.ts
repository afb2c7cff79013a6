import { Pipeline } from '@stageflow/core'
import { expect, test } from 'vitest'
import { fakeTool } from '../fakes/fake-tool.ts'
import { createSchedule, seededSchedule } from './schedule.ts'
import type { Schedule } from './schedule.ts'

/** Takes the last of the steps that may be taken. */
const backwards = (): Schedule => createSchedule(({ length }) => length - 1).schedule

test('it starts stages, moves the clock to the next timer, and says what it did', async () => {
  const schedule = backwards()
  const { clock, interceptor } = schedule
  const ask = fakeTool(clock, () => ({ text: 'Hi' }), { latencyMs: 30 })
  const graph = new Pipeline('chat')
    .withStage('memory', () => ({ facts: 3 }))
    .withStage('llm', ({ signal }) => ask('Hi', { signal }))
    .withStage('save', () => ({}), { dependencies: ['memory', 'llm'] })
    .build({ clock, interceptors: [interceptor] })
  const result = await schedule.drive(graph.run({}, { timeoutMs: 1_000 }))
  expect(result.data.llm).toEqual({ text: 'Hi' })
  expect(clock.now()).toBe(30)
  expect(schedule.steps).toEqual([
    'llm starts, before memory starts',
    'memory starts (memory ok)',
    '30 ms: llm continues after 30 ms (llm ok)',
    '30 ms: save starts (save ok)',
  ])
})

test('a seed gives the same steps', async () => {
  const stepsOf = async (seed: number): Promise<readonly string[]> => {
    const schedule = seededSchedule({ seed })
    let pipeline = new Pipeline('many') as Pipeline
    for (const name of 'abcdefgh') pipeline = pipeline.withStage(name as never, () => ({})) as Pipeline
    const graph = pipeline.build({ clock: schedule.clock, interceptors: [schedule.interceptor] })
    await schedule.drive(graph.run({}))
    return schedule.steps
  }
  const steps = await stepsOf(3)
  expect(steps).toHaveLength(8)
  expect(await stepsOf(3)).toEqual(steps)
  expect(await stepsOf(4)).not.toEqual(steps)
  expect(() => seededSchedule({ seed: 0.5 })).toThrow(expect.objectContaining({ code: 'testing/illegal-option' }))
})

test('several runs may share a schedule, if one promise waits for all', async () => {
  const schedule = backwards()
  const log: string[] = []
  const graph = new Pipeline('chat')
    .withStage('a', ({ snapshot }) => void log.push(`${snapshot.inputText} a`))
    .build({ clock: schedule.clock, interceptors: [schedule.interceptor] })
  await schedule.drive(Promise.all([graph.run({ inputText: 'first' }), graph.run({ inputText: 'second' })]))
  expect(log).toEqual(['second a', 'first a'])
})

test('it settles like the promise', async () => {
  const gone = new Error('gone')
  await expect(backwards().drive(Promise.reject(gone))).rejects.toBe(gone)
  expect(await backwards().drive(Promise.resolve(7))).toBe(7)
})

class Store {
  #value = 1
  limit = 3
  async get(): Promise<number> {
    return this.#value
  }
  async fail(): Promise<never> {
    throw new Error(`no ${this.#value}`)
  }
  peek(): number {
    return this.#value
  }
}

test('promises of an interleaved port are steps; its other members are as they were', async () => {
  const schedule = backwards()
  const bare = new Store()
  const store = schedule.interleave(bare)
  expect(store).toBeInstanceOf(Store)
  expect(store.peek()).toBe(1)
  store.limit = 5
  expect(bare.limit).toBe(5)
  expect(store.limit).toBe(5)
  const log: string[] = []
  const calls = [1, 2].map(async (call) => log.push(`${call}: ${await store.get()}`))
  await schedule.drive(Promise.all(calls))
  expect(log).toEqual(['2: 1', '1: 1'])
  expect(schedule.steps).toEqual([
    'the run gets the answer of get(), before the run gets the answer of get()',
    'the run gets the answer of get()',
  ])
})

test('an interleaved call rejects as the port does, as a step', async () => {
  const schedule = backwards()
  await expect(schedule.drive(schedule.interleave(new Store()).fail())).rejects.toThrow('no 1')
  expect(schedule.steps).toEqual(['the run gets the answer of fail()'])
})

test('a frozen object and a function can be interleaved', async () => {
  const schedule = backwards()
  const frozen = schedule.interleave(Object.freeze({ get: async () => 1 }))
  expect(await schedule.drive(frozen.get())).toBe(1)
  const ask = schedule.interleave(async (text: string) => `echo of ${text}`)
  expect(await schedule.drive(ask('Hi'))).toBe('echo of Hi')
  const named = schedule.interleave(async function tool() {})
  await schedule.drive(named())
  expect(schedule.steps).toEqual([
    'the run gets the answer of get()',
    'the run gets the answer of the port',
    'the run gets the answer of tool()',
  ])
})

test('a timer that was taken back, or is never due, takes no step', async () => {
  const schedule = backwards()
  const { clock } = schedule
  const fired: string[] = []
  clock.setTimeout(() => fired.push('back'), 5)()
  clock.setTimeout(() => fired.push('never'), Infinity)
  clock.setTimeout(() => fired.push('past'), -5)
  await schedule.drive(clock.sleep(10))
  expect(fired).toEqual(['past'])
  expect(() => clock.setTimeout(() => {}, NaN)).toThrow(expect.objectContaining({ code: 'testing/illegal-option' }))
})

test('a sleep ends with its signal', async () => {
  const schedule = backwards()
  const caller = new AbortController()
  const sleeping = schedule.clock.sleep(50, caller.signal)
  schedule.clock.setTimeout(() => caller.abort(new Error('enough')), 10)
  await expect(schedule.drive(sleeping)).rejects.toThrow('enough')
  expect(schedule.clock.now()).toBe(10)
})

test('timers without end are an error', async () => {
  const schedule = backwards()
  const again = (): void => void schedule.clock.setTimeout(again, 1)
  again()
  await expect(schedule.drive(new Promise(() => {}))).rejects.toMatchObject({
    code: 'testing/endless-timers',
    message: expect.stringContaining('20000 steps were taken'),
  })
})
