import { _ as _export_sfc, s as ssrRenderAttrs_1, v as vueExports } from "./plugin-vue_export-helper.DcGmjh2O.js";
import "node:stream";
const __pageData = JSON.parse('{"title":"95. What holds something is a class, what combines others is a function","description":"","frontmatter":{},"headers":[],"relativePath":"project/decisions/0095-classes-hold-functions-combine.md","filePath":"docs/project/decisions/0095-classes-hold-functions-combine.md"}');
const _sfc_main = { name: "project/decisions/0095-classes-hold-functions-combine.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs_1(_attrs)}><h1 id="_95-what-holds-something-is-a-class-what-combines-others-is-a-function" tabindex="-1">95. What holds something is a class, what combines others is a function <a class="header-anchor" href="#_95-what-holds-something-is-a-class-what-combines-others-is-a-function" aria-label="Permalink to &quot;95. What holds something is a class, what combines others is a function&quot;">​</a></h1><ul><li><strong>Area:</strong> Streams, sinks, exporters and tools</li><li><strong>Status:</strong> accepted</li><li><strong>Date:</strong> 2026-11-25</li></ul><h2 id="context" tabindex="-1">Context <a class="header-anchor" href="#context" aria-label="Permalink to &quot;Context&quot;">​</a></h2><p>Sinks and exporters are made in both ways.</p><h2 id="decision" tabindex="-1">Decision <a class="header-anchor" href="#decision" aria-label="Permalink to &quot;Decision&quot;">​</a></h2><p>Classes: <code>BufferedExporter</code>, <code>JsonlExporter</code>, <code>ConsoleExporter</code>, <code>OtlpExporter</code>, <code>BufferedEventSink</code>. Functions: <code>fanOutExporter</code>, <code>filterExporter</code>, <code>fanOutSink</code>, <code>filterSink</code>.</p><h2 id="consequences" tabindex="-1">Consequences <a class="header-anchor" href="#consequences" aria-label="Permalink to &quot;Consequences&quot;">​</a></h2><p><code>new</code> shows that there is something to close.</p></div>`);
}
const _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = vueExports.useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("docs/project/decisions/0095-classes-hold-functions-combine.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
const _0095ClassesHoldFunctionsCombine = /* @__PURE__ */ _export_sfc(_sfc_main, [["ssrRender", _sfc_ssrRender]]);
export {
  __pageData,
  _0095ClassesHoldFunctionsCombine as default
};
