import { EventEmitter } from 'node:events'

import { Pipeline, StageOutput, type Interceptor, type StageflowEvent } from '@stageflow/core'
import { manualClock, recordingSink } from '@stageflow/testing'
import { expect, test } from 'vitest'

import { anEvent } from '../test/events.ts'
import { TextStream } from '../test/text-stream.ts'
import { ConsoleExporter } from './index.ts'
import type { ConsoleExporterOptions } from './index.ts'

const again: Interceptor = {
  name: 'again',
  wrap: (next) => async (context) => {
    const output = await next(context)
    return output.status === 'fail' && context.item?.index === 1 ? next(context) : output
  },
}

/** The events of a map of `count` items that take 10 ms each, but for those that fail or are skipped. */
async function eventsOfMap(count: number, fails: (index: number) => boolean = () => false) {
  const clock = manualClock()
  const sink = recordingSink()
  const running = new Pipeline('mail')
    .withMap('letters', {
      over: () => Array.from({ length: count }, (_, index) => index),
      key: (index) => `doc-${index}`,
      onItemFailure: 'collect',
      each: async (index, { attempt }) => {
        await clock.sleep(10)
        if (index === 2) return StageOutput.skip('no words')
        return fails(index) && attempt === 1 ? StageOutput.fail('503') : StageOutput.ok()
      },
    })
    .build({ clock, eventSink: sink, interceptors: [again] })
    .run({ pipelineRunId: 'run-1' })
  await clock.runAll()
  await running
  return sink.events
}

async function linesOf(
  events: readonly StageflowEvent[],
  options: ConsoleExporterOptions = {},
): Promise<readonly string[]> {
  const stream = new TextStream()
  await new ConsoleExporter({ stream, color: false, ...options }).export(events)
  return stream.lines
}

test('the items of a map are indented below it by key, and its last line counts how they ended', async () => {
  const lines = await linesOf(await eventsOfMap(4, (index) => index === 1 || index === 3))
  expect(lines.map((line) => line.replace(/ · tolerated$/, ''))).toEqual([
    '00:00:00.000 run-1    mail                     started              1 stage',
    '00:00:00.000 run-1      letters                started',
    '00:00:00.000 run-1        letters#doc-0        started',
    '00:00:00.000 run-1        letters#doc-1        started',
    '00:00:00.000 run-1        letters#doc-2        started',
    '00:00:00.000 run-1        letters#doc-3        started',
    '00:00:00.010 run-1        letters#doc-0        completed     10 ms',
    '00:00:00.010 run-1        letters#doc-1        retrying             attempt 2 · 503',
    '00:00:00.010 run-1        letters#doc-2        skipped              no words',
    '00:00:00.010 run-1        letters#doc-3        failed        10 ms  503',
    '00:00:00.020 run-1        letters#doc-1        completed     20 ms  2 attempts',
    '00:00:00.020 run-1      letters                completed     20 ms  items: 2 ok, 1 failed, 1 skipped',
    '00:00:00.020 run-1    mail                     completed     20 ms',
  ])
})

/** The events of a map of which item n has ended `kindOf(n)`. */
function manyItems(count: number, kindOf: (index: number) => string): readonly StageflowEvent[] {
  const items = Array.from({ length: count }, (_, index) => ({ index, key: `doc-${index}` }))
  const event = (kind: string, data: object = {}): StageflowEvent =>
    anEvent({ type: `stage.letters.${kind}`, stage: 'letters', data })
  return [
    event('started'),
    ...items.flatMap((item) => [
      event('item_started', item),
      event(`item_${kindOf(item.index)}`, { ...item, durationMs: 10, attempts: 1 }),
    ]),
    event('completed', { durationMs: 10 }),
  ]
}

