// How changesets writes a changelog: the sentences of the notes, and for packages that come along in `dependencies` one line each. Its own
// functions add a line "Updated dependencies" for every note of every dependency.

/** The lines of one note. */
export function getReleaseLine({ summary }) {
  const [first, ...others] = summary.trim().split('\n')
  return [`- ${first}`, ...others.map((line) => (line === '' ? '' : `  ${line}`))].join('\n')
}

/** The lines of the packages that are installed with this one, in a new version. */
export function getDependencyReleaseLine(notes, dependencies) {
  return dependencies.map(({ name, newVersion }) => `- Installs \`${name}\` ${newVersion}.`).join('\n')
}
