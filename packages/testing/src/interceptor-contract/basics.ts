import { StageflowError } from '@stageflow/core'
import { textOf } from '@stageflow/core/kit'
import { breach, broken, must } from '../contract-base/contract-case.ts'
import { TO_PASS, type InterceptorBench } from './interceptor-bench.ts'

/** The name of the case that an interceptor fails if it lets no run through. */
export const BASIC_CASE = 'lets runs through to their stages'

/**
 * Without the basics no case means anything. They are tried once for all cases: the first one to run says what is wrong, the others
 * point to it.
 */
export class Basics {
  readonly #make: () => InterceptorBench
  #fault: Promise<StageflowError | undefined> | undefined
  #saidBy: string | undefined

  constructor(make: () => InterceptorBench) {
    this.#make = make
  }

  /** Rejects case `rule` if the basics don't work. */
  async mustWork(rule: string): Promise<void> {
    const fault = await (this.#fault ??= this.#try())
    if (fault === undefined) return
    this.#saidBy ??= rule
    if (this.#saidBy === rule) throw fault
    throw new StageflowError(
      'testing/contract',
      `See the first failure, of the case "${this.#saidBy}": it is the reason for this one too.`,
    )
  }

  async #try(): Promise<StageflowError | undefined> {
    let bench: InterceptorBench | undefined
    try {
      bench = this.#make()
      await letsThrough(bench)
      return undefined
    } catch (error) {
      return breach(bench?.called ?? 'The interceptor', BASIC_CASE, error, bench?.ownFailures)
    } finally {
      bench?.close()
    }
  }
}

const RUNS = 3
const KEYS =
  "An output that is kept needs a key of what its run was asked: its input, its user, its pipeline and stage. If the run's caller gives the key, pass interceptorContract an input with it: { input: (run) => ({ extensions: { … } }) }."

async function letsThrough(bench: InterceptorBench): Promise<void> {
  let reached = 0
  const graph = buildable(bench, async () => ({ call: ++reached }))
  for (let run = 1; run <= RUNS; run++) {
    const before = reached
    const { status, errors = [], data } = await bench.run(graph, bench.nextRun())
    must(
      reached > before || status !== 'completed',
      `it answered run ${run} with ${JSON.stringify(data['stage'])}${reached === 0 ? '' : ', the output of an earlier run'}, and did not run the stage. ${KEYS}`,
    )
    const [error] = errors
    const how = `ended as ${status}${error === undefined || bench.ownFailures !== '' ? '' : ` (${error.message})`}`
    const isThrough = reached > before && status === 'completed'
    must(isThrough || run === 1 || bench.isRefused, `it let run ${run - 1} through, and run ${run} ${how}. ${TO_PASS}`)
    must(isThrough, bench.refused(how))
  }
}

function buildable(bench: InterceptorBench, run: () => object): ReturnType<InterceptorBench['alone']> {
  try {
    return bench.alone({ run })
  } catch (error) {
    throw broken(`the engine refused to build a pipeline with it: ${textOf(error)}`, error)
  }
}
