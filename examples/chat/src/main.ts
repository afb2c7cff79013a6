// Answers questions about Stageflow from its own documentation. The pipeline of seven stages is in pipeline.ts.

import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { StageflowError } from '@stageflow/core'
import { openApp } from './app.ts'
import { ask, EXIT, type ExitCode } from './ask.ts'
import { type CommandLine, parseCommandLine, USAGE } from './terminal/command-line.ts'
import { answerLines, answerOne, answerPrompts } from './terminal/conversation.ts'
import { reasonToRefuse } from './guards.ts'
import { openHistory } from './history.ts'
import { openPage, untilStopped } from './page.ts'
import { ALL_PAGES, type Library, openLibrary, REPOSITORY_PAGES } from './search/library.ts'
import type { Answerer } from './pipeline.ts'
import { quotes } from './quote.ts'
import { openTerminal } from './terminal/terminal.ts'

const { env } = process
const repository = fileURLToPath(new URL('../../..', import.meta.url))
// npm changes to the folder of the repository. This is the folder where the command was typed.
const startedIn = env['INIT_CWD'] ?? process.cwd()
const secrets = [env['OPENAI_API_KEY'] ?? ''].filter((secret) => secret.length > 3)
const terminal = openTerminal(process, secrets)

const code = await main().catch((error: unknown) => {
  const what = StageflowError.is(error) ? `${error.message} [${error.code}]` : String(error)
  terminal.note(`Failed: ${what}`)
  return EXIT.failed
})
await terminal.flush()
// A connection that a server keeps open must not keep the process.
process.exit(code)

async function main(): Promise<ExitCode> {
  let commandLine: CommandLine
  try {
    commandLine = parseCommandLine(process.argv.slice(2))
  } catch (error) {
    terminal.note(`${(error as Error).message.split('. ')[0]} (--help lists the options)`)
    return EXIT.usage
  }
  const { question, session, docs, json, web, help } = commandLine
  if (help) {
    terminal.show(USAGE)
    return EXIT.answered
  }
  const page = web ? await openPage() : undefined
  if (page !== undefined) terminal.note(`Open ${page.url}`)
  const answerer = await openAnswerer()
  const root = docs === undefined ? repository : resolve(startedIn, docs)
  let opening: Promise<Library> | undefined
  const { graph, close } = openApp({
    reasonToRefuse,
    openLibrary: () => (opening ??= openLibrary(root, docs === undefined ? REPOSITORY_PAGES : ALL_PAGES)),
    history: openHistory(resolve(startedIn, env['STAGEFLOW_CHAT_DATA'] || join(repository, '.stageflow'))),
    answerer,
    secrets,
  })
  const answer = (asked: string, signal: AbortSignal): Promise<ExitCode> =>
    ask(asked, { graph, session, json, terminal, signal })
  try {
    if (question !== undefined) {
      const ended = await answerOne(question, answer)
      if (page !== undefined && ended !== EXIT.interrupted) {
        terminal.note('The page stays open. Ctrl-C ends it.')
        await untilStopped()
      }
      return ended
    }
    if (!process.stdin.isTTY) {
      const worst = await answerLines(answer)
      if (worst === EXIT.usage) terminal.note('Nothing was asked (--help lists the options)')
      return worst
    }
    terminal.note(`Ask about Stageflow (answers: ${answerer.name}). Ctrl-C stops an answer, Ctrl-D ends.`)
    return await answerPrompts(answer)
  } finally {
    await close()
    await page?.close()
  }
}

/** The model of the environment, or quotes from the pages. The client is loaded only if it is needed. */
async function openAnswerer(): Promise<Answerer> {
  if (!env['OPENAI_API_KEY'] && !env['OPENAI_BASE_URL']) return quotes
  const [{ default: OpenAI }, { openAiModel }] = await Promise.all([import('openai'), import('./model.ts')])
  const client = new OpenAI({ apiKey: env['OPENAI_API_KEY'] || 'none' })
  return openAiModel(client, env['OPENAI_MODEL'] || 'gpt-5.5')
}
