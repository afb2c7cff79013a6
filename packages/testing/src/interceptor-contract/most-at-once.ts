import { untilAborted } from './abort-cases.ts'
import type { CaseResult, InterceptorBench } from './interceptor-bench.ts'

/** So many calls at once are tried if no limit is seen. */
export const FEW = 20

/** A limit above the last of these numbers is not found. */
const TRIED = [120, 1_200]

/** How many calls it lets through at once, while others wait. Undefined if it makes none wait. */
export async function mostAtOnce(bench: InterceptorBench): Promise<number | undefined> {
  for (const tried of TRIED) {
    const other = bench.another()
    let reached = 0
    const graph = other.alone({
      run: async (context) => {
        reached++
        return untilAborted(context)
      },
    })
    const settled: CaseResult[] = []
    const runs = Array.from({ length: tried }, () => graph.start(other.nextRun(), other.aborting()))
    for (const run of runs) void run.settled.then((result) => settled.push(result))
    const all = Promise.all(runs.map((run) => run.settled))
    await other.comesToRest(all)
    const waits = reached + settled.length < tried
    const most = reached
    other.abortAll()
    await other.ends(all)
    if (waits) return most
  }
  return undefined
}
