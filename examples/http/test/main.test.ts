import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, test, vi } from 'vitest'

// Each test starts a process, on a machine that may be busy.
vi.setConfig({ testTimeout: 120_000 })

const MAIN = fileURLToPath(new URL('../src/main.ts', import.meta.url))

function start(...args: readonly string[]) {
  const child = spawn(process.execPath, [MAIN, ...args], {
    env: { PATH: process.env['PATH'] ?? '', NODE_COMPILE_CACHE: process.env['NODE_COMPILE_CACHE'] ?? '' },
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  const printed = { stdout: '', stderr: '' }
  let look = (): void => {}
  for (const name of ['stdout', 'stderr'] as const)
    child[name].setEncoding('utf8').on('data', (text: string) => {
      printed[name] += text
      look()
    })
  const ended = new Promise<{ code: number | null; stdout: string; stderr: string }>((resolve) => {
    child.once('close', (code) => resolve({ code, ...printed }))
  })
  const saw = (pattern: RegExp): Promise<RegExpExecArray> =>
    new Promise((resolve) => {
      look = () => {
        const found = pattern.exec(printed.stdout)
        if (found !== null) resolve(found)
      }
      look()
    })
  return { child, ended, saw }
}

test('--try shows what clients get, and ends', async () => {
  const { code, stdout, stderr } = await start('--try').ended
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  expect(stdout).toContain('without a token\n  401 {"error":{"code":"auth/missing-token"')
  expect(stdout).toMatch(
    /200 chunk × 11: I looked it up\. Order 7 left the warehouse this morning\.\n {2}event: end data: .*"messageId":"(.*)"[\s\S]*200 \(the recorded answer\) chunk × 11[\s\S]*"messageId":"\1"/,
  )
  expect(stdout).toContain('422 {"error":{"code":"idempotency/other-input"')
  expect(stdout).toContain('stageflow_runs_total{pipeline="chat",status="cancelled"} 2')
  expect(stdout).toMatch(/stored: 2 questions\n$/)
})

test('it serves until SIGTERM, which waits for the answer in progress', async () => {
  const { child, ended, saw } = start('--port', '0')
  const [, url = '', token = ''] = await saw(/curl -N (\S+) -H 'Authorization: Bearer (\S+)'/)
  const body = JSON.stringify({ question: 'Where is order 7?' })
  const response = await fetch(url, { method: 'POST', headers: { authorization: `Bearer ${token}` }, body })
  child.kill('SIGTERM')
  expect(await response.text()).toMatch(/event: end\n/)
  const { code, stderr } = await ended
  expect(code).toBe(0)
  const lines = stderr
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { msg: string; userId?: string; pipeline: string })
  expect(lines.at(-1)).toMatchObject({ msg: 'run completed', pipeline: 'chat', userId: 'ada' })
})

test('a port that is in use is a failure', async () => {
  const { saw } = start('--port', '0')
  const [, port = ''] = await saw(/localhost:(\d+)\./)
  const { code, stderr } = await start('--port', port).ended
  expect(code).toBe(1)
  expect(stderr).toMatch(/^Failed: listen EADDRINUSE/)
})

test('--help prints the options, and a wrong one is exit code 2 with its error last', async () => {
  expect(await start('--help').ended).toMatchObject({
    code: 0,
    stderr: '',
    stdout: expect.stringContaining('Exit codes'),
  })
  for (const args of [['--prot', '1'], ['--port', '99999'], ['x']]) {
    const { code, stdout, stderr } = await start(...args).ended
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr.trimEnd().split('\n').at(-1)).toContain(args[0])
  }
})
