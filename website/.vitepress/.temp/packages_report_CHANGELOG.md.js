import { _ as _export_sfc, s as ssrRenderAttrs_1, v as vueExports } from "./plugin-vue_export-helper.DcGmjh2O.js";
import "node:stream";
const __pageData = JSON.parse('{"title":"@stageflow/report","description":"","frontmatter":{},"headers":[],"relativePath":"packages/report/CHANGELOG.md","filePath":"packages/report/CHANGELOG.md"}');
const _sfc_main = { name: "packages/report/CHANGELOG.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs_1(_attrs)}><h1 id="stageflow-report" tabindex="-1">@stageflow/report <a class="header-anchor" href="#stageflow-report" aria-label="Permalink to &quot;@stageflow/report&quot;">​</a></h1><h2 id="_1-0-0" tabindex="-1">1.0.0 <a class="header-anchor" href="#_1-0-0" aria-label="Permalink to &quot;1.0.0&quot;">​</a></h2><p>Functions that read a finished run. They return its critical path, the slack of every stage, and a timeline for the terminal. They also draw a Mermaid flowchart of the graph or of the run, and write a Chrome trace. With <code>redaction</code>, the drawings show no secrets.</p></div>`);
}
const _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = vueExports.useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("packages/report/CHANGELOG.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
const CHANGELOG = /* @__PURE__ */ _export_sfc(_sfc_main, [["ssrRender", _sfc_ssrRender]]);
export {
  __pageData,
  CHANGELOG as default
};
