import { Pipeline, StageOutput, StageflowError } from '@stageflow/core'
import type { Interceptor, StageContext } from '@stageflow/core'
import { repeatUntil } from '@stageflow/core/repeat'
import { auth } from '@stageflow/interceptor-auth'
import { manualClock } from '@stageflow/testing'
import { pino } from 'pino'
import type { Logger } from 'pino'
import { afterEach, expect, test } from 'vitest'

import { LOGGER, logging } from './index.ts'
import type { LoggingOptions } from './index.ts'

let clock = manualClock({ seed: 1 })
afterEach(() => {
  expect(clock.timers).toEqual([])
  clock = manualClock({ seed: 1 })
})

type Line = Readonly<Record<string, unknown>>
/** A real pino logger, and the lines that it wrote. */
function recording(level = 'trace'): {
  readonly logger: Logger
  readonly lines: () => readonly Line[]
  readonly text: () => string
} {
  const written: string[] = []
  const logger = pino({ level, base: null, timestamp: false }, { write: (line: string) => void written.push(line) })
  return {
    logger,
    lines: () => written.map((line) => JSON.parse(line) as Line),
    text: () => written.join(''),
  }
}

const RUN = { pipeline: 'chat', pipelineRunId: expect.any(String) as unknown }
const LEVEL = { debug: 20, info: 30, warn: 40, error: 50 } as const

const everyEnding = new Pipeline('chat')
  .withStage('llm', async (context: StageContext) => {
    await context.clock.sleep(950)
    context.note('usage', { inputTokens: 12, outputTokens: 3 })
    return { answer: 'private words' }
  })
  .withStage('profile', () => StageOutput.skip('a guest'), 'enrich')
  .withStage('memory', () => Promise.reject(new TypeError('no store')), { onFailure: 'skip' })
  .withStage('output_guard', (): StageOutput => StageOutput.cancel('not fit to say'), 'guard', {
    dependencies: ['llm'],
  })

test('one line at the end of each stage, with its status, times and what was noted, and one for the run', async () => {
  const { logger, lines } = recording()
  const settled = everyEnding.build({ clock, interceptors: [logging({ logger })] }).run({}, {})
  await clock.advance(950)
  await settled
  const stage = (name: string, kind: string, status: string) => ({ ...RUN, stage: name, kind, status })
  expect(lines()).toEqual([
    {
      ...stage('profile', 'enrich', 'skip'),
      level: LEVEL.info,
      durationMs: 0,
      queuedMs: 0,
      attempts: 1,
      reason: 'a guest',
      msg: 'stage skipped',
    },
    {
      ...stage('memory', 'transform', 'fail'),
      level: LEVEL.warn,
      durationMs: 0,
      queuedMs: 0,
      attempts: 1,
      tolerated: true,
      error: { code: 'core/stage-failed', message: 'no store', stage: 'memory' },
      msg: 'stage failed',
    },
    {
      ...stage('llm', 'transform', 'ok'),
      level: LEVEL.info,
      durationMs: 950,
      queuedMs: 0,
      attempts: 1,
      notes: { usage: { inputTokens: 12, outputTokens: 3 } },
      msg: 'stage completed',
    },
    {
      ...stage('output_guard', 'guard', 'cancel'),
      level: LEVEL.warn,
      durationMs: 0,
      queuedMs: 0,
      attempts: 1,
      reason: 'not fit to say',
      msg: 'stage cancelled',
    },
    { ...RUN, level: LEVEL.warn, status: 'cancelled', durationMs: 950, reason: 'not fit to say', msg: 'run cancelled' },
  ])
})

