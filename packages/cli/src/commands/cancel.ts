import { CommandError } from '../command-error.ts'
import { act, author, look } from '../journal/open-runs.ts'
import { readWords } from '../journal/place.ts'
import type { PlaceFlags } from '../journal/place.ts'
import { printJson, redacted, shownText } from '../shown.ts'
import { print } from '../terminal.ts'
import type { Terminal } from '../terminal.ts'
import { oneRun } from './one-run.ts'

export async function cancel(
  words: readonly string[],
  { reason = 'cancelled on the command line', json, ...where }: PlaceFlags & { reason?: string; json?: true },
  terminal: Terminal,
): Promise<void> {
  const { place, rest } = readWords('cancel', words, ['ID'], where, terminal.env)
  const [runId = ''] = rest
  // Before anything is opened to write.
  await look(place, (runs) => oneRun(runs, runId))
  const { isKept, status } = await act(place, async (runs) => ({
    isKept: await runs.cancel(runId, reason),
    status: (await runs.get(runId))?.status,
  }))
  const name = `Run "${shownText(runId)}"`
  if (!isKept) throw new CommandError(`${name} has ended already: it is ${status ?? 'gone'}.`)
  const by = author()
  if (json === true) return printJson(terminal, redacted({ runId, status, reason, by: { system: by } }))
  if (status === 'cancelled') print(terminal, `${name} is cancelled, by "${by}".`)
  else print(terminal, `${name} will be cancelled by the process that carries it: kept, by "${by}".`)
}
