import { s as styles_default, c as classRenderer_v3_unified_default, a as classDiagram_default, C as ClassDB } from "./chunk-TICWLB2K.CxALrN1c.js";
import { _ as __name } from "./mermaid.core.B6L1Bdpd.js";
import "./chunk-5VM5RSS4.xIkk-Dqf.js";
import "./chunk-XXDRQBXY.BcV3K1SD.js";
import "./chunk-POPQ4Y6H.M0SpG02r.js";
import "./chunk-F27PBJKO.Be7hyBhR.js";
import "./plugin-vue_export-helper.DcGmjh2O.js";
import "node:stream";
var diagram = {
  parser: classDiagram_default,
  get db() {
    return new ClassDB();
  },
  renderer: classRenderer_v3_unified_default,
  styles: styles_default,
  init: /* @__PURE__ */ __name((cnf) => {
    if (!cnf.class) {
      cnf.class = {};
    }
    cnf.class.arrowMarkerAbsolute = cnf.arrowMarkerAbsolute;
  }, "init")
};
export {
  diagram
};