test('a failure has the code, the causes and the stack; the run that it ends is an error too', async () => {
  const { logger, lines } = recording()
  const failing = new Pipeline('chat').withStage('llm', () => {
    throw new TypeError('bad answer', { cause: new StageflowError('openai/refused', 'Bearer abcdefghijk was refused') })
  })
  await failing.build({ clock, interceptors: [logging({ logger })] }).runSettled()
  const error = {
    code: 'core/stage-failed',
    message: 'bad answer',
    stage: 'llm',
    cause: { code: 'openai/refused', message: 'Bearer [redacted] was refused' },
  }
  expect(lines()).toEqual([
    expect.objectContaining({
      level: LEVEL.error,
      msg: 'stage failed',
      error: { ...error, type: 'TypeError', stack: expect.stringContaining('TypeError: bad answer\n') as unknown },
    }),
    expect.objectContaining({ level: LEVEL.error, msg: 'run failed', status: 'failed', errors: [error] }),
  ])
})

test('the verdict of a guard is a warning, with the run that it ends: the guard has worked', async () => {
  const draft = new Pipeline('draft').withStage(
    'check',
    ({ snapshot }) => (snapshot.inputText === 'good' ? {} : StageOutput.fail('not good yet')),
    'guard',
  )
  const loop = new Pipeline('loop').withPipeline('write', draft, {
    input: (_inputs, _snapshot, feedback) => ({ inputText: feedback === undefined ? 'bad' : 'good' }),
    repeat: repeatUntil('check'),
  })
  const levelsIn = async (pipeline: Pipeline<object>, options: LoggingOptions = {}): Promise<readonly unknown[]> => {
    const { logger, lines } = recording()
    await pipeline.build({ clock, interceptors: [logging({ logger, ...options })] }).runSettled()
    return lines().map(({ level, pipeline: name, msg }) => [level, name, msg])
  }
  expect(await levelsIn(loop)).toEqual([
    [LEVEL.warn, 'draft', 'stage failed'],
    [LEVEL.warn, 'draft', 'run failed'],
    [LEVEL.info, 'draft', 'stage completed'],
    [LEVEL.info, 'draft', 'run completed'],
    [LEVEL.info, 'loop', 'stage completed'],
    [LEVEL.info, 'loop', 'run completed'],
  ])
  expect((await levelsIn(draft, { levels: { verdict: 'debug' } })).map((line) => (line as unknown[])[0])).toEqual([
    LEVEL.debug,
    LEVEL.debug,
  ])
  const broken = new Pipeline('broken').withStage('check', () => Promise.reject(new Error('no rules')), 'guard')
  expect(await levelsIn(broken)).toEqual([
    [LEVEL.error, 'broken', 'stage failed'],
    [LEVEL.error, 'broken', 'run failed'],
  ])
})

test('data is left out by default; with data it is redacted and cut', async () => {
  const stage = () => ({
    token: 'hunter2',
    nested: { apiKey: 'hunter2', secret: { a: 'hunter2' } },
    text: 'x'.repeat(5_000),
    url: 'redis://me:hunter2@host',
  })
  const run = async (options: LoggingOptions) => {
    const log = recording()
    await new Pipeline('chat')
      .withStage('a', stage)
      .build({ clock, interceptors: [logging({ ...options, logger: log.logger })] })
      .run()
    return log
  }
  expect((await run({})).lines()[0]).not.toHaveProperty('data')
  const log = await run({ data: true })
  expect(log.lines()[0]?.['data']).toEqual({
    token: '[redacted]',
    nested: { apiKey: '[redacted]', secret: '[redacted]' },
    text: `${'x'.repeat(1_024)}… (5000 characters)`,
    url: 'redis://[redacted]@host',
  })
  expect(log.text()).not.toContain('hunter2')
  const cut = await run({ data: true, redaction: { maxTextLength: 10, keys: ['url'] } })
  expect(cut.lines()[0]?.['data']).toMatchObject({ text: 'xxxxxxxxxx… (5000 characters)', url: '[redacted]' })
})

test('by default a line holds at most 2,048 characters of data', async () => {
  const { logger, text } = recording()
  const stage = () => ({ rows: Array.from({ length: 40 }, () => 'y'.repeat(500)) })
  await new Pipeline('chat')
    .withStage('a', stage)
    .build({ clock, interceptors: [logging({ logger, data: true })] })
    .run()
  expect(text().length).toBeGreaterThan(2_000)
  expect(text().length).toBeLessThan(3_500)
})

