import { createReadStream, mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

import { BufferedExporter } from '../../packages/exporter-buffered/src/index.ts'
import { JsonlExporter } from '../../packages/exporter-jsonl/src/index.ts'

// Events of runs go through a buffered exporter with its default options into a file. What counts is what is in the file.

const ids = { requestId: undefined, sessionId: 'session-1', userId: 'user-1', orgId: 'org-1', interactionId: undefined }
const eventOf = (seq) => ({
  type: 'stage.llm.completed',
  data: { durationMs: 12.5, attempts: 1 },
  seq,
  timestamp: 1_790_000_000_000 + seq,
  pipelineRunId: '0192f1a8-7d6e-7c3b-9a51-2f6d0c9e4b17',
  parentRunId: undefined,
  ...ids,
  stage: 'llm',
})

async function linesIn(path) {
  let lines = 0
  for await (const bytes of createReadStream(path)) for (const byte of bytes) if (byte === 10) lines += 1
  return lines
}

async function measure(produce) {
  const folder = mkdtempSync(join(tmpdir(), 'stageflow-bench-'))
  const path = join(folder, 'events.jsonl')
  const exporter = new BufferedExporter(new JsonlExporter({ path }))
  try {
    globalThis.gc?.()
    const before = process.memoryUsage().rss
    let mostRss = before
    const watch = setInterval(() => (mostRss = Math.max(mostRss, process.memoryUsage().rss)), 20)
    const startedAt = performance.now()
    const sent = await produce(exporter)
    const { lost } = await exporter.close({ timeoutMs: 30_000 })
    const seconds = (performance.now() - startedAt) / 1_000
    clearInterval(watch)
    const written = await linesIn(path)
    if (written + lost < sent) throw new Error(`${sent} events were sent, ${written} written, ${lost} said to be lost.`)
    return {
      sent,
      written,
      perSecond: written / seconds,
      lostShare: (sent - written) / sent,
      megabytes: statSync(path).size / 1e6,
      moreMemoryMb: (mostRss - before) / 1e6,
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** 100,000 events a second for five seconds. Where the machine was elsewhere for a while, what is missing follows by and by. */
async function atRate(exporter) {
  const startedAt = performance.now()
  let sent = 0
  while (sent < 500_000) {
    const due = Math.floor((performance.now() - startedAt) * 100)
    const stop = Math.min(500_000, due, sent + 1_000)
    while (sent < stop) exporter.emit(eventOf(sent++))
    await sleep(1)
  }
  return sent
}

/** As many as the file takes: a producer that looks at the buffer before it goes on. */
async function flatOut(exporter) {
  for (let sent = 0; sent < 500_000;) {
    if (exporter.stats().size > 5_000) await sleep(0)
    else for (const stop = sent + 1_000; sent < stop;) exporter.emit(eventOf(sent++))
  }
  return 500_000
}

export const exporters = [
  { id: 'exporterAtRate', group: 'exporter', title: '100,000 events a second, for 5 s', facts: () => measure(atRate) },
  { id: 'exporterFlatOut', group: 'exporter', title: 'as many as it takes', facts: () => measure(flatOut) },
]
