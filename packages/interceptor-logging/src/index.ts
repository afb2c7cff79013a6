export { LOGGER, logging, type LoggingInterceptor } from './logging.ts'
export type { LoggingLevels, LoggingOptions } from './options.ts'
export type { StageLogger, WriteLine } from './run-log.ts'
