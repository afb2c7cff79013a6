import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { request } from 'node:http'
import type { IncomingMessage } from 'node:http'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

import { systemClock } from '@stageflow/core'
import { BufferedExporter } from '@stageflow/exporter-buffered'
import type { Exporter, Overflow } from '@stageflow/exporter-buffered'
import { afterAll, expect, test } from 'vitest'

import { eventOf, linesOf, temporaryFolder } from '../test/event-of.ts'

const OUTAGE_MS = 10_000
const PER_SECOND = 2_000
const BATCH_SIZE = 500

const folder = temporaryFolder()
const script = fileURLToPath(new URL('../test/collector.ts', import.meta.url))
let collector: ChildProcess | undefined
afterAll(() => {
  collector?.kill('SIGKILL')
  folder.remove()
})

// A port might be somebody else's by the time the collector is back.
const socket = join(folder.path, 'collector')

async function startCollector(): Promise<void> {
  const child = spawn(process.execPath, [script, socket, folder.path], { stdio: ['ignore', 'pipe', 'inherit'] })
  collector = child
  await new Promise((resolve, reject) => {
    child.stdout.once('data', resolve)
    child.once('close', () => reject(new Error('The collector did not start.')))
  })
}

function httpExporter(name: string): Exporter {
  return {
    async export(events, { signal } = {}) {
      const options = { socketPath: socket, path: `/${name}`, method: 'POST', ...(signal && { signal }) }
      const sent = request(options)
        // Of one that answered and was killed then.
        .on('error', () => {})
        .end(JSON.stringify(events))
      const [response] = (await once(sent, 'response')) as [IncomingMessage]
      response.resume()
      if (response.statusCode !== 204) throw new Error(`The collector answered ${response.statusCode}.`)
    },
  }
}

/** Looks again and again, for half a minute at most. */
async function until(isSo: () => boolean): Promise<void> {
  const startedAt = systemClock.now()
  while (!isSo()) {
    if (systemClock.now() - startedAt > 30_000) throw new Error('It did not become so in time.')
    await systemClock.sleep(10)
  }
}

test('case 18: a downstream that is killed for ten seconds costs nothing within the bound; beyond it the loss is told to the event', async () => {
  await startCollector()
  const overflows: Overflow[] = []
  const onOverflow = (overflow: Overflow): void => void overflows.push(overflow)
  // Of the pauses the longest is shorter than by default, so that it is not waited for long after the outage.
  const options = { flushIntervalMs: 200, batchSize: BATCH_SIZE, closeTimeoutMs: 60_000, retryCapMs: 500 }
  const ample = new BufferedExporter(httpExporter('ample'), { ...options, maxBufferSize: 100_000 })
  const scarce = new BufferedExporter(httpExporter('scarce'), { ...options, maxBufferSize: 5_000, onOverflow })

  // Under load from before the kill until after the restart.
  let emitted = 0
  const startedAt = systemClock.now()
  const load = setInterval(() => {
    const due = Math.floor(((systemClock.now() - startedAt) / 1_000) * PER_SECOND)
    for (; emitted < due; emitted++) for (const exporter of [ample, scarce]) exporter.tryEmit(eventOf(emitted))
  }, 2)
  await until(() => ample.statistics().written > 0 && scarce.statistics().written > 0)
  const killed = new Promise((resolve) => collector?.once('close', (_, signal) => resolve(signal)))
  collector?.kill('SIGKILL')
  expect(await killed).toBe('SIGKILL')
  await systemClock.sleep(OUTAGE_MS)
  const during = [ample.statistics(), scarce.statistics()]
  await startCollector()
  const before = ample.statistics().written
  await until(() => ample.statistics().written > before)
  clearInterval(load)
  const [ampleReport, scarceReport] = await Promise.all([ample.close(), scarce.close()])

  for (const { failedExports } of during) expect(failedExports).toBeGreaterThan(3)
  const seqsOf = (name: string): ReadonlySet<number> =>
    new Set(linesOf(join(folder.path, `${name}.jsonl`)).map(({ seq }) => seq))

  expect(emitted).toBeGreaterThan((OUTAGE_MS / 1_000) * PER_SECOND)
  expect(ampleReport).toEqual({ received: emitted, written: emitted, deadLettered: 0, lost: 0, error: undefined })
  expect(seqsOf('ample').size).toBe(emitted)

  const { lost } = scarceReport
  expect(lost).toBeGreaterThan(0)
  expect(scarceReport).toEqual({ received: emitted, written: emitted - lost, deadLettered: 0, lost, error: undefined })
  expect(emitted - seqsOf('scarce').size).toBe(lost)
  expect(overflows[0]).toEqual({ size: 4_000, capacity: 5_000, dropped: 0, reason: 'near-capacity' })
  expect(overflows.findLast(({ reason }) => reason === 'full')?.dropped).toBe(lost)

  // Again only where an answer may have been lost: the batch that was under way.
  for (const name of ['ample', 'scarce']) {
    const lines = linesOf(join(folder.path, `${name}.jsonl`))
    expect(lines.length - seqsOf(name).size).toBeLessThanOrEqual(BATCH_SIZE)
    const seqs = [...seqsOf(name)]
    expect(seqs).toEqual([...seqs].sort((one, other) => one - other))
  }
}, 120_000)
