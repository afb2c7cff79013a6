import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { openTickets } from './tickets.ts'

function opened() {
  const folder = mkdtempSync(join(tmpdir(), 'stageflow-tickets-'))
  const tickets = openTickets(join(folder, 'tickets.db'))
  onTestFinished(() => {
    tickets.end()
    rmSync(folder, { recursive: true })
  })
  return tickets
}

test('a ticket is closed once: again with the same key, and not with another', () => {
  const tickets = opened()
  expect(tickets.close(1, 'reply-1.md', 'key-1')).toBe(true)
  expect(tickets.close(1, 'reply-1.md', 'key-1')).toBe(true)
  expect(tickets.close(1, 'other.md', 'key-2')).toBe(false)
  expect(tickets.close(9, 'reply-9.md', 'key-3')).toBe(false)
  expect(tickets.list('closed')).toMatchObject([{ id: 1, reply: 'reply-1.md' }, { id: 3 }])
})

test('only the work that has closed a ticket opens it again', () => {
  const tickets = opened()
  tickets.close(1, 'reply-1.md', 'key-1')
  tickets.reopen(1, 'key-2')
  expect(tickets.list('open').map(({ id }) => id)).toEqual([2])
  tickets.reopen(1, 'key-1')
  tickets.reopen(1, 'key-1')
  expect(tickets.list('open')).toMatchObject([{ id: 1, reply: null }, { id: 2 }])
})
