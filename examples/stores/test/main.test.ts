import { spawn } from 'node:child_process'
import { chmodSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, test, vi } from 'vitest'

// Each test starts processes, on a machine that may be busy.
vi.setConfig({ testTimeout: 120_000 })

const MAIN = fileURLToPath(new URL('../src/main.ts', import.meta.url))

function run(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const child = spawn(process.execPath, [MAIN, ...args], { env: { ...process.env, ...env } })
  onTestFinished(() => void child.kill('SIGKILL'))
  const printed = { stdout: '', stderr: '' }
  for (const name of ['stdout', 'stderr'] as const)
    child[name].setEncoding('utf8').on('data', (text: string) => (printed[name] += text))
  return new Promise((resolve) => child.once('close', (code) => resolve({ code, ...printed })))
}

test('two processes pay each order once in both stores, and leave nothing behind', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'stageflow-test-'))
  chmodSync(folder, 0o755) // as root, PostgreSQL runs as another user
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const { code, stdout, stderr } = await run(['--orders', '12'], { TMPDIR: folder })
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  for (const store of ['Redis', 'PostgreSQL']) {
    const part = new RegExp(
      `^${store}: 12 orders, .*\\n  process 1 paid ([█·]{12}) (\\d+), .*\\n  process 2 paid ([█·]{12}) (\\d+), .*\\n  each order was paid once`,
      'm',
    )
    const [, one = '', paidByOne, other = '', paidByOther] = part.exec(stdout) ?? []
    expect(Number(paidByOne) + Number(paidByOther)).toBe(12)
    // Each order has one mark, in the row of the process that paid it.
    expect(one.replaceAll('█', '2').replaceAll('·', '█').replaceAll('2', '·')).toBe(other)
  }
  expect(readdirSync(folder)).toEqual([])
})

test.each([
  ['REDIS_URL', 'redis://127.0.0.1:1', /redisStore\(\)/],
  ['POSTGRES_URL', 'postgres://127.0.0.1:1/none', /postgresStore\(\).*ECONNREFUSED/],
])('a server that does not answer is a failure (%s)', async (name, url, message) => {
  const { code, stderr } = await run(['--orders', '1'], { [name]: url })
  expect(code).toBe(1)
  expect(stderr.trimEnd().split('\n').at(-1)).toMatch(/^Failed: /)
  expect(stderr).toMatch(message)
})

test('--help prints the options, and a wrong one is exit code 2 with its error last', async () => {
  expect(await run(['--help'])).toMatchObject({ code: 0, stderr: '', stdout: expect.stringContaining('Exit codes: 0') })
  for (const args of [['--ordres', '1'], ['--orders', '0'], ['x']]) {
    const { code, stdout, stderr } = await run(args)
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr.trimEnd().split('\n').at(-1)).toContain(args[0])
  }
})
