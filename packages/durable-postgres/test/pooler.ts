import { Buffer } from 'node:buffer'
import { createServer } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'

import { Client } from 'pg'

/** A pooler in front of a server. */
export interface Pooler {
  readonly url: string
  /** How many transactions each connection to the server has had. */
  readonly transactions: readonly number[]
  close(): Promise<void>
}

/** A connection to the server, and the client whose transaction it has. */
interface Far {
  readonly socket: Socket
  readonly place: number
  near: Near | undefined
  /** Messages that the server has not answered yet. */
  unanswered: number
}
/** A connection of a client, which has one to the server during a transaction. */
interface Near {
  readonly socket: Socket
  readonly waiting: Buffer[]
  far: Far | undefined
}

/**
 * Does what PgBouncer does in transaction mode: each transaction gets another connection to the server. What a session has (settings, locks,
 * prepared statements, LISTEN) stays with that connection, for the client that comes next. Notifications reach no client.
 */
export const transactionPooler = (serverUrl: string): Promise<Pooler> => startPooler(serverUrl, 'transaction')
/** Does what PgBouncer does in statement mode: it refuses transactions of several messages. */
export const statementPooler = (serverUrl: string): Promise<Pooler> => startPooler(serverUrl, 'statement')

const CONNECTIONS = 3

async function startPooler(serverUrl: string, mode: 'transaction' | 'statement'): Promise<Pooler> {
  const fars = await Promise.all(Array.from({ length: CONNECTIONS }, (_, place) => connectFar(serverUrl, place)))
  const transactions = fars.map(() => 0)
  const nears = new Set<Near>()
  const queue: Near[] = []
  // The one that was used last comes last.
  const idle = [...fars]

  const send = (far: Far, message: Buffer): void => {
    far.unanswered++
    far.socket.write(message)
  }
  const assign = (): void => {
    while (queue.length > 0 && idle.length > 0) {
      const [near, far] = [queue.shift() as Near, idle.shift() as Far]
      near.far = far
      far.near = near
      transactions[far.place]!++
      for (const message of near.waiting.splice(0)) send(far, message)
    }
  }
  const answered = (far: Far, status: number | undefined): void => {
    far.unanswered--
    if (status !== IDLE) {
      if (far.near === undefined) send(far, ROLLBACK)
      return
    }
    if (far.unanswered > 0) return
    if (far.near !== undefined) far.near.far = undefined
    far.near = undefined
    idle.push(far)
    assign()
  }
  for (const far of fars)
    onMessage(far.socket, (type, message) => {
      if (type === READY && message[5] !== IDLE && mode === 'statement') {
        far.near?.socket.end(NO_TRANSACTIONS)
        far.near = undefined
      }
      if (type !== NOTIFICATION) far.near?.socket.write(message)
      if (type === READY) answered(far, message[5])
    })

  const listener = createServer({ noDelay: true }, (socket) => {
    const near: Near = { socket, waiting: [], far: undefined }
    nears.add(near)
    socket.on('error', () => {})
    socket.on('close', () => {
      nears.delete(near)
      if (queue.includes(near)) queue.splice(queue.indexOf(near), 1)
      if (near.far?.near !== near) return
      near.far.near = undefined
      if (near.far.unanswered === 0) send(near.far, ROLLBACK)
    })
    socket.once('data', () => {
      // The first message asks for a session.
      socket.write(GREETING)
      onMessage(socket, (type, message) => {
        if (type === TERMINATE) return void socket.end()
        if (type !== QUERY) throw new Error(`This pooler knows no messages of type ${type}.`)
        if (near.far !== undefined) return send(near.far, message)
        near.waiting.push(message)
        queue.push(near)
        assign()
      })
    })
  })
  await new Promise<void>((resolve) => void listener.listen(0, '127.0.0.1', resolve))
  const url = new URL(serverUrl)
  url.port = String((listener.address() as AddressInfo).port)
  return {
    url: url.href,
    transactions,
    close: async () => {
      for (const { socket } of nears) socket.destroy()
      await new Promise((resolve) => listener.close(resolve))
      for (const { socket } of fars) socket.destroy()
    },
  }
}

/** The driver logs in; then its socket is used without it. */
async function connectFar(connectionString: string, place: number): Promise<Far> {
  const client = new Client({ connectionString })
  await client.connect()
  const { stream } = (client as unknown as { readonly connection: { readonly stream: Socket } }).connection
  for (const event of ['data', 'end', 'close', 'error']) stream.removeAllListeners(event)
  stream.on('error', () => {})
  stream.setNoDelay(true)
  return { socket: stream, place, near: undefined, unanswered: 0 }
}

/** Calls `take` with each whole message. */
function onMessage(socket: Socket, take: (type: string, message: Buffer) => void): void {
  let rest = Buffer.alloc(0)
  socket.on('data', (bytes: Buffer) => {
    rest = Buffer.concat([rest, bytes])
    while (rest.length >= 5 && rest.length > rest.readInt32BE(1)) {
      const end = 1 + rest.readInt32BE(1)
      const message = rest.subarray(0, end)
      rest = rest.subarray(end)
      take(String.fromCharCode(message[0]!), message)
    }
  })
}

const [QUERY, TERMINATE, READY, NOTIFICATION] = ['Q', 'X', 'Z', 'A']
const IDLE = 'I'.charCodeAt(0)

function messageOf(type: string, body: Buffer): Buffer {
  const head = Buffer.alloc(5)
  head.write(type)
  head.writeInt32BE(4 + body.length, 1)
  return Buffer.concat([head, body])
}
const ROLLBACK = messageOf('Q', Buffer.from('ROLLBACK\0'))
const NO_TRANSACTIONS = messageOf(
  'E',
  Buffer.from('SFATAL\0VFATAL\0C08P01\0Mtransaction blocks not allowed in statement pooling mode\0\0'),
)
/** The client is logged in, and may send statements. */
const GREETING = Buffer.concat([
  messageOf('R', Buffer.alloc(4)),
  messageOf('S', Buffer.from('server_version\x0018\0')),
  messageOf('K', Buffer.alloc(8)),
  messageOf('Z', Buffer.from('I')),
])
