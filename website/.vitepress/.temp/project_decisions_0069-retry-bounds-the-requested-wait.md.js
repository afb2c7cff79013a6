import { _ as _export_sfc, s as ssrRenderAttrs_1, v as vueExports } from "./plugin-vue_export-helper.DcGmjh2O.js";
import "node:stream";
const __pageData = JSON.parse('{"title":"69. A retry bounds the wait that others ask for","description":"","frontmatter":{},"headers":[],"relativePath":"project/decisions/0069-retry-bounds-the-requested-wait.md","filePath":"docs/project/decisions/0069-retry-bounds-the-requested-wait.md"}');
const _sfc_main = { name: "project/decisions/0069-retry-bounds-the-requested-wait.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs_1(_attrs)}><h1 id="_69-a-retry-bounds-the-wait-that-others-ask-for" tabindex="-1">69. A retry bounds the wait that others ask for <a class="header-anchor" href="#_69-a-retry-bounds-the-wait-that-others-ask-for" aria-label="Permalink to &quot;69. A retry bounds the wait that others ask for&quot;">​</a></h1><ul><li><strong>Area:</strong> Interceptors</li><li><strong>Status:</strong> accepted</li><li><strong>Date:</strong> 2026-11-27</li></ul><h2 id="context" tabindex="-1">Context <a class="header-anchor" href="#context" aria-label="Permalink to &quot;Context&quot;">​</a></h2><p>A server that sends <code>Retry-After: 86400</code> would park the run for a day. To wait for less would ignore what the server asks.</p><h2 id="decision" tabindex="-1">Decision <a class="header-anchor" href="#decision" aria-label="Permalink to &quot;Decision&quot;">​</a></h2><p>A longer wait than <code>maxRetryAfterMs</code> fails the stage at once.</p><h2 id="consequences" tabindex="-1">Consequences <a class="header-anchor" href="#consequences" aria-label="Permalink to &quot;Consequences&quot;">​</a></h2><p>The error <code>retry/wait-too-long</code> has <code>afterMs</code>, so that the app can run again later.</p></div>`);
}
const _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = vueExports.useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("docs/project/decisions/0069-retry-bounds-the-requested-wait.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
const _0069RetryBoundsTheRequestedWait = /* @__PURE__ */ _export_sfc(_sfc_main, [["ssrRender", _sfc_ssrRender]]);
export {
  __pageData,
  _0069RetryBoundsTheRequestedWait as default
};
