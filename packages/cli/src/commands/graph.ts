import { mermaid } from '@stageflow/report'

import { CommandError } from '../command-error.ts'
import { exportedGraphs, oneGraph } from '../exported-graphs.ts'
import type { ExportedGraph } from '../exported-graphs.ts'
import { graphFindings } from '../graph-findings.ts'
import { loadModule } from '../load-module.ts'
import { printJson } from '../shown.ts'
import { paint, print } from '../terminal.ts'
import type { Terminal } from '../terminal.ts'

interface GraphOptions {
  readonly format?: 'mermaid' | 'json'
  readonly check?: true
  readonly json?: true
}

/** Returns the exit code: 1 if the check found something. */
export async function graph(
  { file, name }: { readonly file: string; readonly name: string | undefined },
  { format, check, json }: GraphOptions,
  terminal: Terminal,
): Promise<0 | 1> {
  if (json === true && format === 'mermaid')
    throw new CommandError('--json and --format mermaid are two forms. Leave one of them out.')
  const graphs = exportedGraphs(await loadModule(file, terminal), file)
  if (check === true) return checkGraphs(name === undefined ? graphs : [oneGraph(graphs, name, file)], json, terminal)
  const { info } = oneGraph(graphs, name, file)
  if (json === true || format === 'json') printJson(terminal, info)
  else print(terminal, mermaid(info))
  return 0
}

function checkGraphs(graphs: readonly ExportedGraph[], json: true | undefined, terminal: Terminal): 0 | 1 {
  const findings = graphs.flatMap(({ name, info }) =>
    graphFindings(info).map((finding) => ({ export: name, pipeline: info.name, ...finding })),
  )
  const { output } = terminal
  if (json === true) printJson(terminal, findings)
  else if (findings.length === 0) print(terminal, `${paint(output, 'green', 'ok')} ${graphs.map(stagesOf).join(', ')}`)
  else
    print(
      terminal,
      ...findings.map(({ rule, pipeline, message }) => `${paint(output, 'red', rule)} ${pipeline}: ${message}`),
    )
  return findings.length === 0 ? 0 : 1
}

const stagesOf = ({ info: { name, stages } }: ExportedGraph): string =>
  `${name}: ${stages.length} stage${stages.length === 1 ? '' : 's'}`
