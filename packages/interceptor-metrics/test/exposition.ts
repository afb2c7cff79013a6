/** One line with a value. */
export interface Line {
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
}

export interface Family {
  readonly name: string
  readonly type: string
  readonly help: string
  readonly lines: readonly Line[]
}

const NAME = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/
const LINE = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (\S+)$/
const LABEL = /^([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\["\\n])*)"(?:,|$)/
const SUFFIXES: Readonly<Record<string, readonly string[]>> = { histogram: ['_bucket', '_sum', '_count'] }

/** Reads the text format of Prometheus, or of OpenMetrics with `openMetrics`. Throws at everything that a scraper could refuse. */
export function parseExposition(text: string, openMetrics = false): ReadonlyMap<string, Family> {
  const families = new Map<string, Family & { lines: Line[] }>()
  const seen = new Set<string>()
  const lines = text.split('\n')
  refuseIf(lines.pop() !== '', 'the text does not end with a new line')
  if (openMetrics) refuseIf(lines.pop() !== '# EOF', 'the text does not end with # EOF')
  let current: (Family & { lines: Line[] }) | undefined
  for (let at = 0; at < lines.length; at++) {
    const line = lines[at] as string
    if (line === '' && !openMetrics) continue
    if (line.startsWith('# HELP ')) {
      const [, name = '', help = ''] = /^# HELP (\S+) (.+)$/.exec(line) ?? []
      const [, typed = '', type = ''] = /^# TYPE (\S+) (counter|gauge|histogram)$/.exec(lines[++at] ?? '') ?? []
      refuseIf(!NAME.test(name) || typed !== name, `no HELP and TYPE of one name: ${line}`)
      refuseIf(families.has(name), `${name} comes twice`)
      current = { name, type, help, lines: [] }
      families.set(name, current)
      continue
    }
    const [, name = '', labelText = '', value = ''] = LINE.exec(line) ?? []
    refuseIf(current === undefined || name === '', `no line of a metric: ${line}`)
    const { type, name: family } = current as Family
    const suffixes = type === 'counter' && openMetrics ? ['_total'] : (SUFFIXES[type] ?? [''])
    refuseIf(!suffixes.some((suffix) => name === family + suffix), `${name} is no line of the ${type} ${family}`)
    const labels = parseLabels(labelText)
    const key = name + keyOf(labels)
    refuseIf(seen.has(key), `${line} comes twice`)
    seen.add(key)
    refuseIf(!/^\d+(\.\d+)?(e[+-]?\d+)?$/.test(value), `${value} is no number of ours: ${line}`)
    current?.lines.push({ name, labels, value: Number(value) })
  }
  for (const family of families.values()) if (family.type === 'histogram') checkHistogram(family)
  return families
}

function parseLabels(text: string): Record<string, string> {
  const labels: Record<string, string> = {}
  for (let rest = text; rest !== '';) {
    const [all = '', name = '', value = ''] = LABEL.exec(rest) ?? []
    refuseIf(all === '' || name in labels, `labels cannot be read: ${text}`)
    labels[name] = value.replaceAll(/\\(.)/g, (_, escaped: string) => (escaped === 'n' ? '\n' : escaped))
    rest = rest.slice(all.length)
  }
  return labels
}

function checkHistogram({ name, lines }: Family): void {
  const groups = new Map<string, Line[]>()
  for (const line of lines) {
    const { le: _, ...labels } = line.labels
    const key = keyOf(labels)
    groups.set(key, [...(groups.get(key) ?? []), line])
  }
  for (const [labels, group] of groups) {
    const buckets = group.filter((line) => line.name === `${name}_bucket`)
    const bounds = buckets.map(({ labels: { le } }) => (le === '+Inf' ? Infinity : Number(le)))
    const values = buckets.map(({ value }) => value)
    const ascends = (numbers: readonly number[]) =>
      numbers.every((each, at) => at === 0 || each >= (numbers[at - 1] ?? 0))
    refuseIf(bounds.at(-1) !== Infinity || !ascends(bounds), `the bounds of ${name} ${labels} are ${bounds.join()}`)
    refuseIf(!ascends(values), `the buckets of ${name} ${labels} fall: ${values.join()}`)
    const counts = group.filter((line) => line.name === `${name}_count`)
    refuseIf(counts.length !== 1 || counts[0]?.value !== values.at(-1), `${name} ${labels} has no count, or another`)
    refuseIf(group.filter((line) => line.name === `${name}_sum`).length !== 1, `${name} ${labels} has no sum`)
  }
}

/** A key that is the same for the same labels in any order. */
function keyOf(labels: Readonly<Record<string, string>>): string {
  return JSON.stringify(Object.entries(labels).sort(([one], [other]) => (one < other ? -1 : 1)))
}

function refuseIf(isWrong: boolean, problem: string): void {
  if (isWrong) throw new Error(`Not an exposition: ${problem}.`)
}

/** The value of the line with this name and exactly these labels; undefined without such a line. */
export function valueOf(
  families: ReadonlyMap<string, Family>,
  name: string,
  labels: Readonly<Record<string, string>> = {},
): number | undefined {
  const wanted = keyOf(labels)
  return [...families.values()]
    .flatMap(({ lines }) => lines)
    .find((line) => line.name === name && keyOf(line.labels) === wanted)?.value
}

/** The sum of the lines of this name that have these labels, and perhaps more. */
export function sumOf(
  families: ReadonlyMap<string, Family>,
  name: string,
  labels: Readonly<Record<string, string>> = {},
): number {
  return [...families.values()]
    .flatMap(({ lines }) => lines)
    .filter((line) => line.name === name && Object.entries(labels).every(([key, value]) => line.labels[key] === value))
    .reduce((sum, { value }) => sum + value, 0)
}
