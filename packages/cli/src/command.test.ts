import { once } from 'node:events'
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'

import { Pipeline, StageOutput } from '@stageflow/core'
import { durableLocal } from '@stageflow/durable-local'
import { manualClock } from '@stageflow/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'

import { inFile } from '../../durable-engine/test/place.ts'
import { makeJournal, twoOrders } from '../test/journal.ts'
import { order } from '../test/order.ts'
import { stageflowHere } from '../test/stageflow.ts'

// The commands on real journals and files, in this process. bin.test.ts and readme.test.ts start the real command.

const folder = mkdtempSync(join(tmpdir(), 'stageflow-cli-'))
const journal = join(folder, 'orders.db')
const byMe = `stageflow-cli: ${userInfo().username}`
afterAll(() => rmSync(folder, { recursive: true }))

const ESCAPES = '\u001b[31mred\u001b[0m \u009b5m \u202egnp'
const SECRET = 'sk-proj-12345678901234567890abcdef'

const odd = new Pipeline('odd').withStage('call', () => {
  throw new Error(`${ESCAPES} refused the key ${SECRET}`)
})
const kid = new Pipeline('kid').withStage('check', ({ resumed }) =>
  resumed === undefined ? StageOutput.suspend({ token: SECRET, note: ESCAPES }) : { answer: String(resumed.answer) },
)
const outer = new Pipeline('outer').withPipeline('kid', kid)

beforeAll(() =>
  makeJournal(journal, async (durable, clock) => {
    await twoOrders(durable, clock, order)
    await durable.run(odd.build({ clock }), {}, { runId: 'odd-1' }).catch(() => {})
    await durable.run(outer.build({ clock }), {}, { runId: 'outer-1' })
  }),
)

/** A copy of the journal for a test that writes. */
const copyOf = (name: string): string => {
  const path = join(folder, name)
  writeFileSync(path, readFileSync(journal))
  return path
}

// ---------- wrong words

test.each<[words: string[], message: string]>([
  [['runs', 'orders.db', '--stauts', 'failed'], "unknown option '--stauts'\n(Did you mean --status?)"],
  [['runs', 'orders.db', '--status', 'faild'], 'Did you mean "failed"?'],
  [['runs', 'orders.db', '--limit', '0'], 'It is a whole number from 1 to 10,000.'],
  [['graph', 'order.ts', '--format', 'jsn'], 'It is one of mermaid, json. Did you mean "json"?'],
  [['graph'], "missing required argument 'file'"],
  [['show', journal, 'ordr-7'], 'The journal has no run "ordr-7". Did you mean "order-7"?'],
  [['cancel', journal, 'nothing-like-it'], 'The journal has no run "nothing-like-it". The command "runs" lists'],
  [
    ['answer', journal, 'order-7', 'aprove', 'yes'],
    'Run "order-7" does not ask "aprove". Did you mean "approve"? It waits for: approve.',
  ],
  [
    ['answer', journal, 'order-8', 'approve', 'yes'],
    'Run "order-8" does not ask "approve". It is completed, and waits for no answer.',
  ],
  [['cancel', journal, 'order-8'], 'Run "order-8" has ended already: it is completed.'],
  [['view', join(folder, 'none.json')], 'There is no file'],
  [['runs', journal, '--web', '--json'], "option '--web' cannot be used with option '--json'"],
  [['runs', journal, '--web', '--status', 'failed'], "option '--web' cannot be used with option '--status <status>'"],
  [['runs', journal, '--web', '--limit', '5'], "option '--web' cannot be used with option '--limit <count>'"],
  [['view', 'run.json', '--web', '--json'], "option '--web' cannot be used with option '--json'"],
  [['view', 'run.json', '--web', '--html', 'run.html'], "option '--web' cannot be used with option '--html <file>'"],
  [['view', 'run.json', '--html', 'run.html', '--json'], "option '--html <file>' cannot be used with option '--json'"],
  [
    ['graph', 'order.ts', '--check', '--format', 'json'],
    "option '--check' cannot be used with option '--format <format>'",
  ],
  [['graph', 'order.ts', '--json', '--format', 'mermaid'], '--json and --format mermaid are two forms.'],
  [['view', folder], 'is not a file. Pass RUN.json or LOG.jsonl.'],
  [['view', journal], 'is neither JSON nor a log of events.'],
  [['graph', join(folder, 'none.ts')], 'There is no file'],
  [['graph', folder], 'is a folder. Pass a file that exports pipelines.'],
])('%j exits 1, and says what is wrong', async (words, message) => {
  const { code, stdout, stderr } = await stageflowHere(words)
  expect([code, stdout]).toEqual([1, ''])
  expect(stderr).toContain(message)
})

