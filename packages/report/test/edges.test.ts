import { Pipeline, StageOutput, type PipelineReport, type StageContext, type StageGraph } from '@stageflow/core'
import { gate, soft, stream } from '@stageflow/core/edges'
import { manualClock, type ManualClock } from '@stageflow/testing'
import { expect, test } from 'vitest'
import { chromeTrace } from '../src/chrome-trace.ts'
import { criticalPath } from '../src/checked-path.ts'
import { mermaid, mermaidRun } from '../src/mermaid.ts'
import { slack } from '../src/checked-path.ts'
import { timeline } from '../src/timeline.ts'
import { timelineSvg } from '../src/timeline-svg.ts'

// Streams, soft edges and gates, in reports of real runs.

const takes = (ms: number) => (context: StageContext) => context.clock.sleep(ms, context.signal)
const refuses = (ms: number) => async (context: StageContext) => {
  await context.clock.sleep(ms)
  return StageOutput.skip('not allowed')
}
/** Yields a word every `ms`. */
const speaks = (words: number, ms: number) =>
  async function* ({ clock, signal }: StageContext) {
    for (let word = 0; word < words; word++) {
      await clock.sleep(ms, signal)
      yield word
    }
  }

async function reportOf(build: (clock: ManualClock) => StageGraph<any, any>, interruptAt?: number) {
  const clock = manualClock()
  const graph = build(clock)
  const run = graph.start({}, { onStageFailure: 'continue' })
  if (interruptAt !== undefined) {
    await clock.advance(interruptAt)
    run.interrupt('barge-in')
  }
  await clock.runAll()
  const { report } = await run.settled
  return { report: report as PipelineReport, info: graph.info }
}

/** A segment as text: `llm 0-30: running 30`. */
const pathOf = ({ report, info }: Awaited<ReturnType<typeof reportOf>>): readonly string[] =>
  criticalPath(report, info).segments.map(
    ({ stage, from, to, parts }) =>
      `${stage} ${from}-${to}: ${parts.map(({ kind, durationMs }) => `${kind} ${durationMs}`).join(', ')}`,
  )

/** `speak` reads all of `llm`, and takes 15 ms more. */
const voice = (clock: ManualClock) =>
  new Pipeline('voice')
    .withStage('guard', takes(5), 'guard')
    .withStage('llm', speaks(3, 10), { dependencies: ['guard'] })
    .withStage(
      'speak',
      async ({ inputs }) => {
        for await (const _word of inputs.stream('llm'));
        await clock.sleep(15)
      },
      { dependencies: [stream('llm')] },
    )
    .withStage('aside', takes(20))
    .build({ clock })

test('the path of a reader leads to the end of its stream, and from there to what made its source ready', async () => {
  expect(pathOf(await reportOf(voice))).toEqual([
    'guard 0-5: running 5',
    'llm 5-35: running 30',
    'speak 35-50: running 15',
  ])
})

test('the path of a stage that leaves its stream early leads to the start of its source', async () => {
  const found = await reportOf((clock) =>
    new Pipeline('early')
      .withStage('guard', takes(5))
      .withStage('llm', speaks(3, 10), { dependencies: ['guard'] })
      .withStage(
        'first',
        async ({ inputs }) => {
          for await (const _word of inputs.stream('llm')) break
        },
        { dependencies: [stream('llm')] },
      )
      .withStage('after', takes(100), { dependencies: ['first'] })
      .build({ clock }),
  )
  expect(pathOf(found)).toEqual([
    'guard 0-5: running 5',
    'llm 5-5: ',
    'first 5-15: running 10',
    'after 15-115: running 100',
  ])
})

test('a reader that starts after its stream has ended leads to what it waited for', async () => {
  const found = await reportOf((clock) =>
    new Pipeline('late')
      .withStage('llm', speaks(1, 10))
      .withStage('voices', takes(40))
      .withStage(
        'speak',
        async ({ inputs }) => {
          for await (const _word of inputs.stream('llm'));
          await clock.sleep(5)
        },
        { dependencies: [stream('llm'), 'voices'] },
      )
      .build({ clock }),
  )
  expect(pathOf(found)).toEqual(['voices 0-40: running 40', 'speak 40-45: running 5'])
  expect(slack(found.report, found.info)).toEqual({ llm: 30, voices: 0, speak: 0 })
})

const held = (check: (context: StageContext) => Promise<unknown>, ms: number) => (clock: ManualClock) =>
  new Pipeline('held')
    .withStage('moderation', check as ReturnType<typeof takes>, 'guard')
    .withStage('answer', takes(ms), { dependencies: [gate('moderation')] })
    .withStage('save', takes(10), { dependencies: ['answer'] })
    .build({ clock })

