import { Pipeline, StageOutput, StageflowError } from '@stageflow/core'
import type { Interceptor, StageContext } from '@stageflow/core'
import { manualClock } from '@stageflow/testing'
import { pino } from 'pino'
import { afterEach, expect, test } from 'vitest'

import { LOGGER, logging } from './index.ts'

declare module '@stageflow/core' {
  interface RunOptions {
    readonly loggingTestToken?: string
  }
  interface StageNotes {
    readonly loggingTest?: unknown
  }
}

const clock = manualClock({ seed: 1 })
afterEach(() => expect(clock.timers).toEqual([]))

const SECRET = 'Hunter2Hunter2Hunter2'

/** Strings with the secret in forms that the redactor knows. */
const TEXTS: Readonly<Record<string, string>> = {
  bearer: `401 for Bearer ${SECRET}`,
  basic: `Authorization: Basic ${SECRET}==`,
  jwt: `refused eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.${SECRET}`,
  url: `connect ECONNREFUSED postgres://bob:${SECRET}@db:5432/shop`,
  query: `GET /x?access_token=${SECRET}&page=2`,
  json: `answer: {"api_key":"${SECRET}","x":1}`,
  'json in json': JSON.stringify({ body: JSON.stringify({ password: SECRET }) }),
  'api key': `Incorrect API key provided: sk-${SECRET}.`,
  'connection string': `Server=db;Uid=bob;Pwd=${SECRET};`,
  pem: `-----BEGIN PRIVATE KEY-----\n${SECRET}\n-----END PRIVATE KEY-----`,
}

/** Values with the secret under secret names. */
const VALUES: Readonly<Record<string, object>> = {
  'anything under secret': { secret: { deep: { down: SECRET } }, map: new Map([['secret', SECRET]]) },
  ...Object.fromEntries(
    ['password', 'token', 'authorization', 'apiKey', 'x-api-key', 'cookie', 'clientSecret', 'refreshTokens'].map(
      (key) => [key, { [key]: SECRET, nested: [{ [key]: [SECRET] }] }],
    ),
  ),
}

/** The places of a run that end up in a line. */
const PLACES: Readonly<Record<string, (text: string, value: object) => (context: StageContext) => object>> = {
  data: (text, value) => () => ({ text, value }),
  'the data of a failure': (text, value) => () => StageOutput.fail('down', { data: { text, value } }),
  'an error': (text, value) => () => {
    throw Object.assign(new TypeError(text), value)
  },
  'a cause': (text) => () => {
    throw new Error('down', { cause: new StageflowError('acme/down', text, { cause: new Error(text) }) })
  },
  'several errors': (text) => () => {
    throw new AggregateError([new Error(text)], text)
  },
  'a name': (text) => () => {
    throw Object.assign(new Error('down'), { name: text })
  },
  'the code of an error': (text) => () => {
    throw Object.assign(new Error('down'), { code: text })
  },
  'no error': (text) => () => {
    // oxlint-disable-next-line only-throw-error -- stages throw anything
    throw text
  },
  'a reason to skip': (text) => () => StageOutput.skip(text),
  'a reason to cancel': (text) => () => StageOutput.cancel(text),
  'a note':
    (text, value) =>
    ({ note }) => {
      note('loggingTest', { text, value: JSON.parse(JSON.stringify(value)) as unknown })
      return {}
    },
}

const CASES = Object.entries(PLACES).flatMap(([place, stage]) =>
  [...Object.keys(TEXTS), ...Object.keys(VALUES)].map(
    (form) => [form, place, stage(TEXTS[form] ?? 'text', VALUES[form] ?? {})] as const,
  ),
)

test.each(CASES)('no line holds a secret: %s in %s', async (_form, _place, stage) => {
  const written: string[] = []
  const logger = pino({ level: 'trace' }, { write: (line: string) => void written.push(line) })
  const claimed: Interceptor = { name: 'token', settled: () => {}, runOptions: ['loggingTestToken'] }
  const child = new Pipeline('child').withStage('inner', stage)
  const result = await new Pipeline('chat')
    .withPipeline('outer', child, { onFailure: 'skip' })
    .withStage('own', stage)
    .withStage(
      'after',
      (context) => void context.get(LOGGER)?.info({ password: SECRET }, `looked up with token=${SECRET}`),
      { dependencies: ['own'] },
    )
    .build({ clock, interceptors: [claimed, logging({ logger, startLines: true, data: true })] })
    .runSettled({}, { loggingTestToken: SECRET })
  const lines = written.join('')
  expect(lines).toContain(`run ${result.status}`)
  expect(lines).toContain('"stage":"inner"')
  expect(lines).not.toContain(SECRET)
  expect(result.report.notes['core/problems']).toBeUndefined()
})
