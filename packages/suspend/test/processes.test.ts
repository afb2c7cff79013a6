import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, expect, test } from 'vitest'

const folder = mkdtempSync(join(tmpdir(), 'suspend-'))
afterAll(() => rmSync(folder, { recursive: true }))
const file = join(folder, 'state.json')

const program = fileURLToPath(new URL('./payout-process.ts', import.meta.url))

interface Printed {
  readonly pid: number
  readonly ran: readonly string[]
  readonly status: string
  readonly data: { readonly approve?: { readonly pid: number }; readonly pay?: object }
}

/** Runs one process to its end. */
const inProcess = (...args: readonly string[]): Printed =>
  JSON.parse(execFileSync(process.execPath, [program, ...args], { encoding: 'utf8' })) as Printed

test('a run that three processes carry out, one after another, runs each stage in the process that its answer reached', () => {
  const first = inProcess('start', file)
  expect(first).toMatchObject({ status: 'suspended', ran: ['amount', 'limit', 'risk', 'approve'] })
  const second = inProcess('answer', file, 'approve', 'Ada')
  expect(second).toMatchObject({ status: 'suspended', ran: ['approve'] })
  const third = inProcess('answer', file, 'check', 'low')
  expect(third).toMatchObject({
    status: 'completed',
    ran: ['risk', 'pay'],
    data: { pay: { paid: 5_000, by: 'Ada', risk: 'low' } },
  })
  expect(third.data.approve?.pid).toBe(second.pid)
  expect(new Set([first.pid, second.pid, third.pid]).size).toBe(3)
}, 60_000)
