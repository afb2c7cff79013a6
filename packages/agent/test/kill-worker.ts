import { appendFileSync } from 'node:fs'
import { createOpenAI } from '@ai-sdk/openai'
import { systemClock } from '@stageflow/core'
import type { Clock } from '@stageflow/core'
import { aiSdk } from '@stageflow/provider-ai-sdk'
import { ToolRegistry, defineTool } from '@stageflow/tools'
import { z } from 'zod'
import type { OpenApp } from '../../durable-engine/test/one-process.ts'
import { agent } from '../src/index.ts'
import type { AgentAnswer } from '../src/index.ts'
import { ASKED_SEAT } from './kill-life.ts'
import type { CallLine, Ended, KillPlace, Worker } from './kill-life.ts'

// `node kill-worker.ts <worker>`: one process that carries the run of an agent. In the place in which it is to be killed, it prints "here" and
// goes no further. If it isn't to be killed, it prints how the run has ended, as JSON.

const RUN_ID = 'r'
/** Short, because the process that has it dies. It does nothing that could keep it from renewing it. */
const KILLED_LEASE_MS = 500
const DAY_MS = 24 * 3_600_000
const { opener, address, url, lines, forMs, life } = JSON.parse(process.argv[2] ?? '') as Worker
const { openApp } = (await import(opener)) as { readonly openApp: OpenApp }
const { days = 0, dies } = life

/** Days later: the same clock, ahead. Leases go by the clock of the machine. */
const clock: Clock = { ...systemClock, now: () => systemClock.now() + days * DAY_MS }
const runs = openApp(address, { leaseMs: dies === undefined ? 60_000 : KILLED_LEASE_MS, clock })

const write = (line: CallLine): void => appendFileSync(lines, `${JSON.stringify(line)}\n`)

/** In the place in which the process is to be killed, it waits for that. */
async function pass(at: KillPlace['at'], what: string | number): Promise<void> {
  if (dies?.at !== at || dies.what !== what) return
  if (dies.behind !== undefined) await factOf(dies.behind)
  setInterval(() => {}, 1_000) // keeps the process alive
  console.log('here')
  await new Promise(() => {})
}

const book = defineTool({
  name: 'book',
  description: 'Books a seat.',
  input: z.object({ seat: z.string() }),
  execute: async ({ seat }, { idempotencyKey: key }) => {
    write({ is: 'begun', key })
    await pass('call', seat)
    write({ is: 'effect', key })
    await pass('effect', seat)
    return { booked: seat }
  },
})
const model = createOpenAI({ baseURL: `${url}/v1`, apiKey: 'none' }).chat('gpt')

/** Resolves when the result of a call is in the journal. */
async function factOf(callId: string): Promise<void> {
  const hasFact = async (): Promise<boolean> => {
    const { facts = [] } = (await runs.get(RUN_ID, { facts: true })) ?? {}
    return facts.some(({ key }) => key.endsWith(`#${callId}`))
  }
  while (!(await hasFact())) await systemClock.sleep(5)
}

const graph = agent({
  shape: 'ai-sdk',
  model: async function* ask(context, request) {
    const { turn } = context.snapshot.extensions.agentTurn ?? { turn: 0 }
    await pass('request', turn)
    const answer = aiSdk(context, { model, ...request })
    for (let chunks = 0; ; chunks++) {
      const step = await answer.next()
      if (step.done === true) return step.value
      yield step.value
      if (chunks === 1) await pass('answer', turn)
    }
  },
  tools: new ToolRegistry({ tools: [book] }),
  approve: {
    when: ({ input }) => (input as { seat: string }).seat === ASKED_SEAT,
    ...(forMs !== undefined && { forMs }),
  },
}).build()

interface Kept {
  readonly data?: { readonly turns?: { readonly turn: AgentAnswer } }
}
switch (life.does) {
  case 'begins':
    await runs.run(graph, { inputText: 'Book five seats.' }, { runId: RUN_ID })
    await pass('approval', ASKED_SEAT)
    break
  case 'answers':
    await runs.resume(graph, RUN_ID, { turns: { approve: life.answer ?? {} } })
    break
  case 'recovers':
    await runs.recover(graph)
}
const { status, result } = (await runs.get(RUN_ID)) ?? {}
await runs.close()
const ended: Ended = { status: status ?? 'unknown', turn: (result as Kept | undefined)?.data?.turns?.turn }
console.log(JSON.stringify(ended))
