import { Pipeline, StageOutput } from '@stageflow/core'
import type { PipelineReport } from '@stageflow/core'
import { expect, test } from 'vitest'
import { manualClock, recordRun, replayRun, type Cassette } from '@stageflow/testing'
import { diffRuns, type DiffOptions, type RunRecording } from '../src/index.ts'

interface Behavior {
  readonly text?: string
  readonly ms?: number
  readonly isDown?: boolean
  readonly hasExtra?: boolean
}

async function recorded({ text = 'Hello', ms = 100, isDown = false, hasExtra = false }: Behavior): Promise<Cassette> {
  const clock = manualClock()
  const graph = new Pipeline('chat')
    .withStage('memory', () => ({ facts: [1, 2], user: { name: 'Ada' } }))
    .withStage(
      'answer',
      async (context) => {
        await context.clock.sleep(ms)
        return isDown ? StageOutput.fail('no model') : { text }
      },
      { dependencies: ['memory'] },
    )
    .withStage('extra', () => ({ extra: true }), { dependencies: ['answer'], when: () => hasExtra })
    .build({ clock })
  const recording = recordRun(graph, { inputText: text.slice(0, 2), pipelineRunId: 'run-1' }, { clock })
  await clock.runAll()
  return (await recording).cassette
}

const diff = async (before: Behavior, after: Behavior, options?: DiffOptions): Promise<string> =>
  diffRuns(await recorded(before), await recorded(after), options)

test('two runs that do not differ give an empty string', async () => {
  expect(await diff({}, {})).toBe('')
  expect(await diff({ ms: 100 }, { ms: 109 })).toBe('')
  expect(await diff({ ms: 100 }, { ms: 120 })).toBe('')
})

test('a difference shows the status, the data and the times of a stage', async () => {
  expect(await diff({}, { text: 'Help', ms: 400 })).toBe(
    `chat: completed, 100 ms → 400 ms
  answer: ok, 100 ms → 400 ms
    data.text: "Hello" → "Help"`,
  )
  expect(await diff({}, { isDown: true })).toBe(
    `chat: completed → failed
  answer: ok → fail
    data: {"text":"Hello"} → nothing
    error: nothing → {"code":"core/stage-failed","message":"no model"}`,
  )
  expect(await diff({}, { text: 'Other', hasExtra: true })).toBe(
    `chat: completed
  input.inputText: "He" → "Ot"
  answer: ok
    data.text: "Hello" → "Other"
  extra: did not run → ok`,
  )
})

test('items of a map are listed in their order, whichever ended first', async () => {
  const clock = manualClock() // the times of items would be listed too
  /** The items end in this order. */
  const recording = async (text: string, order: readonly number[]): Promise<Cassette> => {
    const ends = order.map(() => Promise.withResolvers<void>())
    const graph = new Pipeline('mail')
      .withMap('letters', {
        over: () => order.toSorted((one, other) => one - other),
        each: async (item) => {
          const place = order.indexOf(item)
          await ends[place - 1]?.promise
          ends[place]?.resolve()
          return { text: item % 5 === 0 ? text : 'same' }
        },
      })
      .withStage('after', () => ({ text }), { dependencies: ['letters'] })
      .build({ clock })
    return (await recordRun(graph, {}, { clock })).cassette
  }
  const before = await recording('old', [11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0])
  const after = await recording('new', [5, 10, 0, 1, 2, 3, 4, 6, 7, 8, 9, 11])
  const lines = diffRuns(before, after).split('\n')
  expect(lines.filter((line) => /^ {2}\S/.test(line))).toEqual([
    '  letters#0: ok',
    '  letters#5: ok',
    '  letters#10: ok',
    '  after: ok',
  ])
})

test('in a terminal, the statuses before and after are red and green', async () => {
  const [first] = (await diff({}, { isDown: true }, { color: true })).split('\n')
  expect(first).toBe('chat: \u001B[31mcompleted\u001B[0m → \u001B[32mfailed\u001B[0m')
  await expect(diff({}, {}, { color: 'yes' as never })).rejects.toMatchObject({ code: 'report/illegal-option' })
})

test('runs of two pipelines are told apart', async () => {
  const [one, other] = await Promise.all(
    ['first', 'second'].map((name) => recordRun(new Pipeline(name).withStage('a', () => ({})).build())),
  )
  expect(diffRuns(one?.cassette as Cassette, other?.cassette as Cassette)).toBe('first → second: completed')
})

