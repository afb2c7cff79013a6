import { expect, test } from 'vitest'
import { readJournal } from './journal.ts'
import type { JournalRow } from './journal.ts'

const bytes = (value: unknown): readonly number[] => [...new TextEncoder().encode(JSON.stringify(value))]
const command = (kind: string, name: string, entry: object): JournalRow => ({
  entry_type: `Command: ${kind}`,
  name,
  entry_json: JSON.stringify({ Command: { [kind]: entry } }),
})
const ran = (completion_id: number, value: unknown): JournalRow => ({
  entry_type: 'Notification: Run',
  name: '',
  entry_json: JSON.stringify({
    Notification: { Completion: { Run: { completion_id, result: { Success: bytes(value) } } } },
  }),
})

const START = { startedAt: 5, fingerprint: { pipeline: 'p', stages: {} }, trace: {} }
const PAID = { status: 'ok', data: {}, after: 0, startedAt: 6, endedAt: 7, attempts: [] }
const ROWS = [
  command('Input', '', { payload: bytes({ input: { inputText: 'x' } }) }),
  command('Run', 'run start', { completion_id: 1 }),
  ran(1, START),
  command('Run', 'pay', { completion_id: 2 }),
  ran(2, PAID),
]

test('the journal of a run has its request, its start and the facts of its calls', () => {
  expect(readJournal(ROWS)).toMatchObject({
    start: START,
    request: { input: { inputText: 'x' } },
    facts: [{ kind: 'call', key: 'pay', facts: PAID, at: 7 }],
    lastPending: 0,
  })
})

// As seen on Restate 1.7.12, once in some thousand retries: the sleep of a failed run ended while Restate had no invocation for it.
test.each<[what: string, row: object]>([
  ['without its JSON', { entry_type: 'CompletionResult' }],
  ['with null', { entry_type: 'CompletionResult', name: null, entry_json: null }],
])('a row %s, of an older invocation with the same id, changes nothing', (_, row) => {
  for (let place = 0; place <= ROWS.length; place++)
    expect(readJournal(ROWS.toSpliced(place, 0, row as JournalRow))).toEqual(readJournal(ROWS))
})
