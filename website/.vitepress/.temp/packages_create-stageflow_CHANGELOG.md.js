import { _ as _export_sfc, s as ssrRenderAttrs_1, v as vueExports } from "./plugin-vue_export-helper.DcGmjh2O.js";
import "node:stream";
const __pageData = JSON.parse('{"title":"create-stageflow","description":"","frontmatter":{},"headers":[],"relativePath":"packages/create-stageflow/CHANGELOG.md","filePath":"packages/create-stageflow/CHANGELOG.md"}');
const _sfc_main = { name: "packages/create-stageflow/CHANGELOG.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs_1(_attrs)}><h1 id="create-stageflow" tabindex="-1">create-stageflow <a class="header-anchor" href="#create-stageflow" aria-label="Permalink to &quot;create-stageflow&quot;">​</a></h1><h2 id="_1-0-0" tabindex="-1">1.0.0 <a class="header-anchor" href="#_1-0-0" aria-label="Permalink to &quot;1.0.0&quot;">​</a></h2><p><code>npm create stageflow@latest</code> makes an app that runs at once, or a plugin that you can publish: an interceptor, a sink, an exporter or a store. A plugin begins with the contract suite of its kind, typed tests, and workflows that test it on the lowest and the newest core. It asks on a terminal, and takes options everywhere else.</p></div>`);
}
const _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = vueExports.useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("packages/create-stageflow/CHANGELOG.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
const CHANGELOG = /* @__PURE__ */ _export_sfc(_sfc_main, [["ssrRender", _sfc_ssrRender]]);
export {
  __pageData,
  CHANGELOG as default
};