test('a map of 10,000 items writes a line for a few of them, and every failure of the first hundred', async () => {
  const lines = await linesOf(manyItems(10_000, (index) => (index % 500 === 9 ? 'failed' : 'completed')))
  expect(lines.length).toBeLessThan(110)
  expect(lines.filter((line) => line.includes(' failed '))).toHaveLength(20)
  const completed = lines.filter((line) => / letters#doc-\d+ +completed /.test(line))
  expect(completed.slice(9, 13).map((line) => /completed +10 ms(.*)$/.exec(line)?.[1])).toEqual([
    '',
    '  20 so far',
    '  30 so far',
    '  40 so far',
  ])
  expect(completed.at(-1)).toMatch(/ 9,000 so far$/)
  expect(lines.at(-1)).toMatch(/ letters +completed .* items: 9,980 ok, 20 failed$/)
})

test('10,000 failures of items are thinned out after the first hundred', async () => {
  const lines = await linesOf(manyItems(10_000, () => 'failed'))
  const failed = lines.filter((line) => / letters#.* failed /.test(line))
  expect(failed.slice(0, 100).some((line) => line.includes('so far'))).toBe(false)
  expect(failed[100]).toMatch(/ 200 so far$/)
  expect(failed).toHaveLength(100 + 8 + 9 + 1)
})

test('with data each item has its lines', async () => {
  const events = await eventsOfMap(200)
  const lines = await linesOf(events, { data: true })
  expect(lines).toHaveLength(events.length)
  expect(lines.find((line) => line.includes('letters#doc-150'))).toContain('"index":150,"key":"doc-150"')
})

test('maps of different runs and stages are counted apart, and a second run of a map from the start', async () => {
  const item = (pipelineRunId: string, stage: string) =>
    anEvent({
      type: `stage.${stage}.item_completed`,
      stage,
      pipelineRunId,
      data: { index: 0, key: 'a', durationMs: 1 },
    })
  const ended = (pipelineRunId: string, stage: string) =>
    anEvent({ type: `stage.${stage}.completed`, stage, pipelineRunId, data: { durationMs: 1 } })
  const lines = await linesOf([
    item('r', 'a'),
    item('s', 'a'),
    item('r', 'b'),
    ended('r', 'a'),
    item('r', 'a'),
    ended('r', 'a'),
  ])
  expect(lines.filter((line) => line.includes('items: '))).toEqual([
    expect.stringMatching(/items: 1 ok$/),
    expect.stringMatching(/items: 1 ok$/),
  ])
})

test('of more than 1,000 maps at once the latest are counted, even if the ends of some never arrive', async () => {
  const stages = Array.from({ length: 1_001 }, (_, index) => `map${index}`)
  const items = stages.map((stage) => anEvent({ type: `stage.${stage}.item_completed`, stage, data: { key: 'a' } }))
  const ended = ['map0', 'map1000'].map((stage) => anEvent({ type: `stage.${stage}.completed`, stage, data: {} }))
  const lines = await linesOf([...items, ...ended])
  expect(lines.slice(-2)).toEqual([expect.stringMatching(/completed$/), expect.stringMatching(/items: 1 ok$/)])
})

test('a batch that is exported again after a failure counts its items once', async () => {
  const events = Object.freeze(await eventsOfMap(5))
  const texts: string[] = []
  let isBroken = true
  // Unlike a stream of Node it goes on after an error.
  const stream = Object.assign(new EventEmitter(), {
    writable: true,
    write(text: string, done: (error?: Error) => void): boolean {
      texts.push(text)
      done(isBroken ? new Error('busy') : undefined)
      return true
    },
  }) as unknown as NodeJS.WritableStream
  const exporter = new ConsoleExporter({ stream, color: false })
  await expect(exporter.export(events)).rejects.toThrow('busy')
  isBroken = false
  await exporter.export(events)
  expect(texts[0]).toContain('items: 4 ok, 1 skipped')
  expect(texts).toHaveLength(2)
  expect(texts[1]).toBe(texts[0])
})

test('a batch of which no event has a line is exported without a write', async () => {
  const events = Array.from({ length: 19 }, (_, index) =>
    anEvent({ type: 'stage.a.item_started', stage: 'a', data: { index, key: `${index}` } }),
  )
  const stream = new TextStream()
  const exporter = new ConsoleExporter({ stream })
  await exporter.export(events.slice(0, 10))
  const { length } = stream.lines
  await exporter.export(events.slice(10))
  expect([length, stream.lines.length]).toEqual([10, 10])
  expect(exporter.stats()).toMatchObject({ delivered: 19 })
})

test('a key cannot forge a line or show a secret', async () => {
  const key = `password=hunter2\n${String.fromCharCode(27)}[2J`
  const event = anEvent({ type: 'stage.a.item_started', stage: 'a', data: { index: 0, key } })
  const lines = await linesOf([event])
  expect(lines).toHaveLength(1)
  expect(lines[0]).toContain('a#password=[redacte… ')
  expect(lines[0]).not.toMatch(/hunter2|\u001b/)
})
