import type { AskedRequest, RunDetails } from '@stageflow/durable-local'

import { CommandError } from '../command-error.ts'
import { guess } from '../guess.ts'
import { act, author, look } from '../journal/open-runs.ts'
import { readWords } from '../journal/place.ts'
import type { PlaceFlags } from '../journal/place.ts'
import { printJson, shownText } from '../shown.ts'
import { print } from '../terminal.ts'
import type { Terminal } from '../terminal.ts'
import { oneRun, pathOf } from './one-run.ts'

export async function answer(
  words: readonly string[],
  { json, ...where }: PlaceFlags & { json?: true },
  terminal: Terminal,
): Promise<void> {
  const { place, rest } = readWords('answer', words, ['ID', 'PATH', 'VALUE'], where, terminal.env)
  const [runId = '', path = '', word = ''] = rest
  const run = await look(place, (runs) => oneRun(runs, runId))
  const asked = requestAt(run, path)
  const value = valueOf(word)
  await act(place, (runs) => runs.answer(runId, nested(asked.path, value)))
  const by = author()
  if (json === true) return printJson(terminal, { runId, path: asked.path, answer: value, by: { system: by } })
  const kind = typeof value === 'string' ? 'text' : 'JSON'
  print(
    terminal,
    `Kept the ${kind} ${shownText(JSON.stringify(value))} as the answer to "${shownText(path)}" of run "${shownText(runId)}", by "${by}".`,
    'The run goes on in the process where recover() watches.',
  )
}

/** The request that a word names. An answer that comes before its question isn't taken here: a wrong word would be kept for ever. */
function requestAt({ requests, runId, status }: RunDetails, path: string): AskedRequest {
  const [asked, ...others] = requests.filter((request) => pathOf(request) === path)
  if (others.length > 0)
    throw new CommandError(
      `Run "${shownText(runId)}" asks "${shownText(path)}" ${others.length + 1} times, because a key of an item has a "/". Answer it by the code of the app.`,
    )
  if (asked !== undefined) return asked
  const known = requests.map(pathOf)
  const waits =
    known.length === 0
      ? `It is ${status}, and waits for no answer.`
      : `It waits for: ${known.map(shownText).join(', ')}.`
  throw new CommandError(`Run "${shownText(runId)}" does not ask "${shownText(path)}".${guess(path, known)} ${waits}`)
}

/** JSON such as `true`, `7` or `{"euros":7}`, and all else as text. */
function valueOf(word: string): unknown {
  try {
    return JSON.parse(word) as unknown
  } catch {
    return word
  }
}

/** `{ kid: { check: value } }` for `['kid', 'check']`. */
const nested = (path: readonly string[], value: unknown): object =>
  path.reduceRight<unknown>((inner, key) => ({ [key]: inner }), value) as object
