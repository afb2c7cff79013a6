import { _ as _export_sfc, s as ssrRenderAttrs_1, v as vueExports } from "./plugin-vue_export-helper.DcGmjh2O.js";
import "node:stream";
const __pageData = JSON.parse('{"title":"89. A waiting caller of a queue is woken two microtasks late","description":"","frontmatter":{},"headers":[],"relativePath":"project/decisions/0089-waiting-callers-are-woken-late.md","filePath":"docs/project/decisions/0089-waiting-callers-are-woken-late.md"}');
const _sfc_main = { name: "project/decisions/0089-waiting-callers-are-woken-late.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs_1(_attrs)}><h1 id="_89-a-waiting-caller-of-a-queue-is-woken-two-microtasks-late" tabindex="-1">89. A waiting caller of a queue is woken two microtasks late <a class="header-anchor" href="#_89-a-waiting-caller-of-a-queue-is-woken-two-microtasks-late" aria-label="Permalink to &quot;89. A waiting caller of a queue is woken two microtasks late&quot;">​</a></h1><ul><li><strong>Area:</strong> Streams, sinks, exporters and tools</li><li><strong>Status:</strong> accepted</li><li><strong>Date:</strong> 2026-11-25</li></ul><h2 id="context" tabindex="-1">Context <a class="header-anchor" href="#context" aria-label="Permalink to &quot;Context&quot;">​</a></h2><p>If a waiting reader and a writer are woken in turn, they meet again at the very next item with a full or empty queue.</p><h2 id="decision" tabindex="-1">Decision <a class="header-anchor" href="#decision" aria-label="Permalink to &quot;Decision&quot;">​</a></h2><p>A waiting caller is woken by a promise instead of a value, which takes two microtasks more. The other side gets ahead meanwhile.</p><h2 id="consequences" tabindex="-1">Consequences <a class="header-anchor" href="#consequences" aria-label="Permalink to &quot;Consequences&quot;">​</a></h2><p>The order is still first come, first served, because a put that doesn&#39;t need to wait returns the promise of the last put that did.</p></div>`);
}
const _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = vueExports.useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("docs/project/decisions/0089-waiting-callers-are-woken-late.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
const _0089WaitingCallersAreWokenLate = /* @__PURE__ */ _export_sfc(_sfc_main, [["ssrRender", _sfc_ssrRender]]);
export {
  __pageData,
  _0089WaitingCallersAreWokenLate as default
};
