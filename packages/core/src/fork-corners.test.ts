import { afterEach, expect, test } from 'vitest'
import { manualClock } from '../../testing/src/index.ts'
import { Pipeline, StageOutput } from './index.ts'
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

test('a call that was ended while next was still being called is answered for all who observe it, inner ones first', async () => {
  const heard: string[] = []
  const observing = (name: string): Interceptor =>
    wrapping(
      (next) => (context) => context.observe(next(context), ({ status }) => void heard.push(`${name} ${status}`)),
      name,
    )
  const ending = wrapping(
    (next) => (context) => {
      const fork = context.fork({ onHeartbeat: () => fork.end(StageOutput.fail('beat')) })
      return fork.run(next)
    },
    'ending',
  )
  const graph = new Pipeline('demo')
    .withStage(
      'beats',
      async (context) => {
        context.heartbeat()
        await context.clock.sleep(10)
        return {}
      },
      { onFailure: 'skip' },
    )
    .build({
      clock,
      interceptors: [
        { name: 'settled', settled: () => void heard.push('settled') },
        observing('outer'),
        ending,
        observing('inner'),
      ],
    })
  const settled = graph.run()
  await clock.settle()
  expect(heard).toEqual(['inner fail', 'outer fail', 'settled'])
  await clock.advance(10)
  expect((await settled).report.stages['beats']?.attempts).toMatchObject([{ endedAt: 10, status: 'ok' }])
  expect(heard).toHaveLength(3)
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
        wrapping((next) => (context) => {
          const { context: inner } = context.fork({ onHeartbeat: reject as () => void })
          return context.observe(next(inner), reject as () => void)
        }),
        wrapping((next) => (context) => context.observe(next(context), reject as () => void), 'second'),
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
  expect(report.notes['core/problems']?.map(({ code }) => code)).toEqual(Array(3).fill('core/observer-threw'))
})

test('who observes a call finds its attempt ended in the record, whether its stage waited or not', async () => {
  const seen: unknown[] = []
  const graph = new Pipeline('demo')
    .withStage('at-once', () => ({}))
    .withStage('waits', async () => ({}))
    .build({
      clock,
      interceptors: [
        wrapping(
          (next) => (context) =>
            context.observe(next(context), () => {
              const [attempt] = context.record.attempts
              seen.push([attempt?.status, attempt?.endedAt])
            }),
        ),
      ],
    })
  await graph.run()
  expect(seen).toEqual([
    ['ok', 0],
    ['ok', 0],
  ])
})

test('a fork that runs next again, when the first call is over, ends the second', async () => {
  let calls = 0
  const graph = new Pipeline('demo')
    .withStage(
      'twice',
      async (context) => {
        if (++calls === 1) throw new Error('first')
        await context.clock.sleep(100) // whatever its signal says
        return {}
      },
      { onFailure: 'skip' },
    )
    .build({
      clock,
      interceptors: [
        wrapping((next) => async (context) => {
          const fork = context.fork()
          await fork.run(async (inner) => await next(inner))
          context.clock.setTimeout(() => fork.end(StageOutput.fail('ended')), 10)
          return fork.run(next)
        }),
      ],
    })
  const settled = graph.run()
  await clock.advance(100)
  const { report } = await settled
  expect(report.stages['twice']).toMatchObject({ endedAt: 10, error: { message: 'ended' } })
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
