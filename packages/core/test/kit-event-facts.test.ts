import { globSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { Pipeline, StageOutput } from '../src/index.ts'
import type { StageflowEvent } from '../src/index.ts'
import { eventFacts, isLastEvent, isVerdict } from '../src/kit.ts'
import { recordingSink } from '../../testing/src/index.ts'

const eventOf = (type: string, data: object = {}, stage?: string): StageflowEvent =>
  ({ type, data, stage, seq: 0, timestamp: 0, pipelineRunId: 'r' }) as unknown as StageflowEvent

test.each([
  'stream.transcript',
  'auth.hint',
  'sink.note',
  'idempotency.note',
  'guard_retry.said',
  'app.said',
  'tool.said',
])('the data of %s, which no package of Stageflow emits, is not shown', (type) => {
  expect(eventFacts(eventOf(type, { words: 'I have diabetes' }))).toBeUndefined()
})

test('the data of the engine and of its packages is facts, but not that of chunks', () => {
  expect(eventFacts(eventOf('pipeline.started', { stages: 3 }))).toEqual({ stages: 3 })
  expect(eventFacts(eventOf('stage.llm.completed', { durationMs: 5 }, 'llm'))).toEqual({ durationMs: 5 })
  expect(eventFacts(eventOf('circuit_breaker.opened', { circuit: 'llm' }))).toEqual({ circuit: 'llm' })
  expect(eventFacts(eventOf('stage.llm.chunk', { chunk: 'words' }, 'llm'))).toBeUndefined()
  expect(eventFacts(eventOf('stage.my.own.chunk', { chunk: 'words' }, 'my.own'))).toBeUndefined()
})

test("of a tool's event only the facts are shown, not what it was given and returned", () => {
  const data = { toolName: 'pay', callId: 'c1', durationMs: 5, input: { iban: 'DE1' }, output: { ok: true } }
  expect(eventFacts(eventOf('tool.completed', data))).toEqual({ toolName: 'pay', callId: 'c1', durationMs: 5 })
})

test('facts of a tool whose data cannot be read are left out', () => {
  const broken = Object.defineProperty({ toolName: 'pay' }, 'reason', { enumerable: true, get: () => { throw new Error('no') } }) // prettier-ignore
  expect(eventFacts(eventOf('tool.failed', broken))).toEqual({ toolName: 'pay' })
  for (const data of [null, 7, 'text']) expect(eventFacts(eventOf('tool.failed', data as never))).toEqual({})
})

/** The types of events that the sources of all packages declare or emit. */
function typesInSources(): ReadonlySet<string> {
  const packages = new URL('../../', import.meta.url)
  const found = new Set<string>()
  for (const file of globSync('*/src/**/*.ts', {
    cwd: packages,
    exclude: (path) => /^testing\/|\.test(-d)?\.ts$|node_modules/.test(path),
  })) {
    const text = readFileSync(new URL(file, packages), 'utf8')
    const maps = [...text.matchAll(/^( *)(?:export )?interface EventMap \{([\s\S]*?)\n\1\}/gm)].map(
      ([, , body]) => body as string,
    )
    for (const body of maps)
      for (const [, type] of body.matchAll(/^ +(?:readonly )?'([\w.]+)'/gm)) found.add(type as string)
    for (const [, type] of text.matchAll(/[eE]mit(?:Event)?\(\s*'([a-z_]+\.[a-z_]+)'/g)) found.add(type as string)
  }
  return found
}

test('every event that a package of Stageflow emits has its line in the list, and no other', () => {
  const source = readFileSync(new URL('../src/kit/event-facts.ts', import.meta.url), 'utf8')
  const lists = source.slice(source.indexOf('const FACTS'), source.indexOf('const TOOL_FACTS'))
  const listed = [...lists.matchAll(/'([a-z_]+\.[a-z_]+)'/g)].map(([, type]) => type as string)
  const emitted = [...typesInSources()].filter((type) => !/^(?:pipeline|stage)\./.test(type))
  expect(listed.toSorted()).toEqual(emitted.toSorted())
  for (const type of emitted) expect(eventFacts(eventOf(type, { toolName: 'x' }))).toEqual({ toolName: 'x' })
})

test('exactly one event of a run is its last', async () => {
  const sink = recordingSink()
  const graph = new Pipeline('chat').withStage('a', () => ({})).build({ eventSink: sink })
  await graph.run()
  expect(sink.events.filter(isLastEvent).map(({ type }) => type)).toEqual(['pipeline.completed'])
  expect(isLastEvent(sink.events.at(-1) as StageflowEvent)).toBe(true)
  expect(isLastEvent(eventOf('pipeline.child_completed'))).toBe(false)
})

test('a fail that a GUARD returns is a verdict; its throw, and the fail of another kind, is not', async () => {
  const seen: Record<string, boolean> = {}
  const part = {
    name: 'p',
    onCall: (stage: never) => () => ({
      ended: (output: never) => void (seen[(stage as { name: string }).name] = isVerdict(stage, output)),
    }),
  }
  const graph = new Pipeline('chat')
    .withStage('returns', () => StageOutput.fail('blocked'), 'guard')
    .withStage(
      'throws',
      () => {
        throw new Error('bug')
      },
      'guard',
    )
    .withStage('passes', () => ({}), 'guard')
    .withStage('works', () => StageOutput.fail('down'), 'work')
    .build({ interceptors: [part as never] })
  await graph.runSettled({}, { onStageFailure: 'continue' })
  expect(seen).toEqual({ returns: true, throws: false, passes: false, works: false })
})
