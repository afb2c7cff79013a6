import type { ChatGraph } from './app.ts'
import { ask, EXIT, type ExitCode } from './ask.ts'
import type { CommandLine } from './command-line.ts'
import { LONGEST_QUESTION } from './guards.ts'
import { onInterrupt } from './interrupts.ts'
import { promptedQuestions, questionLines } from './questions.ts'
import type { Terminal } from './terminal.ts'

interface Conversation {
  readonly graph: ChatGraph
  /** The name of who answers. */
  readonly answerer: string
  readonly terminal: Terminal
}

/** Answers the question of the command line, or those that come from standard input: typed at a prompt, or one a line. */
export async function converse(
  { question, session, json }: CommandLine,
  { graph, answerer, terminal }: Conversation,
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
    terminal.note('Nothing was asked. (--help lists the options)')
    return EXIT.usage
  }
  return codes.has(EXIT.failed) ? EXIT.failed : codes.has(EXIT.refused) ? EXIT.refused : EXIT.answered
}
