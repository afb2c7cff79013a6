import type { AskedRequest, RunDetails } from '@stageflow/durable-local'

import { CommandError } from '../command-error.ts'
import { guess } from '../guess.ts'
import { act, author, look } from '../journal/open-runs.ts'
import { readWords } from '../journal/place.ts'
import type { PlaceFlags } from '../journal/place.ts'
import { quoted } from '../quoted.ts'
import { printJson, redacted, shownText } from '../shown.ts'
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
  if (json === true)
    return printJson(terminal, redacted({ runId, path: asked.path, answer: value, by: { system: by } }))
  const kind = typeof value === 'string' ? 'text' : 'JSON'
  print(
    terminal,
    `Kept the ${kind} ${shownText(JSON.stringify(value))} as the answer to "${shownText(path)}" of run "${shownText(runId)}", by "${by}".`,
    'The run goes on in the process where recover() watches.',
  )
}

/** The request that a word names. An answer that comes before its question isn't taken here: a wrong word would be kept for ever. */
function requestAt({ requests, runId, status, timeline }: RunDetails, path: string): AskedRequest {
  const [asked, ...others] = requests.filter((request) => pathOf(request) === path)
  if (others.length > 0)
    throw new CommandError(
      `Run "${shownText(runId)}" asks "${shownText(path)}" ${others.length + 1} times, because a key of an item has a "/". Answer it by the code of the app.`,
    )
  if (asked !== undefined) return asked
  if (timeline.some(({ kind, key, taken }) => kind === 'answer' && key === path && taken === false))
    throw new CommandError(
      `Run "${shownText(runId)}" has an answer for "${shownText(path)}" already. It takes it when it goes on, in the process where recover() watches.`,
    )
  const known = requests.map(pathOf)
  const waits =
    known.length === 0
      ? `It is ${status}, and waits for no answer.`
      : `It waits for: ${known.map(shownText).join(', ')}.`
  throw new CommandError(`Run "${shownText(runId)}" does not ask "${shownText(path)}".${guess(path, known)} ${waits}`)
}

/** JSON such as `true`, `7` or `{"euros":7}`, and all else as text. An answer can't be taken back, so what is probably a mistake is refused. */
function valueOf(word: string): unknown {
  try {
    return JSON.parse(word, exactly) as unknown
  } catch (error) {
    if (error instanceof CommandError) throw error
    if (!/^\s*[{["]/.test(word)) return word
    throw new CommandError(
      `The answer begins like JSON, and is not JSON: ${shownText(word)}. For text, pass it as a string of JSON: ${quoted(JSON.stringify(word))}`,
    )
  }
}

/** A JavaScript number would be another one than the word has. */
function exactly(_key: string, value: unknown): unknown {
  if (typeof value !== 'number' || Math.abs(value) <= Number.MAX_SAFE_INTEGER) return value
  throw new CommandError('A number of the answer is too large to be kept exactly. Put it into quotes of JSON, as text.')
}

/** `{ kid: { check: value } }` for `['kid', 'check']`. */
const nested = (path: readonly string[], value: unknown): object =>
  path.reduceRight<unknown>((inner, key) => ({ [key]: inner }), value) as object
