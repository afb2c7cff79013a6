import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, test, vi } from 'vitest'
import { attributeOf, startReceiver } from '../src/receiver.ts'

// Each test starts a process, on a machine that may be busy.
vi.setConfig({ testTimeout: 120_000 })

const MAIN = fileURLToPath(new URL('../src/main.ts', import.meta.url))

function run(...args: readonly string[]): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const child = spawn(process.execPath, [MAIN, ...args], {
    env: { PATH: process.env['PATH'] ?? '', NODE_COMPILE_CACHE: process.env['NODE_COMPILE_CACHE'] ?? '' },
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  const printed = { stdout: '', stderr: '' }
  for (const name of ['stdout', 'stderr'] as const)
    child[name].setEncoding('utf8').on('data', (text: string) => (printed[name] += text))
  return new Promise((resolve) => child.once('close', (code) => resolve({ code, ...printed })))
}

test('traces, logs and metrics arrive, and the scrape has the same numbers', async () => {
  const { code, stdout, stderr } = await run()
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  expect(stdout).toMatch(/^Two runs of a pipeline, and the traces, logs and metrics of them/)
  expect(stdout).toContain('Traces: 20 spans arrived over OTLP\n')
  // The span of the database is below the stage that queried it.
  expect(stdout).toMatch(/^ {8}stage query .*\n {10}SELECT documents /m)
  expect(stdout).toMatch(/^ {4}stage llm +█+ +\d+ ms retry\n {4}stage llm .* ok$/m)
  const traceId = /^trace ([0-9a-f]{32})$/m.exec(stdout)![1]!
  expect(stdout).toContain(`  ${traceId.slice(0, 8)} WARN  stage.llm.retrying: The model is busy.\n`)
  expect(stdout).toMatch(/ERROR stage\.llm\.failed: The model is down\.\n/)
  expect(stdout).toContain('  stageflow_runs_total{pipeline="chat",status="failed"} 1\n')
  expect(stdout).toContain('stage="llm",kind="transform"} 3\n')
})

test('--endpoint sends everything to another receiver', async () => {
  const { url, received, close } = await startReceiver()
  onTestFinished(close)
  const { code, stdout } = await run('--endpoint', `${url}/`)
  expect(code).toBe(0)
  expect(stdout).not.toContain('Traces:')
  const { spans, logs, metrics } = received
  expect(spans).toHaveLength(20)
  // From any record to its trace, by the ids of the run.
  const failed = logs.find(({ body }) => body.stringValue.startsWith('stage.llm.failed'))!
  const root = spans.find(({ traceId, parentSpanId }) => traceId === failed.traceId && !parentSpanId)!
  expect(attributeOf(root, 'stageflow.run.id')).toBe(attributeOf(failed, 'stageflow.run.id'))
  expect(root.status.code).toBe(2)
  const durations = metrics.find(({ name }) => name === 'stageflow_run_duration_seconds')!
  const counts = durations.histogram!.dataPoints.map((point) => [
    attributeOf(point, 'status'),
    point.count,
    (point as unknown as { bucketCounts: number[] }).bucketCounts.reduce((sum, count) => sum + count, 0),
  ])
  expect(counts).toContainEqual(['failed', 1, 1])
})

test('an endpoint that refuses is a failure', async () => {
  const { url, close } = await startReceiver()
  close()
  const { code, stderr } = await run('--endpoint', url)
  expect(code).toBe(1)
  expect(stderr.trimEnd().split('\n').at(-1)).toMatch(/^Failed: fetch failed/)
})

test('--help prints the options, and a wrong one is exit code 2 with its error last', async () => {
  expect(await run('--help')).toMatchObject({ code: 0, stderr: '', stdout: expect.stringContaining('Exit codes: 0') })
  for (const args of [['--endpiont', 'x'], ['--endpoint', 'localhost:4318'], ['x']]) {
    const { code, stdout, stderr } = await run(...args)
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr.trimEnd().split('\n').at(-1)).toContain(args[0])
  }
})
