import { appendFileSync, readFileSync, writeFileSync } from 'node:fs'

import { manualClock } from '@stageflow/testing'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'

import { eventOf, linesOf, temporaryFolder } from '../test/event-of.ts'
import { JsonlExporter } from './index.ts'

// Files are slow on a busy machine.
vi.setConfig({ testTimeout: 120_000 })

let folder: ReturnType<typeof temporaryFolder>
let clock = manualClock()
beforeEach(() => void (folder = temporaryFolder()))
afterEach(() => {
  folder.remove()
  const { timers } = clock
  clock = manualClock()
  expect(timers).toEqual([])
})

const WHOLE = '{"type":"app.said","seq":1,"data":{"text":"Hello"}}'

/** What the file holds after an exporter has added an event of number 9 to it. */
async function reopened(text: string | Buffer): Promise<string> {
  writeFileSync(folder.file, text)
  const exporter = new JsonlExporter({ path: folder.file, clock, maxLineBytes: 16_384 })
  const exported = exporter.export([eventOf(9, {})])
  await passTime(exported)
  await exporter.close()
  return readFileSync(folder.file, 'utf8')
}

/** Lets the clock go on whenever something waits for it; the file system is real. */
async function passTime(until: Promise<unknown>): Promise<void> {
  let isOver = false
  const over = (): void => void (isOver = true)
  until.then(over, over)
  while (!isOver) {
    await new Promise((resolve) => setImmediate(resolve))
    await clock.advance(50)
  }
  await until
}

const NINTH = '{"type":"app.said","seq":9,"timestamp":1009,"pipelineRunId":"run","data":{}}\n'

test('wherever a line is torn, the rest of it is cut off', async () => {
  for (let length = 1; length < WHOLE.length; length++)
    expect(await reopened(`${WHOLE}\n${WHOLE.slice(0, length)}`), `${length}`).toBe(`${WHOLE}\n${NINTH}`)
  expect(await reopened(WHOLE.slice(0, 20))).toBe(NINTH)
})

test('a line that lacks only its newline is kept', async () => {
  expect(await reopened(`${WHOLE}\n${WHOLE}`)).toBe(`${WHOLE}\n${WHOLE}\n${NINTH}`)
})

test('a file that ends with a newline is left unchanged', async () => {
  expect(await reopened(`${WHOLE}\n`)).toBe(`${WHOLE}\n${NINTH}`)
  expect(await reopened('')).toBe(NINTH)
})

test('a line of another program is kept, and gets a newline', async () => {
  for (const text of ['notes without an end', '{"kind":"other", "unfinished', 'é'.repeat(20_000), 'x'.repeat(20_000)])
    expect(await reopened(text)).toBe(`${text}\n${NINTH}`)
  // Longer than any of our lines, whatever it begins with.
  const long = `{"type":"${'x'.repeat(20_000)}`
  expect(await reopened(long)).toBe(`${long}\n${NINTH}`)
  // The same, where what is looked at begins as our lines do.
  const trap = `${'y'.repeat(100)}{"type":"${'x'.repeat(16_385 - 9)}`
  expect(await reopened(trap)).toBe(`${trap}\n${NINTH}`)
})

test('a line that another writer is in the middle of is not cut', async () => {
  writeFileSync(folder.file, WHOLE.slice(0, 20))
  const exporter = new JsonlExporter({ path: folder.file, clock })
  const exported = exporter.export([eventOf(9, {})])
  // It is being watched.
  while (clock.pending === 0) await new Promise((resolve) => setImmediate(resolve))
  appendFileSync(folder.file, WHOLE.slice(20, 30))
  await clock.advance(50)
  while (clock.pending === 0) await new Promise((resolve) => setImmediate(resolve))
  appendFileSync(folder.file, `${WHOLE.slice(30)}\n`)
  await passTime(exported)
  await exporter.close()
  expect(linesOf(folder.file).map(({ seq }) => seq)).toEqual([1, 9])
})

test('the torn line of another writer that died does not become the start of ours', async () => {
  const exporter = new JsonlExporter({ path: folder.file, clock })
  await exporter.export([eventOf(1)])
  appendFileSync(folder.file, `${WHOLE}\n${WHOLE.slice(0, 20)}`)
  await passTime(exporter.export([eventOf(9)]))
  await exporter.close()
  expect(linesOf(folder.file).map(({ seq }) => seq)).toEqual([1, 1, 9])
})
