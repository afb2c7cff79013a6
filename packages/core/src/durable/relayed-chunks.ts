import type { RunFacts } from '../report/run-facts.ts'

/** Counts chunks that a stage yielded in an earlier leg for the stages around it that passed them on (`withPipeline(…, { chunks })`). */
export function countRelayed({ parent }: RunFacts, stage: string, chunks: number): void {
  if (parent === undefined || parent.relay?.stage !== stage) return
  const { facts, shown } = parent
  facts.stage(facts.graph.indexOf(shown.stage) as number).chunks += chunks
  countRelayed(facts, shown.stage, chunks)
}
