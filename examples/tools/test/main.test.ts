import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import { expect, test, vi } from 'vitest'
import { runTools } from './tools-process.ts'

const read = (path: string): string => readFileSync(new URL(path, import.meta.url), 'utf8')
// Each test starts a process, on a machine that may be busy.
vi.setConfig({ testTimeout: 120_000 })

const printed = read('printed.txt')

test('it prints the same every time, and leaves nothing behind', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'stageflow-test-'))
  try {
    for (let time = 0; time < 2; time++)
      expect(await runTools({ TMPDIR: folder })).toEqual({ code: 0, stdout: printed, stderr: '' })
    expect(readdirSync(folder)).toEqual([])
  } finally {
    rmSync(folder, { recursive: true })
  }
})

test('on a terminal it is coloured, and says the same', async () => {
  const { stdout } = await runTools({ FORCE_COLOR: '1' })
  expect(stdout).not.toBe(printed)
  expect(stripVTControlCharacters(stdout)).toBe(printed)
})

test('its README shows a part of what is printed', () => {
  const [, shown = ''] = /```text\n([\s\S]*?)…\n```/.exec(read('../README.md')) ?? []
  expect(shown.split('\n').length).toBeGreaterThan(10)
  expect(printed).toContain(shown)
})

test('--help prints the options, and a wrong one is exit code 2 with its error last', async () => {
  const help = await runTools({}, ['--help'])
  expect(help).toMatchObject({ code: 0, stderr: '', stdout: expect.stringContaining('Exit codes: 0') })
  const { code, stdout, stderr } = await runTools({}, ['--hlp'])
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
  expect(stderr.trimEnd().split('\n').at(-1)).toContain('--hlp')
})
