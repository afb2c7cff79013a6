export { closeOnSignal } from './close-on-signal.ts'
export type { Closable, CloseOnSignalOptions, EndingSignal } from './close-on-signal.ts'
