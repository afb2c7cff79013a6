import { resumeRun } from '@stageflow/core/durable'
import type { Engine } from './engine.ts'
import { order, type OrderPorts } from './order.ts'
import { tokenOf } from './people.ts'

/** Runs orders in this process only. Ann answers at its terminal, no reminder comes, and a kill loses the order. */
export function memoryEngine(
  ports: OrderPorts,
  token: string,
  ask: (question: string) => Promise<boolean | undefined>,
): Engine {
  const elsewhere = () => Promise.reject(new Error('An order in memory is answered where it was started.'))
  return {
    async start(id, item) {
      let result = await order.run({ inputText: item, pipelineRunId: id }, { ports, token })
      while (result.status === 'suspended') {
        const approve = await ask(result.requests.approve as string)
        if (approve === undefined) throw new Error('No answer came, and an order in memory cannot wait.')
        result = await resumeRun(order, result, { approve }, { ports, token: tokenOf('ann') })
      }
      return result
    },
    answer: elsewhere,
    retry: elsewhere,
    close: async () => {},
  }
}
