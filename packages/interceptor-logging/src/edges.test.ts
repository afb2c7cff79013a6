import { Pipeline, StageOutput } from '@stageflow/core'
import type { StageContext } from '@stageflow/core'
import { gate, stream } from '@stageflow/core/edges'
import { manualClock } from '@stageflow/testing'
import { pino } from 'pino'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { logging } from './index.ts'

// Lines of stages with streams and gates. That nothing of a refused stage is in a line is tested with all default interceptors.

let clock = manualClock()
beforeEach(() => (clock = manualClock()))
afterEach(() => expect(clock.timers).toEqual([]))

interface Line {
  readonly msg: string
  readonly pipeline: string
  readonly stage?: string
  readonly path?: string
  readonly item?: object
  readonly inbox?: object
}
function logTo(lines: Line[]) {
  const logger = pino(
    { level: 'trace', base: null, timestamp: false },
    { write: (line: string) => void lines.push(JSON.parse(line) as Line) },
  )
  return logging({ logger, startLines: true })
}

test('the line of a stage that reads streams has its inbox', async () => {
  const lines: Line[] = []
  const run = new Pipeline('voice')
    .withStage('llm', async function* () {
      yield 'One'
      yield 'two'
    })
    .withStage(
      'speak',
      async ({ inputs }) => {
        for await (const _word of inputs.stream('llm')) await clock.sleep(20)
      },
      { dependencies: [stream('llm')] },
    )
    .build({ clock, interceptors: [logTo(lines)] })
    .run()
  await clock.runAll()
  await run
  const inboxes = lines.filter(({ msg }) => msg === 'stage completed').map(({ stage, inbox }) => [stage, inbox])
  expect(inboxes).toEqual([
    ['llm', undefined],
    ['speak', { chunks: 2, mostWaiting: 1, dropped: 0, blockedMs: 0 }],
  ])
})

/** A map that is held, whose second item runs a child. */
const letters = (ending: object, lines: Line[]) =>
  new Pipeline('post')
    .withStage('guard', async () => {
      await clock.sleep(50)
      return ending as {}
    })
    .withMap('letters', {
      dependencies: [gate('guard')],
      over: () => ['ada', 'bo'],
      key: (name) => name,
      each: async (name: string, { runChild }: StageContext) => {
        if (name === 'bo') await runChild(new Pipeline('child').withStage('write', () => ({})))
        return {}
      },
    })
    .build({ clock, interceptors: [logTo(lines)] })

const ofHeld = (lines: readonly Line[]) =>
  lines
    .filter(({ pipeline, stage }) => pipeline === 'child' || stage === 'letters')
    .map(({ msg, path, item }) => [msg, path, item])

test('what a held stage does is logged when its gate has opened, with the keys of its items', async () => {
  const lines: Line[] = []
  const run = letters({}, lines).run()
  await clock.advance(49)
  const before = ofHeld(lines)
  expect(before).toEqual([
    ['stage started', undefined, undefined],
    ['item started', undefined, { index: 0 }],
    ['item started', undefined, { index: 1 }],
    ['run started', undefined, undefined],
    ['stage started', undefined, undefined],
  ])
  await clock.runAll()
  await run
  expect(ofHeld(lines).slice(before.length)).toEqual([
    ['stage completed', 'letters#bo', undefined],
    ['run completed', 'letters#bo', undefined],
    ['item completed', undefined, { index: 0, key: 'ada' }],
    ['item completed', undefined, { index: 1, key: 'bo' }],
    ['stage completed', undefined, undefined],
  ])
})

test('of a refused stage only its own ending is logged, and that its child run was cancelled', async () => {
  const lines: Line[] = []
  const run = letters(StageOutput.skip('not allowed'), lines).run()
  await clock.advance(49)
  const before = ofHeld(lines).length
  await clock.runAll()
  await run
  expect(ofHeld(lines).slice(before)).toEqual([
    ['run cancelled', undefined, undefined],
    ['stage skipped', undefined, undefined],
  ])
})

test('a child graph with a log of its own logs nothing of what a gate has refused in a graph without one', async () => {
  const lines: Line[] = []
  const child = new Pipeline('child')
    .withStage('write', () => StageOutput.fail('the-refused-answer'))
    .build({ clock, interceptors: [logTo(lines)] })
  const run = new Pipeline('post')
    .withStage('guard', async () => {
      await clock.sleep(50)
      return StageOutput.skip('not allowed')
    })
    .withMap('letters', {
      dependencies: [gate('guard')],
      over: () => ['the-refused-key'],
      key: (name) => name,
      each: async (_, { runChild }: StageContext) => ({ ...(await runChild(child)) }),
    })
    .build({ clock })
    .runSettled()
  await clock.runAll()
  await run
  expect(lines.map(({ msg }) => msg)).toEqual(['run started', 'stage started', 'run cancelled'])
  expect(JSON.stringify(lines)).not.toContain('refused-')
})

test('a run that is not held is logged as it ends, beside a held one', async () => {
  const lines: Line[] = []
  const child = new Pipeline('free').withStage('look', () => ({}))
  const run = new Pipeline('post')
    .withStage('guard', () => clock.sleep(50))
    .withPipeline('agent', child)
    .withStage('answer', () => ({}), { dependencies: [gate('guard')] })
    .build({ clock, interceptors: [logTo(lines)] })
    .run()
  await clock.advance(10)
  expect(lines.filter(({ pipeline }) => pipeline === 'free').map(({ msg, path }) => [msg, path])).toEqual([
    ['run started', 'agent'],
    ['stage started', 'agent'],
    ['stage completed', 'agent'],
    ['run completed', 'agent'],
  ])
  await clock.runAll()
  await run
})
