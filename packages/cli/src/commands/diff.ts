import type { PipelineReport } from '@stageflow/core'
import { diffRuns } from '@stageflow/report'

import { CommandError } from '../command-error.ts'
import { reportOf } from '../log-runs.ts'
import { checkIsFile, isLog, readLog, readReport } from '../run-file.ts'
import { printJson, redacted, shownText } from '../shown.ts'
import { hasColor, print } from '../terminal.ts'
import type { Terminal } from '../terminal.ts'

/** Returns the exit code: 1 if the runs differ, as of the `diff` of a shell. */
export async function diff(
  before: string,
  after: string,
  { json }: { readonly json?: true },
  terminal: Terminal,
): Promise<0 | 1> {
  const reports = [await readEnded(before), await readEnded(after)] as const
  const differences = diffRuns(...reports, { color: json !== true && hasColor(terminal.output) })
  if (json === true) printJson(terminal, differences === '' ? [] : differences.split('\n'))
  else print(terminal, differences === '' ? 'The runs do not differ.' : differences)
  return differences === '' ? 0 : 1
}

/** The report of the one run that a file tells of, without secrets: messages of errors are compared. */
async function readEnded(file: string): Promise<PipelineReport> {
  await checkIsFile(file)
  if (!(await isLog(file))) return redacted(await readReport(file)) as PipelineReport
  const runs = [...(await readLog(file)).runs.values()]
  const [run] = runs
  if (run === undefined || runs.length > 1)
    throw new CommandError(
      `"${file}" has ${runs.length} runs, and diff compares one. Write the report of one with: stageflow view ${file} ID --json`,
    )
  const report = reportOf(run)
  if (report.status !== 'running') return redacted(report) as PipelineReport
  throw new CommandError(`Run "${shownText(run.runId)}" has not ended in "${file}". Pass a log that has its end.`)
}
