import { s as styles_default, b as stateRenderer_v3_unified_default, a as stateDiagram_default, S as StateDB } from "./chunk-IMKFNOWR.DAwbJor8.js";
import { _ as __name } from "./mermaid.core.B6L1Bdpd.js";
import "./chunk-XXDRQBXY.BcV3K1SD.js";
import "./chunk-POPQ4Y6H.M0SpG02r.js";
import "./chunk-F27PBJKO.Be7hyBhR.js";
import "./plugin-vue_export-helper.DcGmjh2O.js";
import "node:stream";
var diagram = {
  parser: stateDiagram_default,
  get db() {
    return new StateDB(2);
  },
  renderer: stateRenderer_v3_unified_default,
  styles: styles_default,
  init: /* @__PURE__ */ __name((cnf) => {
    if (!cnf.state) {
      cnf.state = {};
    }
    cnf.state.arrowMarkerAbsolute = cnf.arrowMarkerAbsolute;
  }, "init")
};
export {
  diagram
};
