import { _ as _export_sfc, s as ssrRenderAttrs_1, v as vueExports } from "./plugin-vue_export-helper.DcGmjh2O.js";
import "node:stream";
const __pageData = JSON.parse('{"title":"75. createStageflow never adds a sink","description":"","frontmatter":{},"headers":[],"relativePath":"project/decisions/0075-create-stageflow-adds-no-sink.md","filePath":"docs/project/decisions/0075-create-stageflow-adds-no-sink.md"}');
const _sfc_main = { name: "project/decisions/0075-create-stageflow-adds-no-sink.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs_1(_attrs)}><h1 id="_75-createstageflow-never-adds-a-sink" tabindex="-1">75. <code>createStageflow</code> never adds a sink <a class="header-anchor" href="#_75-createstageflow-never-adds-a-sink" aria-label="Permalink to &quot;75. \`createStageflow\` never adds a sink&quot;">​</a></h1><ul><li><strong>Area:</strong> Interceptors</li><li><strong>Status:</strong> accepted</li><li><strong>Date:</strong> 2026-11-27</li></ul><h2 id="context" tabindex="-1">Context <a class="header-anchor" href="#context" aria-label="Permalink to &quot;Context&quot;">​</a></h2><p>At first, <code>createStageflow</code> added a <code>LoggingEventSink</code> if the logging interceptor was off. So <code>logging: false</code> logged more than the default, in another shape.</p><h2 id="decision" tabindex="-1">Decision <a class="header-anchor" href="#decision" aria-label="Permalink to &quot;Decision&quot;">​</a></h2><p><code>logging: false</code> is silence. Events go to <code>eventSink</code>, otherwise to the sink of the process.</p><h2 id="consequences" tabindex="-1">Consequences <a class="header-anchor" href="#consequences" aria-label="Permalink to &quot;Consequences&quot;">​</a></h2><p>If you want events, pass a sink.</p></div>`);
}
const _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = vueExports.useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("docs/project/decisions/0075-create-stageflow-adds-no-sink.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
const _0075CreateStageflowAddsNoSink = /* @__PURE__ */ _export_sfc(_sfc_main, [["ssrRender", _sfc_ssrRender]]);
export {
  __pageData,
  _0075CreateStageflowAddsNoSink as default
};
