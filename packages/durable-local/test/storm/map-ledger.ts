import { existsSync, readFileSync } from 'node:fs'

import type { Deed } from './maps.ts'

/** What a process noted: one line of the ledger. */
interface Entry {
  /** The run and the key of the call. */
  readonly call: string
  readonly deed: Deed
  readonly pid: number
  readonly text: string
}

/** What had settled when a process was killed. */
interface Mark {
  readonly pid: number
  readonly settled: ReadonlySet<string>
  /** The number of lines in the ledger after the kill. */
  readonly line: number
}

/** The lines that items write as they begin and end, and what the journal had at each kill. */
export class Ledger {
  readonly #file: string
  readonly #marks: Mark[] = []

  constructor(file: string) {
    this.#file = file
  }

  get kills(): number {
    return this.#marks.length
  }

  /** The number of lines. */
  get size(): number {
    return textOf(this.#file).split('\n').length - 1
  }

  /** The process that has written the last line. */
  get lastPid(): number | undefined {
    return this.#read().at(-1)?.pid
  }

  /** A process was killed. From here on, no call may begin that has settled by now. */
  mark(pid: number, settled: ReadonlySet<string>): void {
    this.#marks.push({ pid, settled, line: this.size })
  }

  counts(): { readonly begun: number; readonly begunAgain: number; readonly settledAtKills: number } {
    const begun = this.#read().filter(({ deed }) => deed === 'begin')
    const again = begun.length - new Set(begun.map(({ call }) => call)).size
    return { begun: begun.length, begunAgain: again, settledAtKills: this.#marks.at(-1)?.settled.size ?? 0 }
  }

  /** Which calls began although they had settled, or a second time although their process lived. */
  problems(): readonly string[] {
    const entries = this.#read()
    return [...this.#settledAgain(entries), ...this.#begunTwice(entries)]
  }

  #settledAgain(entries: readonly Entry[]): readonly string[] {
    return entries.flatMap(({ call, deed }, line) => {
      if (deed !== 'begin') return []
      const number = this.#marks.findIndex((mark) => mark.line <= line && mark.settled.has(call))
      if (number === -1) return []
      const { pid, line: before, settled } = this.#marks[number] as Mark
      return [
        `${call} had settled at kill ${number + 1} (of process ${pid}, after ${before} lines), and began again. ` +
          `${linesOf(call, entries)} Settled at that kill: ${placesOf(call, settled)}`,
      ]
    })
  }

  /**
   * A call begins again only if its process was killed, or has aborted calls of the run. It aborts them if the map has failed, or if another
   * process carries the run. So a call begins at most once a kill.
   */
  #begunTwice(entries: readonly Entry[]): readonly string[] {
    const killed = new Set(this.#marks.map(({ pid }) => pid))
    const ended = new Set(
      entries.flatMap(({ call, deed, pid }) =>
        deed === 'aborted' || deed === 'failed' ? [`${runOf(call)} ${pid}`] : [],
      ),
    )
    const last = new Map<string, Entry>()
    return entries.flatMap((entry) => {
      const { call, deed } = entry
      if (deed !== 'begin') return []
      const before = last.get(call)
      last.set(call, entry)
      if (before === undefined) return []
      const mayBegin = (killed.has(before.pid) && before.pid !== entry.pid) || ended.has(`${runOf(call)} ${before.pid}`)
      if (mayBegin) return []
      return [`${call} began twice, and its first process was not killed. ${linesOf(call, entries)}`]
    })
  }

  #read(): readonly Entry[] {
    return textOf(this.#file).split('\n').filter(Boolean).map(entryOf)
  }
}

const textOf = (file: string): string => (existsSync(file) ? readFileSync(file, 'utf8') : '')

function entryOf(text: string): Entry {
  const [run, key, deed, pid] = text.split(' ')
  return { call: `${run} ${key}`, deed: deed as Deed, pid: Number(pid), text }
}

const runOf = (call: string): string => call.slice(0, call.indexOf(' '))

/** The lines of one call, with their numbers. */
function linesOf(call: string, entries: readonly Entry[]): string {
  const lines = entries.flatMap((entry, line) => (entry.call === call ? [`${line}: ${entry.text.trim()}`] : []))
  return `Its lines: ${lines.join(', ')}.`
}

/** The items of the map of a call that had settled, as ranges. */
function placesOf(call: string, settled: ReadonlySet<string>): string {
  const map = `${call.slice(0, call.indexOf('#'))}#`
  const places = [...settled]
    .filter((one) => one.startsWith(map) && !one.includes('@'))
    .map((one) => Number(one.slice(map.length)))
    .toSorted((one, other) => one - other)
  const ranges: string[] = []
  for (let from = 0, to = 0; from < places.length; from = to) {
    for (to = from + 1; places[to] === (places[to - 1] as number) + 1;) to++
    ranges.push(to === from + 1 ? `${places[from]}` : `${places[from]}-${places[to - 1]}`)
  }
  return `${places.length} items of ${map.slice(0, -1)}: ${ranges.join(', ')}`
}
