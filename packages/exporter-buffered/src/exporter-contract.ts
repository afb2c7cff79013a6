import { StageflowError, systemClock } from '@stageflow/core'
import { FLAG, TIME_LIMIT, checkOptions, textOf, withinLimit } from '@stageflow/core/kit'
import type { OptionRules } from '@stageflow/core/kit'

import { ILLEGAL_OPTION } from './buffered-options.ts'
import { ContractBench } from './contract-bench.ts'
import { CASES, OUTAGE_CASES } from './exporter-cases.ts'
import type { ExporterUnderTest } from './exporter-under-test.ts'

export interface ExporterContractOptions {
  /** False leaves out the cases in which the downstream fails. Default: true. */
  readonly outages?: boolean
  /** Maximum time for a case, in ms. Default: 10,000. */
  readonly timeoutMs?: number
}

/** One rule for every exporter. `run` rejects if the exporter breaks it. */
export interface ExporterCase {
  readonly name: string
  readonly run: () => Promise<void>
}

const RULES: OptionRules<ExporterContractOptions> = { outages: FLAG, timeoutMs: TIME_LIMIT }

/**
 * The rules for every exporter, as cases for any test runner: `for (const { name, run } of exporterContract(create)) test(name, run)`.
 * `create` makes a new exporter for each case. A case that fails rejects with `exporter-buffered/contract`.
 */
export function exporterContract(
  create: () => ExporterUnderTest | Promise<ExporterUnderTest>,
  options: ExporterContractOptions = {},
): readonly ExporterCase[] {
  if (typeof create !== 'function')
    throw new StageflowError(
      ILLEGAL_OPTION,
      'exporterContract() takes a function that makes a new exporter for each case: exporterContract(() => ({ exporter, written })).',
    )
  checkOptions('exporterContract()', ILLEGAL_OPTION, options, RULES)
  const { outages = true, timeoutMs = 10_000 } = options
  const cases = outages ? { ...CASES, ...OUTAGE_CASES } : CASES
  return Object.entries(cases).map(([name, check]) => ({
    name,
    run: () => runCase(create, inWords(name, check), timeoutMs),
  }))
}

type Check = (bench: ContractBench) => Promise<void>

/** If the exporter rejects by surprise, its error alone doesn't say which rule it broke. */
function inWords(name: string, check: Check): Check {
  return async (bench) => {
    try {
      await check(bench)
    } catch (error) {
      if (StageflowError.is(error, 'exporter-buffered/contract')) throw error
      const what = `The exporter breaks this rule: ${name}. It failed with: ${textOf(error)}`
      throw new StageflowError('exporter-buffered/contract', what, { cause: error })
    }
  }
}

async function runCase(
  create: () => ExporterUnderTest | Promise<ExporterUnderTest>,
  check: Check,
  limitMs: number,
): Promise<void> {
  const subject = await create()
  const bench = new ContractBench(subject)
  const late = (): Error =>
    new StageflowError(
      'exporter-buffered/contract',
      `The exporter did not answer: this case has waited for ${limitMs} ms.`,
    )
  const limit = { clock: systemClock, limitMs, late }
  try {
    await withinLimit(check(bench), limit)
  } finally {
    // Other cases test how it closes.
    const closed = async (): Promise<unknown> => bench.exporter.close?.()
    await withinLimit(closed(), limit).catch(() => {})
    await subject.end?.()
  }
}
