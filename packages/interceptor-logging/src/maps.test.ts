import { Pipeline, StageOutput } from '@stageflow/core'
import type { StageContext } from '@stageflow/core'
import { manualClock } from '@stageflow/testing'
import { pino } from 'pino'
import { expect, test } from 'vitest'

import { LOGGER, logging } from './index.ts'
import type { LoggingOptions } from './index.ts'

type Line = Readonly<Record<string, unknown>>

/** Interceptors with a real pino logger, and the lines that it wrote. */
function recording(options: LoggingOptions = {}, level = 'trace') {
  const lines: Line[] = []
  const write = (line: string): void => void lines.push(JSON.parse(line) as Line)
  const logger = pino({ level, base: null, timestamp: false }, { write })
  return { lines, build: { clock: manualClock({ seed: 1 }), interceptors: [logging({ logger, ...options })] } }
}

const letters = new Pipeline('post').withMap('letters', {
  over: () => ['ada', 'bob', 'eve'],
  key: (letter) => letter,
  onItemFailure: 'collect',
  each: (letter: string, { note, get }: StageContext) => {
    note('usage', { inputTokens: 4 })
    if (letter === 'bob') throw new TypeError('moved')
    get(LOGGER)?.info('stamped')
    return letter === 'eve' ? StageOutput.skip('no stamp') : { letter }
  },
})

const LEVEL = { debug: 20, info: 30, error: 50 } as const

test('each item has a line with its index and key, and the line of the map has the counts', async () => {
  const { lines, build } = recording()
  await letters.build(build).run({ pipelineRunId: 'run-1' })
  const run = { pipeline: 'post', pipelineRunId: 'run-1' }
  const item = { ...run, stage: 'letters', kind: 'transform', durationMs: 0, queuedMs: 0, attempts: 1 }
  const notes = { usage: { inputTokens: 4 } }
  expect(lines.filter(({ msg }) => msg !== 'stamped')).toEqual([
    { ...item, level: LEVEL.debug, item: { index: 0, key: 'ada' }, status: 'ok', notes, msg: 'item completed' },
    {
      ...item,
      level: LEVEL.error,
      item: { index: 1, key: 'bob' },
      status: 'fail',
      error: {
        type: 'TypeError',
        code: 'core/stage-failed',
        message: 'moved',
        stage: 'letters',
        stack: expect.stringContaining('TypeError: moved') as string,
      },
      notes,
      msg: 'item failed',
    },
    {
      ...item,
      level: LEVEL.debug,
      item: { index: 2, key: 'eve' },
      status: 'skip',
      reason: 'no stamp',
      notes,
      msg: 'item skipped',
    },
    {
      ...item,
      level: LEVEL.info,
      status: 'ok',
      items: { total: 3, ok: 1, skip: 1, fail: 1, unfinished: 0, attempts: 3, usage: { inputTokens: 12 } },
      msg: 'stage completed',
    },
    { ...run, level: LEVEL.info, status: 'completed', durationMs: 0, msg: 'run completed' },
  ])
  expect(lines.filter(({ msg }) => msg === 'stamped')).toHaveLength(2)
})

test('10,000 items that do not fail write no line at the level info', async () => {
  const { lines, build } = recording({ startLines: true }, 'info')
  const graph = new Pipeline('post')
    .withMap('letters', { over: () => Array.from({ length: 10_000 }), each: () => ({}) })
    .build(build)
  await graph.run()
  expect(lines.map(({ msg }) => msg)).toEqual(['run started', 'stage started', 'stage completed', 'run completed'])
})

test('levels.item is the level of the items that did not fail, silent too', async () => {
  const levelsOf = async (item: 'info' | 'silent') => {
    const { lines, build } = recording({ levels: { item } })
    await letters.build(build).run()
    return lines.filter(({ msg }) => String(msg).startsWith('item')).map(({ level }) => level)
  }
  expect(await levelsOf('info')).toEqual([LEVEL.info, LEVEL.error, LEVEL.info])
  expect(await levelsOf('silent')).toEqual([LEVEL.error])
})

test('with startLines each item has a line when it starts', async () => {
  const { lines, build } = recording({ startLines: true })
  await letters.build(build).run()
  const started = lines.filter(({ msg }) => msg === 'stage started' || msg === 'item started')
  const about = { stage: 'letters', kind: 'transform', attempt: 1 }
  expect(started).toMatchObject([
    { ...about, level: LEVEL.info, msg: 'stage started' },
    { ...about, level: LEVEL.debug, item: { index: 0, key: 'ada' }, msg: 'item started' },
    { ...about, level: LEVEL.debug, item: { index: 1, key: 'bob' }, msg: 'item started' },
    { ...about, level: LEVEL.debug, item: { index: 2, key: 'eve' }, msg: 'item started' },
  ])
  expect(started[0]).not.toHaveProperty('item')
})

test('with data, the line of an item has its own data', async () => {
  const { lines, build } = recording({ data: true })
  await letters.build(build).run()
  const first = lines.find(({ msg }) => msg === 'item completed')
  expect(first).toMatchObject({ item: { index: 0, key: 'ada' }, data: { letter: 'ada' } })
})

test('a secret in the key of an item is not logged', async () => {
  const { lines, build } = recording({ startLines: true })
  const token = 'Bearer eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhZGEifQ.c2lnbmF0dXJlLW9mLXRoZS10b2tlbg'
  const graph = new Pipeline('post').withMap('letters', { over: () => [1], key: () => token, each: () => ({}) })
  await graph.build(build).run()
  expect(lines.filter(({ item }) => item !== undefined)).toHaveLength(2)
  expect(JSON.stringify(lines)).not.toContain('eyJzdWIi')
})
