import { expectTypeOf } from 'vitest'
import { Pipeline, StageKind, createSlot, definePorts } from '../src/index.ts'
import type { StageContext } from '../src/index.ts'

interface Llm {
  complete(prompt: string): Promise<string>
}
interface Store {
  save(text: string): Promise<void>
}
declare const llm: Llm
declare const store: Store
const claims = createSlot<{ readonly sub: string }>('auth/claims')

const chat = Pipeline.withPorts<{ llm: Llm }>('chat').withStage('llm', async (context) => {
  expectTypeOf(context.ports).toEqualTypeOf<{ llm: Llm }>()
  expectTypeOf(context.get(claims)).toEqualTypeOf<{ readonly sub: string } | undefined>()
  // @ts-expect-error Property 'store' does not exist on type '{ llm: Llm; }'.
  void context.ports.store
  return { message: await context.ports.llm.complete('x') }
})
const storing = Pipeline.withPorts<{ store: Store }>('store').withStage(
  'persist',
  async (context) => context.ports.store.save('x'),
  StageKind.WORK,
)
const both = chat
  .compose(storing)
  .withStage(
    'last',
    (context) => ({ ports: [context.ports.llm, context.ports.store], text: context.inputs.from('llm').message }),
    { dependencies: ['llm'] },
  )

export async function portsOfRuns(): Promise<void> {
  // @ts-expect-error Property ''missing ports'' is missing in type '[]' but required in type '{ readonly 'missing ports': "llm" | "store" }'
  await both.build().run({})
  // @ts-expect-error Property 'store' is missing
  await both.build().run({}, { ports: { llm } })
  // @ts-expect-error 'missing ports': "store"
  await both.build({ ports: { llm } }).run({})
  // @ts-expect-error Property 'ports' is missing
  await both.build({ ports: { llm } }).run({}, { timeoutMs: 5 })
  await both.build({ ports: { llm, store } }).run({})
  // @ts-expect-error an empty list of options has no ports either
  await both.build().run({}, ...[])
  await both.build({ ports: { llm } }).run({}, { ports: { store } })
  await both.build().run({}, { ports: { llm, store } })
  // Ports written in place are typed by what the pipeline needs.
  await chat.build({ ports: { llm: { complete: async (prompt) => prompt.toUpperCase() } } }).run({})
}
// @ts-expect-error Type 'number' is not assignable to type 'Llm'.
chat.build({ ports: { llm: 5 } })
new Pipeline('none').build()

class NeedsStore {
  async execute(context: StageContext<{}, { store: Store }>) {
    await context.ports.store.save('x')
  }
}
storing.withStage('needs', NeedsStore, StageKind.WORK)
// @ts-expect-error Property 'store' is missing in type '{ llm: Llm; }': this pipeline has no such port.
chat.withStage('needs', NeedsStore, StageKind.WORK)

// A child pipeline needs no more ports than its parent has; a graph must have all of its own.
Pipeline.withPorts<{ llm: Llm; store: Store }>('parent').withPipeline('child', both)
// @ts-expect-error 'store' is missing in the ports of the parent.
Pipeline.withPorts<{ llm: Llm }>('parent').withPipeline('child', both)
new Pipeline('parent').withPipeline('child', both.build({ ports: { llm, store } }))
// @ts-expect-error the graph still needs ports.
new Pipeline('parent').withPipeline('child', both.build({ ports: { llm } }))

const { defineStage } = definePorts<{ llm: Llm }>()
const ask = defineStage({ name: 'ask', run: async (context) => ({ text: await context.ports.llm.complete('x') }) })
const other = definePorts<{ store: Store }>().defineStage({
  name: 'other',
  after: { ask },
  run: async (context) => context.ports.store.save(context.inputs.from('ask').text),
})
export async function portsOfValues(): Promise<void> {
  await Pipeline.from('values', [ask, other]).build({ ports: { llm, store } }).run()
  // @ts-expect-error 'missing ports': "llm"
  await Pipeline.from('values', [ask, other]).build({ ports: { store } }).run()
}

type Digit = '0' | '1' | '2' | '3' | '4' | '5' | '6' | '7' | '8' | '9'
/** As `LanguageModel` of the AI SDK: so many strings that an intersection with itself doesn't compile. */
type LongUnion = `${Digit}${Digit}${Digit}` | Llm
declare const long: LongUnion
const named = Pipeline.withPorts<{ long: LongUnion; store: Store }>('named').withStage('a', ({ ports }) => ports)
void named.build({ ports: { long, store } }).run()
void named.build({ ports: { long } }).run({}, { ports: { store } })
// @ts-expect-error the port has another type.
named.build({ ports: { long: 7 } })
