import { once } from 'node:events'
import { createServer } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'

import { Pool } from 'pg'
import { expect, onTestFinished, test } from 'vitest'

import { Connections } from './connections.ts'
import { sql } from './sql.ts'

/** One message of the protocol: its type, its length and what it carries. */
function message(type: string, content: Buffer): Buffer {
  const length = Buffer.alloc(4)
  length.writeInt32BE(content.length + 4)
  return Buffer.concat([Buffer.from(type), length, content])
}
const AUTHENTICATED = message('R', Buffer.alloc(4))
const READY = message('Z', Buffer.from('I'))
const SHUT_DOWN = message('E', Buffer.from('SFATAL\0VFATAL\0C57P01\0Mterminating connection\0\0'))

/** A server that ends each connection in the same packet in which it accepts it, as one does that is shut down at this moment. */
async function endingServer(): Promise<string> {
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => {})
    socket.once('data', () => socket.end(Buffer.concat([AUTHENTICATED, READY, SHUT_DOWN])))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  return `postgres://anyone@127.0.0.1:${(server.address() as AddressInfo).port}/any`
}

test('a connection that ends as it is opened is an error of its use, and does not end the process', async () => {
  const pool = new Pool({ connectionString: await endingServer() })
  pool.on('error', () => {})
  const connections = new Connections(pool, 1)
  const uncaught: unknown[] = []
  const note = (error: unknown): number => uncaught.push(error)
  const others = process.listeners('uncaughtException')
  process.removeAllListeners('uncaughtException').on('uncaughtException', note)
  onTestFinished(() => {
    process.off('uncaughtException', note)
    for (const other of others) process.on('uncaughtException', other)
  })
  const use = connections.use(5_000, async (connection) => connection.send([sql`SELECT 1`]))
  await expect(use).rejects.toThrow(/terminat|not queryable/i)
  await pool.end()
  expect(uncaught).toEqual([])
  connections.close()
})
