import { readdirSync } from 'node:fs'
import { expect, test, vi } from 'vitest'
import { parseCommandLine } from '../src/command-line.ts'
import { STORY_END } from './kill-cases.ts'
import { start, temporaryFolder } from './order-process.ts'

// Each test starts processes, on a machine that may be busy.
vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 })

test('--try refuses a stranger, reminds, kills three processes, retries the payment and charges once, on a page too', async () => {
  const folder = temporaryFolder()
  const { child, ended, prints } = start(['--try', '--web'], { TMPDIR: folder })
  const [, at = '', key = ''] = /Open (\S+)#key=(\S+)/.exec(await prints('The story goes on once')) ?? []
  const headers = { authorization: `Bearer ${key}` }
  const feed = await fetch(`${at}api/feed`, { headers })
  await prints('The page stays open')
  const run = await (await fetch(`${at}api/runs/order-7`, { headers })).json()
  expect(run).toMatchObject({ summary: { status: 'completed' }, report: { stages: { ship: { status: 'ok' } } } })
  await feed.body?.cancel()
  child.kill('SIGINT')
  const { code, stdout, stderr } = await ended
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  expect(stdout).toMatch(/^One order in six processes, three of them killed with SIGKILL\./)
  expect(stdout.match(/is killed with SIGKILL/g)).toHaveLength(3)
  expect(stdout).toMatch(/^ {2}Refused: The caller may not do this with run "order-7" \(answer\)/m)
  expect(stdout.replace('The page stays open. Ctrl-C ends it.\n', '')).toMatch(STORY_END)
  expect(readdirSync(folder)).toEqual([])
})

test.each([
  ['yes\n', 0, 'order-7 sent: ship of order-7/ship', ''],
  ['no\n', 3, 'order-7 cancelled: ann refused to pay', ''],
  ['', 1, '', 'Failed: No answer came, and an order in memory cannot wait.\n'],
])('in memory the same graph asks in its own process (answer %j)', async (answer, code, stdout, stderr) => {
  const { child, ended } = start(['start', '--on', 'memory', '--data', temporaryFolder()])
  child.stdin.end(answer)
  const result = await ended
  expect(result).toMatchObject({ code, stderr })
  expect(result.stdout).toContain(stdout)
})

test('--help prints the options, and a wrong one is exit code 2 with its error last', async () => {
  const help = await start(['--help']).ended
  expect(help).toMatchObject({ code: 0, stderr: '', stdout: expect.stringContaining('Exit codes: 0') })
  const { code, stdout, stderr } = await start(['start', '--onn', 'sqlite']).ended
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
  expect(stderr.trimEnd().split('\n').at(-1)).toContain('--onn')
})

test('without a command it plays the story, as with --try', () => {
  expect(parseCommandLine([], '/data')).toEqual(parseCommandLine(['--try'], '/data'))
  expect(parseCommandLine(['--on', 'postgres'], '/data')).toMatchObject({ command: 'try', on: 'postgres' })
})

test.each([
  ['start --on disk', '"disk"'],
  ['--on mysql', '"mysql"'],
  ['start --as bo', '"bo"'],
  ['server', '--on sqlite'],
  ['start --on restate --ports 1,2', '"1,2"'],
  ['start --on restate --ports 1,2,x', '"1,2,x"'],
  ['begin', '"begin"'],
  ['start order-7 order-8', '"order-8"'],
  ['approve --on memory', '--on memory'],
  ['start --web', '--web is for --try'],
  ['--try --on restate --web', '--web is for --try'],
])('the arguments %j are refused with an error that names %s', (args, wrong) => {
  expect(() => parseCommandLine(args.split(' ').filter(Boolean), '/data')).toThrow(wrong)
})
