import { getEventListeners } from 'node:events'
import { expect, test } from 'vitest'
import { clock } from './fresh-clock.ts'
import { Pipeline, PipelineFailedError, StageKind, StageOutput } from '../src/index.ts'
import type { Interceptor, StageContext } from '../src/index.ts'
import { pause } from './interceptors.ts'

// The conformance cases about what a run does and leaves, by number: each was wrong in the system that the concepts come from.

const timeout = (limitMs: number): Interceptor => ({
  name: 'timeout',
  wrap: (next) => async (context) => {
    const fork = context.fork()
    const expired = Promise.withResolvers<StageOutput>()
    const cancel = context.clock.setTimeout(() => {
      fork.abort(new Error('too slow'))
      expired.resolve(StageOutput.fail('too slow'))
    }, limitMs)
    const output = await Promise.race([next(fork.context), expired.promise])
    cancel()
    return output
  },
})

test('case 4: if one of two runs of a graph fails with slow cleanups, the other completes, and each runs its own cleanups, last in first out, under one limit', async () => {
  const log: string[] = []
  const graph = new Pipeline('shared')
    .withStage('work', async (context) => {
      const name = context.snapshot.inputText
      const say = (text: string): void => void log.push(`${clock.now()} ${name} ${text}`)
      context.onCleanup(() => say('first'))
      context.onCleanup(() => (name === 'bad' ? new Promise<void>(() => {}) : say('second')))
      context.onCleanup(() => clock.sleep(40).then(() => say('third')))
      await pause(context, name === 'bad' ? 10 : 30)
      if (name === 'bad') throw new Error('bad')
      return { name }
    })
    .build({ clock })
  const bad = graph.runSettled({ inputText: 'bad' }, { cleanupMs: 100 })
  const good = graph.run({ inputText: 'good' }, { cleanupMs: 100 })
  await clock.runAll()
  expect((await good).data.work).toEqual({ name: 'good' })
  const { status, report } = await bad
  expect({ status, endedAt: report.endedAt }).toEqual({ status: 'failed', endedAt: 110 })
  expect(report.notes['core/problems']?.map(({ code }) => code)).toEqual(['core/cleanup-timed-out'])
  expect(log).toEqual(['50 bad third', '70 good third', '70 good second', '70 good first', '110 bad first'])
})

test.each([
  ['a returned failure', { ending: () => StageOutput.fail('no') }, 'failed'],
  ['a throw', { ending: () => Promise.reject(new Error('no')) }, 'failed'],
  ['a cancel', { ending: () => StageOutput.cancel('enough') }, 'cancelled'],
  ['a time-out of the stage', { interceptors: [timeout(35)] }, 'failed'],
  ["the caller's abort", { abort: true }, 'cancelled'],
  ['the deadline of the run', { timeoutMs: 35 }, 'failed'],
])(
  'case 5: after %s no code runs once the run has settled, except code that was abandoned after the grace time',
  async (_, how, status) => {
    const {
      ending,
      interceptors = [],
      abort = false,
      timeoutMs,
    } = how as { ending?: () => object; interceptors?: Interceptor[]; abort?: boolean; timeoutMs?: number }
    const lastSeen = new Map<string, number>()
    const tick = (name: string): void => void lastSeen.set(name, clock.now())
    const caller = new AbortController()
    const settled = new Pipeline('ending')
      .withStage('heeds', async (context) => {
        try {
          for (;;) {
            tick('heeds')
            await pause(context, 10)
          }
        } finally {
          await clock.sleep(5) // what it does to stop belongs to the run
          tick('heeds')
        }
      })
      .withStage('ignores', async () => {
        for (let count = 0; count < 50; count++) {
          tick('ignores')
          await clock.sleep(10)
        }
      })
      .withStage('ends', async (context) => {
        await pause(context, ending === undefined ? 1_000 : 35)
        tick('ends')
        return ending?.() ?? {}
      })
      .build({ clock, interceptors })
      .runSettled({}, { graceMs: 60, signal: caller.signal, ...(timeoutMs === undefined ? undefined : { timeoutMs }) })
    if (abort) clock.setTimeout(() => caller.abort(), 35)
    await clock.runAll()
    const result = await settled
    expect(result.status).toBe(status)
    expect(result.report.endedAt).toBe(95)
    expect(lastSeen.get('heeds')).toBe(40)
    expect(lastSeen.get('ends') ?? 0).toBeLessThanOrEqual(35)
    expect(lastSeen.get('ignores'), 'it does run on').toBeGreaterThan(95)
    expect(
      Object.values(result.report.stages).flatMap(({ stage, abandoned }) => (abandoned === true ? [stage] : [])),
    ).toEqual(['ignores'])
    expect(getEventListeners(caller.signal, 'abort')).toEqual([])
  },
)

test('case 6: an abort from outside reaches a running stage, its child and its grandchild at once', async () => {
  const seen: string[] = []
  const stage =
    (name: string) =>
    async (context: StageContext): Promise<void> => {
      await pause(context, 1_000).catch((reason: unknown) => {
        seen.push(`${clock.now()} ${name}`)
        throw reason
      })
    }
  const grandchild = new Pipeline('grandchild').withStage('deepest', stage('grandchild'))
  const child = new Pipeline('child').withStage('own', stage('child')).withPipeline('below', grandchild)
  const caller = new AbortController()
  const settled = new Pipeline('top')
    .withStage('own', stage('top'))
    .withPipeline('below', child)
    .build({ clock })
    .run({}, { signal: caller.signal })
  clock.setTimeout(() => caller.abort(new Error('enough')), 20)
  await clock.runAll()
  const result = await settled
  expect(result).toMatchObject({ status: 'cancelled', reason: 'enough' })
  expect(seen.toSorted()).toEqual(['20 child', '20 grandchild', '20 top'])
  expect(result.report.endedAt).toBe(20)
  const below = result.report.stages['below']?.children?.[0]
  expect([below?.status, below?.stages['below']?.children?.[0]?.status]).toEqual(['cancelled', 'cancelled'])
})

