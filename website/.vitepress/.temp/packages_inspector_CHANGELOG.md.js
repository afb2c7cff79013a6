import { _ as _export_sfc, s as ssrRenderAttrs_1, v as vueExports } from "./plugin-vue_export-helper.DcGmjh2O.js";
import "node:stream";
const __pageData = JSON.parse('{"title":"@stageflow/inspector","description":"","frontmatter":{},"headers":[],"relativePath":"packages/inspector/CHANGELOG.md","filePath":"packages/inspector/CHANGELOG.md"}');
const _sfc_main = { name: "packages/inspector/CHANGELOG.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs_1(_attrs)}><h1 id="stageflow-inspector" tabindex="-1">@stageflow/inspector <a class="header-anchor" href="#stageflow-inspector" aria-label="Permalink to &quot;@stageflow/inspector&quot;">​</a></h1><h2 id="_1-0-0" tabindex="-1">1.0.0 <a class="header-anchor" href="#_1-0-0" aria-label="Permalink to &quot;1.0.0&quot;">​</a></h2><p>A page that shows runs while they run and afterwards: graph, critical path, timeline, chunks and outputs. <code>inspector()</code> is an event sink. Its <code>fetch</code> mounts in any framework, <code>listen()</code> serves it on loopback, and <code>htmlOf(run)</code> makes one HTML file for a ticket.</p></div>`);
}
const _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = vueExports.useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("packages/inspector/CHANGELOG.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
const CHANGELOG = /* @__PURE__ */ _export_sfc(_sfc_main, [["ssrRender", _sfc_ssrRender]]);
export {
  __pageData,
  CHANGELOG as default
};
