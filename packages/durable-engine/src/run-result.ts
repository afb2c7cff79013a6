import { StageflowError } from '@stageflow/core'
import type { FailedResult, PipelineResult } from '@stageflow/core'

import { ask } from './journal.ts'
import type { Act } from './journal.ts'
import { damaged } from './json.ts'
import { readResult } from './kept-result.ts'
import type { RunRow } from './rows.ts'
import { allFacts } from './run-log.ts'
import { readFact } from './run-row.ts'

/** What the last leg of a run ended with. */
export type Settled = PipelineResult<unknown> | FailedResult<unknown>

/** The result of the last leg; undefined in the first one, and of a blocked run. It refers to facts, so both are read in one act. */
export function* resultOf({ n, id }: RunRow): Act<Settled | undefined> {
  const text = yield* ask('resultText', n)
  if (text === null) return undefined
  const facts = new Map((yield* allFacts(n)).map((fact) => [fact.n, fact]))
  const values = new Map<number, unknown>()
  const valueOf = (number: number): unknown => {
    const fact = facts.get(number)
    if (fact !== undefined && !values.has(number)) values.set(number, readFact(fact, id))
    return values.get(number)
  }
  try {
    return readResult(text, valueOf) as Settled
  } catch (error) {
    if (StageflowError.is(error)) throw error
    // The cause would quote the text, which may hold secrets.
    throw damaged('result', id)
  }
}