test('the path of a stage leads to its gate if that has ended after its code', async () => {
  expect(pathOf(await reportOf(held(takes(50), 20)))).toEqual([
    'moderation 0-50: running 50',
    'answer 50-50: ',
    'save 50-60: running 10',
  ])
  expect(pathOf(await reportOf(held(takes(15), 20)))).toEqual(['answer 0-20: running 20', 'save 20-30: running 10'])
})

test('the path of a refused stage leads to the gate that refused it', async () => {
  for (const ms of [10, 100]) {
    const refused = await reportOf(held(refuses(50), ms))
    expect(refused.report.stages['answer']).toMatchObject({ status: 'skip', endedAt: 50 })
    expect(pathOf(refused)).toEqual(['moderation 0-50: running 50', 'answer 50-50: '])
  }
})

test('a soft dependency that comes in time is what released a stage, and the wait for one that is late is waiting', async () => {
  const waiting = (profileMs: number) =>
    reportOf((clock) =>
      new Pipeline('soft')
        .withStage('profile', takes(profileMs))
        .withStage('guard', takes(10))
        .withStage('answer', takes(100), { dependencies: ['guard', soft('profile', { waitMs: 30 })] })
        .build({ clock }),
    )
  const inTime = await waiting(20)
  expect(pathOf(inTime)).toEqual(['profile 0-20: running 20', 'answer 20-120: running 100'])
  expect(slack(inTime.report, inTime.info)).toEqual({ profile: 0, guard: 10, answer: 0 })
  const late = await waiting(60)
  expect(pathOf(late)).toEqual(['guard 0-10: running 10', 'answer 10-140: waiting 30, running 100'])
  expect(slack(late.report, late.info)).toEqual({ profile: 80, guard: 0, answer: 0 })
})

test('a stage that waits for soft dependencies alone was waiting, and not starting', async () => {
  const found = await reportOf((clock) =>
    new Pipeline('soft')
      .withStage('profile', takes(60))
      .withStage('answer', takes(100), { dependencies: [soft('profile', { waitMs: 30 })] })
      .build({ clock }),
  )
  expect(pathOf(found)).toEqual(['answer 0-130: waiting 30, running 100'])
})

test('slack looks at ends of streams, and at chunks behind a gate', async () => {
  const streamed = await reportOf(voice)
  expect(slack(streamed.report, streamed.info)).toEqual({ guard: 0, llm: 0, speak: 0, aside: 30 })
  const gated = await reportOf(held(takes(15), 20))
  expect(slack(gated.report, gated.info)).toEqual({ moderation: 5, answer: 0, save: 0 })
  const late = await reportOf(held(takes(50), 20))
  expect(slack(late.report, late.info)).toEqual({ moderation: 0, answer: 0, save: 0 })
})

test('a gate has no slack if chunks behind it are read, although its stage ends later', async () => {
  const build = (ms: number) => (clock: ManualClock) =>
    new Pipeline('gated')
      .withStage('moderation', takes(ms))
      .withStage('llm', speaks(4, 10), { dependencies: [gate('moderation')] })
      .withStage(
        'speak',
        async ({ inputs }) => {
          for await (const _word of inputs.stream('llm')) await clock.sleep(20)
        },
        { dependencies: [stream('llm')] },
      )
      .build({ clock })
  const found = await reportOf(build(15))
  expect(slack(found.report, found.info)).toMatchObject({ moderation: 0, speak: 0 })
  const later = await reportOf(build(16))
  expect(later.report.endedAt).toBe(found.report.endedAt + 1)
})

test('without the pipeline a report has no edges: the path follows what released each stage', async () => {
  const { report } = await reportOf(held(takes(50), 20))
  expect(criticalPath(report).segments.map(({ stage, parts }) => [stage, ...parts.map(({ kind }) => kind)])).toEqual([
    ['answer', 'running', 'interceptors'],
    ['save', 'running'],
  ])
})

test('a pipeline that is not that of the report is refused', async () => {
  const { report } = await reportOf(voice)
  const { info } = await reportOf(held(takes(1), 1))
  expect(() => criticalPath(report, info)).toThrow('The report is of another pipeline')
})

