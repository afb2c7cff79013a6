import { Pipeline, StageOutput } from '@stageflow/core'
import { manualClock, recordingSink } from '@stageflow/testing'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'

import { anEvent } from '../test/events.ts'
import { TextStream } from '../test/text-stream.ts'
import { ConsoleExporter } from './index.ts'
import type { ConsoleExporterOptions } from './index.ts'

let clock = manualClock({ seed: 1 })
beforeEach(() => {
  vi.stubEnv('FORCE_COLOR', undefined)
  vi.stubEnv('NO_COLOR', undefined)
  vi.stubEnv('TERM', 'xterm')
})
afterEach(() => {
  vi.unstubAllEnvs()
  expect(clock.timers).toEqual([])
  clock = manualClock({ seed: 1 })
})

async function linesOf(
  events: readonly Parameters<typeof anEvent>[0][],
  options: ConsoleExporterOptions = {},
  stream = new TextStream(),
): Promise<readonly string[]> {
  await new ConsoleExporter({ stream, ...options }).export(events.map(anEvent))
  return stream.lines
}

async function eventsOfChat() {
  const sink = recordingSink()
  const lookup = new Pipeline('lookup').withStage('search', () => clock.sleep(40))
  const running = new Pipeline('chat')
    .withPipeline('memory', lookup)
    .withStage('profile', () => StageOutput.fail('no such user'), { onFailure: 'skip' })
    .withStage('guest', () => StageOutput.skip('nobody is logged in'))
    .withStage(
      'llm',
      async (context) => {
        context.tryEmitEvent('cache.miss', { question: 'private words' })
        await clock.sleep(1_240)
        throw new Error('refused: password=hunter2')
      },
      { dependencies: ['memory'] },
    )
    .build({ clock, eventSink: sink })
    .runSettled({ pipelineRunId: 'run-1' })
  await clock.runAll()
  await running
  return sink.events.map((event) => ({ ...event, pipelineRunId: event.parentRunId === undefined ? 'run-1' : 'run-1a' }))
}

test('a run is written in aligned lines: time, run, stage, what happened, duration, and why', async () => {
  const stream = new TextStream()
  await new ConsoleExporter({ stream }).export(await eventsOfChat())
  expect(stream.text.replaceAll(/…[0-9a-f]{7}/g, '…1234567')).toBe(`\
00:00:00.000 run-1    chat                     started              4 stages
00:00:00.000 run-1      memory                 started
00:00:00.000 run-1      memory                 child_started           lookup …1234567
00:00:00.000 run-1a     lookup                 started              1 stage
00:00:00.000 run-1a       search               started
00:00:00.000 run-1      profile                started
00:00:00.000 run-1      profile                failed         0 ms  no such user · tolerated
00:00:00.000 run-1      guest                  started
00:00:00.000 run-1      guest                  skipped              nobody is logged in
00:00:00.040 run-1a       search               completed     40 ms
00:00:00.040 run-1a     lookup                 completed     40 ms
00:00:00.040 run-1      memory                 child_completed    40 ms  lookup …1234567
00:00:00.040 run-1      memory                 completed     40 ms
00:00:00.040 run-1      llm                    started
00:00:00.040 run-1      llm                    cache.miss
00:00:01.280 run-1      llm                    failed       1.24 s  refused: password=[redacted]
00:00:01.280 run-1    chat                     failed       1.28 s  refused: password=[redacted]
`)
})

