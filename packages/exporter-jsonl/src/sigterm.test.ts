import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

import type { BufferReport } from '@stageflow/exporter-buffered'
import { afterAll, expect, test } from 'vitest'

import { linesOf, temporaryFolder } from '../test/event-of.ts'

const folder = temporaryFolder()
afterAll(() => folder.remove())
const script = fileURLToPath(new URL('../test/loaded-process.ts', import.meta.url))

interface Ended {
  readonly code: number | null
  readonly emitted: number
  readonly taken: number
  readonly report: BufferReport
  readonly seqs: readonly number[]
}

async function terminatedUnder(load: string): Promise<Ended> {
  const file = join(folder.path, `${load}.jsonl`)
  const child = spawn(process.execPath, [script, load, file], { stdio: ['ignore', 'pipe', 'inherit'] })
  let said = ''
  child.stdout.on('data', (data: Buffer) => {
    if (said === '') child.kill('SIGTERM')
    said += data.toString()
  })
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve))
  const told = JSON.parse(said.replace('loaded\n', '')) as Omit<Ended, 'code' | 'seqs'>
  return { code, ...told, seqs: linesOf(file).map(({ seq }) => seq) }
}

test('case 18: a process that gets SIGTERM under load, and stops its producers, loses nothing', async () => {
  const { code, emitted, taken, report, seqs } = await terminatedUnder('stopped')
  expect(code).toBe(143)
  expect(taken).toBe(emitted)
  expect(report).toEqual({ received: emitted, delivered: emitted, lost: 0 })
  expect(emitted).toBeGreaterThan(10_000)
  expect(seqs).toEqual(Array.from({ length: emitted }, (_, seq) => seq))
}, 120_000)

test('case 18: if producers go on, every accepted event is delivered, and later ones are refused and counted', async () => {
  const { code, emitted, taken, report, seqs } = await terminatedUnder('running')
  expect(code).toBe(143)
  expect(report).toEqual({ received: emitted, delivered: taken, lost: emitted - taken })
  expect(seqs).toEqual(Array.from({ length: taken }, (_, seq) => seq))
}, 120_000)

test('case 18: beyond maxBufferSize, every lost event is counted', async () => {
  const { code, emitted, report, seqs } = await terminatedUnder('overload')
  expect(code).toBe(143)
  expect(report.lost).toBeGreaterThan(0)
  expect(report).toEqual({ received: emitted, delivered: emitted - report.lost, lost: report.lost })
  expect(seqs).toHaveLength(report.delivered)
  expect(new Set(seqs).size).toBe(report.delivered)
}, 120_000)