test('a timeline shows what a gate held, and what came into an inbox', async () => {
  const build = (clock: ManualClock) =>
    new Pipeline('turn')
      .withStage('moderation', takes(40), 'guard')
      .withStage('llm', speaks(6, 5), { dependencies: [gate('moderation')] })
      .withStage(
        'speak',
        async ({ inputs }) => {
          for await (const _word of inputs.stream('llm')) await clock.sleep(10)
        },
        { dependencies: [stream('llm')], maxWaiting: 2, overflow: 'drop-oldest' },
      )
      .withStage(
        'log',
        async ({ inputs }) => {
          for await (const _word of inputs.stream('llm')) await clock.sleep(2)
        },
        { dependencies: [stream('llm')] },
      )
      .build({ clock })
  const { report, info } = await reportOf(build)
  expect(timeline(report, { width: 100, pipeline: info }).split('\n')).toEqual([
    'turn · completed · 70 ms · 4 ok',
    '● moderation █████████████████████▏                40 ms  ok',
    '● llm        ███████████████▉═════                 40 ms  ok',
    '● speak      █████████████████████████████████████ 70 ms  ok  6 chunks, at most 2 waiting, 3 dropped',
    '  log        ███████████████████████████▌          52 ms  ok  6 chunks, at most 5 waiting',
    '  ● critical path   ═ held by a gate',
  ])
  const picture = timelineSvg(report, { pipeline: info })
  expect(picture).toContain('class="held kind-transform"')
  expect(picture).toContain('>held by a gate</text>')
  expect(picture).toContain('speak: ok, 0 ms to 70 ms, 6 chunks, at most 2 waiting, 3 dropped, on the critical path.')
  const speak = chromeTrace(report).traceEvents.find(({ name }) => name === 'speak')
  expect(speak).toMatchObject({ args: { inbox: { chunks: 6, mostWaiting: 2, dropped: 3, blockedMs: 0 } } })
})

test('a timeline says how long a reader has blocked its sources', async () => {
  const { report, info } = await reportOf((clock) =>
    new Pipeline('slow')
      .withStage('llm', speaks(4, 5))
      .withStage(
        'speak',
        async ({ inputs }) => {
          for await (const _word of inputs.stream('llm')) await clock.sleep(20)
        },
        { dependencies: [stream('llm')], maxWaiting: 1 },
      )
      .build({ clock }),
  )
  const { blockedMs } = report.stages['speak']?.inbox ?? {}
  expect(blockedMs).toBeGreaterThan(0)
  expect(timeline(report, { width: 120, pipeline: info })).toContain(
    `4 chunks, at most 1 waiting, sources blocked ${blockedMs} ms`,
  )
})

test('stages that were interrupted say so', async () => {
  const { report, info } = await reportOf(voice, 20)
  const lines = timeline(report, { width: 60, pipeline: info }).split('\n')
  expect(lines[0]).toContain('voice · cancelled · 20 ms')
  for (const stage of ['llm', 'speak']) {
    const at = lines.findIndex((line) => line.includes(` ${stage} `))
    expect(lines.slice(at, at + 2).join('\n')).toMatch(/skip.*\n.*↳ interrupted/)
  }
})

test('a child run of a picture follows the edges of its own pipeline', async () => {
  const { report, info } = await reportOf((clock) =>
    new Pipeline('parent')
      .withPipeline(
        'agent',
        new Pipeline('agent')
          .withStage('moderation', takes(50), 'guard')
          .withStage('answer', takes(20), { dependencies: [gate('moderation')] }),
      )
      .build({ clock }),
  )
  const picture = timelineSvg(report, { pipeline: info })
  expect(picture).toContain('class="held kind-none"')
  expect(picture).toContain('moderation: ok, 0 ms to 50 ms, on the critical path.')
})

test('Mermaid names the edges that are not plain dependencies, and a quorum counts what the join counts', async () => {
  const { report, info } = await reportOf((clock) =>
    new Pipeline('edges')
      .withStage('moderation', takes(30))
      .withStage('profile', takes(5))
      .withStage('llm', speaks(2, 10), { dependencies: [gate('moderation'), soft('profile', { waitMs: 10 })] })
      .withStage(
        'speak',
        async ({ inputs }) => {
          for await (const _word of inputs.stream('llm'));
        },
        { dependencies: ['profile', stream('llm'), gate('moderation')], join: { quorum: 1 } },
      )
      .build({ clock }),
  )
  expect(mermaid(info).split('\n')).toEqual([
    'flowchart TD',
    '  s0["moderation"]',
    '  s1["profile"]',
    '  s2["llm"]',
    '  s3["speak<br/>1 of 2"]',
    '  s0 -. gate .-> s2',
    '  s1 -. soft .-> s2',
    '  s1 --> s3',
    '  s2 -. stream .-> s3',
    '  s0 -. gate .-> s3',
  ])
  // llm was held until 30, and speak reads until then.
  expect(mermaidRun(report, info)).toContain('linkStyle 0,3 stroke-width:4px')
})

test('a report with an inbox that no run makes is refused', async () => {
  const { report } = await reportOf(voice)
  const speak = { ...report.stages['speak'], inbox: { chunks: -1 } }
  const changed = { ...report, stages: { ...report.stages, speak } } as unknown as PipelineReport
  expect(() => timeline(changed)).toThrow('stages["speak"].inbox is not what a report has there')
})
