import { _ as _export_sfc, s as ssrRenderAttrs_1, v as vueExports } from "./plugin-vue_export-helper.DcGmjh2O.js";
import "node:stream";
const __pageData = JSON.parse('{"title":"@stageflow/exporter-otlp","description":"","frontmatter":{},"headers":[],"relativePath":"packages/exporter-otlp/CHANGELOG.md","filePath":"packages/exporter-otlp/CHANGELOG.md"}');
const _sfc_main = { name: "packages/exporter-otlp/CHANGELOG.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs_1(_attrs)}><h1 id="stageflow-exporter-otlp" tabindex="-1">@stageflow/exporter-otlp <a class="header-anchor" href="#stageflow-exporter-otlp" aria-label="Permalink to &quot;@stageflow/exporter-otlp&quot;">​</a></h1><h2 id="_1-0-0" tabindex="-1">1.0.0 <a class="header-anchor" href="#_1-0-0" aria-label="Permalink to &quot;1.0.0&quot;">​</a></h2><p><code>OtlpExporter</code> sends the events of runs to an OpenTelemetry collector as logs, through the official exporters. An export resolves only after the receiver has taken the batch. Its error says whether the batch can be sent again, and <code>stats()</code> has the counts.</p></div>`);
}
const _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = vueExports.useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("packages/exporter-otlp/CHANGELOG.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
const CHANGELOG = /* @__PURE__ */ _export_sfc(_sfc_main, [["ssrRender", _sfc_ssrRender]]);
export {
  __pageData,
  CHANGELOG as default
};
