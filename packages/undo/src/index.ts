export type { ToolUndoFailedEvent, ToolUndoneEvent, UndoEvent } from './events.ts'
export { memoryUndoStore, type MemoryUndoStoreOptions } from './memory-undo-store.ts'
export { undoLog, type UndoLogOptions } from './undo-log.ts'