test('lines have the user and the tenant that auth reads from a token', async () => {
  const { logger, lines } = recording()
  const verify = () => ({ sub: 'ada', org_id: 'acme' })
  const graph = new Pipeline('chat')
    .withStage('llm', (context) => void context.get(LOGGER)?.info('asked'))
    .withPipeline(
      'memory',
      new Pipeline('lookup').withStage('inner', () => ({})),
    )
    .build({ clock, interceptors: [auth({ verify }), logging({ logger, startLines: true })] })
  await graph.run({ requestId: 'r1' }, { token: 'a.b.c' })
  const [first, ...rest] = lines()
  expect(first).toMatchObject({ msg: 'run started', requestId: 'r1' })
  expect(first).not.toHaveProperty('userId')
  expect(rest.map(({ msg }) => msg)).toContain('asked')
  for (const line of rest) expect(line).toMatchObject({ requestId: 'r1', userId: 'ada', orgId: 'acme' })
})

test('the name of the pipeline is redacted too', async () => {
  const { logger, lines, text } = recording()
  await new Pipeline('tenant?token=hunter2')
    .withStage('a', () => ({}))
    .build({ clock, interceptors: [logging({ logger })] })
    .run()
  expect(text()).not.toContain('hunter2')
  expect(lines()[0]).toMatchObject({ pipeline: 'tenant?token=[redacted]' })
})

test('lines of stages are redacted, in fields, messages and errors', async () => {
  const { logger, lines, text } = recording()
  await new Pipeline('chat')
    .withStage('a', (context) => {
      const log = context.get(LOGGER)
      log?.info({ password: 'hunter2', rows: 3 }, 'looked up with token=hunter2')
      log?.warn('password=hunter2')
      log?.error(new TypeError('redis://me:hunter2@host is down'))
      log?.debug(new Error('password=hunter2'), 'the cache is down')
      log?.trace(['a', 'b'])
      log?.fatal({}, 'done')
    })
    .build({ clock, interceptors: [logging({ logger })] })
    .run()
  expect(text()).not.toContain('hunter2')
  expect(lines().slice(0, 6)).toMatchObject([
    { level: 30, password: '[redacted]', rows: 3, msg: 'looked up with token=[redacted]' },
    { level: 40, msg: 'password=[redacted]' },
    { level: 50, error: { type: 'TypeError' }, msg: 'redis://[redacted]@host is down' },
    { level: 20, error: { message: 'password=[redacted]' }, msg: 'the cache is down' },
    { level: 10, value: ['a', 'b'] },
    { level: 60, msg: 'done' },
  ])
})

test('a logger that throws does not fail the stage that writes a line', async () => {
  const { logger } = recording()
  Object.defineProperty(logger, 'child', { value: () => { throw new Error('disk full') } }) // prettier-ignore
  const graph = new Pipeline('chat')
    .withStage('a', (context) => void context.get(LOGGER)?.info('asked'))
    .build({ clock, interceptors: [logging({ logger })] })
  const { status, report } = await graph.run()
  expect(status).toBe('completed')
  expect(report.notes['core/problems']).toHaveLength(1)
})

test('ids are redacted, and redaction: false keeps secrets', async () => {
  const run = async (options: LoggingOptions) => {
    const { logger, lines } = recording()
    await new Pipeline('chat')
      .withStage('a', () => StageOutput.skip('password=hunter2'))
      .build({ clock, interceptors: [logging({ ...options, logger })] })
      .run({ requestId: 'token=hunter2', userId: 'ada' })
    return lines()[0]
  }
  expect(await run({})).toMatchObject({
    requestId: 'token=[redacted]',
    userId: 'ada',
    reason: 'password=[redacted]',
  })
  expect(await run({ redaction: false })).toMatchObject({ requestId: 'token=hunter2', reason: 'password=hunter2' })
})

