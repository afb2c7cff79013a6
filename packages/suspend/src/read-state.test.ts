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
  ['fingerprint', undefined, 'fingerprint must be the fingerprint of a graph, not undefined'],
  ['fingerprint', graphs, `fingerprint${'.stages.a.child'.repeat(6)} is nested more than 5 deep`],
  ['fingerprint.pipeline', 7, 'fingerprint.pipeline must be a string, not 7'],
  ['fingerprint.stages', [], 'fingerprint.stages must be an object, not an array'],
  ['fingerprint.stages.price', 'x', 'fingerprint.stages.price must be an object, not a string'],
  ['fingerprint.stages.price.kind', 1, 'fingerprint.stages.price.kind must be a string, not 1'],
  [
    'fingerprint.stages.price.dependencies',
    [1],
    'fingerprint.stages.price.dependencies must be an array of names, not an array',
  ],
  ['fingerprint.stages.price.join', {}, 'fingerprint.stages.price.join must be a join, not an object'],
  ['fingerprint.stages.price.map', 'yes', 'fingerprint.stages.price.map must be true, not a string'],
  [
    'fingerprint.stages.price.uninterruptible',
    false,
    'fingerprint.stages.price.uninterruptible must be true, not false',
  ],
  [
    'fingerprint.stages.kid.child.stages.check',
    null,
    'fingerprint.stages.kid.child.stages.check must be an object, not null',
  ],
  ['run', undefined, 'run must be a run, not undefined'],
  ['run.status', 'completed', 'run.status must be one of suspended, not a string'],
  ['run.snapshot', undefined, 'run.snapshot must be the input of the run, not undefined'],
  ['run.snapshot.createdAt', 'now', 'run.snapshot is not the input of a run: '],
  ['run.outputs', null, 'run.outputs must be an object, not null'],
  ['run.outputs.price', 'ok', 'run.outputs.price must be an output, not a string'],
  ['run.outputs.price.status', 'fail', 'run.outputs.price.status must be one of ok, skip, suspend, not a string'],
  ['run.outputs.price.data', undefined, 'run.outputs.price.data must be an object, not undefined'],
  [
    'run.outputs.price.data.status',
    'fail',
    'run.outputs.price.data.status must be no status of an output, not a string',
  ],
  ['run.outputs.optional.reason', undefined, 'run.outputs.optional.reason must be a string, not undefined'],
  ['run.outputs', {}, 'run.outputs has no stage that is suspended'],
  ['run.report', undefined, 'run.report must be the report of a run, not undefined'],
  ['run.report.pipelineRunId', undefined, 'run.report.pipelineRunId must be a string, not undefined'],
  ['run.report.endedAt', 'late', 'run.report.endedAt must be a number of milliseconds, not a string'],
  ['run.report.legs', [{}], 'run.report.legs must be an array of reports, not an array'],
  ['run.report.stages.price', undefined, 'run.report.stages.price must be the record of the stage, not undefined'],
  ['run.report.stages.price.startedAt', '1', 'run.report.stages.price must be the record of the stage, not an object'],
  ['run.children', 'none', 'run.children must be an object, not a string'],
  ['run.children.kid', nested, `run${'.children.kid'.repeat(6)} is nested more than 5 deep`],
  [
    'run.children.kid.status',
    'gone',
    'run.children.kid.status must be one of completed, cancelled, failed, suspended, not a string',
  ],
  ['run.children.kid.snapshot', undefined, 'run.children.kid.snapshot must be the input of the run, not undefined'],
  ['run.children.kid.outputs.check', 1, 'run.children.kid.outputs.check must be an output, not 1'],
  ['gaps', undefined, 'gaps must be an array of paths, not undefined'],
  ['gaps', [[{}]], 'gaps must be an array of paths, not an array'],
  [
    'gaps',
    [['outputs', 'price', 'data', 'total']],
    'gaps has outputs.price.data.total, which is not a null in an array',
  ],
  ['gaps', [['outputs', '__proto__', 0]], 'gaps has outputs.__proto__[0], which is not a null in an array'],
  ['gaps', [[]], 'gaps has , which is not a null in an array'],
])('a state whose %s is %o is damaged, and the error says where', (path, value, message) => {
  const read = (): unknown => readState(graph, changed(path, value))
  expect(read).toThrow(expect.objectContaining({ code: 'suspend/damaged' }) as Error)
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
  expect(read).toThrow(expect.objectContaining({ code: 'suspend/damaged' }) as Error)
  expect(read).toThrow(`This is not the state of a suspended run: ${message}`)
  expect(read).not.toThrow(/secret/)
})

test('several problems are in one error, the first ten by their words', () => {
  const { run, ...state } = JSON.parse(text) as { run: { report: object } }
  const stages = Object.fromEntries(Array.from({ length: 30 }, (_, place) => [`s${place}`, 7]))
  expect(() => readState(graph, { ...state, run: { ...run, report: { ...run.report, stages } } })).toThrow(
    /run\.report\.stages\.s0 must be the record of the stage, not 7; .*run\.report\.stages\.s9 must be .*, not 7; and 24 more\. Pass/,
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
