export type { AppModel, AppPlugin, Kind, PluginKind } from './kinds.ts'
export { namesOf, type Names } from './naming.ts'
export { templateFiles } from './template-files.ts'
export { UsageError } from './usage-error.ts'
