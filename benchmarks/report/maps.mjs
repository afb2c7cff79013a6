import { isDisturbed, median, microsOf } from '../figures.mjs'
import { AT_ONCE, CONCURRENCY, keyOf, times } from '../maps/cases.mjs'
import { bars, reference, subjectOf } from '../maps/subjects.mjs'
import { ratioCell, short } from './cells.mjs'
import { list, table } from './markdown.mjs'

const count = (value) => value.toLocaleString('en-US')
const bytes = (value) => count(Math.round(value))

/** Reads medians out of the raw results of a run: undefined if nothing was measured. */
function createFigures({ results }) {
  const rounds = (subject, mode, items) => results[subject]?.[keyOf({ mode, items })] ?? []
  const good = (subject, mode, items, read) =>
    rounds(subject, mode, items)
      .map(read)
      .filter((value) => value !== undefined)
  const middle = (...place) => median(good(...place))
  const perItem = ({ microsPerRun, busy, items }) =>
    microsPerRun === undefined ? undefined : microsOf({ microsPerRun, busy }) / items
  return {
    problem: (subject, mode, items) => good(subject, mode, items, problemOf)[0]?.cell,
    micros: (subject, items) => middle(subject, 'time', items, perItem),
    spread: (subject, items) => good(subject, 'time', items, perItem),
    keptBytes: (subject, items) => middle(subject, 'kept', items, (each) => each.bytes),
    keptRss: (subject, items) => middle(subject, 'kept', items, (each) => each.rssBytes),
    waitingBytes: (subject) => middle(subject, 'waiting', AT_ONCE, (each) => each.bytes),
    listeningBytes: (subject) => middle(subject, 'cancel', AT_ONCE, (each) => each.bytes),
    cancelMicros: (subject) => middle(subject, 'cancel', AT_ONCE, (each) => each.cancelMicros),
  }
}

/** The tables of a run as rows of text. */
export function mapTables(run) {
  const figures = createFigures(run)
  const title = (id) => subjectOf(id).title
  const ratio = (subject, items) => {
    const [micros, least] = [figures.micros(subject, items), figures.micros(reference, items)]
    return micros === undefined || least === undefined ? undefined : micros / least
  }
  const cells = (subject, mode, items, values) => {
    const problem = figures.problem(subject, mode, items)
    return values.map(([value, show]) => (value === undefined ? (problem ?? '–') : show(value)))
  }
  const costs = run.sizes.map((items) => ({
    heading: `${count(items)} items, ${CONCURRENCY} at once`,
    columns: ['', 'µs an item', 'rounds', `÷ ${title(reference)}`, 'bytes kept an item', 'RSS more, bytes an item'],
    rows: run.subjects.map((subject) => [
      title(subject),
      ...cells(subject, 'time', items, [
        [figures.micros(subject, items), short],
        [spreadOf(figures.spread(subject, items)), ([least, most]) => `${short(least)}–${short(most)}`],
        [ratio(subject, items), ratioCell],
      ]),
      ...cells(subject, 'kept', items, [
        [figures.keptBytes(subject, items), bytes],
        [figures.keptRss(subject, items), bytes],
      ]),
    ]),
  }))
  const flight = {
    heading: `${count(AT_ONCE)} items, all at once`,
    columns: ['', 'bytes an item', 'bytes an item that listens', 'ms to cancel all'],
    rows: run.subjects.map((subject) => [
      title(subject),
      ...cells(subject, 'waiting', AT_ONCE, [[figures.waitingBytes(subject), bytes]]),
      ...cells(subject, 'cancel', AT_ONCE, [
        [figures.listeningBytes(subject), bytes],
        [figures.cancelMicros(subject), (micros) => short(micros / 1_000)],
      ]),
    ]),
  }
  return [...costs, flight]
}

const spreadOf = (values) => (values.length === 0 ? undefined : [Math.min(...values), Math.max(...values)])

const BAR_TEXTS = {
  micros: { what: 'time an item', show: (value) => `${short(value)} µs` },
  keptBytes: { what: 'kept an item', show: (value) => `${bytes(value)} B` },
}

/** Each bar that the run measured: its limit, the figure, and whether it is met. */
export function judgeBars(run) {
  const figures = createFigures(run)
  return bars.flatMap(({ subject, figure, most }) =>
    run.sizes.flatMap((items) => {
      const value = figures[figure](subject, items)
      if (value === undefined) return []
      const { what, show } = BAR_TEXTS[figure]
      const name = `${subjectOf(subject).title}: ${what}, ${count(items)} items`
      return [{ name, limit: `≤ ${show(most)}`, measured: show(value), met: value <= most }]
    }),
  )
}

