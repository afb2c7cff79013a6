import { _ as _export_sfc, s as ssrRenderAttrs_1, v as vueExports } from "./plugin-vue_export-helper.DcGmjh2O.js";
import "node:stream";
const __pageData = JSON.parse('{"title":"@stageflow/interceptor-child-tracker","description":"","frontmatter":{},"headers":[],"relativePath":"packages/interceptor-child-tracker/CHANGELOG.md","filePath":"packages/interceptor-child-tracker/CHANGELOG.md"}');
const _sfc_main = { name: "packages/interceptor-child-tracker/CHANGELOG.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs_1(_attrs)}><h1 id="stageflow-interceptor-child-tracker" tabindex="-1">@stageflow/interceptor-child-tracker <a class="header-anchor" href="#stageflow-interceptor-child-tracker" aria-label="Permalink to &quot;@stageflow/interceptor-child-tracker&quot;">​</a></h1><h2 id="_1-0-0" tabindex="-1">1.0.0 <a class="header-anchor" href="#_1-0-0" aria-label="Permalink to &quot;1.0.0&quot;">​</a></h2><p><code>childTracker()</code> tracks the tree of child runs in progress: children, descendants, parent, root and depth. <code>stats()</code> counts them, and how they ended. It costs a stage nothing, and keeps nothing of a run that has ended.</p></div>`);
}
const _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = vueExports.useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("packages/interceptor-child-tracker/CHANGELOG.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
const CHANGELOG = /* @__PURE__ */ _export_sfc(_sfc_main, [["ssrRender", _sfc_ssrRender]]);
export {
  __pageData,
  CHANGELOG as default
};
