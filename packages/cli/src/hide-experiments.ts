const HIDDEN = /\b(?:SQLite|Type Stripping)\b/

/** Leaves out the warnings of Node that its SQLite and its loading of TypeScript are experimental. Those of others are printed as before. */
export function hideExperiments(process: Pick<NodeJS.Process, 'listeners' | 'removeAllListeners' | 'on'>): void {
  const printers = process.listeners('warning')
  process.removeAllListeners('warning')
  process.on('warning', (warning) => {
    if (warning.name === 'ExperimentalWarning' && HIDDEN.test(warning.message)) return
    for (const print of printers) print(warning)
  })
}