/** Why one measurement has no figures: as a cell of a table, and as a sentence. */
function problemOf({ missing, timedOut, error }) {
  if (missing !== undefined) return { cell: 'n/a', text: "n/a, because this core can't build it." }
  if (timedOut) return { cell: 'too slow', text: 'stopped, because it took too long.' }
  if (error === undefined) return undefined
  return { cell: 'error', text: error.split('\n').find((line) => /\bError\b/.test(line)) ?? error }
}

/** What could not be measured, and why, once for each subject and reason. */
export function mapProblems({ results }) {
  const lines = Object.entries(results).flatMap(([subject, sections]) =>
    Object.entries(sections).flatMap(([section, rounds]) => {
      const problems = rounds.map(problemOf).filter((problem) => problem !== undefined)
      const { title } = subjectOf(subject)
      return problems.map(({ cell, text }) => `${title}${cell === 'n/a' ? '' : `, ${section}`}: ${text}`)
    }),
  )
  return [...new Set(lines)]
}

const verdictRows = (run) =>
  judgeBars(run).map(({ name, limit, measured, met }) => [name, limit, measured, met ? '✓ met' : '✗ **missed**'])

function loadText({ load, results }) {
  const timings = Object.values(results)
    .flatMap((sections) => Object.values(sections).flat())
    .filter(({ microsPerRun }) => microsPerRun !== undefined)
  const [before, after] = load.map((value) => value.toFixed(1))
  const disturbed = timings.filter(isDisturbed).length
  return `Load of the machine: ${before} at the start, ${after} at the end. Other processes disturbed ${disturbed} of ${timings.length} timings.`
}

/** The text of benchmarks/MAPS.md, from the figures of one run. */
export function renderMaps(run) {
  const { machine, rounds } = run
  const versions = Object.entries(run.versions).map(([name, version]) => `${name} ${version}`)
  const parts = [
    '# What an item of a map costs',
    '`npm run bench:maps` writes this page: do not edit it. Compare the ratios, not the microseconds: those are this machine’s.',
    list([
      `Machine: ${machine.cores} cores, ${machine.cpu}, ${machine.memoryGb} GB, ${machine.platform}; Node ${machine.node}.`,
      loadText(run),
      `Peers: ${versions.join(', ')}.`,
      `${rounds} rounds; every figure is their median.`,
      ...mapProblems(run),
    ]),
    '## Targets',
    table(['target', 'limit', 'measured', ''], verdictRows(run)),
    ...mapTables(run).flatMap(({ heading, columns, rows }) => [`## ${heading}`, table(columns, rows)]),
    '## How it was measured',
    list([
      'Every subject × section × round has its own process, one at a time. Within a round all subjects follow one another, and every other round reverses their order.',
      'An item is a short string. `each` is an `async` function that returns a new object with the item as its only field. What each item returned is compared with the item.',
      `Time: ${times.warmMs} ms of warm-up, a forced collection, half of the warm-up again, then the mean over whole runs for at least ${times.measureMs} ms, garbage collection included. It is wall-clock time, but at most 10/9 of the CPU time of the thread.`,
      'Bytes kept: what the heap holds more while the results of 100,000 items are held, after three forced collections: of ten runs, or of one. 40 bytes of them are the object of an item and its place in the array. An earlier run of the same size was dropped.',
      'RSS more: what the process holds then beyond what it held before the first of these runs, free pages of the heap included.',
      'All at once: each item waits until all have begun. “That listens” is an item that added a listener to its signal. The time to cancel is that from the abort of the run until it and all of its items have ended, the median of five.',
      'p-map and p-limit have one signal for all items, Effect has one for each item that asks for it.',
    ]),
  ]
  return `${parts.join('\n\n')}\n`
}

/** The same on standard output. */
export function printMaps(run, stream = process.stdout) {
  for (const { heading, columns, rows } of mapTables(run)) {
    stream.write(`${heading}\n`)
    const all = [columns, ...rows]
    const widths = columns.map((_, column) => Math.max(...all.map((row) => row[column].length)))
    for (const [name, ...cells] of all)
      stream.write(
        `  ${[name.padEnd(widths[0]), ...cells.map((cell, index) => cell.padStart(widths[index + 1]))].join('  ')}\n`,
      )
    stream.write('\n')
  }
  for (const line of [loadText(run), ...mapProblems(run)]) stream.write(`${line}\n`)
  for (const { name, limit, measured, met } of judgeBars(run))
    stream.write(`${met ? '✓ met   ' : '✗ missed'} ${name}: ${measured} (${limit})\n`)
}