test.each([
  ['synchronous', false],
  ['asynchronous', true],
])('case 6: an abort during the last stage, a %s one, is never a success', async (_, waits) => {
  const caller = new AbortController()
  const end = (): object => {
    caller.abort(new Error('at the last moment'))
    return { done: true }
  }
  const graph = new Pipeline('late').withStage('last', waits ? async () => end() : end).build({ clock })
  const result = await graph.run({}, { signal: caller.signal })
  expect(result).toMatchObject({ status: 'cancelled', reason: 'at the last moment', data: { last: { done: true } } })
})

test('case 7: the result has the outputs and times of completed stages and child runs after a failure, a cancel and a timeout', async () => {
  const child = new Pipeline('child').withStage('half', async (context) => {
    await pause(context, 10)
    return { half: 1 }
  })
  const build = (ending: (context: StageContext) => object | Promise<object>) =>
    new Pipeline('endings')
      .withPipeline('child', child)
      .withStage(
        'end',
        async (context) => {
          await pause(context, 20)
          return ending(context)
        },
        { dependencies: ['child'] },
      )
      .build({ clock })
  const runs = [
    build(() => StageOutput.fail('no')).runSettled(),
    build(() => StageOutput.cancel('enough')).runSettled(),
    build(async (context) => ({ waited: await pause(context, 1_000) })).runSettled({}, { timeoutMs: 40 }),
  ]
  await clock.runAll()
  const results = await Promise.all(runs)
  expect(results.map(({ status }) => status)).toEqual(['failed', 'cancelled', 'failed'])
  for (const { data, outputs, report } of results) {
    expect(data.child).toEqual({ half: { half: 1 } })
    expect(outputs.child).toMatchObject({ status: 'ok' })
    expect(report.stages['child']).toMatchObject({
      status: 'ok',
      startedAt: 0,
      endedAt: 10,
      children: [{ status: 'completed', stages: { half: { startedAt: 0, endedAt: 10 } } }],
    })
    expect(report.stages['end']).toMatchObject({ startedAt: 10 })
  }
})

test("case 7: a cancelled child isn't a failure, and a failed child has the data of its completed stages", async () => {
  const build = (ending: StageOutput) => {
    const child = new Pipeline('child')
      .withStage('first', () => ({ one: 1 }))
      .withStage('second', () => ending, { dependencies: ['first'] })
    return new Pipeline('top')
      .withPipeline('child', child)
      .withStage('other', () => ({ ran: true }))
      .build({ clock })
  }
  const cancelled = await build(StageOutput.cancel('not needed')).run()
  expect(cancelled).toMatchObject({
    status: 'completed',
    outputs: { child: { status: 'skip', reason: 'the child run was cancelled: not needed' } },
    data: { other: { ran: true } },
  })
  const failed = await build(StageOutput.fail('broken'))
    .run()
    .catch((error: unknown) => error as PipelineFailedError)
  expect(failed).toBeInstanceOf(PipelineFailedError)
  const { result, cause } = failed as PipelineFailedError
  expect(cause).toMatchObject({ message: 'broken' })
  expect(result.outputs['child']).toMatchObject({ status: 'fail', data: { first: { one: 1 } } })
  expect(result.report.stages['child']?.children?.[0]).toMatchObject({
    status: 'failed',
    stages: { first: { status: 'ok' } },
  })
})

test('case 8: only the branch that a router takes starts, stages that only other branches feed are skipped with a reason, and a join runs', async () => {
  const ran: string[] = []
  const say = (name: string) => (): void => void ran.push(name)
  const result = await new Pipeline('routed')
    .withStage('router', (): { route: 'a' | 'b' | 'c' } => ({ route: 'b' }), StageKind.ROUTE)
    .withStage('a', say('a'), { dependencies: ['router'], when: (inputs) => inputs.from('router').route === 'a' })
    .withStage('b', say('b'), { dependencies: ['router'], when: (inputs) => inputs.from('router').route === 'b' })
    .withStage('c', say('c'), { dependencies: ['router'], when: (inputs) => inputs.from('router').route === 'c' })
    .withStage('below_a', say('below_a'), { dependencies: ['a'] })
    .withStage('deep_below_a', say('deep_below_a'), { dependencies: ['below_a', 'c'] })
    .withStage('below_b', say('below_b'), { dependencies: ['b'] })
    .withStage('joined', say('joined'), { dependencies: ['a', 'below_b', 'c'], join: 'any' })
    .withStage('merged', say('merged'), { dependencies: ['a', 'b', 'c'] })
    .build({ clock })
    .run()
  expect(result.status).toBe('completed')
  expect(ran.toSorted()).toEqual(['b', 'below_b', 'joined', 'merged'])
  const reasons = Object.fromEntries(
    Object.values(result.report.stages).flatMap(({ stage, reason }) => (reason === undefined ? [] : [[stage, reason]])),
  )
  expect(reasons).toEqual({
    a: 'its condition (when) was false',
    c: 'its condition (when) was false',
    below_a: 'dependency "a" was skipped',
    deep_below_a: expect.stringContaining('was skipped') as string,
  })
})