test('a retry shows its attempt and cause, a completion the number of attempts, a cancelled run its reason', async () => {
  const error = { code: 'timeout/timed-out', message: 'took longer than 5 ms' }
  expect(
    await linesOf([
      { type: 'stage.llm.retrying', stage: 'llm', data: { attempt: 2, error }, timestamp: 47_109_042.9 },
      { type: 'stage.llm.completed', stage: 'llm', data: { durationMs: 5_025, attempts: 2 }, timestamp: 47_114_068 },
      { type: 'pipeline.cancelled', data: { pipeline: 'chat', durationMs: 125_000, reason: 'the caller left' } },
      { type: 'sink.dropped', data: { sink: 'file', dropped: 7 } },
      { type: 'guard_retry.exhausted', stage: 'answer', data: { guard: 'g', attempt: 3, reason: 'stagnation', error } },
      { type: 'stage.llm.abandoned', stage: 'llm', data: { durationMs: 0.4, reason: 'it ignored the signal' } },
      {
        type: 'stage.llm.failed',
        stage: 'llm',
        data: { durationMs: 12.34, error: { code: 'a/b', message: 'a/b: down' } },
      },
    ]),
  ).toEqual([
    '13:05:09.042 run-1      llm                    retrying             attempt 2 · timeout/timed-out: took longer than 5 ms',
    '13:05:14.068 run-1      llm                    completed    5.03 s  2 attempts',
    '00:00:00.000 run-1    chat                     cancelled  2 m 05 s  the caller left',
    '00:00:00.000 run-1                             sink.dropped           7 dropped',
    '00:00:00.000 run-1      answer                 guard_retry.exhausted           attempt 3 · stagnation · timeout/timed-out: took longer than 5 ms',
    '00:00:00.000 run-1      llm                    abandoned    400 µs  it ignored the signal',
    '00:00:00.000 run-1      llm                    failed        12 ms  a/b: down',
  ])
})

test('a long id is shown by its end', async () => {
  const [line] = await linesOf([{ pipelineRunId: '01890a5d-ac96-774b-bcce-b302099a8057' }])
  expect(line).toBe('00:00:00.000 …99a8057                          app.said')
})

test('child runs are indented below their parents, even if their start was not seen', async () => {
  const started = (pipelineRunId: string, parentRunId?: string) => ({
    type: 'pipeline.started',
    pipelineRunId,
    parentRunId,
    data: { pipeline: pipelineRunId },
  })
  const names = (lines: readonly string[]) => lines.map((line) => line.slice(22, 46).trimEnd())
  const completed = { type: 'pipeline.completed', pipelineRunId: 'a', data: { pipeline: 'a' } }
  const events = [started('a'), started('b', 'a'), started('c', 'b'), completed, started('d', 'a')]
  expect(names(await linesOf(events))).toEqual(['a', '  b', '    c', 'a', '  d'])
  expect(names(await linesOf([started('d', 'unseen'), started('e', 'd')]))).toEqual(['  d', '    e'])
  const deep = Array.from({ length: 20 }, (_, index) => started(`${index}`, index === 0 ? undefined : `${index - 1}`))
  expect(names(await linesOf(deep)).at(-1)).toBe(`${'  '.repeat(6)}19`)
})

test('of more than 1,000 runs at once the latest are remembered, even if the ends of some never arrive', async () => {
  const run = (type: string, pipelineRunId: string, parentRunId?: string) =>
    ({ type: `pipeline.${type}`, pipelineRunId, parentRunId, data: { pipeline: pipelineRunId } }) as const
  const many = Array.from({ length: 1_000 }, (_, index) => run('started', `${index}`))
  const nested = [run('started', 'child', '999'), run('started', 'grandchild', 'child')]
  const afterwards = [run('started', 'late', 'grandchild'), run('started', 'later', 'late')]
  const lines = await linesOf([...many, ...nested, run('completed', '999'), ...afterwards])
  expect(lines.slice(1_000).map((line) => line.slice(22, 46).trimEnd())).toEqual([
    '  child',
    '    grandchild',
    '999',
    '      late',
    '        later',
  ])
  // Without a bound the first run would still be known, and its child lie deeper.
  const first = [run('started', 'a', 'unseen'), run('started', 'b', 'a')]
  const forgotten = await linesOf([...first, ...many, run('started', 'c', 'b')])
  expect(forgotten.at(-1)?.slice(22, 46).trimEnd()).toBe('  c')
})

test.each([
  ['stage.a.failed', 31],
  ['pipeline.failed', 31],
  ['stage.a.abandoned', 31],
  ['tool.undo_failed', 31],
  ['stage.a.completed', 32],
  ['guard_retry.recovered', 32],
  ['stage.a.skipped', 33],
  ['stage.a.cancelled', 33],
  ['stage.a.retrying', 33],
  ['stream.chunk_dropped', 33],
  ['tool.unresolved', 33],
  ['stage.a.started', 34],
  ['cache.hit', 36],
  ['failed.hit', 36],
])('%s has the color %d', async (type, code) => {
  const stage = type.startsWith('stage.') ? 'a' : undefined
  const [line] = await linesOf([{ type, stage }], { color: true })
  const word = type.replace(/^(stage\.a|pipeline)\./, '')
  expect(line).toContain(`\u001b[${code}m ${word}`)
})

