export type { InspectorAct } from './protocol.ts'
