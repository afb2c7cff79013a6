import { Pipeline, StageOutput } from '@stageflow/core'
import { stream } from '@stageflow/core/edges'
import { parser } from '@prometheus-io/lezer-promql'
import { expect, test } from 'vitest'

import { dashboard, panels, queries, variables } from '../test/dashboard.ts'
import { parseExposition } from '../test/exposition.ts'
import { metrics } from './metrics.ts'

// Checks the dashboard against the real metrics.

/** Every metric with the labels of its lines, from a run in which each has one. */
async function allMetrics() {
  const observer = metrics()
  const graph = new Pipeline('chat')
    .withStage('llm', async function* (context) {
      yield 'Hello'
      context.note('usage', { inputTokens: 1, outputTokens: 1 })
      return StageOutput.fail('no')
    })
    .withStage('speak', ({ inputs }) => void inputs.stream('llm').next(), { dependencies: [stream('llm')] })
    .withMap('letters', { over: () => [1], each: () => StageOutput.fail('no') })
    .build({ interceptors: [observer] })
  await graph.runSettled({}, { onStageFailure: 'continue' })
  const families = parseExposition(await observer.registry.metrics())
  return new Map(
    Array.from(families, ([name, { type, lines }]) => [
      name,
      { type, labels: new Set(lines.flatMap(({ labels }) => Object.keys(labels))) },
    ]),
  )
}

/** Parses a PromQL query: its mistakes and its names. */
function read(expr: string) {
  const text = expr.replaceAll(/\$__(rate_interval|range)/g, '5m')
  const found = { errors: 0, metrics: [] as string[], rated: [] as string[], labels: [] as string[] }
  let isRated = false
  parser.parse(text).iterate({
    enter: ({ type, from, to, node }) => {
      if (type.isError) found.errors++
      if (type.name === 'FunctionIdentifier') isRated = ['rate', 'increase'].includes(text.slice(from, to))
      if (type.name === 'LabelName') found.labels.push(text.slice(from, to))
      if (type.name !== 'Identifier' || node.parent?.type.name !== 'VectorSelector') return
      found.metrics.push(text.slice(from, to))
      if (isRated && node.parent.parent?.type.name === 'MatrixSelector') found.rated.push(text.slice(from, to))
    },
  })
  return found
}

const familyOf = (name: string): string => name.replace(/_(bucket|sum|count)$/, '')

test('the dashboard has the fields that Grafana needs', () => {
  expect(dashboard).toMatchObject({ uid: 'stageflow', title: 'Stageflow', time: { from: 'now-1h', to: 'now' } })
  expect(dashboard.schemaVersion).toBeGreaterThanOrEqual(39)
  expect(dashboard.templating.list[0]).toMatchObject({ name: 'datasource', type: 'datasource', query: 'prometheus' })
  const ids = dashboard.panels.map(({ id }) => id)
  expect(new Set(ids).size).toBe(ids.length)
  for (const { title, type, datasource, targets = [] } of panels) {
    expect(['timeseries', 'stat'], title).toContain(type)
    expect(datasource, title).toEqual({ type: 'prometheus', uid: '${datasource}' })
    expect(
      targets.map(({ refId }) => refId),
      title,
    ).toEqual(['A', 'B'].slice(0, targets.length))
    expect(targets.length, title).toBeGreaterThan(0)
  }
})

test('the panels fit into 24 columns and do not overlap', () => {
  const cells = dashboard.panels.flatMap(({ gridPos: { x, y, w, h } }) => {
    expect(x >= 0 && w > 0 && x + w <= 24).toBe(true)
    return Array.from({ length: w * h }, (_, cell) => `${x + (cell % w)}:${y + Math.floor(cell / w)}`)
  })
  expect(new Set(cells).size).toBe(cells.length)
})

test.each(queries)('"$title" is PromQL about metrics and labels that there are: $expr', async ({ expr }) => {
  const all = await allMetrics()
  const found = read(expr)
  expect(found.errors).toBe(0)
  expect(found.metrics.length).toBeGreaterThan(0)
  const labels = new Set(found.metrics.flatMap((name) => [...(all.get(familyOf(name))?.labels ?? [])]))
  for (const name of found.metrics) {
    expect([...all.keys()]).toContain(familyOf(name))
    if (found.rated.includes(name)) expect(['counter', 'histogram']).toContain(all.get(familyOf(name))?.type)
  }
  for (const label of found.labels) expect([...labels]).toContain(label)
  if (expr.startsWith('histogram_quantile')) expect(found.labels).toContain('le')
})

test('every metric is on the dashboard', async () => {
  const used = new Set(queries.flatMap(({ expr }) => read(expr).metrics.map(familyOf)))
  expect([...used].sort()).toEqual([...(await allMetrics()).keys()].sort())
})

test('the variables use existing labels, and panels use only these variables', async () => {
  const all = await allMetrics()
  for (const { name, metric, label } of variables) {
    expect(label).toBe(name)
    expect([...(all.get(metric.replace(/\{.*/, ''))?.labels ?? [])]).toContain(label)
  }
  const used = queries.flatMap(({ expr }) => expr.match(/\$(?!__)\w+/g) ?? [])
  expect(new Set(used)).toEqual(new Set(variables.map(({ name }) => `$${name}`)))
})

test('the PromQL reader finds mistakes', () => {
  expect(read('sum by (status) (rate(stageflow_runs_total[5m])').errors).toBeGreaterThan(0)
  expect(read('rate(stageflow_runs_total{status=failed}[5m])').errors).toBeGreaterThan(0)
  expect(read('sum by (status, pipeline) (increase(a_total{code="x"}[$__range])) / b')).toEqual({
    errors: 0,
    metrics: ['a_total', 'b'],
    rated: ['a_total'],
    labels: ['status', 'pipeline', 'code'],
  })
})
