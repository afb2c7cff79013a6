import { _ as _export_sfc, s as ssrRenderAttrs_1, v as vueExports } from "./plugin-vue_export-helper.DcGmjh2O.js";
import "node:stream";
const __pageData = JSON.parse('{"title":"@stageflow/exporter-console","description":"","frontmatter":{},"headers":[],"relativePath":"packages/exporter-console/CHANGELOG.md","filePath":"packages/exporter-console/CHANGELOG.md"}');
const _sfc_main = { name: "packages/exporter-console/CHANGELOG.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs_1(_attrs)}><h1 id="stageflow-exporter-console" tabindex="-1">@stageflow/exporter-console <a class="header-anchor" href="#stageflow-exporter-console" aria-label="Permalink to &quot;@stageflow/exporter-console&quot;">​</a></h1><h2 id="_1-0-0" tabindex="-1">1.0.0 <a class="header-anchor" href="#_1-0-0" aria-label="Permalink to &quot;1.0.0&quot;">​</a></h2><p><code>ConsoleExporter</code> writes the events of runs to a terminal, one readable, colored line each. Text of stages can&#39;t change the terminal, and secrets are redacted. It shows the data of events only with <code>data: true</code>. If the reader of a pipe is gone, the export rejects instead of ending the process.</p></div>`);
}
const _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = vueExports.useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("packages/exporter-console/CHANGELOG.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
const CHANGELOG = /* @__PURE__ */ _export_sfc(_sfc_main, [["ssrRender", _sfc_ssrRender]]);
export {
  __pageData,
  CHANGELOG as default
};
