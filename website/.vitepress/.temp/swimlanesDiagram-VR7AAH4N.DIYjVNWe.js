import { c as createFlowDiagram, s as styles_default } from "./chunk-SHT3W25Y.DC77nY0u.js";
import { _ as __name } from "./mermaid.core.B6L1Bdpd.js";
import "./chunk-5VM5RSS4.xIkk-Dqf.js";
import "./chunk-XXDRQBXY.BcV3K1SD.js";
import "./chunk-POPQ4Y6H.M0SpG02r.js";
import "./chunk-F27PBJKO.Be7hyBhR.js";
import "./channel.DMpg7eSz.js";
import "./plugin-vue_export-helper.DcGmjh2O.js";
import "node:stream";
var getStyles = /* @__PURE__ */ __name((options) => `${styles_default(options)}
  .swimlane.cluster rect {
    stroke: ${options.clusterBorder} !important;
  }
  [data-look="neo"].cluster rect {
    filter: none;
  }
`, "getStyles");
var styles_default2 = getStyles;
var diagram = createFlowDiagram({ defaultLayout: "swimlane", styles: styles_default2 });
export {
  diagram
};
