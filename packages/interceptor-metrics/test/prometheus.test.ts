import { execFile } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, inject, test, vi } from 'vitest'

import { queries, variables } from './dashboard.ts'
import { type Alert, type Prometheus, type ResultSeries, startPrometheus } from './prometheus-server.ts'
import { type ScrapedApp, startApp } from './scraped-app.ts'

// A real Prometheus scrapes an app, and then answers what Grafana would ask.

const given = inject('prometheus')
if ('problem' in given) throw new Error(given.problem)
const { binary } = given

const ALERTS = ['RunsFail', 'StageIsSlow', 'EventsAreDropped']
const page = readFileSync(new URL('../../../docs/how-to/observe.md', import.meta.url), 'utf8')
const [, rules = ''] = /```yaml\n(groups:\n[^`]+)```/.exec(page) ?? []

let app: ScrapedApp
let prometheus: Prometheus
beforeAll(async () => {
  app = await startApp()
  prometheus = await startPrometheus(binary, app.target, rules)
  await vi.waitFor(haveThreeScrapes, { timeout: 60_000, interval: 200 })
})
afterAll(async () => {
  await prometheus?.close()
  await app?.close()
})

/** Asks as Grafana does, with its variables replaced. Resolves with the last value of each series. */
async function ask(expr: string, chosen: Readonly<Record<string, string>>) {
  const query = expr.replaceAll(/\$(\w+)/g, (_, name: string) => {
    const value = { __rate_interval: '1m', __range: '1h', ...chosen }[name]
    if (value === undefined) throw new Error(`No value for $${name} in ${expr}`)
    return value
  })
  const now = Date.now() / 1_000
  const range = { query, start: String(now - 5), end: String(now), step: '1' }
  const { result } = await prometheus.get<{ readonly result: readonly ResultSeries[] }>('query_range', range)
  return result.map(({ metric, values }) => ({ metric, value: Number(values.at(-1)?.[1]) }))
}

/** A rate needs two scrapes. */
async function haveThreeScrapes(): Promise<void> {
  const [fewest] = await ask('min(count_over_time(stageflow_runs_total[1m]))', {})
  expect(fewest?.value).toBeGreaterThanOrEqual(3)
}

const CHOICES = [
  { pipeline: '.*', stage: '.*' },
  { pipeline: 'chat|broken', stage: 'llm|memory|letters' },
]

test.each(queries)('Prometheus has numbers for "$title": $expr', async ({ expr, legend }) => {
  const labels = Array.from(legend.matchAll(/\{\{(\w+)\}\}/g), ([, label]) => label)
  for (const chosen of CHOICES) {
    const series = await ask(expr, chosen)
    expect(series.filter(({ value }) => value > 0)).not.toEqual([])
    expect(series.filter(({ value }) => !Number.isFinite(value))).toEqual([])
    for (const { metric } of series) expect(Object.keys(metric)).toEqual(expect.arrayContaining(labels))
    const names = series.map(({ metric }) => labels.map((label) => metric[label ?? '']).join())
    expect(new Set(names).size).toBe(names.length)
  }
})

test('every ending of runs and stages has a line that rises', async () => {
  const rising = async (metric: string): Promise<Set<unknown>> => {
    const series = await ask(`sum by (status) (rate(${metric}[1m]))`, {})
    return new Set(series.flatMap(({ metric: { status }, value }) => (value > 0 ? [status] : [])))
  }
  expect(await rising('stageflow_runs_total')).toEqual(new Set(['cancelled', 'completed', 'failed']))
  expect(await rising('stageflow_stages_total')).toEqual(new Set(['cancel', 'fail', 'ok', 'skip']))
  expect(await rising('stageflow_items_total')).toEqual(new Set(['fail', 'ok']))
})

test('the variables of the dashboard offer the pipelines and their stages', async () => {
  const offered = async (name: string, pipeline: string): Promise<readonly string[]> => {
    const { metric = '', label = '' } = variables.find((each) => each.name === name) ?? {}
    return prometheus.get(`label/${label}/values`, { 'match[]': metric.replaceAll('$pipeline', pipeline) })
  }
  expect(await offered('pipeline', '.*')).toEqual(['broken', 'chat', 'child', 'guarded', 'parent', 'slow'])
  expect(await offered('stage', 'guarded|parent')).toEqual(['draft', 'guard', 'outer'])
})

test('the alerts of the guide to observing fire', async () => {
  const firing = async (): Promise<Set<unknown>> => {
    const { alerts } = await prometheus.get<{ readonly alerts: readonly Alert[] }>('alerts')
    return new Set(alerts.filter(({ state }) => state === 'firing').map(({ labels }) => labels['alertname']))
  }
  await expect.poll(firing).toEqual(new Set(ALERTS))
})

test('promtool accepts the rules, and the metrics as the app serves them', async () => {
  const promtool = join(dirname(binary), 'promtool')
  const checked = await promisify(execFile)(promtool, ['check', 'rules', '--lint-fatal', 'rules.yml'], {
    cwd: prometheus.folder,
  })
  expect(checked.stdout).toContain(`SUCCESS: ${ALERTS.length} rules found`)
  const checking = promisify(execFile)(promtool, ['check', 'metrics'])
  checking.child.stdin?.end(await (await fetch(`http://${app.target}/metrics`)).text())
  expect((await checking).stderr).toBe('')
})

test('a Prometheus that is closed leaves neither its folder nor its port', async () => {
  await prometheus.close()
  expect(existsSync(prometheus.folder)).toBe(false)
  await expect(prometheus.get('status/config')).rejects.toThrow('fetch failed')
})
