// vitest runs projects in the order of their names. Those whose files are long, or wait for processes and leases, come first. At the end,
// short files keep every processor busy.

/** Parts of the names of projects, first the longest. */
export const LONG: readonly string[] = [
  '/store-',
  'examples/durable',
  'examples/chat',
  'examples/',
  'scripts',
  '/durable-',
  '/testing',
]

/** Files in the order of their projects; those of one project keep theirs. */
export function longFirst<File extends { readonly project: { readonly name: string } }>(
  files: readonly File[],
): File[] {
  return files.toSorted((one, other) => placeOf(one) - placeOf(other))
}

function placeOf({ project }: { readonly project: { readonly name: string } }): number {
  const found = LONG.findIndex((part) => project.name.includes(part))
  return found < 0 ? LONG.length : found
}
