import { writeFileSync } from 'node:fs'

import type { StageGraph } from '@stageflow/core'

import { BROKEN, answerTo, inputOf, repairOf } from './maps.ts'
import type { MapPlan } from './maps.ts'
import type { StormRuns } from './place.ts'

export interface CarryPlan extends StormRuns {
  readonly graph: StageGraph<any, {}>
  readonly plans: readonly MapPlan[]
  readonly folder: string
  /** Notes an error that nothing explains. */
  readonly note: (what: string, error: unknown) => void
  /** Whether the storm has given up. */
  readonly isOver: () => boolean
}

const PAUSE_MS = 30
/** Another process has done the same a moment ago, or the run ended otherwise meanwhile. */
const EXPECTED = [
  'durable-engine/not-waiting',
  'durable-engine/not-failed',
  'durable-engine/closed',
  'core/pipeline-failed',
]

const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

/** Starts runs, answers what their items ask, repairs and retries what has failed, until all have ended. */
export async function carryMaps({ runs, troubles, graph, plans, folder, note, isOver }: CarryPlan): Promise<void> {
  /** What is being done, one thing of each kind for each run. */
  const inProgress = new Set<string>()
  /** Runs that this process has tried again. Restate doesn't know such a run between its end and its new beginning. */
  const retried = new Set<string>()
  const attempt = (id: string, act: string, does: () => Promise<unknown>): void => {
    const what = `${act} ${id}`
    if (inProgress.has(what)) return
    inProgress.add(what)
    void does()
      .catch((error: unknown) => explain(id, act, error))
      .finally(() => inProgress.delete(what))
  }
  const explain = (id: string, act: string, error: unknown): void => {
    const { code = '' } = error as { readonly code?: string }
    const isBetween = code === 'durable-engine/unknown-run' && retried.has(id)
    if (!isBetween && ![...EXPECTED, ...troubles].includes(code)) note(`${act} of ${id}`, error)
  }

  /** Returns whether the run has ended. */
  const look = async (plan: MapPlan): Promise<boolean> => {
    const { id } = plan
    const details = await runs.get(id)
    if (details === undefined) {
      if (!retried.has(id)) attempt(id, 'run', () => runs.run(graph, inputOf(plan), { runId: id }))
      return false
    }
    const { status, error, requests } = details
    // A blocked run goes on with another version of the app, which a map storm doesn't have.
    if (status === 'completed' || status === 'cancelled' || status === 'blocked') return true
    if (status === 'failed') {
      // The result of the storm says how a run has failed that should not.
      if (plan.failing === undefined || error?.message.includes(BROKEN) !== true) return true
      writeFileSync(repairOf(folder, id), '')
      retried.add(id)
      attempt(id, 'retry', () => runs.retryFailed(graph, id, {}))
      return false
    }
    for (const { path } of requests) {
      const answers = answersAt(path)
      const act = status === 'suspended' ? 'resume' : 'answer'
      attempt(id, `${act} ${path.join('/')}`, () => runs[act](graph, id, answers, {}))
    }
    return false
  }

  let open = plans
  while (open.length > 0 && !isOver()) {
    const left: MapPlan[] = []
    for (const plan of open) {
      const hasEnded = await look(plan).catch((error: unknown) => {
        explain(plan.id, 'look', error)
        return false
      })
      if (!hasEnded) left.push(plan)
    }
    open = left
    await wait(PAUSE_MS)
  }
}

/** The answer to the question of an item, nested by the names of its stages. */
const answersAt = (path: readonly string[]): object =>
  path.reduceRight<unknown>((inside, name) => ({ [name]: inside }), answerTo(Number(path.at(-1)))) as object
