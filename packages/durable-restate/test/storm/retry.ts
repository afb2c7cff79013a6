import { systemClock } from '@stageflow/core'
import { orderGraph } from '../../../durable-local/test/storm/orders.ts'
import { durableClient } from '../../src/index.ts'
import { secret } from '../secret.ts'
import { WORKFLOW } from './workflow.ts'
import type { Address } from './workflow.ts'

// `node retry.ts ADDRESS ORDER TOKEN`: tries a failed order again, and prints how that ended. It is a process of its own that the storm
// doesn't kill: a retry removes the failed run from Restate and begins it again, and must do both.

const [address = '', order = '', token = ''] = process.argv.slice(2)
const { url, adminUrl } = JSON.parse(address) as Address
const world = { version: 'old', effect: () => {}, mends: () => Infinity, clock: systemClock, slowMs: 0 } as const
const client = durableClient({ url, adminUrl, name: WORKFLOW, secret, graph: orderGraph(world) })
const ended = await client.retryFailed(order, token === '' ? {} : { token }).then(
  ({ status }) => ({ status }),
  (error: unknown) => ({ code: (error as { readonly code?: string }).code ?? 'none', message: String(error) }),
)
console.log(JSON.stringify(ended))
