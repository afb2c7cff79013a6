import { eventLoopTurns } from '../clock/event-loop-turns.ts'
import { must } from '../contract-base/contract-case.ts'
import type { InterceptorBench } from './interceptor-bench.ts'

type RunCase = (bench: InterceptorBench) => Promise<void>

/** The rule for the thread. It comes first, because all others would take long. */
export const threadCases: Readonly<Record<string, RunCase>> = { 'does not block the thread': blocksNothing }

const CALLS = 20
/** Even the shortest of the calls blocks the thread so long: other code that runs meanwhile doesn't. */
const MAY_BLOCK_MS = 20

async function blocksNothing(bench: InterceptorBench): Promise<void> {
  let beforeStage = nothing
  let afterStage = nothing
  let blockedMs = 0
  const graph = bench.alone({
    run: async () => {
      blockedMs = beforeStage()
      await Promise.resolve()
      afterStage = unbroken()
      return {}
    },
  })
  const least = { before: Infinity, after: Infinity }
  for (let call = 0; call < CALLS; call++) {
    blockedMs = 0
    beforeStage = unbroken()
    afterStage = nothing
    const run = graph.start(bench.nextRun())
    await bench.ends(run.settled.then(() => (least.after = Math.min(least.after, afterStage()))))
    least.before = Math.min(least.before, blockedMs)
    if (least.before + least.after < MAY_BLOCK_MS) return
  }
  must(
    least.before + least.after < MAY_BLOCK_MS,
    `it blocked the thread for ${Math.round(least.before + least.after)} ms in each of ${CALLS} calls: no other run goes on meanwhile. Await what takes long, or do it in a worker.`,
  )
}

const nothing = (): number => 0

/** Begins to measure. The result is how long the thread has worked without a turn of the event loop since; 0 if it had one. */
function unbroken(): () => number {
  let hadTurn = false
  const turns = eventLoopTurns()
  void turns.next().then(() => {
    hadTurn = true
    turns.close()
  })
  const startedAt = performance.now()
  return () => (hadTurn ? 0 : performance.now() - startedAt)
}
