import { _ as _export_sfc, s as ssrRenderAttrs_1, v as vueExports } from "./plugin-vue_export-helper.DcGmjh2O.js";
import "node:stream";
const __pageData = JSON.parse('{"title":"@stageflow/provider-ai-sdk","description":"","frontmatter":{},"headers":[],"relativePath":"packages/provider-ai-sdk/CHANGELOG.md","filePath":"packages/provider-ai-sdk/CHANGELOG.md"}');
const _sfc_main = { name: "packages/provider-ai-sdk/CHANGELOG.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs_1(_attrs)}><h1 id="stageflow-provider-ai-sdk" tabindex="-1">@stageflow/provider-ai-sdk <a class="header-anchor" href="#stageflow-provider-ai-sdk" aria-label="Permalink to &quot;@stageflow/provider-ai-sdk&quot;">​</a></h1><h2 id="_1-0-0" tabindex="-1">1.0.0 <a class="header-anchor" href="#_1-0-0" aria-label="Permalink to &quot;1.0.0&quot;">​</a></h2><p><code>aiSdk()</code> asks any model of the AI SDK in a stage, with spares, and with what every call has used, as far as its provider counts it before the end. <code>aiSdkModel()</code> makes a <code>Model</code> for <code>callModel()</code> of <code>@stageflow/models</code>.</p></div>`);
}
const _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = vueExports.useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("packages/provider-ai-sdk/CHANGELOG.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
const CHANGELOG = /* @__PURE__ */ _export_sfc(_sfc_main, [["ssrRender", _sfc_ssrRender]]);
export {
  __pageData,
  CHANGELOG as default
};
