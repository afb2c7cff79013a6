import { StageflowError, systemClock } from '@stageflow/core'
import { FLAG, TIME_LIMIT, checkOptions, textOf, withinLimit } from '@stageflow/core/kit'
import type { OptionRules } from '@stageflow/core/kit'

import { ILLEGAL_OPTION } from './buffered-options.ts'
import { ContractBench, Seen } from './contract-bench.ts'
import type { ExporterRule } from './contract-bench.ts'
import { CASES, OUTAGE_CASES } from './exporter-cases.ts'
import type { ExporterUnderTest } from './exporter-under-test.ts'
import { watchTimers } from './watched-timers.ts'

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
  return Object.entries(cases).map(([name, rule]) => ({
    name,
    run: () => runCase(create, name, rule, timeoutMs),
  }))
}

/** The error of a broken rule: which one, what was seen, and what to do. */
function breach(name: string, { mend }: ExporterRule, error: unknown): StageflowError {
  const isSeen = error instanceof Seen
  const seen = isSeen ? error.message : `the case failed with: ${textOf(error)}`
  const message = `The exporter breaks the rule "${name}": ${seen} ${mend}`
  return new StageflowError('exporter-buffered/contract', message, { cause: isSeen ? error.cause : error })
}

async function runCase(
  create: () => ExporterUnderTest | Promise<ExporterUnderTest>,
  name: string,
  rule: ExporterRule,
  limitMs: number,
): Promise<void> {
  const timers = watchTimers()
  try {
    const subject = await timers.within(create)
    try {
      await checkRule(new ContractBench(subject, timers), name, rule, limitMs)
    } finally {
      await subject.end?.()
    }
  } finally {
    timers.close()
  }
}

async function checkRule(bench: ContractBench, name: string, rule: ExporterRule, limitMs: number): Promise<void> {
  const late = (): Error => new Seen(`it did not answer within ${limitMs} ms.`)
  const limit = { clock: systemClock, limitMs, late }
  try {
    await withinLimit(rule.check(bench), limit)
  } catch (error) {
    throw breach(name, rule, error)
  } finally {
    // Other cases test how it closes.
    const closed = async (): Promise<unknown> => bench.exporter.close?.()
    await withinLimit(closed(), limit).catch(() => {})
  }
}
