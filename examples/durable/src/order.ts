import { Pipeline, type StageContext, StageKind, StageOutput } from '@stageflow/core'

/** What the stages get from outside. `key` names the work: a service that gets it twice does the work once. */
export interface OrderPorts {
  readonly shop: {
    price(item: string): Promise<number>
    reserve(item: string, key: string): Promise<string>
    charge(euros: number, key: string): Promise<string>
    ship(reservation: string, key: string): Promise<string>
  }
}

export interface Approval {
  readonly by: string
  readonly approved: boolean
}

/** The same graph for every engine: nothing in it says where its runs are kept. */
export const order = Pipeline.withPorts<OrderPorts>('order')
  .withStage('price', async ({ ports, snapshot }) => ({ euros: await ports.shop.price(snapshot.inputText ?? '') }))
  .withStage(
    'reserve',
    async (context) => ({ id: await context.ports.shop.reserve(context.snapshot.inputText ?? '', keyOf(context)) }),
    StageKind.WORK,
  )
  .withStage('approve', askPerson, { dependencies: ['price', 'reserve'] })
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
  .build()

function askPerson({ inputs, resumed }: StageContext<{ price: { euros: number } }>) {
  if (resumed === undefined) return StageOutput.suspend(`Pay ${inputs.from('price').euros} euros?`)
  const { by, approved } = resumed.answer as Approval
  return approved ? StageOutput.ok({ by }) : StageOutput.cancel(`${by} refused to pay`)
}

/** The same key each time that the work is repeated. Runs in memory have no `callKey`. */
const keyOf = ({ callKey, pipelineRunId, stage }: Pick<StageContext, 'callKey' | 'pipelineRunId' | 'stage'>): string =>
  callKey ?? `${pipelineRunId}/${stage.name}`
