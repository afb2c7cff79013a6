import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

const PAGES: Readonly<Record<string, string>> = {
  'concepts/stage.md':
    '# Stage\n\nA **stage** is the unit of work of a pipeline.\n\n## Kinds\n\nA kind says what a stage is for.\n',
  'concepts/output.md':
    "# Output\n\nEach stage ends with an output.\n\n## Stopping the pipeline\n\nReturn `StageOutput.cancel(reason)` from any stage. Nothing new starts.\n\n```ts\nconst guard = () => StageOutput.cancel('no question')\n```\n",
  'how-to/test.md':
    '# Testing\n\n## Testing a cancelled run\n\nTest a cancelled run by its result: it resolves, so no test needs a try.\n\n## Testing time\n\nTest time by a manual clock, and no test waits for it.\n',
}

export interface Folder extends Disposable {
  /** A folder of documents, for `--docs`. */
  readonly docs: string
  /** The environment for a process that stores its history here and uses no network. */
  readonly env: Readonly<Record<string, string>>
  write(path: string, text: string): void
}

/** A folder of its own for one test: a few documents, and a place for the history. */
export function makeFolder(): Folder {
  const root = mkdtempSync(join(tmpdir(), 'stageflow-chat-'))
  const docs = join(root, 'docs')
  const write = (path: string, text: string): void => {
    mkdirSync(dirname(join(docs, path)), { recursive: true })
    writeFileSync(join(docs, path), text)
  }
  for (const [path, text] of Object.entries(PAGES)) write(path, text)
  return {
    docs,
    write,
    env: { STAGEFLOW_CHAT_DATA: join(root, 'data') },
    [Symbol.dispose]: () => rmSync(root, { recursive: true }),
  }
}
