import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { fileURLToPath } from 'node:url'

import { afterEach, beforeEach, expect, test } from 'vitest'

const PROGRAM = fileURLToPath(new URL('./one-process.ts', import.meta.url))

let folder = ''
const running = new Set<ReturnType<typeof spawn>>()
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'durable-local-'))
}, 60_000)
afterEach(async () => {
  for (const child of running) {
    child.kill('SIGKILL')
    await once(child, 'exit')
  }
  rmSync(folder, { recursive: true })
}, 60_000)
const linesFile = (): string => join(folder, 'lines.txt')
const lines = (): readonly string[] =>
  existsSync(linesFile()) ? readFileSync(linesFile(), 'utf8').split('\n').filter(Boolean) : []

/** Starts a process of the app. `ended`: what it prints, or the code that it has ended with. */
function start(command: string, runId: string) {
  const child = spawn(
    process.execPath,
    ['--conditions=@stageflow/source', '--no-warnings', PROGRAM, command, join(folder, 'runs.db'), linesFile(), runId],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  )
  running.add(child)
  let printed = ''
  child.stdout.on('data', (bytes) => (printed += String(bytes)))
  const ended = once(child, 'close').then(([code]) => {
    running.delete(child)
    return code === 0 ? (JSON.parse(printed) as any) : code
  })
  return { child, ended }
}
async function untilLine(line: string): Promise<void> {
  while (!lines().includes(line)) await new Promise((resolve) => setTimeout(resolve, 5))
}

/** When the lease of the process that carries the run ends. */
function leaseEnd(): number {
  const database = new DatabaseSync(join(folder, 'runs.db'), { timeout: 5_000 })
  const row = database.prepare('SELECT until FROM owners JOIN runs ON owner = owners.id').get()
  database.close()
  return Number(row?.['until'])
}

test('two processes that start one run at once run each stage once, and get the same result', async () => {
  const both = ['one', 'two'].map((command) => start(command, 'plain-1'))
  const [one, two] = await Promise.all(both.map(({ ended }) => ended))
  expect(one).toMatchObject({ status: 'completed', data: { first: { first: 'plain' } } })
  expect(two).toEqual(one)
  expect(lines()).toHaveLength(2)
}, 60_000)

test('a process that is killed loses its run to another one, which runs only what had not ended', async () => {
  const { child, ended } = start('hang', 'plain-1')
  await untilLine('work hang')
  const waiting = start('other', 'plain-1')
  // A process that lives renews its lease: the first one has ended.
  const first = leaseEnd()
  while (Date.now() < first || leaseEnd() === first) await new Promise((resolve) => setTimeout(resolve, 20))
  expect(lines()).toEqual(['first', 'work hang'])
  child.kill('SIGKILL')
  await ended
  expect(await waiting.ended).toMatchObject({ status: 'completed', data: { work: { by: 'other' } } })
  expect(lines()).toEqual(['first', 'work hang', 'work other'])
}, 60_000)

test('a process recovers the runs of one that was killed', async () => {
  const { child, ended } = start('hang', 'plain-1')
  await untilLine('work hang')
  child.kill('SIGKILL')
  await ended
  expect(await start('recover', '').ended).toEqual([{ runId: 'plain-1', status: 'completed' }])
  expect(lines()).toEqual(['first', 'work hang', 'work recover'])
}, 60_000)

test('a process cancels the run of another one', async () => {
  const { ended } = start('hang', 'plain-1')
  await untilLine('work hang')
  expect(await start('cancel', 'plain-1').ended).toBe(true)
  expect(await ended).toMatchObject({ status: 'cancelled', data: { first: { first: 'plain' } } })
  expect(await start('again', 'plain-1').ended).toMatchObject({ status: 'cancelled' })
}, 60_000)

test('of two processes that answer one question at once, one gets through', async () => {
  expect(await start('one', 'ask-1').ended).toMatchObject({ status: 'suspended' })
  const both = ['answer one', 'answer two'].map((command) => start(command, 'ask-1'))
  const results = await Promise.all(both.map(({ ended }) => ended))
  expect(new Set(results.map(({ code }) => code))).toEqual(new Set(['durable-engine/not-waiting', undefined]))
  const answered = results.find(({ status }) => status === 'completed')
  expect(answered.data.ask.answer).toMatch(/^answer (one|two)$/)
  expect(await start('again', 'ask-1').ended).toEqual(answered)
}, 60_000)

test('a run that ends its process again and again fails by name, without running its code', async () => {
  // maxRecoveries is 1: the first leg, which has a fact, and two without one.
  for (let leg = 1; leg <= 3; leg++) expect(await start(`leg ${leg}`, 'crash-1').ended).toBe(7)
  const failed = await start('leg 4', 'crash-1').ended
  expect(failed).toMatchObject({
    code: 'core/pipeline-failed',
    message: expect.stringContaining('durable-engine/crash-loop') as string,
  })
  expect(lines()).toEqual(['first', 'work leg 1', 'work leg 2', 'work leg 3'])
}, 60_000)