test('help and version exit 0', async () => {
  expect(await stageflowHere(['--help'])).toMatchObject({ code: 0, stderr: '' })
  const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'))
  expect(await stageflowHere(['--version'])).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' })
})

// ---------- looking

test('looking changes no file and creates none', async () => {
  const before = readFileSync(journal)
  await stageflowHere(['runs', journal])
  await stageflowHere(['show', journal, 'order-7', '--data'])
  expect(readFileSync(journal).equals(before)).toBe(true)
  expect(readdirSync(folder)).toEqual(['orders.db'])
})

test('columns are aligned, and cut where a terminal ends, but not in a file', async () => {
  const [head = '', ...rows] = (await stageflowHere(['runs', journal])).stdout.trimEnd().split('\n')
  const at = head.indexOf('pipeline')
  expect(rows.map((row) => row.slice(at - 2, at + 6).trimEnd())).toEqual(['  outer', '  odd', '  order', '  order'])
  expect(rows[1]).toMatch(/refused the key \[redacted\]$/)
  const { stdout } = await stageflowHere(['runs', journal], { columns: 80 })
  const cut = stdout.trimEnd().split('\n')
  expect(Math.max(...cut.map((line) => line.length))).toBe(80)
  expect(cut[2]).toMatch(/…$/)
})

test('--status and --limit pick runs, and what was left out is said', async () => {
  const one = await stageflowHere(['runs', journal, '--status', 'failed', '--json'])
  expect(JSON.parse(one.stdout)).toMatchObject([{ pipeline: 'odd', status: 'failed' }])
  const two = await stageflowHere(['runs', journal, '--limit', '2'])
  expect(two.stdout).toMatch(/\nThese are the newest 2\. For more: --limit 20\n$/)
  expect((await stageflowHere(['runs', journal, '--status', 'blocked'])).stdout).toBe('No run is blocked.\n')
})

test('no secret, and no character that a terminal obeys, is printed of a journal', async () => {
  for (const words of [
    ['runs', journal],
    ['runs', journal, '--json'],
    ['show', journal, 'odd-1', '--data'],
    ['show', journal, 'odd-1', '--data', '--json'],
    ['show', journal, 'outer-1', '--data'],
    ['show', journal, 'outer-1', '--data', '--json'],
    ['show', journal, 'order-8', '--data'],
    ['show', journal, ESCAPES],
  ]) {
    const { stdout, stderr } = await stageflowHere(words)
    const printed = stdout + stderr
    expect(printed).not.toMatch(/(?!\n)[\p{Cc}\p{Cf}]/u)
    expect(printed).not.toContain('12345678901234567890')
    expect(printed).not.toContain('hunter2')
    expect(printed).toMatch(/redacted|order-8|was given the runId/)
  }
})

test('inputs and outputs are shown only with --data', async () => {
  for (const json of [[], ['--json']]) {
    const without = await stageflowHere(['show', journal, 'order-8', ...json])
    expect(without.stdout).not.toMatch(/euros|"80"/)
    const withData = await stageflowHere(['show', journal, 'order-8', '--data', ...json])
    expect(withData.stdout).toMatch(/"euros": 50/)
    expect(withData.stdout).toMatch(/"inputText": "80"/)
    expect(withData.stdout).toMatch(/"answer": "yes"/)
  }
})

test('JSON has what the terminal shows', async () => {
  const { stdout } = await stageflowHere(['show', journal, 'outer-1', '--json'])
  expect(JSON.parse(stdout)).toMatchObject({
    runId: 'outer-1',
    status: 'suspended',
    requests: [{ path: ['kid', 'check'], request: { token: '[redacted]' } }],
    timeline: [{ kind: 'call', key: 'kid/check', status: 'suspend' }],
  })
})

test('colors follow FORCE_COLOR and NO_COLOR', async () => {
  // What styleText looks at is the environment of the process.
  const before = process.env['FORCE_COLOR']
  process.env['FORCE_COLOR'] = '1'
  try {
    const { stdout } = await stageflowHere(['show', journal, 'order-8'])
    expect(stdout).toContain('\u001b[32mcompleted\u001b[39m')
    expect(stdout).toContain('\u001b[1;36m●')
  } finally {
    if (before === undefined) delete process.env['FORCE_COLOR']
    else process.env['FORCE_COLOR'] = before
  }
  expect((await stageflowHere(['show', journal, 'order-8'])).stdout).not.toContain('\u001b')
})