test('an AggregateError has all its errors, and a cause without a code has none', async () => {
  const { logger, lines } = recording()
  const errors = [new Error('first', { cause: new Error('inner') }), new TypeError('second: password=hunter2')]
  await new Pipeline('chat')
    .withStage('a', () => Promise.reject(new AggregateError(errors, 'all providers failed')))
    .build({ clock, interceptors: [logging({ logger })] })
    .runSettled()
  expect(lines()[0]?.['error']).toMatchObject({
    type: 'AggregateError',
    code: 'core/stage-failed',
    message: 'all providers failed',
    cause: { message: 'first', cause: { message: 'inner' } },
    errors: [
      { type: 'Error', message: 'first' },
      { type: 'TypeError', message: 'second: password=[redacted]' },
    ],
  })
  expect(JSON.stringify(lines()[0]?.['error'])).not.toContain('"cause":{"code"')
})

test('start lines are an option: each call of a stage, and the run', async () => {
  const { logger, lines } = recording()
  const twice: Interceptor = {
    name: 'twice',
    wrap: (next) => async (context) => {
      await next(context)
      return next(context.fork().context)
    },
  }
  const graph = new Pipeline('chat')
    .withStage('a', () => ({}))
    .build({ clock, interceptors: [twice, logging({ logger, startLines: true })] })
  await graph.run()
  expect(lines()).toMatchObject([
    { ...RUN, msg: 'run started', stages: 1 },
    { ...RUN, msg: 'stage started', stage: 'a', kind: 'transform', attempt: 1 },
    { ...RUN, msg: 'stage started', stage: 'a', attempt: 2 },
    { ...RUN, msg: 'stage completed', attempts: 2 },
    { ...RUN, msg: 'run completed' },
  ])
})

test('each status has a level, and a level below that of the logger makes no line', async () => {
  const run = async (options: LoggingOptions, level?: string) => {
    const { logger, lines } = recording(level)
    const settled = everyEnding.build({ clock, interceptors: [logging({ logger, ...options })] }).run()
    await clock.advance(950)
    await settled
    return lines().map(({ msg, level: written }) => `${String(written)} ${String(msg)}`)
  }
  const levels = { start: 'trace', ok: 'debug', skip: 'silent', cancel: 'error', tolerated: 'info' } as const
  expect(await run({ levels, startLines: true })).toEqual([
    '10 run started',
    '10 stage started',
    '10 stage started',
    '10 stage started',
    '30 stage failed',
    '20 stage completed',
    '10 stage started',
    '50 stage cancelled',
    '50 run cancelled',
  ])
  expect(await run({}, 'warn')).toEqual(['40 stage failed', '40 stage cancelled', '40 run cancelled'])
  expect(await run({}, 'silent')).toEqual([])
})

test('the lines of a run share one child logger, and its child runs have one each', async () => {
  const { logger, lines } = recording()
  let children = 0
  logger.onChild = () => void children++
  const lookup = new Pipeline('lookup').withStage('read', () => ({})).withStage('rank', () => ({}))
  const graph = new Pipeline('chat')
    .withStage('profile', () => ({}))
    .withPipeline('memory', lookup)
    .build({ clock, interceptors: [logging({ logger })] })
  await graph.run()
  expect(lines().length).toBeGreaterThan(4)
  expect(children).toBe(2)
})

test('the ids of the run are in every line, in those of child runs and of the logger for stages too', async () => {
  const { logger, lines } = recording()
  const child = new Pipeline('lookup').withStage(
    'inner',
    (context) => void context.get(LOGGER)?.info({ rows: 3 }, 'looked up'),
  )
  const graph = new Pipeline('chat').withPipeline('memory', child).build({ clock, interceptors: [logging({ logger })] })
  const { report } = await graph.run({
    requestId: 'r1',
    userId: 'u1',
    orgId: 'o1',
    sessionId: 's1',
    interactionId: 'i1',
  })
  const ids = { requestId: 'r1', userId: 'u1', orgId: 'o1', sessionId: 's1', interactionId: 'i1' }
  const inner = { ...ids, pipeline: 'lookup', parentRunId: report.pipelineRunId, path: 'memory' }
  expect(lines()).toMatchObject([
    { ...inner, rows: 3, msg: 'looked up' },
    { ...inner, stage: 'inner', msg: 'stage completed' },
    { ...inner, msg: 'run completed' },
    { ...ids, pipeline: 'chat', stage: 'memory', pipelineRunId: report.pipelineRunId },
    { ...ids, pipeline: 'chat', msg: 'run completed' },
  ])
  expect(lines()[4]).not.toHaveProperty('path')
})

