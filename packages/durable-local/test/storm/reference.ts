import { openRequests, resumeSettled } from '@stageflow/core/durable'
import { manualClock } from '@stageflow/testing'

import { APPROVER, REQUESTER, SYSTEM, nested, orderGraph, orderPlan, plannedAnswers } from './orders.ts'
import type { Version } from './orders.ts'

/** What an order comes to without a journal, without kills and with every answer in time: what a storm must come to. */
export async function uninterrupted(seed: number, version: Version): Promise<string> {
  const clock = manualClock()
  const graph = orderGraph({ version, effect: () => {}, newCards: () => Infinity, clock, slowMs: 0 })
  const plan = orderPlan(seed)
  const options = { token: REQUESTER, ...plan.options }
  let result: any = await graph.runSettled({ inputText: `${seed}` }, options)
  while (result.status === 'suspended') {
    const asked = openRequests(result).map(({ path }) => path.join('/'))
    const answer = plannedAnswers(plan).find(({ path }) => asked.includes(path.join('/')))
    if (answer === undefined) await clock.advance(10_000)
    const token = answer === undefined || answer.who === 'requester' ? REQUESTER : APPROVER
    result = await resumeSettled(graph, result, answer === undefined ? {} : nested(answer), { ...options, token })
  }
  return plan.paidBy === 'system' ? shown(bySystem(result)) : shown(result)
}

/** In process no part of an app acts by name, so the approver has answered in its place. */
function bySystem(given: unknown): unknown {
  const result = JSON.parse(JSON.stringify(given)) as any
  return { ...result, data: { ...result.data, boss: { ...result.data.boss, by: { system: SYSTEM } } } }
}

/** A result without its times, and without what depends on the legs. */
export function shown(result: unknown): string {
  const { status, data, report } = JSON.parse(JSON.stringify(result)) as any
  const stages = Object.values<any>(report.stages)
    .map(({ stage, status: ended, tolerated, error }) => [stage, ended, tolerated, error?.code])
    .toSorted(([one], [other]) => (one < other ? -1 : 1))
  const inOrder = Object.fromEntries(Object.entries(data).toSorted(([one], [other]) => (one < other ? -1 : 1)))
  return JSON.stringify({ status, data: inOrder, stages })
}
