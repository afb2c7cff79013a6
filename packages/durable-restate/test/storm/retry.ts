import { existsSync, mkdirSync, readdirSync, rmdirSync } from 'node:fs'
import { join } from 'node:path'
import { StageflowError, systemClock } from '@stageflow/core'
import { REQUESTER, orderGraph, planOf } from '../../../durable-local/test/storm/orders.ts'
import { durableClient } from '../../src/index.ts'
import type { DurableResult } from '../../src/index.ts'
import { secret } from '../secret.ts'
import { WORKFLOW } from './workflow.ts'
import type { Address } from './workflow.ts'

// `node retry.ts ADDRESS ORDER`: tries a failed order again as its requester, and prints how that ended. It is a process of its own that
// the storm doesn't kill: a retry removes the failed run from Restate and begins it again, and must do both.

const [address = '', order = ''] = process.argv.slice(2)
const { url, adminUrl, retried, whereabouts, hasNew } = JSON.parse(address) as Address
// Restate begins the run again with the version that was registered last.
const version = existsSync(hasNew) ? 'fitting' : 'old'
const world = { version, effect: () => {}, newCards: () => Infinity, clock: systemClock, slowMs: 0 } as const
const client = durableClient({ url, adminUrl, name: WORKFLOW, secret, graph: orderGraph(world) })
const { failures } = planOf(order)

/** For an order that fails twice. Only one process at a time tries it again: it may have failed again since this one was asked to. */
async function withNewCard(): Promise<DurableResult<any>> {
  const turn = join(retried, `${order}-turn`)
  try {
    mkdirSync(turn)
  } catch {
    throw late('is tried again by another process')
  }
  try {
    const state = await client.as('the storm').status(order)
    const retries = state?.acts.filter(({ kind }) => kind === 'retry').length ?? 0
    if (readdirSync(whereabouts).filter((name) => name.startsWith(`card-${order}-`)).length <= retries)
      throw late('has failed since, and has no new card yet')
    return await retry()
  } finally {
    rmdirSync(turn)
  }
}
const retry = (): Promise<DurableResult<any>> => client.retryFailed(order, { token: REQUESTER })
const late = (what: string): StageflowError =>
  new StageflowError('durable-restate/not-failed', `The order ${order} ${what}.`)

const ended = await (failures > 1 ? withNewCard() : retry()).then(
  ({ status }) => ({ status }),
  (error: unknown) => ({ code: (error as { readonly code?: string }).code ?? 'none', message: String(error) }),
)
console.log(JSON.stringify(ended))
