import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { StageflowError } from '@stageflow/core'
import { openApp } from './app.ts'
import { EXIT, type ExitCode } from './ask.ts'
import { type CommandLine, parseCommandLine, USAGE } from './command-line.ts'
import { converse } from './converse.ts'
import { ALL_DOCUMENTS, readDocuments, REPOSITORY_DOCUMENTS } from './documents.ts'
import { embeddedAnswerer } from './embedded-answerer.ts'
import { openHistory } from './history.ts'
import { fileLogger, logger } from './log.ts'
import { openAiAnswerer } from './openai-answerer.ts'
import { missingSetting, modelServer } from './openai-settings.ts'
import { passagesOf } from './passages.ts'
import type { Recorder } from './recorder.ts'
import { indexPassages, type PassageIndex } from './search-index.ts'
import { openTerminal } from './terminal.ts'

const repository = fileURLToPath(new URL('../../..', import.meta.url))
// npm changes to the repository's folder and says here where the person was.
const startedIn = process.env['INIT_CWD'] ?? process.cwd()
const terminal = openTerminal(process)

const code = await main().catch((error: unknown) => {
  terminal.note(StageflowError.is(error) ? `Failed: ${error.message} [${error.code}]` : `Failed: ${String(error)}`)
  return EXIT.failed
})
await terminal.flush()
// Not only the exit code: a socket that a server keeps open must not keep the process.
process.exit(code)

async function main(): Promise<ExitCode> {
  let commandLine: CommandLine
  try {
    commandLine = parseCommandLine(process.argv.slice(2))
  } catch (error) {
    terminal.note(`${error instanceof Error ? error.message : String(error)} (--help lists the options)`)
    return EXIT.usage
  }
  if (commandLine.help) {
    terminal.show(USAGE)
    return EXIT.answered
  }
  const recorder = await openRecorder(commandLine.record)
  try {
    return await open(commandLine, recorder)
  } finally {
    await recorder?.close()
  }
}

/** Only who wants a record waits for what writes it to load. */
async function openRecorder(file: string | undefined): Promise<Recorder | undefined> {
  if (file === undefined) return undefined
  const { recorder } = await import('./recorder.ts')
  return recorder(resolve(startedIn, file), { onProblem: (problem) => terminal.note(problem) })
}

async function open(commandLine: CommandLine, recorder: Recorder | undefined): Promise<ExitCode> {
  const index = await openIndex(commandLine.docs)
  const data = resolve(startedIn, process.env['STAGEFLOW_CHAT_DATA'] || join(repository, '.stageflow'))
  const history = openHistory(data)
  try {
    const server = modelServer(process.env)
    const answerer = server === undefined ? embeddedAnswerer(index.weigh) : openAiAnswerer(server)
    const { app, graph } = openApp({
      ports: { index, history, answerer, secrets: server === undefined ? [] : [server.apiKey] },
      logger: commandLine.log ? logger((line) => terminal.note(line.trimEnd())) : fileLogger(data),
      ...(recorder === undefined ? undefined : { eventSink: recorder.sink }),
    })
    const missing = missingSetting(process.env)
    if (missing !== undefined) terminal.note(`${missing} is not set, so the answer comes without a model.`)
    try {
      return await converse(commandLine, { graph, answerer: answerer.name, terminal })
    } finally {
      const { lost } = await app.close()
      for (const { part, error } of lost) terminal.note(`The ${part} could not write everything: ${String(error)}`)
      if (commandLine.metrics) terminal.note(await app.registry.metrics())
    }
  } finally {
    history.close()
  }
}

async function openIndex(docs: string | undefined): Promise<PassageIndex> {
  const root = docs === undefined ? repository : resolve(startedIn, docs)
  const documents = await readDocuments(root, docs === undefined ? REPOSITORY_DOCUMENTS : ALL_DOCUMENTS)
  const index = indexPassages(passagesOf(documents))
  if (index.size > 0) return index
  throw new StageflowError(
    'chat/no-documents',
    `There is no Markdown text in "${root}". Give a folder that has some by --docs.`,
  )
}
