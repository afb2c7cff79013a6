import { _ as _export_sfc, s as ssrRenderAttrs_1, v as vueExports } from "./plugin-vue_export-helper.DcGmjh2O.js";
import "node:stream";
const __pageData = JSON.parse('{"title":"@stageflow/provider-types","description":"","frontmatter":{},"headers":[],"relativePath":"packages/provider-types/CHANGELOG.md","filePath":"packages/provider-types/CHANGELOG.md"}');
const _sfc_main = { name: "packages/provider-types/CHANGELOG.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs_1(_attrs)}><h1 id="stageflow-provider-types" tabindex="-1">@stageflow/provider-types <a class="header-anchor" href="#stageflow-provider-types" aria-label="Permalink to &quot;@stageflow/provider-types&quot;">​</a></h1><h2 id="_1-0-0" tabindex="-1">1.0.0 <a class="header-anchor" href="#_1-0-0" aria-label="Permalink to &quot;1.0.0&quot;">​</a></h2><p><code>LLMResponse</code>, <code>STTResponse</code> and <code>TTSResponse</code> hold a provider&#39;s response, frozen and checked. They have usage, cost and times if these are known, and never made-up values. You get them as plain data, JSON and OpenTelemetry attributes. <code>LLMAccumulator</code> builds them from streams, including aborted ones.</p></div>`);
}
const _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = vueExports.useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("packages/provider-types/CHANGELOG.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
const CHANGELOG = /* @__PURE__ */ _export_sfc(_sfc_main, [["ssrRender", _sfc_ssrRender]]);
export {
  __pageData,
  CHANGELOG as default
};