test('a long question stands below its stage, and is cut with a word about the rest', async () => {
  const path = join(folder, 'long.db')
  const items = Array.from({ length: 30 }, (_, index) => `item ${index}`)
  const asks = new Pipeline('asks').withStage('pick', () => StageOutput.suspend({ items }))
  await makeJournal(path, (durable, clock) => durable.run(asks.build({ clock }), {}, { runId: 'asks-1' }))
  const { stdout } = await stageflowHere(['show', path, 'asks-1'])
  expect(stdout).toContain('\n  pick\n    {\n      "items": [\n        "item 0",\n')
  expect(stdout).toContain('        "item 17",\n    … 14 more lines: --json prints all\n    stageflow answer ')
})

test.each([
  ['#7', `'#7'`],
  ['~ada', `'~ada'`],
  ['-7 of ada', `-- FILE '-7 of ada'`],
  [`it's`, `'it'\\''s'`],
])('the command to answer run %s can be copied into a shell', async (runId, word) => {
  const path = join(folder, `quoted-${encodeURIComponent(runId)}.db`)
  const asks = new Pipeline('asks').withStage('pick', () => StageOutput.suspend({}))
  await makeJournal(path, (durable, clock) => durable.run(asks.build({ clock }), {}, { runId }))
  const { stdout } = await stageflowHere(['show', path, '--', runId])
  const command = /stageflow answer .*/.exec(stdout)?.[0].replace(/\S+\.db'?/, 'FILE')
  expect(command).toBe(`stageflow answer ${word.startsWith('--') ? word : `FILE ${word}`} pick VALUE`)
})

test('a log whose first line is half an event is read from the second on', async () => {
  const path = join(folder, 'cut.jsonl')
  const start = { type: 'pipeline.started', pipelineRunId: 'chat-1', timestamp: 5, data: { pipeline: 'chat' } }
  writeFileSync(path, `4,"data":{}}\n${JSON.stringify(start)}\n`)
  expect((await stageflowHere(['view', path])).stdout).toContain('chat · running')
})

test('a run whose process is gone is told apart', async () => {
  const path = join(folder, 'gone.db')
  const busy = new Pipeline('busy').withStage('slow', async ({ signal }) => void (await once(signal, 'abort'))).build()
  await using durable = durableLocal({ path })
  void durable.run(busy, {}, { runId: 'busy-1' })
  await expect.poll(async () => (await durable.list()).length).toBe(1)
  // As after a crash: the lease has ended.
  inFile(path, 'UPDATE owners SET until = 0')
  const { stdout } = await stageflowHere(['runs', path])
  expect(stdout).toMatch(/\nrunning +busy-1 .*its process is gone: recover\(\) takes it over\n$/)
})

test('a run in progress has no drawing: it shows what has happened, what can be in progress, and who carries it', async () => {
  const path = join(folder, 'busy.db')
  const started = Promise.withResolvers<void>()
  const busy = new Pipeline('busy')
    .withStage('first', () => ({}))
    .withStage(
      'slow',
      async ({ signal }) => {
        started.resolve()
        await once(signal, 'abort')
      },
      { dependencies: ['first'] },
    )
    .build()
  await using durable = durableLocal({ path })
  const ended = durable.run(busy, {}, { runId: 'busy-1' })
  await started.promise
  const { stdout } = await stageflowHere(['show', path, 'busy-1'])
  expect(stdout).toMatch(/^busy-1 · running\n.*has run for/)
  expect(stdout).toContain('Can be in progress: slow')
  expect(stdout).toMatch(/called +first +ok/)
  const cancelled = await stageflowHere(['cancel', path, 'busy-1', '--json'])
  expect(JSON.parse(cancelled.stdout)).toMatchObject({ runId: 'busy-1', status: 'running', by: { system: byMe } })
  expect((await ended).status).toBe('cancelled')
})

// ---------- acting

test.each<[word: string, value: unknown]>([
  ['yes', 'yes'],
  ['7', 7],
  ['-7', -7],
  ['"7"', '7'],
  ['{"euros":7}', { euros: 7 }],
  ['"{euros:7}"', '{euros:7}'],
  ['0049', '0049'],
  ['seven [7]', 'seven [7]'],
])('the answer %s is kept as %j, under the name of the OS user', async (word, value) => {
  const path = copyOf('answered.db')
  const { code, stdout } = await stageflowHere(['answer', path, 'order-7', 'approve', word, '--json'])
  expect(code).toBe(0)
  const by = { system: byMe }
  expect(JSON.parse(stdout)).toEqual({ runId: 'order-7', path: ['approve'], answer: value, by })
  await using durable = durableLocal({ path })
  const run = await durable.get('order-7', { facts: true })
  expect(run?.timeline.at(-1)).toMatchObject({ kind: 'answer', key: 'approve', by, taken: false })
  expect(run?.facts?.at(-1)?.value).toMatchObject({ answer: value, by })
})

test('a stage of a child pipeline is answered by its path, and the run goes on with that', async () => {
  const path = copyOf('child.db')
  await stageflowHere(['answer', path, 'outer-1', 'kid/check', 'fine'])
  await using durable = durableLocal({ path })
  const [run] = await durable.recover(outer.build())
  expect(run).toMatchObject({ runId: 'outer-1', status: 'completed' })
  expect((await durable.get('outer-1'))?.result?.data).toMatchObject({ kid: { check: { answer: 'fine' } } })
})

test.each([
  ['{euros:7}', `pass it as a string of JSON: '"{euros:7}"'`],
  ['[yes', `pass it as a string of JSON: '"[yes"'`],
  ['12345678901234567890', 'too large to be kept exactly'],
  ['{"id":[12345678901234567890]}', 'too large to be kept exactly'],
  ['1e999', 'too large to be kept exactly'],
])('the answer %s is refused, because it would be kept as another one than was meant', async (word, message) => {
  const { code, stderr } = await stageflowHere(['answer', journal, 'order-7', 'approve', word])
  expect([code, stderr]).toEqual([1, expect.stringContaining(message)])
})

test('an answer and a reason are printed without secrets, as a terminal keeps what it shows', async () => {
  const path = copyOf('secret.db')
  const answered = await stageflowHere([
    'answer',
    path,
    'order-7',
    'approve',
    JSON.stringify({ password: SECRET }),
    '--json',
  ])
  expect(answered.stdout).toContain('"password": "[redacted]"')
  const cancelled = await stageflowHere(['cancel', path, 'order-7', '--reason', `used ${SECRET}`, '--json'])
  expect([cancelled.code, cancelled.stdout]).toEqual([0, expect.stringContaining('"reason": "used [redacted]"')])
})

test('a second answer to one question is refused', async () => {
  const path = copyOf('twice.db')
  await stageflowHere(['answer', path, 'order-7', 'approve', 'yes'])
  const { code, stderr } = await stageflowHere(['answer', path, 'order-7', 'approve', 'no'])
  expect(code).toBe(1)
  expect(stderr).toContain('Run "order-7" has an answer for "approve" already. It takes it when it goes on')
  const { stdout } = await stageflowHere(['show', path, 'order-7'])
  expect(stdout).toContain(`answered  approve  by ${byMe}, kept, not taken yet`)
})

test('a run that waits is cancelled at once, with the reason and the name', async () => {
  const path = copyOf('cancelled.db')
  const { stdout } = await stageflowHere(['cancel', path, 'order-7', '--reason', 'ordered twice'])
  expect(stdout).toBe(`Run "order-7" is cancelled, by "${byMe}".\n`)
  expect((await stageflowHere(['show', path, 'order-7'])).stdout).toMatch(/\nCancelled: ordered twice\n$/)
  const shown = await stageflowHere(['show', path, 'order-7', '--json', '--data'])
  expect(JSON.parse(shown.stdout)).toMatchObject({
    status: 'cancelled',
    result: { reason: 'ordered twice' },
    timeline: expect.arrayContaining([expect.objectContaining({ kind: 'stop', by: { system: byMe } })]),
  })
})

// ---------- files

test('a report is drawn from the file of a report, of a result, and of show --json --data', async () => {
  const result = await order.build().run({})
  const files = { 'report.json': result.report, 'result.json': result }
  for (const [name, value] of Object.entries(files)) writeFileSync(join(folder, name), JSON.stringify(value))
  const shown = await stageflowHere(['show', journal, 'order-7', '--json', '--data'])
  writeFileSync(join(folder, 'shown.json'), shown.stdout)
  for (const name of ['report.json', 'result.json', 'shown.json']) {
    const { code, stdout } = await stageflowHere(['view', join(folder, name)])
    expect(code).toBe(0)
    expect(stdout).toMatch(/^order · suspended · /)
    expect(stdout).toMatch(/approve .* suspend\n/)
  }
  const json = await stageflowHere(['view', join(folder, 'report.json'), '--json'])
  expect(JSON.parse(json.stdout)).toMatchObject({ pipeline: 'order', status: 'suspended' })
  const withId = await stageflowHere(['view', join(folder, 'report.json'), 'a'])
  expect(withId.stderr).toContain('is the report of one run. Leave out "a"')
})

test.each([
  ['other JSON', '{"a":1}', 'is JSON, and not the report of a run: it is an object without "stages".'],
  ['a damaged report', '{"stages":{}}', 'report/not-a-report:'],
  ['a log without a start', '{"type":"app.a","pipelineRunId":"a","timestamp":1}', 'has no event "pipeline.started"'],
])('%s is refused', async (_what, text, message) => {
  const path = join(folder, 'wrong.json')
  writeFileSync(path, text)
  const { code, stderr } = await stageflowHere(['view', path])
  expect(code).toBe(1)
  expect(stderr).toContain(message)
})

/** Asks the page that a command has printed. */
async function fromPage(printed: string, path: string): Promise<unknown> {
  const [, at = '', key = ''] = /Open (http:\S+)#key=(\S+)/.exec(printed) ?? []
  const response = await fetch(`${at}api/${path}`, { headers: { authorization: `Bearer ${key}` } })
  return response.json()
}

test('runs --web serves the runs of a journal until it is stopped, and inputs only with --data', async () => {
  const seen: unknown[] = []
  const onServing = async (printed: string) => void seen.push(await fromPage(printed, 'runs/order-7'))
  expect(await stageflowHere(['runs', journal, '--web'], { onServing })).toMatchObject({ code: 0, stderr: '' })
  expect(await stageflowHere(['runs', journal, '--web', '--data'], { onServing })).toMatchObject({ code: 0 })
  expect(seen).toMatchObject([{ summary: { id: 'order-7', status: 'suspended' } }, { summary: { id: 'order-7' } }])
  const [without, with_] = seen.map((view) => JSON.stringify(view))
  expect(without).not.toContain('inputText')
  expect(with_).toContain('inputText')
})

test('view --html writes one run as a file, and overwrites none', async () => {
  const log = join(folder, 'two.jsonl')
  const event = (pipelineRunId: string, type: string, data: object) =>
    JSON.stringify({ type, pipelineRunId, timestamp: 5, seq: 0, data })
  const lines = ['chat-1', 'chat-2'].flatMap((id) => [
    event(id, 'pipeline.started', { pipeline: 'chat', stages: 1 }),
    event(id, 'pipeline.completed', { pipeline: 'chat', durationMs: 0 }),
  ])
  writeFileSync(log, [...lines, '{"type":"half'].join('\n'))
  const html = join(folder, 'run.html')
  expect(await stageflowHere(['view', log, 'chat-2', '--html', html])).toMatchObject({ code: 0, stderr: '' })
  expect(readFileSync(html, 'utf8')).toContain('"chat-2"')
  expect(readFileSync(html, 'utf8')).not.toContain('"chat-1"')
  const again = await stageflowHere(['view', log, 'chat-1', '--html', html])
  expect(again).toMatchObject({ code: 1, stderr: expect.stringContaining('already. Choose another name') })
  const unnamed = await stageflowHere(['view', log, '--html', join(folder, 'other.html')])
  expect(unnamed.stderr).toContain('has 2 runs. Name one')
  const inNone = await stageflowHere(['view', log, 'chat-1', '--html', join(folder, 'none/run.html')])
  expect(inNone.stderr).toContain('does not exist. Make it first.')
  const named = await stageflowHere(['view', log, 'chat-1', '--web'])
  expect(named.stderr).toContain('--web shows all runs')
  const report = join(folder, 'a-report.json')
  writeFileSync(report, JSON.stringify({ stages: {} }))
  const ofReport = await stageflowHere(['view', report, 'chat-1', '--html', join(folder, 'other.html')])
  expect(ofReport.stderr).toContain('is the report of one run. Leave out "chat-1"')
  let listed: unknown
  const onServing = async (printed: string) => {
    listed = await fromPage(printed, 'runs')
  }
  await stageflowHere(['view', log, '--web'], { onServing })
  expect(listed).toMatchObject({ runs: [{ id: 'chat-2' }, { id: 'chat-1' }] })
})

test('--data without a page is refused', async () => {
  expect((await stageflowHere(['runs', journal, '--data'])).stderr).toContain('--data is for the page')
})

test('diff shows how one run differs from another, and exits 1 if it does', async () => {
  const write = async (name: string, hits: number) => {
    const result = await new Pipeline('chat')
      .withStage('search', () => (hits === 0 ? StageOutput.fail('nothing found') : { hits }))
      .build({ clock: manualClock() })
      .runSettled()
    const path = join(folder, name)
    writeFileSync(path, JSON.stringify(result.report))
    return path
  }
  const [found, again, empty] = [await write('a.json', 2), await write('b.json', 2), await write('c.json', 0)]
  expect(await stageflowHere(['diff', found, again])).toMatchObject({ code: 0, stdout: 'The runs do not differ.\n' })
  const differs = await stageflowHere(['diff', found, empty])
  expect(differs.code).toBe(1)
  expect(differs.stdout).toContain('chat: completed → failed\n  search: ok → fail\n')
  const { stdout } = await stageflowHere(['diff', found, empty, '--json'])
  expect(JSON.parse(stdout)).toContain('  search: ok → fail')
})

test.each([
  [
    'several runs',
    ['chat-1', 'chat-2'],
    'has 2 runs, and diff compares one. Write the report of one with: stageflow view',
  ],
  ['a run without an end', ['chat-1'], 'Run "chat-1" has not ended in "'],
])('diff refuses a log with %s', async (_what, ids, message) => {
  const path = join(folder, 'open.jsonl')
  const events = ids.map((pipelineRunId) => ({ type: 'pipeline.started', pipelineRunId, timestamp: 5, data: {} }))
  writeFileSync(path, events.map((event) => JSON.stringify(event)).join('\n'))
  const { code, stderr } = await stageflowHere(['diff', path, path])
  expect(code).toBe(1)
  expect(stderr).toContain(message)
})

test('a log with several runs is listed, and a mistyped id is guessed', async () => {
  const path = join(folder, 'log.jsonl')
  const events = ['chat-1', 'chat-2'].map((pipelineRunId) => ({
    type: 'pipeline.started',
    pipelineRunId,
    timestamp: 5,
    data: { pipeline: ESCAPES },
  }))
  writeFileSync(path, `${events.map((event) => JSON.stringify(event)).join('\n')}\n{"type":"half`)
  const { stdout } = await stageflowHere(['view', path])
  expect(stdout).toMatch(
    /\nunfinished +chat-1 +red 5m gnp .*\nunfinished +chat-2 .*\nTo draw one: stageflow view .* ID\n$/,
  )
  expect((await stageflowHere(['view', path, 'chat-2'])).stdout).toMatch(
    /^red 5m gnp · running[^]*\n\nThe log ends before the run does\.\n$/,
  )
  expect((await stageflowHere(['view', path, 'chat-22'])).stderr).toContain('Did you mean "chat-2"?')
})

test('a run of a log that is larger than what a page keeps is written with its child run', async () => {
  const path = join(folder, 'long.jsonl')
  const line = (pipelineRunId: string, type: string, data: object, stage?: string) =>
    JSON.stringify({ type, pipelineRunId, timestamp: 5, data, ...(stage !== undefined && { stage }) })
  const many = Array.from({ length: 300 }, (_, run) => [
    line(`run-${run}`, 'pipeline.started', { pipeline: 'chat', stages: 400 }),
    ...Array.from({ length: 400 }, (_, stage) => line(`run-${run}`, `stage.s${stage}.started`, {}, `s${stage}`)),
    line(`run-${run}`, 'pipeline.completed', {}),
  ])
  const first = [
    line('first', 'pipeline.started', { pipeline: 'chat', stages: 1 }),
    line('first', 'pipeline.child_started', { childRunId: 'kid-1', path: 'search' }, 'search'),
    line('kid-1', 'pipeline.started', { pipeline: 'kid', stages: 0 }),
    line('kid-1', 'pipeline.completed', {}),
    line('first', 'pipeline.completed', {}),
  ]
  writeFileSync(path, [...first, ...many.flat()].join('\n'))
  const html = join(folder, 'first.html')
  expect(await stageflowHere(['view', path, 'first', '--html', html])).toMatchObject({ code: 0, stderr: '' })
  expect(readFileSync(html, 'utf8')).toContain('"kid-1"')
})
