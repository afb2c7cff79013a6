// Makes the tool calls of four providers, some of them broken, and undoes them. The tools are in tools.ts.

import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { type EventSink, Pipeline, StageKind, type StageflowEvent } from '@stageflow/core'
import { ToolExecutor } from '@stageflow/tool-executor'
import { ToolRegistry, type ToolResult } from '@stageflow/tools'
import { undoLog } from '@stageflow/undo'
import { makeDatabase, openDatabase } from './database.ts'
import { ANSWERS } from './model-answers.ts'
import { printCompensation, printEvents, printResults } from './print.ts'
import { openSandbox } from './sandbox.ts'
import { type Ports, TOOLS } from './tools.ts'

const WHAT =
  'The tool calls of four models, some of them broken: ✓ made, ? sent back to the model, ✗ failed, ⊘ refused, ↶ undone.'
const USAGE = `${WHAT}

Usage: npm run example tools

  --help  print this

Exit codes: 0 done, 1 failed, 2 wrong options`

process.exitCode = await main()

async function main(): Promise<number> {
  try {
    const { values } = parseArgs({ options: { help: { type: 'boolean', short: 'h' } } })
    if (values.help) {
      console.log(USAGE)
      return 0
    }
  } catch (error) {
    console.error(`${(error as Error).message} (--help lists the options)`)
    return 2
  }
  console.log(`${WHAT}\n`)
  const folder = mkdtempSync(join(tmpdir(), 'stageflow-tools-'))
  try {
    await makeCalls(folder)
    return 0
  } finally {
    rmSync(folder, { recursive: true })
  }
}

async function makeCalls(folder: string): Promise<void> {
  const root = join(folder, 'sandbox')
  mkdirSync(root)
  // A way out that a tool must not take.
  writeFileSync(join(folder, 'secret.txt'), 'the secret')
  symlinkSync(folder, join(root, 'outside'))
  makeDatabase(join(folder, 'orders.sqlite'))
  const database = openDatabase(join(folder, 'orders.sqlite'))

  const events: StageflowEvent[] = []
  const eventSink: EventSink = { emit: (event) => void events.push(event), tryEmit: (event) => events.push(event) > 0 }
  const registry = new ToolRegistry<Ports>({ tools: TOOLS })
  const executor = new ToolExecutor({ undo: undoLog() })
  const ports = { sandbox: openSandbox(root), database, search }
  const graph = Pipeline.withPorts<Ports>('agent')
    .withStage(
      'act',
      async (context) => {
        const answered: { provider: string; results: readonly ToolResult[] }[] = []
        // Signal, clock, ports, ids, execution mode and events of the calls are those of this stage.
        for (const { provider, answer } of ANSWERS)
          answered.push({ provider, results: await executor.execute(answer, { registry, context }) })
        return { answered }
      },
      StageKind.AGENT,
    )
    .build({ ports, eventSink })

  const pipelineRunId = 'run-1'
  const run = await graph.run({ pipelineRunId, executionMode: 'chat' })
  for (const { provider, results } of run.data.act?.answered ?? []) printResults(provider, results)

  const undoing: { type: string }[] = []
  const eventEmitter = (type: string): unknown => undoing.push({ type })
  const compensation = await executor.compensate(pipelineRunId, { registry, eventEmitter, ports })
  printCompensation(compensation, readdirSync(join(root, 'notes')))
  printEvents([...events, ...undoing])
  database.close()
}

/** Finds two documents at once, and then nothing for a long time. */
async function* search(words: string, signal: AbortSignal): AsyncIterable<string> {
  yield `${words}: the first document`
  yield `${words}: the second document`
  await new Promise((_, reject) => {
    const timer = setTimeout(() => reject(new Error('too late')), 60_000)
    signal.addEventListener('abort', () => {
      clearTimeout(timer)
      reject(signal.reason as Error)
    })
  })
}
