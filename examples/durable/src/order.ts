import { Pipeline, type StageContext, StageKind, StageOutput } from '@stageflow/core'
import { checkPeople } from './people.ts'

/** What the stages get from outside. `key` names the work: a service that gets it twice does the work once. */
export interface OrderPorts {
  readonly shop: {
    price(item: string): Promise<number>
    reserve(item: string, key: string): Promise<string>
    remind(text: string, key: string): Promise<string>
    charge(euros: number, key: string): Promise<string>
    ship(reservation: string, key: string): Promise<string>
  }
  /** How long a person has before a reminder, in ms. A real app would wait for days. */
  readonly remindAfterMs: number
}

type Asking = StageContext<{ price: { euros: number } }, OrderPorts>

/** The same graph for every place: nothing in it says where its runs are kept. */
export const order = Pipeline.withPorts<OrderPorts>('order')
  .withStage('price', async ({ ports, snapshot }) => ({ euros: await ports.shop.price(snapshot.inputText ?? '') }))
  .withStage(
    'reserve',
    async (context) => ({ id: await context.ports.shop.reserve(context.snapshot.inputText ?? '', keyOf(context)) }),
    StageKind.WORK,
  )
  .withStage('approve', askApprover, { dependencies: ['price', 'reserve'], answeredBy: { roles: ['approver'] } })
  .withStage(
    'charge',
    async (context) => ({
      receipt: await context.ports.shop.charge(context.inputs.from('price').euros, keyOf(context)),
    }),
    StageKind.WORK,
    { dependencies: ['price', 'approve'] },
  )
  .withStage(
    'ship',
    async (context) => ({ parcel: await context.ports.shop.ship(context.inputs.from('reserve').id, keyOf(context)) }),
    StageKind.WORK,
    { dependencies: ['reserve', 'charge'] },
  )
  .build({ interceptors: [checkPeople] })

/** Asks, reminds once if no answer comes, and then waits for as long as it takes. */
async function askApprover(context: Asking) {
  const { inputs, ports, resumed } = context
  const question = `Pay ${inputs.from('price').euros} euros?`
  if (resumed === undefined) return StageOutput.suspend(question, { forMs: ports.remindAfterMs })
  if (resumed.expired) {
    await ports.shop.remind(question, `${keyOf(context)}/reminder`)
    return StageOutput.suspend(`Reminder: ${question}`)
  }
  const by = resumed.by?.userId ?? 'a person'
  return resumed.answer === true ? StageOutput.ok({ by }) : StageOutput.cancel(`${by} refused to pay`)
}

/** The same key each time that the work is repeated. Runs in memory have no `callKey`. */
const keyOf = ({ callKey, pipelineRunId, stage }: Pick<StageContext, 'callKey' | 'pipelineRunId' | 'stage'>): string =>
  callKey ?? `${pipelineRunId}/${stage.name}`
