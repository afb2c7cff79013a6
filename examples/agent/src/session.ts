import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { CallApproval, CallQuestion } from '@stageflow/agent'
import type { RunInput } from '@stageflow/core'
import { durableLocal } from '@stageflow/durable-local'
import { sqliteUndoStore } from '@stageflow/store-sqlite'
import { ToolExecutor } from '@stageflow/tool-executor'
import { undoLog } from '@stageflow/undo'
import { MOST_TURNS } from './command-line.ts'
import { openDocs } from './docs.ts'
import { openDrafts } from './drafts.ts'
import { helpDesk, type Limits, type Ports } from './help-desk.ts'
import { printingSink } from './print-events.ts'
import { openTickets } from './tickets.ts'
import { registry } from './tools.ts'

/** Another process takes over a second after a kill. */
const LEASE_MS = 1_000
const A_MONTH_MS = 30 * 24 * 3_600_000

export interface SessionOptions {
  /** Where drafts, tickets, runs and what undo needs are kept. */
  readonly data: string
  /** The repository, whose docs are searched. */
  readonly repository: string
  readonly model: Pick<Ports, 'client' | 'model'>
  readonly limits: Limits
  /** Undefined: there is no answer now. */
  readonly ask: (question: CallQuestion, ports: Ports) => Promise<CallApproval | undefined>
}

/** Opens the files of an agent. Any process that opens them can go on with its runs, and undo them. */
export async function openSession({ data, repository, model, limits, ask }: SessionOptions) {
  mkdirSync(data, { recursive: true })
  const undoStore = sqliteUndoStore({ path: join(data, 'undo.db') })
  const executor = new ToolExecutor({ undo: undoLog({ store: undoStore, ttlMs: A_MONTH_MS }) })
  const runs = durableLocal({ path: join(data, 'runs.db'), leaseMs: LEASE_MS })
  const tickets = openTickets(join(data, 'tickets.db'))
  const [docs, drafts] = await Promise.all([openDocs(repository), openDrafts(join(data, 'drafts'))])
  const ports: Ports = { ...model, docs, drafts, tickets }
  const graph = helpDesk(executor, limits).build({ ports })
  const options = { eventSink: printingSink(), chunkEvents: true }

  return {
    /** Starts a run, or goes on with it, also from a failure, until it ends or waits for an answer that does not come. */
    async carry(runId: string, task: string) {
      const isFailed = (await runs.get(runId))?.status === 'failed'
      let result = await (isFailed
        ? runs.retryFailed(graph, runId, options)
        : runs.run(graph, { inputText: task }, { runId, ...options }))
      while (result.status === 'suspended') {
        const { turns } = result.requests as { readonly turns?: { readonly approve?: readonly CallQuestion[] } }
        const answers: Record<string, CallApproval> = {}
        for (const question of turns?.approve ?? []) {
          const answer = await ask(question, ports)
          if (answer === undefined) return result
          answers[question.id] = answer
        }
        result = await runs.resume(graph, runId, { turns: { approve: answers } }, options)
      }
      return result
    },
    /** What is known of a run that has begun. */
    async find(runId: string) {
      const run = await runs.get(runId)
      return run && { task: (run.input as RunInput).inputText, hasEnded: run.status === 'completed' }
    },
    /** Takes back the calls of all turns, the last one first. Returns undefined if there is no such run. */
    async undo(runId: string) {
      if ((await runs.get(runId)) === undefined) return undefined
      const turns = Array.from({ length: MOST_TURNS }, (_, index) => `${runId}/turns#${index + 1}`)
      const done = []
      for (const turn of turns.toReversed()) done.push(await executor.compensate(turn, { registry, ports }))
      return {
        undone: done.flatMap(({ undone }) => undone),
        failed: done.flatMap(({ failed, expired }) => [...failed, ...expired]),
      }
    },
    async close() {
      await runs.close()
      undoStore.close()
      tickets.end()
    },
  }
}
