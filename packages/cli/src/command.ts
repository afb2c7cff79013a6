import { readFileSync } from 'node:fs'

import { StageflowError } from '@stageflow/core'
import { plainLine } from '@stageflow/core/kit'
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander'

import { answer } from './commands/answer.ts'
import { cancel } from './commands/cancel.ts'
import { diff } from './commands/diff.ts'
import { doctor } from './commands/doctor.ts'
import { graph } from './commands/graph.ts'
import { RUN_STATUSES, runs } from './commands/runs.ts'
import { show } from './commands/show.ts'
import { view } from './commands/view.ts'
import { guess } from './guess.ts'
import { LoadError } from './load-module.ts'
import { paint } from './terminal.ts'
import type { Terminal } from './terminal.ts'

/** Carries out one command, and returns the exit code: 0, or 1 if it failed or found something. Prints what is wrong on standard error. */
export async function runCommand(argv: readonly string[], terminal: Terminal): Promise<number> {
  let code = 0
  const program = programFor(terminal, (found) => {
    code = found
  })
  try {
    await program.parseAsync(argv, { from: 'user' })
    return code
  } catch (error) {
    // It has said what is wrong. The code is 0 after --help and --version.
    if (error instanceof CommanderError) return error.exitCode
    sayError(terminal, error)
    return 1
  }
}

function sayError({ error: stream }: Terminal, error: unknown): void {
  const name = paint(stream, 'red', 'stageflow:')
  stream.write(`${name} ${plainLine(textOf(error))}\n`)
  if (error instanceof LoadError) stream.write(error.trace)
}

function textOf(error: unknown): string {
  if (StageflowError.is(error)) return `${error.code}: ${error.message}`
  return error instanceof Error ? error.message : String(error)
}

const FILE = 'FILE is the path of a journal. With --url-env NAME, the journal is in PostgreSQL, and FILE is left out.'

function programFor(terminal: Terminal, setCode: (code: number) => void): Command {
  const { output, error } = terminal
  const program = new Command('stageflow')
    .description('Looks at runs, journals, logs and graphs of Stageflow, and answers or cancels runs that wait.')
    .version(version(), '-v, --version')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => output.write(text),
      writeErr: (text) => error.write(text),
      outputError: (text, write) => write(text.replace(/^error:/, paint(error, 'red', 'stageflow:'))),
    })
    .configureHelp({
      styleTitle: (title) => paint(output, 'bold', title),
      subcommandTerm: (command) => `${command.name()} ${command.usage().replace(' [options]', '')}`,
    })
    .showHelpAfterError('(stageflow --help lists the commands)')

  const journalCommand = (name: string, usage: string, does: string): Command =>
    program
      .command(name)
      .description(does)
      .usage(usage)
      .argument('[words...]', FILE)
      .option('--url-env <name>', 'the environment variable with the URL of a PostgreSQL database')
      .option('--schema <name>', 'its schema (default: stageflow)')
      .option('--json', 'print JSON for programs')

  journalCommand('runs', 'FILE [options]', 'Lists the runs of a journal, the newest first.')
    .option('--status <status>', `only runs that are ${RUN_STATUSES.join(', ')}`, statusOf)
    .option('--limit <count>', 'at most so many runs (default: 100)', countOf)
    .addOption(web('show all of them on a page of this machine', ['json', 'status', 'limit']))
    .option('--data', 'with --web: show inputs and outputs too, without secrets')
    .action((words: string[], options) => runs(words, options, terminal))
  journalCommand('show', 'FILE ID [options]', 'Shows one run: its timeline, what it waits for, and why it failed.')
    .option('--data', 'show inputs, outputs and answers too, without secrets')
    .action((words: string[], options) => show(words, options, terminal))
  journalCommand('answer', 'FILE ID PATH VALUE [options]', 'Answers a stage that waits. VALUE is JSON, or else text.')
    .addHelpText('after', ACTS)
    .action((words: string[], options) => answer(words, options, terminal))
  journalCommand('cancel', 'FILE ID [options]', 'Cancels a run.')
    .option('--reason <text>', 'why, as the run records it')
    .addHelpText('after', ACTS)
    .action((words: string[], options) => cancel(words, options, terminal))

  program
    .command('graph')
    .usage('FILE [EXPORT] [options]')
    .description('Draws the pipelines that a file exports, or checks them. Importing a file runs it.')
    .argument('<file>', 'a TypeScript or JavaScript file that exports pipelines or built graphs')
    .argument('[export]', 'the export to draw, if there are several')
    .option('--format <format>', 'mermaid or json (default: mermaid)', formatOf)
    .addOption(
      new Option('--check', 'look for WORK without a GUARD before it, and for stages that nothing reads').conflicts(
        'format',
      ),
    )
    .option('--json', 'print JSON for programs')
    .action(async (file: string, name: string | undefined, options) =>
      setCode(await graph({ file, name }, options, terminal)),
    )
  program
    .command('view')
    .usage('FILE [ID] [options]')
    .description('Draws a run from a file: its report as JSON, or a log of events as JSON lines.')
    .argument('<file>', 'RUN.json or LOG.jsonl')
    .argument('[id]', 'the run to draw, if a log has several')
    .addOption(web('show it on a page of this machine', ['json', 'html']))
    .addOption(new Option('--html <file>', 'write it as an HTML file, for a ticket').conflicts('json'))
    .option('--data', 'with --web or --html: show data too, without secrets')
    .option('--json', 'print JSON for programs')
    .action((file: string, id: string | undefined, options) => view({ file, id }, options, terminal))
  program
    .command('diff')
    .usage('A B [options]')
    .description('Shows how one run differs from another: status, errors, attempts, and times that differ by a fifth.')
    .argument('<a>', 'RUN.json, or a LOG.jsonl with one run')
    .argument('<b>', 'the other run')
    .option('--json', 'print JSON for programs')
    .action(async (a: string, b: string, options) => setCode(await diff(a, b, options, terminal)))
  program
    .command('doctor')
    .usage('[options]')
    .description('Checks Node and the installed packages of the app in this folder.')
    .option('--json', 'print JSON for programs')
    .action(async (options) => setCode(await doctor(options, terminal)))
  return program
}

const ACTS = `
It checks no rights: who can write the journal may do it. The run records it under the name "stageflow-cli: <OS user>".`

function version(): string {
  const manifest: { readonly version: string } = JSON.parse(
    readFileSync(new URL('../package.json', import.meta.url), 'utf8'),
  )
  return manifest.version
}

/** A page shows all runs, so the options that choose some, or another form, are refused. */
const web = (does: string, others: string[]): Option => new Option('--web', does).conflicts(others)

const statusOf = (word: string): string => oneOf(word, RUN_STATUSES)
const formatOf = (word: string): string => oneOf(word, ['mermaid', 'json'])

function oneOf(word: string, known: readonly string[]): string {
  if (known.includes(word)) return word
  throw new InvalidArgumentError(`It is one of ${known.join(', ')}.${guess(word, known)}`)
}

function countOf(word: string): number {
  const count = Number(word)
  if (Number.isInteger(count) && count >= 1 && count <= 10_000) return count
  throw new InvalidArgumentError('It is a whole number from 1 to 10,000.')
}
