export { exporterContract } from './exporter-contract.ts'
export type { ExporterCase, ExporterContractOptions } from './exporter-contract.ts'
export type { ExporterUnderTest, WrittenEvent } from './exporter-under-test.ts'
