import { _ as _export_sfc, s as ssrRenderAttrs_1, v as vueExports } from "./plugin-vue_export-helper.DcGmjh2O.js";
import "node:stream";
const __pageData = JSON.parse('{"title":"@stageflow/exporter-buffered","description":"","frontmatter":{},"headers":[],"relativePath":"packages/exporter-buffered/CHANGELOG.md","filePath":"packages/exporter-buffered/CHANGELOG.md"}');
const _sfc_main = { name: "packages/exporter-buffered/CHANGELOG.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs_1(_attrs)}><h1 id="stageflow-exporter-buffered" tabindex="-1">@stageflow/exporter-buffered <a class="header-anchor" href="#stageflow-exporter-buffered" aria-label="Permalink to &quot;@stageflow/exporter-buffered&quot;">​</a></h1><h2 id="_1-0-0" tabindex="-1">1.0.0 <a class="header-anchor" href="#_1-0-0" aria-label="Permalink to &quot;1.0.0&quot;">​</a></h2><p><code>new BufferedExporter(exporter, { onOverflow })</code> puts a bounded buffer in front of an exporter. It sends batches, retries until delivery, and keeps dead letters. <code>close()</code> reports what was lost. The package also has <code>fanOutExporter</code>, <code>filterExporter</code>, <code>closeOnSignal</code>, and a contract suite for your own exporters.</p></div>`);
}
const _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = vueExports.useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("packages/exporter-buffered/CHANGELOG.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
const CHANGELOG = /* @__PURE__ */ _export_sfc(_sfc_main, [["ssrRender", _sfc_ssrRender]]);
export {
  __pageData,
  CHANGELOG as default
};
