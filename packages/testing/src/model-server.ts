export { fakeModelServer } from './model-server/model-server.ts'
export type { FakeModelServer, ServedRequest } from './model-server/model-server.ts'
export type { ServedEnding, ServedUsage } from './model-server/protocol.ts'
export type { ServedAnswer, ServedFault } from './model-server/script.ts'
