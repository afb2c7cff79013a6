import { setTimeout as wait } from 'node:timers/promises'
import { durableLocal } from '@stageflow/durable-local'
import type { Ask, Engine } from './engine.ts'
import { order, type OrderPorts } from './order.ts'

/** Keeps orders in one file. Any process of this machine can go on with them. */
export function localEngine(path: string, ports: OrderPorts, ask: Ask): Engine {
  // Others take over a second after a kill.
  const runs = durableLocal({ path, leaseMs: 1_000 })
  return {
    async start(runId, item) {
      let result = await runs.run(order, { inputText: item }, { runId, ports })
      while (result.status === 'suspended') {
        const approve = await ask(result.requests.approve as string)
        if (approve !== undefined) result = await runs.resume(order, runId, { approve }, { ports })
        else {
          while ((await runs.get(runId))?.status === 'suspended') await wait(100)
          // The process that answers goes on with the order. This one waits for it, and takes over if it dies.
          result = await runs.run(order, { inputText: item }, { runId, ports })
        }
      }
      return result
    },
    approve: (runId, approve) => runs.resume(order, runId, { approve }, { ports }),
    close: async () => void (await runs.close()),
  }
}
