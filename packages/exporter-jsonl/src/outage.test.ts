import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { request } from 'node:http'
import type { IncomingMessage } from 'node:http'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

import { systemClock } from '@stageflow/core'
import { BufferedExporter } from '@stageflow/exporter-buffered'
import type { BufferReport, Exporter, Overflow } from '@stageflow/exporter-buffered'
import { afterAll, expect, test } from 'vitest'

import { eventOf, linesOf, temporaryFolder } from '../test/event-of.ts'

// As short as it can be with several attempts in it. Ten seconds pass on a manual clock in the tests of the buffers.
const OUTAGE_MS = 1_500
const PER_SECOND = 2_000
const BATCH_SIZE = 200

const folder = temporaryFolder()
const script = fileURLToPath(new URL('../test/collector.ts', import.meta.url))
let collector: ChildProcess | undefined
afterAll(() => {
  collector?.kill('SIGKILL')
  folder.remove()
})

// Another process could take a port before the collector is back.
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

/** Waits until the condition holds, half a minute at most. */
async function until(isSo: () => boolean): Promise<void> {
  const startedAt = systemClock.now()
  while (!isSo()) {
    if (systemClock.now() - startedAt > 30_000) throw new Error('The condition did not hold in time.')
    await systemClock.sleep(10)
  }
}

test('case 18: a downstream that is killed for a while costs nothing up to maxBufferSize; beyond it every lost event is counted', async () => {
  await startCollector()
  const overflows: Overflow[] = []
  const onOverflow = (overflow: Overflow): void => void overflows.push(overflow)
  // The longest delay is shorter than by default, so that the test doesn't wait for it after the outage.
  const options = { flushIntervalMs: 100, batchSize: BATCH_SIZE, retry: { capMs: 300 } }
  const ample = new BufferedExporter(httpExporter('ample'), { ...options, maxBufferSize: 100_000 })
  const scarce = new BufferedExporter(httpExporter('scarce'), { ...options, maxBufferSize: 1_000, onOverflow })

  // Under load from before the kill until after the restart.
  let emitted = 0
  const startedAt = systemClock.now()
  const load = setInterval(() => {
    const due = Math.floor(((systemClock.now() - startedAt) / 1_000) * PER_SECOND)
    for (; emitted < due; emitted++) for (const exporter of [ample, scarce]) exporter.tryEmit(eventOf(emitted))
  }, 2)
  await until(() => ample.stats().delivered > 0 && scarce.stats().delivered > 0)
  const killed = new Promise((resolve) => collector?.once('close', (_, signal) => resolve(signal)))
  collector?.kill('SIGKILL')
  expect(await killed).toBe('SIGKILL')
  await systemClock.sleep(OUTAGE_MS)
  await until(() => [ample, scarce].every((exporter) => exporter.stats().failures > 3))
  const during = [ample.stats(), scarce.stats()]
  await startCollector()
  const before = ample.stats().delivered
  await until(() => ample.stats().delivered > before)
  clearInterval(load)
  const reports = [ample, scarce].map((exporter) => exporter.close({ timeoutMs: 60_000 }))
  const [ampleReport, scarceReport] = (await Promise.all(reports)) as [BufferReport, BufferReport]

  for (const { failures } of during) expect(failures).toBeGreaterThan(3)
  const seqsOf = (name: string): ReadonlySet<number> =>
    new Set(linesOf(join(folder.path, `${name}.jsonl`)).map(({ seq }) => seq))

  expect(emitted).toBeGreaterThan((OUTAGE_MS / 1_000) * PER_SECOND)
  expect(ampleReport).toEqual({ received: emitted, delivered: emitted, lost: 0, error: undefined })
  expect(seqsOf('ample').size).toBe(emitted)

  const { lost } = scarceReport
  expect(lost).toBeGreaterThan(0)
  expect(scarceReport).toEqual({ received: emitted, delivered: emitted - lost, lost, error: undefined })
  expect(emitted - seqsOf('scarce').size).toBe(lost)
  expect(overflows[0]).toEqual({ size: 800, maxBufferSize: 1_000, dropped: 0, reason: 'near-capacity' })
  expect(overflows.findLast(({ reason }) => reason === 'full')?.dropped).toBe(lost)

  // Only the batch in flight may have arrived twice, because its answer was lost.
  for (const name of ['ample', 'scarce']) {
    const lines = linesOf(join(folder.path, `${name}.jsonl`))
    expect(lines.length - seqsOf(name).size).toBeLessThanOrEqual(BATCH_SIZE)
    const seqs = [...seqsOf(name)]
    expect(seqs).toEqual([...seqs].sort((one, other) => one - other))
  }
}, 120_000)
