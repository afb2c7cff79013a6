import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { StageflowError } from '@stageflow/core'
import { type ChatGraph, openApp } from './app.ts'
import { ask, EXIT, type ExitCode } from './ask.ts'
import { type CommandLine, parseCommandLine, USAGE } from './command-line.ts'
import { ALL_DOCUMENTS, readDocuments, REPOSITORY_DOCUMENTS } from './documents.ts'
import { embeddedAnswerer } from './embedded-answerer.ts'
import { LONGEST_QUESTION } from './guards.ts'
import { openHistory } from './history.ts'
import { onInterrupt } from './interrupts.ts'
import { fileLogger, logger } from './log.ts'
import { openAiAnswerer } from './openai-answerer.ts'
import { missingSetting, modelServer } from './openai-settings.ts'
import { passagesOf } from './passages.ts'
import { promptedQuestions, questionLines } from './questions.ts'
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
    terminal.note(`${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`)
    return EXIT.failed
  }
  if (commandLine.help) {
    terminal.show(USAGE)
    return EXIT.answered
  }
  const index = await openIndex(commandLine.docs)
  const data = resolve(startedIn, process.env['STAGEFLOW_CHAT_DATA'] || join(repository, '.stageflow'))
  const history = openHistory(data)
  try {
    const server = modelServer(process.env)
    const answerer = server === undefined ? embeddedAnswerer(index.weigh) : openAiAnswerer(server)
    const { app, graph } = openApp({
      ports: { index, history, answerer, secrets: server === undefined ? [] : [server.apiKey] },
      logger: commandLine.log ? logger((line) => terminal.note(line.trimEnd())) : fileLogger(data),
    })
    const missing = missingSetting(process.env)
    if (missing !== undefined) terminal.note(`${missing} is not set, so the answer comes without a model.`)
    try {
      return await converse(commandLine, graph, answerer.name)
    } finally {
      await app.close()
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

async function converse(
  { question, session, json }: CommandLine,
  graph: ChatGraph,
  answerer: string,
): Promise<ExitCode> {
  const answer = (asked: string): Promise<ExitCode> => ask(asked, { graph, session, json, terminal, onInterrupt })

  if (question !== undefined) return answer(question)
  if (process.stdin.isTTY) {
    let code: ExitCode = EXIT.answered
    const onCtrlC = (): void => void (code = EXIT.interrupted)
    terminal.note(`Ask about Stageflow (answers: ${answerer}). Ctrl-D ends, Ctrl-C stops an answer.`)
    for await (const asked of promptedQuestions({ input: process.stdin, output: process.stderr, onInterrupt: onCtrlC }))
      await answer(asked)
    return code
  }

  terminal.note('Reading questions from standard input, one a line.')
  const codes = new Set<ExitCode>()
  for await (const asked of questionLines(process.stdin, LONGEST_QUESTION + 1)) {
    if (codes.size > 0 && !json) terminal.show('')
    const ended = await answer(asked)
    if (ended === EXIT.interrupted) return ended
    codes.add(ended)
  }
  if (codes.size === 0) {
    terminal.note(`Nothing was asked.\n\n${USAGE}`)
    return EXIT.refused
  }
  return codes.has(EXIT.failed) ? EXIT.failed : codes.has(EXIT.refused) ? EXIT.refused : EXIT.answered
}
