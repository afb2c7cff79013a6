import { StageflowError, systemClock } from '@stageflow/core'

import { ContractBench } from './contract-bench.ts'
import { CASES, OUTAGE_CASES } from './exporter-cases.ts'
import type { ExporterUnderTest } from './exporter-under-test.ts'
import { checkOptions, limit } from './option-rules.ts'
import type { Rules } from './option-rules.ts'
import { withinLimit } from './within-limit.ts'

export interface ExporterContractOptions {
  /** False leaves out the cases in which the downstream fails. Default: true. */
  readonly outages?: boolean
  /** How long a case may take, in milliseconds. Default: 10,000. */
  readonly timeoutMs?: number
}

/** One thing that every exporter owes; `run` rejects when it does not hold. */
export interface ExporterCase {
  readonly name: string
  readonly run: () => Promise<void>
}

const RULES: Rules = {
  outages: [(value) => typeof value === 'boolean', 'true or false'],
  timeoutMs: limit,
}

/**
 * What every exporter owes, as cases for any test runner: `for (const { name, run } of exporterContract(create)) test(name, run)`.
 * `create` makes an exporter anew for each. A broken case rejects with `exporter-buffered/contract`.
 */
export function exporterContract(
  create: () => ExporterUnderTest | Promise<ExporterUnderTest>,
  options: ExporterContractOptions = {},
): readonly ExporterCase[] {
  if (typeof create !== 'function')
    throw new StageflowError(
      'exporter-buffered/illegal-option',
      'exporterContract() takes a function that makes the exporter and reads what it has written, anew for each case.',
    )
  checkOptions('exporterContract()', options, RULES)
  const { outages = true, timeoutMs = 10_000 } = options
  const cases = outages ? { ...CASES, ...OUTAGE_CASES } : CASES
  return Object.entries(cases).map(([name, check]) => ({
    name,
    run: () => runCase(create, inWords(name, check), timeoutMs),
  }))
}

type Check = (bench: ContractBench) => Promise<void>

/** What an exporter rejects with where it should not is no answer by itself: the case says what is owed. */
function inWords(name: string, check: Check): Check {
  return async (bench) => {
    try {
      await check(bench)
    } catch (error) {
      if (StageflowError.is(error, 'exporter-buffered/contract')) throw error
      const reason = error instanceof Error ? error.message : String(error)
      const what = `An exporter owes this, and it is not so: ${name}. It failed with: ${reason}`
      throw new StageflowError('exporter-buffered/contract', what, { cause: error })
    }
  }
}

async function runCase(
  create: () => ExporterUnderTest | Promise<ExporterUnderTest>,
  check: Check,
  timeoutMs: number,
): Promise<void> {
  const subject = await create()
  const bench = new ContractBench(subject)
  const late = (): Error =>
    new StageflowError('exporter-buffered/contract', `An exporter answers; this case has waited for ${timeoutMs} ms.`)
  try {
    await withinLimit(check(bench), { clock: systemClock, timeoutMs, late })
  } finally {
    // Of no concern here: there are cases for it.
    const closed = async (): Promise<void> => bench.exporter.close?.()
    await withinLimit(closed(), { clock: systemClock, timeoutMs, late }).catch(() => {})
    await subject.end?.()
  }
}
