import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test, vi } from 'vitest'

// Each test starts a process, on a machine that may be busy.
vi.setConfig({ testTimeout: 120_000 })

const MAIN = fileURLToPath(new URL('../src/main.ts', import.meta.url))

function run(...args: readonly string[]): Promise<{ code: unknown; stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, [MAIN, ...args], (error, stdout, stderr) =>
      resolve({ code: error?.code ?? 0, stdout, stderr }),
    )
  })
}

test('it greets, and draws two stages that ran at the same time', async () => {
  const { code, stdout, stderr } = await run('Lovelace')
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  expect(stdout).toMatch(
    /^Five stages .*\.\n\nHello, Countess Lovelace! It is sunny today\.\n\nhello · completed · \d+ ms · 5 ok\n/,
  )
  const barStart = (stage: string): number =>
    /[▏-▐█]/.exec(stdout.split('\n').find((line) => line.includes(stage))!)!.index
  expect(Math.abs(barStart('profile') - barStart('weather'))).toBeLessThan(10)
})

test('a refused name is exit code 3, with the reason and no timeline', async () => {
  expect(await run('a'.repeat(41))).toEqual({ code: 3, stdout: '', stderr: 'The name is too long.\n' })
})

test('--help prints the options, and a wrong one is exit code 2', async () => {
  expect(await run('--help')).toMatchObject({ code: 0, stderr: '', stdout: expect.stringContaining('Exit codes: 0') })
  for (const [args, wrong] of [
    [['--hlp'], '--hlp'],
    [['Ada', '--hlp'], '--hlp'],
    [['Ada', 'Lovelace'], 'Lovelace'],
  ] as const)
    expect(await run(...args)).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining(`"${wrong}"`) })
})

test('it is 40 lines at most', () => {
  expect(readFileSync(MAIN, 'utf8').trimEnd().split('\n').length).toBeLessThanOrEqual(40)
})
