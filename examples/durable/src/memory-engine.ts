import { resumeRun } from '@stageflow/core/durable'
import type { Ask, Engine } from './engine.ts'
import { order, type OrderPorts } from './order.ts'

/** Runs orders in this process only. The person answers here, and a kill loses the order. */
export function memoryEngine(ports: OrderPorts, ask: Ask): Engine {
  return {
    async start(id, item) {
      let result = await order.run({ inputText: item, pipelineRunId: id }, { ports })
      while (result.status === 'suspended') {
        const approve = await ask(result.requests.approve as string)
        if (approve === undefined) throw new Error('No answer came, and an order in memory cannot wait.')
        result = await resumeRun(order, result, { approve }, { ports })
      }
      return result
    },
    approve: () => Promise.reject(new Error('An order in memory is answered where it was started.')),
    close: async () => {},
  }
}
