import { expect, test } from 'vitest'

import { runDurable } from '../src/durable.ts'
import { NoOpEventSink, Pipeline, setEventSink, StageflowError, type EventSink } from '../src/index.ts'
import { checkNeededCore } from '../src/kit.ts'

const [major] = (await import('../package.json', { with: { type: 'json' } })).default.version
  .split('.')
  .map(Number) as [number]
const LATER = `^${major + 1}.0.0`
const CODE = 'core/plugin-version'
const sinkFor = (core: unknown): EventSink => ({ emit: () => {}, tryEmit: () => true, core: core as string })
const graph = new Pipeline('one').withStage('a', () => ({ a: 1 })).build()

/** What `act` throws, or rejects with. */
async function errorOf(act: () => unknown): Promise<StageflowError> {
  try {
    await act()
  } catch (error) {
    return error as StageflowError
  }
  throw new Error('nothing was thrown')
}

/** Everything that is given a sink or an executor. */
const places: Readonly<Record<string, (core: unknown) => unknown>> = {
  'build()': (core) => new Pipeline('one').withStage('a', () => ({})).build({ eventSink: sinkFor(core) }),
  'run()': (core) => graph.run({}, { eventSink: sinkFor(core) }),
  'runSettled()': (core) => graph.runSettled({}, { eventSink: sinkFor(core) }),
  'start()': (core) => graph.start({}, { eventSink: sinkFor(core) }).result,
  'setEventSink()': (core) => {
    setEventSink(sinkFor(core))
    setEventSink(NoOpEventSink)
  },
  'runDurable()': (core) =>
    runDurable(graph, { core, start: { runId: 'r', startedAt: 0, input: {} }, leg: 1 } as never),
  'checkNeededCore()': (core) => checkNeededCore('The store', sinkFor(core)),
}

test.each(Object.entries(places))('%s refuses a plugin for another version of core', async (_, pass) => {
  const error = await errorOf(() => pass(LATER))
  expect(StageflowError.is(error, CODE) || String(error).includes(CODE)).toBe(true)
  expect(error.message).toMatch(
    new RegExp(
      `The (event sink|executor|store) needs another core than [\\d.]+; run: npm install "@stageflow/core@\\${LATER}"`,
    ),
  )
  expect((await errorOf(() => pass('latest'))).message).toContain(
    "core must be a range of versions such as '^1.0.0', not",
  )
})

test('a plugin that states nothing, or this version, is accepted', async () => {
  for (const core of [undefined, `^${major}.0.0`, '*', `^${major}.0.0 || ${LATER}`]) {
    setEventSink(sinkFor(core))
    setEventSink(NoOpEventSink)
    expect((await graph.run({}, { eventSink: sinkFor(core) })).status).toBe('completed')
    checkNeededCore('The store', sinkFor(core))
  }
  for (const nothing of [undefined, null, 5, 'store']) checkNeededCore('The store', nothing)
})

test('an instance of a class is named', async () => {
  class LineSink implements EventSink {
    readonly core: string = LATER
    emit(): void {}
    tryEmit(): boolean {
      return true
    }
  }
  expect((await errorOf(() => setEventSink(new LineSink()))).message).toContain(
    'The event sink (LineSink) needs another',
  )
})
