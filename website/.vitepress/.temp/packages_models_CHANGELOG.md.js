import { _ as _export_sfc, s as ssrRenderAttrs_1, v as vueExports } from "./plugin-vue_export-helper.DcGmjh2O.js";
import "node:stream";
const __pageData = JSON.parse('{"title":"@stageflow/models","description":"","frontmatter":{},"headers":[],"relativePath":"packages/models/CHANGELOG.md","filePath":"packages/models/CHANGELOG.md"}');
const _sfc_main = { name: "packages/models/CHANGELOG.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs_1(_attrs)}><h1 id="stageflow-models" tabindex="-1">@stageflow/models <a class="header-anchor" href="#stageflow-models" aria-label="Permalink to &quot;@stageflow/models&quot;">​</a></h1><h2 id="_1-0-0" tabindex="-1">1.0.0 <a class="header-anchor" href="#_1-0-0" aria-label="Permalink to &quot;1.0.0&quot;">​</a></h2><p><code>callModel()</code> asks a language model in a stage, whatever its client: <code>return yield* callModel(context, request, { models })</code>. If a model fails or stalls before its answer has begun, the next one is asked, and never after that, so no reader gets a text twice. An answer that isn&#39;t whole is a failure. Every call is noted with what it used, also if it was stopped or failed. <code>modelBudget()</code> limits what the models of a run, a user or an organization may use, in money, tokens or requests. A request that doesn&#39;t fit isn&#39;t made, also if many runs ask at once.</p></div>`);
}
const _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = vueExports.useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("packages/models/CHANGELOG.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
const CHANGELOG = /* @__PURE__ */ _export_sfc(_sfc_main, [["ssrRender", _sfc_ssrRender]]);
export {
  __pageData,
  CHANGELOG as default
};
