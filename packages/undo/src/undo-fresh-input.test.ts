import { expect, test } from 'vitest'
import { z } from 'zod'

import { tool, trackedUndoBench } from '../test/undo-bench.ts'

const make = trackedUndoBench()

test('undo gets what ran: neither the handler nor code that holds the resolved call can change it', async () => {
  const undone: unknown[] = []
  const tamper = ({ at, seats }: any): void => {
    at.setFullYear(2099)
    seats.set('window', 99)
  }
  const input = z.object({
    at: z.coerce.date(),
    seats: z.record(z.string(), z.number()).transform((seats) => new Map(Object.entries(seats))),
  })
  const undo = ({ input: { at, seats } }: any) => void undone.push(at.toISOString(), Object.fromEntries(seats))
  const b = make([tool('book', tamper, { input, undo } as never)])
  const given = { at: '2026-01-01T00:00:00.000Z', seats: { window: 1 } }
  const { resolved } = await b.registry.parseAndResolve([{ id: 'a', name: 'book', arguments: given }])
  tamper(resolved[0]?.input)
  const { clock } = b
  expect(
    await b.executor.execute(resolved, { clock, approve: ({ input: held }) => (tamper(held), true) }),
  ).toMatchObject([{ status: 'completed', undoable: true }])
  expect(await b.undo('a', { clock })).toMatchObject({ status: 'undone' })
  expect(undone).toEqual([given.at, given.seats])
})

test('a default that differs each time is the same for a call, its attempts and its undo', async () => {
  let made = 0
  const input = z.object({ id: z.string().default(() => `id-${++made}`) })
  const ids: unknown[] = []
  const book = ({ id }: any): void => {
    if (ids.push(id) < 2) throw new Error('busy')
  }
  const undo = ({ input: { id } }: any) => void ids.push(`undo ${id}`)
  const retry = { attempts: 2, baseMs: 1, isRetryable: () => true }
  const b = make([tool('book', book, { input, undo, retry } as never)])
  const booking = b.call('book')
  await b.clock.advance(10)
  expect(await booking).toMatchObject({ status: 'completed' })
  await b.undo('call-0', { clock: b.clock })
  expect(ids).toEqual(['id-2', 'id-2', 'undo id-2'])
})
