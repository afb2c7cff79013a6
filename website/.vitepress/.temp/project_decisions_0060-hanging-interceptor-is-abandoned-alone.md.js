import { _ as _export_sfc, s as ssrRenderAttrs_1, v as vueExports } from "./plugin-vue_export-helper.DcGmjh2O.js";
import "node:stream";
const __pageData = JSON.parse('{"title":"60. If an interceptor around a run hangs, only that one is abandoned","description":"","frontmatter":{},"headers":[],"relativePath":"project/decisions/0060-hanging-interceptor-is-abandoned-alone.md","filePath":"docs/project/decisions/0060-hanging-interceptor-is-abandoned-alone.md"}');
const _sfc_main = { name: "project/decisions/0060-hanging-interceptor-is-abandoned-alone.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs_1(_attrs)}><h1 id="_60-if-an-interceptor-around-a-run-hangs-only-that-one-is-abandoned" tabindex="-1">60. If an interceptor around a run hangs, only that one is abandoned <a class="header-anchor" href="#_60-if-an-interceptor-around-a-run-hangs-only-that-one-is-abandoned" aria-label="Permalink to &quot;60. If an interceptor around a run hangs, only that one is abandoned&quot;">​</a></h1><ul><li><strong>Area:</strong> Interceptors</li><li><strong>Status:</strong> accepted</li><li><strong>Date:</strong> 2026-11-25</li></ul><h2 id="context" tabindex="-1">Context <a class="header-anchor" href="#context" aria-label="Permalink to &quot;Context&quot;">​</a></h2><p>One interceptor that hung around a run kept the others from cleaning up. Metrics kept such a run in flight forever, and its span never ended.</p><h2 id="decision" tabindex="-1">Decision <a class="header-anchor" href="#decision" aria-label="Permalink to &quot;Decision&quot;">​</a></h2><p>The outer interceptors get the outcome and clean up.</p><h2 id="consequences" tabindex="-1">Consequences <a class="header-anchor" href="#consequences" aria-label="Permalink to &quot;Consequences&quot;">​</a></h2><p>The run note <code>core/problems</code> has <code>core/interceptor-stuck</code>.</p></div>`);
}
const _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = vueExports.useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("docs/project/decisions/0060-hanging-interceptor-is-abandoned-alone.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
const _0060HangingInterceptorIsAbandonedAlone = /* @__PURE__ */ _export_sfc(_sfc_main, [["ssrRender", _sfc_ssrRender]]);
export {
  __pageData,
  _0060HangingInterceptorIsAbandonedAlone as default
};
