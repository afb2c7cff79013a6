import { d as diagram } from "./chunk-SHT3W25Y.DC77nY0u.js";
import { c } from "./chunk-SHT3W25Y.DC77nY0u.js";
import "./mermaid.core.B6L1Bdpd.js";
import "./chunk-5VM5RSS4.xIkk-Dqf.js";
import "./chunk-XXDRQBXY.BcV3K1SD.js";
import "./chunk-POPQ4Y6H.M0SpG02r.js";
import "./chunk-F27PBJKO.Be7hyBhR.js";
import "./channel.DMpg7eSz.js";
import "./plugin-vue_export-helper.DcGmjh2O.js";
import "node:stream";
export {
  c as createFlowDiagram,
  diagram
};
