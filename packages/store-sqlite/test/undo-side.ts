import { appendFileSync } from 'node:fs'

import { type Compensation, ToolExecutor } from '@stageflow/tool-executor'
import { defineTool, ToolRegistry } from '@stageflow/tools'
import { undoLog } from '@stageflow/undo'
import { z } from 'zod'

import { sqliteUndoStore } from '../src/sqlite-undo-store.ts'
import { untilGo } from './race.ts'

/** The task of one process: to make calls, or to undo those of a run. */
export interface UndoTask {
  readonly file: string
  /** Gets a line for each thing that a handler does. */
  readonly log: string
  readonly run: string
  readonly leaseMs?: number
  readonly calls?: readonly string[]
  /** Kills this process while it undoes this call. */
  readonly dieAt?: string
}

/** An executor whose calls write into the log. Each process has its own. */
export function openProcess({ file, log, leaseMs = 30_000, dieAt }: Omit<UndoTask, 'run'>) {
  const store = sqliteUndoStore({ path: file, synchronous: 'normal' })
  const write = defineTool({
    name: 'write',
    description: 'Writes a line.',
    input: z.object({ text: z.string() }),
    execute: ({ text }, { keepForUndo }) => {
      keepForUndo(`kept ${text}`)
      appendFileSync(log, `+${text}\n`)
    },
    undo: async ({ input: { text }, kept }, { clock }) => {
      if (kept !== `kept ${text}`) throw new Error(`not what was kept: ${kept}`)
      // In two steps, so that a second handler at the same time would be seen.
      appendFileSync(log, `?${text}\n`)
      if (text === dieAt) process.kill(process.pid, 'SIGKILL')
      await clock.sleep(1)
      appendFileSync(log, `-${text}\n`)
    },
  })
  const registry = new ToolRegistry({ tools: [write] })
  const executor = new ToolExecutor({ undo: undoLog({ store, leaseMs }) })
  return {
    store,
    call: (text: string, pipelineRunId: string) =>
      executor.execute([{ id: text, name: 'write', arguments: { text } }], { registry, ids: { pipelineRunId } }),
    compensate: (pipelineRunId: string) => executor.compensate(pipelineRunId, { registry }),
  }
}

async function work(task: UndoTask): Promise<Compensation | undefined> {
  const { call, compensate, store } = openProcess(task)
  await untilGo()
  try {
    if (task.calls === undefined) return await compensate(task.run)
    for (const text of task.calls) await call(text, task.run)
    return undefined
  } finally {
    store.close()
  }
}

const task = process.argv[2]
if (process.argv[1] === import.meta.filename && task !== undefined)
  process.stdout.write(`${JSON.stringify((await work(JSON.parse(task) as UndoTask)) ?? null)}\n`)
