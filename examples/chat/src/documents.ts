import { glob, readFile } from 'node:fs/promises'
import { sep } from 'node:path'
import { StageflowError } from '@stageflow/core'

export interface Document {
  /** Relative to the folder that was read, with forward slashes: what a citation shows. */
  readonly path: string
  readonly text: string
}

/** Where a repository such as this one keeps what people read. */
export const REPOSITORY_DOCUMENTS: readonly string[] = ['README.md', 'docs/**/*.md', 'packages/*/README.md']
/** Everything in a folder that the user names. */
export const ALL_DOCUMENTS: readonly string[] = ['**/*.md']

export async function readDocuments(root: string, patterns: readonly string[]): Promise<readonly Document[]> {
  const paths = new Set<string>()
  // `dist` and `node_modules` hold copies of other people's READMEs: they would be cited as if they were ours.
  const exclude = (name: string): boolean => /(?:^|[\\/])(?:node_modules|dist|\.[^./\\][^/\\]*)$/.test(name)
  for await (const path of glob([...patterns], { cwd: root, exclude })) paths.add(path)
  const documents = await Promise.all([...paths].sort().map((path) => readDocument(root, path)))
  return documents.filter((document) => document !== undefined)
}

async function readDocument(root: string, path: string): Promise<Document | undefined> {
  try {
    return { path: path.split(sep).join('/'), text: await readFile(`${root}${sep}${path}`, 'utf8') }
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException
    // A folder may be called "notes.md" too.
    if (code === 'EISDIR') return undefined
    throw new StageflowError(
      'chat/document-unreadable',
      `The document "${path}" cannot be read (${code}). Make it readable, or take it away.`,
      { cause },
    )
  }
}
