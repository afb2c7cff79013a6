import { _ as _export_sfc, s as ssrRenderAttrs_1, v as vueExports } from "./plugin-vue_export-helper.DcGmjh2O.js";
import "node:stream";
const __pageData = JSON.parse('{"title":"@stageflow/buffer","description":"","frontmatter":{},"headers":[],"relativePath":"packages/buffer/CHANGELOG.md","filePath":"packages/buffer/CHANGELOG.md"}');
const _sfc_main = { name: "packages/buffer/CHANGELOG.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs_1(_attrs)}><h1 id="stageflow-buffer" tabindex="-1">@stageflow/buffer <a class="header-anchor" href="#stageflow-buffer" aria-label="Permalink to &quot;@stageflow/buffer&quot;">​</a></h1><h2 id="_1-0-0" tabindex="-1">1.0.0 <a class="header-anchor" href="#_1-0-0" aria-label="Permalink to &quot;1.0.0&quot;">​</a></h2><p>The bounded queue with retried delivery that <code>@stageflow/sink-buffered</code> and <code>@stageflow/exporter-buffered</code> are built on. It has overflow policies, batches, retries, counts, and limits for <code>flush</code> and <code>close</code>. With it come filters of events, the ends of fan-outs, and the counts of exporters.</p></div>`);
}
const _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = vueExports.useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("packages/buffer/CHANGELOG.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
const CHANGELOG = /* @__PURE__ */ _export_sfc(_sfc_main, [["ssrRender", _sfc_ssrRender]]);
export {
  __pageData,
  CHANGELOG as default
};
