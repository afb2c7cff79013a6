import { Pipeline, StageKind, StageOutput } from '@stageflow/core'
import type { StageContext } from '@stageflow/core'
import { idempotency } from '@stageflow/interceptor-idempotency'
import { memoryStore } from '@stageflow/keyed-work'
import { retry } from '@stageflow/interceptor-retry'
import { traceparent, tracing } from '@stageflow/interceptor-tracing'
import { manualClock } from '@stageflow/testing'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { spanRecorder, withContextManager } from '../../interceptor-tracing/test/span-recorder.ts'
import { observed } from '../test/observed.ts'
import { restate, secret, serve, serveMore } from '../test/restate.ts'
import { durableClient, durableService, durableWorkflow } from './index.ts'

test('an interceptor around a stage runs inside its step, which a retry does not leave', async () => {
  let calls = 0
  const graph = new Pipeline('retried')
    .withStage('a', () => (++calls < 3 ? StageOutput.retry('busy') : { calls }), { retry: { attempts: 3, baseMs: 1 } })
    .build({ interceptors: [retry()] })
  const { client, name } = await serve<typeof graph>((name) => [durableWorkflow(graph, { name, secret })])
  const result = await client.run('r')
  expect(result.data).toEqual({ a: { calls: 3 } })
  expect(result.report.stages['a' as never]).toMatchObject({
    attempts: [{ attempt: 1 }, { attempt: 2 }, { attempt: 3 }],
  })
  const steps = (await restate.journal(await restate.invocation(name, 'r'))).filter(
    ({ type }) => type === 'Command: Run',
  )
  expect(steps.map((step) => step.name)).toEqual(['run start', 'a', 'run end'])
})

test('a signal of an interceptor can stop no run on Restate: each attempt fails with durable-restate/local-signal', async () => {
  let isAborting = true
  let controller = new AbortController()
  const graph = new Pipeline('signalled')
    .withStage('a', async ({ signal }) => {
      if (isAborting)
        await new Promise((resolve) => {
          signal.addEventListener('abort', resolve)
          controller.abort(new Error('away'))
        })
      return { a: 1 }
    })
    .build({
      interceptors: [
        {
          name: 'own-signal',
          wrapRun: (next) => (run) => {
            controller = new AbortController()
            return next(run.with({ signal: controller.signal }))
          },
        },
      ],
    })
  const { client, name } = await serve<typeof graph>((name) => [durableWorkflow(graph, { name, secret })])
  await client.start('r')
  await restate.failed(name, "A signal of an interceptor stopped the run (away), but Restate can't repeat that.")
  isAborting = false
  expect(await client.attach('r')).toMatchObject({ status: 'completed', data: { a: { a: 1 } } })
})

// ---------- traces

const TRACE_ID = '0af7651916cd43dd8448eb211c80319c'
const CALLER = `00-${TRACE_ID}-b7ad6b7169203331-01`
let endContexts = (): void => {}
beforeEach(() => {
  endContexts = withContextManager()
})
afterEach(() => endContexts())

function traced(recorder: ReturnType<typeof spanRecorder>, sent: Record<string, string>[]) {
  const send = (context: StageContext): object => {
    sent.push({ ...traceparent(context) })
    return {}
  }
  return new Pipeline('traced')
    .withStage('here', send as () => {})
    .withStage('there', send as () => {}, { dependencies: ['here'], placement: 'service' })
    .build({ interceptors: [tracing({ tracerProvider: recorder.provider })] })
}

test.each(['a header of the request', 'an extension of the input'])(
  'the trace of the caller, by %s, goes on over both machines',
  async (how) => {
    const [here, there] = [spanRecorder(), spanRecorder()]
    const sent: Record<string, string>[] = []
    const graph = traced(here, sent)
    const { client, name } = await serve<typeof graph>((name) => [durableWorkflow(graph, { name, secret })])
    await serveMore([durableService(traced(there, sent), { name })])
    if (how === 'an extension of the input') await client.start('r', { input: { extensions: { traceparent: CALLER } } })
    else {
      const headers = { traceparent: CALLER }
      await durableClient<typeof graph>({ url: restate.url, name, secret, headers }).start('r')
    }
    await client.attach('r')
    const run = here.span('invoke_workflow traced')
    expect(run).toMatchObject({ traceId: TRACE_ID, parentId: 'b7ad6b7169203331' })
    expect(here.span('stage here')).toMatchObject({ traceId: TRACE_ID, parentId: run.id })
    await observed(() => there.spans().length === 2)
    expect(here.tree()).toEqual(['invoke_workflow traced completed', '  stage here ok', '  stage there ok'])
    expect(there.tree()[1]).toBe('  stage there ok')
    const call = there.span('stage there')
    expect(call.traceId).toBe(TRACE_ID)
    // What the stages send on names their own spans.
    expect(sent).toEqual([
      { traceparent: `00-${TRACE_ID}-${here.span('stage here').id}-01` },
      { traceparent: `00-${TRACE_ID}-${call.id}-01` },
    ])
  },
)

// ---------- idempotency

test('a WORK stage has the name of its call as key, and a repeated call does not wait for the claim of the dead one', async () => {
  const storeClock = manualClock() // stands still, so leases never end
  const store = memoryStore({ clock: storeClock })
  const keys: unknown[] = []
  let calls = 0
  const graph = new Pipeline('shop')
    .withStage(
      'charge',
      async ({ signal, callKey }) => {
        keys.push(callKey)
        // A killed process doesn't release its claim: neither does code that never returns.
        if (++calls === 1)
          await new Promise((resolve) => signal.addEventListener('abort', () => setTimeout(resolve, 60_000).unref()))
        return { charge: calls }
      },
      StageKind.WORK,
    )
    .build({ interceptors: [idempotency({ store })] })
  const other = new Pipeline('shop')
    .withStage('charge', async () => ({ charge: ++calls }), StageKind.WORK)
    .build({ interceptors: [idempotency({ store })] })
  const { client, endpoint, name } = await serve<typeof graph>((name) => [
    durableWorkflow(graph, { name, secret, run: { graceMs: 1 } }),
  ])
  await client.start('r')
  await observed(() => calls === 1)
  await endpoint.close()
  // Another process with the same store.
  await serveMore([durableWorkflow(other, { name, secret })], endpoint.port)
  expect(await client.attach('r')).toMatchObject({
    status: 'completed',
    data: { charge: { charge: 2 } },
    report: { stages: { charge: { notes: { idempotency: { result: 'executed', key: 'r/charge' } } } } },
  })
  expect(keys).toEqual(['r/charge'])
  // Restate has recorded the call, so what is left of its record in the store ends after 1 ms.
  expect(store.stats()).toMatchObject({ claims: 0, bytes: 0 })
  await storeClock.advance(1)
  expect(store.stats().results).toBe(0)
})
