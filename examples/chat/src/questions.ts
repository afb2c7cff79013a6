import { on } from 'node:events'
import { createInterface } from 'node:readline'
import type { Readable, Writable } from 'node:stream'

/** The lines of a stream that are not blank. A line longer than `longest` is cut there: it will be refused, and must not fill the memory first. */
export async function* questionLines(input: Readable, longest: number): AsyncGenerator<string, void, undefined> {
  const decoder = new TextDecoder()
  let line = ''
  for await (const chunk of input as AsyncIterable<Uint8Array>) {
    const [first = '', ...rest] = decoder.decode(chunk, { stream: true }).split(/\r?\n/)
    line = (line + first).slice(0, longest)
    for (const next of rest) {
      if (line.trim() !== '') yield line
      line = next.slice(0, longest)
    }
  }
  line = (line + decoder.decode()).slice(0, longest)
  if (line.trim() !== '') yield line
}

interface Prompt {
  readonly input: Readable & { setRawMode?(raw: boolean): unknown }
  readonly output: Writable
  /** Ctrl-C at the prompt; the questions then end. */
  readonly onInterrupt: () => void
}

/** What a person types at a prompt, line by line, until Ctrl-D or Ctrl-C. */
export async function* promptedQuestions({
  input,
  output,
  onInterrupt,
}: Prompt): AsyncGenerator<string, void, undefined> {
  const prompt = createInterface({ input, output, terminal: true, prompt: '> ', historySize: 100 })
  prompt.on('SIGINT', () => {
    onInterrupt()
    prompt.close()
  })
  const lines = on(prompt, 'line', { close: ['close'] })
  try {
    prompt.prompt()
    for await (const [line] of lines as AsyncIterable<[string]>) {
      if (line.trim() !== '') {
        // While an answer is printed the terminal works as usual, so that Ctrl-C reaches the process as a signal.
        prompt.pause()
        input.setRawMode?.(false)
        yield line
        input.setRawMode?.(true)
      }
      prompt.prompt()
    }
  } finally {
    prompt.close()
    output.write('\n')
  }
}
