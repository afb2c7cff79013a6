import { _ as _export_sfc, s as ssrRenderAttrs_1, v as vueExports } from "./plugin-vue_export-helper.DcGmjh2O.js";
import "node:stream";
const __pageData = JSON.parse('{"title":"@stageflow/defaults","description":"","frontmatter":{},"headers":[],"relativePath":"packages/defaults/CHANGELOG.md","filePath":"packages/defaults/CHANGELOG.md"}');
const _sfc_main = { name: "packages/defaults/CHANGELOG.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs_1(_attrs)}><h1 id="stageflow-defaults" tabindex="-1">@stageflow/defaults <a class="header-anchor" href="#stageflow-defaults" aria-label="Permalink to &quot;@stageflow/defaults&quot;">​</a></h1><h2 id="_1-0-0" tabindex="-1">1.0.0 <a class="header-anchor" href="#_1-0-0" aria-label="Permalink to &quot;1.0.0&quot;">​</a></h2><p>The default interceptors in one package. <code>getDefaultInterceptors()</code> returns them in their order, and you can configure, replace or leave out each one. <code>createStageflow()</code> sets up an app with interceptors, sink, ports, clock, logger and metrics registry. <code>app.close({ timeoutMs })</code> flushes the sink and the logger, and resolves with what was delivered and what was lost.</p></div>`);
}
const _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = vueExports.useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("packages/defaults/CHANGELOG.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
const CHANGELOG = /* @__PURE__ */ _export_sfc(_sfc_main, [["ssrRender", _sfc_ssrRender]]);
export {
  __pageData,
  CHANGELOG as default
};
