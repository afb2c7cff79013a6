import { relative } from 'node:path'

// vitest runs projects in the order of their names. Files that wait for a server, a process or a lease come first: the checks beside them
// use that time. At the end, short files keep every processor busy. A worker serves one project, so the files of a project stay together.

/** Folders of test files, first those whose files take longest. The projects with a setup come before the others. */
export const LONG: readonly string[] = [
  'packages/store-postgres/',
  'packages/store-redis/',
  'packages/durable-postgres/',
  'packages/durable-restate/',
  'packages/cli/',
  'packages/interceptor-metrics/',
  'packages/core/',
  'examples/durable/',
  'packages/store-sqlite/',
  'examples/',
  'scripts/',
  'packages/tools-mcp/',
  'packages/agent/',
  'packages/durable-local/',
  'packages/testing/',
]

/** Files in the order of this list; those with the same place keep theirs. */
export function longFirst<File extends { readonly moduleId: string }>(files: readonly File[]): File[] {
  return files.toSorted((one, other) => placeOf(one) - placeOf(other))
}

function placeOf({ moduleId }: { readonly moduleId: string }): number {
  const path = relative(process.cwd(), moduleId).replaceAll('\\', '/')
  const found = LONG.findIndex((folder) => path.startsWith(folder))
  return found < 0 ? LONG.length : found
}
