import { afterEach, expect, test } from 'vitest'
import { manualClock } from '../../testing/src/index.ts'
import { Pipeline } from './index.ts'
import type { Interceptor, StageContext } from './index.ts'

let clock = manualClock()
afterEach(() => {
  expect(clock.timers).toEqual([])
  clock = manualClock()
})

const wrapping = (wrap: NonNullable<Interceptor['wrap']>, name = 'under-test'): Interceptor => ({ name, wrap })

test('who was told that a stage is blocked is told that it goes on, also when the stage of a child has settled meanwhile', async () => {
  const log: string[] = []
  const watch = wrapping(
    (next, { name }) =>
      (context) =>
        next(context.fork({ onParked: (parked) => void log.push(`${name} ${parked ? 'parked' : 'goes on'}`) }).context),
  )
  const child = new Pipeline('child')
    .withStage(
      'streams',
      async function* () {
        for (let i = 0; i < 1_005; i++) yield i
        return {}
      },
      { late: 'abort' },
    )
    .withStage('quick', (context) => context.clock.sleep(10))
    .withStage('first', () => ({}), { dependencies: ['streams', 'quick'], join: 'any' })
  const graph = new Pipeline('demo')
    .withStage('outer', async (context) => {
      await context.runChild(child)
      await context.clock.sleep(10)
      return {}
    })
    .build({ clock, interceptors: [watch] })
  const handle = graph.start()
  const events = handle[Symbol.asyncIterator]()
  await events.next()
  await clock.advance(5)
  expect(log).toEqual(['streams parked', 'outer parked'])
  await clock.advance(5)
  expect(log.filter((each) => each.startsWith('outer'))).toEqual(['outer parked', 'outer goes on'])
  await clock.advance(10)
  expect((await handle.result).status).toBe('completed')
  await events.return?.()
})

test('what is asynchronous by mistake, and fails, is a problem of the report and ends no process', async () => {
  const reject = async (): Promise<never> => {
    throw new Error('not now')
  }
  const graph = new Pipeline('demo')
    .withStage('works', async (context: StageContext) => {
      context.heartbeat()
      await context.clock.sleep(1)
      return {}
    })
    .build({
      clock,
      interceptors: [
        wrapping((next) => (context) => next(context.fork({ onHeartbeat: reject as () => void }).context)),
        { name: 'second', onCall: () => () => ({ onHeartbeat: reject as () => void, ended: reject as () => void }) },
        {
          name: 'late',
          wrapRun: (next) => async (run) => {
            const outcome = await next(run)
            await run.clock.sleep(1)
            return outcome
          },
        },
      ],
    })
  const settled = graph.run()
  await clock.advance(2)
  const { status, report } = await settled
  expect(status).toBe('completed')
  const problems = report.notes['core/problems'] ?? []
  expect(problems.map(({ code }) => code)).toEqual(Array(2).fill('core/observer-threw'))
  // Of a fork it is not known whose it is.
  const said = problems.map(({ message }) => message).join()
  expect(said).toContain('An interceptor threw')
  expect(said).toContain('Interceptor "second" threw')
})

test('a call that another stage lets go on, while that one starts, begins at the time it is then', async () => {
  const waiting: (() => void)[] = []
  const seen: unknown[] = []
  const gate: Interceptor = {
    name: 'gate',
    wrap: (next, { name }) => {
      if (name === 'waits')
        return (context) => new Promise((resolve) => waiting.push(() => resolve(next(context) as never)))
      if (name !== 'opens') return next
      return (context) => {
        const answer = next(context)
        for (const goOn of waiting.splice(0)) goOn()
        return answer
      }
    },
  }
  const watch = wrapping((next, { name }) => (context) => {
    seen.push([name, context.now])
    return next(context)
  })
  const graph = new Pipeline('demo')
    .withStage('waits', async () => ({}))
    .withStage('sleeps', (context) => context.clock.sleep(50))
    .withStage('opens', () => ({}), { dependencies: ['sleeps'] })
    .build({ clock, interceptors: [gate, watch] })
  const settled = graph.run()
  await clock.advance(50)
  const { report } = await settled
  expect(seen).toEqual([
    ['sleeps', 0],
    ['opens', 50],
    ['waits', 50],
  ])
  expect(report.stages['waits']?.attempts).toMatchObject([{ startedAt: 50, endedAt: 50 }])
})

test('aborted says why a context was aborted, by its fork or by the run, and makes no signal', async () => {
  const seen: unknown[] = []
  const caller = new AbortController()
  const watching = wrapping((next) => (context) => {
    const fork = context.fork()
    seen.push(fork.context.aborted)
    fork.abort('first')
    seen.push(fork.context.aborted, context.aborted)
    caller.abort('caller')
    seen.push(fork.context.aborted, context.aborted)
    return next(context)
  })
  const graph = new Pipeline('demo').withStage('a', () => ({})).build({ clock, interceptors: [watching] })
  expect((await graph.runSettled({}, { signal: caller.signal })).status).toBe('cancelled')
  expect(seen).toEqual([undefined, { reason: 'first' }, undefined, { reason: 'first' }, { reason: 'caller' }])
})

test('a fork whose deadline is no time is refused (core/run-option)', async () => {
  const { report } = await new Pipeline('demo')
    .withStage('a', () => ({}))
    .build({ clock, interceptors: [wrapping((next) => (context) => next(context.fork({ deadline: NaN }).context))] })
    .runSettled()
  expect(report.stages['a']).toMatchObject({
    status: 'fail',
    error: { code: 'core/interceptor-threw', cause: { code: 'core/run-option' } },
  })
})

test('a call that waits for the code of the one before is blocked for who is inside its attempt, and for nobody outside', async () => {
  const log: string[] = []
  const hears = (name: string): Interceptor => ({
    name,
    onCall: () => () => ({
      onParked: (parked) => void log.push(`${name} ${parked ? 'blocked' : 'goes on'} at ${clock.now()}`),
    }),
  })
  const again: Interceptor = {
    name: 'again',
    wrap: (next, { name }) =>
      name === 'works'
        ? async (context) => {
            void next(context.fork({ attempt: 1 }).context)
            return await next(context.fork({ attempt: 2 }).context)
          }
        : next,
  }
  const child = new Pipeline('child').withStage('works', (context) => context.clock.sleep(10))
  const running = new Pipeline('demo')
    .withPipeline('above', child)
    .build({ clock, interceptors: [hears('outside'), again, hears('inside')] })
    .run()
  await clock.advance(20)
  expect((await running).report.endedAt).toBe(20)
  expect(log).toEqual(['inside blocked at 0', 'inside goes on at 10'])
})
