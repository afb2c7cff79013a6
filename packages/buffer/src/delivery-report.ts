import { ANY, optionProblems, read, required, whole } from '@stageflow/core/kit'
import type { EndReport, OptionRules } from '@stageflow/core/kit'
import { refuseGiven } from './argument-rules.ts'

/** How a sink or an exporter ended, for a filter or a fan-out in front of it. */
export interface DeliveryReport extends EndReport {
  /** Events that it has taken, and has not lost, as far as its own report says. */
  readonly delivered: number
  /** Events that it didn't take or has lost, or whose call is still in progress: those may arrive all the same. */
  readonly lost: number
}

/** What was handed on to a sink or an exporter. */
export interface HandedOn {
  /** Events that it has taken. */
  readonly delivered: number
  /** Events that it has not taken. */
  readonly lost: number
  /** Events that it has taken, and that aren't counted: those that say what another sink lost. */
  readonly notices?: number
}

const ENDED: OptionRules<EndReport> = { error: ANY, report: ANY }
const HANDED_ON: OptionRules<HandedOn> = { delivered: required(whole(0)), lost: required(whole(0)), notices: whole(0) }

/** Adds what it has lost behind, as its own report says, to what it didn't take. */
export function deliveryReport(ended: EndReport, handedOn: HandedOn): DeliveryReport {
  refuseGiven('deliveryReport()', [
    ...optionProblems(ended, ENDED, 'ended.'),
    ...optionProblems(handedOn, HANDED_ON, 'handedOn.'),
  ])
  const { error, report } = ended
  const { delivered, lost, notices } = handedOn
  const behind = lostBehind(report, delivered, notices)
  return Object.freeze({ delivered: delivered - behind, lost: lost + behind, error, report })
}

/**
 * How many of the delivered events were lost behind, by the report of what is there: as many as that has lost, and has not delivered.
 * It may have counted one event several times, such as one that came again, and events that others gave it. Of a fan-out, the sink
 * or exporter that lost the most counts.
 */
export function lostBehind(report: unknown, delivered: number, notices: number = 0): number {
  if (typeof report !== 'object' || report === null) return 0
  const reports: readonly unknown[] = isCount(read(report, 'lost')) ? [report] : Object.values(report)
  const losses = reports.map((each) => lostOf(each, delivered + notices))
  return Math.min(delivered, Math.max(0, ...losses))
}

function lostOf(report: unknown, handedOn: number): number {
  const [lost, delivered] = [read(report, 'lost'), read(report, 'delivered')]
  if (!isCount(lost)) return 0
  return isCount(delivered) ? Math.min(lost, handedOn - delivered) : lost
}

const isCount = (value: unknown): value is number => typeof value === 'number' && value >= 0