test('long texts are shown where they differ, and long lists of differences are cut', async () => {
  const long = 'x'.repeat(5_000)
  const text = await diff({ text: `He${long}one` }, { text: `He${long}two` })
  expect(text).toMatch(/data\.text: "…x{15}one" → "…x{15}two"$/)
  const list = (by: number) =>
    recordRun(new Pipeline('l').withStage('a', () => ({ list: Array.from({ length: 30 }, (_, i) => i * by) })).build())
  const lines = diffRuns((await list(1)).cassette, (await list(2)).cassette).split('\n')
  expect(lines.slice(1, 4)).toEqual(['  a: ok', '    data.list[1]: 1 → 2', '    data.list[2]: 2 → 4'])
  expect(lines.at(-1)).toBe('    data: 17 more differences')
})

test('control characters of a run reach no terminal', async () => {
  const text = await diff({}, { text: 'He\u001B[31mred' })
  expect(text).not.toContain('\u001B')
  const cassette = await recorded({})
  expect(diffRuns({ ...cassette, pipeline: 'a\u001B[31m' }, cassette)).not.toContain('\u001B')
})

test('a replay shows what a new answer changes', async () => {
  const clock = manualClock()
  const graph = (text: string) =>
    new Pipeline('chat')
      .withStage('answer', () => ({ text }))
      .withStage('save', ({ inputs }) => ({ saved: inputs.from('answer').text }), { dependencies: ['answer'] })
      .build({ clock })
  const before = (await recordRun(graph('Hello'), {}, { clock })).cassette
  const after = (await replayRun(graph('Bye'), before, { live: ['answer', 'save'], clock })).cassette
  expect(diffRuns(before, after)).toBe(`chat: completed
  answer: ok
    data.text: "Hello" → "Bye"
  save: ok
    data.saved: "Hello" → "Bye"`)
})

test('two reports are compared by statuses, errors, attempts, usage and times, those of items and child runs too', async () => {
  const report = async (tokens: number, fails: boolean, ms: number): Promise<PipelineReport> => {
    const clock = manualClock()
    const child = new Pipeline('kid').withStage('inner', async () => {
      await clock.sleep(ms)
      return fails ? StageOutput.fail('down') : {}
    })
    const graph = new Pipeline('chat')
      .withStage('llm', ({ note }) => note('usage', { inputTokens: tokens }))
      .withMap('letters', {
        over: () => ['a', 'b'],
        key: (name) => name,
        onItemFailure: 'collect',
        each: (name) => (fails && name === 'b' ? StageOutput.fail('torn') : { name }),
      })
      .withPipeline('kid', child, { dependencies: ['llm'] })
      .build({ clock })
    const run = graph.runSettled()
    await clock.runAll()
    return (await run).report
  }
  const [one, other] = [await report(10, false, 100), await report(12, true, 400)]
  expect(diffRuns(one, one)).toBe('')
  expect(diffRuns(JSON.parse(JSON.stringify(one)) as PipelineReport, one)).toBe('')
  expect(diffRuns(one, other)).toBe(
    `chat: completed → failed, 100 ms → 400 ms
  llm: ok
    usage.inputTokens: 10 → 12
  letters: ok
    items.ok: 2 → 1
    items.fail: 0 → 1
  letters#b: ok → fail
    error: nothing → {"code":"core/stage-failed","message":"torn"}
  kid: ok → fail, 100 ms → 400 ms
    error: nothing → {"code":"core/stage-failed","message":"down","stage":"kid"}
  kid/inner: ok → fail, 100 ms → 400 ms
    error: nothing → {"code":"core/stage-failed","message":"down","stage":"inner"…`,
  )
})

test('what is neither a report nor a recording is refused (report/not-a-report), and so is one of each', async () => {
  const { result, cassette } = await recordRun(new Pipeline('p').withStage('a', () => ({})).build())
  const refused = (before: unknown, after: unknown, message: string): void =>
    expect(() => diffRuns(before as RunRecording, after as RunRecording)).toThrow(
      expect.objectContaining({ code: 'report/not-a-report', message: expect.stringContaining(message) }),
    )
  refused(result.report, cassette, 'before is a report, and after is a recording. Pass two of one kind.')
  refused(cassette, result.report, 'before is a recording, and after is a report. Pass two of one kind.')
  refused(undefined, undefined, 'This is not the report of a run that has ended: it is undefined')
  refused(result, result, 'This is not the report of a run that has ended: pipeline is missing')
  refused({ ...cassette, end: 7 }, cassette, 'This is not the recording of a run: end is not what')
  const withFact = (fact: object): object => ({ ...cassette, facts: [fact] })
  refused(cassette, withFact({ kind: 'call', key: 'a', facts: {} }), 'facts is not what a report has there')
  refused({ ...result.report, status: 'running', now: 1, endedAt: undefined }, result.report, 'endedAt is missing')
  const surplus = diffRuns as (...given: unknown[]) => string
  expect(() => surplus(cassette, cassette, {}, 7)).toThrow('diffRuns() was given 4 arguments')
})
