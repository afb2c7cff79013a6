import { appendFileSync } from 'node:fs'
import { join } from 'node:path'

import { Pipeline, StageflowError, StageKind, StageOutput, type StageContext } from '@stageflow/core'
import { durableLocal } from '@stageflow/durable-local'
import { idempotency } from '@stageflow/interceptor-idempotency'
import { type Compensation, ToolExecutor } from '@stageflow/tool-executor'
import { defineTool, ToolRegistry } from '@stageflow/tools'
import { undoLog } from '@stageflow/undo'
import { z } from 'zod'

import { sqliteStore } from '../src/sqlite-store.ts'
import { sqliteUndoStore } from '../src/sqlite-undo-store.ts'
import { untilGo } from './race.ts'

/** Where the process kills itself while stage `charge`, its work, is in progress. */
export type KillPoint = 'in its tool call' | 'after its tool call' | 'after its output was stored'

/** The task of one process: to carry on a run, and to undo its calls when it fails. */
export interface OrderTask {
  /** Has the journal, the stores, and `log.txt` with a line for everything that happens. */
  readonly folder: string
  readonly killAt?: KillPoint
}

const RUN = 'order-7'
/** A claim of a dead process holds longer than the test lasts. */
const leaseMs = 600_000

async function work({ folder, killAt }: OrderTask): Promise<Compensation> {
  const log = (line: string): void => appendFileSync(join(folder, 'log.txt'), `${line}\n`)
  const killIf = (point: KillPoint): void => {
    if (killAt === point) process.kill(process.pid, 'SIGKILL')
  }
  const file = join(folder, 'stores.db')
  const [store, undoStore] = [sqliteStore({ path: file }), sqliteUndoStore({ path: file })]
  const step = defineTool({
    name: 'step',
    description: 'Does a step of an order.',
    input: z.object({ what: z.string() }),
    execute: ({ what }, { idempotencyKey }) => {
      log(`+${what} as ${idempotencyKey}`)
      if (what === 'charge') killIf('in its tool call')
    },
    undo: ({ input: { what } }) => log(`-${what}`),
  })
  const registry = new ToolRegistry({ tools: [step] })
  const executor = new ToolExecutor({ resultStore: store, leaseMs, undo: undoLog({ store: undoStore }) })
  const doing = (what: string) => async (context: StageContext) => {
    log(`stage ${what}`)
    const calls = [{ id: what, name: 'step', arguments: { what } }]
    const [result] = await executor.execute(calls, { registry, context, idempotencyKey: () => context.callKey })
    if (result?.status !== 'completed') return StageOutput.fail(`the call is ${result?.status}`)
    if (what === 'charge') killIf('after its tool call')
    return { done: what }
  }
  const complete: typeof store.complete = (...completion) => {
    const isKept = store.complete(...completion)
    // The tool stores its result here too.
    if (completion[0].includes('"orders"')) killIf('after its output was stored')
    return isKept
  }
  const graph = new Pipeline('orders')
    .withStage('reserve', doing('reserve'))
    .withStage('charge', doing('charge'), StageKind.WORK, { dependencies: ['reserve'] })
    .withStage('ship', doing('ship'), { dependencies: ['charge'] })
    .withStage(
      'pack',
      () => {
        throw new Error('no box is left')
      },
      { dependencies: ['ship'] },
    )
    .build({ interceptors: [idempotency({ store: { ...store, complete }, leaseMs })] })
  await using durable = durableLocal({ path: join(folder, 'runs.db'), leaseMs: 500 })
  await untilGo()
  try {
    await durable.run(graph, {}, { runId: RUN })
    throw new Error('the run must fail')
  } catch (error) {
    if (!StageflowError.is(error, 'core/pipeline-failed')) throw error
    log(`failed: ${error.cause instanceof Error ? error.cause.message : error.message}`)
  }
  const compensation = await executor.compensate(RUN, { registry })
  store.close()
  undoStore.close()
  return compensation
}

const task = process.argv[2]
if (process.argv[1] === import.meta.filename && task !== undefined)
  process.stdout.write(`${JSON.stringify(await work(JSON.parse(task) as OrderTask))}\n`)
