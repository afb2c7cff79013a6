import { readFileSync } from 'node:fs'

interface Panel {
  readonly id: number
  readonly type: string
  readonly title: string
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number }
  readonly datasource?: { readonly type: string; readonly uid: string }
  readonly targets?: readonly { readonly refId: string; readonly expr: string; readonly legendFormat: string }[]
}
interface Variable {
  readonly name: string
  readonly type: string
  readonly query: string | { readonly query: string }
}
interface Dashboard {
  readonly uid: string
  readonly title: string
  readonly schemaVersion: number
  readonly time: object
  readonly panels: readonly Panel[]
  readonly templating: { readonly list: readonly Variable[] }
}

/** The dashboard as it is shipped. */
export const dashboard = JSON.parse(
  readFileSync(new URL('../grafana/stageflow.json', import.meta.url), 'utf8'),
) as Dashboard

export const panels: readonly Panel[] = dashboard.panels.filter(({ type }) => type !== 'row')

/** Every query, with the title of its panel and the text of its legend. */
export const queries: readonly { readonly title: string; readonly expr: string; readonly legend: string }[] =
  panels.flatMap(({ title, targets = [] }) =>
    targets.map(({ expr, legendFormat: legend }) => ({ title, expr, legend })),
  )

/** The variables that choose what is shown, with the metric and the label whose values they offer. */
export const variables: readonly { readonly name: string; readonly metric: string; readonly label: string }[] =
  dashboard.templating.list.slice(1).map(({ name, query }) => {
    const [, metric = '', label = ''] =
      /^label_values\((\w+(?:\{[^}]*\})?), (\w+)\)$/.exec((query as { query: string }).query) ?? []
    return { name, metric, label }
  })
