import { Pipeline, StageOutput } from '@stageflow/core'
import type { StageContext } from '@stageflow/core'
import { expect, test } from 'vitest'
import { pendingRequests, readState, suspendedState } from './index.ts'

const ask = ({ resumed }: StageContext): object => (resumed ? {} : StageOutput.suspend('?'))
const graph = new Pipeline('order')
  .withStage('price', () => ({ total: 12, tags: [undefined] }))
  .withStage('optional', () => StageOutput.skip('no'))
  .withStage('approve', ask)
  .withPipeline('kid', new Pipeline('k').withStage('check', ask))
  .build()
const result = await graph.run({ pipelineRunId: 'r1' })
if (result.status !== 'suspended') throw new Error(result.status)
const text = JSON.stringify(suspendedState(graph, result))

/** The state with another value at a path, or without it. */
function changed(path: string, value: unknown): unknown {
  const state = JSON.parse(text) as object
  const keys = path.split('.')
  const last = keys.pop() as string
  let at = state as Record<string, unknown>
  for (const key of keys) at = at[key] as Record<string, unknown>
  if (value === undefined) delete at[last]
  else at[last] = value
  return state
}

let nested: unknown = JSON.parse(text).run.children.kid
for (let level = 0; level < 6; level++) nested = { ...(nested as object), children: { kid: nested } }
let graphs: unknown = JSON.parse(text).fingerprint
for (let level = 0; level < 6; level++)
  graphs = { pipeline: 'p', stages: { a: { kind: 'work', dependencies: [], join: 'all', child: graphs } } }

test.each<[path: string, value: unknown, message: string]>([
  ['fingerprint', undefined, 'fingerprint is missing; it must be the fingerprint of a graph'],
  ['fingerprint', graphs, `fingerprint${'.stages.a.child'.repeat(6)} is nested more than 5 deep`],
  ['fingerprint.pipeline', 7, 'fingerprint.pipeline is 7; it must be a string'],
  ['fingerprint.stages', [], 'fingerprint.stages is an array; it must be an object'],
  ['fingerprint.stages.price', 'x', 'fingerprint.stages.price is a string; it must be an object'],
  ['fingerprint.stages.price.kind', 1, 'fingerprint.stages.price.kind is 1; it must be a string'],
  [
    'fingerprint.stages.price.dependencies',
    [1],
    'fingerprint.stages.price.dependencies is an array; it must be an array of names',
  ],
  ['fingerprint.stages.price.join', {}, 'fingerprint.stages.price.join is an object; it must be a join'],
  ['fingerprint.stages.price.map', 'yes', 'fingerprint.stages.price.map is a string; it must be true'],
  [
    'fingerprint.stages.kid.child.stages.check',
    null,
    'fingerprint.stages.kid.child.stages.check is null; it must be an object',
  ],
  ['run', undefined, 'run is missing; it must be a run'],
  ['run.status', 'completed', 'run.status is a string; it must be one of suspended'],
  ['run.snapshot', undefined, 'run.snapshot is missing; it must be the input of the run'],
  ['run.snapshot.createdAt', 'now', 'run.snapshot is not the input of a run: '],
  ['run.outputs', null, 'run.outputs is null; it must be an object'],
  ['run.outputs.price', 'ok', 'run.outputs.price is a string; it must be an output'],
  ['run.outputs.price.status', 'fail', 'run.outputs.price.status is a string; it must be one of ok, skip, suspend'],
  ['run.outputs.price.data', undefined, 'run.outputs.price.data is missing; it must be an object'],
  [
    'run.outputs.price.data.status',
    'fail',
    'run.outputs.price.data.status is a string; it must be no status of an output',
  ],
  ['run.outputs.optional.reason', undefined, 'run.outputs.optional.reason is missing; it must be a string'],
  ['run.outputs', {}, 'run.outputs has no stage that is suspended'],
  ['run.report', undefined, 'run.report is missing; it must be the report of a run'],
  ['run.report.pipelineRunId', undefined, 'run.report.pipelineRunId is missing; it must be a string'],
  ['run.report.endedAt', 'late', 'run.report.endedAt is a string; it must be a number of milliseconds'],
  ['run.report.legs', [{}], 'run.report.legs is an array; it must be an array of reports'],
  ['run.report.stages.price', undefined, 'run.report.stages.price is missing; it must be the record of the stage'],
  [
    'run.report.stages.price.startedAt',
    '1',
    'run.report.stages.price is an object; it must be the record of the stage',
  ],
  ['run.children', 'none', 'run.children is a string; it must be an object'],
  ['run.children.kid', nested, `run${'.children.kid'.repeat(6)} is nested more than 5 deep`],
  [
    'run.children.kid.status',
    'gone',
    'run.children.kid.status is a string; it must be one of completed, cancelled, failed, suspended',
  ],
  ['run.children.kid.snapshot', undefined, 'run.children.kid.snapshot is missing; it must be the input of the run'],
  ['run.children.kid.outputs.check', 1, 'run.children.kid.outputs.check is 1; it must be an output'],
  ['gaps', undefined, 'gaps is missing; it must be an array of paths'],
  ['gaps', [[{}]], 'gaps is an array; it must be an array of paths'],
  [
    'gaps',
    [['outputs', 'price', 'data', 'total']],
    'gaps has outputs.price.data.total, which is not a null in an array',
  ],
  ['gaps', [['outputs', '__proto__', 0]], 'gaps has outputs.__proto__[0], which is not a null in an array'],
  ['gaps', [[]], 'gaps has , which is not a null in an array'],
])('a state whose %s is %o is damaged, and the error says where', (path, value, message) => {
  const read = (): unknown => readState(graph, changed(path, value))
  expect(read).toThrow(expect.objectContaining({ code: 'suspend/damaged-state' }) as Error)
  expect(read).toThrow(`This is not the state of a suspended run: `)
  expect(read).toThrow(message)
  expect(read).toThrow(/\. Pass what suspendedState\(graph, result\) returned, or its JSON\.$/)
})

