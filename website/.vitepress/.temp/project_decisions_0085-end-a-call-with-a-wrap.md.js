import { _ as _export_sfc, s as ssrRenderAttrs_1, v as vueExports } from "./plugin-vue_export-helper.DcGmjh2O.js";
import "node:stream";
const __pageData = JSON.parse('{"title":"85. Ending a call for another reason than time is a wrap","description":"","frontmatter":{},"headers":[],"relativePath":"project/decisions/0085-end-a-call-with-a-wrap.md","filePath":"docs/project/decisions/0085-end-a-call-with-a-wrap.md"}');
const _sfc_main = { name: "project/decisions/0085-end-a-call-with-a-wrap.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs_1(_attrs)}><h1 id="_85-ending-a-call-for-another-reason-than-time-is-a-wrap" tabindex="-1">85. Ending a call for another reason than time is a <code>wrap</code> <a class="header-anchor" href="#_85-ending-a-call-for-another-reason-than-time-is-a-wrap" aria-label="Permalink to &quot;85. Ending a call for another reason than time is a \`wrap\`&quot;">​</a></h1><ul><li><strong>Area:</strong> Interceptors</li><li><strong>Status:</strong> accepted</li><li><strong>Date:</strong> 2026-11-27</li></ul><h2 id="context" tabindex="-1">Context <a class="header-anchor" href="#context" aria-label="Permalink to &quot;Context&quot;">​</a></h2><p>With limits in the engine, <code>context.endCall</code> had one use left.</p><h2 id="decision" tabindex="-1">Decision <a class="header-anchor" href="#decision" aria-label="Permalink to &quot;Decision&quot;">​</a></h2><p><code>const { context: inner, abort } = context.fork()</code>, then <code>abort(reason)</code>, then an answer. <code>context.endCall</code>, <code>onHeartbeat</code>, <code>onParked</code> and the options of <code>context.fork()</code> are removed.</p><h2 id="consequences" tabindex="-1">Consequences <a class="header-anchor" href="#consequences" aria-label="Permalink to &quot;Consequences&quot;">​</a></h2><p>The attempt number of a fork is the number of attempts so far plus one.</p></div>`);
}
const _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = vueExports.useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("docs/project/decisions/0085-end-a-call-with-a-wrap.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
const _0085EndACallWithAWrap = /* @__PURE__ */ _export_sfc(_sfc_main, [["ssrRender", _sfc_ssrRender]]);
export {
  __pageData,
  _0085EndACallWithAWrap as default
};
