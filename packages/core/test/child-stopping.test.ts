import { expect, test } from 'vitest'
import { recordingSink } from '../../testing/src/index.ts'
import { clock } from './fresh-clock.ts'
import { aroundRun, childOf, retryOnce, sleepFor } from './interceptors.ts'
import { Pipeline, StageOutput } from '../src/index.ts'
import type { Interceptor, StageflowEvent } from '../src/index.ts'

test("case 6: the parent's abort and deadline reach child and grandchild", async () => {
  const deadlines: unknown[] = []
  const grandchild = new Pipeline('grandchild').withStage('deep', (context) => {
    deadlines.push(context.deadline)
    return sleepFor(1_000)(context)
  })
  const graph = new Pipeline('demo')
    .withPipeline('child', new Pipeline('child').withPipeline('grandchild', grandchild))
    .build({ clock })
  const caller = new AbortController()
  const settled = graph.runSettled({}, { signal: caller.signal, timeoutMs: 500 })
  await clock.advance(10)
  caller.abort(new Error('the user left'))
  const result = await settled
  expect(clock.now()).toBe(10)
  expect(result).toMatchObject({ status: 'cancelled', reason: 'the user left' })
  expect(result.report.stages['child']).toMatchObject({
    status: 'cancel',
    children: [
      {
        status: 'cancelled',
        stages: { grandchild: { children: [{ stages: { deep: { status: 'cancel', endedAt: 10 } } }] } },
      },
    ],
  })
  expect(deadlines).toEqual([500])
})

test('a child run has the deadline of the call that started it, and its stage fails with the output of expired', async () => {
  const spent = new Error('spent')
  const limited: Interceptor = {
    name: 'limit',
    onCall: ({ name }) =>
      name === 'child'
        ? (context) => ({ deadline: context.now + 50, expired: () => StageOutput.fail(spent) })
        : undefined,
  }
  let deadline: number | undefined
  const inner = new Pipeline('child').withStage('inner', async (context) => {
    deadline = context.deadline
    await sleepFor(1_000)(context)
  })
  const graph = new Pipeline('demo').withPipeline('child', inner).build({ clock, interceptors: [limited] })
  const startedAt = clock.now()
  const settled = graph.runSettled()
  await clock.advance(50)
  expect(await settled).toMatchObject({ status: 'failed', errors: [{ stage: 'child', message: 'spent' }] })
  expect(deadline).toBe(startedAt + 50)
})

test("a child's grace time is never longer than its parent's, so its last event comes first", async () => {
  const eventSink = recordingSink()
  const stuck = childOf(() => new Promise<never>(() => {}))
  const run = new Pipeline('demo')
    .withStage('a', async (context) => void (await context.runChild(stuck, {}, { graceMs: 1_000 })))
    .build({ clock, eventSink })
    .start({ pipelineRunId: 'parent' }, { graceMs: 10 })
  await clock.settle()
  run.cancel('enough')
  await clock.advance(10)
  const { report } = await run.settled
  expect(report).toMatchObject({ status: 'cancelled', endedAt: 10 })
  const [child] = report.stages['a']?.children ?? []
  expect(child).toMatchObject({ status: 'cancelled', endedAt: 10, stages: { inner: { abandoned: true } } })
  await clock.advance(2_000)
  expect(eventSink.events.at(-1)).toMatchObject({ type: 'pipeline.cancelled', pipelineRunId: 'parent' })
})

test('the attempt after one that left a child running starts when that child has ended', async () => {
  const log: string[] = []
  const child = childOf(async (context) => {
    log.push(`started at ${clock.now()}`)
    await context.clock.sleep(100)
    return {}
  })
  const graph = new Pipeline('demo')
    .withStage('careless', (context) => {
      void context.runChild(child)
      return context.attempt === 1 ? StageOutput.fail('not yet') : {}
    })
    .build({
      clock,
      interceptors: [retryOnce],
    })
  const settled = graph.run()
  await clock.advance(200)
  expect((await settled).status).toBe('completed')
  expect(log).toEqual(['started at 0', 'started at 100'])
})

test('a child that still runs is not reported as completed', async () => {
  const seen: unknown[] = []
  const graph = new Pipeline('demo').withPipeline('child', childOf(sleepFor(1_000))).build({
    clock,
    interceptors: [
      {
        name: 'looking',
        wrap: (next, { name }) =>
          name !== 'child'
            ? next
            : async (context) => {
                const answer = next(context)
                await context.clock.sleep(10)
                seen.push(...(context.record.children ?? []).map(({ status }) => status))
                return answer
              },
      },
    ],
  })
  const settled = graph.run()
  await clock.advance(1_000)
  expect((await settled).report.stages['child']?.children).toMatchObject([{ status: 'completed' }])
  expect(seen).not.toContain('completed')
})

test('a child that is in its cleanups is not abandoned by its parent: they have a limit of their own', async () => {
  const log: string[] = []
  const cleaning = childOf(async (context) => {
    context.onCleanup(async () => {
      await context.clock.sleep(50)
      log.push(`cleaned at ${clock.now()}`)
    })
    await sleepFor(1_000)(context)
    return {}
  })
  const run = new Pipeline('demo')
    .withPipeline('child', cleaning)
    .build({ clock })
    .start({}, { graceMs: 10, cleanupMs: 100 })
  await clock.settle()
  run.cancel('enough')
  await clock.advance(50)
  const { report } = await run.settled
  expect(log).toEqual(['cleaned at 50'])
  expect(report.stages['child']).not.toHaveProperty('abandoned')
  expect(report.stages['child']).toMatchObject({ status: 'cancel', children: [{ status: 'cancelled' }] })
})

test('a stage that starts after forgotten child runs have ended is not abandoned for them', async () => {
  const slowSink = { emit: () => clock.sleep(20), tryEmit: () => true }
  const child = new Pipeline('child').withStage('inner', () => ({}))
  const graph = new Pipeline('root')
    .withStage('a', (context) => {
      void context.runChild(child)
      return {}
    })
    .withStage('b', async (context) => {
      await context.clock.sleep(50)
      return { aborted: context.signal.aborted }
    })
    .build({ clock, eventSink: slowSink })
  const settled = graph.runSettled({}, { graceMs: 10, maxConcurrency: 1 })
  await clock.advance(1_000)
  expect(await settled).toMatchObject({ status: 'completed', data: { b: { aborted: false } } })
})

test('a refused child run keeps its status, even if the caller stops the run during its last event', async () => {
  const types: string[] = []
  const take = (event: StageflowEvent): void => void types.push(event.type)
  const eventSink = {
    tryEmit: take,
    emit: (event: StageflowEvent) => (take(event), event.parentRunId === undefined ? undefined : clock.sleep(20)),
  }
  const denies = aroundRun(
    (next, { name }) =>
      (run) =>
        name === 'child' ? run.fail(new Error('denied')) : next(run),
  )
  const graph = new Pipeline('root')
    .withPipeline(
      'a',
      new Pipeline('child').withStage('inner', () => ({})),
    )
    .build({ clock, eventSink, interceptors: [denies] })
  const abort = new AbortController()
  const settled = graph.runSettled({}, { graceMs: 10, signal: abort.signal })
  await clock.settle()
  abort.abort(new Error('from outside'))
  await clock.advance(1_000)
  const { report } = await settled
  expect(report.stages['a']?.children).toMatchObject([{ status: 'failed' }])
  expect(report.stages['a']?.abandoned).toBeUndefined()
  expect(types).toContain('pipeline.child_failed')
})