test('a tolerated failure is yellow, and the reason of any other is red', async () => {
  const data = { durationMs: 1, attempts: 1, error: { code: 'core/stage-failed', message: 'down' } }
  const [tolerated, failed] = await linesOf(
    [
      { type: 'stage.a.failed', stage: 'a', data: { ...data, tolerated: true } },
      { type: 'stage.a.failed', stage: 'a', data },
    ],
    { color: true },
  )
  expect(tolerated).toContain('\u001b[33m failed')
  expect(tolerated).toMatch(/down · tolerated$/)
  expect(failed).toMatch(/\u001b\[31mdown\u001b\[0m$/)
})

test.each([
  [{}, false, false],
  [{}, true, true],
  [{ NO_COLOR: '1' }, true, false],
  [{ NO_COLOR: '' }, true, true],
  [{ FORCE_COLOR: '1' }, false, true],
  [{ FORCE_COLOR: '' }, false, true],
  [{ FORCE_COLOR: '0' }, true, false],
  [{ FORCE_COLOR: 'false' }, true, false],
  [{ FORCE_COLOR: '1', NO_COLOR: '1' }, false, true],
  [{ TERM: 'dumb' }, true, false],
])('with the environment %j and a terminal: %s, color is %s', async (environment, isTTY, colored) => {
  for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value)
  const stream = new TextStream({ isTTY })
  const lines = await linesOf([{ type: 'cache.hit' }], {}, stream)
  expect(lines[0]?.includes('\u001b')).toBe(colored)
})

test('the option color wins over the environment', async () => {
  vi.stubEnv('FORCE_COLOR', '1')
  expect((await linesOf([{}], { color: false }))[0]).not.toContain('\u001b')
  vi.stubEnv('FORCE_COLOR', '0')
  expect((await linesOf([{}], { color: true }))[0]).toContain('\u001b')
})

test('words of users are left out, and shown with data, without secrets', async () => {
  const events = [
    {
      type: 'app.said',
      data: { words: 'private words', apiKey: 'hunter2', ssn: 'hunter3', note: 'Bearer hunter2hunter2' },
    },
    { type: 'stage.a.chunk', stage: 'a', data: { chunk: 'private words', attempt: 3 } },
    {
      type: 'tool.completed',
      stage: 'a',
      data: { toolName: 'search', durationMs: 12, outputSummary: 'private words' },
    },
    {
      type: 'tool.failed',
      stage: 'a',
      data: { toolName: 'ask', errorCode: 'tools/x', errorMessage: 'down', message: 'private' },
    },
  ]
  const silent = (await linesOf(events)).join('\n')
  expect(silent).not.toContain('private')
  expect(silent).not.toContain('attempt')
  expect(silent).toContain('tool.completed    12 ms  search\n')
  expect(silent).toMatch(/tool\.failed +ask · tools\/x: down$/)
  const all = await linesOf(events.slice(0, 2), { data: true, redaction: { keys: ['ssn'] } })
  expect(all).toEqual([
    '00:00:00.000 run-1                             app.said              {"words":"private words","apiKey":"[redacted]","ssn":"[redacted]","note":"Bearer [redacted]"}',
    '00:00:00.000 run-1      a                      chunk                 {"chunk":"private words","attempt":3}',
  ])
})

test('a value that is not an event does not stop the rest of its batch', async () => {
  const proxy: unknown = new Proxy({}, { get: () => { throw new Error('no') } }) // prettier-ignore
  const odd = [null, 7, {}, proxy, anEvent({ type: Symbol('x') }), anEvent({ stage: Symbol('x') })] as never[]
  const stream = new TextStream()
  await new ConsoleExporter({ stream }).export([...odd, anEvent({ pipelineRunId: Symbol('x'), stage: 7 }), anEvent({})])
  expect(stream.lines).toHaveLength(8)
  for (const line of stream.lines.slice(0, -1))
    expect(line).toBe(`--:--:--.--- ${' '.repeat(34)}an event that cannot be read`)
  expect(stream.lines.at(-1)).toMatch(/app\.said$/)
})

test('data that cannot be read or is not JSON does not stop the exporter', async () => {
  const broken = Object.defineProperty({}, 'reason', { enumerable: true, get: () => { throw new Error('no') } }) // prettier-ignore
  const cycle: Record<string, unknown> = { n: 1n }
  cycle['self'] = cycle
  const polluting = JSON.parse('{"__proto__": {"reason": "polluted"}, "constructor": 1}') as unknown
  for (const data of [
    broken,
    null,
    undefined,
    'text',
    cycle,
    polluting,
    { errors: 7 },
    { error: null },
    { error: 'x' },
  ]) {
    const [line] = await linesOf([{ type: 'stage.a.failed', stage: 'a', data }], { data: true })
    expect(line?.slice(0, 53)).toBe('00:00:00.000 run-1      a                      failed')
    expect(line).not.toContain('polluted ')
  }
  expect((await linesOf([{ pipelineRunId: undefined }]))[0]).toBe(`00:00:00.000 ${' '.repeat(34)}app.said`)
  expect((await linesOf([{ timestamp: NaN }]))[0]).toMatch(/^--:--:--\.--- run-1/)
  expect((await linesOf([{ timestamp: -1 }]))[0]).toMatch(/^23:59:59\.999/)
  expect((await linesOf([{ type: 'stage.a.failed', stage: 'a', data: { durationMs: NaN } }]))[0]).toMatch(/failed$/)
})

test('a line is as wide as the terminal, 160 columns in a pipe, 2,000 with data, or the option width', async () => {
  const long = { type: 'stage.a.skipped', stage: 'a', data: { reason: 'x'.repeat(900) } }
  const length = async (options: ConsoleExporterOptions, stream = new TextStream()) =>
    (await linesOf([long], options, stream))[0]?.length
  expect(await length({})).toBe(160)
  expect(await length({}, new TextStream({ columns: 90 }))).toBe(90)
  expect(await length({}, new TextStream({ columns: 0 }))).toBe(160)
  expect(await length({ width: 40 }, new TextStream({ columns: 90 }))).toBe(40)
  expect(await length({ data: true }, new TextStream({ columns: 90 }))).toBeGreaterThan(1_800)
  const data = Object.fromEntries(Array.from({ length: 50 }, (_, index) => [`key${index}`, 'x'.repeat(900)]))
  expect((await linesOf([{ data }], { data: true, redaction: { maxLength: 9_000 } }))[0]?.length).toBe(2_000)
  expect((await linesOf([long]))[0]).toMatch(/x…$/)
  const [cut] = await linesOf([{ data }], { data: true, width: 9_000 })
  expect(cut?.match(/x/g)?.length).toBeGreaterThan(1_800)
  expect(cut?.length).toBeLessThan(2_300)
})

test.each(['stream.transcript', 'auth.hint', 'sink.note', 'idempotency.note', 'tool.said', 'app.said'])(
  'the data of the event %s of an app is not shown unless data is true',
  async (type) => {
    const event = { type, data: { words: 'I have diabetes', reason: 'I have diabetes', durationMs: 5 } }
    expect((await linesOf([event]))[0]).toMatch(new RegExp(`${type}$`))
    expect((await linesOf([event], { data: true }))[0]).toContain('I have diabetes')
  },
)

test('redaction: false shows secrets', async () => {
  const event = { type: 'stage.a.skipped', stage: 'a', data: { reason: 'password=hunter2' } }
  expect((await linesOf([event], { redaction: false }))[0]).toContain('password=hunter2')
})

test('without options it writes to standard output', async () => {
  const written: string[] = []
  const write = vi.spyOn(process.stdout, 'write').mockImplementation(((text: string, done: () => void) => {
    written.push(text)
    done()
    return true
  }) as typeof process.stdout.write)
  try {
    await new ConsoleExporter({ color: false }).export([anEvent({ type: 'cache.hit' })])
  } finally {
    write.mockRestore()
  }
  expect(written.join('')).toBe('00:00:00.000 run-1                             cache.hit\n')
})