test('stages that an interceptor answered, and stages that were skipped, have a line', async () => {
  const { logger, lines } = recording()
  const breaker: Interceptor = {
    name: 'breaker',
    wrap: (next, { name }) =>
      name === 'a' ? () => StageOutput.fail(new StageflowError('breaker/open', 'The circuit is open.')) : next,
  }
  await new Pipeline('chat')
    .withStage('a', () => ({}), { onFailure: 'skip' })
    .withStage('b', () => ({}), { dependencies: ['a'] })
    .build({ clock, interceptors: [breaker, logging({ logger, startLines: true })] })
    .run()
  expect(lines().slice(1, 3)).toMatchObject([
    { stage: 'a', status: 'fail', attempts: 0, error: { code: 'breaker/open' }, msg: 'stage failed' },
    { stage: 'b', status: 'skip', attempts: 0, msg: 'stage skipped' },
  ])
})

test('a refused run has a line, and a run with dropped events says how many', async () => {
  const { logger, lines } = recording()
  const refuse: Interceptor = {
    name: 'auth',
    wrapRun: (next) => (run) =>
      run.userId === undefined ? run.fail(new StageflowError('auth/missing-token', 'There is no token.')) : next(run),
  }
  const eventSink = { emit: () => {}, tryEmit: () => false }
  const graph = new Pipeline('chat')
    .withStage('a', () => ({}))
    .build({ clock, eventSink, interceptors: [refuse, logging({ logger })] })
  await graph.runSettled({ requestId: 'r1' })
  await graph.runSettled({ userId: 'u1' })
  expect(lines()).toEqual([
    {
      ...RUN,
      requestId: 'r1',
      level: LEVEL.error,
      status: 'failed',
      durationMs: 0,
      droppedEvents: 1,
      errors: [{ code: 'auth/missing-token', message: 'There is no token.' }],
      msg: 'run failed',
    },
    expect.objectContaining({ userId: 'u1', msg: 'stage completed' }),
    expect.objectContaining({ userId: 'u1', msg: 'run completed', droppedEvents: 3 }),
  ])
})

const everyLine = new Pipeline('chat')
  .withStage('a', () => ({ a: 1 }))
  .withStage('b', () => Promise.reject(new Error('down')), { onFailure: 'skip' })

test.each([
  ['throws', () => { throw new Error('disk full') }], // prettier-ignore
  ['rejects', () => Promise.reject(new Error('disk full'))],
])('a logger that %s changes nothing, and is one problem in the report', async (_, write) => {
  const { logger } = recording()
  for (const level of ['info', 'warn']) Object.defineProperty(logger, level, { value: write })
  const graph = everyLine.build({ clock, interceptors: [logging({ logger, startLines: true })] })
  const result = await graph.run()
  expect(result.status).toBe('completed')
  const message = expect.stringContaining('disk full') as unknown
  expect(result.report.notes['core/problems']).toEqual([expect.objectContaining({ code: 'core/problem', message })])
})

test('a line that cannot be written does not stop later lines', async () => {
  const messages: unknown[] = []
  const write = (line: string): void => {
    const { msg } = JSON.parse(line) as Line
    messages.push(msg)
    if (messages.length === 1) throw new Error('busy')
  }
  const interceptors = [logging({ logger: pino({ base: null }, { write }), startLines: true })]
  await everyLine.build({ clock, interceptors }).run()
  expect(messages).toEqual([
    'run started',
    'stage started',
    'stage completed',
    'stage started',
    'stage failed',
    'run completed',
  ])
})

