export { LOGGER, logging } from './logging.ts'
export type { LoggingLevels, LoggingOptions } from './options.ts'
