import { Pipeline, StageKind, type StageContext } from '@stageflow/core'
import { manualClock, recordingSink } from '@stageflow/testing'
import { defineTool, ToolRegistry, type ToolContext } from '@stageflow/tools'
import { expect, expectTypeOf, test } from 'vitest'
import { z } from 'zod'
import { tool, untilAborted } from '../test/tool-bench.ts'
import { ToolExecutor, type ToolCompletedEvent } from './index.ts'

interface Ports {
  readonly greeting: string
}

const seen: unknown[] = []
const greet = defineTool({
  name: 'greet',
  description: 'Greets.',
  input: z.object({ who: z.string() }),
  execute: ({ who }, context: ToolContext<Ports>) => {
    seen.push([context.pipelineRunId, context.userId, context.executionMode, context.clock.now()])
    context.emit('app.greeted', { who })
    return `${context.ports.greeting} ${who}`
  },
})

test("calls use the ports, ids, mode, clock and events of the stage's context", async () => {
  const clock = manualClock({ startAt: 1_000 })
  const sink = recordingSink()
  const registry = new ToolRegistry<Ports>({ tools: [greet] })
  const executor = new ToolExecutor()
  const graph = Pipeline.withPorts<Ports>('agent')
    .withStage(
      'act',
      async (context: StageContext<{}, Ports>) => ({
        results: await executor.execute([{ id: 'c1', name: 'greet', arguments: { who: 'Ada' } }], {
          registry,
          context,
        }),
      }),
      StageKind.AGENT,
    )
    .build({ clock, eventSink: sink, ports: { greeting: 'Hello' } })
  const result = await graph.run({ pipelineRunId: 'run-9', userId: 'u1', executionMode: 'chat' })
  expect(result.status === 'completed' && result.data.act.results).toMatchObject([
    { status: 'completed', output: 'Hello Ada' },
  ])
  expect(seen).toEqual([['run-9', 'u1', 'chat', 1_000]])
  expect(sink.types().slice(2, -2)).toEqual([
    'tools.resolved',
    'tool.invoked',
    'tool.started',
    'app.greeted',
    'tool.completed',
  ])
  const [completed] = sink.of('tool.completed')
  expect(completed).toMatchObject({
    stage: 'act',
    pipelineRunId: 'run-9',
    data: { toolName: 'greet', outputSummary: 'Hello Ada' },
  })
  if (completed !== undefined) expectTypeOf(completed.data).toEqualTypeOf<ToolCompletedEvent>()
  expect(sink.events.map(({ seq }) => seq)).toEqual(sink.events.map((_, index) => index))
})

test('case 6: an abort of the run reaches the tools of its stages, and ends them before the stage ends', async () => {
  const clock = manualClock()
  const sink = recordingSink()
  const controller = new AbortController()
  let aborted = false
  const hang = tool('hang', (_, { signal }) => untilAborted(signal).finally(() => (aborted = signal.aborted)))
  const registry = new ToolRegistry({ tools: [hang] })
  const executor = new ToolExecutor()
  const graph = new Pipeline('agent')
    .withStage('act', async (context) => ({
      results: await executor.execute([{ name: 'hang', arguments: {} }], { registry, context }),
    }))
    .build({ clock, eventSink: sink })
  const run = graph.runSettled({}, { signal: controller.signal })
  await clock.settle()
  controller.abort(new Error('stop'))
  expect((await run).status).toBe('cancelled')
  expect(aborted).toBe(true)
  expect(sink.types().filter((type) => type.startsWith('tool.'))).toEqual([
    'tool.invoked',
    'tool.started',
    'tool.failed',
  ])
  expect(clock.timers).toEqual([])
})

test('an emitter that throws or rejects changes nothing and is counted', async () => {
  const executor = new ToolExecutor()
  const registry = new ToolRegistry({ tools: [tool('one', (_, { emit }) => emit('app.one', {}))] })
  const throwing = (): never => { throw new Error('sink is down') } // prettier-ignore
  const { resolved } = await registry.parseAndResolve([{ name: 'one', arguments: {} }])
  expect(await executor.execute(resolved, { eventEmitter: throwing })).toMatchObject([
    { status: 'completed', output: false },
  ])
  expect(executor.stats()).toMatchObject({ emitterErrors: 4, lastEmitterError: new Error('sink is down') })
  await executor.execute(resolved, { eventEmitter: () => Promise.reject(new Error('late')) })
  await Promise.resolve()
  expect(executor.stats()).toMatchObject({ emitterErrors: 8, lastEmitterError: new Error('late') })
})

test('a handler cannot forge the events of a call, of a stage or of a run', async () => {
  const types: string[] = []
  const forge = tool('forge', (_, { emit }) =>
    ['tool.completed', 'tools.resolved', 'stage.act.completed', 'pipeline.completed', 'app.ok'].map((type) =>
      emit(type as 'app.ok', {}),
    ),
  )
  const registry = new ToolRegistry({ tools: [forge] })
  const executor = new ToolExecutor()
  const sink = recordingSink()
  const graph = new Pipeline('agent')
    .withStage('act', async (context) => ({
      results: await executor.execute([{ name: 'forge', arguments: {} }], { registry, context }),
    }))
    .build({ eventSink: sink })
  const result = await graph.run()
  expect(result.status === 'completed' && result.data.act.results).toMatchObject([
    { output: [false, false, false, false, true] },
  ])
  for (const type of sink.types()) if (type.startsWith('tool')) types.push(type)
  expect(types).toEqual(['tools.resolved', 'tool.invoked', 'tool.started', 'tool.completed'])
})

test('without an emitter nothing is made for events, and without a run the ids are undefined', async () => {
  const input = Object.defineProperty({ a: 1 }, 'toJSON', { value: () => { throw new Error('was read') } }) // prettier-ignore
  const look = tool('look', (_, context) => [context.pipelineRunId, context.ports, context.emit('app.x', {})], { input: z.object({}).transform(() => input) }) // prettier-ignore
  const registry = new ToolRegistry({ tools: [look] })
  const { resolved } = await registry.parseAndResolve([{ name: 'look', arguments: {} }])
  expect(await new ToolExecutor().execute(resolved)).toMatchObject([{ output: [undefined, {}, false] }])
})
