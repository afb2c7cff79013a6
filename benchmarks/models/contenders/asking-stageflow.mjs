import { Pipeline } from '../../../packages/core/src/index.ts'

/** Asks in a stage. `answer`: what the stage delegates to. */
export function askInStage(answer, { question, signal, onText }) {
  const run = new Pipeline('chat').withStage('answer', answer).build().start({ inputText: question })
  signal.addEventListener('abort', () => run.cancel('enough'))
  return {
    async read() {
      for await (const text of run.chunks('answer')) onText(text)
    },
    text: async () => (await run.result).data.answer.text,
    usage: async () => (await run.settled).report.stages.answer.notes.usage,
  }
}