test.each<[what: string, given: unknown, message: string]>([
  ['undefined, as of a row that is missing', undefined, 'it is undefined. '],
  ['a date', new Date(0), 'it is an instance of Date. '],
  ['a number', '5', 'it is 5. '],
  ['a state that was written as JSON twice', JSON.stringify(`{"secret":1}`), 'it was written as JSON twice. '],
  ['bytes', Buffer.from('secret'), 'it is an instance of Buffer without a format'],
  ['an array', [], 'it is an array. '],
  ['an object', {}, 'it is an object without a format'],
  ['the result itself', result, 'it is the result of a run'],
  ['an empty text', '', 'its 0 characters are not JSON'],
  ['half of a text', text.slice(0, 100), 'its 100 characters are not JSON'],
  ['a text with a slip', '{"format":1,,"password":"secret"}', 'its 33 characters are not JSON, from position 12'],
  [
    'an object inside itself',
    ((loop: { loop?: object }) => (loop.loop = loop))({}),
    'it cannot be written as JSON (Converting circular',
  ],
])('%s is refused, and the error shows nothing of its content', (_what, given, message) => {
  const read = (): unknown => pendingRequests(given)
  expect(read).toThrow(expect.objectContaining({ code: 'suspend/damaged-state' }) as Error)
  expect(read).toThrow(`This is not the state of a suspended run: ${message}`)
  expect(read).not.toThrow(/secret/)
})

test('several problems are in one error, the first ten by their words', () => {
  const { run, ...state } = JSON.parse(text) as { run: { report: object } }
  const stages = Object.fromEntries(Array.from({ length: 30 }, (_, place) => [`s${place}`, 7]))
  expect(() => readState(graph, { ...state, run: { ...run, report: { ...run.report, stages } } })).toThrow(
    /run\.report\.stages\.s0 is 7; .*run\.report\.stages\.s9 is 7; it must be the record of the stage; and 24 more\. Pass/,
  )
})

test.each([2, '1', null])('a state of format %o is refused by name (suspend/unknown-format)', (format) => {
  const read = (): unknown => readState(graph, changed('format', format))
  expect(read).toThrow(expect.objectContaining({ code: 'suspend/unknown-format' }) as Error)
  expect(read).toThrow(
    `The state has format ${JSON.stringify(format)}; this version of @stageflow/suspend reads format 1. Resume it with the version that wrote it.`,
  )
})

test('a state of more than 64 Mi characters is neither written nor read (suspend/too-large)', async () => {
  const most = 64 * 1024 * 1024
  const message =
    /^The state of a suspended run has \d+ characters; at most 67108864 are read\. Keep large data in a store of its own/
  expect(() => pendingRequests(' '.repeat(most + 1))).toThrow(message)
  expect(() => pendingRequests(' '.repeat(most))).toThrow(/characters are not JSON/)
  const large = new Pipeline('large')
    .withStage('file', () => ({ text: 'x'.repeat(most) }))
    .withStage('approve', ask)
    .build()
  const run = await large.run()
  const write = (): unknown => run.status === 'suspended' && suspendedState(large, run)
  expect(write).toThrow(expect.objectContaining({ code: 'suspend/too-large' }) as Error)
  expect(write).toThrow(message)
})

test('keys like __proto__ stay data', async () => {
  const odd = new Pipeline('odd')
    .withStage('read', () => JSON.parse('{"list":{"__proto__":{"polluted":true}}}') as { list: object })
    .withStage('approve', ask)
    .build()
  const run = await odd.run()
  if (run.status !== 'suspended') throw new Error(run.status)
  const { outputs } = readState(odd, JSON.stringify(suspendedState(odd, run)))
  expect(JSON.stringify(outputs['read'])).toContain('"__proto__":{"polluted":true}')
  expect(({} as { polluted?: true }).polluted).toBeUndefined()
})
