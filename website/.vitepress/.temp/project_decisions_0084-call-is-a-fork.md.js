import { _ as _export_sfc, s as ssrRenderAttrs_1, v as vueExports } from "./plugin-vue_export-helper.DcGmjh2O.js";
import "node:stream";
const __pageData = JSON.parse('{"title":"84. A call is a fork","description":"","frontmatter":{},"headers":[],"relativePath":"project/decisions/0084-call-is-a-fork.md","filePath":"docs/project/decisions/0084-call-is-a-fork.md"}');
const _sfc_main = { name: "project/decisions/0084-call-is-a-fork.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs_1(_attrs)}><h1 id="_84-a-call-is-a-fork" tabindex="-1">84. A call is a fork <a class="header-anchor" href="#_84-a-call-is-a-fork" aria-label="Permalink to &quot;84. A call is a fork&quot;">​</a></h1><ul><li><strong>Area:</strong> Interceptors</li><li><strong>Status:</strong> accepted</li><li><strong>Date:</strong> 2026-11-27</li></ul><h2 id="context" tabindex="-1">Context <a class="header-anchor" href="#context" aria-label="Permalink to &quot;Context&quot;">​</a></h2><p>Without a wrap, a call needs no promise, no record of the attempt and no narrower context. So it had a path of its own, beside that of wrapped stages, and property tests compared both. Each rule existed twice.</p><h2 id="decision" tabindex="-1">Decision <a class="header-anchor" href="#decision" aria-label="Permalink to &quot;Decision&quot;">​</a></h2><p><code>StageCall</code> is the one class for calls with parts, whether or not a layer wraps the stage. The context of a stage without a <code>wrap</code> is narrowed to its call from the start. The open calls of a stage are one list.</p><h2 id="consequences" tabindex="-1">Consequences <a class="header-anchor" href="#consequences" aria-label="Permalink to &quot;Consequences&quot;">​</a></h2><p>The context that the parts and the code see is the context narrowed to the call.</p></div>`);
}
const _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = vueExports.useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("docs/project/decisions/0084-call-is-a-fork.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
const _0084CallIsAFork = /* @__PURE__ */ _export_sfc(_sfc_main, [["ssrRender", _sfc_ssrRender]]);
export {
  __pageData,
  _0084CallIsAFork as default
};
