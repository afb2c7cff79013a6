import { Pipeline, StageKind } from '@stageflow/core'
import type { KeyedStore } from '@stageflow/keyed-work'
import { recordingSink } from '@stageflow/testing'
import { afterEach, beforeEach, expect, test } from 'vitest'

import { idempotency, type IdempotencyOptions } from '../src/index.ts'
import { startSilentServer } from './silent-server.ts'

/** A store in a server that a test can stop and start again. */
export interface ServerStore<Client> {
  /** The code of its errors. */
  readonly unavailable: string
  server(): { stop(): Promise<void>; start(): Promise<void> }
  /** A client of the server that fails quickly. */
  connect(): Client
  /** A client of another server, with default settings. */
  connectTo(port: number): Client
  disconnect(client: Client): Promise<void>
  storeOf(client: Client, options?: { readonly maxValueBytes?: number }): KeyedStore
}

const payments = (store: KeyedStore, options: IdempotencyOptions, pay: () => object | Promise<object>) =>
  new Pipeline('shop')
    .withStage('pay', pay, StageKind.WORK)
    .build({ interceptors: [idempotency({ store, ...options })] })

const order = () => ({ extensions: { idempotencyKey: crypto.randomUUID() } })

/** The tests of the interceptor with a store in a server: repeats, outages, and outputs that are hard to store. */
export function testServerStore<Client>({
  unavailable,
  server,
  connect,
  connectTo,
  disconnect,
  storeOf,
}: ServerStore<Client>): void {
  let clients: Client[]
  let executions: number
  beforeEach(() => {
    clients = []
    executions = 0
  })
  afterEach(() => Promise.all(clients.map(disconnect)))

  const own = (client: Client): Client => {
    clients.push(client)
    return client
  }
  const paying = (client: Client = connect(), options: IdempotencyOptions = {}) =>
    payments(storeOf(own(client)), options, () => ({ execution: ++executions }))

  test('graphs with different clients make a payment once', async () => {
    const [one, two] = [paying(), paying()]
    const input = order()
    const results = await Promise.all([one.run(input), two.run(input), one.run(input), two.run(input)])
    for (const { data } of results) expect(data).toEqual({ pay: { execution: 1 } })
    expect(executions).toBe(1)
    const again = await two.run(input)
    expect(again).toMatchObject({ data: { pay: { execution: 1 } } })
    expect(again.report.stages['pay']?.notes).toMatchObject({ idempotency: { result: 'hit' } })
  })

  test('while the server is down, the stage fails with idempotency/unavailable, its cause and an event', async () => {
    const graph = paying()
    await server().stop()
    const sink = recordingSink()
    const result = await graph.runSettled(order(), { eventSink: sink })
    expect(result.status).toBe('failed')
    expect(result.report.stages['pay']?.error).toMatchObject({
      code: 'idempotency/unavailable',
      cause: { code: unavailable },
    })
    expect(sink.of('idempotency.store_failed')).toMatchObject([
      { data: { operation: 'claim', code: unavailable, consequence: 'fail' } },
    ])
    expect(executions).toBe(0)
    await server().start()
    expect(await graph.run(order())).toMatchObject({ data: { pay: { execution: 1 } } })
  })

  test("with onStoreError: 'run' the stage runs without the store, and an event says so", async () => {
    const graph = paying(connect(), { onStoreError: 'run' })
    await server().stop()
    const sink = recordingSink()
    const result = await graph.run(order(), { eventSink: sink })
    expect(result).toMatchObject({ status: 'completed', data: { pay: { execution: 1 } } })
    expect(result.report.stages['pay']?.notes).toMatchObject({ idempotency: { result: 'store-error' } })
    expect(sink.of('idempotency.store_failed')).toContainEqual(
      expect.objectContaining({ data: expect.objectContaining({ code: unavailable, consequence: 'run' }) as object }),
    )
  })

  test('a server that accepts the connection and never answers fails the stage after storeTimeoutMs', async () => {
    const silent = await startSilentServer()
    try {
      const result = await paying(connectTo(silent.port), { storeTimeoutMs: 200 }).runSettled(order())
      expect(result.report.stages['pay']?.error).toMatchObject({
        code: 'idempotency/unavailable',
        // Not what the client would report later.
        cause: { message: 'the store did not answer within 200 ms' },
      })
    } finally {
      await silent.close()
    }
  })

  test('a server that restarts during the work gets the output', async () => {
    let restarted: Promise<void> | undefined
    const graph = payments(storeOf(own(connect())), {}, async () => {
      await server().stop()
      restarted = server().start()
      return { execution: ++executions }
    })
    const input = order()
    expect(await graph.run(input)).toMatchObject({ data: { pay: { execution: 1 } } })
    await restarted
    expect(await graph.run(input)).toMatchObject({ data: { pay: { execution: 1 } } })
  })

  test('an output with an own "__proto__" key is stored, and repeats get it', async () => {
    const foreign = JSON.parse('{"__proto__":{"isAdmin":true}}') as object
    const graph = payments(storeOf(own(connect())), {}, () => ({ foreign, execution: ++executions }))
    const input = order()
    for (let call = 0; call < 2; call += 1) {
      const { data } = await graph.run(input)
      expect(JSON.stringify(data.pay)).toBe('{"foreign":{"__proto__":{"isAdmin":true}},"execution":1}')
    }
  })

  test('an output that is too long for the store fails the stage, and the work is not done again', async () => {
    const store = storeOf(own(connect()), { maxValueBytes: 1_000 })
    const graph = payments(store, {}, () => ({ execution: ++executions, receipt: 'x'.repeat(1_000) }))
    const input = order()
    for (let call = 0; call < 2; call += 1) {
      const { report } = await graph.runSettled(input)
      expect(report.stages['pay']?.error).toMatchObject({
        code: 'idempotency/too-large',
        message: expect.stringContaining('maxValueBytes is 1000') as string,
      })
    }
    expect(executions).toBe(1)
  })

  test('a client that the app has closed counts as an outage', async () => {
    const client = connect()
    const graph = payments(storeOf(client), {}, () => ({ execution: ++executions }))
    await disconnect(client)
    const { report } = await graph.runSettled(order())
    expect(report.stages['pay']?.error).toMatchObject({
      code: 'idempotency/unavailable',
      cause: { code: unavailable },
    })
  })
}
