import { appendFile, mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'

export interface Turn {
  readonly question: string
  readonly answer: string
}

/** The questions and answers of each session. */
export interface History {
  /** The newest turns, oldest first. */
  recent(session: string, count: number): Promise<readonly Turn[]>
  add(session: string, turn: Turn): Promise<void>
}

/** Keeps each session in a file with one line of JSON per turn. Other users of the machine can't read it. */
export function openHistory(folder: string): History {
  const fileOf = (session: string): string => join(folder, `${session}.jsonl`)
  return {
    async recent(session, count) {
      const text = await readFile(fileOf(session), 'utf8').catch((error: NodeJS.ErrnoException) => {
        if (error.code === 'ENOENT') return ''
        throw error
      })
      return text.split('\n').flatMap(turnIn).slice(-count)
    },
    async add(session, { question, answer }) {
      await mkdir(folder, { recursive: true, mode: 0o700 })
      // One write in append mode: the lines of two processes don't mix.
      await appendFile(fileOf(session), `${JSON.stringify({ question, answer })}\n`, { mode: 0o600 })
    },
  }
}

/** A damaged line is left out. */
function turnIn(line: string): readonly Turn[] {
  try {
    const { question, answer } = JSON.parse(line) as Partial<Turn>
    return typeof question === 'string' && typeof answer === 'string' ? [{ question, answer }] : []
  } catch {
    return []
  }
}
