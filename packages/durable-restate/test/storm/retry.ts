import { existsSync, readdirSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { StageflowError, systemClock } from '@stageflow/core'
import { REQUESTER, orderGraph, planOf } from '../../../durable-local/test/storm/orders.ts'
import type { Version } from '../../../durable-local/test/storm/orders.ts'
import { durableClient } from '../../src/index.ts'
import type { DurableResult } from '../../src/index.ts'
import { secret } from '../secret.ts'
import { WORKFLOW } from './workflow.ts'
import type { Address } from './workflow.ts'

/** How a retry has ended: with the status of the order, or with an error. */
export type RetryEnd = { readonly status: string } | RetryError
interface RetryError {
  readonly code: string
  readonly message: string
  /** That of the answer of Restate, if it refused the request. */
  readonly httpStatus: number | undefined
}

/**
 * Tries failed orders again as their requester, for workers that ask with `POST /ORDER`. A retry removes the failed run from Restate and
 * begins it again, and must do both. So it is not left to a process that the storm kills.
 */
export async function serveRetries(address: Omit<Address, 'retries'>) {
  const { url, adminUrl, whereabouts, hasNew } = address
  const clientOf = (version: Version) => {
    const world = { version, effect: () => {}, newCards: () => Infinity, clock: systemClock, slowMs: 0 }
    return durableClient({ url, adminUrl, name: WORKFLOW, secret, graph: orderGraph(world) })
  }
  const clients = { old: clientOf('old'), fitting: clientOf('fitting') }
  /** Restate begins the run again with the version that was registered last. */
  const client = () => clients[existsSync(hasNew) ? 'fitting' : 'old']
  const inProgress = new Set<string>()

  const retry = (order: string): Promise<DurableResult<any>> => client().retryFailed(order, { token: REQUESTER })

  /** For an order that fails twice. One at a time tries it again: it may have failed again since this one was asked to. */
  async function retryWithNewCard(order: string): Promise<DurableResult<any>> {
    if (inProgress.has(order)) throw late(order, 'is tried again already')
    inProgress.add(order)
    try {
      const state = await client().as('the storm').status(order)
      const retries = state?.acts.filter(({ kind }) => kind === 'retry').length ?? 0
      if (readdirSync(whereabouts).filter((name) => name.startsWith(`card-${order}-`)).length <= retries)
        throw late(order, 'has failed since, and has no new card yet')
      return await retry(order)
    } finally {
      inProgress.delete(order)
    }
  }
  const ended = (order: string): Promise<RetryEnd> =>
    (planOf(order).failures > 1 ? retryWithNewCard(order) : retry(order)).then(
      ({ status }) => ({ status }),
      (error: unknown) => {
        const { code = 'none', status } = error as { readonly code?: string; readonly status?: number }
        return { code, message: String(error), httpStatus: status }
      },
    )

  const server = createServer((request, response) => {
    void ended(`${request.url}`.slice(1)).then((end) => response.end(JSON.stringify(end)))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => {
      server.closeAllConnections()
      return new Promise((resolve) => server.close(resolve))
    },
  }
}

const late = (order: string, what: string): StageflowError =>
  new StageflowError('durable-restate/not-failed', `The order ${order} ${what}.`)
