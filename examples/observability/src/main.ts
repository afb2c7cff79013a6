// Traces, logs and metrics of two runs over OTLP. What an app sets up once is in telemetry.ts.

import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { parseArgs } from 'node:util'
import { retry } from '@stageflow/interceptor-retry'
import { timeline } from '@stageflow/report'
import { chat } from './pipeline.ts'
import { logLines, metricLines, traceLines } from './print.ts'
import { startReceiver } from './receiver.ts'
import { openTelemetry } from './telemetry.ts'

const WHAT = 'Two runs of a pipeline, and the traces, logs and metrics of them that arrive over OTLP.'
const USAGE = `${WHAT}

Usage: npm run example observability -- [options]

  --endpoint URL  send to this OTLP receiver (HTTP, JSON) instead of the one in the example
  --help          print this

Exit codes: 0 everything arrived, 1 failed, 2 wrong options`

const SHOWN = /^stageflow_(runs|stage_attempts|stage_errors|stage_tokens)_total/

const width = Math.max(60, Math.min(120, process.stdout.columns || 80))

process.exitCode = await main().catch((error: unknown) => {
  console.error(`Failed: ${(error as Error).message}`)
  return 1
})

async function main(): Promise<number> {
  let endpoint: string | undefined
  try {
    const options = { endpoint: { type: 'string' }, help: { type: 'boolean', short: 'h' } } as const
    const { values } = parseArgs({ options })
    if (values.help) {
      console.log(USAGE)
      return 0
    }
    endpoint = values.endpoint?.replace(/\/$/, '')
    if (endpoint !== undefined && !/^https?:/.test(endpoint))
      throw new Error(`--endpoint takes a URL such as http://localhost:4318, not "${endpoint}".`)
  } catch (error) {
    console.error(`${(error as Error).message} (--help lists the options)`)
    return 2
  }
  console.log(`${WHAT}\n`)
  return endpoint === undefined ? withReceiver() : (await runBoth(endpoint), 0)
}

/** Runs the pipeline twice, the second time with a model that is down, and returns a scrape of its metrics. */
async function runBoth(url: string): Promise<string> {
  const { interceptors, eventSink, scrape, close } = openTelemetry(url)
  try {
    scrape.listen(0, '127.0.0.1')
    await once(scrape, 'listening')
    const graph = chat.build({ interceptors: [retry({ baseMs: 30, jitter: 'none' }), ...interceptors], eventSink })
    for (const inputText of ['hello', 'down']) {
      const { report } = await graph.runSettled({ inputText, sessionId: 'session-1' })
      console.log(`${timeline(report, { width })}\n`)
    }
    const response = await fetch(`http://127.0.0.1:${(scrape.address() as AddressInfo).port}/metrics`)
    return await response.text()
  } finally {
    await close()
  }
}

async function withReceiver(): Promise<number> {
  const { url, received, close } = await startReceiver()
  try {
    const scraped = await runBoth(url)
    const { spans, logs, metrics } = received
    print(`Traces: ${spans.length} spans arrived over OTLP`, traceLines(spans, width))
    print(`Logs: ${logs.length} records arrived over OTLP, here with the beginning of their trace’s id`, logLines(logs))
    const sent = metricLines(metrics).filter((line) => SHOWN.test(line))
    const missing = sent.filter((line) => !scraped.split('\n').includes(line))
    print(
      `Metrics: ${metrics.length} arrived over OTLP, and a scrape of /metrics has the same numbers`,
      sent.map((line) => `  ${line}`),
    )
    if (spans.length > 0 && logs.length > 0 && sent.length > 0 && missing.length === 0) return 0
    throw new Error(`the scrape and OTLP differ: ${missing.join(', ')}`)
  } finally {
    close()
  }
}

function print(title: string, lines: readonly string[]): void {
  console.log(`${title}\n${lines.join('\n')}\n`)
}