test('a logger that throws when its level is read, or cannot make a child, changes nothing', async () => {
  const trap = (): never => {
    throw new Error('closed')
  }
  for (const broken of [{ isLevelEnabled: trap }, { child: trap }, { levelVal: trap }]) {
    const { logger } = recording()
    for (const [name, get] of Object.entries(broken))
      Object.defineProperty(logger, name, name === 'levelVal' ? { get } : { value: get })
    const graph = new Pipeline('chat')
      .withStage('a', () => ({ a: 1 }))
      .build({ clock, interceptors: [logging({ logger, startLines: true })] })
    const { status, report } = await graph.run()
    expect(status).toBe('completed')
    expect(JSON.stringify(report.notes['core/problems'])).toContain('closed')
  }
})

test('an error that cannot be read has a line, and its name is redacted', async () => {
  const { logger, lines, text } = recording()
  const trap = () => {
    throw new Error('a trap')
  }
  const stages = {
    unreadable: Object.defineProperty(new Error('down'), 'stack', { get: trap }),
    nameless: Object.defineProperty(new Error('down'), 'name', { get: trap }),
    named: Object.assign(new Error('down'), { name: 'Bearer hunter2hunter2', stack: undefined }),
  }
  for (const [name, error] of Object.entries(stages))
    await new Pipeline('chat')
      .withStage(name as 'a', () => Promise.reject(error))
      .build({ clock, interceptors: [logging({ logger })] })
      .runSettled()
  const failed = lines().filter(({ msg }) => msg === 'stage failed')
  expect(failed.map(({ stage }) => stage)).toEqual(Object.keys(stages))
  expect(failed).toMatchObject(failed.map(() => ({ error: { code: 'core/stage-failed', message: 'down' } })))
  expect(text()).not.toContain('hunter2')
})

test('an undefined option counts as not given', async () => {
  const { logger, lines } = recording()
  const options = { logger, levels: { fail: undefined, ok: undefined }, redaction: { maxLength: undefined } } as unknown
  await new Pipeline('chat')
    .withStage('a', () => ({}))
    .withStage('b', () => Promise.reject(new Error('down')))
    .build({ clock, interceptors: [logging(options as LoggingOptions)] })
    .runSettled()
  expect(lines().map(({ level, msg }) => `${String(level)} ${String(msg)}`)).toEqual([
    '30 stage completed',
    '50 stage failed',
    '50 run failed',
  ])
})

test('without a logger the lines go to standard output', () => {
  expect(logging().name).toBe('logging')
  expect(logging({}).wrap).toBeUndefined()
})

const refusal = (options: unknown): string => {
  try {
    logging(options as LoggingOptions)
  } catch (error) {
    return StageflowError.is(error) ? `${error.code}: ${error.message}` : String(error)
  }
  return 'accepted'
}

test('illegal options are refused, all of them at once (logging/illegal-option)', () => {
  const levels = { ok: 'loud', fine: 'info' }
  expect(refusal({ logger: {}, startLines: 1, data: 'yes', levels, redaction: true })).toBe(
    'logging/illegal-option: logging(): logger must be a pino logger with child(), isLevelEnabled(), error(), warn(), info(), debug(), trace(), fatal(), not an object; ' +
      'startLines must be true or false, not 1; data must be true or false, not "yes"; ' +
      "redaction must be an object such as { keys: ['ssn'] }, or false, not true; " +
      "levels.ok must be one of 'fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent', not \"loud\"; " +
      'unknown option "levels.fine" (known: start, ok, skip, cancel, fail, verdict, suspend, tolerated, item).',
  )
})

test.each<[options: unknown, problem: string]>([
  [null, 'the options must be an object, not null'],
  [{ redact: ['ssn'] }, 'unknown option "redact" (known: logger, startLines, levels, data, redaction)'],
  [{ levels: 'info' }, 'levels must be an object, not a string'],
  [{ levels: null }, 'levels must be an object, not null'],
  [{ levels: { toString: 'info' } }, 'unknown option "levels.toString"'],
  [
    { redaction: { key: ['ssn'] } },
    'core/illegal-option: redaction: unknown option "key" (did you mean "keys"? known: keys, ',
  ],
])('%j is refused', (options, problem) => {
  expect(refusal(options)).toContain(problem)
})
