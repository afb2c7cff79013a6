import { createInterface } from 'node:readline'
import { EXIT, type ExitCode } from '../ask.ts'

type Answer = (question: string, signal: AbortSignal) => Promise<ExitCode>

/** Answers one question. The first Ctrl-C stops the answer, the second ends the process. */
export async function answerOne(question: string, answer: Answer): Promise<ExitCode> {
  const controller = new AbortController()
  const stop = (): void =>
    controller.signal.aborted ? process.exit(EXIT.interrupted) : controller.abort('stopped by Ctrl-C')
  process.on('SIGINT', stop)
  try {
    return await answer(question, controller.signal)
  } finally {
    process.off('SIGINT', stop)
  }
}

/** Answers what is typed, until Ctrl-D, or Ctrl-C at the prompt. */
export async function answerPrompts(answer: Answer): Promise<ExitCode> {
  let running: AbortController | undefined
  let code: ExitCode = EXIT.answered
  const prompt = createInterface({ input: process.stdin, output: process.stderr, prompt: '> ' })
  prompt.on('SIGINT', () => {
    if (running !== undefined && !running.signal.aborted) return running.abort('stopped by Ctrl-C')
    code = EXIT.interrupted
    prompt.close()
    if (running !== undefined) process.exit(code)
  })
  prompt.prompt()
  for await (const question of prompt) {
    if (question.trim() !== '') {
      running = new AbortController()
      await answer(question, running.signal)
      running = undefined
    }
    prompt.prompt()
  }
  process.stderr.write('\n')
  return code
}

/** Answers each line of a pipe or a file. Returns the exit code of the worst answer. */
export async function answerLines(answer: Answer): Promise<ExitCode> {
  const codes: ExitCode[] = []
  for await (const question of createInterface({ input: process.stdin })) {
    if (question.trim() === '') continue
    const code = await answerOne(question, answer)
    if (code === EXIT.interrupted) return code
    codes.push(code)
  }
  if (codes.length === 0) return EXIT.usage
  return [EXIT.failed, EXIT.refused].find((code) => codes.includes(code)) ?? EXIT.answered
}
