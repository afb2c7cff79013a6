import { expect, test } from 'vitest'
import { runDurable } from '../src/durable.ts'
import { Pipeline, StageOutput, asStage } from '../src/index.ts'
import type { Interceptor, StageContext } from '../src/index.ts'
import { ArrayExecutor } from './array-executor.ts'

/** Logs when each call begins, when its fact is recorded, and when its stage has settled. */
function watching(log: string[]): Interceptor {
  return {
    name: 'watching',
    wrap:
      (next, { name }) =>
      (context) => {
        log.push(`${name} begins`)
        context.fork().context.onRecorded(() => log.push(`${name} is recorded`))
        return next(context)
      },
    settled: ({ stage }) => void log.push(`${stage} has settled`),
  }
}

function ask({ resumed }: StageContext): { answer: unknown } | StageOutput {
  return resumed === undefined ? StageOutput.suspend({ question: '?' }) : { answer: resumed.answer }
}

test('onRecorded calls back once the fact of the call is recorded, before its stage settles', async () => {
  const log: string[] = []
  const graph = new Pipeline('p')
    .withStage('a', async () => void log.push('a runs'))
    .withStage('b', () => void log.push('b runs'), { dependencies: ['a'] })
    .build({ interceptors: [watching(log)] })
  const executor = new ArrayExecutor()
  await runDurable(graph, executor, {})
  expect(log).toEqual([
    ...['a begins', 'a runs', 'a is recorded', 'a has settled'],
    ...['b begins', 'b runs', 'b is recorded', 'b has settled'],
  ])
  log.length = 0
  await runDurable(graph, new ArrayExecutor(executor.facts), {})
  expect(log).toEqual([])
})

test('a stage that asks is told of each of its calls, and a stage of a child pipeline of its own', async () => {
  const log: string[] = []
  const child = new Pipeline('child').withStage('inner', () => ({}))
  const graph = new Pipeline('p')
    .withStage('asks', ask)
    .withPipeline('kid', child, { dependencies: ['asks'] })
    // The child is a part of the call of this stage, so its stages have no facts.
    .withStage('own', asStage(new Pipeline('other').withStage('unseen', () => ({}))), { dependencies: ['kid'] })
  const interceptors: Interceptor[] = [
    {
      name: 'watching',
      wrap: (next, { name, child: childOf }) =>
        name === 'kid' && childOf !== undefined
          ? next
          : (context) => (context.onRecorded(() => log.push(name)), next(context)),
    },
  ]
  const executor = new ArrayExecutor()
  executor.answer('asks', 'yes')
  expect((await runDurable(graph.build({ interceptors }), executor, {})).status).toBe('completed')
  expect(log).toEqual(['asks', 'asks', 'inner', 'own'])
})

test('onRecorded never calls back in a run in process, for a local stage, or in a leg that is lost', async () => {
  const log: string[] = []
  const lost = new AbortController()
  const build = (code: () => object | void) =>
    new Pipeline('p')
      .withStage('local', () => ({}), { placement: 'local' })
      .withStage('last', code, { dependencies: ['local'] })
      .build({ interceptors: [watching(log)] })
  const recorded = (): string[] => log.filter((line) => line.includes('recorded'))
  await build(() => ({})).run()
  expect(recorded()).toEqual([])
  const losing = build(() => void lost.abort(new Error('taken')))
  await expect(runDurable(losing, new ArrayExecutor([], { lost: lost.signal }), {})).rejects.toThrow('taken')
  expect(recorded()).toEqual([])
  await runDurable(
    build(() => ({})),
    new ArrayExecutor(),
    {},
  )
  expect(recorded()).toEqual(['last is recorded'])
})

test('what a callback of onRecorded throws is a problem of the run, which goes on', async () => {
  const throwing: Interceptor = {
    name: 'throwing',
    wrap: (next) => (context) => {
      context.onRecorded(() => {
        throw new Error('no')
      })
      return next(context)
    },
  }
  const graph = new Pipeline('p').withStage('a', () => ({})).build({ interceptors: [throwing] })
  const { status, report } = await runDurable(graph, new ArrayExecutor(), {})
  expect([status, JSON.stringify(report.notes)]).toEqual(['completed', expect.stringContaining('no')])
})
