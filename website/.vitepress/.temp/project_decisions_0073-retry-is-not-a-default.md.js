import { _ as _export_sfc, s as ssrRenderAttrs_1, v as vueExports } from "./plugin-vue_export-helper.DcGmjh2O.js";
import "node:stream";
const __pageData = JSON.parse(`{"title":"73. Retry isn't among the default interceptors","description":"","frontmatter":{},"headers":[],"relativePath":"project/decisions/0073-retry-is-not-a-default.md","filePath":"docs/project/decisions/0073-retry-is-not-a-default.md"}`);
const _sfc_main = { name: "project/decisions/0073-retry-is-not-a-default.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs_1(_attrs)}><h1 id="_73-retry-isn-t-among-the-default-interceptors" tabindex="-1">73. Retry isn&#39;t among the default interceptors <a class="header-anchor" href="#_73-retry-isn-t-among-the-default-interceptors" aria-label="Permalink to &quot;73. Retry isn&#39;t among the default interceptors&quot;">​</a></h1><ul><li><strong>Area:</strong> Interceptors</li><li><strong>Status:</strong> accepted</li><li><strong>Date:</strong> 2026-11-25</li></ul><h2 id="context" tabindex="-1">Context <a class="header-anchor" href="#context" aria-label="Permalink to &quot;Context&quot;">​</a></h2><p>The place of <code>retry</code> defines an attempt. Before <code>timeout</code>, each attempt has its own limit; after it, one limit covers all attempts.</p><h2 id="decision" tabindex="-1">Decision <a class="header-anchor" href="#decision" aria-label="Permalink to &quot;Decision&quot;">​</a></h2><p>You insert <code>retry</code> where an attempt should begin.</p><h2 id="consequences" tabindex="-1">Consequences <a class="header-anchor" href="#consequences" aria-label="Permalink to &quot;Consequences&quot;">​</a></h2><p>A stage that started child runs isn&#39;t retried by default, because the stages of the child have had their attempts.</p></div>`);
}
const _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = vueExports.useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("docs/project/decisions/0073-retry-is-not-a-default.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
const _0073RetryIsNotADefault = /* @__PURE__ */ _export_sfc(_sfc_main, [["ssrRender", _sfc_ssrRender]]);
export {
  __pageData,
  _0073RetryIsNotADefault as default
};
